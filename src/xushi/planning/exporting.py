"""导出：计划清单原样写成 xlsx，谁何时导的印在页脚和批注里。"""

import tempfile
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import rustpy_xlsxwriter as xlsx
from django.http import FileResponse

from xushi.core.clock import BEIJING
from xushi.core.money import wan
from xushi.planning.models import Programme, ProgrammeItem

if TYPE_CHECKING:
    from xushi.units.models import User

DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
MONEY = ("总投资（万元）", "至上年底累计（万元）", "年度计划（万元）")
COLUMNS = (
    "项目名称", "来源", "阶段", "级别", "类别", "属地", "责任单位", *MONEY, "计划开工", "计划竣工", "列入", "理由",
)  # fmt: skip
WIDTHS = {"项目名称": 36.0, "理由": 40.0}


def answer(user: "User", programme: Programme, rows: Any, now: datetime) -> FileResponse:
    """The file as a download, written row by row."""
    at = now.astimezone(BEIJING)
    said = f"{user.name}（{user.unit_name}）{at:%Y-%m-%d %H:%M}导出，{programme}（{programme.get_state_display()}）"
    target = tempfile.TemporaryFile(suffix=".xlsx")  # noqa: SIM115 - closed by the response
    xlsx.write_worksheet(
        _or_empty(_record(item) for item in rows.iterator(chunk_size=1000)),
        target,
        sheet_name=f"{programme.year}年计划",
        freeze_row=1,
        freeze_col=1,
        bold_headers=True,
        column_widths={name: WIDTHS.get(name, 14.0) for name in COLUMNS},
        column_formats={name: xlsx.Format().set_num_format("#,##0.####") for name in MONEY},
        notes={"项目名称": said},
        page_setup={"landscape": True, "footer": f"&L{said}&R&P/&N"},
    )
    target.seek(0)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    made = FileResponse(target, content_type=kind)
    made["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(f'{programme}.xlsx')}"
    return made


def _or_empty(records: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """An empty list still has its heads."""
    first = next(records, None)
    yield first if first is not None else dict.fromkeys(COLUMNS)
    yield from records


def _record(item: ProgrammeItem) -> dict[str, Any]:
    levels = ["省级"] * item.provincial + ["市级"] * item.municipal + ["区级"]
    values = (
        item.name, item.get_source_display(), item.get_stage_display(), "、".join(levels), str(item.category),
        str(item.territory), str(item.responsible_unit), float(wan(item.total_investment)),
        float(wan(item.invested_before)), float(wan(item.planned_investment)),
        str(item.start_month or ""), str(item.completion_month or ""), "否" if item.dropped else "是", item.reason,
    )  # fmt: skip
    return dict(zip(COLUMNS, map(_safe, values), strict=True))


def _safe(value: Any) -> Any:
    """A text that no spreadsheet takes for a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(DANGEROUS) else value
