"""数字：全系统的数都从这里出，关账月读事实，未关账月读现状。"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import F, QuerySet

from xushi.core.months import Month
from xushi.kit.listed import listed
from xushi.kit.once import once, one_reading, reading
from xushi.kit.phrased import Keys, add_up, ask
from xushi.progress import sources
from xushi.progress.closed import closing_for
from xushi.progress.history import history, project_history
from xushi.progress.kept import of_closed
from xushi.progress.models import FactDrift, MonthClosing
from xushi.progress.published import attach
from xushi.progress.scope import LEVELS, NO_KEY, NO_WORD, Filters, row_condition
from xushi.progress.sources import SUMMED, Source, apart, row_sums
from xushi.progress.specs import SPECS, Group
from xushi.progress.standing import facts_in_sight, holding, in_sight, live_rows
from xushi.registry.models import Category, IndustryChain, Project, Stage
from xushi.units.models import Unit, User
from xushi.units.policy import overseen, scoped, sees_everything

DIMENSIONS = ("level", "category", "region", "territory", "unit", "leader", "chain", "owner_kind")
_COLUMN = {
    "unit": "responsible_unit_id",
    "category": "category_id",
    "region": "region_path",
    "territory": "territory_id",
    "leader": "leader_id",
    "chain": "chain_id",
    "owner_kind": "owner_kind",
}
_NAMED_BY: dict[str, Any] = {
    "region": Unit, "territory": Unit, "unit": Unit, "leader": User, "chain": IndustryChain,
}  # fmt: skip

WHOLE_LIST = Filters()
__all__ = [
    "SPECS", "Filters", "Group", "count", "gather", "history", "of_closing", "portfolio", "project_history", "rows",
    "sums", "total", "totals", "words",
]  # fmt: skip


def rows(user: User, month: Month, filters: Filters) -> "QuerySet[Any]":
    """The projects behind a figure: facts of a closed month, live rows otherwise, with the same column names."""
    return sources.rows(user, month, closing_for(user, month), filters)


def portfolio(
    user: User, month: Month, *, filters: Filters = WHOLE_LIST, by: Sequence[str] = ()
) -> list[Group]:
    """The figures of a month for what this person sees, as one group or by one or two crossed dimensions.

    A category stands here for its whole branch: leaves are added up into their top category.
    """
    for name in by:
        if name not in DIMENSIONS:
            raise ValueError(f"不能按“{name}”分组，可用：{'、'.join(DIMENSIONS)}。")
    closing = closing_for(user, month)
    with one_reading():
        return _portfolio(user, month, closing, filters, by)


def _portfolio(
    user: User, month: Month, closing: MonthClosing | None, filters: Filters, by: Sequence[str]
) -> list[Group]:
    across = [name for name in by if name != "level"]
    names = Names(_split(user, filters) if "region" in by else None)
    groups: list[Group] = []
    for level in list(LEVELS) if "level" in by else [filters.level]:
        here = filters.narrowed(level=level)
        found = _found(user, month, closing, here, across, names.split)
        for group in _gather(found, month, closing, here, across, names).values():
            if "level" in by:
                group.key = {"level": level, **group.key}
            groups.append(group)
    for group in groups:
        group.whole = sees_everything(user)
    _recount(groups, user, month, closing, filters, across, names)
    attach(groups, month)
    return groups


def _split(user: User, filters: Filters) -> Unit:
    """The unit whose direct children are told apart: the region asked for, else the one this person oversees."""
    found = Unit.objects.filter(pk=filters.region).first() if filters.region else overseen(user)
    if found is None:
        raise ValueError("不能按地区分组：看得到的不是整个一级。")
    return found


def total(user: User, month: Month, filters: Filters = WHOLE_LIST) -> Group:
    """The figures of one scope as a single group."""
    return portfolio(user, month, filters=filters)[0]


def gather(user: User, month: Month, filters: Filters, by: Sequence[str]) -> None:
    """Of an open month that a page will ask for by each of these dimensions and as a whole: go through the projects
    once, by all of them crossed, and add up from that. Nothing of a closed month, which has its cells, nor where no
    page is read."""
    if reading() and closing_for(user, month) is None:
        split = _split(user, filters) if "region" in by else None
        rows = _found(user, month, None, filters, list(by), split)
        _gathered(user.pk, month)[filters] = Crossed(tuple(by), split, rows)


@once
def _gathered(person: int, month: Month) -> "dict[Filters, Crossed]":
    """What has been gathered for a person on this page."""
    return {}


@dataclass(frozen=True, slots=True)
class Crossed:
    """The sums of one set of filters by several dimensions and the stage."""

    by: tuple[str, ...]
    split: Unit | None
    rows: list[dict[str, Any]]

    def answers(self, by: Sequence[str], split: Unit | None) -> bool:
        return set(by) <= set(self.by) and split in (None, self.split)

    def by_fewer(self, by: Sequence[str]) -> list[dict[str, Any]]:
        """As _summed() says it by these dimensions alone."""
        columns = [*(_COLUMN[name] for name in by), "stage_here"]
        made: dict[tuple[Any, ...], dict[str, Any]] = {}
        for row in self.rows:
            key = tuple(row[column] for column in columns)
            known = made.get(key)
            if known is None:
                made[key] = {
                    name: value for name, value in row.items() if name in columns or name[:2] == "s_"
                }
                continue
            for name in (f"s_{name}" for name in SUMMED):
                known[name] = (known[name] or 0) + (row[name] or 0)
        return [made[key] for key in sorted(made, key=lambda key: [(one is None, one) for one in key])]


def of_closing(user: User, closing: MonthClosing, filters: Filters = WHOLE_LIST) -> Group:
    """The figures as one version of a month's closing fixed them, whether it is in force or was reopened."""
    facts = (sources.rows(user, closing.month, closing, filters), row_sums(closing.month))
    made = _gather(list(_summed(facts, filters, [])), closing.month, closing, filters, [], Names())
    _recount(list(made.values()), user, closing.month, closing, filters, [], Names())
    return made[()]


Naming = dict[Any, tuple[Any, str]]


class Names:
    """Stored value → (what filters call it, what people call it), of the values that turn up: few of many units."""

    def __init__(self, split: Unit | None = None) -> None:
        self.split = split
        self._known: dict[str, Naming] = {}

    def of(self, dimension: str, values: set[Any]) -> Naming:
        """One query where all values of a dimension turn up at once; categories and kinds are read whole."""
        known = self._known.setdefault(dimension, {})
        if values - known.keys() - {None, ""}:
            known |= _names(dimension, values)
        return known


def words(dimension: str) -> dict[Any, str]:
    """What a group's key says in a dimension → what people call it; 未填 where nothing is filled in."""
    return {**dict(_names(dimension).values()), _missing(dimension): "未填"}


def _names(dimension: str, values: Collection[Any] | None = None) -> Naming:
    """The names of one dimension, of these values where they are many; one query."""
    if dimension == "category":
        every_category = ask(_categories)
        tops = {c.path: c for c in every_category if c.parent_id is None}
        by_id = {c.pk: tops[c.path[: c.path.index(".") + 1]] for c in every_category}
        return {pk: (top.code, top.name) for pk, top in by_id.items()}
    if dimension == "owner_kind":
        return {value: (value, str(label)) for value, label in Project.OwnerKind.choices}
    key = "path" if dimension == "region" else "pk"
    every, some = _NAMED_BY[dimension].objects.all(), [one for one in values or () if one is not None]
    if values is None:
        found = every
    else:
        found = ask(_named, dimension, Keys(some)) if key == "pk" else every.filter(listed(key, some))
    return {getattr(one, key): (one.pk, str(one)) for one in found}


def _named(dimension: str, keys: list[int]) -> "QuerySet[Any]":
    found: QuerySet[Any] = _NAMED_BY[dimension].objects.filter(listed("pk", keys))
    return found


def _categories() -> "QuerySet[Category]":
    return Category.objects.all()


def _missing(dimension: str) -> Any:
    return NO_WORD if dimension == "owner_kind" else NO_KEY


def _found(
    user: User,
    month: Month,
    closing: MonthClosing | None,
    filters: Filters,
    by: list[str],
    split: Unit | None,
) -> list[dict[str, Any]]:
    """The sums of these filters by the columns of by and the stage; of a closed month as they were added up before."""

    def summed() -> list[dict[str, Any]]:
        parts = sources.sources(user, month, closing, filters, by, split)
        return [row for part in parts for row in _summed(part, filters, by)]

    if closing is None and (crossed := _gathered(user.pk, month).get(filters)) and crossed.answers(by, split):
        return crossed.by_fewer(by)
    if closing:
        return of_closed(user, [closing], ("sums", filters, tuple(by), split and split.pk), summed)
    return summed() if split else ask(_live_groups, user, month, filters, tuple(by))


def _live_groups(user: User, month: Month, filters: Filters, by: Sequence[str]) -> "QuerySet[Any]":
    [part] = sources.sources(user, month, None, filters, by)
    return _summed(part, filters, by)


def _gather(
    found: list[dict[str, Any]],
    month: Month,
    closing: MonthClosing | None,
    filters: Filters,
    by: list[str],
    names: Names,
) -> dict[tuple[Any, ...], Group]:
    groups: dict[tuple[Any, ...], Group] = {}
    if not by:
        groups[()] = Group(month, closing is not None, filters, label=LEVELS[filters.level])
    called = {name: names.of(name, {row[_COLUMN[name]] for row in found}) for name in by}
    for row in found:
        named = [called[name].get(row[_COLUMN[name]], (_missing(name), "未填")) for name in by]
        key = tuple(code for code, _ in named)
        if key not in groups:
            values = dict(zip(by, key, strict=True))
            label = "·".join([LEVELS[filters.level], *(text for _, text in named)])
            narrowed = filters.narrowed(**_narrowing(values, names.split))
            groups[key] = Group(month, closing is not None, narrowed, values, label)
        _add(groups[key], row)
    return groups


def _summed(part: Source, filters: Filters, by: Sequence[str]) -> "QuerySet[Any]":
    source, sums = part
    columns = [_COLUMN[name] for name in by]
    stage = F(filters.stage_column) + 0  # else SQLite reads a whole closing in the order of its stages
    grouped = source.annotate(stage_here=stage).order_by().values(*columns, "stage_here")
    found: QuerySet[Any] = grouped.annotate(**sums).order_by(*columns)
    return found


def _narrowing(key: dict[str, Any], split: Unit | None) -> dict[str, Any]:
    """The filters of a group; what stands on the split unit itself is of no region below it, but on that territory."""
    if split is not None and key.get("region") == split.pk:
        return {name: value for name, value in key.items() if name != "region"} | {"territory": split.pk}
    return key


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
    filters: Filters,
    by: list[str],
    names: Names,
) -> None:
    """For a closed month, say what later edits would make of each group: the fixed sums, less the facts of the
    projects whose present rows differ, plus those present rows. Few projects differ, so this reads few rows."""
    drifted = _drifted(closing) if closing else []
    if closing is None or not drifted:
        return
    for level in {group.filters.level for group in groups}:
        base = filters.narrowed(level=level)
        then = _those(facts_in_sight(closing), drifted, "project_id__in", user, month, base)
        now = _those(live_rows(month), drifted, "pk__in", user, month, base)
        old, new = (
            _gather(
                list(_summed((apart(some, by, names.split), row_sums(month)), base, by)),
                month,
                closing,
                base,
                by,
                names,
            )
            for some in (then, now)
        )
        for group in (group for group in groups if group.filters.level == level):
            key = tuple(group.key[name] for name in by)
            if key in old or key in new:
                group.recounted = _shifted(group, old.get(key), new.get(key))


@once
def _drifted(closing: MonthClosing) -> list[int]:
    return ask(_drifts, closing, closing.reopened_at is None)


def _drifts(closing: MonthClosing, in_force: bool) -> "QuerySet[Any]":
    """in_force tells the question about a closing from the one about the same when it had been reopened."""
    held = in_sight(closing) if in_force else holding(closing)
    return FactDrift.objects.filter(closing__in=held.values("pk")).values_list("project_id", flat=True)


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
    sums = found.order_by().aggregate(**row_sums(month))
    return {name: int(sums[f"s_{name}"] or 0) for name in SUMMED}


def sums(user: User, month: Month, filters: Filters) -> dict[str, int]:
    """totals() of all rows of these filters, from the summary cells where they can answer."""
    return _of_parts(user, month, filters, SUMMED)


def count(user: User, month: Month, filters: Filters) -> int:
    """How many rows these filters have, from the summary cells where they can answer."""
    return _of_parts(user, month, filters, SUMMED[:1])["projects"]


def _of_parts(user: User, month: Month, filters: Filters, names: Sequence[str]) -> dict[str, int]:
    closing = closing_for(user, month)
    if closing is None:
        live = add_up(_live_sums, user, month, filters, tuple(names))
        return {name: int(live[f"s_{name}"] or 0) for name in names}

    def of_parts() -> dict[str, int]:
        made = dict.fromkeys(names, 0)
        for source, wanted in sources.sources(user, month, closing, filters):
            found = source.order_by().aggregate(**{f"s_{name}": wanted[f"s_{name}"] for name in names})
            made = {name: made[name] + int(found[f"s_{name}"] or 0) for name in names}
        return made

    return of_closed(user, [closing], ("totals", filters, tuple(names)), of_parts)


def _live_sums(
    user: User, month: Month, filters: Filters, names: Sequence[str]
) -> tuple["QuerySet[Any]", dict[str, Any]]:
    [(rows, wanted)] = sources.sources(user, month, None, filters)
    return rows, {f"s_{name}": wanted[f"s_{name}"] for name in names}
