"""报数日历导出：一个单位一个月一行，应报、报了、迟报、待审、没报各几项，和页上一样。"""

import tempfile
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import rustpy_xlsxwriter as xlsx
from django.http import FileResponse

from xushi.core.clock import BEIJING, local_day
from xushi.indicators.models import Version
from xushi.indicators.reporting import AHEAD, OPEN, OVERDUE, WAITING, WAIVED
from xushi.indicators.reporting_rows import Cell, Row

if TYPE_CHECKING:
    from xushi.units.models import User

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


def answer(user: "User", version: Version, rows: Sequence[Row], now: datetime) -> FileResponse:
    at = now.astimezone(BEIJING)
    said = f"{user.name}（{user.unit_name}）{at:%Y-%m-%d %H:%M}导出，{version}报数日历"
    target = tempfile.TemporaryFile(suffix=".xlsx")  # noqa: SIM115 - closed by the response
    xlsx.write_worksheet(
        _records(rows),
        target,
        sheet_name="报数日历",
        freeze_row=1,
        freeze_col=1,
        bold_headers=True,
        column_widths={name: WIDTHS.get(name, 10.0) for name in COLUMNS},
        column_formats={"最早哪天前报": xlsx.Format().set_num_format("yyyy-mm-dd")},
        notes={"单位": said},
        page_setup={"landscape": True, "footer": f"&L{said}&R&P/&N"},
    )
    target.seek(0)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    made = FileResponse(target, content_type=kind)
    named = f"报数日历{local_day(now)}.xlsx"
    made["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(named)}"
    return made


def _records(rows: Sequence[Row]) -> Iterator[dict[str, Any]]:
    """An empty calendar still has its heads."""
    made = [_record(row, cell) for row in rows for cell in row.cells if cell is not None]
    yield from made or [dict.fromkeys(COLUMNS)]


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
