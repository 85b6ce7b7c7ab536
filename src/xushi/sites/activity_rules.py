"""一天有没有动静：三张有动静算有；看到的不够，这天就是看不清，不算停工。"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from xushi.sites.rules import Hours, Verdict

ACTIVE_SNAPSHOTS = 3  # a day with as many active snapshots is an active day
ENOUGH_SEEN = (
    0.5  # share of the snapshots a day should have that must be readable before it may be called still
)


@dataclass(frozen=True, slots=True)
class DayCount:
    """The snapshots of a day within the hours: looked at, of these active, of these unreadable; due is how many
    a whole day should have."""

    looked: int
    active: int
    unknown: int
    due: int


def day_verdict(count: DayCount) -> Verdict:
    """这天: what was seen decides; a day mostly unseen (dark, blurred, an outage) is unknown, never still."""
    if count.active >= ACTIVE_SNAPSHOTS:
        return Verdict.ACTIVE
    if count.looked - count.unknown < max(ENOUGH_SEEN * count.due, 1):
        return Verdict.UNKNOWN
    return Verdict.STILL


def due_in(hours: Hours, minutes: int) -> int:
    """How many snapshots a day's hours should give."""
    day = datetime(2018, 1, 1)  # noqa: DTZ001 - only the length of the hours counts
    length = datetime.combine(day, hours.ends) - datetime.combine(day, hours.begins)
    return max(length // timedelta(minutes=minutes), 1)
