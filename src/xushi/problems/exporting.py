"""导出：看到的清单原样写成 xlsx，谁何时导的印在页脚和批注里。"""

import tempfile
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import rustpy_xlsxwriter as xlsx
from django.http import FileResponse, HttpRequest, HttpResponseBase

from xushi.core.clock import BEIJING, local_day
from xushi.core.money import yi
from xushi.problems.board import Board
from xushi.problems.models import Problem
from xushi.problems.rules import PRESSING, Horizon
from xushi.problems.wanted import Wanted

if TYPE_CHECKING:
    from xushi.units.models import User

MOST_ON_PAPER = 2000
DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
COLUMNS = (
    "清单号", "问题", "类别", "项目", "属地", "状态", "主办", "协办", "责任人", "期限", "期限情况", "上会次数",
    "年度计划（亿元）", "办结即放行", "报送单位", "报送日期", "说明",
)  # fmt: skip
FORMATS = {"期限": "yyyy-mm-dd", "报送日期": "yyyy-mm-dd", "年度计划（亿元）": "#,##0.0000"}
WIDTHS = {"问题": 32.0, "项目": 32.0, "说明": 60.0}


def answer(
    request: HttpRequest,
    user: "User",
    wanted: Wanted,
    found: Any,
    board: Board,
    horizon: Horizon,
    now: datetime,
) -> HttpResponseBase:
    """The file as a download, written row by row."""
    at = now.astimezone(BEIJING)
    said = f"{user.name}（{user.unit_name}）{at:%Y-%m-%d %H:%M}导出，问题清单"
    target = tempfile.TemporaryFile(suffix=".xlsx")  # noqa: SIM115 - closed by the response
    xlsx.write_worksheet(
        _or_empty(_record(problem, board, horizon) for problem in found.iterator(chunk_size=1000)),
        target,
        sheet_name="问题清单",
        freeze_row=1,
        freeze_col=2,
        bold_headers=True,
        column_widths={name: WIDTHS.get(name, 14.0) for name in COLUMNS},
        column_formats={name: xlsx.Format().set_num_format(code) for name, code in FORMATS.items()},
        notes={"清单号": said},
        page_setup={"landscape": True, "footer": f"&L{said}&R&P/&N"},
    )
    target.seek(0)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    made = FileResponse(target, content_type=kind)
    named = f"问题清单{f'第{wanted.batch}批' if wanted.batch.isdecimal() else ''}{local_day(now)}.xlsx"
    made["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(named)}"
    return made


def _or_empty(records: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """An empty list still has its heads."""
    first = next(records, None)
    yield first if first is not None else dict.fromkeys(COLUMNS)
    yield from records


def _record(problem: Problem, board: Board, horizon: Horizon) -> dict[str, Any]:
    plan = board.plans.get(problem.project_id)
    frees = problem.is_open and problem.lead_id and board.frees(problem) is not None
    values = (
        problem.list_number, problem.title, str(problem.problem_class), problem.project.name,
        str(problem.project.territory), problem.label, str(problem.lead or ""),
        "、".join(str(held.unit) for held in problem.co_handlers.all()), problem.person, problem.due_on,
        PRESSING.get(horizon.pressing(problem.status, problem.due_on), ""), problem.meetings,
        None if plan is None else float(yi(plan)), "是" if frees else "否", str(problem.reported_unit or ""),
        local_day(problem.reported_at), problem.words,
    )  # fmt: skip
    return dict(zip(COLUMNS, map(_safe, values), strict=True))


def _safe(value: Any) -> Any:
    """A text that no spreadsheet takes for a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(DANGEROUS) else value
