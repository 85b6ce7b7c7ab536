"""导出：看到的清单原样写成 xlsx。"""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from xushi.admission.measures import COMPUTED, Item
from xushi.admission.models import Application
from xushi.admission.scoring import missed, value_of
from xushi.core.clock import local_day
from xushi.kit.sheets import Sheet, safe

if TYPE_CHECKING:
    pass

ITEMS = tuple(f"{item.label}（{item.unit}）" for item in Item)
MEASURES = tuple(f"{one.label}（{one.unit}）" for one in COMPUTED)
COLUMNS = (
    "项目", "企业", "信用代码", "行业", "属地", "状态", *ITEMS, *MEASURES, "门槛", "没达标", "答复", "会次",
    "计划投产", "达产年份", "申报日期",
)  # fmt: skip
WIDTHS = {"项目": 30.0, "企业": 30.0, "信用代码": 22.0, "门槛": 26.0}


def answer(rows: Any, now: datetime) -> Sheet:
    """Written row by row."""
    formats = (
        dict.fromkeys(ITEMS, "#,##0.##") | dict.fromkeys(MEASURES, "#,##0.0##") | {"申报日期": "yyyy-mm-dd"}
    )
    rows = (_record(one) for one in rows.iterator(chunk_size=500))
    return Sheet("准入会审", COLUMNS, rows, named=f"准入会审{local_day(now)}", formats=formats, widths=WIDTHS)


def _record(one: Any) -> dict[str, Any]:
    application: Application = one
    numbers = application.numbers
    worth = [float(numbers.worth(item)) for item in Item]
    values = [value_of(measure, numbers) for measure in COMPUTED]
    short = "、".join(row.measure.label for row in missed(application.scored()))
    row = (
        application.name, application.enterprise, application.credit_code, str(application.industry),
        str(application.territory), application.label, *worth,
        *(None if value is None else float(value) for value in values),
        f"{application.criteria.year}年第{application.criteria.version}版", short,
        f"{one.answered or 0}/{one.asked or 0}", str(application.sitting or ""), application.production.label,
        application.capacity_year, local_day(application.submitted_at),
    )  # fmt: skip
    return dict(zip(COLUMNS, map(safe, row), strict=True))
