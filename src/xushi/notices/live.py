"""实时通道：每个进程一个看库的人，门铃响了就看，谁的角标变了就推给谁；一个连接不占一条线程。"""

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar

from django.db import DatabaseError, close_old_connections, connections

from xushi.notices.bell import Bell, wire
from xushi.notices.people import upwards
from xushi.notices.watching import Listener, Stir, Watch, listeners

BEAT = 25.0  # seconds between two signs of life
SLICE = 50  # people looked at in one go
FEW = 10  # where there is no haste, so that what is urgent never waits long
ROUND = 30.0  # seconds: nobody is looked at anew more often without a cause
SHARE = 9.0  # for each second of such looking, so many of rest
STALLED = 60.0  # seconds a client may take to swallow one message
Send = Callable[[dict[str, Any]], Awaitable[None]]
T = TypeVar("T")

log = logging.getLogger(__name__)


class Client:
    """One open stream. Its own task waits for the other side to go; what is told it comes from the hub."""

    __slots__ = ("beat", "ended", "pushing", "send", "session", "since", "task", "told", "user", "waiting")

    def __init__(self, user: int, session: str, send: Send) -> None:
        self.user, self.session, self.send = user, session, send
        self.task = asyncio.current_task()
        self.told: bytes = b""
        self.waiting: bytes = b""
        self.pushing: asyncio.Task[None] | None = None
        self.ended = b""
        self.since = self.beat = time.monotonic()

    def tell(self, message: bytes) -> None:
        """The latest state wins where the other side is slow."""
        self.waiting = message
        if self.pushing is None or self.pushing.done():
            self.since = time.monotonic()
            self.pushing = asyncio.ensure_future(self._push())

    async def _push(self) -> None:
        while self.waiting:
            message, self.waiting = self.waiting, b""
            self.beat = time.monotonic()
            await self.send({"type": "http.response.body", "body": message, "more_body": True})
        self.pushing = None

    def end(self, word: bytes) -> None:
        """Say good-bye and close: the task stops waiting."""
        self.ended = word
        if self.task is not None:
            self.task.cancel()


class Hub:
    """The open streams of one process and what moves them."""

    def __init__(self, now: Callable[[], datetime], real: Callable[[], datetime]) -> None:
        self._now, self._real = now, real
        self.clients: dict[int, set[Client]] = {}
        self._known: dict[int, Listener] = {}
        self._at_path: dict[str, set[int]] = {}
        self._for_person: dict[int, set[int]] = {}
        self._moved: dict[int, bool] = {}  # people whose lists have moved: looked at at once
        self._later: dict[int, bool] = {}  # those who came, and everybody after something that moves all
        self._looked: dict[int, float] = {}
        self._rest_until = 0.0
        self._turns = 0
        self._loop: asyncio.Task[None] | None = None
        self._bell = Bell()
        self._pool = ThreadPoolExecutor(2, "live")

    async def ask(self, act: Callable[..., T], *arguments: Any, **named: Any) -> T:
        """Run something that needs the database outside the event loop."""
        return await asyncio.get_running_loop().run_in_executor(
            self._pool, _with_database, act, arguments, named
        )

    def join(self, client: Client) -> None:
        self.clients.setdefault(client.user, set()).add(client)
        self._later[client.user] = False
        if self._loop is None or self._loop.done():
            self._loop = asyncio.ensure_future(self._run())

    def leave(self, client: Client) -> None:
        mine = self.clients.get(client.user, set())
        mine.discard(client)
        if not mine:
            self.clients.pop(client.user, None)
            self._forget(client.user)
            self._looked.pop(client.user, None)
            self._moved.pop(client.user, None)
            self._later.pop(client.user, None)

    async def close(self) -> None:
        """End everything; for tests and for shutting down."""
        for client in [one for some in self.clients.values() for one in some]:
            client.end(b"")
        if self._loop:
            self._loop.cancel()
            with suppress(asyncio.CancelledError):
                await self._loop
        await self.ask(connections.close_all)
        self._pool.shutdown(wait=False)

    async def _run(self) -> None:
        try:
            self._bell.open(await self.ask(wire))
            await self._look_on()
        finally:
            await self._bell.close()

    async def _look_on(self) -> None:
        watch: Watch | None = None
        while self.clients:
            try:
                if watch is None:
                    watch = await self.ask(Watch)
                if self._bell.is_due():
                    self._note(await self.ask(watch.look))
                while self._moved:
                    await self._look_at(_taken(self._moved, SLICE))
                if self._later:
                    await self._look_at(_taken(self._later, FEW))
                await self._look_round()
            except DatabaseError:
                log.exception("实时通道看库时出错，稍后再看")
                watch = None
                await asyncio.sleep(1)
            self._beat()
            await (asyncio.sleep(0.02) if self._later else self._bell.pause())

    def _note(self, stir: Stir) -> None:
        if stir.everybody:
            self._later.update(dict.fromkeys(self.clients, True))
        moved = set(stir.people)
        for person in stir.people:
            moved |= self._for_person.get(person, set())
        for path in stir.paths:
            for above in upwards(path):
                moved |= self._at_path.get(above, set())
        self._moved.update(dict.fromkeys(moved & self.clients.keys(), True))

    async def _look_round(self) -> None:
        """Everybody in turn, at a tenth of one thread's time at most: sessions that ended, rights that were lost."""
        now = time.monotonic()
        if now < self._rest_until:
            return
        due = [pk for pk in self.clients if now - self._looked.get(pk, 0.0) > ROUND][:FEW]
        if due:
            await self._look_at([(pk, False) for pk in due])
            self._rest_until = time.monotonic() + SHARE * (time.monotonic() - now)

    async def _look_at(self, people: Iterable[tuple[int, bool]]) -> None:
        moved = dict(people)
        asked = {pk: {one.session for one in self.clients[pk]} for pk in moved if pk in self.clients}
        if not asked:
            return
        found = await self.ask(listeners, asked, now=self._now(), real=self._real())
        for pk, sessions in asked.items():
            self._looked[pk] = time.monotonic()
            listener = found.get(pk)
            self._forget(pk)
            if listener and pk in self.clients:
                self._keep(listener)
            for client in list(self.clients.get(pk, ())):
                self._tell(client, listener, sessions, moved=moved[pk])

    def _tell(self, client: Client, listener: Listener | None, asked: set[str], *, moved: bool) -> None:
        if listener is None or client.session not in listener.sessions:
            if client.session in asked:
                client.end(event("bye", {"why": "登录已经结束，请重新登录。"}))
            return
        if moved:
            self._turns += 1
        message = event("", listener.told)
        if message != client.told or moved:
            client.told = message
            client.tell(event("", listener.told | {"rev": f"{listener.told['rev']}-{self._turns}"}))

    def _keep(self, listener: Listener) -> None:
        self._known[listener.pk] = listener
        for path in listener.paths:
            self._at_path.setdefault(path, set()).add(listener.pk)
        for person in listener.stands_in_for:
            self._for_person.setdefault(person, set()).add(listener.pk)

    def _forget(self, pk: int) -> None:
        known = self._known.pop(pk, None)
        if known:
            for path in known.paths:
                self._at_path.get(path, set()).discard(pk)
            for person in known.stands_in_for:
                self._for_person.get(person, set()).discard(pk)

    def _beat(self) -> None:
        now = time.monotonic()
        for client in [one for some in self.clients.values() for one in some]:
            if client.pushing is not None and not client.pushing.done():
                if now - client.since > STALLED:
                    client.end(b"")
            elif now - client.beat > BEAT:
                client.tell(b":\n\n")


def _taken(queue: dict[int, bool], most: int) -> list[tuple[int, bool]]:
    """The first of a queue, taken out of it."""
    first = list(islice(queue.items(), most))
    for pk, _ in first:
        del queue[pk]
    return first


def event(name: str, told: dict[str, Any]) -> bytes:
    """One message of the stream."""
    head = f"event: {name}\n" if name else ""
    return f"{head}data: {json.dumps(told, ensure_ascii=False)}\n\n".encode()


def _with_database(act: Callable[..., T], arguments: tuple[Any, ...], named: dict[str, Any]) -> T:
    try:
        return act(*arguments, **named)
    finally:
        close_old_connections()
