"""真的跑起来：模拟摄像头、视频网关、ASGI 服务，同在一条线程的事件循环里，连真的套接字。"""

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn
from django.conf import settings
from django.db import connections

from xushi.config import clock
from xushi.sites.live import process
from xushi.sites.live.gate import Gate
from xushi.sites.sim.picture import Spec
from xushi.sites.sim.rtsp import Server


class Running:
    """What a test may ask of the three."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, sim: Server, gate: Gate, camera_port: int, url: str
    ) -> None:
        self.loop, self.sim, self.gate = loop, sim, gate
        self.camera_port, self.url = camera_port, url

    def do(self, act: Callable[[], Awaitable[Any]]) -> Any:
        return asyncio.run_coroutine_threadsafe(_awaited(act), self.loop).result(30)

    def until(self, condition: Callable[[], bool], seconds: float = 10) -> float:
        began = time.monotonic()
        while not condition():
            assert time.monotonic() - began < seconds, f"等了{seconds}秒"
            time.sleep(0.02)
        return time.monotonic() - began


async def _awaited(act: Callable[[], Awaitable[Any]]) -> Any:
    return await act()


@contextmanager
def running(folder: Path, *, bars: bool = True, spec: Spec | None = None) -> Iterator[Running]:
    """All three, until the block ends. The folder takes the socket."""
    settings.XUSHI_LIVE_AT = f"unix:{folder / 'live.sock'}"
    loop = asyncio.new_event_loop()
    ready, stop = threading.Event(), asyncio.Event()
    made: list[Any] = []

    async def whole() -> None:
        from xushi.config.asgi import application

        sim = Server(clock.real, spec or Spec(), with_bars=bars)
        port = await sim.start("127.0.0.1", 0)
        gate = Gate(now=clock.now, real=clock.real)
        gate.engine = process.engine(process.address_of, gate.ask)
        listening = await process.listen(gate, settings.XUSHI_LIVE_AT)
        web = uvicorn.Server(
            uvicorn.Config(application, port=0, lifespan="off", log_level="error", access_log=False)
        )
        serving = asyncio.ensure_future(web._serve())  # without taking over the process's signals
        while not web.started:
            await asyncio.sleep(0.02)
        http = web.servers[0].sockets[0].getsockname()[1]
        made.append(Running(loop, sim, gate, port, f"http://127.0.0.1:{http}"))
        ready.set()
        await stop.wait()
        web.should_exit = web.force_exit = True
        listening.close()
        await gate.close()
        await sim.stop()
        await serving

    def run() -> None:
        try:
            loop.run_until_complete(whole())
        finally:
            ready.set()
            connections.close_all()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    assert ready.wait(20)
    assert made, "没有跑起来"
    try:
        yield made[0]
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(20)
