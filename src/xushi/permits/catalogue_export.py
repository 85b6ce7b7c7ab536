"""导出：目录一项一行写成 xlsx，第几版、谁何时导的印在页脚和批注里。"""

from typing import TYPE_CHECKING, Any

from xushi.kit.sheets import Sheet, safe
from xushi.permits.models import Catalogue
from xushi.permits.selectors_catalogue import Line, entries_of, lines

if TYPE_CHECKING:
    pass

COLUMNS = (
    "阶段", "手续名称", "代号", "办理部门", "法定时限（工作日）", "承诺时限（工作日）", "办理类型", "办完才能开工",
    "有效期", "前置手续", "后面等它的",
)  # fmt: skip
WIDTHS = {"手续名称": 24.0, "前置手续": 48.0, "后面等它的": 36.0}


def answer(held: Catalogue) -> Sheet:
    rows = [_record(one) for one in lines(entries_of(held))]
    return Sheet(str(held), COLUMNS, rows, tab=f"第{held.version}版", frozen=2, widths=WIDTHS)


def _record(line: Line) -> dict[str, Any]:
    one = line.entry
    values = (
        line.stage, one.name, one.code, one.department_name or "没定", one.legal_days, one.promised_days, line.kinds,
        "是" if one.needed_for_start else "否", line.validity, "、".join(name for _, name in line.needs),
        "、".join(line.leads_to),
    )  # fmt: skip
    return dict(zip(COLUMNS, map(safe, values), strict=True))
