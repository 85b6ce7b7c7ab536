"""一路的分发：有人看才拉，最后一人走后 15 秒停；断了按越来越长的间隔重连；停住了也算断。"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field

from xushi.sites.live import picture
from xushi.sites.live.engine import Broken, Piece, Stream, Told
from xushi.sites.live.feed import Feed
from xushi.sites.live.fmp4 import Fragment
from xushi.sites.live.hls import Segments
from xushi.sites.live.inbox import Inbox
from xushi.sites.live.pull import Pull
from xushi.sites.live.stillness import Stillness
from xushi.sites.rules import Cause
from xushi.sites.source import SourceError

LINGER = 15.0  # seconds a pull lasts beyond the last viewer
LOOK = 0.5
AGAIN = (1.0, 2.0, 4.0, 8.0, 15.0)  # seconds between attempts
PATIENT = {  # asking again at once would lock the account, or change nothing
    Cause.PASSWORD: 60.0, Cause.KEY: 60.0, Cause.FORBIDDEN: 60.0, Cause.CODEC: 30.0, Cause.NO_VIDEO: 30.0,
    Cause.NO_LIBRARY: 60.0,
}  # fmt: skip
WELL = 10.0  # seconds of pictures after which attempts begin anew
PATIENCE = 12.0  # seconds a viewer waits for the first picture
SEGMENTS_FOR = 30.0  # seconds segments are kept beyond the last who asked for them
MOST_CACHED = 12 << 20  # bytes of pictures since the last keyframe: beyond, late-comers wait for the next one

Opener = Callable[[], Awaitable[str]]
Closer = Callable[[], Awaitable[None]]


@dataclass(slots=True)
class Manner:
    """What is remembered of a stream from one channel to the next: which pulls were given up and have not ended, and
    whether each read is to be guarded because of them."""

    guarded: bool = False
    left: list[Pull] = field(default_factory=list)

    def learn(self) -> bool:
        self.left = [one for one in self.left if one.running]
        self.guarded = self.guarded or any(one.stuck for one in self.left)
        return self.guarded


class Channel:
    """One stream of one camera. All of it runs in the event loop; only Pull has a thread."""

    def __init__(
        self,
        opener: Opener,
        real: Callable[[], float],
        inbox: Inbox,
        closer: Closer | None = None,
        manner: Manner | None = None,
    ) -> None:
        self._opener, self._real, self._inbox, self._closer = opener, real, inbox, closer
        self._manner = manner or Manner()
        self._begun = False
        self.feeds: set[Feed] = set()
        self._cached: list[Fragment] = []  # since the last keyframe, for those who come late
        self._cached_bytes = 0
        self._segments: Segments | None = None
        self._asked_segments = 0.0
        self._touched = real()
        self._news = asyncio.Event()
        self._turn = 0
        self._over: Cause | None = None
        self._still = Stillness(real())
        self.pulling = False
        self.last: Fragment | None = None
        self.playing = False
        self.cause: Cause | None = None
        self.since = real()
        self._task: asyncio.Task[None] = asyncio.ensure_future(self._run())

    # ---- for viewers

    async def stream(self) -> Stream:
        """Pictures from the newest keyframe on; Broken where none comes."""
        await self._ready(lambda: bool(self._cached))
        feed = Feed(self._cached)
        return Stream(self._cached[0].header.codec, self._pieces(feed))

    async def _pieces(self, feed: Feed) -> AsyncIterator[bytes]:
        self.feeds.add(feed)
        try:
            async for piece in feed.pieces():
                yield piece
        finally:
            self.feeds.discard(feed)
            self._touched = self._real()

    async def file(self, name: str) -> Piece | None:
        self._touched = self._real()
        if name == "picture.jpg":
            await self._ready(lambda: bool(self._cached))
            key = self._cached[0]
            moment = key.capture if key.capture is not None else key.arrival
            return Piece("image/jpeg", await picture.jpeg_of(key), moment)
        self._asked_segments = self._real()
        if self._segments is None:
            self._segments = Segments()
            for fragment in self._cached:
                self._segments.take(fragment)
        segments = self._segments
        if name == "index.m3u8":
            await self._ready(lambda: bool(segments.ready))
            return Piece("application/vnd.apple.mpegurl", segments.playlist().encode())
        data = segments.file(name)
        return Piece("video/mp4", data) if data is not None else None

    def told(self) -> Told:
        return Told(self.playing, self.cause, self.since, self.last.arrival if self.last else 0.0)

    @property
    def ended(self) -> bool:
        return self._task.done()

    async def close(self) -> None:
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task

    async def _ready(self, there: Callable[[], bool]) -> None:
        """Wait until there is something; not at all where attempts have failed already and the next is far off."""
        until = self._real() + PATIENCE
        while not there():
            self._touched = self._real()
            if self.cause is not None or self.ended or self._real() > until:
                raise Broken(self.cause or Cause.SILENT)
            self._news.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), 1.0)

    # ---- the pull

    async def _run(self) -> None:
        failed = 0
        try:
            while self._wanted():
                began = self._real()
                cause = await self._attempt()
                if cause is None:
                    return
                well = self.last is not None and self.last.arrival - began > WELL
                failed = 1 if well else failed + 1
                self._broken(cause)
                await self._rest(PATIENT.get(cause) or AGAIN[min(failed, len(AGAIN)) - 1])
        finally:
            self._turn += 1
            for feed in self.feeds:
                feed.end()
            if self._begun and self._closer:
                await self._closer()

    async def _attempt(self) -> Cause | None:
        """One connection, until it breaks (why) or nobody wants it (None)."""
        try:
            url = await self._opener()
            self._begun = True
        except SourceError as problem:
            return problem.cause
        self._turn += 1
        self._over, self._still = None, self._still.again(self._real())
        sink = _Sink(self, self._turn, self._inbox)
        pull = Pull(url, sink, self._real, guarded=self._manner.learn())
        self._manner.left.append(pull)
        self.pulling = True
        try:
            while self._wanted():
                cause = self._over or self._still.cause(self._real(), pull.lag)
                if cause is not None:
                    return cause
                await asyncio.sleep(LOOK)
            return None
        finally:
            self.pulling = False
            pull.stop()

    def take(self, turn: int, fragment: Fragment) -> None:
        """A picture has come; those of a connection that was given up are left."""
        if turn != self._turn:
            return
        self._still.see(fragment)
        if self._still.frozen(fragment.arrival):
            return
        if not self.playing:
            self.playing, self.cause, self.since = True, None, fragment.arrival
        self.last = fragment
        self._cache(fragment)
        for feed in self.feeds:
            feed.give(fragment)
        self._keep_segments(fragment)
        self._news.set()

    def over(self, turn: int, cause: Cause) -> None:
        if turn == self._turn:
            self._over = cause

    def _cache(self, fragment: Fragment) -> None:
        if fragment.key:
            self._cached, self._cached_bytes = [], 0
        elif not self._cached:
            return
        self._cached.append(fragment)
        self._cached_bytes += len(fragment.body)
        if self._cached_bytes > MOST_CACHED:
            self._cached, self._cached_bytes = [], 0

    def _keep_segments(self, fragment: Fragment) -> None:
        if self._segments is not None:
            self._segments.take(fragment)
            if self._real() - self._asked_segments > SEGMENTS_FOR:
                self._segments = None

    def _broken(self, cause: Cause) -> None:
        if self.playing or self.cause is None:
            self.since = self._real()
        self.playing, self.cause = False, cause
        self._cached, self._cached_bytes = [], 0
        if self._segments is not None:
            self._segments.broken()
        for feed in self.feeds:
            feed.end()
        self._news.set()

    def _wanted(self) -> bool:
        return bool(self.feeds) or self._real() - self._touched < LINGER

    async def _rest(self, seconds: float) -> None:
        until = self._real() + seconds
        while self._wanted() and self._real() < until:
            await asyncio.sleep(min(LOOK, seconds))


class _Sink:
    """Hands what a pull's thread has to the event loop."""

    __slots__ = ("_channel", "_inbox", "_turn")

    def __init__(self, channel: Channel, turn: int, inbox: Inbox) -> None:
        self._channel, self._turn, self._inbox = channel, turn, inbox

    def picture(self, fragment: Fragment) -> None:
        self._inbox.put(self._channel.take, self._turn, fragment)

    def over(self, cause: Cause) -> None:
        self._inbox.put(self._channel.over, self._turn, cause)
