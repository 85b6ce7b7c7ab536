"""名单、计划、月报、投资与工期调整：各自怎么与库里比。"""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from xushi.alerts.thresholds import book_at
from xushi.core.cells import Choice
from xushi.core.clock import BEIJING
from xushi.core.money import half_up
from xushi.core.months import Month
from xushi.core.text import name_key
from xushi.exchange.comparing import (
    CHANGED,
    NEW,
    UNCHANGED,
    Comparison,
    compare_projects,
    month_of,
    year_of,
)
from xushi.exchange.sheets import address
from xushi.exchange.understanding import CONFIRMED, Row, shown
from xushi.kit.listed import listed
from xushi.progress.intake import Intake, differences
from xushi.progress.models import MonthlyReport
from xushi.progress.rules_report import ReportInput, doubts_of, explains
from xushi.registry.models import AnnualPlan, Listing, ListLevel, Project, ProjectRevision, Stage
from xushi.registry.rules import ListingInput, PlanInput, RevisionInput, problems_of_plan

_PLAN_FIELDS = ("planned_investment", "invested_before", "start_month", "completion_month", "goals")
_REPORT_TEXTS = ("physical_progress", "facts", "explanation", "difficulty")


def compare_listings(comparison: Comparison, year: int | None) -> None:
    held: dict[tuple[int, int, str], int] = {}
    listings = Listing.objects.filter(listed("project_id", _targets(comparison)))
    for project, listed_in, level, stage in listings.values_list("project_id", "year", "level", "stage"):
        held[project, listed_in, level] = stage
    for row in comparison.good():
        for name in ("level", "stage"):
            if row.values.get(name) is None:
                comparison.found.complain(
                    row, name, f"没有{comparison.found.kind.field(name).label}。请填上。"
                )
        own_year = year_of(comparison, row, year)
        if row.bad or own_year is None or row.target is None:
            continue
        listing = ListingInput(row.target, own_year, row.values["level"], int(row.values["stage"]))
        was = held.get((listing.project, listing.year, listing.level))
        row.status = UNCHANGED if was == listing.stage else NEW if was is None else CHANGED
        if row.status == UNCHANGED:
            continue
        comparison.payload.append((row, listing))
        old = Stage(was).label if was else None
        label = f"{own_year}年{ListLevel(listing.level).label}名单"
        row.changes["stage"] = [old, Stage(listing.stage).label]
        comparison.differ(row, _name(comparison, row), label, old, Stage(listing.stage).label)


def compare_plans(comparison: Comparison, year: int | None) -> None:
    """New plans come into force; a differing one of a project that has one is proposed as a revision."""
    held = _plans_in_force(comparison)
    investments = _total_investments(comparison)
    for row in comparison.good():
        own_year = year_of(comparison, row, year)
        if own_year is None or row.target is None:
            continue
        was = held.get((row.target, own_year))
        if row.values.get("planned_investment") is None:
            if was is None:
                comparison.found.complain(row, "planned_investment", "没有年度计划数。请填上。")
            else:
                row.status = UNCHANGED
            continue
        _plan_row(comparison, row, own_year, was, investments.get(row.target, 0))


def _plan_row(comparison: Comparison, row: Row, year: int, was: AnnualPlan | None, total: int) -> None:
    given = {name: row.values[name] for name in _PLAN_FIELDS if row.values.get(name) is not None}
    kept = {name: getattr(was, name) for name in _PLAN_FIELDS} if was else {}
    curve = tuple(was.curve) if was and was.curve else None
    plan = PlanInput(project=row.target or 0, year=year, curve=curve, **{**kept, **given})
    for problem in problems_of_plan(plan):
        if not problem.warning:
            comparison.found.complain(row, problem.field, problem.sentence)
    _within_total(comparison, row, plan, row.values.get("total_investment") or total)
    _original_agrees(comparison, row, was)
    if row.bad:
        return
    changed = [name for name in given if was is None or getattr(was, name) != given[name]]
    row.status = NEW if was is None else CHANGED if changed else UNCHANGED
    if row.status == UNCHANGED:
        return
    for name in changed:
        known = comparison.found.kind.field(name)
        old = getattr(was, name) if was else None
        row.changes[name] = [shown(old, amount=known.is_amount), shown(given[name], amount=known.is_amount)]
        comparison.differ(row, _name(comparison, row), known.label, old, given[name], amount=known.is_amount)
    (comparison.payload if was is None else comparison.revised).append((row, plan))


def _within_total(comparison: Comparison, row: Row, plan: PlanInput, total: int) -> None:
    """A year's plan above the whole project's investment is mostly one digit too many."""
    if not total or plan.planned_investment <= total:
        return
    found = comparison.found
    amount, whole = shown(plan.planned_investment, amount=True), shown(total, amount=True)
    choices = [Choice("数字无误", CONFIRMED)]
    tenth = int(half_up(Decimal(plan.planned_investment) / 10, 0))
    sentence = f"{amount}万元超过总投资{whole}万元。请核对单位和位数。"
    if tenth <= total:
        sentence = f"{amount}万元超过总投资{whole}万元，可能多填了一位。"
        choices.insert(0, Choice(f"改为{shown(tenth, amount=True)}", f"{tenth}元"))
    found.complain(row, "planned_investment", sentence, choices=tuple(choices))


def _original_agrees(comparison: Comparison, row: Row, was: AnnualPlan | None) -> None:
    original = row.values.get("original_plan")
    if was is not None and original is not None and original != was.planned_investment:
        comparison.found.complain(
            row,
            "original_plan",
            f"原年度计划{shown(original, amount=True)}万元，"
            f"库里是{shown(was.planned_investment, amount=True)}万元。原计划不入库。",
            must=False,
            choices=(Choice("以库里为准", CONFIRMED),),
        )


def compare_reports(comparison: Comparison) -> None:
    """Reports are judged as if they came from the phone: the same doubts, named at their cells."""
    pairs: list[tuple[Row, ReportInput]] = []
    for row in comparison.good():
        month = month_of(comparison, row)
        if month is not None and row.target is not None:
            if row.values.get("cumulative") is None and row.values.get("this_month") is None:
                comparison.found.complain(
                    row, "cumulative", "没有完成投资。请填年内累计或当月完成，没有完成填0。"
                )
                continue
            pairs.append((row, _report_input(row, month)))
    if not pairs:
        return
    intake = Intake.of([report for _, report in pairs])
    book = book_at(_end_of(comparison.today))
    for row, given in sorted(pairs, key=lambda pair: pair[1].month):
        known = intake.projects.get(given.project)
        factor = book.of_unit(known.territory_id if known else None).anomaly_factor
        _judge_report(comparison, row, given, intake, factor)


def _end_of(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time.min, BEIJING)


def _report_input(row: Row, month: Month) -> ReportInput:
    texts: dict[str, Any] = {name: row.values.get(name) or "" for name in _REPORT_TEXTS}
    return ReportInput(
        project=row.target or 0,
        month=month,
        cumulative=row.values.get("cumulative") or 0,
        started_on=row.values.get("started_on"),
        completed_on=row.values.get("completed_on"),
        **texts,
    )


def _judge_report(
    comparison: Comparison, row: Row, given: ReportInput, intake: Intake, factor: Decimal
) -> None:
    found, report = comparison.found, given
    standard = intake.standard(report)
    past = standard.past.cumulative
    this_month = row.values.get("this_month")
    if row.values.get("cumulative") is None:
        report = _with_cumulative(report, past + (this_month or 0))
    elif this_month is not None and past and past + this_month != report.cumulative:
        total = past + this_month
        found.complain(
            row,
            "cumulative",
            f"上月累计{shown(past, amount=True)}加当月{shown(this_month, amount=True)}是{shown(total, amount=True)}万元，"
            f"表里累计是{shown(report.cumulative, amount=True)}万元。",
            choices=(
                Choice(f"累计改为{shown(total, amount=True)}", f"{total}元"),
                Choice("以累计为准", CONFIRMED),
            ),
        )
    for doubt in doubts_of(report, standard, today=comparison.today, factor=factor):
        choices = []
        if doubt.proposed is not None:
            choices.append(Choice(f"改为{shown(doubt.proposed, amount=True)}", f"{doubt.proposed}元"))
        if doubt.explainable:
            answer = found.answers.get(address(row.number, found.at(row.number, doubt.field)))
            if answer == CONFIRMED:
                report = _explained(report)
                continue
            choices.append(Choice("数字无误", CONFIRMED))
        found.complain(row, doubt.field, doubt.sentence, choices=tuple(choices))
    intake.take(report)
    if not row.bad:
        _report_row(comparison, row, report, past, intake.held.get((report.project, report.month.key)))


def _explained(report: ReportInput) -> ReportInput:
    """What the sheet says of the figure; where that is no sentence, that it was checked on import."""
    said = report.explanation.strip()
    return ReportInput(
        **{**_as_dict(report), "explanation": said if explains(said) else f"{said}导入时核对过，数字无误。"}
    )


def _with_cumulative(report: ReportInput, cumulative: int) -> ReportInput:
    return ReportInput(**{**_as_dict(report), "cumulative": cumulative})


def _as_dict(report: ReportInput) -> dict[str, Any]:
    return {name: getattr(report, name) for name in ReportInput.__dataclass_fields__}


def _report_row(
    comparison: Comparison, row: Row, report: ReportInput, past: int, held: MonthlyReport | None
) -> None:
    name = _name(comparison, row)
    label = f"{report.month.label}累计"
    if held is None:
        row.status = NEW
        comparison.differ(row, name, label, past, report.cumulative, amount=True)
    else:
        changes = differences(held, report)
        row.status = CHANGED if changes else UNCHANGED
        for what, (old, new) in changes.items():
            amount = isinstance(old, int) and isinstance(new, int)
            comparison.differ(row, name, what, old, new, amount=amount)
    if row.status != UNCHANGED:
        comparison.payload.append((row, report))


def compare_revisions(comparison: Comparison) -> None:
    """Each row is one revision; projects not yet known are made with their latest values."""
    groups: dict[Any, list[Row]] = {}
    for row in comparison.good():
        if row.values.get("as_of") is None:
            comparison.found.complain(row, "as_of", "没有报告日期。请填上。")
            continue
        who = row.target if row.target is not None else name_key(row.values["name"])
        groups.setdefault(who, []).append(row)
    firsts: list[Row] = []
    for who, rows in groups.items():
        rows.sort(key=lambda row: row.values["as_of"])
        if not isinstance(who, int):
            firsts.append(_latest_of(rows, comparison.found.fallback))
    compare_projects(comparison, firsts, amend=False)
    _revision_payload(comparison, groups)


def _latest_of(rows: list[Row], fallback: dict[str, Any]) -> Row:
    """One row saying what the newest rows say, an older one where the newest is blank; below 0 is no amount."""
    latest = Row(rows[-1].number, {})
    for row in rows:
        for name, value in row.values.items():
            default = name in fallback and value == fallback[name]
            below = name == "total_investment" and isinstance(value, int) and value < 0
            if value is not None and not below and not (default and name in latest.values):
                latest.values[name] = value
    return latest


def _revision_payload(comparison: Comparison, groups: dict[Any, list[Row]]) -> None:
    made = {name_key(project.name): i for i, (_, project) in enumerate(comparison.new_projects)}
    held = _revisions_held(comparison)
    stated = comparison.found.layout.columns
    for who, rows in groups.items():
        for row in rows:
            if row.bad:
                continue
            amount = (
                row.values.get("total_investment")
                if _said(comparison, row, "total_investment", stated)
                else None
            )
            revision = RevisionInput(
                project=who if isinstance(who, int) else -1 - made.get(who, 10**9),
                as_of=row.values["as_of"],
                total_investment=amount,
                planned_completion_on=row.values.get("planned_completion_on"),
                stated_change=row.values.get("stated_change"),
                source=(comparison.found.told.sender or comparison.found.sheet.name)[:200],
                reason=row.values.get("reason") or "",
            )
            _revision_row(comparison, row, revision, held.get((who, revision.as_of)))


def _said(comparison: Comparison, row: Row, name: str, columns: dict[str, int]) -> bool:
    """Whether the row itself names a value; a default fills the project, never its history."""
    sheet = comparison.found.sheet
    said = name in columns and sheet.cell(row.number, columns[name]) not in ("", None)
    return said or address(row.number, columns.get(name, 0)) in comparison.found.answers


def _revision_row(
    comparison: Comparison, row: Row, revision: RevisionInput, was: ProjectRevision | None
) -> None:
    amounts = ("total_investment", "stated_change")
    changed = [
        name
        for name in (*amounts, "planned_completion_on", "reason")
        if was is None or getattr(was, name) != getattr(revision, name)
    ]
    row.status = NEW if was is None else CHANGED if changed else UNCHANGED
    if row.status == UNCHANGED:
        return
    comparison.payload.append((row, revision))
    for name in changed if was else ():
        known = comparison.found.kind.field(name)
        old, new = getattr(was, name), getattr(revision, name)
        comparison.differ(
            row, _name(comparison, row), f"{revision.as_of}{known.label}", old, new, amount=name in amounts
        )


def _plans_in_force(comparison: Comparison) -> dict[tuple[int, int], AnnualPlan]:
    plans = AnnualPlan.objects.filter(state=AnnualPlan.State.IN_FORCE)
    of_targets = plans.filter(listed("project_id", _targets(comparison)))
    return {(plan.project_id, plan.year): plan for plan in of_targets}


def _total_investments(comparison: Comparison) -> dict[int, int]:
    projects = Project.objects.filter(listed("pk", _targets(comparison)))
    return dict(projects.values_list("pk", "total_investment"))


def _revisions_held(comparison: Comparison) -> dict[tuple[Any, Any], ProjectRevision]:
    revisions = ProjectRevision.objects.filter(listed("project_id", _targets(comparison)))
    return {(revision.project_id, revision.as_of): revision for revision in revisions}


def _targets(comparison: Comparison) -> list[int]:
    return sorted({row.target for row in comparison.found.rows if row.target is not None})


def _name(comparison: Comparison, row: Row) -> str:
    return comparison.index.names.get(row.target or 0) or row.values.get("name") or ""
