"""别人拍的片子：Debian 的 opencv-doc 里的 vtest.avi，街上的行人；配上假的光、抖、噪，有人算忙，只有背景算闲。

The clip is 80 seconds of a fixed camera over a street. A sample is three pictures and a fourth to be judged.
Busy ones are frames of the clip some seconds apart; idle ones are the street without people, the median of the
frames of that part of the clip. Every picture of either kind is put through its own light, shadows, shake, noise
and JPEG.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Gray = NDArray[np.uint8]
ROOT = Path(__file__).resolve().parents[2]
PLACES = (ROOT / ".venv/clips", Path("/usr/share/doc/opencv-doc/examples/data"))
NAME = "vtest.avi"
APART = 50  # frames, five seconds: people have moved on


@dataclass(frozen=True)
class Sample:
    previous: list[Gray]
    current: Gray
    busy: bool


@dataclass(frozen=True)
class Weather:
    """Which kinds of change the pictures are put through."""

    light: bool = True
    shadows: bool = True
    shake: bool = True
    noise: bool = True


def clip() -> Path | None:
    """Where the clip is; None where this machine has none."""
    return next((folder / NAME for folder in PLACES if (folder / NAME).exists()), None)


@lru_cache(maxsize=1)
def frames(path: Path) -> Sequence[Gray]:
    """All frames, grey."""
    video = cv2.VideoCapture(str(path))
    found: list[Gray] = []
    while True:
        good, frame = video.read()
        if not good:
            return found
        found.append(np.asarray(cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY), dtype=np.uint8))


def samples(part: Sequence[Gray], count: int, seed: int, weather: Weather = Weather()) -> Iterator[Sample]:  # noqa: B008
    """As many busy as idle ones out of one part of the clip."""
    rng = np.random.default_rng(seed)
    street = np.asarray(np.median(np.stack(part[::4]), axis=0), dtype=np.uint8)
    for _ in range(count):
        busy = _apart(part, rng)
        for pictures, word in ((busy, True), ([street] * 4, False)):
            shown = [spoilt(one, rng, weather) for one in pictures]
            yield Sample(shown[:-1], shown[-1], word)


def lone(part: Sequence[Gray], count: int, seed: int, weather: Weather = Weather()) -> Iterator[Sample]:  # noqa: B008
    """The hardest: the street without people, and at last with one single walker in it."""
    rng = np.random.default_rng(seed)
    street = np.asarray(np.median(np.stack(part[::4]), axis=0), dtype=np.uint8)
    while count:
        walker = _walker(part[int(rng.integers(0, len(part)))], street, rng)
        if walker is None:
            continue
        count -= 1
        for current, word in ((walker, True), (street, False)):
            shown = [spoilt(one, rng, weather) for one in (street, street, street, current)]
            yield Sample(shown[:-1], shown[-1], word)


def _walker(frame: Gray, street: Gray, rng: np.random.Generator) -> Gray | None:
    """One person cut out of a frame and set into the empty street; None where nobody stands free."""
    moved = (
        cv2.absdiff(cv2.GaussianBlur(frame, (5, 5), 0), cv2.GaussianBlur(street, (5, 5), 0)) > 28
    ).astype(np.uint8)
    moved = np.asarray(cv2.morphologyEx(moved, cv2.MORPH_CLOSE, np.ones((9, 5), np.uint8)))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(moved)
    height, width = frame.shape
    free = [
        n for n in range(1, count)
        if 500 < stats[n][4] < 4000 and stats[n][1] > 0.1 * height and stats[n][1] + stats[n][3] < 0.88 * height
        and stats[n][0] > 8 and stats[n][0] + stats[n][2] < width - 8
    ]  # fmt: skip
    if not free:
        return None
    body = cv2.dilate(
        (labels == free[int(rng.integers(0, len(free)))]).astype(np.uint8), np.ones((5, 5), np.uint8)
    )
    return np.where(body > 0, frame, street).astype(np.uint8)


def _apart(part: Sequence[Gray], rng: np.random.Generator) -> list[Gray]:
    while True:
        picked = np.sort(rng.integers(0, len(part), 4))
        if np.diff(picked).min() >= APART:
            return [part[i] for i in picked]


def spoilt(picture: Gray, rng: np.random.Generator, weather: Weather) -> Gray:
    """The picture as another hour and a poor camera would have taken it."""
    values: NDArray[Any] = picture.astype(np.float32)
    if weather.shake:
        values = _shaken(values, rng)
    if weather.light:
        values = _lit(values, rng)
    if weather.shadows:
        values = _shaded(values, rng)
    if weather.noise:
        values = values + rng.normal(0, rng.uniform(1.5, 6), values.shape)
    made = np.clip(values, 0, 255).astype(np.uint8)
    if not weather.noise:
        return made
    _, packed = cv2.imencode(".jpg", made, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(45, 90))])
    return np.asarray(cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE), dtype=np.uint8)


def _shaken(values: NDArray[Any], rng: np.random.Generator) -> NDArray[Any]:
    height, width = values.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), rng.uniform(-0.25, 0.25), 1.0)
    turn[:, 2] += rng.uniform(-7, 7, 2)
    return cv2.warpAffine(values, turn, (width, height), borderMode=cv2.BORDER_REFLECT)


def _lit(values: NDArray[Any], rng: np.random.Generator) -> NDArray[Any]:
    """Gamma, gain, exposure and a slope of light across the picture."""
    height, width = values.shape
    curved = 255 * (values / 255) ** rng.uniform(0.6, 1.7) * rng.uniform(0.65, 1.4) + rng.uniform(-15, 15)
    across, down = np.meshgrid(np.linspace(-0.5, 0.5, width), np.linspace(-0.5, 0.5, height))
    return curved * (1 + rng.uniform(-0.5, 0.5) * across + rng.uniform(-0.5, 0.5) * down)


def _shaded(values: NDArray[Any], rng: np.random.Generator) -> NDArray[Any]:
    """One to three shadows of houses and clouds, their edges more or less soft."""
    height, width = values.shape
    for _ in range(int(rng.integers(1, 4))):
        middle = rng.uniform((0, 0), (width, height))
        corners = middle + rng.uniform(-220, 220, (4, 2))
        shape = np.zeros((height, width), np.float32)
        cv2.fillConvexPoly(shape, cv2.convexHull(corners.astype(np.int32)), 1.0)
        shape = cv2.GaussianBlur(shape, (0, 0), rng.uniform(2, 14))
        values = values * (1 - shape * rng.uniform(0.2, 0.5))
    return values


def area_under(scores: Sequence[float], busy: Sequence[bool]) -> float:
    """AUC: the chance that a busy sample scores higher than an idle one, ties by half."""
    high = np.array([s for s, b in zip(scores, busy, strict=True) if b])
    low = np.array([s for s, b in zip(scores, busy, strict=True) if not b])
    wins = (high[:, None] > low[None, :]).sum() + 0.5 * (high[:, None] == low[None, :]).sum()
    return float(wins / (len(high) * len(low)))


def plain_difference(sample: Sample) -> float:
    return float(np.abs(sample.current.astype(np.float32) - sample.previous[-1]).mean())


def unlike(sample: Sample) -> float:
    """1 − SSIM against the newest of the previous pictures."""
    one, other = sample.previous[-1].astype(np.float32), sample.current.astype(np.float32)
    blur = (11, 11)
    mean_a, mean_b = cv2.GaussianBlur(one, blur, 1.5), cv2.GaussianBlur(other, blur, 1.5)
    var_a = cv2.GaussianBlur(one * one, blur, 1.5) - mean_a**2
    var_b = cv2.GaussianBlur(other * other, blur, 1.5) - mean_b**2
    both = cv2.GaussianBlur(one * other, blur, 1.5) - mean_a * mean_b
    c1, c2 = 6.5025, 58.5225
    ssim = ((2 * mean_a * mean_b + c1) * (2 * both + c2)) / (
        (mean_a**2 + mean_b**2 + c1) * (var_a + var_b + c2)
    )
    return float(1 - ssim.mean())
