"""The table of observations: figures by period, unit and column; out of csv, long or wide."""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from .arrays import Array
from .observing import STATUSES, Seen, Standing, ends_of, known_of
from .reading import text_of
from .refusals import refuse
from .spec import Columns

__all__ = ["ONLY", "Key", "Seen", "Table", "ends_of", "gathered", "period_at", "read_table", "table_of"]

BYTES = 200_000_000
ONLY = ""  # the period of a table that names none
Key = tuple[str, str, str]
"""Unit, column, period."""


@dataclass(frozen=True)
class Table:
    """`low` and `high` are the ends of what is known as a range, else the value."""

    units: tuple[str, ...]
    columns: tuple[str, ...]
    periods: tuple[str, ...]
    values: Array
    low: Array
    high: Array
    attributes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    vintage: dict[Key, str] = field(default_factory=dict)
    status: dict[Key, str] = field(default_factory=dict)
    source: dict[Key, str] = field(default_factory=dict)
    standings: dict[Key, Standing] = field(default_factory=dict)
    """Places that are known, of figures that are not, or are as well."""
    open_ended: bool = False
    """Some ranges have one end only: the specification's `range` closes them."""
    settled: frozenset[Key] | None = None
    """Once places and open ends are laid out as figures: those of which no more than the place is known."""
    fixed: dict[Key, tuple[float, float]] = field(default_factory=dict)
    """What a scenario set, whatever else is known or drawn."""
    was: dict[Key, tuple[float, float, Standing | None]] = field(default_factory=dict)
    """What stood there before: peers known by place are placed by that."""
    seen: tuple[Seen, ...] = ()
    """All observations, where there are several vintages to choose among."""

    @property
    def cells_not_applicable(self) -> list[tuple[int, int, int]]:
        """Period, unit and column of every observation that does not apply: neither imputed nor held against anybody."""
        cells = [
            key for key, status in self.status.items() if status == "not_applicable" and key[0] in self.units
        ]
        return [(self.periods.index(p), self.units.index(u), self.columns.index(c)) for u, c, p in cells]

    def only(self, units: tuple[str, ...]) -> "Table":
        keep = [self.units.index(unit) for unit in units]
        attributes = {name: tuple(values[i] for i in keep) for name, values in self.attributes.items()}
        arrays = (array[:, keep] for array in (self.values, self.low, self.high))
        values, low, high = arrays
        return replace(self, units=units, values=values, low=low, high=high, attributes=attributes)

    def with_value(
        self, unit: int, column: int, period: int, low: float, high: float, standing: Standing | None = None
    ) -> "Table":
        """A copy in which one observation is another; with a standing, no more than a place between two figures."""
        values, lows, highs = self.values.copy(), self.low.copy(), self.high.copy()
        cell = period, unit, column
        values[cell], lows[cell], highs[cell] = (low if low == high else (low + high) / 2), low, high
        key = self.units[unit], self.columns[column], self.periods[period]
        ends = (np.nan, np.nan) if key in (self.settled or ()) else (self.low[cell], self.high[cell])
        others = {at: one for at, one in self.standings.items() if at != key}
        settled = self.settled if self.settled is None else self.settled - {key}
        return replace(
            self,
            values=values,
            low=lows,
            high=highs,
            standings=others if standing is None else {**others, key: standing},
            settled=settled if standing is None else (settled or frozenset()) | {key},
            fixed={**self.fixed, key: (low, high)},
            was={key: (*ends, self.standings.get(key)), **self.was},
        )

    def under(self, vintages: tuple[str, ...]) -> "Table":
        """The same observations, other vintages first; what a scenario set stays set."""
        if not self.seen:
            return self
        of_units = {
            name: dict(zip(self.units, values, strict=True)) for name, values in self.attributes.items()
        }
        made = gathered(self.seen, vintages=vintages, attributes=of_units)
        lost = [unit for unit in self.units if unit not in made.units]
        if lost:
            raise refuse("vintages", f"换成{'、'.join(vintages)}，“{lost[0]}”就一个数也没有了。")
        made = made.only(self.units)
        for (unit, column, period), (low, high) in self.fixed.items():
            if unit in made.units and column in made.columns and period in made.periods:
                at = made.units.index(unit), made.columns.index(column), made.periods.index(period)
                made = made.with_value(*at, low, high)
        return made


def read_table(path: Path, *, columns: Columns, vintages: tuple[str, ...] = ()) -> Table:
    return table_of(text_of(path, "数据", BYTES), columns=columns, vintages=vintages)


def table_of(text: str, *, columns: Columns, vintages: tuple[str, ...] = ()) -> Table:
    """A table from csv text, long or wide, told apart by its header."""
    csv.field_size_limit(1_000_000)
    try:
        rows = [
            row for row in csv.reader(io.StringIO(text), strict=True) if any(cell.strip() for cell in row)
        ]
    except csv.Error as problem:
        raise refuse("数据", "不是合格的 CSV，请看引号是否成对。") from problem
    if len(rows) < 2:
        raise refuse("数据", "没有数据行。")
    return of_rows([cell.strip() for cell in rows[0]], list(enumerate(rows[1:], 2)), columns, vintages)


def of_rows(
    header: list[str], rows: list[tuple[int, list[str]]], columns: Columns, vintages: tuple[str, ...] = ()
) -> Table:
    """A table from a header and rows with the line each stands in."""
    doubled = sorted({name for name in header if header.count(name) > 1})
    if doubled:
        raise refuse("数据第 1 行", f"“{doubled[0]}”这一列出现了两次。")
    for line, row in rows:
        if beyond := [cell.strip() for cell in row[len(header) :] if cell.strip()]:
            raise refuse(f"数据第 {line} 行", f"比表头多出“{beyond[0]}”；格子里有逗号的，请用引号括起来。")
    of_units: dict[str, dict[str, str]] = {name: {} for name in columns.attributes}
    read = _long if {"indicator", "value"} <= set(header) else _wide
    return gathered(list(read(header, rows, columns, of_units)), vintages=vintages, attributes=of_units)


def _wide(
    header: list[str],
    rows: list[tuple[int, list[str]]],
    columns: Columns,
    of_units: dict[str, dict[str, str]],
) -> Iterator[Seen]:
    named = columns.unit or ("unit" if "unit" in header else header[0])
    if named not in header:
        raise refuse("columns.unit", f"数据里没有“{named}”这一列。")
    _all_there(header, columns)
    keys = {named, "period", *columns.attributes}
    figures = [(place, name) for place, name in enumerate(header) if name not in keys]
    if not figures:
        raise refuse("数据第 1 行", f"只有“{header[0]}”，没有一列是指标；各列请用半角逗号隔开。")
    unit_at, period_at = header.index(named), header.index("period") if "period" in header else -1
    for line, cells in rows:
        row = [*cells, *[""] * (len(header) - len(cells))]
        unit, period = row[unit_at].strip(), row[period_at].strip() if period_at >= 0 else ONLY
        for name in columns.attributes:
            of_units[name][unit] = row[header.index(name)].strip()
        for place, name in figures:
            known = known_of(row[place], f"数据第 {line} 行“{name}”列")
            yield Seen(unit, name, period, known.low, known.high, where=f"数据第 {line} 行",
                       standing=known.standing)  # fmt: skip


def _all_there(header: list[str], columns: Columns) -> None:
    absent = [name for name in columns.attributes if name not in header]
    if absent:
        raise refuse("columns.attributes", f"数据里没有“{absent[0]}”这一列。")


def _long(
    header: list[str],
    rows: list[tuple[int, list[str]]],
    columns: Columns,
    of_units: dict[str, dict[str, str]],
) -> Iterator[Seen]:
    for need in ("unit", "indicator", "value"):
        if need not in header:
            raise refuse("数据第 1 行", f"长表缺“{need}”这一列。")
    _all_there(header, columns)
    at = {name: place for place, name in enumerate(header)}
    for line, row in rows:
        where = f"数据第 {line} 行"
        cells = {name: row[place].strip() if place < len(row) else "" for name, place in at.items()}
        status = cells.get("status", "")
        if status not in STATUSES:
            raise refuse(where, f"状态“{status}”不认得；可写 {'、'.join(filter(None, STATUSES))}。")
        for name in columns.attributes:
            _said_once(of_units[name], cells, name, where)
        known = known_of("" if status in ("missing", "not_applicable") else cells["value"], where)
        yield Seen(cells["unit"], cells["indicator"], cells.get("period", ONLY), known.low, known.high,
                   cells.get("vintage", ""), status, where, cells.get("source", ""), known.standing)  # fmt: skip


def _said_once(of_units: dict[str, str], cells: dict[str, str], name: str, where: str) -> None:
    unit, said = cells["unit"], cells[name]
    if said and of_units.setdefault(unit, said) != said:
        raise refuse(where, f"“{unit}”的“{name}”前面是{of_units[unit]}，这里是{said}。")


def gathered(
    seen: Iterable[Seen],
    *,
    vintages: tuple[str, ...] = (),
    attributes: dict[str, dict[str, str]] | None = None,
) -> Table:
    """Choose one vintage for each cell, the first that the specification names, and lay the cells out.

    `attributes` are what is said of each unit by each attribute: {"片区": {"甲": "江北"}}.
    """
    everything = tuple(seen)
    chosen: dict[Key, Seen] = {}
    order = {name: place for place, name in enumerate(vintages)}
    for one in everything:
        if not one.unit or not one.column:
            raise refuse(one.where, "没写单位或指标。")
        key = (one.unit, one.column, one.period)
        before = chosen.get(key)
        if before is not None:
            _two_of_a_kind(before, one, order)
        if order and one.vintage and one.vintage not in order:
            continue
        if before is None or order.get(one.vintage, len(order)) < order.get(before.vintage, len(order)):
            chosen[key] = one
    several = len({one.vintage for one in everything}) > 1
    return replace(_lay_out(chosen, attributes or {}), seen=everything if several else ())


def _two_of_a_kind(before: Seen, one: Seen, order: dict[str, int]) -> None:
    if before.vintage == one.vintage:
        what = f"“{one.unit}”的“{one.column}”"
        raise refuse(one.where, f"{what}同一时期、同一口径有两个数（另一个在{before.where}）。")
    if not order:
        raise refuse(
            "vintages", f"{one.where}有不止一个口径（{before.vintage}、{one.vintage}），请写先用哪个。"
        )


def _lay_out(chosen: dict[Key, Seen], attributes: dict[str, dict[str, str]]) -> Table:
    if not chosen:
        raise refuse("vintages", "没有一个数属于所写的口径。")
    units = tuple(dict.fromkeys(key[0] for key in chosen))
    columns = tuple(dict.fromkeys(key[1] for key in chosen))
    periods = tuple(sorted({key[2] for key in chosen}))
    at_unit, at_column, at_period = (
        {name: place for place, name in enumerate(names)} for names in (units, columns, periods)
    )
    low = np.full((len(periods), len(units), len(columns)), np.nan)
    high = low.copy()
    for (unit, column, period), one in chosen.items():
        cell = at_period[period], at_unit[unit], at_column[column]
        low[cell], high[cell] = one.low, one.high
    endless = bool(np.isinf(low).any() or np.isinf(high).any())
    with np.errstate(invalid="ignore"):
        values = np.where(low == high, low, (low + high) / 2)
    values[np.isinf(values)] = np.nan
    return Table(
        units, columns, periods, values, low, high,
        {name: tuple(of.get(unit, "") for unit in units) for name, of in attributes.items()},
        {key: one.vintage for key, one in chosen.items() if one.vintage},
        {key: one.status for key, one in chosen.items() if one.status},
        {key: one.source for key, one in chosen.items() if one.source},
        {key: one.standing for key, one in chosen.items() if one.standing},
        endless,
    )  # fmt: skip


def period_at(table: Table, wanted: str | None) -> int:
    if wanted is None:
        if len(table.periods) > 1:
            raise refuse(
                "period", f"数据有 {len(table.periods)} 个时期，请写明算哪一个，如 {table.periods[-1]}。"
            )
        return 0
    if wanted not in table.periods:
        if table.periods == (ONLY,):
            return 0
        raise refuse("period", f"数据里没有 {wanted} 这个时期。")
    return table.periods.index(wanted)
