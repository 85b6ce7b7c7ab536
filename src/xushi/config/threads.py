"""网页用的线程：用完还回来，下一个请求接着用，连着的数据库也就接着用。

Django alone gives every request under ASGI a thread of its own: its database connection is opened for that one request
and lies about open until the garbage collector comes by.
"""

import time
from asyncio import Semaphore
from collections import deque
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from threading import Lock, RLock, Thread
from typing import Any

from asgiref.sync import ThreadSensitiveContext
from django.db import connections

# requests, and so connections, that one process has in hand; the others wait for one of them to be answered. Two web
# processes and the background then fit into the hundred connections that PostgreSQL allows by default.
MOST_LENT = 40
MOST_IDLE = 8  # threads, and database connections, that a web process keeps for the next request
# pages that one process makes at a time. Python runs one at a time anyway, and two at once get in each other's way: they
# took a quarter more of the processor for each page. Where the database is far away, more processes make up for waiting.
AT_ONCE = 1
TURN = 1.0  # seconds: who is at work for longer waits for something slow, and the next may begin


@dataclass(slots=True)
class Turn:
    began: float
    over: bool = False


class Turns:
    """Who comes first is served first, and only so many at a time.

    Without it, fifty pages asked for at once are all half made at once: each takes twice the work of one alone, and the
    first is ready when the last is.
    """

    def __init__(
        self, at_once: int, turn: float = TURN, nobody_waits: Callable[[], None] | None = None
    ) -> None:
        self._free, self._turn, self._nobody_waits = at_once, turn, nobody_waits
        self._waiting: deque[Callable[[Turn], None]] = deque()
        self._taken: deque[Turn] = deque()  # the first that began is the first
        self._lock = RLock()
        self._watched = False

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    def ask(self, begin: Callable[[Turn], None], *, begun: bool = False) -> None:
        """Call begin, which takes no time, when there is a turn; who got it ends it.

        begun: it has had a turn before, and comes before those who have not: what is begun is to get ready.
        """
        with self._lock:
            (self._waiting.appendleft if begun else self._waiting.append)(begin)
            self._let_in()
            if self._waiting and not self._watched:
                self._watched = True
                Thread(target=self._watch, daemon=True, name="turns").start()

    def end(self, turn: Turn) -> None:
        with self._lock:
            if not turn.over:
                turn.over = True
                self._taken.remove(turn)
                self._free += 1
                self._let_in()

    def _let_in(self) -> None:
        while self._waiting and self._free > 0:
            self._free -= 1
            turn = Turn(time.monotonic())
            self._taken.append(turn)
            self._waiting.popleft()(turn)
            if self._nobody_waits and not self._waiting:
                self._nobody_waits()

    def _watch(self) -> None:
        """While somebody waits: end the turns of those at work for longer."""
        while True:
            with self._lock:
                now = time.monotonic()
                while self._waiting and self._taken and now - self._taken[0].began >= self._turn:
                    self.end(self._taken[0])
                if not self._waiting:
                    self._watched = False
                    return
                soonest = self._taken[0].began + self._turn - now if self._taken else self._turn
            time.sleep(max(0.01, soonest))


class Seat(Executor):
    """What one request does, one thing after another on one thread, each in its turn.

    It has a thread, and a connection to the database, from its first turn on: what waits holds none, and the few that
    are at work are the same ones again. What a visitor sends and takes slowly is waited for outside of a turn.
    """

    def __init__(self, threads: "Threads") -> None:
        self._threads = threads
        self.thread: ThreadPoolExecutor | None = None
        self.pending, self.left = 0, False
        self.trifling = False  # what is done now is over at once and needs no thread

    def submit(self, work: Callable[..., Any], /, *args: Any, **named: Any) -> Future[Any]:
        future: Future[Any] = Future()
        task = partial(work, *args, **named)
        if self.trifling or self.left:
            _do(future, task)
        else:
            self._threads.do(self, future, task)
        return future

    def leave(self) -> None:
        """There is no more work: the thread is another's when what it is at is done. Called there, or at the end."""
        self._threads.leave(self)


class Threads:
    """Lends one thread to one request at a time; more than are kept are made when all are out."""

    def __init__(
        self,
        at_once: int = AT_ONCE,
        most: int = MOST_LENT,
        turn: float = TURN,
        nobody_waits: Callable[[], None] | None = None,
    ) -> None:
        self._idle: list[ThreadPoolExecutor] = []
        self._turns = Turns(at_once, turn, nobody_waits)
        self._in_hand = Semaphore(most)
        self._lock = Lock()

    def waiting(self) -> int:
        """Requests that wait for a turn."""
        return self._turns.waiting

    @asynccontextmanager
    async def lent(self) -> AsyncIterator[Seat]:
        """Within, all that Django does synchronously for this request runs on one lent thread."""
        async with self._in_hand:
            seat = Seat(self)
            try:
                async with ThreadSensitiveContext(executor=seat):
                    yield seat
            finally:
                self.leave(seat)

    def leave(self, seat: Seat) -> None:
        with self._lock:
            seat.left = True
            self._take_back(seat)

    def do(self, seat: Seat, future: Future[Any], work: Callable[[], Any]) -> None:
        with self._lock:
            seat.pending += 1
        self._turns.ask(lambda turn: self._begin(seat, turn, future, work), begun=seat.thread is not None)

    def _begin(self, seat: Seat, turn: Turn, future: Future[Any], work: Callable[[], Any]) -> None:
        with self._lock:
            thread = seat.thread or (
                self._idle.pop() if self._idle else ThreadPoolExecutor(1, thread_name_prefix="page")
            )
            seat.thread = thread
        thread.submit(self._run, seat, turn, future, work)

    def _run(self, seat: Seat, turn: Turn, future: Future[Any], work: Callable[[], Any]) -> None:
        _do(future, work)
        with self._lock:
            seat.pending -= 1
            self._take_back(seat)
        self._turns.end(turn)

    def _take_back(self, seat: Seat) -> None:
        """A visitor may have left while the page was still being made: only an idle thread is lent again."""
        if not seat.left or seat.pending or seat.thread is None:
            return
        thread, seat.thread = seat.thread, None
        if len(self._idle) < MOST_IDLE:
            self._idle.append(thread)
        else:
            thread.submit(connections.close_all)
            thread.shutdown(wait=False)


def _do(future: Future[Any], work: Callable[[], Any]) -> None:
    if future.set_running_or_notify_cancel():
        try:
            future.set_result(work())
        except BaseException as problem:  # whoever waits for it has to do with it
            future.set_exception(problem)
