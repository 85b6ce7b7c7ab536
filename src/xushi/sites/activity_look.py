"""一张快照有没有动静：先看看得清不清，再对齐、抹平光照，和前几张比，成块的变化才算。只算图，不碰数据库。

A plain difference of two pictures sees the light, not the work. Here two things have to agree. Local contrast: a pixel
against its neighbourhood, in units of the neighbourhood's spread; gain, gamma, exposure and soft shadows fall out of
that. And the ratio of the light of both pictures, less its own median around: the median keeps the step at a shadow's
edge and so takes it away, while a person or a machine stands out on all sides. What differs so from every one of the
previous pictures, even where these may be off by a pixel, and hangs together in a blob, is change.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from xushi.sites.rules import Verdict

Gray = NDArray[np.uint8]
Plane = NDArray[np.float32]
Mask = NDArray[np.bool_]
Shift = tuple[float, float]

ACROSS = 320  # pictures are compared at this width
ENOUGH = 3  # previous pictures that are worth comparing with
TOP, FOOT = 0.08, 0.11  # shares of the height where cameras burn in clock and name: not looked at

NEIGHBOURHOOD = 31  # pixels, of the local contrast
AROUND = 25  # pixels, of the median around; odd
FLOOR = 5.0  # grey levels of spread below which a neighbourhood is noise
LIFT = 16.0  # grey levels added before the logarithm, so that noise in the dark weighs little
FARTHEST = 12.0  # pixels a shaking camera may be off
SURE = 0.06  # response of the phase correlation from which a shift is believed
NEARER = 0.9  # … if it brings the pictures to this share of their difference
CHANGED = 0.2  # local contrasts that a changed pixel differs by, at least
STANDS_OUT = 0.2  # … and by how much of the light around it, as a logarithm
NOISY = 3.0  # … and how many times the usual difference of the picture
SMALLEST, LARGEST = 0.0006, 0.45  # shares of what is looked at that a blob, and all blobs, may cover
LONGEST = 9.0  # times its inscribed circle that a blob may cover: the edge of a shadow is longer and thinner
ACTIVE = 5.0  # score from which there is activity

DARK, BRIGHT = 24.0, 232.0  # grey levels of the brightest and of the darkest twentieth
FLAT = 7.0  # spread of a whole picture
SHARP = 4.0  # sharpness below which a picture is blurred whatever it shows
SOFTER = 0.2  # … and share of the previous pictures' sharpness


@dataclass(frozen=True, slots=True)
class Blob:
    """A region that changed; all but strength are shares 0–1 of the picture, strength is 1 where it just counts."""

    left: float
    top: float
    width: float
    height: float
    area: float
    strength: float


@dataclass(frozen=True, slots=True)
class Look:
    """What a snapshot shows against those before it. why says in Chinese what it is that cannot be seen."""

    verdict: Verdict
    score: float | None = None
    blobs: tuple[Blob, ...] = ()
    why: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """A readable picture, made ready for comparing."""

    sharpness: float
    contrast: Plane
    light: Plane


def look(previous: Sequence[Gray], current: Gray, mask: Mask | None = None) -> Look:
    """有没有动静. previous: some minutes old, the newest last; mask: True is looked at, whatever its size.

    Unreadable pictures are unknown, never still; without one readable picture before it there is nothing to say.
    """
    small = _small(current)
    if why := unreadable(small):
        return Look(Verdict.UNKNOWN, why=why)
    before = [_ready(one) for one in map(_small, previous[-ENOUGH:]) if _comparable(one, small)]
    if not before:
        return Look(Verdict.UNKNOWN, why="前面没有看得清的画面可比")
    now = _ready(small)
    if now.sharpness < SOFTER * float(np.median([one.sharpness for one in before])):
        return Look(Verdict.UNKNOWN, why="画面模糊，比前几张糊得多")
    seen = _looked_at(mask, small.shape)
    if not seen.any():
        return Look(Verdict.UNKNOWN, why="遮挡区盖住了整个画面")
    changes = [one for one in (_change(old, now, seen) for old in before) if one is not None]
    if not changes:
        return Look(Verdict.UNKNOWN, why="机位变了，等下一张再比")
    return _judged(_blobs(np.minimum.reduce(changes), seen))


def _judged(blobs: tuple[Blob, ...]) -> Look:
    if sum(one.area for one in blobs) > LARGEST:
        return Look(Verdict.UNKNOWN, blobs=blobs, why="画面大片变样，可能转了机位或有遮挡")
    score = round(sum(one.area * one.strength for one in blobs) / SMALLEST, 2)
    return Look(Verdict.ACTIVE if score >= ACTIVE else Verdict.STILL, score, blobs)


# ---- 看不看得清 ----


def unreadable(picture: Gray) -> str:
    """Why nothing can be told from a picture; "" where something can."""
    low, high = np.percentile(picture[::2, ::2], (5, 95))
    if high < DARK:
        return "画面过暗"
    if low > BRIGHT:
        return "画面过亮"
    if float(picture.std()) < FLAT:
        return "画面一片，像被遮住或起雾"
    if sharpness(picture) < SHARP:
        return "画面模糊"
    return ""


def sharpness(picture: Gray) -> float:
    """How much fine detail there is for the light there is: variance of the Laplacian over that of the picture, ‰."""
    spread = max(float(picture.std()), 1.0)
    return float(cv2.Laplacian(picture, cv2.CV_32F).var()) / spread**2 * 1000


def _comparable(old: Gray, new: Gray) -> bool:
    return old.shape == new.shape and not unreadable(old)


# ---- 备好 ----


def _small(picture: Gray) -> Gray:
    height, width = picture.shape[:2]
    if width <= ACROSS:
        return picture
    size = (ACROSS, max(round(height * ACROSS / width), 1))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _ready(picture: Gray) -> Seen:
    values = cv2.GaussianBlur(picture.astype(np.float32), (3, 3), 0)
    box = (NEIGHBOURHOOD, NEIGHBOURHOOD)
    mean = cv2.boxFilter(values, -1, box)
    spread = cv2.sqrt(np.maximum(cv2.sqrBoxFilter(values, -1, box) - mean * mean, 0.0))
    contrast = (values - mean) / (spread + FLOOR)
    return Seen(sharpness(picture), _plane(contrast), _plane(cv2.log(values + LIFT)))


def _looked_at(mask: Mask | None, shape: tuple[int, ...]) -> Mask:
    height, width = shape[:2]
    seen = np.ones((height, width), dtype=np.bool_)
    if mask is not None:
        small = cv2.resize(mask.astype(np.uint8), (width, height), interpolation=cv2.INTER_NEAREST)
        seen = np.asarray(small > 0)
    seen[: round(height * TOP)] = False
    seen[height - round(height * FOOT) :] = False
    return seen


def mask_of(polygons: Sequence[Sequence[Sequence[float]]], size: tuple[int, int]) -> Mask | None:
    """What is looked at where these polygons (points as shares 0–1) are not; None where there are none."""
    if not polygons:
        return None
    width, height = size
    hidden = np.zeros((height, width), np.uint8)
    for polygon in polygons:
        points = np.array([[x * width, y * height] for x, y in polygon]).round().astype(np.int32)
        cv2.fillPoly(hidden, [points], 1)
    return np.asarray(hidden == 0)


# ---- 差在哪 ----


def _change(old: Seen, new: Seen, seen: Mask) -> Plane | None:
    """How far each pixel differs from the older picture, 1 where it just counts; None where the camera was turned."""
    shift = _shift(old.contrast, new.contrast)
    if shift is None:
        return None
    contrast = np.abs(_beyond(_moved(old.contrast, shift), new.contrast))
    ratio = _beyond(_matched(_moved(old.light, shift), new.light, seen), new.light)
    return _plane(np.minimum(_in_units(contrast, CHANGED, seen), _in_units(_bumps(ratio), STANDS_OUT, seen)))


def _shift(old: Plane, new: Plane) -> Shift | None:
    """How far the camera has shaken; None where the two are not of the same view.

    A large machine that has moved is found by the correlation too: what does not bring the pictures nearer to each
    other is no shake.
    """
    window = cv2.createHanningWindow((old.shape[1], old.shape[0]), cv2.CV_32F)
    shift, response = cv2.phaseCorrelate(old, new, window)
    if response < SURE or _apart(_moved(old, shift), new) > NEARER * _apart(old, new):
        return 0.0, 0.0
    return None if max(abs(one) for one in shift) > FARTHEST else (shift[0], shift[1])


def _apart(old: Plane, new: Plane) -> float:
    return float(np.abs(old[::2, ::2] - new[::2, ::2]).mean())


def _moved(picture: Plane, shift: Sequence[float]) -> Plane:
    matrix = np.array([[1, 0, shift[0]], [0, 1, shift[1]]], dtype=np.float32)
    size = (picture.shape[1], picture.shape[0])
    return _plane(cv2.warpAffine(picture, matrix, size, borderMode=cv2.BORDER_REPLICATE))


def _matched(old: Plane, new: Plane, seen: Mask) -> Plane:
    """The older picture under the light of the newer: gain and gamma fitted, then again without what differs."""
    rough, fine, kept = old[::2, ::2], new[::2, ::2], seen[::2, ::2]
    slope, rest = 1.0, 0.0
    for _ in range(2):
        if int(kept.sum()) < 10:
            break
        x, y = rough[kept], fine[kept]
        away = x - x.mean()
        slope = float((away * (y - y.mean())).sum() / max(float((away * away).sum()), 1e-6))
        slope = min(max(slope, 0.4), 2.5)
        rest = float(y.mean()) - slope * float(x.mean())
        off = np.abs(fine - slope * rough - rest)
        kept = seen[::2, ::2] & (off <= np.percentile(off, 70))
    return _plane(slope * old + rest)


def _beyond(old: Plane, new: Plane) -> Plane:
    """By how much the newer picture lies above or below all that the older one shows within a pixel."""
    nearby = np.ones((3, 3), np.uint8)
    return _plane(np.maximum(new - cv2.dilate(old, nearby), 0) - np.maximum(cv2.erode(old, nearby) - new, 0))


def _bumps(ratio: Plane) -> Plane:
    """What stands out of its surroundings on all sides, as a logarithm of light."""
    levels = np.clip(128 + ratio * 100, 0, 255).astype(np.uint8)
    return _plane(cv2.absdiff(levels, cv2.medianBlur(levels, AROUND)) / np.float32(100))


def _in_units(differing: Plane, least: float, seen: Mask) -> Plane:
    """Averaged over five pixels, in units of what counts: the least, and several times what is usual in the picture."""
    even = cv2.boxFilter(differing, -1, (5, 5))
    return _plane(even / max(least, NOISY * float(even[seen].mean())))


def _plane(values: Any) -> Plane:
    return np.asarray(values, dtype=np.float32)


# ---- 成块 ----


def _blobs(change: Plane, seen: Mask) -> tuple[Blob, ...]:
    """Connected regions that count, the weightiest first."""
    height, width = change.shape
    whole = int(seen.sum())
    marked = cv2.morphologyEx(
        ((change > 1) & seen).astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8)
    )
    count, labels, stats, _ = cv2.connectedComponentsWithStats(marked, connectivity=8)
    made = []
    for number in range(1, count):
        left, top, across, down, area = (int(value) for value in stats[number])
        if area < SMALLEST * whole:
            continue
        box = slice(top, top + down), slice(left, left + across)
        part = np.asarray(labels[box] == number)
        if _slimness(part, area) <= LONGEST:
            strength = float(change[box][part].mean())
            made.append(
                Blob(left / width, top / height, across / width, down / height, area / whole, strength)
            )
    return tuple(sorted(made, key=lambda one: -one.area * one.strength))


def _slimness(part: Mask, area: int) -> float:
    """How many of its largest inscribed circles a blob covers: 1 for a disc, 1.3 length / width for a strip."""
    framed = cv2.copyMakeBorder(part.astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=(0,))
    radius = float(cv2.distanceTransform(framed, cv2.DIST_L2, 3).max())
    return area / (np.pi * radius**2)
