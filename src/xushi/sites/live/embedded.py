"""自带的引擎：每路一条线程拉流改封，够四十路上下；再多换 MediaMTX 或 ZLMediaKit。"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from xushi.sites.live.channel import Channel, Manner
from xushi.sites.live.engine import Piece, Stream, Told, Want
from xushi.sites.live.inbox import Inbox

SWEEP = 5.0  # seconds

OpenUrl = Callable[[Want], Awaitable[str]]
CloseUrl = Callable[[Want], Awaitable[None]]


class Embedded:
    """Channels by what is wanted; those nobody wants any more are swept out."""

    def __init__(
        self, open_url: OpenUrl, real: Callable[[], float], close_url: CloseUrl | None = None
    ) -> None:
        self._open_url, self._real, self._close_url = open_url, real, close_url
        self._channels: dict[Want, Channel] = {}
        self._manners: dict[Want, Manner] = {}
        self._inbox: Inbox | None = None

    def channel(self, want: Want) -> Channel:
        here = self._channels.get(want)
        if here is None or here.ended:
            self._sweep()
            self._inbox = self._inbox or Inbox(asyncio.get_running_loop())
            here = self._channels[want] = Channel(
                lambda: self._open_url(want),
                self._real,
                self._inbox,
                lambda: self._over(want),
                self._manners.setdefault(want, Manner()),
            )
        return here

    async def stream(self, want: Want) -> Stream:
        return await self.channel(want).stream()

    async def file(self, want: Want, name: str) -> Piece | None:
        return await self.channel(want).file(name)

    def told(self, want: Want) -> Told:
        here = self._channels.get(want)
        return here.told() if here else Told(playing=False)

    def counts(self) -> Mapping[str, int]:
        self._sweep()
        here = self._channels.values()
        return {
            "cameras": len(here),
            "pulls": sum(one.pulling for one in here),
            "viewers": sum(len(one.feeds) for one in here),
        }

    async def close(self) -> None:
        await asyncio.gather(*(one.close() for one in self._channels.values()))
        self._channels.clear()

    async def _over(self, want: Want) -> None:
        """Let the camera rest, unless its other stream is still pulled."""
        other = self._channels.get(Want(want.camera, not want.sub))
        if self._close_url and (other is None or other.ended):
            await self._close_url(want)

    def _sweep(self) -> None:
        for want in [want for want, one in self._channels.items() if one.ended]:
            del self._channels[want]
