"""截止月：关了账的月份。"""

from typing import TYPE_CHECKING

from xushi.core.months import Month
from xushi.progress.closed import closings_for

if TYPE_CHECKING:
    from xushi.units.models import User

MOST = 36


def closed_months(user: "User") -> list[tuple[str, str]]:
    """(2018-08, 2018年1—8月) of every month that is closed for what this person sees, the latest first."""
    return [(str(one.month), one.month.period) for one in closings_for(user, MOST)]


def month_of(text: str) -> Month | None:
    """None for no month; ValueError with a sentence for what is none."""
    return Month.parse(text) if text.strip() else None
