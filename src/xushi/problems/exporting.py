"""导出：看到的清单原样写成 xlsx。"""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from xushi.core.clock import local_day
from xushi.core.money import yi
from xushi.kit.sheets import Sheet, safe
from xushi.problems.board import Board
from xushi.problems.models import Problem
from xushi.problems.rules import PRESSING, Horizon
from xushi.problems.wanted import Wanted

if TYPE_CHECKING:
    pass

MOST_ON_PAPER = 2000
COLUMNS = (
    "清单号", "问题", "类别", "项目", "属地", "状态", "主办", "协办", "责任人", "期限", "期限情况", "上会次数",
    "年度计划（亿元）", "办结即放行", "报送单位", "报送日期", "说明",
)  # fmt: skip
FORMATS = {"期限": "yyyy-mm-dd", "报送日期": "yyyy-mm-dd", "年度计划（亿元）": "#,##0.0000"}
WIDTHS = {"问题": 32.0, "项目": 32.0, "说明": 60.0}


def answer(
    wanted: Wanted,
    found: Any,
    board: Board,
    horizon: Horizon,
    now: datetime,
) -> Sheet:
    """Written row by row."""
    batch = f"第{wanted.batch}批" if wanted.batch.isdecimal() else ""
    rows = (_record(problem, board, horizon) for problem in found.iterator(chunk_size=1000))
    return Sheet(
        "问题清单",
        COLUMNS,
        rows,
        named=f"问题清单{batch}{local_day(now)}",
        frozen=2,
        formats=FORMATS,
        widths=WIDTHS,
    )


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
    return dict(zip(COLUMNS, map(safe, values), strict=True))
