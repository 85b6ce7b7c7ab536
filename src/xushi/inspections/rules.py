"""现场督查的判断：月报与现场差多少、整改逾没逾期、手机钟准不准、督促没督促动。都是纯判断。"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from xushi.alerts.rules import Level
from xushi.inspections.words import AT_UNIT, FindingState
from xushi.problems.rules import Horizon

UNSEEN_AFTER = 60  # days
MOVED_WITHIN = 60  # days after a visit that a start counts as urged by it
APART = Decimal("0.05")  # of the year plan: seen and reported agree up to it
SKEWED = timedelta(minutes=5)


class Agreement(StrEnum):
    """月报与现场."""

    SLOWER = "slower"
    FASTER = "faster"
    AGREES = "agrees"
    UNKNOWN = "unknown"

    @property
    def label(self) -> str:
        return {
            "slower": "比月报慢", "faster": "比月报快", "agrees": "与月报相符", "unknown": "没估完成率",
        }[self.value]  # fmt: skip

    @property
    def mark(self) -> str:
        return {"slower": "needs_coordination", "unknown": "closed"}.get(self.value, "passed")


def agreement(reported: Decimal | None, seen: Decimal | None) -> Agreement:
    """Shares of the year plan, compared unrounded: more than 5 points apart is no agreement."""
    if reported is None or seen is None:
        return Agreement.UNKNOWN
    if seen < reported - APART:
        return Agreement.SLOWER
    return Agreement.FASTER if seen > reported + APART else Agreement.AGREES


def late_level(state: FindingState, due_on: date, horizon: Horizon) -> Level | None:
    """整改逾期: while the unit has it, yellow within two working days of the day, red after it."""
    if state not in AT_UNIT:
        return None
    if due_on < horizon.late_before:
        return Level.RED
    return Level.YELLOW if due_on <= horizon.soon_until else None


@dataclass(frozen=True, slots=True)
class Clocks:
    """What the phone's clock said, and what it was by ours."""

    started_at: datetime | None
    ended_at: datetime | None
    skew_seconds: int | None

    @property
    def skewed(self) -> bool:
        return self.skew_seconds is not None and abs(self.skew_seconds) > SKEWED.total_seconds()


def put_right(
    started: datetime | None, ended: datetime | None, sent: datetime | None, received: datetime
) -> Clocks:
    """The phone's times by our clock: both read at the sending say how far the phone is off.

    A phone that is right within five minutes is taken at its word: the way of an answer is not its fault.
    """
    if sent is None:
        return Clocks(started, ended, None)
    skew = received - sent
    if abs(skew) <= SKEWED:
        return Clocks(started, ended, round(skew.total_seconds()))
    moved = [None if at is None else at + skew for at in (started, ended)]
    return Clocks(moved[0], moved[1], round(skew.total_seconds()))


def urged(done: date, started: date | None) -> bool:
    """督促开工: not started when it was looked at, and started within sixty days after."""
    return started is not None and done < started <= done + timedelta(days=MOVED_WITHIN)


def unseen(last: date | None, today: date) -> bool:
    """Nobody has looked for sixty days."""
    return last is None or (today - last).days >= UNSEEN_AFTER


class Age(StrEnum):
    """多久没看: how long ago the last visit was, once it is sixty days; the value stands in addresses."""

    NEVER = "never"
    LONG = "180"
    MIDDLE = "90"
    SHORT = "60"

    @property
    def label(self) -> str:
        return {"never": "从没看过", "180": "180天以上", "90": "90—179天", "60": "60—89天"}[self.value]

    @property
    def days(self) -> tuple[int, int | None] | None:
        """(from, below) in days since the last visit; None for what was never looked at."""
        spans = {"180": (180, None), "90": (90, 180), "60": (UNSEEN_AFTER, 90)}
        return spans.get(self.value)


def age_of(last: date | None, today: date) -> Age | None:
    """None while the last visit is less than sixty days ago."""
    if last is None:
        return Age.NEVER
    ago = (today - last).days
    return next((age for age in (Age.LONG, Age.MIDDLE, Age.SHORT) if age.days and ago >= age.days[0]), None)
