"""导出：在等的手续一行一件写成 xlsx。"""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

from xushi.core.clock import local_day
from xushi.core.money import wan
from xushi.kit.sheets import Sheet, safe
from xushi.permits.bottlenecks import KINDS
from xushi.permits.bottlenecks_rows import OWED, Line, found, lines
from xushi.permits.bottlenecks_wanted import Wanted
from xushi.permits.figures import Board

if TYPE_CHECKING:
    from xushi.units.models import User

AMOUNT = "总投资（万元）"
COLUMNS = (
    "项目名称", "属地", AMOUNT, "环节", "办理部门", "状态", "在谁手里", "可以办的日子", "报件", "受理", "承诺办结",
    "等了（工作日）", "承诺时限（工作日）", "超时限（工作日）", "超没超", "卡在哪", "下一步", "最早开工", "多半开工",
    "最晚开工", "督办",
)  # fmt: skip
DATES = ("可以办的日子", "报件", "受理", "承诺办结", "最早开工", "多半开工", "最晚开工")
WIDTHS = {"项目名称": 32.0, "卡在哪": 36.0, "下一步": 24.0}
AT_ONCE = 1000


def answer(user: "User", wanted: Wanted, board: Board, now: datetime) -> Sheet:
    """Written row by row."""
    formats = dict.fromkeys(DATES, "yyyy-mm-dd") | {AMOUNT: "#,##0.####"}
    rows = _records(user, wanted, board)
    return Sheet("前期手续", COLUMNS, rows, named=f"前期手续{local_day(now)}", formats=formats, widths=WIDTHS)


def _records(user: "User", wanted: Wanted, board: Board) -> Iterator[dict[str, Any]]:
    """A thousand at a time, each thousand by the same few queries."""
    rest = found(user, wanted, board).prefetch_related(OWED).iterator(chunk_size=AT_ONCE)
    while some := list(islice(rest, AT_ONCE)):
        yield from map(_record, lines(user, some, board.day))


def _record(line: Line) -> dict[str, Any]:
    step, start = line.step, line.expected
    dates = (start.early, start.likely, start.late) if start else (None, None, None)
    values = (
        step.project.name, str(step.project.territory), float(wan(step.project.total_investment)), step.permit.name,
        str(step.permit.department or "还没定单位"), step.get_state_display(), line.holder, step.ready_since,
        step.submitted_on, step.accepted_on, step.due_on, line.days, step.permit.promised_days, line.over,
        KINDS[line.kind], line.stuck, "、".join(line.following), *dates, line.order.name if line.order else "",
    )  # fmt: skip
    return dict(zip(COLUMNS, map(safe, values), strict=True))
