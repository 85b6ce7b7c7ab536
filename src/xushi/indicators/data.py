"""Observations: who, what, when, of which vintage and status; a number or an interval."""

import csv
import io
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from .arrays import Array
from .reading import text_of
from .refusals import refuse
from .spec import Columns

BYTES = 200_000_000
ABSENT = {"", "NA", "N/A", "-", "—", "null", "None", "缺", "无"}
STATUSES = {"": "", "final": "final", "preliminary": "preliminary", "imputed": "imputed",
            "missing": "missing", "not_applicable": "not_applicable"}  # fmt: skip
INTERVAL = re.compile(r"^\s*(\S+?)\s*\.\.\s*(\S+)\s*$")
ONLY = ""  # the period of a table that names none


@dataclass(frozen=True)
class Table:
    """Figures by period, unit and column. `low` and `high` are the ends of interval observations, else the value."""

    units: tuple[str, ...]
    columns: tuple[str, ...]
    periods: tuple[str, ...]
    values: Array
    low: Array
    high: Array
    attributes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    vintage: dict[tuple[str, str, str], str] = field(default_factory=dict)
    status: dict[tuple[str, str, str], str] = field(default_factory=dict)

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

    def with_value(self, unit: int, column: int, period: int, low: float, high: float) -> "Table":
        """A copy in which one observation is another."""
        values, lows, highs = self.values.copy(), self.low.copy(), self.high.copy()
        cell = period, unit, column
        values[cell], lows[cell], highs[cell] = (low if low == high else (low + high) / 2), low, high
        return replace(self, values=values, low=lows, high=highs)


@dataclass(frozen=True)
class Seen:
    """One observation as it was read."""

    unit: str
    column: str
    period: str
    low: float
    high: float
    vintage: str = ""
    status: str = ""
    where: str = ""


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
    header = [cell.strip() for cell in rows[0]]
    _header(header)
    if {"indicator", "value"} <= set(header):
        return _gather(list(_long(header, rows[1:])), vintages, {})
    return _wide(header, rows[1:], columns)


def _header(header: list[str]) -> None:
    doubled = sorted({name for name in header if header.count(name) > 1})
    if doubled:
        raise refuse("数据第 1 行", f"“{doubled[0]}”这一列出现了两次。")


def ends_of(text: str, where: str) -> tuple[float, float]:
    """The two ends of an observation: `12..15` is an interval, a number stands for itself."""
    text = text.strip()
    if text in ABSENT:
        return math.nan, math.nan
    found = INTERVAL.match(text)
    low, high = (_number(part, where) for part in (found.groups() if found else (text, text)))
    if low > high:
        raise refuse(where, f"区间“{text}”的下限比上限大。")
    return low, high


def _number(text: str, where: str) -> float:
    try:
        value = float(text.replace(",", "").replace("，", ""))
    except ValueError as problem:
        raise refuse(
            where, f"“{text[:40]}”不是数；没有的请空着，文字列请写进 columns.attributes。"
        ) from problem
    if not math.isfinite(value):
        raise refuse(where, f"“{text}”不是有限的数；没有的请空着。")
    return value


def _wide(header: list[str], rows: list[list[str]], columns: Columns) -> Table:
    named = columns.unit or ("unit" if "unit" in header else header[0])
    if named not in header:
        raise refuse("columns.unit", f"数据里没有“{named}”这一列。")
    absent = [name for name in columns.attributes if name not in header]
    if absent:
        raise refuse("columns.attributes", f"数据里没有“{absent[0]}”这一列。")
    keys = {named, "period", *columns.attributes}
    figures = [(place, name) for place, name in enumerate(header) if name not in keys]
    unit_at, period_at = header.index(named), header.index("period") if "period" in header else -1
    seen: list[Seen] = []
    attributes: dict[str, dict[str, str]] = {name: {} for name in columns.attributes}
    for line, cells in enumerate(rows, 2):
        row = [*cells, *[""] * (len(header) - len(cells))]
        unit, period = row[unit_at].strip(), row[period_at].strip() if period_at >= 0 else ONLY
        for name in columns.attributes:
            attributes[name][unit] = row[header.index(name)].strip()
        for place, name in figures:
            low, high = ends_of(row[place], f"数据第 {line} 行“{name}”列")
            seen.append(Seen(unit, name, period, low, high, where=f"数据第 {line} 行"))
    return _gather(seen, (), attributes)


def _long(header: list[str], rows: list[list[str]]) -> Iterator[Seen]:
    for need in ("unit", "indicator", "value"):
        if need not in header:
            raise refuse("数据第 1 行", f"长表缺“{need}”这一列。")
    at = {name: place for place, name in enumerate(header)}
    for line, row in enumerate(rows, 2):
        where = f"数据第 {line} 行"
        cells = {name: row[place].strip() if place < len(row) else "" for name, place in at.items()}
        status = cells.get("status", "")
        if status not in STATUSES:
            raise refuse(where, f"状态“{status}”不认得；可写 {'、'.join(filter(None, STATUSES))}。")
        low, high = ends_of(cells["value"], where)
        if status in ("missing", "not_applicable"):
            low = high = math.nan
        yield Seen(cells["unit"], cells["indicator"], cells.get("period", ONLY), low, high,
                   cells.get("vintage", ""), status, where)  # fmt: skip


def _gather(seen: list[Seen], vintages: tuple[str, ...], attributes: dict[str, dict[str, str]]) -> Table:
    """Choose one vintage for each cell, the first that the specification names, and lay the cells out."""
    chosen: dict[tuple[str, str, str], Seen] = {}
    order = {name: place for place, name in enumerate(vintages)}
    for one in seen:
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
    return _lay_out(chosen, attributes)


def _two_of_a_kind(before: Seen, one: Seen, order: dict[str, int]) -> None:
    if before.vintage == one.vintage:
        what = f"“{one.unit}”的“{one.column}”"
        raise refuse(one.where, f"{what}同一时期、同一口径有两个数（另一个在{before.where}）。")
    if not order:
        raise refuse(
            "vintages", f"{one.where}有不止一个口径（{before.vintage}、{one.vintage}），请写先用哪个。"
        )


def _lay_out(chosen: dict[tuple[str, str, str], Seen], attributes: dict[str, dict[str, str]]) -> Table:
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
    values = np.where(low == high, low, (low + high) / 2)
    return Table(
        units, columns, periods, values, low, high,
        {name: tuple(of.get(unit, "") for unit in units) for name, of in attributes.items()},
        {key: one.vintage for key, one in chosen.items() if one.vintage},
        {key: one.status for key, one in chosen.items() if one.status},
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
