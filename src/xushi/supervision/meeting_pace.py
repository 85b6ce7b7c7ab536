"""会开到哪里：议完几项，比安排快了还是慢了。纯判断。"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Timed:
    """The time of one item: what was planned, when it began and ended."""

    minutes: int
    began_at: datetime | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Pace:
    """Where the meeting stands: minutes planned for what is done, minutes gone, the difference (late > 0)."""

    done: int
    count: int
    planned: int
    gone: int
    late: int
    share_done: int = 0
    share_now: int = 0


def pace(items: Sequence[Timed], began_at: datetime | None, minutes: int, now: datetime) -> Pace:
    """The item being discussed is late only once it takes longer than planned for it."""
    ended = [item for item in items if item.ended_at]
    planned = sum(item.minutes for item in ended)
    if began_at is None:
        return Pace(len(ended), len(items), planned, 0, 0)
    gone = minutes_between(began_at, now)
    running = next((item for item in items if item.began_at and not item.ended_at), None)
    allowed = planned
    if running and running.began_at:
        allowed += min(minutes_between(running.began_at, now), running.minutes)
    whole = max(minutes, 1)
    return Pace(
        done=len(ended),
        count=len(items),
        planned=planned,
        gone=gone,
        late=gone - allowed,
        share_done=min(allowed * 100 // whole, 100),
        share_now=min(gone * 100 // whole, 100),
    )


def fitting(minutes: Sequence[int], planned: int) -> int:
    """How many items, from the first on, fit into the time planned; the first always does."""
    gone = 0
    for count, one in enumerate(minutes):
        gone += one
        if gone > planned and count:
            return count
    return len(minutes)


def minutes_between(start: datetime, end: datetime) -> int:
    return max(int((end - start) / timedelta(minutes=1)), 0)


def pace_words(late: int) -> str:
    return f"慢{late}分钟" if late > 0 else f"快{-late}分钟" if late < 0 else "正点"
