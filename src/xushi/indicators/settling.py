"""Before anything is worked out: places and open ends become figures that may be, and are remembered as no more."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from .arrays import Array
from .checks import children_of
from .data import Key, Table
from .ladders import Ladder, Rung
from .observing import Standing
from .refusals import refuse
from .spec import Node, Spec, Within
from .spec_rules import Place

Cell = tuple[int, int, int]


@dataclass(frozen=True)
class Meaning:
    """What the specification says of a column: which way is better, between what it lies, whether only places count."""

    code: str
    sign: float
    range: tuple[float, float] | None
    by_place: bool
    against: str = ""
    """Another node that takes the column the other way round, so that a place in it says nothing."""


Standings = tuple[Ladder, Meaning, list[Cell]]
"""A ladder, what its column means, and which cell (period, unit, column) stands on each rung."""


def settled(spec: Spec, table: Table) -> Table:
    """The table with every place and open end laid out; those it was given already are left as they are."""
    if table.settled is not None or not (table.standings or table.open_ended):
        return table
    table = _closed(spec, table) if table.open_ended else table
    values, low, high = table.values.copy(), table.low.copy(), table.high.copy()
    guessed: set[Key] = set()
    for ladder, meaning, cells in ladders_of(spec, table):
        if ladder.ends is None and not meaning.by_place and (lone := ladder.outermost()):
            side = "好" if lone[1] else "差"
            raise refuse(
                f"nodes.{meaning.code}.range",
                f"“{lone[0]}”只知道位次，比它{side}的都没有数，{side}到哪里为止不知道；请写 range: [最低, 最高]。",
            )
        figures = ladder.laid()
        for at, (bottom, top) in enumerate(ladder.bounds(figures)):
            if not ladder.rungs[at].valued:
                cell = cells[at]
                values[cell] = figures[at] * meaning.sign
                exact = meaning.by_place and ladder.rungs[at].first == ladder.rungs[at].last
                ends = (figures[at], figures[at]) if exact else (bottom, top)
                low[cell], high[cell] = sorted((ends[0] * meaning.sign, ends[1] * meaning.sign))
                guessed.add((table.units[cell[1]], table.columns[cell[2]], table.periods[cell[0]]))
    return replace(table, values=values, low=low, high=high, settled=frozenset(guessed))


def drawn(table: Table, values: Array, ladders: Sequence[Standings], chance: np.random.Generator) -> Array:
    """One possible set of figures of all that stand on a ladder; what a scenario set stays as it is."""
    for ladder, meaning, cells in ladders:
        for cell, figure in zip(cells, ladder.laid(chance), strict=True):
            key = table.units[cell[1]], table.columns[cell[2]], table.periods[cell[0]]
            if key not in table.fixed:
                values[cell] = figure * meaning.sign
    return values


def ladders_of(spec: Spec, table: Table) -> Iterator[Standings]:
    """For each column, period and cohort in which somebody is known by place: the ladder and whose cells stand on it."""
    meanings = _meanings(spec)
    before = {key for key, (_, _, standing) in table.was.items() if standing is not None}
    for period, column in dict.fromkeys((key[2], key[1]) for key in (*table.standings, *sorted(before))):
        meaning = meanings.get(column)
        if meaning is None or period not in table.periods:
            continue
        if meaning.against:
            raise refuse(
                f"nodes.{meaning.against}.direction", f"“{column}”在“{meaning.code}”里方向相反，位次说不清。"
            )
        at, place = table.columns.index(column), table.periods.index(period)
        for members in cohorts(table, spec.cohort.by, "cohort.by"):
            cells = [(place, int(unit), at) for unit in members]
            found = _ladder(table, meaning, column, cells)
            if found is not None:
                yield found[0], meaning, found[1]


def _ladder(
    table: Table, meaning: Meaning, column: str, cells: list[Cell]
) -> tuple[Ladder, list[Cell]] | None:
    rungs: list[Rung] = []
    kept: list[Cell] = []
    counts: set[int] = set()
    for cell in cells:
        key = table.units[cell[1]], column, table.periods[cell[0]]
        standing = table.was[key][2] if key in table.was else table.standings.get(key)
        ends = _ends(table, key, cell, standing, meaning.sign)
        if standing is None and np.isnan(ends[0]):
            continue
        if standing is not None and standing.of is not None:
            counts.add(standing.of)
        rungs.append(Rung(key[0], *ends, *((standing.first, standing.last) if standing else (0, 0))))
        kept.append(cell)
    if not any(rung.first for rung in rungs):
        return None
    path = f"数据里的“{column}”"
    if len(counts) > 1:
        raise refuse(path, f"位次一处说是 {min(counts)} 个里排的，一处说是 {max(counts)} 个。")
    of = counts.pop() if counts else max(len(rungs), *(rung.last for rung in rungs))
    if of < len(rungs):
        raise refuse(path, f"位次是 {of} 个里排的，有数的却有 {len(rungs)} 个。")
    return Ladder(path, tuple(rungs), of, _turned(meaning)), kept


def _ends(table: Table, key: Key, cell: Cell, standing: Standing | None, sign: float) -> tuple[float, float]:
    """The figure's ends, turned so that more is better; NaN where it was laid out from its place."""
    if standing is not None and key not in table.was and key in (table.settled or ()):
        return np.nan, np.nan
    low, high = table.was[key][:2] if key in table.was else (float(table.low[cell]), float(table.high[cell]))
    return (low, high) if sign > 0 else (-high, -low)


def _turned(meaning: Meaning) -> tuple[float, float] | None:
    if meaning.range is None:
        return None
    low, high = meaning.range
    return (low, high) if meaning.sign > 0 else (-high, -low)


def _meanings(spec: Spec) -> dict[str, Meaning]:
    found: dict[str, Meaning] = {}
    below = {(node.derive or spec.defaults.derive).by for _, node in _leaves(spec)}
    for code, node in _leaves(spec):
        column = node.data or code
        direction = node.direction or spec.defaults.direction
        sign = -1.0 if direction == "negative" else 1.0
        before = found.get(column)
        only = by_place(spec, node) and column not in below
        if before is None:
            found[column] = Meaning(code, sign, node.range, only)
            continue
        against = before.against or (code if before.sign != sign else "")
        found[column] = Meaning(
            before.code, before.sign, node.range or before.range, only and before.by_place, against
        )
    return found


def _leaves(spec: Spec) -> Iterator[tuple[str, Node]]:
    parents = children_of(spec)
    return ((code, node) for code, node in spec.nodes.items() if code not in parents)


def by_place(spec: Spec, node: Node) -> bool:
    """The node scores nothing but the order of the column, so that the figures between do not matter."""
    rule, treat = node.score or spec.defaults.score, node.treat or spec.defaults.treat
    level = (node.derive or spec.defaults.derive).form == "level" and node.interval is None
    return isinstance(rule, Place) and level and treat in (None, "none")


def _closed(spec: Spec, table: Table) -> Table:
    """Ranges with one end only, closed by what the specification says the column lies between."""
    meanings = _meanings(spec)
    low, high, values = table.low.copy(), table.high.copy(), table.values.copy()
    for period, unit, column in np.argwhere(np.isinf(low) | np.isinf(high)):
        cell, name = (period, unit, column), table.columns[column]
        meaning = meanings.get(name)
        if meaning is None:
            continue
        if meaning.range is None:
            known = f"不小于 {low[cell]:g}" if np.isinf(high[cell]) else f"不大于 {high[cell]:g}"
            raise refuse(
                f"nodes.{meaning.code}.range",
                f"“{table.units[unit]}”只知道{known}，另一头没有边；请写 range: [最低, 最高]。",
            )
        bottom, top = max(low[cell], meaning.range[0]), min(high[cell], meaning.range[1])
        if bottom > top:
            raise refuse(f"nodes.{meaning.code}.range", f"“{table.units[unit]}”的数在 range 之外。")
        low[cell], high[cell], values[cell] = bottom, top, (bottom + top) / 2
    return replace(table, low=low, high=high, values=values, open_ended=False)


def cohorts(table: Table, by: Within | None, path: str) -> tuple[np.ndarray, ...]:
    """Who is compared with whom: everybody, or those who share the attribute, or all of several."""
    if by is None:
        return (np.arange(len(table.units)),)
    names = (by,) if isinstance(by, str) else by
    shared = list(zip(*(attribute(table, name, path) for name in names), strict=True))
    return tuple(
        np.array([at for at, has in enumerate(shared) if has == group]) for group in dict.fromkeys(shared)
    )


def attribute(table: Table, name: str, path: str) -> tuple[str, ...]:
    if name not in table.attributes:
        raise refuse(path, f"“{name}”不是单位的属性；请写进 columns.attributes。")
    return table.attributes[name]


def only_places(spec: Spec, table: Table, column: str, period: str) -> bool:
    """Somebody is known by place, and nothing says between which figures: those that are worked with say nothing."""
    known = any(key[1] == column and key[2] == period for key in table.settled or ())
    return known and not any(node.range for code, node in _leaves(spec) if (node.data or code) == column)


def at_place(spec: Spec, table: Table, unit: int, column: int, period: int, standing: Standing) -> Table:
    """The table in which a unit has another place; the others stay, those it overtakes come after it."""
    name = table.columns[column]
    sign = meaning.sign if (meaning := _meanings(spec).get(name)) else 1.0
    members = next(found for found in cohorts(table, spec.cohort.by, "cohort.by") if unit in found)
    figures = sorted((table.values[period, members[members != unit], column] * sign).tolist(), reverse=True)
    figures = [figure for figure in figures if not np.isnan(figure)]
    gap = (figures[0] - figures[-1]) / len(figures) or 1.0 if figures else 1.0
    place = min(standing.first, len(figures) + 1)
    above = figures[place - 2] if place > 1 else (figures[0] if figures else 0.0) + 2 * gap
    below = figures[place - 1] if place <= len(figures) else figures[-1] - 2 * gap if figures else 0.0
    middle = (above + below) / 2 * sign
    return table.with_value(unit, column, period, middle, middle, standing)
