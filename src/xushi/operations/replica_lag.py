"""副本落后多少：拿主库写到的位置与副本放到的位置比，不比两边的钟。"""

import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from threading import Lock

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connections

ALIAS = "replica"
EVERY = 0.25  # seconds between two looks of one process
AGAIN = 5.0  # seconds until a replica that could not be asked is asked again
MOST = 400  # positions remembered: with one look every quarter of a second, 100 s
# 主库：提交过的都已写到 flush；insert 不会比副本放过的小
_WRITTEN = "SELECT pg_current_wal_flush_lsn() - '0/0'::pg_lsn, pg_current_wal_insert_lsn() - '0/0'::pg_lsn"
_REPLAYED = "SELECT pg_last_wal_replay_lsn() - '0/0'::pg_lsn, pg_is_in_recovery()"


class Unfit(Exception):
    """What the address of the replica leads to must not be read; says why in Chinese."""


class Progress:
    """Up to which moment the replica is known to hold everything that was committed. Positions are bytes of the log."""

    def __init__(self) -> None:
        self._written: deque[tuple[float, int]] = deque(maxlen=MOST)
        self.replayed = 0
        self.as_of: float | None = None

    def note(self, moment: float, written: int, replayed: int) -> None:
        """At this moment (monotonic seconds) the primary had written so far; later the replica had replayed so far."""
        self._written.append((moment, written))
        self.replayed = max(self.replayed, replayed)
        while self._written and self._written[0][1] <= self.replayed:
            self.as_of = self._written.popleft()[0]

    def lag(self, now: float) -> float | None:
        """Seconds by which the replica may be behind; None while nothing is known of it."""
        return None if self.as_of is None else max(now - self.as_of, 0.0)


class Gauge:
    """Looks at both databases for one process, whichever of its threads happens to ask."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._lock = clock, Lock()
        self.progress = Progress()
        self.problem = ""
        self._next = 0.0

    def holds(self, mark: int, bound: float) -> bool:
        """The replica has replayed the position mark and is at most bound seconds behind."""
        self.look()
        lag = self.lag()
        return not self.problem and lag is not None and lag <= bound and self.progress.replayed >= mark

    def lag(self) -> float | None:
        """Seconds; None while nothing is known."""
        return self.progress.lag(self._clock())

    def look(self, *, at_once: bool = False) -> None:
        """A new look where the last one is old; one thread looks, the others take what is known."""
        if (self._clock() >= self._next or at_once) and self._lock.acquire(blocking=at_once):
            try:
                self._look()
            finally:
                self._lock.release()

    def failed(self) -> None:
        """A page could not be read from it: nobody else tries for a while."""
        self.problem = self.problem or "读到一半出了错"
        self._next = self._clock() + AGAIN

    def _look(self) -> None:
        moment = self._clock()
        written, reached = written_to()
        try:
            replayed = replayed_to()
            if replayed > reached and replayed > written_to()[1]:
                raise Unfit("放到的位置比主库还新：主库换过，副本没有跟着换")
            self.progress.note(moment, written, replayed)
            self.problem, self._next = "", moment + EVERY
        except (DatabaseError, InterfaceError, Unfit) as problem:
            self.problem = (str(problem).strip().splitlines() or ["没有说明"])[0]
            self.progress = Progress()
            self._next = self._clock() + AGAIN
            with suppress(DatabaseError, InterfaceError):
                connections[ALIAS].close()


def written_to() -> tuple[int, int]:
    """How far the primary's log is on the disk, and how far it is written at all."""
    with connections["default"].cursor() as cursor:
        cursor.execute(_WRITTEN)
        written, reached = cursor.fetchone()
    return int(written), int(reached)


def replayed_to() -> int:
    """How far the replica is; Unfit where it is none."""
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(_REPLAYED)
        replayed, follows = cursor.fetchone()
    if not follows or replayed is None:
        raise Unfit("连到的不是副本（它自己收写入）")
    return int(replayed)


def configured() -> bool:
    return ALIAS in settings.DATABASES


gauge = Gauge()  # the one of this process
