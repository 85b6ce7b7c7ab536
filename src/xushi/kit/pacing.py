"""限次：一个人、一个地址，一段时间里一件事最多做几次；几个进程合着数。

The count is a row in the database, since every process must see the same one. So that not every search writes, a
process takes a tenth of what is allowed at once and gives it out by itself: what was taken and not given out is lost
with the window. More than allowed is never given, whatever the processes do.
"""

import logging
import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime

from django.db import DEFAULT_DB_ALIAS, OperationalError
from django.db.models import F

from xushi.kit.models import Spent

SHARES = 10
KEPT = 10_000  # keys that a process remembers
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Pace:
    """So many times in so many seconds; 0 times is no limit."""

    times: int
    seconds: int

    @property
    def words(self) -> str:
        """一分钟最多240次, 十分钟最多60次."""
        spans = {60: "一分钟", 600: "十分钟", 3600: "一小时"}
        return f"{spans.get(self.seconds) or f'{self.seconds}秒'}最多{self.times}次"


class Meter:
    """What one process has taken and not yet given out."""

    def __init__(self) -> None:
        self._held: OrderedDict[str, tuple[int, int]] = OrderedDict()
        self._lock = threading.Lock()

    def wait(self, key: str, pace: Pace, real: datetime) -> int:
        """0 where it may go on, and once is counted; else the seconds until it may."""
        if not pace.times:
            return 0
        seconds = real.timestamp()
        window = int(seconds // pace.seconds)
        if self._give(key, window) or self._take(key, window, pace):
            return 0
        return max(int((window + 1) * pace.seconds - seconds + 0.999), 1)

    def forget(self) -> None:
        with self._lock:
            self._held.clear()

    def _give(self, key: str, window: int) -> bool:
        with self._lock:
            of, left = self._held.get(key, (window, 0))
            if of != window or not left:
                return False
            self._held[key] = (window, left - 1)
            return True

    def _take(self, key: str, window: int, pace: Pace) -> bool:
        for amount in (max(pace.times // SHARES, 1), 1):  # near the end a whole share may no longer fit
            try:
                won = _taken(key, window, amount, pace.times)
            except OperationalError:  # full or held: who only reads is not kept waiting for a count
                log.warning("限次记不上，放行", exc_info=True)
                return True
            if won:
                self._keep(key, window, amount - 1)
                return True
        return False

    def _keep(self, key: str, window: int, more: int) -> None:
        with self._lock:
            of, left = self._held.get(key, (window, 0))
            self._held[key] = (window, more + (left if of == window else 0))
            self._held.move_to_end(key)
            while len(self._held) > KEPT:
                self._held.popitem(last=False)


def _taken(key: str, window: int, amount: int, most: int) -> bool:
    """One guarded update wins the amount or does not, the same on both databases."""
    rows = Spent.objects.using(DEFAULT_DB_ALIAS).filter(key=key)  # never a replica
    fits = rows.filter(window=window, count__lte=most - amount)
    if fits.update(count=F("count") + amount):
        return True
    if rows.filter(window__lt=window).update(window=window, count=amount):
        return True
    Spent.objects.using(DEFAULT_DB_ALIAS).bulk_create(
        [Spent(key=key, window=window, count=0)], ignore_conflicts=True
    )
    return bool(fits.update(count=F("count") + amount))


METER = Meter()
