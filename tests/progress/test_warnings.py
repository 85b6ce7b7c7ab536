"""预警随事实与日子而变；某月当时的预警不再动。"""

from datetime import date, datetime, timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext

from tests.progress.district import YI, District, build, slow_district
from xushi.alerts import tally
from xushi.alerts.actions import set_thresholds
from xushi.alerts.models import Alert, AlertTally
from xushi.core.clock import BEIJING
from xushi.core.months import Month
from xushi.flow.duties import judge_again, nightly, projects_of
from xushi.flow.reactions import PROJECT_CHANGED
from xushi.journal import steps, worker
from xushi.journal.actions import SYSTEM, record
from xushi.journal.models import Event, Reaction
from xushi.progress.closing import close_month, reopen_month
from xushi.progress.models import MonthClosing, MonthlyReport
from xushi.progress.warnings import findings_as_of, judging_day, refresh_alerts
from xushi.registry.actions import list_projects, remove_projects, set_plans
from xushi.registry.models import AnnualPlan, Project
from xushi.registry.rules import ListingInput, PlanInput

pytestmark = pytest.mark.django_db
FEBRUARY, MARCH = Month(2018, 2), Month(2018, 3)
MARCH_12 = datetime(2018, 3, 12, 8, 30, tzinfo=BEIJING)


def open_alerts(cause: str | None = None) -> set[tuple[str, str]]:
    found = Alert.objects.open()
    if cause:
        found = found.filter(cause=cause)
    return set(found.values_list("subject_name", "cause"))


def test_refreshing_opens_what_the_rules_find_and_repeats_nothing():
    district = build()
    done = refresh_alerts(now=MARCH_12)
    assert done.opened == Alert.objects.count() > 0
    # nos. 0 and 10 have no start; 2 and 6 start on 15 March, 7 in April; 5 and 11 are 前期工作
    late = {f"第{n}号项目" for n in (0, 2, 6, 7, 10)}
    planned = {p.project_id: p.start_month for p in AnnualPlan.objects.all()}
    expected = {
        p.name
        for i, p in enumerate(district.projects)
        if i % 6 != 5 and planned[p.pk] < MARCH and (p.started_on is None or p.started_on > date(2018, 3, 12))
    }
    assert {name for name, _ in open_alerts("overdue_start")} == expected == late
    again = refresh_alerts(now=MARCH_12 + timedelta(hours=1))
    assert (again.opened, again.relevelled, again.updated, again.cleared) == (0, 0, 0, 0)
    assert Event.objects.filter(verb="alerts.alert.changed").count() == 1


def added_up() -> set[tuple[str, str, int]]:
    rows = AlertTally.objects.values("level", "cause").annotate(count=Sum("open"))
    return set(rows.values_list("level", "cause", "count"))


def test_in_as_many_steps_as_it_takes_the_alerts_and_their_tally_are_the_same(monkeypatch):
    build()
    counted = refresh_alerts(now=MARCH_12)
    whole = set(Alert.objects.open().values_list("subject_id", "cause", "level", "basis", "stage"))
    tallied = added_up()
    Alert.objects.all().delete()
    tally.recount()
    monkeypatch.setattr("xushi.progress.warnings.TOGETHER", 3)
    taken = []
    with steps.taken(lambda: taken.append(Alert.objects.open().count())):
        again = refresh_alerts(now=MARCH_12)
    assert set(Alert.objects.open().values_list("subject_id", "cause", "level", "basis", "stage")) == whole
    assert added_up() == tallied
    assert again.opened == counted.opened == taken[-1] and len(taken) > 3 and taken == sorted(taken)


def test_a_start_registered_today_clears_the_alert():
    project = build().projects[0]
    refresh_alerts(now=MARCH_12)
    assert (project.name, "overdue_start") in open_alerts()
    Project.objects.filter(pk=project.pk).update(started_on=date(2018, 3, 12))
    refresh_alerts(project_ids=[project.pk], now=MARCH_12 + timedelta(hours=1))
    assert (project.name, "overdue_start") not in open_alerts()
    assert Alert.objects.get(subject_id=project.pk, cause="overdue_start").cleared_at


def test_a_plan_moved_today_clears_the_alert():
    project = build().projects[0]
    refresh_alerts(now=MARCH_12)
    AnnualPlan.objects.filter(project=project).update(start_month=Month(2018, 10))
    refresh_alerts(project_ids=[project.pk], now=MARCH_12 + timedelta(hours=1))
    assert (project.name, "overdue_start") not in open_alerts()


def test_investment_is_judged_by_the_closed_month_whatever_is_reported_since():
    district = build(months=2)
    refresh_alerts(now=MARCH_12)
    before = set(Alert.objects.filter(cause="slipping").values_list("subject_id", "amount", "points"))
    MonthlyReport.objects.bulk_create(
        MonthlyReport(project=p, month=MARCH, state="accepted", cumulative=5 * 10**12)
        for p in district.projects
    )
    refresh_alerts(now=MARCH_12 + timedelta(hours=1))
    assert set(Alert.objects.filter(cause="slipping").values_list("subject_id", "amount", "points")) == before


def test_a_whole_month_clears_and_opens_slipping():
    """No. 2: plan 3亿元 and 7元; in February 2×3/11亿元 of 2/12 due: ahead. March falls behind, April is back."""
    district = build(months=2)
    project = district.projects[2]
    refresh_alerts(now=MARCH_12)
    assert (project.name, "slipping") not in open_alerts()
    reports = [
        MonthlyReport(project=p, month=MARCH, state="accepted", cumulative=54_545_454 + 10)
        for p in district.projects
    ]
    MonthlyReport.objects.bulk_create(reports)
    close_month(MARCH, actor=SYSTEM, now=datetime(2018, 4, 8, 9, tzinfo=BEIJING))
    refresh_alerts(now=datetime(2018, 4, 8, 10, tzinfo=BEIJING))
    # due by March is a quarter of 300,000,007 元; 54,545,464 元 is 6.8 points behind: within ten
    assert (project.name, "slipping") not in open_alerts()
    set_thresholds(
        {"slipping_yellow": "6.8"}, "收紧", actor=SYSTEM, now=datetime(2018, 4, 8, 11, tzinfo=BEIJING)
    )
    refresh_alerts(now=datetime(2018, 4, 8, 12, tzinfo=BEIJING))
    alert = Alert.objects.get(subject_id=project.pk, cause="slipping")
    assert alert.amount == 20_454_538 and alert.points == Decimal("-6.8182")
    assert (alert.month, alert.since, alert.territory) == (MARCH, date(2018, 3, 31), project.territory)


def test_reports_not_in_by_the_due_day_and_then_in():
    district = build(months=2)
    refresh_alerts(now=datetime(2018, 4, 5, 23, 59, tzinfo=BEIJING))
    assert open_alerts("report_missing") == set()
    sixth = datetime(2018, 4, 6, 0, 1, tzinfo=BEIJING)
    refresh_alerts(now=sixth)
    owing = {p.name for i, p in enumerate(district.projects) if i % 6 != 5}
    assert {name for name, _ in open_alerts("report_missing")} >= owing
    MonthlyReport.objects.create(
        project=district.projects[0], month=MARCH, state="submitted", cumulative=1, submitted_at=sixth
    )
    refresh_alerts(now=sixth + timedelta(hours=1))
    assert district.projects[0].name not in {name for name, _ in open_alerts("report_missing")}


def test_carried_over_is_red_until_the_next_report():
    district = build(months=2, closed=1)
    MonthlyReport.objects.filter(project=district.projects[1], month=FEBRUARY).update(state="carried")
    close_month(FEBRUARY, actor=SYSTEM, now=datetime(2018, 3, 8, tzinfo=BEIJING))
    refresh_alerts(now=MARCH_12)
    alert = Alert.objects.get(cause="report_missing")
    assert (alert.subject_id, alert.level, alert.since) == (district.projects[1].pk, "red", date(2018, 3, 5))


def test_a_project_that_left_the_registry_loses_its_alerts():
    project = build().projects[0]
    refresh_alerts(now=MARCH_12)
    remove_projects([project], "不建了", actor=SYSTEM, now=MARCH_12, on=date(2018, 3, 12))
    refresh_alerts(now=MARCH_12 + timedelta(hours=1))
    assert not Alert.objects.open().filter(subject_id=project.pk).exists()


def test_a_project_listed_since_the_closing_is_judged_by_its_dates_alone():
    district = build(closed=2)
    project = Project.objects.create(
        name="新项目",
        name_key="新项目",
        category=district.projects[0].category,
        territory=district.territories[0],
        responsible_unit=district.territories[0],
        total_investment=YI,
    )
    list_projects([ListingInput(project.pk, 2018, "district", 1)], actor=SYSTEM, now=MARCH_12)
    plan = PlanInput(project.pk, 2018, planned_investment=YI, start_month=Month(2018, 1))
    set_plans([plan], actor=SYSTEM, now=MARCH_12)
    refresh_alerts(now=MARCH_12)
    assert {cause for name, cause in open_alerts() if name == "新项目"} == {"overdue_start"}


def test_before_the_first_closing_dates_speak_alone():
    build(months=1, closed=0)
    refresh_alerts(now=MARCH_12)
    assert {cause for _, cause in open_alerts()} <= {"overdue_start", "not_in_statistics"}
    assert open_alerts("overdue_start")


def test_as_of_never_moves():
    district = slow_district()
    before = findings_as_of(FEBRUARY)
    assert {f.cause for one in before for f in one.findings} >= {"overdue_start", "slipping"}
    Project.objects.update(started_on=date(2018, 1, 1), total_investment=1)
    AnnualPlan.objects.update(planned_investment=1, start_month=Month(2018, 12))
    set_thresholds({"slipping_yellow": "0.1"}, "收紧", actor=SYSTEM, now=MARCH_12)
    assert findings_as_of(FEBRUARY) == before
    assert all(one.standing.project_id in {p.pk for p in district.projects} for one in before)


def test_as_of_counts_what_the_figures_count():
    build()
    found = findings_as_of(FEBRUARY)
    late = [one for one in found if any(f.cause == "overdue_start" for f in one.findings)]
    facts = MonthClosing.objects.get(month=FEBRUARY).facts.filter(start_month__lte=FEBRUARY, started=False)
    under_way = [f for f in facts if 1 in (f.provincial_stage, f.municipal_stage, f.district_stage)]
    assert {one.standing.project_id for one in late} == {fact.project_id for fact in under_way}


def test_a_month_closed_late_is_judged_within_the_next_month():
    build()
    closing = MonthClosing.objects.get(month=FEBRUARY)
    assert judging_day(closing) == date(2018, 3, 8)
    closing.closed_at = datetime(2018, 6, 1, tzinfo=BEIJING)
    assert judging_day(closing) == date(2018, 3, 31)


def test_an_open_month_has_no_alerts_of_its_own():
    build()
    with pytest.raises(ValueError, match="2018年3月没有关账"):
        findings_as_of(MARCH)
    reopen_month(FEBRUARY, "补报", actor=SYSTEM, now=MARCH_12)
    with pytest.raises(ValueError, match="2018年2月没有关账"):
        findings_as_of(FEBRUARY)


def test_queries_do_not_grow_with_the_projects():
    counts = []
    for size in (6, 60):
        Alert.objects.all().delete()
        tally.recount()
        if size == 60:
            more = [replace_name(p, n) for n, p in enumerate(list(Project.objects.all()) * 9)]
            Project.objects.bulk_create(more)
            list_projects([ListingInput(p.pk, 2018, "district", 1) for p in more], actor=SYSTEM, now=MARCH_12)
        else:
            build(count=6)
        with CaptureQueriesContext(connection) as captured:
            refresh_alerts(now=MARCH_12)
        counts.append(len([q for q in captured if "INSERT" not in q["sql"]]))
    assert counts[0] == counts[1]


def replace_name(project: Project, number: int) -> Project:
    project = Project(**{f.attname: getattr(project, f.attname) for f in Project._meta.concrete_fields})
    project.pk, project.name = None, f"又一个{number}"
    project.name_key = project.name
    return project


def run_worker() -> None:
    now = datetime(2030, 1, 1, tzinfo=BEIJING)
    worker.work(now)
    assert not Reaction.objects.exclude(error="").exists()


def test_registering_a_start_sets_off_the_judgement():
    district: District = build()
    run_worker()
    project = district.projects[0]
    Alert.objects.all().delete()
    refresh_alerts(now=MARCH_12)
    assert (project.name, "overdue_start") in open_alerts()
    Project.objects.filter(pk=project.pk).update(started_on=date(2018, 3, 12))
    with transaction.atomic():
        event = record(
            "registry.project.amended", actor=SYSTEM, now=MARCH_12, summary="开工了", subject=project
        )
    assert projects_of(event) == {project.pk}
    run_worker()
    assert (project.name, "overdue_start") not in open_alerts()


def test_an_old_event_does_not_turn_the_alerts_back():
    build()
    refresh_alerts(now=MARCH_12)
    before = open_alerts()
    old = Event.objects.filter(verb="registry.project.registered").earliest("pk")
    assert old.at < MARCH_12 and old.verb in PROJECT_CHANGED
    judge_again(old)
    assert open_alerts() == before
    assert not Alert.objects.exclude(cleared_at=None).exists()


def test_the_nightly_sweep_is_idempotent():
    build()
    first, second = nightly(MARCH_12), nightly(MARCH_12)
    assert first.opened and not (second.opened or second.cleared or second.updated or second.relevelled)
    out = StringIO()
    call_command("sweep", at="2018-03-12T09:00", stdout=out)
    lines = out.getvalue().splitlines()
    assert lines[0] == "项目预警：开出0条，改级0条，更新0条，解除0条。"
    with pytest.raises(CommandError, match="看不懂时刻"):
        call_command("sweep", at="明早")


def test_a_new_day_alone_brings_an_alert_about():
    project = build().projects[0]
    AnnualPlan.objects.filter(project=project).update(start_month=MARCH)
    nightly(datetime(2018, 3, 31, 23, 59, tzinfo=BEIJING))
    before = open_alerts("overdue_start")
    nightly(datetime(2018, 4, 1, 0, 5, tzinfo=BEIJING))  # still 31 March in UTC
    assert open_alerts("overdue_start") - before == {(project.name, "overdue_start")}
