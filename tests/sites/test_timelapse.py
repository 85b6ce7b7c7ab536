"""延时：一天一张连成片，缺的天打斜纹，不拿前后的顶替；同样的画面不重做；手机能拖着看；给谁看。"""

import io
import os
import threading
import time
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from time import process_time

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from PIL import Image

from tests.sites.builders import add_snapshot, site
from xushi.core.clock import BEIJING
from xushi.sites import filming, store, timelapse
from xushi.sites.models import Camera, Snapshot
from xushi.sites.timelapse import CannotMake, film_of, films_of, made
from xushi.sites.views_timelapse import PIECE, _span
from xushi.units.models import Unit, User

av = pytest.importorskip("av", reason="没装 PyAV（requirements/video.txt），延时的测试跳过")
pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
COLOURS = ((200, 40, 40), (40, 200, 40), (40, 40, 200), (200, 200, 40))


def kept(
    camera: Camera, day: date, colour: tuple[int, int, int], size: tuple[int, int] = (640, 360)
) -> Snapshot:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "JPEG")
    at = datetime(day.year, day.month, day.day, 10, tzinfo=BEIJING)
    made = add_snapshot(camera, at, keeper=True, sha256=f"{day:%Y%m%d}{'0' * 56}")
    file = Path(settings.MEDIA_ROOT) / made.path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(out.getvalue())
    return made


@pytest.fixture
def camera(subdistrict: Unit) -> Camera:
    """Pictures of 28, 29 and 31 August and of 1 September; the 30th is missing."""
    [one] = site(subdistrict)
    for day, colour in zip((date(2018, 8, 28), date(2018, 8, 29), date(2018, 8, 31), date(2018, 9, 1)), COLOURS,
                           strict=True):  # fmt: skip
        kept(one, day, colour)
    return one


def shown(path: Path) -> list[tuple[int, int, int]]:
    """The colour in the middle of each picture of a film."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        assert stream.codec_context.name == "h264"
        return [frame.to_image().getpixel((320, 200)) for frame in container.decode(stream)]


def near(one: tuple[int, int, int], other: tuple[int, int, int]) -> bool:
    return all(abs(a - b) < 25 for a, b in zip(one, other, strict=True))


def test_the_films_are_the_whole_and_each_month(camera: Camera) -> None:
    found = films_of(camera)
    assert [(one.which, len(one.days), one.pictures, one.missing) for one in found] == [
        ("all", 5, 4, 1), ("2018-09", 1, 1, 0), ("2018-08", 4, 3, 1),
    ]  # fmt: skip


def test_a_missing_day_is_hatched_and_never_filled_in(camera: Camera) -> None:
    august = film_of(camera, "2018-08")
    assert august is not None
    pixels = shown(made(august))
    assert len(pixels) == 4
    assert near(pixels[0], COLOURS[0])
    assert near(pixels[1], COLOURS[1])
    assert max(pixels[2]) - min(pixels[2]) < 20  # grey
    assert near(pixels[3], COLOURS[2])


def test_a_picture_whose_file_is_gone_is_missing_too(camera: Camera) -> None:
    store.remove([Snapshot.objects.get(day=date(2018, 8, 29)).path])
    august = film_of(camera, "2018-08")
    assert august is not None
    grey = shown(made(august))[1]
    assert max(grey) - min(grey) < 20


def test_the_same_pictures_are_made_once(camera: Camera, monkeypatch: pytest.MonkeyPatch) -> None:
    film = film_of(camera, "2018-08")
    assert film is not None
    assert not film.is_made
    first = made(film)
    monkeypatch.setattr(timelapse, "_encode", lambda *_: pytest.fail("made again"))
    assert made(film) == first
    assert first.stat().st_size < 200_000


def test_one_picture_more_is_another_film_and_the_old_one_goes(camera: Camera) -> None:
    film = film_of(camera, "all")
    assert film is not None
    old = made(film)
    kept(camera, date(2018, 9, 2), COLOURS[0])
    again = film_of(camera, "all")
    assert again is not None
    new = made(again)
    assert new != old
    assert not old.exists()


def test_weekdays_off_are_not_missing(camera: Camera) -> None:
    """30 August 2018 is a Thursday."""
    Camera.objects.update(weekdays="12357")
    film = film_of(Camera.objects.get(), "2018-08")
    assert film is not None
    assert film.missing == 0


def test_a_long_time_takes_every_second_day(camera: Camera, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timelapse, "MOST", 3)
    film = film_of(camera, "all")
    assert film is not None
    assert film.every == 2
    assert [day.day for day, _ in film.days] == [28, 30, 1]


def test_a_full_disk_is_said(camera: Camera, monkeypatch: pytest.MonkeyPatch) -> None:
    def full() -> None:
        raise store.DiskFull

    monkeypatch.setattr(store, "ask_room", full)
    film = film_of(camera, "2018-08")
    assert film is not None
    with pytest.raises(CannotMake, match="磁盘满"):
        made(film)
    assert not film.is_made


@pytest.mark.parametrize("which", ["2017-01", "nonsense", "2018-13", ""])
def test_there_is_no_film_of_nothing(camera: Camera, which: str) -> None:
    assert film_of(camera, which) is None


def test_who_sees_a_film(
    camera: Camera, office_user: User, stranger: User, statistics_user: User, signed_in: SignIn
) -> None:
    address = reverse("sites:film", args=[camera.pk, "2018-08"])
    whole = signed_in(office_user).get(address)
    assert (whole.status_code, whole["Content-Type"], whole["Accept-Ranges"]) == (200, "video/mp4", "bytes")
    assert signed_in(stranger).get(address).status_code == 404
    assert signed_in(statistics_user).get(address).status_code == 403
    assert signed_in(office_user).get(reverse("sites:film", args=[camera.pk, "2017-01"])).status_code == 404
    page = signed_in(office_user).get(reverse("sites:films", args=[camera.pk]), {"which": "2018-08"})
    assert "1天没有，打斜纹" in page.content.decode()
    assert signed_in(stranger).get(reverse("sites:films", args=[camera.pk])).status_code == 404


def test_a_player_may_ask_for_a_piece(camera: Camera, office_user: User, signed_in: SignIn) -> None:
    client = signed_in(office_user)
    address = reverse("sites:film", args=[camera.pk, "2018-08"])
    body = b"".join(client.get(address))  # type: ignore[call-overload]
    piece = client.get(address, headers={"range": "bytes=4-11"})
    assert (piece.status_code, piece.content) == (206, body[4:12])
    assert piece["Content-Range"] == f"bytes 4-11/{len(body)}"
    assert client.get(address, headers={"range": f"bytes={len(body)}-"}).status_code == 416


@pytest.mark.parametrize(("asked", "size", "expected"), [
    ("bytes=0-", 100, (0, 99)), ("bytes=0-1", 100, (0, 1)), ("bytes=90-200", 100, (90, 99)), ("bytes=-10", 100, (90, 99)),
    ("bytes=-200", 100, (0, 99)), ("bytes=0-", PIECE * 3, (0, PIECE - 1)), ("bytes=100-", 100, None),
    ("bytes=-", 100, None), ("bytes=-0", 100, None), ("bytes=5-2", 100, None), ("bytes=0-1,5-6", 100, None),
    ("items=0-1", 100, None), ("bytes=x-1", 100, None), ("bytes=1", 100, None),
])  # fmt: skip
def test_ranges(asked: str, size: int, expected: tuple[int, int] | None) -> None:
    assert _span(asked, size) == expected


def test_a_month_is_made_in_a_second(camera: Camera) -> None:
    for n in range(28):
        kept(camera, date(2018, 7, 1) + timedelta(days=n), COLOURS[n % 4])
    film = film_of(camera, "2018-07")
    assert film is not None
    began = process_time()
    made(film)
    assert process_time() - began < 3


def test_a_range_of_thousands_of_digits_is_none() -> None:
    for asked in (f"bytes={'9' * 5000}-", f"bytes=0-{'9' * 5000}", f"bytes=-{'9' * 5000}"):
        assert _span(asked, 1000) is None


# ---- 在后头做 ----


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[int], None]]:
    """The encoder goes on picture by picture, as it is let."""
    gate, made_frame = threading.Semaphore(0), timelapse._frame

    def waited(day: date, snapshot: Snapshot | None) -> Image.Image:
        assert gate.acquire(timeout=10)
        return made_frame(day, snapshot)

    monkeypatch.setattr(timelapse, "_frame", waited)
    monkeypatch.setattr(filming, "TELL_EVERY", 1)

    def let(pictures: int) -> None:
        for _ in range(pictures):
            gate.release()

    yield let
    let(100)
    for future in list(filming._going.values()):
        future.result(timeout=10)


def until(true: Callable[[], bool]) -> None:
    for _ in range(1500):
        if true():
            return
        time.sleep(0.02)
    pytest.fail("it never came")


def test_the_page_says_how_far_a_film_is_and_does_not_wait(
    camera: Camera, office_user: User, stranger: User, signed_in: SignIn, slow: Callable[[int], None]
) -> None:
    client = signed_in(office_user)
    page, step = reverse("sites:films", args=[camera.pk]), reverse("sites:filming", args=[camera.pk, "all"])
    began = time.monotonic()
    told = client.get(page, {"which": "all"}).content.decode()
    assert time.monotonic() - began < filming.AT_ONCE + 2
    assert "<video" not in told
    assert f'hx-get="{step}"' in told
    assert "共5张" in told
    slow(3)
    until(lambda: "正在做：3张，共5张" in client.get(step).content.decode())
    film = client.get(reverse("sites:film", args=[camera.pk, "all"]))
    assert (film.status_code, film["Retry-After"]) == (503, "2")
    assert "正在做" in film.content.decode()
    slow(2)
    until(lambda: "<video" in client.get(step).content.decode())
    done = client.get(step).content.decode()
    assert "hx-get" not in done  # it asks no more
    assert client.get(reverse("sites:film", args=[camera.pk, "all"])).status_code == 200
    assert signed_in(stranger).get(step).status_code == 404
    assert client.get(reverse("sites:filming", args=[camera.pk, "2017-01"])).status_code == 404


def test_asked_twice_it_is_made_once(
    camera: Camera, slow: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    film, encode, begun = film_of(camera, "all"), timelapse._encode, []
    assert film is not None
    monkeypatch.setattr(timelapse, "_encode", lambda *given: (begun.append(1), encode(*given)))
    assert not filming.ask(film, wait=0).made
    assert not filming.ask(film, wait=0).made
    slow(5)
    assert filming.ask(film, wait=10).made
    assert len(begun) == 1
    assert list(film.path.parent.glob("*.making")) == []


def test_a_maker_that_died_is_followed_by_another(camera: Camera, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another process's sign of life: while it is fresh nobody else begins, once it is old the next asker does."""
    film = film_of(camera, "all")
    assert film is not None
    sign = film.path.with_suffix(".making")
    sign.parent.mkdir(parents=True, exist_ok=True)
    sign.write_text('{"done": 2, "by": 1}')
    assert (filming.ask(film, wait=1).made, filming.ask(film, wait=1).done) == (False, 2)
    old = time.time() - filming.DEAD_AFTER - 1
    os.utime(sign, (old, old))
    assert filming.ask(film, wait=10).made


def test_why_there_is_no_film_is_said_once_and_then_tried_again(
    camera: Camera, office_user: User, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full() -> None:
        raise store.DiskFull

    client, page = signed_in(office_user), reverse("sites:films", args=[camera.pk])
    with monkeypatch.context() as patch:
        patch.setattr(store, "ask_room", full)
        told = client.get(page, {"which": "2018-08"}).content.decode()
        assert "磁盘满了，做不了延时" in told
        assert "再试" in told
        assert "hx-get=" not in told.split('id="film"')[1].split("</section>")[0]
        answer = client.get(reverse("sites:film", args=[camera.pk, "2018-08"]))
        assert (answer.status_code, "磁盘满了" in answer.content.decode()) == (503, True)
    until(lambda: "<video" in client.get(page, {"which": "2018-08"}).content.decode())
