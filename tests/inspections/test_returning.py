"""退回月报：现场比没关账的月报慢，重大办照看到的退回；别人退不了，关了账的、看过以后才报的月份退不了。"""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import NOW
from tests.inspections.builders import SEPTEMBER, a_visit, add_round, add_visit, finding, record
from tests.progress.builders import AUGUST, add_plan, add_report
from xushi.config import clock
from xushi.inspections.models import Visit
from xushi.inspections.returning import MOST_REASON, contradicted, return_contradicted
from xushi.journal.actions import SYSTEM, Actor
from xushi.journal.models import Event
from xushi.progress.closing import close_month, reopen_month
from xushi.progress.models import MonthlyReport
from xushi.registry.checking import Conflict, Refused
from xushi.units.models import Unit, User

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
SEPTEMBER_8 = datetime(2018, 9, 8, 9, tzinfo=NOW.tzinfo)


@pytest.fixture(autouse=True)
def _morning(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    settings.MEDIA_ROOT = tmp_path / "uploads"


@pytest.fixture
def looked(subdistrict: Unit, inspector_user: User) -> Visit:
    """41.8% of a plan of 10,000 万元 seen on 12 September, where August closed with 59.8%."""
    visit = a_visit(subdistrict, "桥林新城路网二期")
    add_plan(visit.project, 10_000)
    add_report(visit.project, AUGUST, 5_980)
    close_month(AUGUST, actor=SYSTEM, now=SEPTEMBER_8)
    record(visit, inspector_user, finding("路基只完成2标段。"), words="月报按3标段报。")
    return Visit.objects.select_related("project", "record").get(pk=visit.pk)


def reported(visit: Visit, wan: int = 5_980, month: Any = SEPTEMBER, **fields: Any) -> MonthlyReport:
    return add_report(visit.project, month, wan, **fields)


def test_the_reason_says_what_was_seen_and_found(looked: Visit, office_user: User) -> None:
    report = reported(looked)
    one = contradicted(office_user, [looked])[looked.pk]
    assert (one.report, one.reported, one.seen) == (report, Decimal("0.598"), Decimal("0.418"))
    assert one.reason == (
        "9月12日现场督查看到年度计划完成41.8%，9月月报报到59.8%，差18.0个百分点，请核实重报。"
        "现场：月报按3标段报。发现：路基只完成2标段。"
    )


def test_a_long_reason_is_cut_to_what_is_kept(looked: Visit, office_user: User) -> None:
    reported(looked)
    looked.record.words = "很长。" * 200  # type: ignore[attr-defined]
    reason = contradicted(office_user, [looked])[looked.pk].reason
    assert len(reason) == MOST_REASON
    assert reason.endswith("…")


@pytest.mark.parametrize(("wan", "speaks"), [(4_680, False), (4_681, True)])
def test_five_points_apart_are_no_contradiction(
    looked: Visit, office_user: User, wan: int, speaks: bool
) -> None:
    reported(looked, wan)
    assert bool(contradicted(office_user, [looked])) is speaks


@pytest.mark.parametrize("state", ["returned", "carried"])
def test_what_was_returned_or_carried_over_is_not_returned(
    looked: Visit, office_user: User, state: str
) -> None:
    reported(looked, state=state)
    assert contradicted(office_user, [looked]) == {}


def test_a_report_of_a_later_month_may_well_be_further(looked: Visit, office_user: User) -> None:
    reported(looked, month=SEPTEMBER.next)
    assert contradicted(office_user, [looked]) == {}


def test_a_later_visit_overtakes_an_earlier_one(
    looked: Visit, office_user: User, inspector_user: User
) -> None:
    reported(looked)
    later = add_visit(looked.project, add_round(10))
    record(later, inspector_user, now=NOW + timedelta(days=2), seen_rate="0.59")
    assert contradicted(office_user, [looked]) == {}


def test_a_closed_month_is_reopened_first(looked: Visit, office_user: User) -> None:
    report = looked.project.reports.get(month=AUGUST)
    assert contradicted(office_user, [looked]) == {}
    office = Actor(by=office_user)
    with pytest.raises(Refused, match="先重开"):
        return_contradicted(looked, "不符", report=report.pk, version=1, actor=office, now=NOW)
    reopen_month(AUGUST, "现场不符", actor=SYSTEM, now=NOW)
    assert contradicted(office_user, [looked])[looked.pk].report == report


def test_the_office_returns_it_from_the_desk_and_the_project_tells(
    looked: Visit, office_user: User, signed_in: SignIn
) -> None:
    report, client = reported(looked), signed_in(office_user)
    desk = client.get(reverse("inspections:desk")).content.decode()
    assert f'id="return-{looked.pk}"' in desk
    assert "差18.0个百分点" in desk
    address = reverse("inspections:return_report", args=[looked.pk])
    typed = {"report": report.pk, "version": report.version, "reason": "与现场不符，请重报。", "from": "desk"}
    assert client.post(address, typed).headers["Location"] == reverse("inspections:desk")
    report.refresh_from_db()
    assert report.state == MonthlyReport.State.RETURNED
    assert report.decisions.get().reason == "与现场不符，请重报。"
    event = Event.objects.get(verb="progress.report.returned")
    assert (event.actor, event.subject_id) == (office_user, looked.project_id)
    assert (
        "与现场不符，请重报。"
        in client.get(reverse("home:project", args=[looked.project_id])).content.decode()
    )
    assert f'id="return-{looked.pk}"' not in client.get(reverse("inspections:desk")).content.decode()
    assert client.post(address, typed).status_code == 422


def test_a_report_sent_meanwhile_is_read_first(looked: Visit, office_user: User, signed_in: SignIn) -> None:
    report = reported(looked, version=2)
    address = reverse("inspections:return_report", args=[looked.pk])
    stale = signed_in(office_user).post(address, {"report": report.pk, "version": 1, "reason": "不符"})
    assert stale.status_code == 409
    bare = signed_in(office_user).post(address, {"report": report.pk, "version": 2, "reason": " "})
    assert bare.status_code == 422
    assert "退回要写理由" in bare.content.decode()
    report.refresh_from_db()
    assert report.state == MonthlyReport.State.ACCEPTED
    with pytest.raises(Conflict):
        return_contradicted(looked, "不符", report=report.pk, version=1, actor=Actor(by=office_user), now=NOW)


@pytest.mark.parametrize(
    ("who", "status"),
    [("inspector_user", 403), ("leader_user", 403), ("territory_user", 403), ("stranger", 404)],
)
def test_nobody_else_returns_it(
    looked: Visit, signed_in: SignIn, request: pytest.FixtureRequest, who: str, status: int
) -> None:
    report = reported(looked)
    user: User = request.getfixturevalue(who)
    client = signed_in(user)
    assert contradicted(user, [looked]) == {}
    told = client.get(reverse("inspections:desk")).content.decode()
    assert f'id="return-{looked.pk}"' not in told
    address = reverse("inspections:return_report", args=[looked.pk])
    assert client.post(address, {"report": report.pk, "version": 1, "reason": "不符"}).status_code == status
    report.refresh_from_db()
    assert report.state == MonthlyReport.State.ACCEPTED
