"""导出中断台账：看到的清单原样写成 xlsx，谁何时导的印在页脚和批注里。"""

import tempfile
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import rustpy_xlsxwriter as xlsx
from django.http import FileResponse

from xushi.core.clock import BEIJING, local_day
from xushi.sites.models import Outage
from xushi.sites.words import known

if TYPE_CHECKING:
    from xushi.units.models import User

DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
COLUMNS = (
    "项目",
    "属地",
    "摄像头",
    "自",
    "至",
    "中断分钟",
    "原因",
    "已告知次数",
    "报修时间",
    "报修人",
    "报修说明",
)
WIDTHS = {"项目": 32.0, "报修说明": 40.0}
MOMENTS = ("自", "至", "报修时间")


def answer(user: "User", rows: Any, now: datetime) -> FileResponse:
    """The file as a download, written row by row."""
    at = now.astimezone(BEIJING)
    said = f"{user.name}（{user.unit_name}）{at:%Y-%m-%d %H:%M}导出，摄像头中断"
    target = tempfile.TemporaryFile(suffix=".xlsx")  # noqa: SIM115 - closed by the response
    xlsx.write_worksheet(
        _or_empty(_record(one, now) for one in rows.iterator(chunk_size=1000)),
        target,
        sheet_name="摄像头中断",
        freeze_row=1,
        freeze_col=1,
        bold_headers=True,
        column_widths={name: WIDTHS.get(name, 16.0) for name in COLUMNS},
        column_formats={name: xlsx.Format().set_num_format("yyyy-mm-dd hh:mm") for name in MOMENTS},
        notes={"项目": said},
        page_setup={"landscape": True, "footer": f"&L{said}&R&P/&N"},
    )
    target.seek(0)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    made = FileResponse(target, content_type=kind)
    made["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(f'摄像头中断{local_day(now)}.xlsx')}"
    return made


def _or_empty(records: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """An empty list still has its heads."""
    first = next(records, None)
    yield first if first is not None else dict.fromkeys(COLUMNS)
    yield from records


def _record(one: Outage, now: datetime) -> dict[str, Any]:
    project, minutes = one.camera.project, ((one.ended_at or now) - one.began_at).total_seconds() / 60
    values = (
        project.name, str(project.territory), one.camera.name, _local(one.began_at), _local(one.ended_at),
        round(minutes), known(one.cause).label, one.told, _local(one.repair_at),
        one.repair_by.name if one.repair_by else "", one.repair_words,
    )  # fmt: skip
    return dict(zip(COLUMNS, map(_safe, values), strict=True))


def _local(moment: datetime | None) -> datetime | None:
    return moment.astimezone(BEIJING).replace(tzinfo=None) if moment else None


def _safe(value: Any) -> Any:
    """A text that no spreadsheet takes for a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(DANGEROUS) else value
