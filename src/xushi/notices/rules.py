"""发送的规矩：攒多久、何时不打扰、失败了歇多久、一分钟几条。"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from xushi.core.clock import BEIJING

FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=1)
KEPT_TRYING = timedelta(days=3)  # after that a digest is given up, and a person is told
MINUTE = timedelta(seconds=65)  # 对方按自己收到的时刻数一分钟，留几秒的路


@dataclass(frozen=True, slots=True)
class Quiet:
    """免打扰时段, Beijing time; it may run over midnight. Equal ends mean none."""

    start: time = time()
    end: time = time()

    def holds(self, moment: datetime) -> bool:
        at = moment.astimezone(BEIJING).time()
        if self.start <= self.end:
            return self.start <= at < self.end
        return at >= self.start or at < self.end

    def over(self, moment: datetime) -> datetime:
        """The moment itself, or the end of the quiet hours it falls into."""
        if not self.holds(moment):
            return moment
        local = moment.astimezone(BEIJING)
        ends = datetime.combine(local.date(), self.end, tzinfo=BEIJING)
        return ends if ends > local else ends + timedelta(days=1)


def pause_after(failures: int) -> timedelta:
    """30 seconds after the first failure, doubled by each further one, at most an hour."""
    doublings = min(max(failures - 1, 0), 20)
    return min(FIRST_PAUSE * (1 << doublings), LONGEST_PAUSE)


def free_at(tried: Collection[datetime], per_minute: int, now: datetime) -> datetime:
    """When one more message keeps within per_minute, given when the last ones were tried; now where it does already."""
    recent = sorted(moment for moment in tried if moment > now - MINUTE)
    if len(recent) < per_minute:
        return now
    return recent[-per_minute] + MINUTE


def abandoned(opened_at: datetime, attempts: int, now: datetime) -> bool:
    """Whether a digest has been tried for long enough."""
    return attempts > 0 and now - opened_at >= KEPT_TRYING
