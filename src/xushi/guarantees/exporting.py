"""导出：看到的清单原样写成 xlsx。"""

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from xushi.core.clock import local_day
from xushi.guarantees.models import ResourceRequest
from xushi.kit.sheets import Sheet, safe

if TYPE_CHECKING:
    pass

AMOUNTS = ("要多少", "已承诺", "已落实", "缺口")
COLUMNS = (
    "项目", "属地", "要素", "单位", *AMOUNTS, "最迟要用", "何时到位", "地块", "保障单位", "状态", "提出日期", "说明",
)  # fmt: skip
DATES = ("最迟要用", "何时到位", "提出日期")
WIDTHS = {"项目": 32.0, "说明": 50.0}


def answer(rows: Any, now: datetime) -> Sheet:
    """Written row by row."""
    formats = dict.fromkeys(DATES, "yyyy-mm-dd") | dict.fromkeys(AMOUNTS, "#,##0.####")
    rows = (_record(one) for one in rows.iterator(chunk_size=1000))
    return Sheet("要素请求", COLUMNS, rows, named=f"要素请求{local_day(now)}", formats=formats, widths=WIDTHS)


def _record(one: ResourceRequest) -> dict[str, Any]:
    kind = one.of_kind
    amounts = [float(Decimal(part) / kind.scale) for part in (one.amount, one.promised, one.met, one.gap)]
    values = (
        one.project.name, str(one.project.territory), kind.label, kind.unit, *amounts, one.needed_by, one.available_on,
        one.plot, str(one.owner), one.label, local_day(one.asked_at), one.words,
    )  # fmt: skip
    return dict(zip(COLUMNS, map(safe, values), strict=True))
