"""直播的纯规则：切开、参数集、时间轴、分片、分段、跟不上的人、停住的画面。"""

import asyncio
import io
from dataclasses import replace
from fractions import Fraction

import pytest

from xushi.sites.live import fmp4, h264
from xushi.sites.live.causes import NoPicture, cause_of
from xushi.sites.live.feed import MOST_BYTES, Feed
from xushi.sites.live.fmp4 import TICKS, Fragment, Header
from xushi.sites.live.hls import KEPT, Segments
from xushi.sites.live.pull import Remux
from xushi.sites.live.stillness import FIRST_PICTURE, QUIET, SAME_FOR, Stillness
from xushi.sites.live.timeline import LATE, Timeline
from xushi.sites.rules import Cause

SPS = bytes.fromhex("6742c01ed90280b7fe5c05a830303e00000303e90000ea600f162e48")  # 640×360
HEADER = Header(1, "avc1.42C01E", (640, 360), b"head")


def fragment(
    number: int, *, key: bool = False, seconds: float = 0.1, size: int = 10, **more: object
) -> Fragment:
    body = bytes(112) + bytes([number % 251]) * size
    at, lasts = round(number * seconds * TICKS), round(seconds * TICKS)
    made = Fragment(key, at, lasts, body, None, number * seconds, HEADER)
    return replace(made, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("unit", "parts"),
    [
        (b"\0\0\0\1\x67ab\0\0\1\x68cd\0\0\0\1\x65ef", [b"\x67ab", b"\x68cd", b"\x65ef"]),
        (b"\0\0\1\x65ef", [b"\x65ef"]),
        (b"\0\0\0\3\x65ef\0\0\0\2\x41a", [b"\x65ef", b"\x41a"]),
        (b"\0\0\0\xff\x65ef", []),  # longer than there is
        (b"", []),
    ],
)
def test_a_picture_is_cut_into_its_parts(unit: bytes, parts: list[bytes]) -> None:
    assert h264.split(unit) == parts


def test_the_parameter_sets_tell_size_and_codec() -> None:
    av = pytest.importorskip("av")
    for width, height in ((640, 360), (1280, 720), (1920, 1080), (354, 290)):
        context = av.CodecContext.create("libx264", "w")
        context.width, context.height, context.pix_fmt = width, height, "yuv420p"
        context.time_base = Fraction(1, 25)
        context.profile = "High"
        context.flags |= 1 << 22  # the sets stand ahead, not in the stream
        context.open()
        found = h264.parameters_of(bytes(context.extradata))
        assert found is not None
        assert (found.size, found.codec[:7]) == ((width, height), "avc1.64")


@pytest.mark.parametrize("cut", range(1, 8))
def test_broken_parameter_sets_are_refused(cut: int) -> None:
    with pytest.raises(ValueError, match="参数集"):
        h264.size_of(SPS[:cut])


def test_what_stands_before_a_stream_is_read_by_others() -> None:
    av = pytest.importorskip("av")
    import numpy as np

    from xushi.sites.sim.encoder import Encoder
    from xushi.sites.sim.picture import Spec

    encoder, remux = Encoder(Spec(320, 180, 10)), Remux()
    whole = b""
    for number in range(12):
        unit = encoder.encode(np.full((180, 320, 3), number * 20, dtype=np.uint8))
        one = remux.fragment(unit, number * 9000, 0, number / 10, None)
        assert one is not None
        whole += (one.header.data if number == 0 else b"") + one.times + one.body
    with av.open(io.BytesIO(whole)) as container:
        stamps = [frame.pts for frame in container.decode(video=0)]
        assert container.streams.video[0].codec_context.width == 320
    assert stamps == [number * 9000 for number in range(12)]


def test_nothing_is_passed_on_before_the_first_keyframe() -> None:
    remux = Remux()
    assert remux.fragment(b"\0\0\1\x41abc", 0, 0, 0.0, None) is None
    assert remux.fragment(b"\0\0\1\x65abc", 0, 0, 0.0, None) is None  # its parameters are not known yet


def test_time_goes_on_whatever_the_stamps_say() -> None:
    line = Timeline()
    stamps = [None, 5000, 5000, 14000, 23000, 1000, 10000, None, 90_000_000, 90_009_000]
    places = [line.place(stamp, number / 10)[0] for number, stamp in enumerate(stamps)]
    assert all(later > earlier for earlier, later in zip(places, places[1:], strict=False))
    assert places[-1] < 2 * TICKS


def test_a_stream_that_falls_behind_its_own_stamps_is_noticed() -> None:
    line = Timeline()
    for number in range(100):
        line.place(number * 9000, number * 0.1)
    assert line.lag < 0.2
    for number in range(100, 200):
        line.place(number * 9000, 10 + (number - 100) * 0.2)
    assert line.lag > LATE


def test_a_viewer_who_cannot_follow_is_moved_on_to_the_newest_keyframe() -> None:
    feed = Feed()
    for number in range(20):
        feed.give(fragment(number, key=number % 10 == 0))
    assert feed.dropped == 0 or feed.dropped == 10
    for number in range(20, 31):
        feed.give(fragment(number, key=number % 10 == 0))
    feed.end()
    [told] = asyncio.run(_all(feed))
    assert feed.dropped >= 10
    assert told.startswith(b"head")


def test_what_waits_for_a_viewer_is_bounded() -> None:
    feed = Feed()
    feed.give(fragment(0, key=True))
    for number in range(1, 40):
        feed.give(fragment(number, size=MOST_BYTES // 8, seconds=0.001))
    assert feed._bytes <= MOST_BYTES * 1.3
    assert feed.dropped > 20


async def _all(feed: Feed) -> list[bytes]:
    return [piece async for piece in feed.pieces()]


def test_segments_begin_with_keyframes_and_only_the_newest_are_kept() -> None:
    segments = Segments()
    for number in range(300):
        segments.take(fragment(number, key=number % 10 == 0))
    listed = segments.playlist().splitlines()
    assert len(segments.ready) == KEPT
    assert [line for line in listed if line.endswith(".m4s")] == [f"part-{n}.m4s" for n in range(24, 30)]
    assert '#EXT-X-MAP:URI="head-1.mp4"' in listed
    assert listed.count("#EXTINF:1.000,") == 6
    assert segments.file("part-29.m4s") is not None
    for gone in ("part-1.m4s", "part-29.mp4", "head-2.mp4", "part-x.m4s", "..", "part-٣.m4s"):
        assert segments.file(gone) is None


def test_another_run_is_told_apart_in_the_list() -> None:
    segments = Segments()
    for number in range(21):
        segments.take(fragment(number, key=number % 10 == 0))
    segments.broken()
    other = Header(2, "avc1.42C00D", (320, 180), b"other")
    for number in range(30, 52):
        segments.take(fragment(number, key=number % 10 == 0, header=other))
    listed = segments.playlist()
    assert listed.count("#EXT-X-DISCONTINUITY\n") == 1
    assert listed.index("#EXT-X-DISCONTINUITY\n") < listed.index('URI="head-2.mp4"')


def test_no_picture_the_same_picture_and_late_pictures_are_no_live_picture() -> None:
    still = Stillness(0.0)
    assert still.cause(FIRST_PICTURE, 0) is None
    assert still.cause(FIRST_PICTURE + 0.1, 0) is Cause.SILENT
    for number in range(100):
        still.see(fragment(number, key=number % 10 == 0))
    assert still.cause(9.9 + QUIET, 0) is None
    assert still.cause(9.9 + QUIET + 0.1, 0) is Cause.SILENT
    assert still.cause(10, LATE + 0.1) is Cause.STALE


def test_keyframes_that_are_the_same_to_the_last_bit_are_a_frozen_picture_also_after_reconnecting() -> None:
    still, same = Stillness(0.0), b"x" * 120
    seconds = int(SAME_FOR) + 2
    for number in range(seconds):
        still.see(fragment(number, key=True, seconds=1.0, body=same))
    assert still.cause(float(seconds), 0) is Cause.STALE
    again = still.again(20.0)
    again.see(fragment(20, key=True, seconds=1.0, body=same))
    assert again.frozen(20.0)
    again.see(fragment(21, key=True, seconds=1.0))
    assert not again.frozen(21.0)


def test_causes_are_told_without_the_library_s_words() -> None:
    url = "rtsp://admin:s3cret@127.0.0.1:1/x"
    refused = ConnectionRefusedError(111, f"Connection refused: '{url}'")
    assert cause_of(refused, url, opened=False) is Cause.REFUSED
    assert cause_of(TimeoutError(), url, opened=False) is Cause.UNREACHABLE
    assert cause_of(TimeoutError(), url, opened=True) is Cause.SILENT
    assert cause_of(EOFError(), url, opened=True) is Cause.ENDED
    assert cause_of(NoPicture(Cause.CODEC), url, opened=False) is Cause.CODEC
    assert "s3cret" not in str(NoPicture(Cause.CODEC))


def test_the_box_of_moments_is_what_the_player_expects() -> None:
    box = fragment(3, capture=1.5, arrival=2.0).times
    assert (len(box), box[4:8], box[8:24]) == (48, b"uuid", fmp4.TIMES)
    assert [int.from_bytes(box[at : at + 8], "big") for at in (24, 32, 40)] == [1500, 2000, 27000]
