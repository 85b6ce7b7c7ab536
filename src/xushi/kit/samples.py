"""组件页的例子：与设计图同样的数。"""

from datetime import date
from decimal import Decimal


def sheet(*, today: date) -> dict[str, object]:
    """What the living sheet of components draws; today gives the years of its dates."""
    due = Decimal(2) / 3
    return {
        "today": today,
        "due": due,
        "ahead": due + Decimal("0.057"),
        "behind": due - Decimal("0.15"),
        "overdue": Decimal("0.119"),
        "themes_shown": [("light", "浅色"), ("dark", "深色")],
        "statuses": ["overdue_start", "slipping", "on_schedule", "not_due", "completed", "pending", "working"],
        "more_statuses": ["closed", "overdue", "disputed"],
        "swatches": SWATCHES,
    }


SWATCHES = (
    ("底", "canvas"), ("面", "surface"), ("凹", "sunken"), ("墨", "ink"),
    ("靛", "accent"), ("朱浅", "red-soft"), ("赭浅", "amber-soft"), ("松浅", "green-soft"),
    ("绛浅", "pi-soft"), ("朱", "red-fill"), ("赭", "amber-fill"), ("松", "green-fill"),
    ("绛", "pi"), ("量条", "bar"), ("控件线", "line2"), ("靛浅", "accent-soft"),
)  # fmt: skip
