"""网页进程的门：手上有人等就不放人进来，空着的进程去接；放进来不说话的不挡着后来的。"""

import asyncio
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Coroutine
from typing import Any

from asgiref.sync import sync_to_async

from xushi.config.doors import Loop, Porter
from xushi.config.threads import Threads


class OwnLoop(Loop):
    """A process of its own, for what a door has to do with."""

    def __init__(self, porter: Porter) -> None:
        super().__init__()
        self.porter = porter


def _listening() -> socket.socket:
    sock = socket.socket()
    sock.bind(("127.0.0.1", 0))
    sock.setblocking(False)
    return sock


def _echo(porter: Porter) -> Callable[[], asyncio.Protocol]:
    class Echo(asyncio.Protocol):
        def connection_made(self, transport: Any) -> None:
            self.transport = transport

        def data_received(self, data: bytes) -> None:
            porter.came()
            self.transport.write(data)

    return Echo


def _in_loop(porter: Porter, work: Callable[[socket.socket], Coroutine[Any, Any, None]]) -> None:
    sock = _listening()
    loop = OwnLoop(porter)

    async def within() -> None:
        server = await loop.create_server(_echo(porter), sock=sock)
        async with asyncio.timeout(5):
            await work(sock)
        server.close()

    try:
        loop.run_until_complete(within())
    finally:
        loop.close()


async def _said(sock: socket.socket, words: bytes, patience: float) -> bytes:
    reader, writer = await asyncio.open_connection(*sock.getsockname())
    try:
        writer.write(words)
        return await asyncio.wait_for(reader.readexactly(len(words)), patience)
    except TimeoutError:
        return b""
    finally:
        writer.close()


def test_nobody_comes_in_while_somebody_waits_and_whoever_stood_outside_is_answered_after() -> None:
    waiting = [1]
    porter = Porter(lambda: waiting[0])

    async def work(sock: socket.socket) -> None:
        assert await _said(sock, b"early", 0.2) == b""
        patient = asyncio.create_task(_said(sock, b"patient", 3))
        await asyncio.sleep(0.1)
        assert not patient.done()
        waiting[0] = 0
        await asyncio.to_thread(porter.nobody_waits)
        assert await patient == b"patient"

    _in_loop(porter, work)


def test_who_come_in_and_ask_nothing_keep_nobody_out_for_long() -> None:
    async def work(sock: socket.socket) -> None:
        silent = [await asyncio.open_connection(*sock.getsockname()) for _ in range(200)]
        assert await _said(sock, b"after", 4) == b"after"
        for _, writer in silent:
            writer.close()

    _in_loop(Porter(), work)


def test_a_connection_kept_open_is_answered_while_the_door_is_shut() -> None:
    waiting = [0]

    async def work(sock: socket.socket) -> None:
        reader, writer = await asyncio.open_connection(*sock.getsockname())
        writer.write(b"one")
        assert await reader.readexactly(3) == b"one"
        waiting[0] = 1
        writer.write(b"two")
        assert await reader.readexactly(3) == b"two"
        writer.close()

    _in_loop(Porter(lambda: waiting[0]), work)


def test_a_page_that_ends_after_its_loop_has_closed_does_no_harm() -> None:
    porter = Porter()

    async def work(sock: socket.socket) -> None:
        assert await _said(sock, b"one", 3) == b"one"

    _in_loop(porter, work)
    porter.nobody_waits()


def test_a_process_that_is_to_end_lets_nobody_in() -> None:
    porter = Porter()
    sock, loop = _listening(), OwnLoop(porter)

    async def within() -> None:
        server = await loop.create_server(_echo(porter), sock=sock)
        assert await _said(sock, b"one", 3) == b"one"
        server.close()
        assert await _said(sock, b"late", 0.2) == b""
        porter.nobody_waits()
        assert await _said(sock, b"later", 0.2) == b""

    loop.run_until_complete(within())
    loop.close()
    sock.close()
    assert sock.fileno() == -1  # nothing of the loop holds it


class Process:
    """What a web process does with a page, on a thread of this one: two of them share a socket."""

    def __init__(self, sock: socket.socket, made: Counter[int], page: float) -> None:
        self.made, self.page, self.sock = made, page, sock
        self.porter = Porter()
        self.threads = Threads(1, nobody_waits=self.porter.nobody_waits)
        self.porter.waiting = self.threads.waiting
        self.loop = OwnLoop(self.porter)
        self.ready = threading.Event()
        self.thread = threading.Thread(target=self._run)
        self.thread.start()
        self.ready.wait(5)

    def _run(self) -> None:
        async def serve() -> None:
            self.end = asyncio.Event()
            made, page, porter, threads = self.made, self.page, self.porter, self.threads

            def make() -> None:
                time.sleep(page)
                made[id(porter)] += 1

            async def answer(transport: Any) -> None:
                async with threads.lent():
                    await sync_to_async(make)()
                transport.write(b"made")
                transport.close()

            class Page(asyncio.Protocol):
                def connection_made(self, transport: Any) -> None:
                    self.transport = transport

                def data_received(self, _: bytes) -> None:
                    porter.came()
                    self.task = asyncio.ensure_future(answer(self.transport))

            server = await self.loop.create_server(Page, sock=self.sock.dup())
            self.ready.set()
            await self.end.wait()
            server.close()

        self.loop.run_until_complete(serve())
        self.loop.close()

    def stop(self) -> None:
        self.loop.call_soon_threadsafe(self.end.set)
        self.thread.join(5)


def test_who_comes_while_one_process_is_slow_is_served_by_the_other() -> None:
    sock, made = _listening(), Counter[int]()
    sock.listen(100)
    slow, quick = Process(sock, made, page=0.3), Process(sock, made, page=0.02)

    async def ask() -> bytes:
        reader, writer = await asyncio.open_connection(*sock.getsockname())
        writer.write(b"page")
        answer = await reader.read(-1)
        writer.close()
        return answer

    async def all_at_once() -> list[bytes]:
        return await asyncio.gather(*(ask() for _ in range(20)))

    try:
        assert asyncio.run(all_at_once()) == [b"made"] * 20
        assert sum(made.values()) == 20
        assert made[id(slow.porter)] <= 5
    finally:
        for process in (slow, quick):
            process.stop()
        sock.close()
