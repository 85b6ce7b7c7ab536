"""模拟摄像头：好的放得出、读得出钟，每一种坏法都认得出是哪一种；密码不对不给看。"""

import asyncio
import time
from collections.abc import Callable
from datetime import datetime, timedelta

import numpy as np
import pytest

from xushi.config import clock
from xushi.core.clock import BEIJING
from xushi.sites.live.fmp4 import Fragment
from xushi.sites.live.pull import Pull
from xushi.sites.rules import Cause
from xushi.sites.sim import bars
from xushi.sites.sim.modes import Mode, Part, part_of
from xushi.sites.sim.rtp import MOST, Packetiser, nals_of
from xushi.sites.sim.rtsp import Server
from xushi.sites.source import address

av = pytest.importorskip("av")
MOMENT = datetime(2018, 9, 12, 8, 32, 14, 437_000, tzinfo=BEIJING)


class Heard:
    """What a pull told."""

    def __init__(self) -> None:
        self.pictures: list[Fragment] = []
        self.cause: Cause | None = None

    def picture(self, fragment: Fragment) -> None:
        self.pictures.append(fragment)

    def over(self, cause: Cause) -> None:
        self.cause = cause


def pulled(
    path: str,
    until: Callable[[Heard], bool],
    *,
    seconds: float = 10,
    password: str = "",
    given: str | None = None,
    digest: bool = True,
) -> Heard:
    """What comes from a camera of the simulation until the condition holds."""

    async def whole() -> Heard:
        server = Server(clock.real, user="admin", password=password, digest=digest)
        port = await server.start("127.0.0.1", 0)
        heard = Heard()
        url = address(
            "127.0.0.1", port, path, "admin" if password else "", password if given is None else given
        )
        pull = Pull(url, heard, time.time)
        began = time.monotonic()
        while not until(heard):
            assert time.monotonic() - began < seconds, (path, heard.cause, len(heard.pictures))
            await asyncio.sleep(0.05)
        pull.stop()
        await server.stop()
        return heard

    return asyncio.run(whole())


@pytest.mark.parametrize("size", [(360, 640), (720, 1280), (180, 320), (288, 352)])
def test_the_bars_are_read_as_they_were_painted(size: tuple[int, int]) -> None:
    plane = np.full(size, 120, dtype=np.uint8)
    assert bars.read(plane) is None
    bars.paint(plane, MOMENT)
    assert bars.read(plane) == MOMENT
    noisy = np.clip(plane.astype(int) + np.random.default_rng(1).integers(-40, 40, size), 0, 255)
    assert bars.read(noisy.astype(np.uint8)) == MOMENT


def test_bars_that_are_damaged_are_not_read() -> None:
    plane = np.full((360, 640), 120, dtype=np.uint8)
    bars.paint(plane, MOMENT)
    plane[-10:, 200:210] = 255 - plane[-10:, 200:210]
    assert bars.read(plane) is None


@pytest.mark.parametrize(
    ("path", "part"),
    [
        ("/cam1", Part("tower", Mode.MOVING, 1)),
        ("/cam4", Part("road", Mode.MOVING, 4)),
        ("/river/still/3", Part("river", Mode.STILL, 3)),
        ("/", Part("tower", Mode.MOVING, 1)),
        ("/half-open/９", Part("tower", Mode.HALF_OPEN, 1)),
    ],
)
def test_a_path_says_what_is_played(path: str, part: Part) -> None:
    assert part_of(path, Mode.MOVING) == part


def test_packets_are_put_together_again() -> None:
    nal = b"\x65" + bytes(range(256)) * 20
    packed = Packetiser().unit([b"\x67abc", nal], 90_000)
    bodies, at = [], 0
    while at < len(packed):
        length = int.from_bytes(packed[at + 2 : at + 4], "big")
        assert packed[at : at + 2] == b"$\x00"
        bodies.append(packed[at + 16 : at + 4 + length])
        at += 4 + length
    fragments = bodies[1:]
    assert bodies[0] == b"\x67abc"
    assert all(len(body) <= MOST + 2 for body in bodies)
    assert (
        bytes([fragments[0][0] & 0xE0 | fragments[0][1] & 0x1F]) + b"".join(one[2:] for one in fragments)
        == nal
    )
    assert (fragments[0][1] & 0x80, fragments[-1][1] & 0x40) == (0x80, 0x40)


def test_start_codes_divide() -> None:
    assert nals_of(b"\0\0\0\1\x67a\0\0\0\1\x68b\0\0\1\x65c\0") == [b"\x67a", b"\x68b", b"\x65c\0"]


def test_a_good_camera_plays_and_its_picture_tells_the_time() -> None:
    heard = pulled("/tower/moving/1", lambda one: len(one.pictures) > 12)
    first = heard.pictures[0]
    assert first.key
    assert first.capture is not None
    assert abs(first.arrival - first.capture) < 2
    last_key = [one for one in heard.pictures if one.key][-1]
    import io

    with av.open(io.BytesIO(last_key.header.data + last_key.body)) as container:
        plane = next(container.decode(video=0)).to_ndarray(format="gray")
    moment = bars.read(plane)
    assert moment is not None
    assert abs(moment - clock.real()) < timedelta(seconds=15)
    assert abs(moment.timestamp() - (last_key.capture or 0)) < 0.15


@pytest.mark.parametrize(
    ("mode", "cause"),
    [
        ("garbage", Cause.GARBAGE), ("locked", Cause.PASSWORD), ("h265", Cause.CODEC), ("audio", Cause.NO_VIDEO),
        ("dropping", Cause.ENDED), ("half-open", Cause.SILENT),
    ],
)  # fmt: skip
def test_each_bad_camera_is_known_for_what_it_is(mode: str, cause: Cause) -> None:
    heard = pulled(f"/{mode}/1", lambda one: one.cause is not None, seconds=15)
    assert heard.cause is cause
    assert bool(heard.pictures) == (mode == "dropping")


@pytest.mark.parametrize("digest", [True, False])
def test_a_password_is_asked_for(digest: bool) -> None:
    heard = pulled("/cam1", lambda one: bool(one.pictures), password="s3cret/@:%密码", digest=digest)
    assert heard.pictures[0].key
    wrong = pulled("/cam1", lambda one: one.cause is not None, password="right", given="wrong", digest=digest)
    assert wrong.cause is Cause.PASSWORD


def test_odd_first_pictures_are_passed_over() -> None:
    heard = pulled("/odd-start/1", lambda one: len(one.pictures) > 5)
    assert heard.pictures[0].key
    times = [one.decode_time for one in heard.pictures]
    assert times == sorted(set(times))


def test_another_size_brings_another_header() -> None:
    heard = pulled("/resizing/1", lambda one: bool(one.pictures) and one.pictures[-1].header.number == 2)
    assert [heard.pictures[0].header.size, heard.pictures[-1].header.size] == [(640, 360), (320, 180)]
    change = next(n for n, one in enumerate(heard.pictures) if one.header.number == 2)
    assert heard.pictures[change].key
