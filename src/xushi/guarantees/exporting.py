"""导出：看到的清单原样写成 xlsx，谁何时导的印在页脚和批注里。"""

import tempfile
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import rustpy_xlsxwriter as xlsx
from django.http import FileResponse

from xushi.core.clock import BEIJING, local_day
from xushi.guarantees.models import ResourceRequest

if TYPE_CHECKING:
    from xushi.units.models import User

DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
AMOUNTS = ("要多少", "已承诺", "已落实", "缺口")
COLUMNS = (
    "项目", "属地", "要素", "单位", *AMOUNTS, "最迟要用", "何时到位", "地块", "保障单位", "状态", "提出日期", "说明",
)  # fmt: skip
DATES = ("最迟要用", "何时到位", "提出日期")
WIDTHS = {"项目": 32.0, "说明": 50.0}


def answer(user: "User", rows: Any, now: datetime) -> FileResponse:
    """The file as a download, written row by row."""
    at = now.astimezone(BEIJING)
    said = f"{user.name}（{user.unit_name}）{at:%Y-%m-%d %H:%M}导出，要素请求"
    formats = dict.fromkeys(DATES, "yyyy-mm-dd") | dict.fromkeys(AMOUNTS, "#,##0.####")
    target = tempfile.TemporaryFile(suffix=".xlsx")  # noqa: SIM115 - closed by the response
    xlsx.write_worksheet(
        _or_empty(_record(one) for one in rows.iterator(chunk_size=1000)),
        target,
        sheet_name="要素请求",
        freeze_row=1,
        freeze_col=1,
        bold_headers=True,
        column_widths={name: WIDTHS.get(name, 14.0) for name in COLUMNS},
        column_formats={name: xlsx.Format().set_num_format(code) for name, code in formats.items()},
        notes={"项目": said},
        page_setup={"landscape": True, "footer": f"&L{said}&R&P/&N"},
    )
    target.seek(0)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    made = FileResponse(target, content_type=kind)
    named = f"要素请求{local_day(now)}.xlsx"
    made["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(named)}"
    return made


def _or_empty(records: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """An empty list still has its heads."""
    first = next(records, None)
    yield first if first is not None else dict.fromkeys(COLUMNS)
    yield from records


def _record(one: ResourceRequest) -> dict[str, Any]:
    kind = one.of_kind
    amounts = [float(Decimal(part) / kind.scale) for part in (one.amount, one.promised, one.met, one.gap)]
    values = (
        one.project.name, str(one.project.territory), kind.label, kind.unit, *amounts, one.needed_by, one.available_on,
        one.plot, str(one.owner), one.label, local_day(one.asked_at), one.words,
    )  # fmt: skip
    return dict(zip(COLUMNS, map(_safe, values), strict=True))


def _safe(value: Any) -> Any:
    """A text that no spreadsheet takes for a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(DANGEROUS) else value
