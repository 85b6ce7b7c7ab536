"""外部引擎：照着 MediaMTX 与 ZLMediaKit 的接口走，对着小小的假服务器；密码不出现在回答里。"""

import asyncio
import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.sites.builders import server
from xushi.sites.live import process
from xushi.sites.live.engine import Broken, Piece, Want
from xushi.sites.live.external import MediaMtx, Zlm
from xushi.sites.rules import Cause
from xushi.sites.source import SourceError

SOURCE = "rtsp://admin:s3cret@10.1.1.7:554/main"
WANT = Want(7)


async def address_of(_: Want) -> str:
    return SOURCE


class MtxServer:
    """The control API and the HLS of MediaMTX, as far as they are used."""

    def __init__(self) -> None:
        self.paths: dict[str, dict[str, Any]] = {}
        self.secrets: list[str] = []

    def answers(self) -> dict[str, Any]:
        return {
            "/v3/config/paths/get/camera-7": self._get,
            "/v3/config/paths/add/camera-7": self._add,
            "/camera-7/index.m3u8": (200, "application/vnd.apple.mpegurl", b"#EXTM3U\n"),
            "/camera-7/seg1.mp4": (200, "video/mp4", b"moof"),
        }

    def _get(self, handler: Any, _: bytes) -> tuple[int, str, bytes]:
        self.secrets.append(handler.headers.get("Authorization", ""))
        held = self.paths.get("camera-7")
        return (
            (200, "application/json", json.dumps(held).encode())
            if held
            else (404, "application/json", b'{"error":"x"}')
        )

    def _add(self, _: Any, body: bytes) -> tuple[int, str, bytes]:
        self.paths["camera-7"] = json.loads(body)
        return 200, "application/json", b"{}"


def test_mediamtx_is_told_the_source_once_and_gives_hls() -> None:
    fake = MtxServer()
    with server(fake.answers()) as (port, asked):
        engine = MediaMtx(f"http://127.0.0.1:{port}", f"http://127.0.0.1:{port}", "word", address_of)

        async def scenario() -> list[Piece | None]:
            assert await engine.stream(WANT) is None
            return [await engine.file(WANT, name) for name in ("index.m3u8", "seg1.mp4", "gone.mp4")]

        listed, segment, gone = asyncio.run(scenario())
    assert listed == Piece("application/vnd.apple.mpegurl", b"#EXTM3U\n")
    assert segment == Piece("video/mp4", b"moof")
    assert gone is None
    assert fake.paths["camera-7"]["source"] == SOURCE
    assert fake.paths["camera-7"]["sourceOnDemand"] is True
    assert [path for path in asked if "add" in path] == ["/v3/config/paths/add/camera-7"]
    assert fake.secrets == ["Bearer word"]
    assert engine.told(WANT).playing


@pytest.mark.parametrize("name", ["../api/x.mp4", "..%2f.mp4", "a/b.mp4", "index.php", ".m3u8", "x.mp4?y=1"])
def test_only_files_of_the_stream_are_fetched(name: str) -> None:
    engine = MediaMtx("http://127.0.0.1:1", "http://127.0.0.1:1", "", address_of)
    assert asyncio.run(engine.file(WANT, name)) is None


class ZlmServer:
    """ZLMediaKit: addStreamProxy, getMediaList, endless fMP4 and HLS."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.code = 0

    def answers(self) -> dict[str, Any]:
        held = (200, "application/json", b'{"code":0}')
        return {
            "/index/api/getMediaList": held,
            "/index/api/addStreamProxy": self._add,
            "/xushi/camera-7.live.mp4": (200, "video/mp4", b"ftypmoov" * 100),
            "/xushi/camera-7/hls.fmp4.m3u8": (200, "application/vnd.apple.mpegurl", b"#EXTM3U\n"),
        }

    def _add(self, _: Any, body: bytes) -> tuple[int, str, bytes]:
        self.asked.append(json.loads(body))
        return 200, "application/json", json.dumps({"code": self.code, "msg": SOURCE}).encode()


def test_zlmediakit_pulls_and_its_bytes_are_passed_on() -> None:
    fake = ZlmServer()
    with server(fake.answers()) as (port, _):
        engine = Zlm(f"http://127.0.0.1:{port}", f"http://127.0.0.1:{port}", "word", address_of)

        async def scenario() -> tuple[bytes, Piece | None]:
            stream = await engine.stream(WANT)
            assert stream is not None
            data = b"".join([piece async for piece in stream.pieces])
            return data, await engine.file(WANT, "index.m3u8")

        data, listed = asyncio.run(scenario())
    assert data == b"ftypmoov" * 100
    assert listed == Piece("application/vnd.apple.mpegurl", b"#EXTM3U\n")
    [wished] = fake.asked
    assert (wished["url"], wished["secret"], wished["stream"]) == (SOURCE, "word", "camera-7")


@pytest.mark.parametrize("make", [MediaMtx, Zlm])
def test_a_server_that_is_away_is_said_without_its_address(make: Callable[..., Any]) -> None:
    engine = make("http://127.0.0.1:1", "http://127.0.0.1:1", "word", address_of)
    with pytest.raises(Broken) as told:
        asyncio.run(engine.file(WANT, "index.m3u8"))
    assert told.value.cause is Cause.SERVER
    assert "127" not in str(told.value)
    assert engine.told(WANT).cause is Cause.SERVER


def test_a_server_that_refuses_the_source_is_no_picture() -> None:
    fake = ZlmServer()
    fake.code = -1
    with server(fake.answers()) as (port, _):
        engine = Zlm(f"http://127.0.0.1:{port}", f"http://127.0.0.1:{port}", "word", address_of)
        with pytest.raises(Broken) as told:
            asyncio.run(engine.stream(WANT))
    assert told.value.cause is Cause.SERVER
    assert "s3cret" not in repr(told.value)


def test_a_camera_that_has_no_address_is_no_picture() -> None:
    async def none(_: Want) -> str:
        raise SourceError(Cause.KEY)

    engine = MediaMtx("http://127.0.0.1:1", "http://127.0.0.1:1", "", none)
    with pytest.raises(Broken) as told:
        asyncio.run(engine.file(WANT, "index.m3u8"))
    assert told.value.cause is Cause.KEY


def test_the_settings_choose_the_engine(settings: Any) -> None:
    def ask(*_: Any) -> Any:
        raise AssertionError

    assert type(process.engine(lambda _: "", ask)).__name__ == "Embedded"
    settings.XUSHI_LIVE_ENGINE = "zlm"
    with pytest.raises(process.CannotServe, match="XUSHI_LIVE_SERVER"):
        process.engine(lambda _: "", ask)
    settings.XUSHI_LIVE_SERVER = settings.XUSHI_LIVE_MEDIA = "http://127.0.0.1:1"
    assert isinstance(process.engine(lambda _: "", ask), Zlm)
    settings.XUSHI_LIVE_ENGINE = "vlc"
    with pytest.raises(process.CannotServe, match="embedded"):
        process.engine(lambda _: "", ask)


def test_a_pull_is_shared_reconnects_and_ends_when_nobody_watches(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("av")
    from xushi.config import clock
    from xushi.sites.live import channel
    from xushi.sites.live.embedded import Embedded
    from xushi.sites.sim.rtsp import Server

    monkeypatch.setattr(channel, "LINGER", 1.0)

    async def scenario() -> None:
        sim = Server(clock.real)
        port = await sim.start("127.0.0.1", 0)

        async def url(want: Want) -> str:
            return f"rtsp://127.0.0.1:{port}/{'dropping' if want.camera == 2 else 'moving'}/{want.camera}"

        engine = Embedded(url, time.time)
        streams = [await engine.stream(WANT) for _ in range(5)]
        firsts = [await anext(stream.pieces) for stream in streams if stream]
        assert len(firsts) == 5
        assert all(first[4:8] == b"ftyp" for first in firsts)
        assert (sim.pulls, engine.counts()["viewers"]) == (1, 5)
        for stream in streams:
            await stream.pieces.aclose()  # type: ignore[union-attr]
        await _until(lambda: sim.pulls == 0)
        assert engine.counts()["cameras"] == 0
        breaking = await engine.stream(Want(2))
        async for _ in breaking.pieces:
            pass  # it ends without an error: an outage all the same
        assert engine.told(Want(2)).cause is Cause.ENDED
        assert engine.told(Want(2)).last_picture > 0
        await engine.close()
        await sim.stop()

    asyncio.run(scenario())


async def _until(condition: Callable[[], bool]) -> None:
    for _ in range(400):
        if condition():
            return
        await asyncio.sleep(0.05)
    raise AssertionError
