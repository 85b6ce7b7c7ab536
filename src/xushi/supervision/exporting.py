"""导出：看到的督办清单和单位考核表，写成 xlsx。"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from xushi.core.clock import local_day
from xushi.kit.sheets import Sheet, safe
from xushi.supervision.figures import COUNTS, SPANS, UnitRow
from xushi.supervision.models import SupervisionOrder
from xushi.supervision.rules import Urgency
from xushi.supervision.table import State

DATES = ("签发", "签收", "期限", "首次反馈", "核验", "销号")
ORDER_HEADS = (
    "文号", "督办事项", "项目", "来源", "主办", "协办", "急缓", "状态", *DATES,
    "按期", "退回次数", "延期次数", "办理要求",
)  # fmt: skip
WIDTHS = dict.fromkeys(("督办事项", "办理要求", "项目", "主办单位"), 32.0)


def orders_book(orders: Iterable[SupervisionOrder]) -> Sheet:
    """The list as it is shown, one row an order."""
    formats = dict.fromkeys(DATES, "yyyy-mm-dd")
    return Sheet("督办清单", ORDER_HEADS, map(_order, orders), formats=formats, widths=WIDTHS)


def _order(order: SupervisionOrder) -> dict[str, Any]:
    moments = (
        order.issued_at,
        order.acknowledged_at,
        order.due_at,
        order.replied_at,
        order.verified_at,
        order.closed_at,
    )
    values = (
        order.number or "拟稿",
        order.title,
        order.project.name if order.project else "",
        order.source_name,
        str(order.lead),
        "、".join(str(helper.unit) for helper in order.helpers.all()),
        Urgency(order.urgency).label,
        State(order.state).label,
        *(_day(moment) for moment in moments),
        {True: "是", False: "否"}.get(order.on_time, ""),  # type: ignore[arg-type]
        order.returns,
        order.extensions,
        order.demand,
    )
    return dict(zip(ORDER_HEADS, map(safe, values), strict=True))


def _day(moment: datetime | None) -> date | None:
    return local_day(moment) if moment else None


def units_book(rows: Sequence[UnitRow], total: UnitRow, period: str) -> Sheet:
    """考核表: a row a lead unit, the whole at the end."""
    counts = {name: label for name, (label, _) in COUNTS.items()}
    steps = {name: f"{label}中位（个工作日）" for name, (label, _, _) in SPANS.items()}
    heads = ["主办单位", *counts.values(), "按期率", *steps.values()]

    def record(row: UnitRow) -> dict[str, Any]:
        values: dict[str, Any] = {"主办单位": safe(row.unit.name) if row.unit else "合计"}
        values |= {label: int(row[name].value or 0) for name, label in counts.items()}
        values["按期率"] = None if row["rate"].value is None else float(row["rate"].value)
        return values | {
            label: None if (days := row[name].value) is None else float(days) for name, label in steps.items()
        }

    made = map(record, [*rows, total])
    return Sheet(f"督办考核表{period}", heads, made, formats={"按期率": "0.0%"}, widths=WIDTHS)
