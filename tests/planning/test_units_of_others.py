"""储备里写着别区单位的，转成项目时照旧；新写的才要在够得着的范围里。"""

import pytest

from tests.factories import NOW
from tests.planning.builders import reserve
from tests.units.test_districts import city
from xushi.journal.actions import Actor
from xushi.planning.reserve import register_reserves

__all__ = ["city"]
pytestmark = pytest.mark.django_db


def test_a_unit_that_stands_in_the_reserve_already_stays(city):
    first, second = city["甲"], city["乙"]
    entry = reserve(first["street"], responsible_unit=second["street"].pk, category="infrastructure")
    [project] = register_reserves({entry.pk: entry.version}, actor=Actor(by=first["office"]), now=NOW)
    assert project.responsible_unit == second["street"]
