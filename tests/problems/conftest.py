"""问题的测试都活在2018年9月12日8:30（周三）。"""

import pytest

from tests.factories import NOW
from tests.problems import builders
from tests.problems.builders import Town
from xushi.config import clock
from xushi.units.models import Unit, User


@pytest.fixture(autouse=True)
def at_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def town(district: Unit, subdistrict: Unit, office_user: User) -> Town:
    return builders.town(district, subdistrict)
