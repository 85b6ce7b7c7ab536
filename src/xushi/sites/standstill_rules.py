"""现场停工：在建的现场连着多少天没有动静；看不清和中断的天不算在里面，也不打断。"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from xushi.alerts.rules import Level
from xushi.sites.rules import Verdict

YELLOW_DAYS = 7
RED_DAYS = 14
BLIND_DAYS = 7  # after more unseen days in a row nothing is known of what was before them
FARTHEST = 120  # days that are looked back
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Spell:
    """A stretch without activity: since its first still day, days counts still days only, unseen the others within."""

    since: date
    days: int
    unseen: int
    last_active: date | None

    @property
    def level(self) -> Level | None:
        return level_of(self.days)


def level_of(days: int) -> Level | None:
    """现场停工: yellow from the seventh still day on, red from the fourteenth."""
    if days >= RED_DAYS:
        return Level.RED
    return Level.YELLOW if days >= YELLOW_DAYS else None


def site_day(verdicts: Sequence[Verdict], cameras: int) -> Verdict:
    """一个现场的一天: one active camera makes it active; it is still only where every camera in use saw it still."""
    if Verdict.ACTIVE in verdicts:
        return Verdict.ACTIVE
    if cameras and len(verdicts) == cameras and all(one == Verdict.STILL for one in verdicts):
        return Verdict.STILL
    return Verdict.UNKNOWN


def spell_of(
    days: Mapping[date, Verdict], last: date, weekdays: frozenset[int], after: date | None = None
) -> Spell:
    """The stretch that ends with the last whole day, looked at backwards; after: the day up to which somebody vouched.

    Unseen days neither count nor interrupt, unless there are more than a week of them in a row. Weekdays on which the
    site does not work are passed over.
    """
    found: list[date] = []
    unseen = waiting = 0
    last_active = None
    day = last
    while day > last - FARTHEST * DAY and (after is None or day > after):
        verdict = days.get(day, Verdict.UNKNOWN)
        if verdict == Verdict.ACTIVE:
            last_active = day
            break
        if verdict == Verdict.STILL:
            found.append(day)
            unseen, waiting = unseen + waiting, 0
        elif day.isoweekday() in weekdays:
            waiting += 1
            if waiting > BLIND_DAYS:
                break
        day -= DAY
    return Spell(found[-1] if found else last, len(found), unseen if found else 0, last_active)
