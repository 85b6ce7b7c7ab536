"""月报的写入：报送、审核、退回、沿用、催报；成批的，一次一个事务、一条日志。"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from xushi.alerts.thresholds import book_at
from xushi.core.clock import local_day
from xushi.core.months import Month
from xushi.core.text import tidy
from xushi.journal.actions import Actor
from xushi.journal.models import Changes
from xushi.kit.bulk import insert_all, maker, update_all
from xushi.kit.listed import listed
from xushi.kit.one_each import keep_one
from xushi.progress import policy
from xushi.progress.closed import closed_territories
from xushi.progress.intake import (
    FIELDS,
    Intake,
    ReportConflict,
    ReportProblem,
    differences,
    lock_projects,
    past_of,
    plain,
)
from xushi.progress.models import MonthlyReport
from xushi.progress.models_reports import Reminder, ReportDecision, ReportDraft
from xushi.progress.rules_report import ReportInput, doubts_of
from xushi.progress.standing import COUNTED
from xushi.progress.turns import report_beside_others
from xushi.progress.writing import months_of, record_projects, refuse
from xushi.registry.actions import Conflict, Refused, RowProblem
from xushi.registry.models import Project

__all__ = [
    "Conflict",
    "Refused",
    "ReportConflict",
    "ReportInput",
    "ReportProblem",
    "accept_reports",
    "carry_over",
    "remind_reporters",
    "return_report",
    "save_draft",
    "submit_reports",
]
State = MonthlyReport.State
_TEXTS = ("physical_progress", "facts", "explanation", "difficulty")
_COLUMNS = [*FIELDS, "state", "version", "submitted_by", "submitted_at"]


@transaction.atomic
def submit_reports(rows: Sequence[ReportInput], *, actor: Actor, now: datetime) -> list[MonthlyReport]:
    """报送月报. Refused names every problem of every row; ReportConflict says who reported meanwhile and what.

    A row equal to what is already in is left as it is. The writer's drafts of these reports are done with.
    """
    rows = [_tidied(row) for row in rows]
    report_beside_others(row.month for row in rows)
    intake = Intake.of(rows)
    _allowed([row.project for row in rows], actor)
    refuse(
        [*_unknown(rows, intake), *_closed([(row.month, intake.territory_of(row.project)) for row in rows])]
    )
    refuse(_judged(rows, intake, actor, now))
    clashes = [clash for row in rows if (clash := intake.clash(row))]
    if clashes:
        raise ReportConflict(clashes)
    reports, changes = _write(rows, intake, actor, now)
    if actor.by:
        _drop_drafts(rows, actor)
    names = {pk: project.name for pk, project in intake.projects.items()}
    record_projects("progress.report.submitted", f"报送{months_of(rows)}月报", changes, names, actor, now)
    return reports


def _tidied(row: ReportInput) -> ReportInput:
    texts = {name: text for name in _TEXTS if (text := getattr(row, name)) != text.strip()}
    return replace(row, **{name: text.strip() for name, text in texts.items()}) if texts else row


def _unknown(rows: Sequence[ReportInput], intake: Intake) -> Iterable[RowProblem]:
    seen: dict[tuple[int, int], int] = {}
    for i, row in enumerate(rows):
        if row.project not in intake.projects:
            yield ReportProblem(i, "project", "库里没有这个项目，请先新增项目。")
        key = (row.project, row.month.key)
        if key in seen:
            yield ReportProblem(i, "project", f"与第{seen[key] + 1}行是同一个项目的同一个月，请只留一行。")
        seen.setdefault(key, i)


def _closed(wanted: Sequence[tuple[Month, int | None]]) -> Iterable[RowProblem]:
    """wanted: the month and the territory of each row."""
    closed = closed_territories({month for month, _ in wanted}, {place for _, place in wanted if place})
    for i, row in enumerate(wanted):
        if row in closed:
            yield ReportProblem(
                i, "month", f"{row[0].label}已经关账，数不能再改；确要改的，请重大办写明理由重开这个月。"
            )


def _ask_open(wanted: set[tuple[Month, int]]) -> None:
    """Refused where a month is closed on one of these territories, said once."""
    refuse(list(_closed(sorted(wanted)))[:1])


def _allowed(projects: Sequence[int], actor: Actor) -> None:
    """PermissionDenied unless the actor reports for all of these projects; commands and the system may.

    Asked before anything is said of a project: of one that is another's nobody learns that there is such a number, nor
    whether its month is closed.
    """
    if actor.by is None:
        return
    condition = policy.reportable(actor.by, actor.channel)
    wanted = set(projects)
    known = Project.objects.filter(condition, listed("pk", wanted)).count()
    if known != len(wanted):
        raise PermissionDenied("只能报自己单位的项目，请照项目清单核对编号。")


def _judged(rows: Sequence[ReportInput], intake: Intake, actor: Actor, now: datetime) -> Iterable[RowProblem]:
    today = local_day(now)
    book = book_at(now)
    office = actor.by is None or policy.can_review(actor.by)
    for i, row in sorted(enumerate(rows), key=lambda pair: pair[1].month):
        factor = book.of_unit(intake.projects[row.project].territory_id).anomaly_factor
        for doubt in doubts_of(row, intake.standard(row), today=today, factor=factor):
            yield ReportProblem(i, doubt.field, doubt.sentence, doubt.proposed, doubt.explainable)
        held = intake.held.get((row.project, row.month.key))
        if held and held.state == State.ACCEPTED and not office and differences(held, row):
            yield ReportProblem(i, "month", f"{row.month.label}月报已审核通过，要改请重大办先退回。")
        intake.take(row)


def _write(
    rows: Sequence[ReportInput], intake: Intake, actor: Actor, now: datetime
) -> tuple[list[MonthlyReport], dict[int, Changes]]:
    reports: list[MonthlyReport] = []
    new: list[MonthlyReport] = []
    old: list[MonthlyReport] = []
    changes: dict[int, Changes] = {}
    make = maker(MonthlyReport)
    for row in rows:
        held = intake.held.get((row.project, row.month.key))
        if held and held.state in (State.SUBMITTED, State.ACCEPTED) and not differences(held, row):
            reports.append(held)
            continue
        report = held or make({"project_id": row.project, "month": row.month, "version": 0})
        for label, pair in _changed(report, row).items():
            changes.setdefault(row.project, {})[f"{row.month}{label}"] = pair
        for name in FIELDS:
            setattr(report, name, _stored(getattr(row, name)))
        report.state, report.version = State.SUBMITTED, report.version + 1
        report.submitted_by, report.submitted_at = actor.by, now
        (old if held else new).append(report)
        reports.append(report)
    insert_all(new)
    update_all(old, _COLUMNS)
    return reports, changes


def _changed(report: MonthlyReport, row: ReportInput) -> Changes:
    if report.version:
        return differences(report, row) | {"状态": [report.get_state_display(), State.SUBMITTED.label]}
    return {
        label: [None, plain(getattr(row, name))] for name, label in FIELDS.items() if getattr(row, name)
    } | {"年内累计": [None, row.cumulative]}


def _stored(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _drop_drafts(rows: Sequence[ReportInput], actor: Actor) -> None:
    drafts = ReportDraft.objects.filter(user=actor.by, month__in={row.month for row in rows})
    drafts.filter(listed("project_id", {row.project for row in rows})).delete()


@transaction.atomic
def accept_reports(reports: Sequence[MonthlyReport], *, actor: Actor, now: datetime) -> list[MonthlyReport]:
    """审核通过: the reports count, and the dates in them become the project's own. Returns those newly accepted.

    Conflict where a report was sent again after the reviewer read it.
    """
    held = _locked(reports, actor)
    refuse(_not_submitted(held))
    accepted = [report for report in held if report.state == State.SUBMITTED]
    _decide(accepted, State.ACCEPTED, ReportDecision.Kind.ACCEPTED, "", actor, now)
    changes: dict[int, Changes] = {}
    for report in accepted:
        changes.setdefault(report.project_id, {})[f"{report.month}月报"] = [
            State.SUBMITTED.label,
            State.ACCEPTED.label,
        ]
    _give_dates(accepted, changes)
    record_projects(
        "progress.report.accepted", f"审核通过{months_of(accepted)}月报", changes, _names(held), actor, now
    )
    return accepted


def _not_submitted(reports: Sequence[MonthlyReport]) -> Iterable[RowProblem]:
    for i, report in enumerate(reports):
        if report.state == State.RETURNED:
            yield ReportProblem(
                i, "state", f"“{report.project.name}”的{report.month.label}月报已退回，等重报后再审。"
            )


def _give_dates(reports: Sequence[MonthlyReport], changes: dict[int, Changes]) -> None:
    touched: dict[int, Project] = {}
    for report in sorted(reports, key=lambda report: report.month):
        project = touched.get(report.project_id, report.project)
        for name, label in (("started_on", "开工"), ("completed_on", "竣工")):
            day = getattr(report, name)
            if day and not getattr(project, name):
                setattr(project, name, day)
                changes.setdefault(project.pk, {})[label] = [None, str(day)]
                touched[project.pk] = project
    _save_projects(touched.values())


def _save_projects(projects: Iterable[Project]) -> None:
    rows = list(projects)
    for project in rows:
        project.version += 1
    update_all(rows, ["started_on", "completed_on", "version"])


@transaction.atomic
def return_report(report: MonthlyReport, reason: str, *, actor: Actor, now: datetime) -> MonthlyReport:
    """退回: with a reason; the report no longer counts, nor do the dates that it gave the project."""
    if not tidy(reason):
        raise Refused([RowProblem(0, "reason", "退回要写理由：哪里不对、怎么改。")])
    [held] = _locked([report], actor)
    if held.state not in (State.SUBMITTED, State.ACCEPTED):
        raise Refused([RowProblem(0, "state", f"这份月报现在是“{held.get_state_display()}”，不用退回。")])
    was, project = held.get_state_display(), held.project
    changes: Changes = {f"{held.month}月报": [was, f"{State.RETURNED.label}：{reason.strip()}"]}
    if held.state == State.ACCEPTED:
        for name, label in (("started_on", "开工"), ("completed_on", "竣工")):
            day = getattr(held, name)
            if day and getattr(project, name) == day:
                setattr(project, name, None)
                changes[label] = [str(day), None]
        _save_projects([project] if len(changes) > 1 else [])
    _decide([held], State.RETURNED, ReportDecision.Kind.RETURNED, reason.strip(), actor, now)
    summary = f"退回{held.month.label}月报，理由：{reason.strip()}"
    record_projects(
        "progress.report.returned", summary, {project.pk: changes}, {project.pk: project.name}, actor, now
    )
    return held


@transaction.atomic
def carry_over(
    projects: Sequence[Project], month: Month, reason: str, *, actor: Actor, now: datetime
) -> list[MonthlyReport]:
    """沿用上月: no report came, so the month takes last month's cumulative; with a reason. Returns those carried."""
    if not tidy(reason):
        raise Refused([RowProblem(0, "reason", "沿用上月要写理由。")])
    _office([project.pk for project in projects], actor)
    report_beside_others([month])
    rows = [ReportInput(project=project.pk, month=month, cumulative=0) for project in projects]
    _ask_open({(month, project.territory_id) for project in projects})
    intake = Intake.of(rows)
    new: list[MonthlyReport] = []
    old: list[MonthlyReport] = []
    for project in projects:
        held = intake.held.get((project.pk, month.key))
        if held and held.state in COUNTED:
            continue
        report = held or MonthlyReport(project=project, month=month, version=0)
        report.cumulative = past_of(intake.history.get((project.pk, month.year), {}), month).cumulative
        report.version += 1
        (old if held else new).append(report)
    for report in new:
        report.state = State.CARRIED
    MonthlyReport.objects.bulk_create(new, batch_size=1000)
    update_all(old, _COLUMNS)
    carried = [*new, *old]
    _decide(carried, State.CARRIED, ReportDecision.Kind.CARRIED, reason.strip(), actor, now)
    changes: dict[int, Changes] = {r.project_id: {f"{month}年内累计": [None, r.cumulative]} for r in carried}
    summary = f"{month.label}月报沿用上月，理由：{reason.strip()}"
    names = {project.pk: project.name for project in projects}
    record_projects("progress.report.carried", summary, changes, names, actor, now)
    return carried


@transaction.atomic
def remind_reporters(
    projects: Sequence[Project], month: Month, *, actor: Actor, now: datetime
) -> list[Reminder]:
    """催报: once a day for each project whose report is not in; returns the reminders given."""
    _office([project.pk for project in projects], actor)
    ids = [project.pk for project in projects]
    reports = MonthlyReport.objects.filter(listed("project_id", ids), month=month, state__in=COUNTED)
    here: set[int] = set(reports.values_list("project_id", flat=True))
    latest = Reminder.objects.filter(listed("project_id", ids), month=month).values_list("project_id", "at")
    here |= {project for project, at in latest if local_day(at) == local_day(now)}
    wanted = [project for project in projects if project.pk not in here]
    reminders = Reminder.objects.bulk_create(
        [Reminder(project=project, month=month, by=actor.by, at=now) for project in wanted], batch_size=1000
    )
    changes: dict[int, Changes] = {project.pk: {"催报": [None, str(month)]} for project in wanted}
    names = {project.pk: project.name for project in wanted}
    record_projects("progress.report.reminded", f"催报{month.label}月报", changes, names, actor, now)
    return reminders


def save_draft(
    project: Project, month: Month, typed: dict[str, Any], *, actor: Actor, now: datetime, based_on: int = 0
) -> ReportDraft:
    """存草稿: as typed, valid or not. A draft is the writer's own note: nothing reads it but their form, so that it
    leaves no event (every keystroke would); sending it does."""
    if not policy.can_report(actor.by, project):
        raise PermissionDenied("只能报自己单位的项目。")
    values = {"typed": typed, "based_on": based_on, "updated_at": now}
    draft, _ = keep_one(ReportDraft.objects, project=project, month=month, user=actor.by, values=values)
    return draft


def _locked(reports: Sequence[MonthlyReport], actor: Actor) -> list[MonthlyReport]:
    """The rows as they are now, locked, in the order given; only the office, in its scope, in an open month."""
    wanted = {report.pk: report for report in reports}
    _office([report.project_id for report in reports], actor)
    report_beside_others(report.month for report in reports)
    # the same lock as a reporter's: what is sent anew meanwhile is either seen here, or sees this decision
    lock_projects(report.project_id for report in reports)
    locked = MonthlyReport.objects.select_for_update(of=("self",)).select_related("project")
    held = {row.pk: row for row in locked.filter(listed("pk", wanted))}
    moved = [row for pk, row in held.items() if row.version != wanted[pk].version]
    if moved:
        names = "、".join(f"“{row.project.name}”" for row in moved[:5])
        raise Conflict(f"{names}在你看过之后又报了一次，请看看新报的数再审。")
    _ask_open({(row.month, row.project.territory_id) for row in held.values()})
    return [held[pk] for pk in wanted]


def _office(projects: Sequence[int], actor: Actor) -> None:
    if actor.by is None:
        return
    wanted = set(projects)
    known = Project.objects.visible_to(actor.by).filter(listed("pk", wanted)).count()
    if not policy.can_review(actor.by) or known != len(wanted):
        raise PermissionDenied("审核、退回、沿用和催报由重大办办理。")


def _decide(
    reports: Sequence[MonthlyReport], state: str, kind: str, reason: str, actor: Actor, now: datetime
) -> None:
    for report in reports:
        report.state = state
    MonthlyReport.objects.filter(listed("pk", [report.pk for report in reports])).update(state=state)
    ReportDecision.objects.bulk_create(
        [
            ReportDecision(report=report, kind=kind, reason=reason[:300], by=actor.by, at=now)
            for report in reports
        ],
        batch_size=1000,
    )


def _names(reports: Sequence[MonthlyReport]) -> dict[int, str]:
    return {report.project_id: report.project.name for report in reports}
