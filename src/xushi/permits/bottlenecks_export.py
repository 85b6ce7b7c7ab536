"""导出：在等的手续一行一件写成 xlsx，谁何时导的印在页脚和批注里。"""

import tempfile
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import rustpy_xlsxwriter as xlsx
from django.http import FileResponse

from xushi.core.clock import BEIJING, local_day
from xushi.core.money import wan
from xushi.permits.bottlenecks import KINDS
from xushi.permits.bottlenecks_rows import OWED, Line, found, lines
from xushi.permits.bottlenecks_wanted import Wanted
from xushi.permits.figures import Board

if TYPE_CHECKING:
    from xushi.units.models import User

DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
AMOUNT = "总投资（万元）"
COLUMNS = (
    "项目名称", "属地", AMOUNT, "环节", "办理部门", "状态", "在谁手里", "可以办的日子", "报件", "受理", "承诺办结",
    "等了（工作日）", "承诺时限（工作日）", "超时限（工作日）", "超没超", "卡在哪", "下一步", "最早开工", "多半开工",
    "最晚开工", "督办",
)  # fmt: skip
DATES = ("可以办的日子", "报件", "受理", "承诺办结", "最早开工", "多半开工", "最晚开工")
WIDTHS = {"项目名称": 32.0, "卡在哪": 36.0, "下一步": 24.0}
AT_ONCE = 1000


def answer(user: "User", wanted: Wanted, board: Board, now: datetime) -> FileResponse:
    """The file as a download, written row by row."""
    at, today = now.astimezone(BEIJING), local_day(now)
    said = f"{user.name}（{user.unit_name}）{at:%Y-%m-%d %H:%M}导出，前期手续"
    formats = dict.fromkeys(DATES, "yyyy-mm-dd") | {AMOUNT: "#,##0.####"}
    target = tempfile.TemporaryFile(suffix=".xlsx")  # noqa: SIM115 - closed by the response
    xlsx.write_worksheet(
        _or_empty(_records(user, wanted, board)),
        target,
        sheet_name="前期手续",
        freeze_row=1,
        freeze_col=1,
        bold_headers=True,
        column_widths={name: WIDTHS.get(name, 14.0) for name in COLUMNS},
        column_formats={name: xlsx.Format().set_num_format(code) for name, code in formats.items()},
        notes={"项目名称": said},
        page_setup={"landscape": True, "footer": f"&L{said}&R&P/&N"},
    )
    target.seek(0)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    made = FileResponse(target, content_type=kind)
    made["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(f'前期手续{today}.xlsx')}"
    return made


def _records(user: "User", wanted: Wanted, board: Board) -> Iterator[dict[str, Any]]:
    """A thousand at a time, each thousand by the same few queries."""
    rest = found(user, wanted, board).prefetch_related(OWED).iterator(chunk_size=AT_ONCE)
    while some := list(islice(rest, AT_ONCE)):
        yield from map(_record, lines(user, some, board.day))


def _or_empty(records: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """An empty list still has its heads."""
    first = next(records, None)
    yield first if first is not None else dict.fromkeys(COLUMNS)
    yield from records


def _record(line: Line) -> dict[str, Any]:
    step, start = line.step, line.expected
    dates = (start.early, start.likely, start.late) if start else (None, None, None)
    values = (
        step.project.name, str(step.project.territory), float(wan(step.project.total_investment)), step.permit.name,
        str(step.permit.department or "还没定单位"), step.get_state_display(), line.holder, step.ready_since,
        step.submitted_on, step.accepted_on, step.due_on, line.days, step.permit.promised_days, line.over,
        KINDS[line.kind], line.stuck, "、".join(line.following), *dates, line.order.name if line.order else "",
    )  # fmt: skip
    return dict(zip(COLUMNS, map(_safe, values), strict=True))


def _safe(value: Any) -> Any:
    """A text that no spreadsheet takes for a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(DANGEROUS) else value
