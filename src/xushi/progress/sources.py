"""数从哪些行加出来：关了账的月份，能用汇总格就用汇总格，不够的才逐行。"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.db.models import Case, Count, F, IntegerField, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Substr

from xushi.core.months import Month
from xushi.progress.models import DistrictCell, MonthClosing, ProjectMonth, SummaryCell
from xushi.progress.scope import Filters, cell_condition, district_condition, row_condition
from xushi.progress.standing import facts_in_sight, in_sight, live_rows
from xushi.units.models import STEP, Unit
from xushi.units.policy import NOTHING, Counted, counted, scoped

if TYPE_CHECKING:
    from xushi.units.models import User

SUMMED = (
    "projects",
    "total_investment",
    "annual_plan",
    "due_twelfths",
    "cumulative",
    "started",
    "planned_start_this_year",
    "planned_start_by_now",
    "started_of_this_year",
    "started_of_by_now",
    "completed",
    "completed_total_investment",
    "completed_invested_to_date",
    "at_least_10",
    "at_least_50",
    "at_least_100",
    "reported",
)
_IN_CELLS = {"level", "category", "region", "territory"}
_ROW_ONLY = ("unit", "leader", "chain", "owner_kind", "size", "state")
CELL_SUMS: dict[str, Any] = {f"s_{name}": Sum(name) for name in SUMMED}
Closings = Sequence[MonthClosing] | QuerySet[Any]
Source = tuple[
    "QuerySet[Any]", dict[str, Any]
]  # rows or cells, and the sums to ask of them, under the same names


def rows(user: "User", month: Month, closing: MonthClosing | None, filters: Filters) -> "QuerySet[Any]":
    """The projects themselves: facts of a closed month, live rows otherwise, with the same column names."""
    source: QuerySet[Any] = facts_in_sight(closing) if closing else live_rows(month)
    return source.filter(scoped(user)).filter(row_condition(filters, month))


def sources(
    user: "User",
    month: Month,
    closing: MonthClosing | None,
    filters: Filters,
    by: Sequence[str] = (),
    split: Unit | None = None,
) -> list[Source]:
    """What adds up to these figures, each part once: cells of districts or territories, and the rows beyond them.

    split is the unit whose direct children are told apart where by names the region.
    """
    seen = counted(user) if closing else None
    if closing is None or seen is None or not (set(by) <= _IN_CELLS) or by_rows(filters):
        return [(apart(rows(user, month, closing, filters), by, split), row_sums(month))]
    held = in_sight(closing)
    made: list[Source] = [(apart(cells(held, seen, filters, by, split), by, split), CELL_SUMS)]
    if seen.beyond is not None:
        led = beyond(held, seen, filters, month)
        made.append((apart(led, by, split), row_sums(month)))
    return made


def apart(source: "QuerySet[Any]", by: Sequence[str], split: Unit | None) -> "QuerySet[Any]":
    """The same rows with the path of the split unit's direct child they stand under, where by names the region."""
    if "region" not in by or split is None:
        return source
    place = "district__path" if source.model is DistrictCell else "territory__path"
    found: QuerySet[Any] = source.annotate(region_path=Substr(place, 1, len(split.path) + STEP + 1))
    return found


def by_rows(filters: Filters) -> bool:
    """Whether these filters ask for more than a cell knows."""
    return any(getattr(filters, name) is not None for name in _ROW_ONLY)


def cells(
    closings: "Closings",
    seen: Counted,
    filters: Filters,
    by: Sequence[str] = (),
    split: Unit | None = None,
) -> "QuerySet[Any]":
    """The fewest cells of these closings that can answer: those of districts unless territories are asked for."""
    condition = district_condition(filters)
    if seen.districts is not None and condition is not None and "territory" not in by:
        found = DistrictCell.objects.filter(closing__in=closings).filter(seen.districts)
        if (
            split is None or not found.filter(district=split).exists()
        ):  # else territories stand beside its districts
            return found.filter(condition)
    of_territory: QuerySet[Any] = SummaryCell.objects.filter(closing__in=closings).filter(seen.territories)
    return of_territory.filter(cell_condition(filters))


def beyond(
    closings: "Closings", seen: Counted, filters: Filters, month: Month | None = None
) -> "QuerySet[Any]":
    """The facts of these closings that stand in none of the cells; month where the filters ask for a state."""
    led: QuerySet[Any] = ProjectMonth.objects.filter(closing__in=closings).filter(seen.beyond or NOTHING)
    return led.filter(row_condition(filters, month) if month else cell_condition(filters))


def row_sums(month: Month) -> dict[str, Any]:
    """closing.contributions in SQL."""
    year = Q(start_month__gte=Month(month.year, 1), start_month__lte=Month(month.year, 12))
    now, started, done = Q(start_month__lte=month), Q(started=True), Q(completed=True)
    sums: dict[str, Any] = {
        f"s_{name}": Sum(name) for name in ("total_investment", "annual_plan", "due_twelfths", "cumulative")
    }
    conditions = {
        "started": started,
        "planned_start_this_year": year,
        "planned_start_by_now": now,
        "started_of_this_year": year & started,
        "started_of_by_now": now & started,
        "completed": done,
        "reported": Q(reported=True),
    } | {f"at_least_{size}": Q(total_investment__gte=size * 10**8) for size in (10, 50, 100)}
    sums |= {f"s_{name}": _tally(condition) for name, condition in conditions.items()}
    sums["s_projects"] = Count("pk")
    sums["s_completed_total_investment"] = Sum("total_investment", filter=done)
    sums["s_completed_invested_to_date"] = Sum(F("invested_before") + F("cumulative"), filter=done)
    return sums


def _tally(condition: Q) -> Sum:
    return Sum(Case(When(condition, then=Value(1)), default=Value(0), output_field=IntegerField()))
