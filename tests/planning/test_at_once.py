"""同一刻：共用的和本区的一起编，一个项目只编进一份；六个人一起编同一份，只成一份。"""

from typing import Any

import pytest

from tests.admission.test_at_once import all_at_once
from tests.duties.test_reach import city, tree
from tests.factories import NOW
from tests.planning.builders import DUE
from xushi.journal.actions import Actor
from xushi.planning.models import Programme, ProgrammeItem
from xushi.planning.programme import compile_programme
from xushi.registry.checking import Refused

__all__ = ["city", "tree"]
pytestmark = pytest.mark.django_db(transaction=True)


def compiled(user: Any) -> Programme:
    return compile_programme(2019, proposals_due=DUE, actor=Actor(by=user), now=NOW)


def test_no_project_stands_in_two(city: Any) -> None:
    who = (city["甲办"], city["市办"], city["乙办"])
    found = all_at_once(lambda i: compiled(who[i % 3]))
    assert all(isinstance(one, Programme | Refused) for one in found)
    lines = list(ProgrammeItem.objects.values_list("name", flat=True))
    assert sorted(lines) == sorted(["甲项目", "乙项目"])
    refused = [one for one in found if isinstance(one, Refused)]
    assert len(refused) == 2 * (3 - Programme.objects.count())


def test_six_who_compile_one_make_one(city: Any) -> None:
    found = all_at_once(lambda _: compiled(city["甲办"]))
    assert {one.pk for one in found} == {Programme.objects.get().pk}
    assert ProgrammeItem.objects.count() == 1
