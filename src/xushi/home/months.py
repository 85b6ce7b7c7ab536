"""看哪个月：关了账的每个月，加上正在报的那个月。"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from xushi.core.clock import BEIJING, local_day
from xushi.core.months import Month
from xushi.progress.closed import closings_for

if TYPE_CHECKING:
    from xushi.units.models import User


@dataclass(frozen=True, slots=True)
class Choice:
    """The month a page speaks of, whether its figures are fixed, and what else may be chosen.

    stood is the moment whose alerts judged an older month; None where today's alerts judge it: the last closed
    month and the open one.
    """

    month: Month
    closed: bool
    closed_months: tuple[Month, ...]
    open_month: Month
    stood: datetime | None = None

    @property
    def options(self) -> list[tuple[Month, bool]]:
        """(month, closed), latest first; the open month leads."""
        return [(self.open_month, False), *((month, True) for month in self.closed_months)]

    @property
    def as_of(self) -> date:
        return self.month.last_day


def choose(user: "User", text: str | None, today: date) -> Choice:
    """The month this person asks for, else the last closed one; ValueError with a sentence for one without figures."""
    closed_at = {one.month: one.closed_at for one in closings_for(user)}
    closed = tuple(closed_at)
    being_reported = closed[0].next if closed else Month.of(today)
    month = (closed[0] if closed else being_reported) if not text else Month.parse(text)
    if month not in closed and month != being_reported:
        last = f"最近关账的是{closed[0].label}" if closed else "还没有关过账"
        raise ValueError(f"{month.label}没有数：{last}，正在报的是{being_reported.label}。")
    stood = _stood(closed_at[month], closed_at[month.next]) if month.next in closed_at else None
    return Choice(month, month in closed, closed, being_reported, stood)


def _stood(closed: datetime, next_closed: datetime) -> datetime:
    """The last moment of the day of closing, by when every alert was judged anew, or just before the next closing."""
    midnight = datetime.combine(local_day(closed) + timedelta(days=1), time.min, tzinfo=BEIJING)
    return min(midnight, next_closed) - timedelta(microseconds=1)
