"""导出中断台账：看到的清单原样写成 xlsx。"""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from xushi.core.clock import BEIJING, local_day
from xushi.kit.sheets import Sheet, safe
from xushi.sites.models import Outage
from xushi.sites.words import known

if TYPE_CHECKING:
    pass

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


def answer(rows: Any, now: datetime) -> Sheet:
    """Written row by row."""
    rows = (_record(one, now) for one in rows.iterator(chunk_size=1000))
    return Sheet(
        "摄像头中断", COLUMNS, rows, named=f"摄像头中断{local_day(now)}", width=16.0, widths=WIDTHS,
        formats=dict.fromkeys(MOMENTS, "yyyy-mm-dd hh:mm"),
    )  # fmt: skip


def _record(one: Outage, now: datetime) -> dict[str, Any]:
    project, minutes = one.camera.project, ((one.ended_at or now) - one.began_at).total_seconds() / 60
    values = (
        project.name, str(project.territory), one.camera.name, _local(one.began_at), _local(one.ended_at),
        round(minutes), known(one.cause).label, one.told, _local(one.repair_at),
        one.repair_by.name if one.repair_by else "", one.repair_words,
    )  # fmt: skip
    return dict(zip(COLUMNS, map(safe, values), strict=True))


def _local(moment: datetime | None) -> datetime | None:
    return moment.astimezone(BEIJING).replace(tzinfo=None) if moment else None
