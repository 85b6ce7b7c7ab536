"""一年走势：每月累计完成与序时应完成。"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet, Sum

from xushi.core.months import Month
from xushi.kit.phrased import Key, ask, ask_first
from xushi.progress import sources
from xushi.progress.closed import closings_for
from xushi.progress.kept import of_closed
from xushi.progress.models import MonthClosing, MonthlyReport, ProjectMonth
from xushi.progress.schedule import due_twelfths
from xushi.progress.scope import Filters, row_condition
from xushi.progress.standing import COUNTED
from xushi.registry.models import AnnualPlan, Project
from xushi.units.policy import Counted, counted, scoped, sees_everything

if TYPE_CHECKING:
    from xushi.units.models import User


@dataclass(frozen=True, slots=True)
class Point:
    """One month of a curve; money in 元, due in twelfths of a 元."""

    month: Month
    cumulative: int
    due_twelfths: int
    plan: int
    closed: bool = True


def history(user: "User", year: int, filters: Filters) -> list[Point]:
    """The closed months of a year for the under-way projects of a scope, as they were fixed: added up
    once, then as they were."""
    filters = filters.narrowed(stage="under_way", state=None)
    closed = [one for one in closings_for(user) if one.month.year == year]
    return of_closed(user, closed, ("history", year, filters), lambda: _history(user, year, filters, closed))


def _history(user: "User", year: int, filters: Filters, closed: list[MonthClosing]) -> list[Point]:
    closings = _closings(user, year, closed)
    seen = None if sources.by_rows(filters) else counted(user)
    points: dict[Month, Point] = {}
    for source in _parts(user, closings, seen, filters, Month(year, 12)):
        sums = (
            source.order_by()
            .values("closing__month")
            .annotate(s_cumulative=Sum("cumulative"), s_due=Sum("due_twelfths"), s_plan=Sum("annual_plan"))
        )
        for row in sums:
            month = row["closing__month"]
            so_far = points.get(month, Point(month, 0, 0, 0))
            points[month] = Point(
                month,
                so_far.cumulative + row["s_cumulative"],
                so_far.due_twelfths + row["s_due"],
                so_far.plan + row["s_plan"],
            )
    return [points[month] for month in sorted(points)]


def _closings(user: "User", year: int, closed: list[MonthClosing]) -> "QuerySet[MonthClosing]":
    """Those that hold the facts of the months of a year that are closed for what this person sees."""
    within = Q(month__gte=Month(year, 1), month__lte=Month(year, 12))
    if sees_everything(user):
        whole = MonthClosing.objects.in_force().filter(within, district=None).values("pk")
        return MonthClosing.objects.filter(Q(pk__in=whole) | Q(wholes__in=whole))
    whole_tree = [one.pk for one in closed if one.district_id is None]
    held = Q(pk__in=whole_tree) | Q(wholes__in=whole_tree)
    own = [one.month for one in closed if one.district_id]
    if own:
        held |= Q(month__in=own, reopened_at=None) & ~Q(kind=MonthClosing.Kind.SUMMED)
    return MonthClosing.objects.filter(held)


def _parts(
    user: "User", closings: "QuerySet[MonthClosing]", seen: Counted | None, filters: Filters, month: Month
) -> "Iterator[QuerySet[Any]]":
    """The cells and rows that add up to what this person sees, each once."""
    if seen is None:
        facts = ProjectMonth.objects.filter(closing__in=closings).filter(scoped(user))
        yield facts.filter(row_condition(filters, month))
        return
    yield sources.cells(closings, seen, filters)
    if seen.beyond is not None:
        yield sources.beyond(closings, seen, filters, month)


def project_history(project: Project, year: int) -> list[Point]:
    """One project's months of a year: facts where the month is closed, counted reports after that."""
    points = {
        fact.month: Point(fact.month, fact.cumulative, fact.due_twelfths, fact.annual_plan)
        for fact in ask(_facts_of, Key(project.pk), year)
    }
    plan: AnnualPlan | None = ask_first(plan_of, Key(project.pk), year)
    for report in ask(_reports_of, Key(project.pk), year):
        if report.month not in points and plan:
            due = due_twelfths(plan.planned_investment, plan.curve, report.month)
            points[report.month] = Point(
                report.month, report.cumulative, due, plan.planned_investment, closed=False
            )
    return [points[month] for month in sorted(points)]


def _within(year: int) -> dict[str, Month]:
    return {"month__gte": Month(year, 1), "month__lte": Month(year, 12)}


def _facts_of(project: int, year: int) -> "QuerySet[ProjectMonth]":
    return ProjectMonth.objects.filter(project=project, closing__reopened_at=None, **_within(year))


def plan_of(project: int, year: int) -> "QuerySet[AnnualPlan]":
    return AnnualPlan.objects.filter(project=project, year=year, state=AnnualPlan.State.IN_FORCE)[:1]


def _reports_of(project: int, year: int) -> "QuerySet[MonthlyReport]":
    return MonthlyReport.objects.filter(project=project, state__in=COUNTED, **_within(year))
