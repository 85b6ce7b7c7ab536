"""直播引擎的样子：自带的、MediaMTX、ZLMediaKit 都照这个样子，网关和页面不知道后面是哪一个。"""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from xushi.sites.rules import Cause


@dataclass(frozen=True, slots=True)
class Want:
    """Which stream of which camera; sub is the smaller one."""

    camera: int
    sub: bool = False

    @property
    def name(self) -> str:
        return f"camera-{self.camera}{'-sub' if self.sub else ''}"


@dataclass(frozen=True, slots=True)
class Piece:
    """A whole file: a playlist, a segment, a picture and when it was taken (seconds since 1970)."""

    kind: str
    data: bytes
    moment: float = 0.0


@dataclass(frozen=True, slots=True)
class Stream:
    """An endless fMP4: its codec where it is known, and its pieces."""

    codec: str
    pieces: AsyncIterator[bytes]
    mime: str = "video/mp4"


@dataclass(frozen=True, slots=True)
class Told:
    """How a stream is doing: playing, or why not; moments in seconds since 1970, 0 where unknown."""

    playing: bool
    cause: Cause | None = None
    since: float = 0.0
    last_picture: float = 0.0


class Broken(Exception):
    """No picture now; the cause goes to the page, which says it in words."""

    def __init__(self, cause: Cause) -> None:
        self.cause = cause
        super().__init__(cause.label)


class StreamEngine(Protocol):
    """Pulls cameras, each once however many watch. Broken is raised where there is nothing to see."""

    async def stream(self, want: Want) -> Stream | None:
        """Endless fMP4; None where the engine has none, so that players go on to HLS."""

    async def file(self, want: Want, name: str) -> Piece | None:
        """A playlist or segment of HLS, or picture.jpg; None where there is no such."""

    def told(self, want: Want) -> Told: ...

    def counts(self) -> Mapping[str, int]:
        """What the machine's keeper wants to know: pulls, viewers."""

    async def close(self) -> None: ...
