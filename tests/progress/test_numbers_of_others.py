"""月报接口：别处的项目和没有的编号答的一样，关没关账也一样，猜不出别处有哪些项目。"""

from typing import Any

import pytest

from tests.api.world import account_of, system
from tests.factories import NOW, UnitFactory
from tests.progress.builders import AUGUST, JULY, WAN, add_project, add_report, given_year
from xushi.api import views_access
from xushi.journal.actions import SYSTEM
from xushi.progress.closing import close_month
from xushi.progress.models import MonthlyReport
from xushi.units.models import Role, Unit

ABSENT = 987_654_321


@pytest.fixture(autouse=True)
def _september(settings: Any) -> None:
    views_access.forget_pace()
    settings.XUSHI_NOW = NOW


def answers(street: Any, *projects: int) -> set[tuple[int, str]]:
    """What each of these numbers is answered, for an open month and for one that is closed."""
    found = set()
    for month in (JULY, AUGUST):
        for project in projects:
            row = {"project": project, "month": str(month), "cumulative": 16_000 * WAN}
            answer = street.post("reports", {"rows": [row]}, key=f"key-{project}-{month}")
            told = answer.json()
            found.add((answer.status_code, str({**told, "number": "", "instance": ""})))
    return found


def test_a_foreign_project_is_answered_as_one_that_is_not_there(
    subdistrict: Unit, other_subdistrict: Unit
) -> None:
    own, others = given_year(subdistrict), add_project(other_subdistrict, "别处的项目")
    afar = add_project(
        UnitFactory(kind=Unit.Kind.SUBDISTRICT), "外头的项目", responsible_unit=other_subdistrict
    )
    for one in (others, afar):
        add_report(one, JULY, 1_000)
    close_month(JULY, actor=SYSTEM, now=NOW)
    street = system(account_of("街道系统", Role.TERRITORY, unit=subdistrict))
    [(status, told)] = answers(street, others.pk, afar.pk, ABSENT)
    assert status == 403 and "只能报自己单位的项目" in told
    assert not MonthlyReport.objects.filter(month=AUGUST).exists()
    both = [{"project": pk, "month": "2018-08", "cumulative": 16_000 * WAN} for pk in (own.pk, ABSENT)]
    assert street.post("reports", {"rows": both}, key="key-both-0001").status_code == 403
    assert not MonthlyReport.objects.filter(month=AUGUST).exists()
