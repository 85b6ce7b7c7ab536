"""导出：看到的清单原样写成 xlsx，谁何时导的印在页脚和批注里。"""

import tempfile
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import rustpy_xlsxwriter as xlsx
from django.http import FileResponse

from xushi.core.clock import BEIJING, local_day
from xushi.core.money import wan
from xushi.signings.models import Signing
from xushi.signings.selectors import line_of
from xushi.signings.wanted import Limits

if TYPE_CHECKING:
    from xushi.units.models import User

DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
AMOUNT = "签约投资额（万元）"
COLUMNS = (
    "项目名称", "签约活动", "签约日期", "签约企业", "统一社会信用代码", "内外资", "类别", AMOUNT, "落地属地", "跟进单位",
    "跟进人", "走到", "到这一步", "等了（天）", "超目标（天）", "卡在哪", "上次跟进", "下次跟进", "状态", "流失原因",
    "流失说明", "库中项目",
)  # fmt: skip
DATES = ("签约日期", "到这一步", "上次跟进", "下次跟进")
WIDTHS = {"项目名称": 32.0, "签约企业": 30.0, "统一社会信用代码": 22.0, "流失说明": 40.0}


def answer(user: "User", rows: Any, limits: Limits, now: datetime) -> FileResponse:
    """The file as a download, written row by row."""
    at, today = now.astimezone(BEIJING), local_day(now)
    said = f"{user.name}（{user.unit_name}）{at:%Y-%m-%d %H:%M}导出，招商签约"
    formats = dict.fromkeys(DATES, "yyyy-mm-dd") | {AMOUNT: "#,##0.####"}
    target = tempfile.TemporaryFile(suffix=".xlsx")  # noqa: SIM115 - closed by the response
    xlsx.write_worksheet(
        _or_empty(_record(one, limits, now) for one in rows.iterator(chunk_size=1000)),
        target,
        sheet_name="招商签约",
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
    made["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(f'招商签约{today}.xlsx')}"
    return made


def _or_empty(records: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """An empty list still has its heads."""
    first = next(records, None)
    yield first if first is not None else dict.fromkeys(COLUMNS)
    yield from records


def _record(one: Signing, limits: Limits, now: datetime) -> dict[str, Any]:
    line = line_of(one, limits, local_day(now))
    values = (
        one.name, str(one.event), one.signed_on, one.enterprise, one.credit_code, one.get_kind_display(),
        str(one.category), float(wan(one.amount)), str(one.territory), str(one.responsible_unit),
        one.follower.name if one.follower else "", one.reached.label, one.stage_on, line.days if line.waits else None,
        line.over or None, one.stuck, one.followed_on, one.next_on, one.get_state_display(),
        one.get_lapsed_cause_display(), one.lapsed_reason, str(one.project or ""),
    )  # fmt: skip
    return dict(zip(COLUMNS, map(_safe, values), strict=True))


def _safe(value: Any) -> Any:
    """A text that no spreadsheet takes for a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(DANGEROUS) else value
