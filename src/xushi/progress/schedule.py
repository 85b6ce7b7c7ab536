"""序时进度：到某月底，年度计划应完成多少。"""

from collections.abc import Sequence
from decimal import Decimal

from xushi.core.months import Month

TWELFTHS = 12


def scheduled_share(curve: Sequence[str] | None, number: int) -> Decimal:
    """The share (0–1) of the annual plan due by the end of month number (1–12): months/12, or the plan's own curve."""
    if curve:
        return Decimal(curve[number - 1])
    return Decimal(number) / TWELFTHS


def due_twelfths(plan: int, curve: Sequence[str] | None, month: Month) -> int:
    """Scheduled investment by the end of month, in twelfths of a 元: plan in 元; a linear schedule is exact."""
    if curve:
        return int((Decimal(plan) * TWELFTHS * Decimal(curve[month.number - 1])).to_integral_value())
    return plan * month.number
