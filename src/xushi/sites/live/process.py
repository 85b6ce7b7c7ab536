"""视频网关这个进程：门、引擎、巡看，一起起一起停。"""

import asyncio
import ctypes
import gc
import logging
import signal
import threading
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DatabaseError

from xushi.sites import wvp
from xushi.sites.live import http1
from xushi.sites.live.embedded import Embedded
from xushi.sites.live.engine import StreamEngine, Want
from xushi.sites.live.gate import Gate
from xushi.sites.models import Camera
from xushi.sites.rounds import Rounds
from xushi.sites.rules import Cause, Kind
from xushi.sites.secrets import Unsealable, opened
from xushi.sites.source import SourceError, open_source

log = logging.getLogger(__name__)
ENGINES = ("embedded", "mediamtx", "zlm")
TRIM_EVERY = 20.0  # seconds


class CannotServe(Exception):
    """Why the gateway cannot start and what to do, in a Chinese sentence."""


def address_of(want: Want) -> str:
    """Where a stream is to be pulled from; holds the password, for the engine only. SourceError where it cannot be."""
    camera = Camera.objects.in_use().select_related("project").filter(pk=want.camera).first()
    if camera is None:
        raise SourceError(Cause.OTHER, "这一路已经停用。")
    source = open_source(camera)
    return source.url_sub if want.sub else source.url_main


def let_rest(want: Want) -> None:
    """Nobody watches any more: a platform that called the camera lets it go; other cameras need not be told."""
    camera = Camera.objects.filter(pk=want.camera, kind=Kind.WVP).first()
    if camera is None:
        return
    try:
        wvp.stop(camera, opened(camera.password_sealed))
    except Unsealable:
        log.warning("摄像头%s的密码解不开，没能告诉平台停", camera.pk)


def engine(open_url: Callable[[Want], str], ask: Callable[..., Awaitable[Any]]) -> StreamEngine:
    """The one that the settings name."""
    from xushi.sites.live.external import MediaMtx, Zlm

    async def begun(want: Want) -> str:
        url: str = await ask(open_url, want)
        return url

    async def over(want: Want) -> None:
        try:
            await ask(let_rest, want)
        except DatabaseError:
            log.exception("停拉摄像头%s时出错", want.camera)

    name = settings.XUSHI_LIVE_ENGINE
    if name == "embedded":
        return Embedded(begun, time.time, over)
    if name not in ENGINES:
        raise CannotServe(f"没有引擎{name}。XUSHI_LIVE_ENGINE 可以是{'、'.join(ENGINES)}。")
    if not (settings.XUSHI_LIVE_SERVER and settings.XUSHI_LIVE_MEDIA):
        raise CannotServe(f"用{name}要写 XUSHI_LIVE_SERVER（接口地址）和 XUSHI_LIVE_MEDIA（放流地址）。")
    make = MediaMtx if name == "mediamtx" else Zlm
    return make(settings.XUSHI_LIVE_SERVER, settings.XUSHI_LIVE_MEDIA, settings.XUSHI_LIVE_SECRET, begun)


async def listen(gate: Gate, at: str) -> asyncio.Server:
    """Take the address, unless another gateway has it."""
    with suppress(OSError, ValueError):
        _, writer = await http1.connect(at)
        writer.close()
        raise CannotServe(f"{at}已有视频网关在跑。请先停它，或用 XUSHI_LIVE_AT 换一处。")
    file = Path(at.removeprefix("unix:")) if at.startswith("unix:") else None
    if file:
        file.unlink(missing_ok=True)
    try:
        server = await http1.listen(at, gate.answer)
    except (OSError, ValueError) as problem:
        raise CannotServe(
            f"在{at}听不了。请用 XUSHI_LIVE_AT 换一处（unix:/路径 或 127.0.0.1:端口）。"
        ) from problem
    if file:
        file.chmod(0o660)
    return server


async def serve(
    *, now: Callable[[], datetime], real: Callable[[], datetime], say: Callable[[str], None]
) -> None:
    """Until told to stop. The rounds have a thread of their own."""
    trim = _spare_memory()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    gate = Gate(now=now, real=real)
    gate.engine = engine(address_of, gate.ask)
    server = await listen(gate, settings.XUSHI_LIVE_AT)
    flag = threading.Event()
    rounds = threading.Thread(target=Rounds(now).run, args=(flag,), daemon=True, name="rounds")
    rounds.start()
    say("视频网关起来了。")
    try:
        while not stop.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), TRIM_EVERY)
            await asyncio.to_thread(trim)
    finally:
        flag.set()
        server.close()
        await gate.close()
        await asyncio.to_thread(rounds.join, 5)


def _spare_memory() -> Callable[[], None]:
    """Pictures are made in one thread and let go in another, thousands a minute: glibc would keep a heap a thread full
    of holes. It is told to share two heaps and to take what is as large as a picture straight from the system
    (M_ARENA_MAX, M_MMAP_THRESHOLD, M_TRIM_THRESHOLD); measured at 40 cameras, that halves the memory. What is returned
    gives back the holes that come all the same, after each round of snapshots."""
    try:
        library = ctypes.CDLL(None)
        for parameter, value in ((-8, 2), (-3, 8192), (-1, 128 * 1024)):
            library.mallopt(parameter, value)
        trim = library.malloc_trim
    except (OSError, AttributeError):
        return lambda: None
    gc.collect()

    def give_back() -> None:
        trim(0)

    give_back()
    return give_back
