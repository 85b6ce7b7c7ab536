"""入统差额台账：合计等于行之和，统计局填、别人看，首填记入库日；两个人同时填；导出；查询次数不增。"""

import csv
import io
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.factories import NOW
from tests.progress.builders import AUGUST, JULY, JUNE, WAN, add_project, add_report, given_year
from xushi.config import clock
from xushi.journal.actions import SYSTEM, Actor
from xushi.journal.models import Event
from xushi.progress import statistics
from xushi.progress.closing import close_month
from xushi.progress.models import MonthlyReport, StatisticsEntry
from xushi.progress.statistics import StatisticsInput
from xushi.registry.actions import Conflict, Refused
from xushi.registry.models import Project
from xushi.units.models import Unit, User

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
LEDGER = "/progress/statistics/"


@pytest.fixture(autouse=True)
def at_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def projects(subdistrict: Unit) -> list[Project]:
    """Four projects at 14,500 万元 by July: 9,000 recorded, more recorded than reported, none, and none."""
    made = [given_year(subdistrict, f"项目{i}") for i in range(4)]
    close_month(JULY, actor=SYSTEM, now=NOW)
    enter(made[0], JUNE, 9_000, missing=("contract", "dated_photo"))
    enter(made[1], JULY, 15_000)
    return made


def enter(project: Project, month: object, wan: int, **more: object) -> StatisticsEntry:
    row = StatisticsInput(project.pk, month, wan * WAN, **more)
    return statistics.record_statistics([row], actor=SYSTEM, now=NOW)[0]


def test_totals_equal_the_rows(projects: list[Project], office_user: User) -> None:
    found = statistics.ledger(office_user, JULY)
    rows = list(found)
    sums = statistics.totals(found)
    assert (sums.projects, len(rows)) == (4, 4)
    assert sums.reported == sum(row.cumulative for row in rows) == 58_000 * WAN
    assert sums.recorded == sum(row.recorded for row in rows) == 24_000 * WAN
    assert sums.built == sum(row.gap for row in rows if row.gap > 0) == 34_500 * WAN
    assert sums.over == 500 * WAN
    assert sums.gap == sums.built - sums.over == sum(row.gap for row in rows)
    assert sums.not_entered == 2


@pytest.mark.parametrize(
    ("state", "names"),
    [
        ("gap", {"项目0", "项目2", "项目3"}),
        ("over", {"项目1"}),
        ("none", {"项目2", "项目3"}),
        ("evidence", {"项目0"}),
    ],
)
def test_each_state_counts_its_rows(
    projects: list[Project], office_user: User, state: str, names: set[str]
) -> None:
    found = statistics.narrowed(statistics.ledger(office_user, JULY), state, None)
    assert {row.project_name for row in found} == names
    assert statistics.totals(found).projects == len(names)


def test_small_and_preliminary_projects_are_left_out(subdistrict: Unit, office_user: User) -> None:
    add_project(subdistrict, "499万", total_investment=499 * WAN)
    add_project(subdistrict, "500万", total_investment=500 * WAN)
    add_project(subdistrict, "前期").listings.update(stage=2)
    assert [row.project_name for row in statistics.ledger(office_user, AUGUST)] == ["500万"]


def test_a_closed_month_keeps_what_was_reported(projects: list[Project], office_user: User) -> None:
    MonthlyReport.objects.filter(project=projects[0], month=JULY).update(cumulative=1)
    row = statistics.ledger(office_user, JULY).get(project_key=projects[0].pk)
    assert (row.cumulative, row.recorded, row.entered_month) == (14_500 * WAN, 9_000 * WAN, JUNE)


def test_the_open_month_reads_live_reports_and_the_last_entry(
    projects: list[Project], office_user: User
) -> None:
    add_report(projects[0], AUGUST, 16_660)
    row = statistics.ledger(office_user, AUGUST).get(project_key=projects[0].pk)
    assert (row.cumulative, row.gap) == (16_660 * WAN, 7_660 * WAN)


def test_month_by_month(projects: list[Project], office_user: User) -> None:
    by_month = dict(statistics.by_month(office_user, JULY))
    assert [month.number for month in by_month] == [1, 2, 3, 4, 5, 6, 7]
    assert (by_month[JUNE].reported, by_month[JUNE].recorded) == (50_600 * WAN, 9_000 * WAN)
    assert by_month[JULY].built == 34_500 * WAN
    months = {one.month: one for one in statistics.history_of(projects[0], JULY)}
    assert (months[JULY].reported, months[JULY].recorded, months[JULY].gap) == (
        14_500 * WAN,
        9_000 * WAN,
        5_500 * WAN,
    )
    assert months[JULY].closed
    assert not months[JUNE].closed


def test_the_first_amount_marks_the_day_of_entry_and_leaves_an_event(
    projects: list[Project], statistics_user: User
) -> None:
    project = projects[2]
    actor = Actor(by=statistics_user)
    statistics.record_statistics([StatisticsInput(project.pk, JULY, 0)], actor=actor, now=NOW)
    project.refresh_from_db()
    assert project.statistics_entered_on is None
    statistics.record_statistics([StatisticsInput(project.pk, JULY, 5 * WAN)], actor=actor, now=NOW)
    later = NOW + timedelta(days=30)
    statistics.record_statistics([StatisticsInput(project.pk, AUGUST, 9 * WAN)], actor=actor, now=later)
    project.refresh_from_db()
    assert project.statistics_entered_on == date(2018, 9, 12)
    event = Event.objects.filter(verb="progress.statistics.recorded", actor=statistics_user).order_by("pk")[0]
    assert event.rows.get().changes == {
        "2018-07入统累计": [0, 5 * WAN],
        "统计入库": [None, "2018-09-12"],
    }


def test_only_statistics_enters_and_mistakes_are_named(
    projects: list[Project], office_user: User, leader_user: User, statistics_user: User
) -> None:
    row = StatisticsInput(projects[0].pk, JULY, 5 * WAN)
    for user in (office_user, leader_user):
        with pytest.raises(PermissionDenied):
            statistics.record_statistics([row], actor=Actor(by=user), now=NOW)
    bad = [
        StatisticsInput(projects[0].pk, JULY, -1),
        StatisticsInput(projects[1].pk, JULY, 10**14),
        StatisticsInput(projects[2].pk, JULY, 1, missing=("印章",)),
        StatisticsInput(projects[3].pk, JULY, 1, helper_unit=10**6),
    ]
    with pytest.raises(Refused) as refused:
        statistics.record_statistics(bad, actor=Actor(by=statistics_user), now=NOW)
    assert [p.field for p in refused.value.problems] == ["recorded", "recorded", "missing", "helper_unit"]
    assert not StatisticsEntry.objects.filter(project=projects[2]).exists()


def test_the_second_of_two_sees_the_first(projects: list[Project], statistics_user: User) -> None:
    actor, seen = Actor(by=statistics_user), {projects[2].pk: None}
    row = StatisticsInput(projects[2].pk, JULY, 5 * WAN)
    statistics.record_statistics([row], actor=actor, now=NOW, seen=seen)
    with pytest.raises(Conflict, match="刚由吴统计填过5万元"):
        statistics.record_statistics([row], actor=actor, now=NOW, seen=seen)


def entry_url(project: Project) -> str:
    return reverse("progress:statistics_entry", args=[project.pk, "2018-07"])


def test_statistics_enters_inline_and_the_totals_follow(
    projects: list[Project], statistics_user: User, subdistrict: Unit, signed_in: SignIn
) -> None:
    client = signed_in(statistics_user)
    page = client.get(LEDGER).content.decode()
    assert "2018年1—7月已建未统3.5亿元" in page
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/progress/statistics/?state=gap"}
    assert 'name="recorded"' in client.get(entry_url(projects[2]), headers=headers).content.decode()
    typed = {
        "recorded": "1.45亿",
        "held": ["contract", "approval"],
        "helper_unit": subdistrict.pk,
        "seen": "",
    }
    row = client.post(entry_url(projects[2]), typed, headers=headers).content.decode()
    assert "14,500" in row
    assert "缺带日期现场照片" in row
    assert 'hx-swap-oob="true"' in row
    assert "2018年1—7月已建未统2.0亿元" in row
    entry = StatisticsEntry.objects.get(project=projects[2])
    assert (entry.recorded, entry.missing, entry.helper_unit) == (
        14_500 * WAN,
        ["dated_photo", "form"],
        subdistrict,
    )
    stale = client.post(entry_url(projects[2]), typed | {"recorded": "1"}, headers=headers).content.decode()
    assert "刚由吴统计填过14,500万元" in stale
    wrong = client.post(
        entry_url(projects[3]), typed | {"recorded": "很多"}, headers=headers
    ).content.decode()
    assert "“很多”不是数" in wrong


def test_it_works_without_script(projects: list[Project], statistics_user: User, signed_in: SignIn) -> None:
    client = signed_in(statistics_user)
    assert "存入统" in client.get(entry_url(projects[3])).content.decode()
    done = client.post(entry_url(projects[3]), {"recorded": "12", "held": []}, follow=True)
    assert "已填入统：项目3" in done.content.decode()
    assert client.post(entry_url(projects[3]), {"recorded": ""}).status_code == 422


def test_who_reads_and_who_does_not(
    projects: list[Project],
    leader_user: User,
    office_user: User,
    owner_user: User,
    stranger: User,
    territory_user: User,
    signed_in: SignIn,
) -> None:
    for user in (leader_user, office_user, territory_user):
        client = signed_in(user)
        page = client.get(LEDGER)
        assert page.context["totals"].projects == 4
        assert "hx-get" not in page.content.decode()
        assert "存入统" not in client.get(entry_url(projects[0])).content.decode()
        assert client.post(entry_url(projects[0]), {"recorded": "1"}).status_code == 403
    for user in (stranger, owner_user):
        assert signed_in(user).get(LEDGER).context["totals"].projects == 0
        assert signed_in(user).get(entry_url(projects[0])).status_code == 404


def test_the_export_is_what_is_shown_and_says_who_took_it(
    projects: list[Project], office_user: User, subdistrict: Unit, signed_in: SignIn
) -> None:
    Project.objects.filter(pk=projects[3].pk).update(name="=cmd|calc")
    client = signed_in(office_user)
    answer = client.get(reverse("progress:statistics_csv"), {"month": "2018-08", "state": "gap"})
    text = b"".join(answer).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[0] == ["2018年1—8月入统差额台账（单位：万元）"]
    assert {row[0] for row in rows[2:-1]} == {"项目0", "项目2", "'=cmd|calc"}
    assert next(row for row in rows if row[0] == "项目0")[2:6] == [
        "14500",
        "9000",
        "5500",
        "合同、带日期现场照片",
    ]
    assert rows[-1][0].startswith(
        "说明：周敏（区重大办）2018-09-12 08:30在127.0.0.1导出，入统差额台账，2018年8月"
    )
    assert Event.objects.get(verb="units.export.taken").changes["行数"] == [None, 3]


def test_queries_do_not_grow(subdistrict: Unit, office_user: User, signed_in: SignIn) -> None:
    def count(projects: int) -> int:
        for i in range(projects):
            enter(given_year(subdistrict, f"{projects}之{i}"), JULY, 9_000)
        client = signed_in(office_user)
        client.get(LEDGER, {"month": "2018-08"})
        with CaptureQueriesContext(connection) as queries:
            assert client.get(LEDGER, {"month": "2018-08"}).status_code == 200
        return len(queries)

    assert count(5) == count(45)
