"""地址与接口：密码不外露，网段外不连，ONVIF 和 WVP 照它们的话问，坏回答说成原因。"""

import base64
import hashlib
import json
import re
from typing import Any

import pytest

from tests.progress.builders import add_project
from tests.sites.builders import PASSWORD, add_camera, jpeg, server
from xushi.registry.checking import Refused
from xushi.sites import frames, onvif, soap, wvp
from xushi.sites.fetching import Place, ask
from xushi.sites.models import Camera
from xushi.sites.rules import Cause, Kind
from xushi.sites.secrets import opened
from xushi.sites.source import SourceError, open_source, redacted
from xushi.units.models import Unit

pytestmark = pytest.mark.django_db
XML = "application/soap+xml"


def camera(unit: Unit, **more: Any) -> Camera:
    onvif._kept.clear()
    wvp._tokens.clear()
    return add_camera(add_project(unit, "博郡项目"), **more)


def test_a_password_stands_nowhere_in_clear(subdistrict: Unit) -> None:
    held = camera(subdistrict)
    assert PASSWORD not in held.password_sealed
    assert opened(held.password_sealed) == PASSWORD
    source = open_source(held)
    assert "s3cret%2F%40%3A%25" in source.url_main
    for shown in (repr(source), str(source), source.redacted, repr(held.__dict__)):
        assert PASSWORD not in shown
        assert "s3cret" not in shown


def test_another_machine_without_the_key_says_so_and_makes_none(
    subdistrict: Unit, settings: Any, tmp_path: Any
) -> None:
    """A key of its own would open nothing of the other's, and the other nothing of what it seals."""
    held = camera(subdistrict)
    assert (settings.XUSHI_HOME / "camera-key").stat().st_mode & 0o077 == 0
    settings.XUSHI_HOME = tmp_path / "other"
    settings.XUSHI_HOME.mkdir()
    with pytest.raises(SourceError) as caught:
        open_source(held)
    assert caught.value.cause == Cause.KEY
    with pytest.raises(Refused) as refused:
        add_camera(held.project, "西门", password=PASSWORD)
    assert [problem.field for problem in refused.value.problems] == ["password"]
    assert "抄成同一把" in refused.value.problems[0].sentence
    assert not (settings.XUSHI_HOME / "camera-key").exists()
    assert add_camera(held.project, "西门", password="").password_sealed == ""
    assert opened("") == ""


@pytest.mark.parametrize("host", ["8.8.8.8", "169.254.169.254", "192.168.1.1", "::1", "::ffff:8.8.8.8"])
def test_what_is_outside_of_the_networks_is_not_called(subdistrict: Unit, host: str) -> None:
    held = camera(subdistrict, host=host)
    with pytest.raises(SourceError) as caught:
        open_source(held)
    assert caught.value.cause == Cause.FORBIDDEN


def test_a_path_cannot_become_another_host(subdistrict: Unit) -> None:
    held = camera(subdistrict, main_path="@evil.example/x#z")
    url = open_source(held).url_main
    assert re.fullmatch(r"rtsp://[^/]*@127\.0\.0\.1:8554/@evil\.example/x%23z", url)


def test_words_of_a_library_lose_their_address() -> None:
    assert redacted("rtsp://a:b@10.0.0.1/x: 401 Unauthorized") == "（地址） 401 Unauthorized"


# ---- ONVIF ----

PROFILES = (
    '<Envelope xmlns="s"><Body><GetProfilesResponse>'
    '<Profiles token="sub"><VideoEncoderConfiguration><Encoding>H264</Encoding><Resolution><Width>640</Width>'
    "<Height>360</Height></Resolution></VideoEncoderConfiguration></Profiles>"
    '<Profiles token="main"><VideoEncoderConfiguration><Encoding>H264</Encoding><Resolution><Width>1920</Width>'
    "<Height>1080</Height></Resolution></VideoEncoderConfiguration></Profiles>"
    "</GetProfilesResponse></Body></Envelope>"
)
CLOCK = (
    "<Envelope><Body><UTCDateTime><Time><Hour>1</Hour><Minute>2</Minute><Second>3</Second></Time>"
    "<Date><Year>2011</Year><Month>4</Month><Day>5</Day></Date></UTCDateTime></Body></Envelope>"
)


class Device:
    """A small camera that speaks ONVIF; it believes it is 2011, and refuses a digest of another hour."""

    def __init__(self, password: str = PASSWORD) -> None:
        self.password, self.signed = password, 0

    def answer(self, handler: Any, body: bytes) -> tuple[int, str, bytes]:
        words = body.decode()
        if "GetSystemDateAndTime" in words:
            return 200, XML, CLOCK.encode()
        if not self._right(words):
            return 400, XML, b"<Envelope><Body><Fault>Sender not Authorized</Fault></Body></Envelope>"
        self.signed += 1
        if "GetCapabilities" in words:
            return 200, XML, b"<E><Media><XAddr>http://10.9.9.9/onvif/media</XAddr></Media></E>"
        if "GetProfiles" in words:
            return 200, XML, PROFILES.encode()
        name = "main" if ">main<" in words else "sub"
        if "GetSnapshotUri" in words:
            return 200, XML, b"<E><MediaUri><Uri>http://10.9.9.9/still.jpg?ch=1</Uri></MediaUri></E>"
        uri = f"rtsp://10.9.9.9:554/live/{name}?a=1&amp;b=2"
        return 200, XML, f"<E><MediaUri><Uri>{uri}</Uri></MediaUri></E>".encode()

    def _right(self, words: str) -> bool:
        found = {
            name: re.search(rf"{name}[^>]*>([^<]*)</", words) for name in ("Nonce", "Created", "w:Password")
        }
        if not all(found.values()):
            return False
        nonce, created, told = (str(one.group(1)) for one in found.values() if one)
        right = hashlib.sha1(base64.b64decode(nonce) + created.encode() + self.password.encode()).digest()
        return created == "2011-04-05T01:02:03Z" and base64.b64encode(right).decode() == told


def test_onvif_names_its_streams_and_we_keep_to_the_host_we_know(subdistrict: Unit) -> None:
    device = Device()
    answers = {"/onvif/device_service": device.answer, "/onvif/media": device.answer}
    with server(answers) as (port, _):
        held = camera(subdistrict, kind=Kind.ONVIF, port=port, main_path="")
        source = open_source(held)
        assert source.url_main.endswith("@127.0.0.1:554/live/main?a=1&b=2")
        assert source.url_sub.endswith("@127.0.0.1:554/live/sub?a=1&b=2")
        assert source.still == "/still.jpg?ch=1"
        before = device.signed
        assert open_source(held) == source
        assert device.signed == before  # held for ten minutes


def test_onvif_tells_a_wrong_password(subdistrict: Unit) -> None:
    device = Device("another")
    with server({"/onvif/device_service": device.answer}) as (port, _):
        held = camera(subdistrict, kind=Kind.ONVIF, port=port, main_path="")
        with pytest.raises(SourceError) as caught:
            open_source(held)
    assert caught.value.cause in (Cause.PASSWORD, Cause.GARBAGE)


def test_a_picture_of_the_camera_is_taken_where_it_has_one(subdistrict: Unit) -> None:
    device = Device()
    answers = {
        "/onvif/device_service": device.answer, "/onvif/media": device.answer,
        "/still.jpg": (200, "image/jpeg", jpeg(120, (1920, 1080))),
    }  # fmt: skip
    with server(answers) as (port, asked):
        held = camera(subdistrict, kind=Kind.ONVIF, port=port, main_path="")
        frame = frames.grab(held)
    assert (frame.width, frame.height, frame.coding) == (1280, 720, "")
    assert any(path.startswith("/still.jpg") for path in asked)


@pytest.mark.parametrize(
    "body",
    [
        b'<!DOCTYPE a [<!ENTITY b "bbb">]><a>&b;</a>',
        b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
        b"<a>" * 100 + b"</a>" * 100,
        b"<a><b></a>",
        b"\x00\xff",
        b"",
    ],
)
def test_xml_that_plays_tricks_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError):
        soap.read(body)


# ---- WVP ----

STREAM = {"rtsp": "rtsp://127.0.0.1:10554/rtp/3402_0001?originTypeStr=rtp_push", "flv": "http://x/y.flv"}


class Platform:
    """A small WVP: login by md5, then a token that may run out."""

    def __init__(self) -> None:
        self.token, self.logins, self.stream = "t1", 0, STREAM

    def login(self, handler: Any, _: bytes) -> tuple[int, str, bytes]:
        self.logins += 1
        right = hashlib.md5(PASSWORD.encode()).hexdigest() in handler.path
        told = {"code": 0, "data": {"accessToken": self.token}} if right else {"code": 100, "msg": "错"}
        return 200, "application/json", json.dumps(told).encode()

    def play(self, handler: Any, _: bytes) -> tuple[int, str, bytes]:
        if handler.headers.get("access-token") != self.token:
            return 401, "application/json", b"{}"
        return 200, "application/json", json.dumps({"code": 0, "data": self.stream}).encode()

    @property
    def answers(self) -> dict[str, Any]:
        return {
            "/api/user/login": self.login, "/api/play/start/34020000001320000001/34020000001310000001": self.play,
            "/api/device/query/snap/34020000001320000001/34020000001310000001": (200, "image/jpeg", jpeg()),
        }  # fmt: skip


def national(unit: Unit, port: int) -> Camera:
    return camera(
        unit,
        kind=Kind.WVP,
        port=port,
        main_path="",
        device="34020000001320000001",
        channel="34020000001310000001",
    )


def test_wvp_gives_the_stream_of_its_media_server(subdistrict: Unit) -> None:
    platform = Platform()
    with server(platform.answers) as (port, asked):
        held = national(subdistrict, port)
        source = open_source(held)
        assert source.url_main == "rtsp://127.0.0.1:10554/rtp/3402_0001?originTypeStr=rtp_push"
        platform.token = "t2"  # the first has run out
        assert open_source(held) == source
        assert platform.logins == 2
        assert frames.grab(held).width == 64
    assert not [path for path in asked if PASSWORD in path]


def test_wvp_cannot_lead_us_out_of_the_networks(subdistrict: Unit) -> None:
    platform = Platform()
    platform.stream = {"rtsp": "rtsp://8.8.8.8/rtp/x"}
    with server(platform.answers) as (port, _), pytest.raises(SourceError) as caught:
        open_source(national(subdistrict, port))
    assert caught.value.cause == Cause.FORBIDDEN


@pytest.mark.parametrize(
    ("answer", "cause"),
    [
        ((200, "text/html", b"<html>"), Cause.GARBAGE),
        ((200, "application/json", b"[" * 100_000), Cause.GARBAGE),
        ((200, "application/json", b'{"code": 0, "data": {}}'), Cause.PASSWORD),
        ((500, "text/html", b""), Cause.SERVER),
        ((302, "text/html", b""), Cause.GARBAGE),
        ((200, "application/json", b"x" * 600_000), Cause.GARBAGE),
    ],
)
def test_a_platform_that_answers_oddly(subdistrict: Unit, answer: Any, cause: Cause) -> None:
    with server({"/api/user/login": answer}) as (port, _), pytest.raises(SourceError) as caught:
        open_source(national(subdistrict, port))
    assert caught.value.cause == cause


def test_nobody_there_is_refused(subdistrict: Unit) -> None:
    with server({}) as (port, _):
        pass
    with pytest.raises(SourceError) as caught:
        ask(Place("127.0.0.1", port), "/")
    assert caught.value.cause == Cause.REFUSED


@pytest.mark.parametrize("data", [b"", b"\xff\xd8\xff", jpeg()[:200], b"<svg onload=alert(1)>"])
def test_a_picture_that_is_none(data: bytes) -> None:
    with pytest.raises(SourceError) as caught:
        frames.from_picture(data)
    assert caught.value.cause == Cause.GARBAGE


@pytest.mark.parametrize("side", [7000, 10_000])
def test_a_picture_too_large_is_refused_before_it_is_decoded(side: int) -> None:
    head = jpeg(size=(10, 10)).replace(b"\x00\x0a\x00\x0a", side.to_bytes(2) * 2)
    with pytest.raises(SourceError) as caught:
        frames.from_picture(head)
    assert caught.value.cause == Cause.GARBAGE


def test_what_stands_in_a_picture_beside_the_picture_is_dropped() -> None:
    import io

    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", (32, 32)).save(out, "JPEG", comment=b"<script>alert(1)</script>")
    assert b"script" in out.getvalue()
    assert b"script" not in frames.from_picture(out.getvalue()).jpeg
