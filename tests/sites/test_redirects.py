"""只连允许的网段：叫去别处的 RTSP 不跟去；名字查一次，连的就是查过的那个地址，证书仍按名字对。"""

import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Thread
from typing import Any

import pytest

from tests.progress.builders import add_project
from tests.sites.builders import PASSWORD, add_camera
from xushi.sites import frames, networks
from xushi.sites.fetching import Place, ask
from xushi.sites.live.pull import Pull
from xushi.sites.redirects import leads_elsewhere
from xushi.sites.rules import Cause
from xushi.sites.source import SourceError, open_source
from xushi.units.models import Unit

AWAY = "RTSP/1.0 302 Moved\r\nCSeq: 1\r\nLocation: rtsp://127.0.0.9:9/x\r\n\r\n"
WHO = (
    'RTSP/1.0 401 Unauthorized\r\nCSeq: 1\r\nWWW-Authenticate: Digest realm="cam", nonce="n1"\r\n'
    'WWW-Authenticate: Basic realm="cam"\r\nContent-Length: 4\r\n\r\nbody'
)
HERE = "RTSP/1.0 200 OK\r\nCSeq: 1\r\nContent-Length: 0\r\n\r\n"


@contextmanager
def camera_saying(*answers: str) -> Iterator[tuple[int, list[str]]]:
    """A camera on the loopback that gives these answers one after another; its port, and what it was asked."""
    asked: list[str] = []
    held = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                link, _ = held.accept()
            except OSError:
                return
            with link:
                for answer in answers:
                    asked.append(link.recv(4096).decode("latin-1"))
                    link.sendall(answer.encode())

    Thread(target=serve, daemon=True).start()
    try:
        yield held.getsockname()[1], asked
    finally:
        held.close()


@pytest.mark.parametrize(
    ("answers", "elsewhere"),
    [
        ((AWAY,), True),
        ((WHO, AWAY), True),
        ((WHO, HERE), False),
        ((HERE,), False),
        (("HTTP?\r\n\r\n",), False),
    ],
)
def test_whoever_names_another_place_is_known_by_it(answers: Sequence[str], elsewhere: bool) -> None:
    with camera_saying(*answers) as (port, asked):
        assert leads_elsewhere(f"rtsp://user:s3%2Fcret@127.0.0.1:{port}/main") is elsewhere
    assert asked[0].startswith(f"DESCRIBE rtsp://127.0.0.1:{port}/main RTSP/1.0") and "s3" not in asked[0]
    if len(answers) == 2:
        assert 'Authorization: Digest username="user"' in asked[1] and 'nonce="n1"' in asked[1]


def test_where_nobody_answers_opening_says_why() -> None:
    with camera_saying() as (port, _):
        pass
    assert not leads_elsewhere(f"rtsp://127.0.0.1:{port}/main")


@pytest.mark.django_db
def test_neither_a_picture_nor_the_live_view_follows(subdistrict: Unit, settings: Any) -> None:
    settings.XUSHI_CAMERA_NETWORKS = ["127.0.0.1/32"]
    with camera_saying(AWAY) as (port, asked), camera_saying(HERE) as (_, elsewhere):
        held = add_camera(add_project(subdistrict, "博郡"), host="127.0.0.1", port=port, password=PASSWORD)
        with pytest.raises(SourceError) as caught:
            frames.from_video(open_source(held))
        assert caught.value.cause == Cause.FORBIDDEN
        ended: list[Cause] = []

        class Sink:
            def picture(self, fragment: Any) -> None:
                raise AssertionError("no picture comes from there")

            over = staticmethod(ended.append)

        pull = Pull(open_source(held).url_main, Sink(), lambda: 0.0)
        pull._thread.join(10)
        assert ended == [Cause.FORBIDDEN]
    assert len(asked) == 2 and not elsewhere


def test_a_name_is_looked_up_once_and_its_certificate_asked_for_by_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A second look-up could lead out of the networks allowed."""
    looked: list[str] = []

    def pinned(host: str) -> str:
        looked.append(host)
        return "127.0.0.1"

    monkeypatch.setattr(networks, "pinned", pinned)
    with camera_saying("not tls at all") as (port, asked), pytest.raises(SourceError):
        ask(Place("camera.example", port, https=True), "snapshot")
    assert looked == ["camera.example"]
    assert "camera.example" in asked[0], (
        "the name goes along in the greeting, so that the certificate can be its"
    )
