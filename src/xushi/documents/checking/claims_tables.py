"""表：合计行等于它上面（或下面）的各行；小计先合，“其中”的行不算；率、占比、平均不相加。"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from xushi.documents.checking.judging import Claim, Claimed, added, claim_of, divided, of, scaled
from xushi.documents.checking.quantities import Kind, Quantity, plain
from xushi.documents.checking.reading import Table

_SUM_ROW = re.compile(
    r"^(?:全年|全区|年度|本月|各项|累计)?(合\s*计|总\s*计|全区合计|小\s*计|全区|共\s*计|全区总计|累\s*计)(?:（[^）]*）)?$"
)
_SMALL = re.compile(r"^小\s*计(?:（[^）]*）)?$")
_PART_ROW = re.compile(r"^(其中|#|＃|—)")
_SUM_COLUMN = re.compile(r"^(合\s*计|总\s*计|小\s*计|共\s*计)(?![\u4e00-\u9fff])")
_RATE_COLUMN = re.compile(
    r"率|占比|比重|比例|%|％|平均|位次|排名|名次|序号|增幅|增速|年份|年限|同比|均|进度|比上"
)
_CELL = re.compile(
    r"^(?P<number>-?\d{1,3}(?:,\d{3})+(?:\.\d+)?|-?\d{1,15}(?:\.\d{1,8})?)\s*(?P<unit>(?![年月日时])[\u4e00-\u9fff]{0,4})$"
)
_PERCENT = re.compile(r"^(?P<number>\d{1,4}(?:\.\d{1,4})?)\s*%$")
MOST_ROWS, MOST_COLUMNS = 200, 12  # of a table whose rates are looked at
LEAST_RATES = 3
MOST_TOTALS = 60  # of one table; more of them are no totals
_EMPTY = ("", "-", "—", "——", "/", "0")


@dataclass(frozen=True, slots=True)
class _Grid:
    rows: Sequence[Sequence[str]]
    places: Sequence[Sequence[int]]
    totals: Sequence[int]  # rows of 合计 and 小计
    smalls: Sequence[int]  # of these the rows of 小计
    first: int  # the first row with numbers
    width: int

    def cell(self, row: int, column: int) -> str:
        return self.rows[row][column] if column < len(self.rows[row]) else ""

    def named(self, row: int, pattern: "re.Pattern[str]") -> bool:
        return any(pattern.match(cell) for cell in self.rows[row][:2])

    def quantity(self, row: int, column: int) -> Quantity:
        written = self.cell(row, column)
        start = self.places[row][column] if self.places else -1
        number = _number(written)
        value = Decimal(number.replace(",", ""))
        places = len(number.partition(".")[2])
        slack = Decimal(5).scaleb(-places - 1) if places else Decimal(0)
        end = start + len(written) if start >= 0 else -1
        return Quantity(start, end, written, Kind.OTHER, "", value, value - slack, value + slack)

    def unit(self, row: int, column: int) -> str:
        found = _CELL.match(self.cell(row, column))
        return found["unit"] if found else ""

    def title(self, column: int) -> str:
        return " ".join(filter(None, (self.cell(row, column) for row in range(self.first))))


def _number(written: str) -> str:
    found = _CELL.match(written)
    return found["number"] if found else ""


def table_claims(table: Table) -> Iterator[Claim]:
    """Each total of a column against the rows it totals; rows of 其中 are parts of the row above and left out."""
    grid = _grid(table)
    sums = list(_sums(grid))
    off = {claim.printed for claim in sums if not claim.held}
    for claim in _rates(grid):
        if claim.held or not any(one.text in off for one in claim.operands):
            yield claim  # a rate of a wrong total is wrong by the total
    yield from sums


def _sums(grid: _Grid) -> Iterator[Claim]:
    for number in grid.totals[:MOST_TOTALS]:
        above = _rows_of(grid, number)
        for column in range(1, grid.width):
            if _RATE_COLUMN.search(grid.title(column)) or _years(grid, column):
                continue
            claim = _column(grid, number, column, above)
            if claim:
                yield claim


def _years(grid: _Grid, column: int) -> bool:
    """A column of years: 开工年 2017, 2018."""
    cells = [_number(grid.cell(row, column)) for row in range(grid.first, len(grid.rows))]
    return all(re.fullmatch(r"(19|20)\d\d", cell) for cell in cells if cell)


def _percent(written: str) -> Decimal | None:
    found = _PERCENT.match(written)
    return Decimal(found["number"]) if found else None


def _rates(grid: _Grid) -> Iterator[Claim]:
    """开工率 of 开工 and 计划: two columns whose shares the others of the rate's column are."""
    rows = range(grid.first, min(len(grid.rows), MOST_ROWS))
    for rate in range(2, min(grid.width, MOST_COLUMNS)):
        told = [row for row in rows if _percent(grid.cell(row, rate)) is not None]
        if len(told) < LEAST_RATES:
            continue
        for whole in range(1, rate):
            for part in range(1, rate):
                if part == whole:
                    continue
                made = [claim for row in told if (claim := _rate(grid, row, rate, part, whole))]
                off = [claim for claim in made if not claim.held]
                if len(made) == len(told) and len(off) * 3 <= len(made) and len(made) - len(off) > 1:
                    yield from made


def _rate(grid: _Grid, row: int, rate: int, part: int, whole: int) -> Claim | None:
    if not _number(grid.cell(row, part)) or not _number(grid.cell(row, whole)):
        return None
    one, other = grid.quantity(row, part), grid.quantity(row, whole)
    share, allowed = _percent(grid.cell(row, rate)), divided(of(one), of(other))
    if share is None or allowed is None or one.value > other.value * 2:
        return None
    written = grid.cell(row, rate)
    start = grid.places[row][rate] if grid.places else -1
    slack = Decimal(5).scaleb(-len(written.rstrip("%").partition(".")[2]) - 1)
    end = start + len(written) if start >= 0 else -1
    told = Quantity(start, end, written, Kind.PERCENT, "%", share, share - slack, share + slack)
    return claim_of(
        Claimed.TABLE, told, (one, other), one.value / other.value * 100, scaled(allowed, 100),
        words=f"表中“{grid.title(rate)}”一列",
    )  # fmt: skip


def _grid(table: Table) -> _Grid:
    rows = [[plain(cell).strip() for cell in row] for row in table.rows]
    width = max((len(row) for row in rows), default=0)
    totals = [number for number, row in enumerate(rows) if any(_SUM_ROW.match(cell) for cell in row[:2])]
    first = next((n for n, row in enumerate(rows) if any(_CELL.match(cell) for cell in row[1:])), len(rows))
    smalls = [number for number in totals if any(_SMALL.match(cell) for cell in rows[number][:2])]
    return _Grid(rows, table.places, totals, smalls, first, width)


def _rows_of(grid: _Grid, total: int) -> list[int]:
    if total in grid.smalls:
        since = max([one + 1 for one in grid.totals if one < total] + [grid.first])
        wanted = range(since, total)
    elif grid.smalls:
        return list(grid.smalls)
    else:
        wanted = range(grid.first, total) if total > grid.first else range(total + 1, len(grid.rows))
    totals = set(grid.totals)
    return [one for one in wanted if one not in totals and not grid.named(one, _PART_ROW)]


def _column(grid: _Grid, total: int, column: int, above: list[int]) -> Claim | None:
    if not _CELL.match(grid.cell(total, column)):
        return None
    parts = [row for row in above if _CELL.match(grid.cell(row, column))]
    others = (grid.cell(row, column) for row in above if not _CELL.match(grid.cell(row, column)))
    if any(grid.unit(row, column) != grid.unit(total, column) for row in parts):
        return None
    if len(parts) < 2 or any(cell not in _EMPTY for cell in others):
        return None
    operands = tuple(grid.quantity(row, column) for row in parts)
    return claim_of(
        Claimed.TABLE,
        grid.quantity(total, column),
        operands,
        sum((one.value for one in operands), Decimal(0)),
        added(of(one) for one in operands),
        words=f"表中“{grid.title(column)}”一列",
    )
