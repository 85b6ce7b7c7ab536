"""导出：目录一项一行写成 xlsx，第几版、谁何时导的印在页脚和批注里。"""

import tempfile
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import rustpy_xlsxwriter as xlsx
from django.http import FileResponse

from xushi.core.clock import BEIJING
from xushi.permits.bottlenecks_export import DANGEROUS
from xushi.permits.models import Catalogue
from xushi.permits.selectors_catalogue import Line, entries_of, lines

if TYPE_CHECKING:
    from xushi.units.models import User

COLUMNS = (
    "阶段", "手续名称", "代号", "办理部门", "法定时限（工作日）", "承诺时限（工作日）", "办理类型", "办完才能开工",
    "有效期", "前置手续", "后面等它的",
)  # fmt: skip
WIDTHS = {"手续名称": 24.0, "前置手续": 48.0, "后面等它的": 36.0}


def answer(user: "User", held: Catalogue, now: datetime) -> FileResponse:
    at = now.astimezone(BEIJING)
    said = f"{user.name}（{user.unit_name}）{at:%Y-%m-%d %H:%M}导出，{held}"
    target = tempfile.TemporaryFile(suffix=".xlsx")  # noqa: SIM115 - closed by the response
    rows = [_record(one) for one in lines(entries_of(held))] or [dict.fromkeys(COLUMNS)]
    xlsx.write_worksheet(
        rows,
        target,
        sheet_name=f"第{held.version}版",
        freeze_row=1,
        freeze_col=2,
        bold_headers=True,
        column_widths={name: WIDTHS.get(name, 14.0) for name in COLUMNS},
        notes={"手续名称": said},
        page_setup={"landscape": True, "footer": f"&L{said}&R&P/&N"},
    )
    target.seek(0)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    made = FileResponse(target, content_type=kind)
    made["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(f'{held}.xlsx')}"
    return made


def _record(line: Line) -> dict[str, Any]:
    one = line.entry
    values = (
        line.stage, one.name, one.code, one.department_name or "没定", one.legal_days, one.promised_days, line.kinds,
        "是" if one.needed_for_start else "否", line.validity, "、".join(name for _, name in line.needs),
        "、".join(line.leads_to),
    )  # fmt: skip
    return dict(zip(COLUMNS, map(_safe, values), strict=True))


def _safe(value: Any) -> Any:
    """A text that no spreadsheet takes for a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(DANGEROUS) else value
