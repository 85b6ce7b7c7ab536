"""外部引擎：MediaMTX 与 ZLMediaKit。它们拉流，我们问许不许看，再把它们的字节转出去。"""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode, urljoin, urlsplit

import requests

from xushi.sites.live import http1
from xushi.sites.live.engine import Broken, Piece, Stream, Told, Want
from xushi.sites.rules import Cause
from xushi.sites.source import SourceError

WAIT = 5  # seconds
PATIENCE = 12.0
FRESH = 20.0  # seconds after which a stream is asked for anew
MOST = 16 << 20  # bytes of one file
KINDS = {
    "m3u8": "application/vnd.apple.mpegurl", "mp4": "video/mp4", "m4s": "video/mp4", "ts": "video/mp2t",
    "jpg": "image/jpeg",
}  # fmt: skip
OpenUrl = Callable[[Want], Awaitable[str]]


@dataclass(slots=True)
class Known:
    """What was last heard of a stream; asked is when the server was last told to pull it."""

    asked: float = 0.0
    told: Told = field(default_factory=lambda: Told(playing=False))


class External:
    """What the two have in common: files and streams are fetched from the server's own address, nothing else."""

    def __init__(self, server: str, media: str, secret: str, open_url: OpenUrl) -> None:
        self._server, self._media, self._secret = server.rstrip("/"), media.rstrip("/"), secret
        self._open_url = open_url
        self._known: dict[Want, Known] = {}

    async def file(self, want: Want, name: str) -> Piece | None:
        stem, _, ending = name.rpartition(".")
        if (
            not stem
            or ending not in KINDS
            or not all(c.isalnum() or c in "-_." for c in name)
            or ".." in name
        ):
            return None
        await self._pulled(want)
        status, data = await self._fetch(self._file_at(want, name))
        if status == 404:
            return None
        if status != 200:
            raise Broken(Cause.SERVER)
        return Piece(KINDS[ending], data)

    async def stream(self, want: Want) -> Stream | None:
        raise NotImplementedError

    def told(self, want: Want) -> Told:
        known = self._known.get(want)
        return known.told if known else Told(playing=False)

    def counts(self) -> Mapping[str, int]:
        return {"cameras": len(self._known)}

    async def close(self) -> None:
        """The server ends its pulls by itself when nobody watches."""
        self._known.clear()

    def _file_at(self, want: Want, name: str) -> str:
        raise NotImplementedError

    async def _begin(self, want: Want, url: str) -> None:
        raise NotImplementedError

    async def _pulled(self, want: Want) -> None:
        """See that the server pulls; said again now and then, since it may have been started anew."""
        known = self._known.setdefault(want, Known())
        if time.monotonic() - known.asked < FRESH:
            return
        try:
            await self._begin(want, await self._open_url(want))
        except SourceError as problem:
            known.told = Told(playing=False, cause=problem.cause, since=time.time())
            raise Broken(problem.cause) from None
        except Broken as problem:
            known.told = Told(playing=False, cause=problem.cause, since=time.time())
            raise
        known.asked, known.told = (
            time.monotonic(),
            Told(playing=True, since=time.time(), last_picture=time.time()),
        )

    async def _call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> tuple[int, Any]:
        """The server's API; Broken of SERVER where it does not answer."""

        def call() -> tuple[int, Any]:
            headers = {"Authorization": f"Bearer {self._secret}"} if self._secret else {}
            answer = requests.request(
                method,
                f"{self._server}{path}",
                json=body,
                headers=headers,
                timeout=WAIT,
                allow_redirects=False,
            )
            return answer.status_code, json.loads(answer.text or "{}")

        try:
            return await asyncio.to_thread(call)
        except (requests.RequestException, ValueError):
            raise Broken(Cause.SERVER) from None  # its words hold addresses

    async def _fetch(self, url: str) -> tuple[int, bytes]:
        """A file of the server, redirects within it followed once: MediaMTX gives a cookie that way."""
        for _ in range(2):
            status, headers, reader, writer = await self._asked(url)
            try:
                if status in (301, 302, 307) and "location" in headers:
                    moved = urljoin(url, headers["location"])
                    if urlsplit(moved).netloc != urlsplit(url).netloc:
                        raise Broken(Cause.SERVER)
                    url = moved
                    continue
                async with asyncio.timeout(PATIENCE):
                    data = await _all(reader, MOST)
            except (OSError, TimeoutError):
                raise Broken(Cause.SERVER) from None
            finally:
                writer.transport.abort()
            return status, data
        raise Broken(Cause.SERVER)

    async def _asked(
        self, url: str
    ) -> tuple[int, dict[str, str], asyncio.StreamReader, asyncio.StreamWriter]:
        place = urlsplit(url)
        target = f"{place.path}?{place.query}" if place.query else place.path
        try:
            reader, writer = await http1.connect(f"{place.hostname}:{place.port or 80}")
            writer.write(http1.head_of(f"GET {target} HTTP/1.0", [("Host", place.netloc)]))
            first, pairs = await http1.read_head(reader)
            return int(first.split(" ")[1]), dict(pairs), reader, writer
        except (OSError, ValueError, IndexError, asyncio.IncompleteReadError, TimeoutError):
            raise Broken(Cause.SERVER) from None


class MediaMtx(External):
    """MediaMTX: its paths are added through the control API and pulled on demand; it gives HLS."""

    async def stream(self, want: Want) -> None:
        """It has no endless fMP4 over HTTP."""

    def _file_at(self, want: Want, name: str) -> str:
        return f"{self._media}/{want.name}/{name}"

    async def _begin(self, want: Want, url: str) -> None:
        wished = {
            "source": url, "sourceOnDemand": True, "rtspTransport": "tcp", "sourceOnDemandCloseAfter": "15s",
        }  # fmt: skip
        name = quote(want.name)
        status, held = await self._call("GET", f"/v3/config/paths/get/{name}")
        if status == 200:
            if all(held.get(key) == value for key, value in wished.items()):
                return
            status, _ = await self._call("PATCH", f"/v3/config/paths/patch/{name}", wished)
        else:
            status, _ = await self._call("POST", f"/v3/config/paths/add/{name}", wished)
        if status >= 300:
            raise Broken(Cause.SERVER)


class Zlm(External):
    """ZLMediaKit: a stream proxy per camera; it gives endless fMP4 and HLS of fMP4."""

    APP = "xushi"

    async def stream(self, want: Want) -> Stream:
        await self._pulled(want)
        status, headers, reader, writer = await self._asked(f"{self._media}/{self.APP}/{want.name}.live.mp4")
        if status != 200:
            writer.transport.abort()
            self._known[want].asked = 0.0
            raise Broken(Cause.SERVER)
        return Stream("", _pieces(reader, writer), headers.get("content-type", "video/mp4"))

    def _file_at(self, want: Want, name: str) -> str:
        if name == "index.m3u8":
            return f"{self._media}/{self.APP}/{want.name}/hls.fmp4.m3u8"
        return f"{self._media}/{self.APP}/{want.name}/{name}"

    async def _begin(self, want: Want, url: str) -> None:
        wished = {
            "secret": self._secret, "vhost": "__defaultVhost__", "app": self.APP, "stream": want.name, "url": url,
            "rtp_type": 0, "enable_fmp4": 1, "enable_hls_fmp4": 1, "enable_audio": 0, "auto_close": 1, "retry_count": 3,
        }  # fmt: skip
        there = {"secret": self._secret, "app": self.APP, "stream": want.name}
        _, held = await self._call("GET", f"/index/api/getMediaList?{urlencode(there)}")
        if held.get("code") == 0 and held.get("data"):
            return
        _, answer = await self._call("POST", "/index/api/addStreamProxy", wished)
        if answer.get("code") != 0:
            raise Broken(Cause.SERVER)


async def _all(reader: asyncio.StreamReader, most: int) -> bytes:
    gathered = bytearray()
    while piece := await reader.read(256 * 1024):
        gathered += piece
        if len(gathered) > most:
            raise Broken(Cause.SERVER)
    return bytes(gathered)


async def _pieces(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> AsyncIterator[bytes]:
    try:
        while piece := await reader.read(256 * 1024):
            yield piece
    finally:
        writer.transport.abort()
