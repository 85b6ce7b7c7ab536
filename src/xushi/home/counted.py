"""栏目旁的数里数得慢的：记在进程里，有谁写了新的一笔、换了一天、过了一分钟，才重数。"""

import time
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from xushi.progress.kept import pulse

if TYPE_CHECKING:
    from xushi.units.models import User

KEPT_FOR = 60.0  # seconds; an event that commits after a later one does not show in the newest number
MOST = 2000
Stamp = tuple[date, int | None]
_kept: dict[tuple[str, frozenset[tuple[str, str]]], tuple[Stamp, float, int]] = {}


@dataclass(frozen=True, slots=True)
class Kept:
    """One count of one scope as of the newest event, in which everything written ends. count None: to be counted."""

    key: tuple[str, frozenset[tuple[str, str]]]
    stamp: Stamp
    count: int | None

    def keep(self, count: int) -> None:
        if self.count is not None:  # known already, and until its minute is over
            return
        if len(_kept) >= MOST:
            _kept.clear()
        _kept[self.key] = (self.stamp, time.monotonic(), count)


def kept(name: str, user: "User", today: date) -> Kept:
    """What is known of this person's scope; people of the same roles over the same units share it."""
    key = (name, frozenset((held.role, held.scope.path) for held in user.appointments_in_force))
    stamp = (today, pulse().newest)
    held = _kept.get(key)
    good = held is not None and held[0] == stamp and time.monotonic() - held[1] < KEPT_FOR
    return Kept(key, stamp, held[2] if held and good else None)


def forget() -> None:
    _kept.clear()
