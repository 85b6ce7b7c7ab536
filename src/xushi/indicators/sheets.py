"""From a sheet as it comes to observations: titles, merged headers, subtotals and units are told from figures."""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path

from xushi.core.cell_dates import read_month
from xushi.core.months import Month
from xushi.core.readings import UNIT_YUAN, Ask, Understood

from .observing import ABSENT, STATUSES, Seen, known_of
from .refusals import refuse
from .spec import Columns
from .workbook import Grid, opened

UNIT = {"unit", "单位", "单位名称", "地区", "区", "区县", "各区", "板块", "属地", "城市", "街道", "园区"}
INDICATOR = {"indicator", "指标", "指标名称", "考核指标", "监测指标", "评价指标"}
VALUE = {"value", "数值", "值", "完成值", "实际值", "实绩", "完成数", "本期", "完成情况"}
PLACE = {"位次", "排名", "名次", "排位"}
PERIOD = {"period", "时期", "期别", "月份", "年月", "年度", "年份"}
VINTAGE, STATUS, SOURCE = {"vintage", "口径"}, {"status", "状态"}, {"source", "来源", "数据来源"}
MEASURE = {"计量单位", "单位"}
ASIDE = {"序号", "编号", "备注", "说明", "权重", "分值", "满分", "目标", "目标值", "责任单位", "牵头单位", "责任人",
         "联系人", "一级指标", "二级指标", "类别"} | MEASURE  # fmt: skip
SUM = re.compile(r"^(?:小计|合计|总计|平均|均值|全区|全市|全省|.*(?:小计|合计|平均))(?:[(（:：].*)?$")
FOOT = re.compile(r"^(?:注|说明|备注|填表人|填报人|制表人?|审核人?|数据来源|单位)[:：]")
NAMED = re.compile(r"^(.+?)[(（]([^()（）]{1,12})[)）]$")
WHOLE = re.compile(r"单位[:：](元|千元|万元|百万元|亿元|%)")
MONTHS = re.compile(r"(\d{4})年(?:(?:1|一)(?:月)?[-—–~至到])?(\d{1,2})月")
HALF, YEAR = re.compile(r"(\d{4})年上半年"), re.compile(r"(\d{4})年")
AMOUNT = re.compile(r"^(-?[\d,]+(?:\.\d+)?)(亿元|百万元|万元|千元|元|亿|万|%)$")


NO_COLUMNS = Columns()


@dataclass(frozen=True)
class Read:
    """What a sheet says, and what was made of it that its author should look at."""

    seen: tuple[Seen, ...]
    attributes: dict[str, dict[str, str]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Head:
    """Where the header is, and what each column under it is called: its labels from the top, and its unit."""

    first: int
    data: int
    key: int
    labels: tuple[tuple[str, ...], ...]
    down: str
    """What stands in the rows: `unit`, `indicator`, or `long` where both do."""


def observations_in(
    path: Path,
    *,
    columns: Columns = NO_COLUMNS,
    period: str = "",
    sheet: str = "",
    units: tuple[str, ...] = (),
) -> Read:
    """All observations of a sheet. `units`, where given, tells columns of units from columns beside them."""
    grid = opened(path, sheet)
    head = _head(grid)
    notes: list[str] = []
    whole = next(
        (found[1] for row in grid.rows[: head.data] for cell in row if (found := WHOLE.search(cell))), ""
    )
    period = period or _titled(grid, head, notes)
    attributes: dict[str, dict[str, str]] = {name: {} for name in columns.attributes}
    if head.down == "long":
        seen = list(_long(grid, head, period, whole))
    elif head.down == "unit":
        seen = list(_units_down(grid, head, period, whole, attributes, notes))
    else:
        seen = list(_indicators_down(grid, head, period, whole, units, notes))
    if not seen:
        raise refuse(f"“{grid.name}”表", "表头下面没有数据。")
    seen = _joined(seen)
    return Read(tuple(seen), attributes, tuple(dict.fromkeys([*notes, *_like_shares(seen)])))


def _joined(seen: list[Seen]) -> list[Seen]:
    """A figure and its place that stand in two columns are one observation; what says nothing is none."""
    made: dict[tuple[str, str, str, str], Seen] = {}
    loose: list[Seen] = []
    for one in seen:
        key = one.unit, one.column, one.period, one.vintage
        other = made.get(key)
        if other is None:
            made[key] = one
        elif one.standing and not other.standing and math.isnan(one.low):
            made[key] = replace(other, standing=one.standing)
        elif other.standing and not one.standing and math.isnan(other.low):
            made[key] = replace(one, standing=other.standing)
        else:
            loose.append(one)
    return [*made.values(), *loose]


def _head(grid: Grid) -> Head:
    for at, row in enumerate(grid.rows[:30]):
        words = set(row) - {""}
        if len(words) < 2 or not words & (UNIT | INDICATOR):
            continue
        if words & UNIT and words & INDICATOR and words & VALUE:
            return _measured(grid, at, next(i for i, cell in enumerate(row) if cell in UNIT), "long")
        down, own = ("indicator", INDICATOR) if words & INDICATOR else ("unit", UNIT)
        return _measured(grid, at, next(i for i, cell in enumerate(row) if cell in own), down)
    raise refuse(f"“{grid.name}”表", "找不到表头：要有一行写着“指标”或“单位”（地区、区）。")


def _measured(grid: Grid, at: int, key: int, down: str) -> Head:
    """How deep the header is: as far as its key goes, and over lines of words under an empty key."""
    first, data = at, at + 1
    while data < len(grid.rows) and _still_head(grid, data, key, grid.rows[at][key]):
        data += 1
    labels = [
        tuple(dict.fromkeys(grid.rows[row][column] for row in range(first, data) if grid.rows[row][column]))
        for column in range(len(grid.rows[at]))
    ]
    return Head(first, data, key, tuple(labels), down)


def _still_head(grid: Grid, row: int, key: int, word: str) -> bool:
    cells = [cell for cell in grid.rows[row] if cell]
    if not cells or grid.rows[row][key] == word:
        return bool(cells)
    return not grid.rows[row][key] and not any(re.match(r"^[-\d#第≥≤]", cell) for cell in cells)


def _titled(grid: Grid, head: Head, notes: list[str]) -> str:
    """The period that the title names, as 2018-08 or 2018."""
    title = "".join(dict.fromkeys(cell for row in grid.rows[: head.first] for cell in row))
    found = ""
    if one := HALF.search(title):
        found = f"{one[1]}-06"
    elif one := MONTHS.search(title):
        found = f"{one[1]}-{int(one[2]):02}"
    elif one := YEAR.search(title):
        found = one[1]
    if found:
        notes.append(f"时期按标题当作 {found}。")
    return found


def _rows(grid: Grid, head: Head) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Rows of figures: no blanks, no sections without a figure, no notes at the foot."""
    for at in range(head.data, len(grid.rows)):
        row = grid.rows[at]
        name = row[head.key]
        others = [cell for place, cell in enumerate(row) if cell and place != head.key and cell != name]
        if not any(row) or FOOT.match(next(cell for cell in row if cell)):
            continue
        if name and not others:
            continue
        if not name:
            if any(re.match(r"^-?[\d.,]+%?$", cell) for cell in others[1:] or others):
                raise refuse(grid.where(at, head.key), "这一行有数，却没有写是谁的。")
            continue
        yield at, row


def _units_down(
    grid: Grid, head: Head, period: str, whole: str, attributes: dict[str, dict[str, str]], notes: list[str]
) -> Iterator[Seen]:
    sums: dict[str, dict[int, float]] = {"": {}}
    for at, row in _rows(grid, head):
        total = bool(SUM.match(row[head.key]))
        for column, labels in enumerate(head.labels):
            if column == head.key or not labels:
                continue
            if labels[-1] in attributes:
                attributes[labels[-1]] |= {} if total else {row[head.key]: row[column]}
            elif labels[0] in ASIDE:
                notes.append(f"“{labels[0]}”这一列没有当作指标。")
            else:
                seen = _seen(grid, at, column, row[head.key], labels, period, whole)
                _add(sums.setdefault(row[head.key] if total else "", {}), column, seen.low)
                if not total:
                    yield seen
    _cross_check(grid, head, sums, notes)


def _add(sums: dict[int, float], column: int, value: float) -> None:
    if not math.isnan(value):
        sums[column] = sums.get(column, 0.0) + value


def _cross_check(grid: Grid, head: Head, sums: dict[str, dict[int, float]], notes: list[str]) -> None:
    added = sums.pop("")
    for name, printed in sums.items():
        notes.append(f"“{name}”一行没有当作单位。")
        for column, value in printed.items():
            own = added.get(column, 0.0)
            if "计" in name and abs(value - own) > 1e-6 * max(abs(value), 1):
                label = "·".join(head.labels[column])
                notes.append(f"“{name}”的“{label}”是 {value:g}，各行相加是 {own:g}；如果是相加的数，请核对。")


def _indicators_down(
    grid: Grid, head: Head, period: str, whole: str, units: tuple[str, ...], notes: list[str]
) -> Iterator[Seen]:
    measure = next((at for at, labels in enumerate(head.labels) if labels and labels[0] in MEASURE), None)
    for at, row in _rows(grid, head):
        name = re.sub(r"^(?:\d+[.、．]|[(（]?[一二三四五六七八九十]+[)）]?、)", "", row[head.key])
        if SUM.match(name):
            notes.append(f"“{name}”一行没有当作指标。")
            continue
        for column, labels in enumerate(head.labels):
            if column == head.key or not labels or (units and labels[0] not in units):
                continue
            if labels[0] in ASIDE or (not units and SUM.match(labels[0])):
                notes.append(f"“{labels[0]}”这一列没有当作单位。")
                continue
            own = row[measure] if measure is not None and row[measure] else whole
            yield _seen(grid, at, column, labels[0], (name, *labels[1:]), period, own)


def _long(grid: Grid, head: Head, period: str, whole: str) -> Iterator[Seen]:
    at = {word: place for place, labels in enumerate(head.labels) for word in labels}

    def cell(row: tuple[str, ...], words: set[str]) -> str:
        return next((row[at[word]] for word in at if word in words), "")

    value_at = next(at[word] for word in at if word in VALUE)
    place_at = next((at[word] for word in at if word in PLACE), None)
    for line, row in _rows(grid, head):
        where = grid.where(line, value_at)
        status = cell(row, STATUS)
        if status not in STATUSES:
            raise refuse(where, f"状态“{status}”不认得；可写 {'、'.join(filter(None, STATUSES))}。")
        own = cell(row, MEASURE - UNIT) or whole
        figure = _figure(row[value_at], own, where)
        if place_at is not None and row[place_at] not in ABSENT:
            figure = f"{figure}#{row[place_at].strip('第位名#')}"
        known = known_of("" if status in ("missing", "not_applicable") else figure, where)
        yield Seen(
            cell(row, UNIT), cell(row, INDICATOR), _period(cell(row, PERIOD), where) or period, known.low,
            known.high, cell(row, VINTAGE), status, where, cell(row, SOURCE), known.standing,
        )  # fmt: skip


def _seen(
    grid: Grid, row: int, column: int, unit: str, labels: tuple[str, ...], period: str, whole: str
) -> Seen:
    """One figure; a second label says which: its place, its period, or something of the indicator."""
    where, text = grid.where(row, column), grid.rows[row][column]
    name, last = labels[0], labels[-1] if len(labels) > 1 else ""
    named = NAMED.match(name)
    if named and (named[2] in UNIT_YUAN or named[2] in ("%", whole) or not re.search(r"\d", named[2])):
        name, whole = named[1], named[2]
    if last in PLACE or (not last and name in PLACE):
        text = "" if text in ABSENT else f"#{text.strip('第位名#')}"
    else:
        text = _figure(text, whole, where)
        if last and (when := MONTHS.fullmatch(last) or YEAR.fullmatch(last)):
            period = f"{when[1]}-{int(when[2]):02}" if when.re is MONTHS else when[1]
        elif last and last not in VALUE:
            name = f"{name}·{last}"
    known = known_of(text, where)
    return Seen(unit, name, period, known.low, known.high, where=where, standing=known.standing)


def _figure(text: str, unit: str, where: str) -> str:
    """The figure in the unit of its column: 105亿元 under 万元 is 1,050,000; 67.2% is 67.2; 240天 is 240."""
    if unit and text.endswith(unit) and text != unit:
        return text.removesuffix(unit)
    found = AMOUNT.match(text)
    if not found or found[2] == "%":
        return found[1] if found else text
    said = found[2] if found[2].endswith("元") else f"{found[2]}元"
    if unit not in UNIT_YUAN:
        if found[2] in ("万", "亿"):
            return repr(float(found[1].replace(",", "")) * (1e4 if found[2] == "万" else 1e8))
        raise refuse(where, f"“{text}”带着单位，表里却没写这一列是什么单位；请写明，或只填数。")
    return str(Decimal(found[1].replace(",", "")) * UNIT_YUAN[said] / UNIT_YUAN[unit])


def _period(text: str, where: str) -> str:
    if not text or re.fullmatch(r"\d{4}年?", text):
        return text.rstrip("年")
    read = read_month(float(text) if re.fullmatch(r"\d{4}\.\d+", text) else text)
    if isinstance(read, Ask):
        raise refuse(where, f"{read.question}请在表里写清楚。")
    if isinstance(read, Understood) and isinstance(read.value, Month):
        return f"{read.value.year}-{read.value.number:02}"
    return text


def _like_shares(seen: list[Seen]) -> Iterator[str]:
    """率 written as 0.672 where others write 67.2: read as it stands, and said."""
    by_name: dict[str, list[float]] = {}
    for one in seen:
        if not math.isnan(one.low):
            by_name.setdefault(one.column, []).append(one.high)
    for name, values in by_name.items():
        if name.endswith(("率", "比重", "占比", "比例")) and len(values) > 1:
            small = [value for value in values if abs(value) <= 1]
            if small and len(small) < len(values):
                yield f"“{name}”有的不超过 1（{small[0]:g}），有的像百分数：都照原样读入，请核对是不是同一种写法。"
