"""月报里写怪东西：说清怎么改，不崩溃。"""

from collections.abc import Callable

import pytest
from django.test import Client

from tests.factories import NOW
from tests.progress.builders import given_year
from xushi.config import clock
from xushi.progress.models import MonthlyReport
from xushi.units.models import Unit, User

pytestmark = pytest.mark.django_db


FIELDS = {
    "act": "submit",
    "entered": "month",
    "amount": "1",
    "physical_progress": "打桩",
    "has_difficulty": "no",
}


@pytest.fixture
def address(subdistrict: Unit, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    return f"/progress/report/{given_year(subdistrict, '江浦街道甲厂').pk}/2018-08/"


@pytest.mark.parametrize(
    "odd", [{"completed_on": "0001-01-01"}, {"completed_on": "9999-12-31"}, {"amount": "1e400"}]
)
def test_what_cannot_be_is_answered_and_nothing_is_reported(
    odd: dict[str, str], address: str, territory_user: User, signed_in: Callable[[User], Client]
) -> None:
    before = MonthlyReport.objects.count()
    assert signed_in(territory_user).post(address, FIELDS | odd).status_code == 422
    assert MonthlyReport.objects.count() == before


@pytest.mark.parametrize("odd", ["²", "9" * 30, "-1", "x"])
def test_a_draft_is_kept_whatever_it_says_it_is_based_on(
    odd: str, address: str, territory_user: User, signed_in: Callable[[User], Client]
) -> None:
    assert signed_in(territory_user).post(f"{address}draft", FIELDS | {"based_on": odd}).status_code == 200
