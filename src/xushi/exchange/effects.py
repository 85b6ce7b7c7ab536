"""入库后会怎样：计划或累计一改，完成率、比序时和全区的总数随之变成多少。不写一个字。"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from xushi.core.money import share
from xushi.core.months import Month
from xushi.exchange import kinds
from xushi.exchange.comparing import Comparison, in_chunks
from xushi.kit import amounts
from xushi.progress import figures
from xushi.progress.closed import closing_for, last_month_for
from xushi.progress.models import MonthClosing
from xushi.progress.schedule import TWELFTHS, due_twelfths
from xushi.progress.standing import Standing, standings
from xushi.registry.models import AnnualPlan, Stage

if TYPE_CHECKING:
    from xushi.exchange.preview import Preview
    from xushi.units.models import User


@dataclass(frozen=True, slots=True)
class State:
    """Money in 元 at a month's end; due in twelfths of a 元."""

    plan: int
    cumulative: int
    due: int

    @property
    def rate(self) -> Decimal | None:
        return share(self.cumulative, self.plan)

    @property
    def gap(self) -> Decimal | None:
        """Points of the year's plan against the schedule."""
        points = share(100 * (TWELFTHS * self.cumulative - self.due), TWELFTHS * self.plan)
        return None if points is None else Decimal(points)

    @property
    def quick(self) -> str:
        """快0.5, 慢15.0, as a table says it."""
        return amounts.fast_slow(self.gap).removesuffix("个百分点")


@dataclass(frozen=True, slots=True)
class Effect:
    """Before and after the import. word: why there is no comparison with the schedule (已竣工 …)."""

    before: State | None
    after: State
    word: str = ""


@dataclass(slots=True)
class Effects:
    """What an import would do at the end of month: by row of the sheet, and to all that the person sees."""

    month: Month | None = None
    closed: bool = False
    measure: str = ""
    rows: dict[int, Effect] = field(default_factory=dict)
    whole: Effect | None = None
    projects: int = 0

    @property
    def totals(self) -> tuple[int, int, int]:
        """The measure of the whole, 元: before, after, and the difference."""
        if self.whole is None or self.whole.before is None:
            return 0, 0, 0
        sides = self.whole.before, self.whole.after
        before, after = ((s.plan if self.measure == "plan" else s.cumulative) for s in sides)
        return before, after, after - before


def effects_of(seen: "Preview", user: "User", shown: Iterable[int]) -> Effects:
    """shown: the rows of the sheet whose effects the page prints; the whole counts every changed row."""
    if seen.kind.key == kinds.PLANS:
        return _of_plans(seen.comparison, user, set(shown))
    if seen.kind.key == kinds.REPORTS:
        return _of_reports(seen.comparison, user, set(shown))
    return Effects()


def _of_plans(comparison: Comparison, user: "User", shown: set[int]) -> Effects:
    """A plan is held against the last closed month of its year: the next closing will count by it."""
    given = [(row.number, plan) for row, plan in [*comparison.payload, *comparison.revised]]
    year = max((plan.year for _, plan in given), default=0)
    month = last_month_for(user, Month(year, 12)) if year else None
    if month is None or month.year != year:
        return Effects()
    plans = {plan.project: plan for _, plan in given if plan.year == year}
    ruling = _ruling(sorted(plans), year)

    def sides(standing: Standing) -> tuple[State | None, State]:
        new, old = plans[standing.project_id], ruling.get(standing.project_id)
        before = None if old is None else _state(*old, standing.cumulative, month)
        return before, _state(new.planned_investment, new.curve, standing.cumulative, month)

    wanted = {number: plan.project for number, plan in given if number in shown and plan.year == year}
    effects = Effects(month, closed=True, measure="plan")
    _fill(effects, user, wanted, sides, list(_standings(month, plans, closing_for(user, month))))
    return effects


def _of_reports(comparison: Comparison, user: "User", shown: set[int]) -> Effects:
    """Reports of the latest month in the sheet are held against that month's schedule."""
    given = [(row.number, report) for row, report in comparison.payload]
    month = max((report.month for _, report in given), default=None)
    if month is None or closing_for(user, month):
        return Effects()
    reports = {report.project: report for _, report in given if report.month == month}

    def sides(standing: Standing) -> tuple[State | None, State]:
        plan, due = standing.annual_plan, standing.due_twelfths
        new = State(plan, reports[standing.project_id].cumulative, due)
        return State(plan, standing.cumulative, due), new

    wanted = {number: report.project for number, report in given if number in shown and report.month == month}
    effects = Effects(month, measure="cumulative")
    _fill(effects, user, wanted, sides, list(_standings(month, reports, None)))
    return effects


def _state(plan: int, curve: Any, cumulative: int, month: Month) -> State:
    return State(plan, cumulative, due_twelfths(plan, curve, month))


def _ruling(ids: list[int], year: int) -> dict[int, tuple[int, Any]]:
    held: dict[int, tuple[int, Any]] = {}
    for some in in_chunks(ids):
        plans = AnnualPlan.objects.filter(project_id__in=some, year=year, state=AnnualPlan.State.IN_FORCE)
        held |= {pk: (amount, curve) for pk, amount, curve in plans.values_list(
            "project_id", "planned_investment", "curve")}  # fmt: skip
    return held


def _standings(month: Month, projects: Iterable[int], closing: MonthClosing | None) -> Iterable[Standing]:
    for some in in_chunks(sorted(projects)):
        yield from standings(month, some, closing=closing)


def _fill(
    effects: Effects,
    user: "User",
    wanted: dict[int, int],
    sides: Callable[[Standing], tuple[State | None, State]],
    found: list[Standing],
) -> None:
    """The rows that are printed, and the whole: what it is now, plus what each under-way row changes."""
    month = effects.month
    assert month is not None  # only called where there is one
    by_project = {standing.project_id: standing for standing in found}
    for number, project in wanted.items():
        if standing := by_project.get(project):
            effects.rows[number] = Effect(*sides(standing), _word(standing, month))
    group = figures.total(user, month)
    now = group.recounted or group
    plan, cumulative, due = now.annual_plan, now.cumulative, now.due_twelfths
    for standing in found:
        if standing.district_stage == Stage.UNDER_WAY:
            before, after = sides(standing)
            was = before or State(0, standing.cumulative, 0)
            plan, due = plan + after.plan - was.plan, due + after.due - was.due
            cumulative += after.cumulative - was.cumulative
    effects.projects = now.under_way
    effects.whole = Effect(
        State(now.annual_plan, now.cumulative, now.due_twelfths), State(plan, cumulative, due)
    )


def _word(standing: Standing, month: Month) -> str:
    if not standing.under_way:
        return "前期工作"
    if standing.completed_on and standing.completed_on <= month.last_day:
        return "已竣工"
    if not standing.started and standing.start_month and standing.start_month > month:
        return "未到开工期"
    return ""
