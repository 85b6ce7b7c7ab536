"""网页用的线程：用完还回来，下一个请求接着用，连着的数据库也就接着用。

Django alone gives every request under ASGI a thread of its own: its database connection is opened for that one request
and lies about open until the garbage collector comes by.
"""

import time
from asyncio import Semaphore, get_running_loop
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from threading import Event, Lock
from typing import Any

from asgiref.sync import ThreadSensitiveContext
from django.db import connection, connections

# requests, and so connections, that one process has in hand; the others wait for one of them to be answered. Two web
# processes and the background then fit into the hundred connections that PostgreSQL allows by default.
MOST_LENT = 40
MOST_IDLE = 8  # threads, and database connections, that a web process keeps for the next request
# pages that one process makes at a time: Python runs one, a second has its turn while that waits for another machine
AT_ONCE = {"sqlite": 1, "postgresql": 2}
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

    def __init__(self, at_once: int, turn: float = TURN) -> None:
        self._free, self._turn = at_once, turn
        self._waiting: deque[Event] = deque()
        self._taken: deque[Turn] = deque()  # the first that began is the first
        self._lock = Lock()

    @contextmanager
    def taken(self, *, begun: bool = False) -> Iterator[None]:
        """begun: it has had a turn before, and comes before those who have not: what is begun is to get ready."""
        turn = self._take(begun)
        try:
            yield
        finally:
            with self._lock:
                self._end(turn)

    def _take(self, begun: bool) -> Turn:
        with self._lock:
            me = Event()
            (self._waiting.appendleft if begun else self._waiting.append)(me)
            self._let_in()
        while not me.wait(self._turn):
            with self._lock:
                self._end_long_ones()
        with self._lock:
            turn = Turn(time.monotonic())
            self._taken.append(turn)
            return turn

    def _let_in(self) -> None:
        while self._waiting and self._free > 0:
            self._free -= 1
            self._waiting.popleft().set()

    def _end(self, turn: Turn) -> None:
        if not turn.over:
            turn.over = True
            self._taken.remove(turn)
            self._free += 1
            self._let_in()

    def _end_long_ones(self) -> None:
        while self._taken and time.monotonic() - self._taken[0].began > self._turn:
            self._end(self._taken[0])


class Thread(ThreadPoolExecutor):
    """One thread that works in its turn: what a visitor sends and takes slowly is waited for outside of it."""

    def __init__(self, turns: Turns) -> None:
        super().__init__(1, thread_name_prefix="page")
        self._turns = turns
        self.begun = False  # the request it is lent to

    def submit(self, work: Callable[..., Any], /, *args: Any, **named: Any) -> Future[Any]:
        return super().submit(self._in_turn, work, *args, **named)

    def _in_turn(self, work: Callable[..., Any], /, *args: Any, **named: Any) -> Any:
        with self._turns.taken(begun=self.begun):
            self.begun = True
            return work(*args, **named)

    def beside(self, work: Callable[[], None]) -> Future[None]:
        """Without a turn: what is no work for a page."""
        return super().submit(work)


class Threads:
    """Lends one thread to one request at a time; more than are kept are made when all are out."""

    def __init__(self, at_once: int | None = None, most: int = MOST_LENT) -> None:
        self._idle: list[Thread] = []
        self._turns = Turns(at_once or AT_ONCE[connection.vendor])
        self._in_hand = Semaphore(most)

    @asynccontextmanager
    async def lent(self) -> AsyncIterator[None]:
        """Within, all that Django does synchronously for this request runs on one lent thread."""
        async with self._in_hand:
            thread = self._idle.pop() if self._idle else Thread(self._turns)
            try:
                async with ThreadSensitiveContext(executor=thread):
                    yield
            finally:
                self._return(thread)

    def _return(self, thread: Thread) -> None:
        """A visitor may have left while the page was still being made: only an idle thread is lent again."""
        loop = get_running_loop()

        def idle(_: Future[None]) -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(self._keep, thread)

        thread.beside(_nothing).add_done_callback(idle)

    def _keep(self, thread: Thread) -> None:
        thread.begun = False
        if len(self._idle) < MOST_IDLE:
            self._idle.append(thread)
        else:
            thread.beside(connections.close_all)
            thread.shutdown(wait=False)


def _nothing() -> None: ...
