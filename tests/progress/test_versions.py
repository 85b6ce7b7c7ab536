"""一个月的各版都读得回来：关账后改了报，页上说不同；重开再关，新版在旧版旁边。"""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.factories import NOW
from tests.progress.district import YI, build
from xushi.config import clock
from xushi.core.months import Month
from xushi.journal.actions import SYSTEM, Actor
from xushi.progress import drift as drifting
from xushi.progress import figures
from xushi.progress.actions import accept_reports, return_report, submit_reports
from xushi.progress.closing import close_month, reopen_month
from xushi.progress.drift import refresh_drift
from xushi.progress.models import FactDrift, MonthClosing, MonthlyReport
from xushi.progress.rules_report import ReportInput
from xushi.progress.versions import page_of
from xushi.registry.models import AnnualPlan, Listing, Project
from xushi.units.models import User

pytestmark = pytest.mark.django_db
FEBRUARY = Month(2018, 2)
ADDRESS = "/progress/closing/2018-02/v{}/"


@pytest.fixture(autouse=True)
def at_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def project(office_user: User) -> Project:
    """The first of twelve projects; January and February closed."""
    return build().projects[0]


def drift(project: Project) -> None:
    AnnualPlan.objects.filter(project=project, state="in_force").update(planned_investment=9 * YI)
    refresh_drift(now=NOW)


def closed_again(project: Project, office: User) -> MonthClosing:
    """February reopened, one report corrected by one 万元, accepted and closed once more."""
    actor = Actor(by=office)
    reopen_month(FEBRUARY, "漏报一笔", actor=actor, now=NOW)
    report = MonthlyReport.objects.get(project=project, month=FEBRUARY)
    return_report(report, "漏报一笔", actor=actor, now=NOW)
    row = ReportInput(project.pk, FEBRUARY, report.cumulative + 10_000, explanation="补报")
    accept_reports(submit_reports([row], actor=SYSTEM, now=NOW), actor=actor, now=NOW)
    return close_month(FEBRUARY, actor=actor, now=NOW)


def test_what_would_come_out_differently_is_said_and_nothing_moves(
    project: Project, office_user: User, signed_in: Callable[[User], Client]
) -> None:
    client = signed_in(office_user)
    before = figures.total(office_user, FEBRUARY).annual_plan
    assert "与按现在的登记一样" in client.get(ADDRESS.format(1)).content.decode()
    drift(project)
    page = client.get(ADDRESS.format(1)).content.decode()
    assert "1个项目与按现在的登记不同" in page
    assert '<dt>年度计划</dt><dd><span class="t-ink2">10,000万元</span> → <b>90,000万元</b>' in page
    assert "1个事后有改" in client.get(reverse("progress:closing")).content.decode()
    assert figures.total(office_user, FEBRUARY).annual_plan == before
    lines = {
        line.label: line for line in page_of(MonthClosing.objects.get(month=FEBRUARY), office_user).lines
    }
    assert lines["年度计划，亿元"].differs
    assert not lines["完成投资，亿元"].differs


def test_the_new_version_stands_beside_the_old_and_both_are_read(
    project: Project, office_user: User, signed_in: Callable[[User], Client]
) -> None:
    was = figures.total(office_user, FEBRUARY).cumulative
    second = closed_again(project, office_user)
    first = MonthClosing.objects.get(month=FEBRUARY, version=1)
    assert second.version == 2
    assert figures.of_closing(office_user, first).cumulative == was
    assert figures.of_closing(office_user, second).cumulative == was + 10_000
    assert figures.total(office_user, FEBRUARY).cumulative == was + 10_000
    client = signed_in(office_user)
    old = client.get(ADDRESS.format(1)).content.decode()
    assert "旧版：1个项目与第2版不同" in old
    assert "重开：漏报一笔" in old
    assert "<dt>年内累计</dt>" in old
    assert f'href="{ADDRESS.format(2)}"' in old
    new = client.get(ADDRESS.format(2)).content.decode()
    assert "与按现在的登记一样" in new
    assert f'href="{ADDRESS.format(1)}"' in new
    assert "看旧版" in client.get(reverse("progress:closing")).content.decode()


def test_what_happened_after_the_month_is_no_other_view_of_it(project: Project, office_user: User) -> None:
    """A project completed in June, or entered into statistics since, has not changed February."""
    later = {"completed_on": "2018-06-20", "statistics_entered_on": "2018-03-05"}
    Project.objects.filter(pk=project.pk).update(**later)
    assert refresh_drift(now=NOW) == 0
    Project.objects.filter(pk=project.pk).update(statistics_entered_on="2018-02-28")
    assert refresh_drift(now=NOW) == 1
    february = MonthClosing.objects.get(month=FEBRUARY)
    assert february.drifts.get().changes == {"statistics_entered_on": [None, "2018-02-28"]}


def test_what_stands_is_neither_written_again_nor_found_anew(project: Project) -> None:
    Project.objects.filter(pk=project.pk).update(statistics_entered_on="2018-02-28")
    later = NOW + timedelta(days=1)
    assert refresh_drift(now=NOW) == 1
    with CaptureQueriesContext(connection) as queries:
        assert refresh_drift(now=later) == 1
    assert not [one["sql"] for one in queries if one["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
    assert FactDrift.objects.get().found_at == NOW
    Project.objects.filter(pk=project.pk).update(statistics_entered_on="2018-02-27")
    assert refresh_drift(now=later) == 1
    assert FactDrift.objects.get().found_at == later
    Project.objects.filter(pk=project.pk).update(statistics_entered_on=None)
    assert refresh_drift(now=later) == 0
    assert not FactDrift.objects.exists()


def test_a_project_that_came_and_went_leaves_nothing_behind(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Compared in runs, whose ends fall anywhere."""
    monkeypatch.setattr(drifting, "AT_ONCE", 2)
    like = {
        "category": project.category, "territory": project.territory, "total_investment": YI,
        "responsible_unit": project.responsible_unit,
    }  # fmt: skip
    new = [Project.objects.create(name=f"后来的{i}号", name_key=f"后来的{i}号", **like) for i in range(5)]
    came = [Listing.objects.create(project=one, year=2018, level="district", stage=1) for one in new]
    assert refresh_drift(now=NOW) == 10  # in January and in February
    for listing in came[:3]:
        listing.delete()
    assert refresh_drift(now=NOW) == 4
    stays = {listing.project_id for listing in came[3:]}
    assert set(FactDrift.objects.values_list("project", flat=True)) == stays


def test_an_old_version_is_read_while_the_month_is_open(
    project: Project, office_user: User, signed_in: Callable[[User], Client]
) -> None:
    reopen_month(FEBRUARY, "核减", actor=Actor(by=office_user), now=NOW)
    assert "重开以后还没有再关账" in signed_in(office_user).get(ADDRESS.format(1)).content.decode()


def test_who_reads_them(
    project: Project,
    leader_user: User,
    territory_user: User,
    owner_user: User,
    auditor: User,
    signed_in: Callable[[User], Client],
) -> None:
    assert signed_in(leader_user).get(ADDRESS.format(1)).status_code == 200
    for person in (territory_user, owner_user, auditor):
        assert signed_in(person).get(ADDRESS.format(1)).status_code == 403
    for odd in (
        "/progress/closing/2018-02/v9/",
        "/progress/closing/2018-13/v1/",
        "/progress/closing/2018-03/v1/",
    ):
        assert signed_in(leader_user).get(odd).status_code == 404


def test_queries_do_not_grow(office_user: User, signed_in: Callable[[User], Client]) -> None:
    projects = build(count=30).projects
    client = signed_in(office_user)

    def count(changed: int) -> int:
        ids = [project.pk for project in projects[:changed]]
        AnnualPlan.objects.filter(project__in=ids, state="in_force").update(planned_investment=9 * YI)
        refresh_drift(now=NOW)
        client.get(ADDRESS.format(1))
        with CaptureQueriesContext(connection) as queries:
            assert client.get(ADDRESS.format(1)).status_code == 200
        return len(queries)

    assert count(2) == count(25)
