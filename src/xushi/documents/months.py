"""截止月：关了账的月份。"""

from xushi.core.months import Month
from xushi.progress.models import MonthClosing

MOST = 36


def closed_months() -> list[tuple[str, str]]:
    """(2018-08, 2018年1—8月) of every month that is closed, the latest first."""
    rows = (
        MonthClosing.objects.filter(reopened_at=None)
        .order_by("-month")
        .values_list("month", flat=True)[:MOST]
    )
    return [(str(month), month.period) for month in rows]


def month_of(text: str) -> Month | None:
    """None for no month; ValueError with a sentence for what is none."""
    return Month.parse(text) if text.strip() else None
