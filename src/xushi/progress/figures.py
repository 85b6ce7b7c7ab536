"""数字：全系统的数都从这里出，关账月读事实，未关账月读现状。"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.db.models import Case, Count, F, IntegerField, Q, QuerySet, Sum, Value, When

from xushi.core.months import Month
from xushi.progress.history import history, project_history
from xushi.progress.models import MonthClosing, SummaryCell
from xushi.progress.published import attach
from xushi.progress.scope import LEVELS, NO_KEY, NO_WORD, Filters, cell_condition, row_condition
from xushi.progress.specs import SPECS, Group
from xushi.progress.standing import current_closing, fact_rows, live_rows
from xushi.registry.models import Category, IndustryChain, Project, Stage
from xushi.units.models import Unit, User
from xushi.units.policy import scoped, sees_everything, summed

DIMENSIONS = ("level", "category", "territory", "unit", "leader", "chain", "owner_kind")
_COLUMN = {
    "unit": "responsible_unit_id",
    "category": "category_id",
    "territory": "territory_id",
    "leader": "leader_id",
    "chain": "chain_id",
    "owner_kind": "owner_kind",
}
_IN_CELLS = {"level", "category", "territory"}
_ROW_ONLY = ("unit", "leader", "chain", "owner_kind", "size", "state")

WHOLE_LIST = Filters()
__all__ = [
    "SPECS", "Filters", "Group", "count", "history", "of_closing", "portfolio", "project_history", "rows", "sums",
    "total", "totals", "words",
]  # fmt: skip


def rows(user: User, month: Month, filters: Filters) -> "QuerySet[Any]":
    """The projects behind a figure: facts of a closed month, live rows otherwise, with the same column names."""
    closing = current_closing(month)
    source: QuerySet[Any] = fact_rows(closing) if closing else live_rows(month)
    return source.filter(scoped(user)).filter(row_condition(filters, month))


def portfolio(
    user: User, month: Month, *, filters: Filters = WHOLE_LIST, by: Sequence[str] = ()
) -> list[Group]:
    """The figures of a month for what this person sees, as one group or by one or two crossed dimensions.

    A category stands here for its whole branch: leaves are added up into their top category.
    """
    for name in by:
        if name not in DIMENSIONS:
            raise ValueError(f"不能按“{name}”分组，可用：{'、'.join(DIMENSIONS)}。")
    closing = current_closing(month)
    across = [name for name in by if name != "level"]
    names = {name: _names(name) for name in across}
    groups: list[Group] = []
    for level in list(LEVELS) if "level" in by else [filters.level]:
        here = filters.narrowed(level=level)
        for group in _of_level(user, month, closing, here, across, names):
            if "level" in by:
                group.key = {"level": level, **group.key}
            groups.append(group)
    for group in groups:
        group.whole = sees_everything(user)
    _recount(groups, user, month, closing, across, names)
    attach(groups, month)
    return groups


def total(user: User, month: Month, filters: Filters = WHOLE_LIST) -> Group:
    """The figures of one scope as a single group."""
    return portfolio(user, month, filters=filters)[0]


def of_closing(user: User, closing: MonthClosing, filters: Filters = WHOLE_LIST) -> Group:
    """The figures as one version of a month's closing fixed them, whether it is in force or was reopened."""
    facts = fact_rows(closing).filter(scoped(user)).filter(row_condition(filters, closing.month))
    made = _gather(facts, _row_sums(closing.month), closing.month, closing, filters, [], {})
    _recount(list(made.values()), user, closing.month, closing, [], {})
    return made[()]


Names = dict[Any, tuple[Any, str]]


def words(dimension: str) -> dict[Any, str]:
    """What a group's key says in a dimension → what people call it; 未填 where nothing is filled in."""
    return {**dict(_names(dimension).values()), _missing(dimension): "未填"}


def _names(dimension: str) -> Names:
    """Stored value → (what filters call it, what people call it), for one dimension; one query."""
    if dimension == "category":
        tops = {c.path: c for c in Category.objects.filter(parent=None)}
        by_id = {c.pk: tops[c.path[: c.path.index(".") + 1]] for c in Category.objects.all()}
        return {pk: (top.code, top.name) for pk, top in by_id.items()}
    if dimension in ("territory", "unit"):
        return {unit.pk: (unit.pk, str(unit)) for unit in Unit.objects.all()}
    if dimension == "leader":
        return {user.pk: (user.pk, user.name) for user in User.objects.filter(appointments__role="leader")}
    if dimension == "chain":
        return {chain.pk: (chain.pk, chain.name) for chain in IndustryChain.objects.all()}
    return {value: (value, str(label)) for value, label in Project.OwnerKind.choices}


def _missing(dimension: str) -> Any:
    return NO_WORD if dimension == "owner_kind" else NO_KEY


def _of_level(
    user: User,
    month: Month,
    closing: MonthClosing | None,
    filters: Filters,
    by: list[str],
    names: dict[str, Names],
) -> list[Group]:
    source, sums = _source(user, month, closing, filters, by)
    return list(_gather(source, sums, month, closing, filters, by, names).values())


def _gather(
    source: "QuerySet[Any]",
    sums: dict[str, Any],
    month: Month,
    closing: MonthClosing | None,
    filters: Filters,
    by: list[str],
    names: dict[str, Names],
) -> dict[tuple[Any, ...], Group]:
    columns = [_COLUMN[name] for name in by]
    groups: dict[tuple[Any, ...], Group] = {}
    if not by:
        groups[()] = Group(month, closing is not None, filters, label=LEVELS[filters.level])
    grouped = source.annotate(stage_here=F(filters.stage_column)).order_by().values(*columns, "stage_here")
    for found in grouped.annotate(**sums).order_by(*columns):
        named = [
            names[name].get(found[column], (_missing(name), "未填"))
            for name, column in zip(by, columns, strict=True)
        ]
        key = tuple(code for code, _ in named)
        if key not in groups:
            values = dict(zip(by, key, strict=True))
            label = "·".join([LEVELS[filters.level], *(text for _, text in named)])
            groups[key] = Group(month, closing is not None, filters.narrowed(**values), values, label)
        _add(groups[key], found)
    return groups


def _source(
    user: User, month: Month, closing: MonthClosing | None, filters: Filters, by: Sequence[str]
) -> tuple["QuerySet[Any]", dict[str, Any]]:
    """Summary cells where they can answer, else the rows themselves: the sums carry the same names."""
    seen = summed(user)
    from_cells = (
        closing is not None
        and seen is not None
        and set(by) <= _IN_CELLS
        and not any(getattr(filters, name) for name in _ROW_ONLY)
    )
    if from_cells and seen is not None:
        cells = SummaryCell.objects.filter(closing=closing).filter(seen).filter(cell_condition(filters))
        return cells, {f"s_{name}": Sum(name) for name in SUMMED}
    return rows(user, month, filters), _row_sums(month)


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


def _row_sums(month: Month) -> dict[str, Any]:
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


def _add(group: Group, found: dict[str, Any]) -> None:
    count = found["s_projects"] or 0
    if found["stage_here"] == Stage.PRELIMINARY:
        group.preliminary += count
        group.preliminary_investment += found["s_total_investment"] or 0
        return
    group.under_way += count
    for name in SUMMED[1:]:
        column = "completed_projects" if name == "completed" else name
        setattr(group, column, getattr(group, column) + int(found[f"s_{name}"] or 0))


def _recount(
    groups: list[Group],
    user: User,
    month: Month,
    closing: MonthClosing | None,
    by: list[str],
    names: dict[str, Names],
) -> None:
    """For a closed month, say what later edits would make of each group: the fixed sums, less the facts of the
    projects whose present rows differ, plus those present rows. Few projects differ, so this reads few rows."""
    drifted = list(closing.drifts.values_list("project_id", flat=True)) if closing else []
    if closing is None or not drifted:
        return
    for level in {group.filters.level for group in groups}:
        at_level = [group for group in groups if group.filters.level == level]
        base = at_level[0].filters.narrowed(**dict.fromkeys(by))
        then = _those(fact_rows(closing), drifted, "project_id__in", user, month, base)
        now = _those(live_rows(month), drifted, "pk__in", user, month, base)
        sums = _row_sums(month)
        old = _gather(then, sums, month, closing, base, by, names)
        new = _gather(now, sums, month, closing, base, by, names)
        for group in at_level:
            key = tuple(group.key[name] for name in by)
            if key in old or key in new:
                group.recounted = _shifted(group, old.get(key), new.get(key))


def _those(
    source: "QuerySet[Any]", projects: list[int], lookup: str, user: User, month: Month, filters: Filters
) -> "QuerySet[Any]":
    return source.filter(**{lookup: projects}).filter(scoped(user)).filter(row_condition(filters, month))


def _shifted(group: Group, old: Group | None, new: Group | None) -> Group:
    shifted = replace(group, recounted=None, published={})
    for name in ("preliminary", "preliminary_investment", "under_way", "completed_projects", *SUMMED[1:]):
        if name != "completed":
            change = (getattr(new, name) if new else 0) - (getattr(old, name) if old else 0)
            setattr(shifted, name, getattr(group, name) + change)
    return shifted


def totals(found: "QuerySet[Any]", month: Month) -> dict[str, int]:
    """Count and sums of exactly these rows (of rows()), 元: projects, total_investment, annual_plan, cumulative …"""
    sums = found.order_by().aggregate(**_row_sums(month))
    return {name: int(sums[f"s_{name}"] or 0) for name in SUMMED}


def sums(user: User, month: Month, filters: Filters) -> dict[str, int]:
    """totals() of all rows of these filters, from the summary cells where they can answer."""
    source, wanted = _source(user, month, current_closing(month), filters, ())
    found = source.order_by().aggregate(**wanted)
    return {name: int(found[f"s_{name}"] or 0) for name in SUMMED}


def count(user: User, month: Month, filters: Filters) -> int:
    """How many rows these filters have, from the summary cells where they can answer."""
    source, wanted = _source(user, month, current_closing(month), filters, ())
    return int(source.order_by().aggregate(projects=wanted["s_projects"])["projects"] or 0)
