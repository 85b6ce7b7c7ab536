"""导出：看到的清单原样写成 xlsx。"""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from xushi.core.clock import local_day
from xushi.core.money import wan
from xushi.kit.sheets import Sheet, safe
from xushi.signings.models import Signing
from xushi.signings.selectors import line_of
from xushi.signings.wanted import Limits

if TYPE_CHECKING:
    pass

AMOUNT = "签约投资额（万元）"
COLUMNS = (
    "项目名称", "签约活动", "签约日期", "签约企业", "统一社会信用代码", "内外资", "类别", AMOUNT, "落地属地", "跟进单位",
    "跟进人", "走到", "到这一步", "等了（天）", "超目标（天）", "卡在哪", "上次跟进", "下次跟进", "状态", "流失原因",
    "流失说明", "库中项目",
)  # fmt: skip
DATES = ("签约日期", "到这一步", "上次跟进", "下次跟进")
WIDTHS = {"项目名称": 32.0, "签约企业": 30.0, "统一社会信用代码": 22.0, "流失说明": 40.0}


def answer(rows: Any, limits: Limits, now: datetime) -> Sheet:
    """Written row by row."""
    formats = dict.fromkeys(DATES, "yyyy-mm-dd") | {AMOUNT: "#,##0.####"}
    rows = (_record(one, limits, now) for one in rows.iterator(chunk_size=1000))
    return Sheet("招商签约", COLUMNS, rows, named=f"招商签约{local_day(now)}", formats=formats, widths=WIDTHS)


def _record(one: Signing, limits: Limits, now: datetime) -> dict[str, Any]:
    line = line_of(one, limits, local_day(now))
    values = (
        one.name, str(one.event), one.signed_on, one.enterprise, one.credit_code, one.get_kind_display(),
        str(one.category), float(wan(one.amount)), str(one.territory), str(one.responsible_unit),
        one.follower.name if one.follower else "", one.reached.label, one.stage_on, line.days if line.waits else None,
        line.over or None, one.stuck, one.followed_on, one.next_on, one.get_state_display(),
        one.get_lapsed_cause_display(), one.lapsed_reason, str(one.project or ""),
    )  # fmt: skip
    return dict(zip(COLUMNS, map(safe, values), strict=True))
