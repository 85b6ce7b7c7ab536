"""延时：每天留存的一张连成片，一个月的，或装上以来的；没有画面的天打斜纹、写日子，不拿前后的顶替。

A film is made when it is first asked for (filming.py) and kept under a name that holds the digest of its pictures: the
same pictures are the same film, one picture more or less is another.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from hashlib import sha256
from pathlib import Path

from django.conf import settings
from PIL import Image, ImageDraw, ImageFont

from xushi.core.months import Month
from xushi.sites import store
from xushi.sites.frames import library
from xushi.sites.models import Camera, Snapshot

RATE = 6  # pictures a second
SIZE = (640, 360)
MOST = 720  # pictures of one film; a longer time takes every second, third … day
QUALITY = "27"  # of x264
WHOLE = "all"
VERSION = "1"  # goes up when the same pictures are to make another film


class CannotMake(Exception):
    """Why there is no film, in a Chinese sentence."""


@dataclass(frozen=True, slots=True)
class Film:
    """What a film is made of: its days in order, each with its picture or None; every says how many days a step is."""

    which: str
    camera: Camera
    days: tuple[tuple[date, Snapshot | None], ...]
    every: int = 1

    @property
    def pictures(self) -> int:
        return sum(one is not None for _, one in self.days)

    @property
    def missing(self) -> int:
        return len(self.days) - self.pictures

    @property
    def seconds(self) -> int:
        return max(round(len(self.days) / RATE), 1)

    @property
    def digest(self) -> str:
        """Of all that the film shows."""
        lines = [f"{day} {one.sha256 if one else '-'}" for day, one in self.days]
        return sha256("\n".join([VERSION, str(RATE), str(SIZE), *lines]).encode()).hexdigest()[:20]

    @property
    def path(self) -> Path:
        folder = Path(settings.MEDIA_ROOT) / store.FOLDER / str(self.camera.pk) / "timelapse"
        return folder / f"{self.which}-{self.digest}.mp4"

    @property
    def is_made(self) -> bool:
        return self.path.exists()


# ---- 哪些天 ----


def films_of(camera: Camera) -> list[Film]:
    """装上以来的 first, then the months, the newest first; one query."""
    kept = _kept(camera)
    if not kept:
        return []
    months = sorted({Month.of(day) for day in kept}, reverse=True)
    return [
        _film(camera, WHOLE, kept, min(kept), max(kept)),
        *(_of_month(camera, month, kept) for month in months),
    ]


def film_of(camera: Camera, which: str) -> Film | None:
    """The film of a name: all, or a month as 2018-08; None where there is no picture for it."""
    kept = _kept(camera)
    if not kept:
        return None
    if which == WHOLE:
        return _film(camera, WHOLE, kept, min(kept), max(kept))
    try:
        month = Month.parse(which)
    except ValueError:
        return None
    return _of_month(camera, month, kept) if any(Month.of(day) == month for day in kept) else None


def _kept(camera: Camera) -> dict[date, Snapshot]:
    rows = Snapshot.objects.filter(camera=camera, keeper=True).order_by("day", "-taken_at")
    return {one.day: one for one in rows}


def _of_month(camera: Camera, month: Month, kept: Mapping[date, Snapshot]) -> Film:
    """From the first of the month, or the first picture ever, to its end, or the last picture ever."""
    first, last = max(month.first_day, min(kept)), min(month.last_day, max(kept))
    return _film(camera, f"{month.year}-{month.number:02d}", kept, first, last)


def _film(camera: Camera, which: str, kept: Mapping[date, Snapshot], first: date, last: date) -> Film:
    """Weekdays on which the site does not work are not missing."""
    works = camera.hours.weekdays
    days = [day for day in _days(first, last) if day in kept or day.isoweekday() in works]
    every = -(-len(days) // MOST)
    return Film(which, camera, tuple((day, kept.get(day)) for day in days[::every]), every)


def _days(first: date, last: date) -> Iterator[date]:
    for n in range((last - first).days + 1):
        yield first + timedelta(days=n)


# ---- 做成片 ----


def made(film: Film, tell: Callable[[int], None] = lambda _: None) -> Path:
    """The file of the film, made if it is not there; tell hears how many pictures are in it. Older ones go."""
    if not film.is_made:
        _make(film, tell)
    return film.path


def _make(film: Film, tell: Callable[[int], None]) -> None:
    new = film.path.with_suffix(f".{os.getpid()}.new")
    try:
        store.ask_room()
        new.parent.mkdir(parents=True, exist_ok=True)
        try:
            _encode(new, (_frame(day, one) for day, one in film.days), tell)
            new.replace(film.path)
        finally:
            new.unlink(missing_ok=True)
    except (store.DiskFull, OSError) as problem:
        raise CannotMake("磁盘满了，做不了延时。请区重大办清出空间再试。") from problem
    for old in film.path.parent.glob(f"{film.which}-*.mp4"):
        if old != film.path:
            old.unlink(missing_ok=True)


def _encode(target: Path, frames: Iterable[Image.Image], tell: Callable[[int], None]) -> None:
    """H.264 in an MP4 whose index stands in front, so that a phone begins to play at once."""
    av = library()
    with av.open(str(target), "w", format="mp4", options={"movflags": "+faststart"}) as container:
        stream = container.add_stream("libx264", rate=RATE, options={"crf": QUALITY, "preset": "veryfast"})
        stream.width, stream.height = SIZE
        stream.pix_fmt, stream.time_base = "yuv420p", Fraction(1, RATE)
        stream.codec_context.thread_count = 1
        for number, image in enumerate(frames):
            frame = av.VideoFrame.from_image(image)
            frame.pts, frame.time_base = number, Fraction(1, RATE)
            container.mux(stream.encode(frame))
            tell(number + 1)
        container.mux(stream.encode())


def _frame(day: date, snapshot: Snapshot | None) -> Image.Image:
    image = _opened(snapshot) if snapshot else None
    return _dated(image or _hatched(), day)


def _opened(snapshot: Snapshot) -> Image.Image | None:
    """The picture within the film's size, on black where its shape is another; None where its file is gone."""
    try:
        with store.opened(snapshot) as file, Image.open(file, formats=("JPEG",)) as held:
            held.draft("RGB", SIZE)
            picture = held.convert("RGB")
    except (OSError, SyntaxError, ValueError):
        return None
    picture.thumbnail(SIZE, Image.Resampling.BILINEAR)
    if picture.size == SIZE:
        return picture
    whole = Image.new("RGB", SIZE)
    whole.paste(picture, ((SIZE[0] - picture.width) // 2, (SIZE[1] - picture.height) // 2))
    return whole


def _hatched() -> Image.Image:
    """A day without a picture: grey with slanted lines."""
    image = Image.new("RGB", SIZE, (72, 78, 76))
    pen = ImageDraw.Draw(image)
    for x in range(-SIZE[1], SIZE[0], 22):
        pen.line([(x, SIZE[1]), (x + SIZE[1], 0)], fill=(96, 103, 100), width=5)
    return image


def _dated(image: Image.Image, day: date) -> Image.Image:
    pen, font = ImageDraw.Draw(image), ImageFont.load_default(20)
    words = f"{day:%Y-%m-%d}"
    left, top, right, low = pen.textbbox((0, 0), words, font=font)
    pen.rectangle((10, 10, 26 + right - left, 22 + low - top), fill=(20, 26, 24))
    pen.text((18 - left, 16 - top), words, font=font, fill=(240, 244, 242))
    return image
