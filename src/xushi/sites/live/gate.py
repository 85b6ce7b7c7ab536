"""门：/live/video/… 的每一次请求都先问许不许看，再给引擎。正在看的每隔几秒重问一遍，不许了就断。"""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from http.cookies import CookieError, SimpleCookie
from typing import Any, TypeVar

from django.conf import settings
from django.db import DatabaseError, close_old_connections, connections

from xushi.sites.live import tickets, viewings
from xushi.sites.live.engine import Broken, StreamEngine, Want
from xushi.sites.live.http1 import Answer, Asked
from xushi.sites.live.tickets import Grant, Refused
from xushi.sites.words import explained, said

PREFIX = "/live/video/"
LINGER = 45.0  # seconds a view lasts without a request
T = TypeVar("T")
JSON = ("content-type", "application/json; charset=utf-8")
PLAIN = (("cache-control", "no-store"), ("x-content-type-options", "nosniff"), ("x-accel-buffering", "no"))

log = logging.getLogger(__name__)


@dataclass(eq=False, slots=True)
class View:
    """Somebody who watches, as long as the gateway knows of them."""

    grant: Grant
    session: str
    seen: float
    streams: set[asyncio.Task[Any]] = field(default_factory=set)
    ended: bool = False


class Gate:
    """Holds the views of one gateway. now is the product's clock, real the machine's."""

    def __init__(
        self, *, now: Callable[[], datetime], real: Callable[[], datetime], engine: StreamEngine | None = None
    ) -> None:
        self._engine, self._now, self._real = engine, now, real
        self.views: dict[str, View] = {}
        self._strays = viewings.Strays()
        self._pool = ThreadPoolExecutor(2, "gate")
        self._turns = asyncio.ensure_future(self._ask_again())

    @property
    def engine(self) -> StreamEngine:
        if self._engine is None:
            raise RuntimeError("网关还没有引擎")
        return self._engine

    @engine.setter
    def engine(self, engine: StreamEngine) -> None:
        self._engine = engine

    async def ask(self, act: Callable[..., T], *arguments: Any, **named: Any) -> T:
        """Run something that needs the database outside the event loop."""
        work = partial(_with_database, act, arguments, named)
        return await asyncio.get_running_loop().run_in_executor(self._pool, work)

    async def close(self) -> None:
        self._turns.cancel()
        with suppress(asyncio.CancelledError):
            await self._turns
        await self._end(list(self.views.values()), "网关停了")
        await self.engine.close()
        await self.ask(connections.close_all)
        self._pool.shutdown(wait=False)

    # ---- requests

    async def answer(self, asked: Asked) -> Answer:
        """The way of every request: whose, may they, then what."""
        camera, _, name = asked.path.removeprefix(PREFIX).partition("/")
        if not asked.path.startswith(PREFIX) or not (camera.isascii() and camera.isdecimal()):
            return _refusal(404, "没有这个地址。")
        try:
            if name == "open":
                return await self._open(asked, int(camera))
            view = self._view(asked, int(camera))
            return await self._serve(asked, view, name)
        except Refused as problem:
            return _refusal(403, str(problem))
        except Broken as problem:
            return self._broken(problem, int(camera), name)

    async def _open(self, asked: Asked, camera: int) -> Answer:
        """A ticket becomes a cookie, once."""
        if asked.method != "POST":
            return _refusal(405, "请从页面打开。")
        session = _cookies(asked).get(settings.SESSION_COOKIE_NAME, "")
        grant = tickets.of_ticket(asked.headers.get("x-xushi-ticket", ""), camera=camera, session=session)
        if await self.ask(viewings.still_allowed, [(grant, session)], self._real()):
            raise Refused("你现在看不了这一路。")
        if not await self.ask(viewings.redeem, key=grant.key):
            raise Refused("这张票用过了，请重新打开画面。")
        self.views[grant.key] = View(grant, session, self._real().timestamp())
        secure = bool(settings.SESSION_COOKIE_SECURE)
        return Answer(204, (*PLAIN, ("set-cookie", tickets.cookie(grant, secure=secure))))

    def _view(self, asked: Asked, camera: int) -> View:
        cookies = _cookies(asked)
        session = cookies.get(settings.SESSION_COOKIE_NAME, "")
        grant = tickets.of_permit(cookies.get(tickets.COOKIE, ""), camera=camera, session=session)
        view = self.views.get(grant.key)
        if view is None or view.ended:
            raise Refused("这次观看已经结束，请重新打开画面。")
        view.seen = self._real().timestamp()
        return view

    async def _serve(self, asked: Asked, view: View, name: str) -> Answer:  # noqa: PLR0911 - one line for each name
        if name == "close" and asked.method == "POST":
            await self._end([view], "看的人离开了")
            return Answer(204, PLAIN)
        if asked.method != "GET":
            return _refusal(405, "只能看。")
        want = Want(view.grant.camera, view.grant.sub)
        match name:
            case "check":
                return Answer(204, PLAIN)
            case "state":
                return _json(200, self._state(want))
            case "stream":
                return await self._stream(view, want)
        piece = await self.engine.file(want, name)
        if piece is None:
            return _refusal(404, "这一段已经过去了。")
        moment = (("x-live-moment", str(round(piece.moment * 1000))),) if piece.moment else ()
        return Answer(200, (*PLAIN, *moment, ("content-type", piece.kind)), piece.data)

    async def _stream(self, view: View, want: Want) -> Answer:
        stream = await self.engine.stream(want)
        if stream is None:
            return _refusal(406, "这个引擎只给分段的视频。")
        kind = f'{stream.mime}; codecs="{stream.codec}"' if stream.codec else stream.mime
        headers = (*PLAIN, ("content-type", kind), ("x-live-codec", stream.codec))
        return Answer(200, headers, pieces=self._watched(view, stream.pieces))

    async def _watched(self, view: View, pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """The pieces of a stream, as long as the view lasts; ending it cancels the wait for the next piece."""
        task = asyncio.current_task()
        if task is None or view.ended:
            return
        view.streams.add(task)
        try:
            async for piece in pieces:
                if view.ended:
                    return
                yield piece
        finally:
            view.streams.discard(task)
            view.seen = self._real().timestamp()
            closing = getattr(pieces, "aclose", None)
            if closing:
                await closing()

    def _state(self, want: Want) -> dict[str, Any]:
        told = self.engine.told(want)
        words = explained(told.cause) if told.cause else None
        return {
            "playing": told.playing,
            "cause": told.cause or "",
            "label": said(told.cause) if told.cause else "",
            "mend": words.mend if words else "",
            "since": round(told.since * 1000),
            "last": round(told.last_picture * 1000),
            "now": round(self._real().timestamp() * 1000),
        }

    def _broken(self, problem: Broken, camera: int, name: str) -> Answer:
        words = explained(problem.cause)
        told = {"cause": problem.cause, "label": said(problem.cause), "mend": words.mend, "error": str(words)}
        return _json(503, told | {"now": round(self._real().timestamp() * 1000)})

    # ---- rights

    async def _ask_again(self) -> None:
        """Every few seconds: who may no longer watch, who has gone without a word."""
        while True:
            await asyncio.sleep(settings.XUSHI_LIVE_RECHECK)
            try:
                await self.recheck()
            except DatabaseError:
                log.exception("直播重问权限时出错，稍后再问")

    async def recheck(self) -> None:
        """End the views that must end. What cannot be asked about for long ends too: see View.seen."""
        here = list(self.views.values())
        if here:
            pairs = [(view.grant, view.session) for view in here]
            lost = await self.ask(viewings.still_allowed, pairs, self._real())
            for why in sorted(set(lost.values())):
                await self._end([view for view in here if lost.get(view.grant.key) == why], why)
        now = self._real().timestamp()
        left = [view for view in self.views.values() if not view.streams and now - view.seen > LINGER]
        await self._end(left, "看的人离开了")
        await self.ask(
            viewings.end_forgotten,
            known=frozenset(self.views),
            strays=self._strays,
            real=now,
            now=self._now(),
        )

    async def _end(self, ended: list[View], why: str) -> None:
        for view in ended:
            view.ended = True
            self.views.pop(view.grant.key, None)
            for task in list(view.streams):
                task.cancel()
        if ended:
            keys = [view.grant.key for view in ended]
            await self.ask(viewings.end_viewings, keys=keys, why=why, now=self._now())


def _cookies(asked: Asked) -> dict[str, str]:
    try:
        jar = SimpleCookie(asked.headers.get("cookie", ""))
    except CookieError:
        return {}
    return {name: morsel.value for name, morsel in jar.items()}


def _json(status: int, told: dict[str, Any]) -> Answer:
    return Answer(status, (*PLAIN, JSON), json.dumps(told, ensure_ascii=False).encode())


def _refusal(status: int, sentence: str) -> Answer:
    return _json(status, {"error": sentence})


def _with_database(act: Callable[..., T], arguments: tuple[Any, ...], named: dict[str, Any]) -> T:
    try:
        return act(*arguments, **named)
    finally:
        close_old_connections()
