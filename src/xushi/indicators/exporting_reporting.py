"""报数日历导出：一个单位一个月一行，应报、报了、迟报、待审、没报各几项，和页上一样。"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from xushi.core.clock import local_day
from xushi.indicators.models import Version
from xushi.indicators.reporting import AHEAD, OPEN, OVERDUE, WAITING, WAIVED
from xushi.indicators.reporting_rows import Cell, Row
from xushi.kit.sheets import Sheet

if TYPE_CHECKING:
    pass

COLUMNS = (
    "单位",
    "月份",
    "最早哪天前报",
    "应报",
    "报了",
    "其中迟报",
    "其中待审",
    "过期没报",
    "要报",
    "免报",
    "没到时候",
    "没报的指标",
)
WIDTHS = {"单位": 20.0, "没报的指标": 60.0, "最早哪天前报": 16.0}


def answer(version: Version, rows: Sequence[Row], now: datetime) -> Sheet:
    return Sheet(
        f"{version}报数日历", COLUMNS, _records(rows), named=f"报数日历{local_day(now)}", tab="报数日历", width=10.0,
        formats={"最早哪天前报": "yyyy-mm-dd"}, widths=WIDTHS,
    )  # fmt: skip


def _records(rows: Sequence[Row]) -> Iterator[dict[str, Any]]:
    yield from (_record(row, cell) for row in rows for cell in row.cells if cell is not None)


def _record(row: Row, cell: Cell) -> dict[str, Any]:
    missing = "、".join(
        one.card.name + ("（本单位的）" if one.target else "")
        for one in cell.items
        if one.state in (OVERDUE, OPEN)
    )
    values = (
        row.name, cell.period, min(one.due_on for one in cell.items), cell.asked, cell.reported, cell.late,
        cell.count(WAITING), cell.count(OVERDUE), cell.count(OPEN), cell.count(WAIVED), cell.count(AHEAD), missing,
    )  # fmt: skip
    return dict(zip(COLUMNS, values, strict=True))
