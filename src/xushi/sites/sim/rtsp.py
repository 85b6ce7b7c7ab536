"""小小的 RTSP 服务：OPTIONS、DESCRIBE、SETUP（TCP 交错）、PLAY、TEARDOWN，Basic 与 Digest 验密码。"""

import asyncio
import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from xushi.sites.sim.modes import Mode, Part, part_of
from xushi.sites.sim.picture import Moment, Spec
from xushi.sites.sim.rtp import Packetiser
from xushi.sites.sim.sdp import sdp
from xushi.sites.sim.studio import BACKLOG, Studio

HEAD = 8192
REALM = "xushi-sim"
_FIELD = re.compile(r'(\w+)="?([^",]*)"?')


@dataclass(slots=True)
class Server:
    """All cameras of one port. shared: every path shows the picture of one encoder, as a bench wants it."""

    moment: Moment
    spec: Spec = field(default_factory=Spec)
    default: Mode = Mode.MOVING
    user: str = ""
    password: str = ""
    digest: bool = True
    shared: bool = False
    with_bars: bool = True
    studios: dict[Part, Studio] = field(default_factory=dict)
    pulls: int = 0  # streams being pulled now
    pulled: int = 0  # ever begun
    _listening: asyncio.Server | None = None
    _open: set[asyncio.StreamWriter] = field(default_factory=set)

    async def start(self, host: str, port: int) -> int:
        """Listen; the port it is."""
        self._listening = await asyncio.start_server(self._serve, host, port, limit=HEAD)
        return int(self._listening.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        if self._listening:
            self._listening.close()
        for writer in list(self._open):
            writer.transport.abort()
        await asyncio.sleep(0)

    def studio(self, path: str) -> Studio:
        part = part_of(path, self.default)
        if self.shared and part.mode is Mode.MOVING:
            part = Part("tower", Mode.MOVING, 1)
        if part not in self.studios:
            self.studios[part] = Studio(part, self.spec, self.moment, with_bars=self.with_bars)
        return self.studios[part]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        talk = Talk(self, reader, writer)
        try:
            await talk.go_on()
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError):
            pass
        finally:
            talk.end()
            self._open.discard(writer)
            with suppress(OSError, RuntimeError):
                writer.close()


class Talk:
    """One connection of a puller."""

    def __init__(self, server: Server, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.server, self.reader, self.writer = server, reader, writer
        self.nonce = secrets.token_hex(8)
        self.studio: Studio | None = None
        self.playing = False
        self.behind = False
        self._sound: asyncio.Task[None] | None = None

    async def go_on(self) -> None:
        """Answer what is asked until the other side goes."""
        while True:
            first = await self.reader.readexactly(1)
            if first == b"$":
                head = await self.reader.readexactly(3)
                await self.reader.readexactly(int.from_bytes(head[1:], "big"))
                continue
            lines = (first + await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            method, address, *_ = lines[0].split(" ")
            fields = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in lines[1:] if line)}
            path = urlsplit(address).path
            mode = part_of(path, self.server.default).mode
            if mode is Mode.HALF_OPEN:
                await self.reader.read()  # until the other side goes
            if mode is Mode.GARBAGE:
                self.writer.write(secrets.token_bytes(4096))
                return
            if not await self._answer(method, path, mode, fields):
                return

    async def _answer(self, method: str, path: str, mode: Mode, fields: dict[str, str]) -> bool:
        number = fields.get("cseq", "0")
        if method not in ("OPTIONS", "TEARDOWN") and not self._allowed(method, mode, fields):
            self._say(number, 401, {"WWW-Authenticate": self._challenge()})
            return True
        say: Callable[..., None] = lambda more=None, body="": self._say(number, 200, more or {}, body)  # noqa: E731
        if method == "OPTIONS":
            say({"Public": "OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN, GET_PARAMETER"})
        elif method == "DESCRIBE":
            studio = self.server.studio(path)
            headers = await asyncio.to_thread(studio.headers)
            say({"Content-Type": "application/sdp"}, sdp(mode, headers))
        elif method == "SETUP":
            if "interleaved" not in fields.get("transport", ""):
                self._say(number, 461, {})
                return True
            say({"Transport": "RTP/AVP/TCP;unicast;interleaved=0-1", "Session": self.nonce})
        elif method == "PLAY":
            say({"Session": self.nonce, "Range": "npt=now-"})
            self._play(path, mode)
        else:
            say({"Session": self.nonce})
        return method != "TEARDOWN"

    def _play(self, path: str, mode: Mode) -> None:
        self.server.pulled += 1
        self.server.pulls += 1
        self.playing = True
        if mode is Mode.AUDIO:
            self._sound = asyncio.ensure_future(self._tones())
        elif mode is not Mode.HANGING:
            self.studio = self.server.studio(path)
            self.studio.join(self)

    def give(self, packets: bytes, *, key: bool) -> None:
        """Pictures; who is too far behind gets none until a keyframe finds room."""
        waiting = self.writer.transport.get_write_buffer_size()
        self.behind = waiting > BACKLOG or (self.behind and not (key and waiting == 0))
        if not self.behind:
            self.writer.write(packets)

    def drop(self) -> None:
        self.writer.close()

    def end(self) -> None:
        if self.studio:
            self.studio.leave(self)
        if self._sound:
            self._sound.cancel()
        if self.playing:
            self.playing = False
            self.server.pulls -= 1

    async def _tones(self) -> None:
        packetiser, count = Packetiser(payload_type=8), 0
        while True:
            self.writer.write(packetiser.packet(b"\xd5" * 160, count * 160))
            count += 1
            await asyncio.sleep(0.02)

    def _say(self, number: str, status: int, more: dict[str, str], body: str = "") -> None:
        word = {200: "OK", 401: "Unauthorized", 461: "Unsupported Transport"}[status]
        lines = [f"RTSP/1.0 {status} {word}", f"CSeq: {number}", *(f"{k}: {v}" for k, v in more.items())]
        if body:
            lines.append(f"Content-Length: {len(body.encode())}")
        self.writer.write(("\r\n".join(lines) + "\r\n\r\n" + body).encode())

    def _challenge(self) -> str:
        if self.server.digest:
            return f'Digest realm="{REALM}", nonce="{self.nonce}"'
        return f'Basic realm="{REALM}"'

    def _allowed(self, method: str, mode: Mode, fields: dict[str, str]) -> bool:
        if mode is Mode.LOCKED:
            return False
        if not self.server.password:
            return True
        kind, _, rest = fields.get("authorization", "").partition(" ")
        if kind == "Basic":
            wanted = f"{self.server.user}:{self.server.password}".encode()
            return hmac.compare_digest(base64.b64decode(rest), wanted)
        told_fields = dict(_FIELD.findall(rest))
        whose = _md5(f"{self.server.user}:{REALM}:{self.server.password}")
        what = _md5(f"{method}:{told_fields.get('uri', '')}")
        return (
            hmac.compare_digest(told_fields.get("response", ""), _md5(f"{whose}:{self.nonce}:{what}"))
            and told_fields.get("username") == self.server.user
        )


def _md5(words: str) -> str:
    return hashlib.md5(words.encode(), usedforsecurity=False).hexdigest()  # RFC 2069 wants it
