"""网页进程的门：手上还有页在等，就不再放人进来；空着的进程去接，谁都闲着时没有人白等。

All web processes listen on one socket. Left to itself whichever happens to wake first takes every visitor who is
there, and they wait behind one busy process while another has nothing to do: two processes then serve as two queues,
which under a load of nine tenths makes everybody wait twice as long as one queue does.

uvicorn takes it as its event loop: `--loop xushi.config.doors:Loop`. The loop is uvloop's, which takes an eighth less of
the processor for a page than asyncio's own: a page is a connection opened, read, answered and closed.
"""

import asyncio
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import uvloop

# seconds in which a visitor let in is expected to ask for something; meanwhile no other is let in here. Who connects
# and says nothing (browsers do, beforehand; so do attackers) keeps the others out for no longer
EXPECTED = 0.005
RETRY = 1.0  # seconds until the door is tried again when the system has no file handle left

Protocols = Callable[[], asyncio.BaseProtocol]


class Porter:
    """Opens the doors of this process while nobody waits within, and closes them while somebody does.

    One may wait, so that the next page begins as soon as this one is made: looking for it outside takes a while.
    """

    def __init__(self, waiting: Callable[[], int] = lambda: 0) -> None:
        self.waiting = waiting
        self._doors: list[Door] = []
        self._loop: asyncio.AbstractEventLoop | None = None

    def keep(self, door: "Door", loop: asyncio.AbstractEventLoop) -> None:
        self._doors.append(door)
        self._loop = loop
        self.look()

    def look(self) -> None:
        for door in self._doors:
            door.stand(open=not door.expects and not self.waiting())

    def nobody_waits(self) -> None:
        """Called by whoever makes pages, on any thread, when the last who waited has begun."""
        if self._loop:
            with suppress(RuntimeError):  # the loop has closed while a page was still being made
                self._loop.call_soon_threadsafe(self.look)

    def came(self) -> None:
        """Called for every request, on the loop's thread: who was let in has asked, and is counted within from now on."""
        if self._loop:
            for door in self._doors:
                door.expects = False
            self._loop.call_soon(self.look)


porter = Porter()


class Door:
    """One listening socket of this process; for uvicorn it is the server of it."""

    def __init__(self, loop: "Loop", listening: socket.socket, protocols: Protocols) -> None:
        self._loop, self._porter = loop, loop.porter
        self._listening, self._protocols = listening, protocols
        self._is_open = self._is_closed = self.expects = False
        self._guests: set[asyncio.Task[Any]] = set()

    @property
    def sockets(self) -> tuple[socket.socket, ...]:
        return (self._listening,)

    def close(self) -> None:
        """Nobody comes in any more; who is within stays until uvicorn has seen them out."""
        self.stand(open=False)
        self._is_closed = True

    async def wait_closed(self) -> None:
        """Closed at once."""

    def stand(self, *, open: bool) -> None:  # noqa: A002 - a door is open or it is not
        if open == self._is_open or self._is_closed:
            return
        self._is_open = open
        if open:
            self._loop.add_reader(self._listening, self._let_in)
        else:
            self._loop.remove_reader(self._listening)

    def _let_in(self) -> None:
        if self._porter.waiting():
            self.stand(open=False)
            return
        try:
            visitor, _ = self._listening.accept()
        except (BlockingIOError, InterruptedError, ConnectionAbortedError):
            return  # another process was quicker, or the visitor has left
        except OSError:
            self.stand(open=False)
            self._loop.call_later(RETRY, self._porter.look)
            raise  # the loop says it in the log
        visitor.setblocking(False)
        self.expects = True
        self.stand(open=False)
        self._loop.call_later(EXPECTED, self._expect_no_longer)
        guest = self._loop.create_task(self._loop.connect_accepted_socket(self._protocols, visitor))
        self._guests.add(guest)
        guest.add_done_callback(self._guests.discard)

    def _expect_no_longer(self) -> None:
        self.expects = False
        self._porter.look()


class Loop(uvloop.Loop):
    """The event loop of a web process: a socket that it shares with others has a door."""

    porter = porter

    async def create_server(  # type: ignore[override]
        self,
        protocol_factory: Protocols,
        *where: Any,
        sock: socket.socket | None = None,
        ssl: Any = None,
        backlog: int = 100,
        **options: Any,
    ) -> Any:
        if sock is None or ssl:
            return await super().create_server(
                protocol_factory, *where, sock=sock, ssl=ssl, backlog=backlog, **options
            )
        sock.setblocking(False)
        sock.listen(backlog)
        door = Door(self, sock, protocol_factory)
        self.porter.keep(door, self)
        return door
