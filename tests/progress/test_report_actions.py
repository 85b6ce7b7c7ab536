"""月报的写入：报送、审核、退回、沿用、催报、草稿；两个人同时报。"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied

from tests.factories import NOW
from tests.progress.builders import AUGUST, JULY, WAN, add_plan, add_project, add_report, given_year
from xushi.core.months import Month
from xushi.journal.actions import SYSTEM, Actor
from xushi.journal.models import Event
from xushi.progress import actions
from xushi.progress.actions import Refused, ReportConflict, ReportInput
from xushi.progress.models import MonthClosing, MonthlyReport
from xushi.progress.models_reports import Reminder, ReportDecision, ReportDraft
from xushi.registry.actions import Conflict
from xushi.registry.models import Project
from xushi.units.models import Unit, User

pytestmark = pytest.mark.django_db
Make = Callable[..., Project]


@pytest.fixture
def project(subdistrict: Unit) -> Project:
    """14,500 万元 by July, 1,850 of them in July, of a plan of 28,600."""
    return given_year(subdistrict)


def row(project: Project, wan: int = 16_660, **more: object) -> ReportInput:
    return replace(ReportInput(project=project.pk, month=AUGUST, cumulative=wan * WAN), **more)


def submit(*rows: ReportInput, by: User | None = None) -> list[MonthlyReport]:
    return actions.submit_reports(rows, actor=Actor(by=by), now=NOW)


def problems(*rows: ReportInput, by: User | None = None) -> list[actions.ReportProblem]:
    with pytest.raises(Refused) as refused:
        submit(*rows, by=by)
    assert not MonthlyReport.objects.filter(month=AUGUST).exists()
    return refused.value.problems


def test_a_report_is_written_with_one_event_and_its_row(project: Project, territory_user: User) -> None:
    actions.save_draft(project, AUGUST, {"amount": "2160"}, actor=Actor(by=territory_user), now=NOW)
    [report] = submit(row(project, physical_progress=" 主体封顶 "), by=territory_user)
    report.refresh_from_db()
    assert (report.cumulative, report.state, report.version) == (16_660 * WAN, "submitted", 1)
    assert report.physical_progress == "主体封顶"
    event = Event.objects.get(verb="progress.report.submitted")
    assert event.subject_id == project.pk
    assert event.rows.get().changes["2018-08年内累计"] == [None, 16_660 * WAN]
    assert not ReportDraft.objects.exists()


def test_the_extra_digit_is_named_and_mended(project: Project) -> None:
    [problem] = problems(row(project, 14_500 + 21_600))
    assert problem.sentence == "是上月的11.7倍，可能多填了一位。若填2,160，累计为16,660万元。"
    assert (problem.proposed, problem.explainable) == (16_660 * WAN, True)


def test_an_explanation_is_enough_for_a_large_month(project: Project) -> None:
    [report] = submit(row(project, 14_500 + 21_600, explanation="设备款集中支付"))
    assert report.explanation == "设备款集中支付"


@pytest.mark.parametrize(
    ("wan", "says"),
    [
        (-1, "不能是负数"),
        (28_600 * 100 + 1, "超过年度计划28,600万元的100倍"),
        (14_499, "比上月的14,500万元少1万元"),
        (2_160, "若填的是当月数，累计为16,660万元"),
    ],
)
def test_amounts_that_cannot_be(project: Project, wan: int, says: str) -> None:
    [problem] = problems(row(project, wan))
    assert says in problem.sentence


# 12,650 over six months and 1,850 in the seventh: the median month is a sixth of 12,650, three times that a half of it
def test_three_times_the_usual_month_is_still_taken(project: Project) -> None:
    assert submit(ReportInput(project.pk, AUGUST, 14_500 * WAN + 12_650 * WAN // 2))


def test_one_yuan_more_than_three_times_is_asked_about(project: Project) -> None:
    assert problems(ReportInput(project.pk, AUGUST, 14_500 * WAN + 12_650 * WAN // 2 + 1))


def test_every_problem_of_every_row_at_once_and_nothing_written(project: Project, subdistrict: Unit) -> None:
    other = add_project(subdistrict, "没有计划的项目")
    found = problems(row(project, -5), row(other, 0, started_on=date(2018, 8, 1)), row(other, 0))
    assert [(p.row, p.field) for p in found] == [(2, "project")]
    found = problems(row(project, -5), row(other, 0, started_on=date(2018, 8, 1)))
    assert [(p.row, p.field) for p in found] == [(0, "cumulative"), (1, "started_on")]
    assert "没有2018年的年度计划" in found[1].sentence


def test_an_unlisted_project_does_not_report(subdistrict: Unit) -> None:
    project = add_project(subdistrict, "名单外", listed=False)
    assert "不在2018年的项目名单里" in problems(row(project, 1))[0].sentence


def test_the_future_cannot_be_reported(project: Project) -> None:
    with pytest.raises(Refused, match="2018年10月还没到"):
        submit(ReportInput(project.pk, Month(2018, 10), 20_000 * WAN))


def test_a_closed_month_is_locked(project: Project, office_user: User) -> None:
    MonthClosing.objects.create(month=AUGUST, closed_at=NOW)
    assert "已经关账" in problems(row(project))[0].sentence


def test_dates_in_their_order(project: Project) -> None:
    [problem] = problems(row(project, completed_on=date(2018, 8, 3)))
    assert problem.sentence == "还没有开工日期就报竣工，请先填开工日期。"
    [problem] = problems(row(project, started_on=date(2018, 9, 3)))
    assert "晚于2018年8月底" in problem.sentence


def test_a_batch_of_two_months_counts_the_first_for_the_second(project: Project) -> None:
    september = Month(2018, 9)
    rows = [ReportInput(project.pk, september, 18_000 * WAN), row(project)]
    assert [r.month for r in submit(*rows)] == [september, AUGUST]
    with pytest.raises(Refused, match="比上月的16,660万元少"):
        submit(ReportInput(project.pk, september, 16_000 * WAN))


def test_the_second_of_two_people_sees_what_changed(
    project: Project, territory_user: User, owner_user: User
) -> None:
    Project.objects.filter(pk=project.pk).update(owner_unit=owner_user.unit)
    mine = row(project, 16_700, based_on_version=0)
    actions.save_draft(project, AUGUST, {"amount": "2200"}, actor=Actor(by=owner_user), now=NOW)
    submit(row(project, based_on_version=0), by=territory_user)
    with pytest.raises(ReportConflict) as conflict:
        submit(mine, by=owner_user)
    [clash] = conflict.value.clashes
    assert clash.sentence.startswith(
        f"“{project.name}”9月12日8:30已由王街道报过。年内累计：16,660万元，你填的是16,700万元"
    )
    assert MonthlyReport.objects.get(month=AUGUST).cumulative == 16_660 * WAN
    assert ReportDraft.objects.get(user=owner_user).typed == {"amount": "2200"}
    [report] = submit(replace(mine, based_on_version=clash.version), by=owner_user)
    assert (report.cumulative, report.version) == (16_700 * WAN, 2)


def test_sending_the_same_again_changes_nothing(project: Project, territory_user: User) -> None:
    submit(row(project), by=territory_user)
    [report] = submit(row(project), by=territory_user)
    assert report.version == 1
    assert Event.objects.filter(verb="progress.report.submitted").count() == 1


def test_nobody_reports_for_others(
    project: Project, stranger: User, leader_user: User, office_user: User
) -> None:
    for user in (stranger, leader_user, office_user):
        with pytest.raises(PermissionDenied):
            submit(row(project), by=user)
        with pytest.raises(PermissionDenied):
            actions.save_draft(project, AUGUST, {}, actor=Actor(by=user), now=NOW)


def test_the_office_may_import_for_everyone(project: Project, office_user: User) -> None:
    actor = Actor(by=office_user, channel=Event.Channel.IMPORT)
    assert actions.submit_reports([row(project)], actor=actor, now=NOW)


def test_accepting_gives_the_project_its_dates(project: Project, office_user: User) -> None:
    [report] = submit(row(project, started_on=date(2018, 8, 6)))
    actions.accept_reports([report], actor=Actor(by=office_user), now=NOW)
    project.refresh_from_db()
    assert project.started_on == date(2018, 8, 6)
    changes = Event.objects.get(verb="progress.report.accepted").rows.get().changes
    assert changes["开工"] == [None, "2018-08-06"]
    assert ReportDecision.objects.get().by == office_user
    actions.return_report(report, "日期核错", actor=Actor(by=office_user), now=NOW)
    project.refresh_from_db()
    assert project.started_on is None


def test_a_report_sent_again_is_not_accepted_unread(project: Project, office_user: User) -> None:
    [report] = submit(row(project))
    submit(row(project, 16_700))
    report.version = 1
    with pytest.raises(Conflict, match="看过之后又报了一次"):
        actions.accept_reports([report], actor=Actor(by=office_user), now=NOW)


def test_an_accepted_report_waits_for_its_return(
    project: Project, territory_user: User, office_user: User
) -> None:
    [report] = submit(row(project), by=territory_user)
    actions.accept_reports([report], actor=Actor(by=office_user), now=NOW)
    with pytest.raises(Refused, match="已审核通过"):
        submit(row(project, 16_700), by=territory_user)
    with pytest.raises(Refused, match="退回要写理由"):
        actions.return_report(report, "　", actor=Actor(by=office_user), now=NOW)
    actions.return_report(report, "与台账不符", actor=Actor(by=office_user), now=NOW)
    assert ReportDecision.objects.filter(kind="returned").get().reason == "与台账不符"
    [again] = submit(row(project, 16_700), by=territory_user)
    assert (again.state, again.version) == ("submitted", 2)


def test_only_the_office_decides(project: Project, territory_user: User, leader_user: User) -> None:
    [report] = submit(row(project))
    for user in (territory_user, leader_user):
        actor = Actor(by=user)
        with pytest.raises(PermissionDenied):
            actions.accept_reports([report], actor=actor, now=NOW)
        with pytest.raises(PermissionDenied):
            actions.return_report(report, "不对", actor=actor, now=NOW)
        with pytest.raises(PermissionDenied):
            actions.carry_over([project], AUGUST, "停工", actor=actor, now=NOW)
        with pytest.raises(PermissionDenied):
            actions.remind_reporters([project], AUGUST, actor=actor, now=NOW)


def test_carrying_over_takes_last_month_with_a_reason(project: Project, office_user: User) -> None:
    actor = Actor(by=office_user)
    with pytest.raises(Refused, match="沿用上月要写理由"):
        actions.carry_over([project], AUGUST, "", actor=actor, now=NOW)
    [report] = actions.carry_over([project], AUGUST, "停工", actor=actor, now=NOW)
    assert (report.cumulative, report.state) == (14_500 * WAN, "carried")
    assert actions.carry_over([project], AUGUST, "停工", actor=actor, now=NOW) == []


def test_a_returned_report_can_be_carried_over(project: Project, office_user: User) -> None:
    actor = Actor(by=office_user)
    [report] = submit(row(project))
    actions.return_report(report, "与台账不符", actor=actor, now=NOW)
    [carried] = actions.carry_over([project], AUGUST, "催不到", actor=actor, now=NOW)
    carried.refresh_from_db()
    assert (carried.pk, carried.cumulative, carried.state) == (report.pk, 14_500 * WAN, "carried")


def test_one_reminder_a_day_and_none_once_it_is_in(
    project: Project, subdistrict: Unit, office_user: User
) -> None:
    late = add_project(subdistrict, "没报的项目")
    add_plan(late, 1_000)
    add_report(project, AUGUST, 15_000)
    actor = Actor(by=office_user)
    assert [r.project for r in actions.remind_reporters([project, late], AUGUST, actor=actor, now=NOW)] == [
        late
    ]
    assert actions.remind_reporters([late], AUGUST, actor=actor, now=NOW + timedelta(hours=3)) == []
    assert actions.remind_reporters([late], AUGUST, actor=actor, now=NOW + timedelta(days=1))
    assert Reminder.objects.count() == 2
    assert Event.objects.filter(verb="progress.report.reminded").count() == 2


def test_the_system_builds_a_year_in_one_event(subdistrict: Unit) -> None:
    projects = [add_project(subdistrict, f"批量{i}") for i in range(5)]
    rows = [
        ReportInput(project.pk, Month(2018, number), number * 100 * WAN)
        for project in projects
        for number in range(1, 9)
    ]
    assert len(actions.submit_reports(rows, actor=SYSTEM, now=NOW)) == 40
    assert Event.objects.get().summary == "报送2018年1月至2018年8月月报，5个项目"
    assert JULY in {report.month for report in MonthlyReport.objects.all()}
