"""画出来的工地：演示和模拟摄像头用。同一场景、同一时刻总是同一张；有人施工时机器随时刻走动，没人时停着。"""

import math
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from hashlib import blake2b

from PIL import Image, ImageDraw, ImageFont

from xushi.core.clock import BEIJING
from xushi.sites import scenes_machines as machines
from xushi.sites import scenes_places as places
from xushi.sites.scenes_pen import Pen, Size

SCENES = ("tower", "houses", "factory", "road", "river", "pit")
BUILT_STEPS = 200  # the place is drawn anew for each half percent of progress
NIGHT = 0.16
PARKED = 0.2  # where in its stretch a machine rests

Place = Callable[[Pen, float], None]
_PLACES: dict[str, Place] = {
    "tower": places.tower, "houses": places.houses, "factory": places.factory, "road": places.road,
    "river": places.river, "pit": places.pit,
}  # fmt: skip
_MACHINES: dict[str, Callable[[Pen, machines.Where, float], None]] = {
    "tower": machines.tower, "houses": machines.houses, "factory": machines.factory, "road": machines.road,
    "river": machines.river, "pit": machines.pit,
}  # fmt: skip


def draw(
    scene: str,
    moment: datetime,
    *,
    size: Size = (640, 360),
    progress: float,
    working: bool,
    light: float = 1.0,
    clock: bool = True,
) -> Image.Image:
    """The scene as a camera would show it at a moment; progress 0–1 is how much is built.

    light 1 is what the hour gives, 0 is black. The clock is Beijing's, burnt in at the lower right.
    """
    if scene not in SCENES:
        raise ValueError(f"没有“{scene}”这个场景，只有{'、'.join(SCENES)}。")
    built = round(min(max(progress, 0.0), 1.0) * BUILT_STEPS) / BUILT_STEPS
    image = _place(scene, size, built).copy()
    _shadow(image, scene, moment, built)
    pen = Pen(ImageDraw.Draw(image), size)
    _MACHINES[scene](pen, lambda name, seconds: _where(scene, name, moment, seconds, working=working), built)
    image = image.point(_lit(moment, light))
    if clock:
        _burn_clock(image, moment)
    return image


@lru_cache(maxsize=24)
def _place(scene: str, size: Size, built: float) -> Image.Image:
    """What does not move, drawn twice as large and reduced, so that its edges are soft."""
    large = Image.new("RGB", (size[0] * 2, size[1] * 2))
    _PLACES[scene](Pen(ImageDraw.Draw(large), large.size), built)
    return large.reduce(2)


def _where(scene: str, name: str, moment: datetime, seconds: float, *, working: bool) -> float:
    """Where a machine is in its stretch, 0–1: it wanders, now and then resting; parked when nobody works."""
    if not working:
        return PARKED
    turn, part = divmod(moment.timestamp() / seconds, 1)
    here, there = _chance(scene, name, int(turn)), _chance(scene, name, int(turn) + 1)
    eased = (1 - math.cos(math.pi * part)) / 2
    return here + (there - here) * eased


def _chance(*words: object) -> float:
    digest = blake2b("/".join(map(str, words)).encode(), digest_size=4).digest()
    return int.from_bytes(digest, "big") / 2**32


def _daylight(moment: datetime) -> float:
    """What of the light of noon there is, NIGHT–1."""
    at = moment.astimezone(BEIJING)
    hour = at.hour + at.minute / 60 + at.second / 3600
    height = math.sin(math.pi * (hour - 5) / 14) if 5 < hour < 19 else 0.0
    return NIGHT + (1 - NIGHT) * min(height * 1.6, 1.0)


def _lit(moment: datetime, light: float) -> list[int]:
    """Curves for red, green, blue: darker and bluer at night, warm in the early morning and late afternoon."""
    day = _daylight(moment)
    cloud = 0.95 + 0.05 * math.sin(moment.timestamp() / 1700)
    warm = 0.08 * max(0.0, 1 - abs(day - 0.6) / 0.35)
    shares = (1 + warm, 1.0, 1 + 0.12 * (1 - day) - warm)
    return [min(int(value * day * cloud * light * share), 255) for share in shares for value in range(256)]


def _shadow(image: Image.Image, scene: str, moment: datetime, built: float) -> None:
    """The shadow of what stands there goes round with the sun."""
    at = moment.astimezone(BEIJING)
    hour = at.hour + at.minute / 60
    if not 5 < hour < 19 or scene not in places.SHADOWS:
        return
    left, right, foot, tall = places.SHADOWS[scene]
    width, height = image.size
    reach = tall * built * (12 - hour) / 5  # to the west in the morning
    low = foot + 26
    mask = Image.new("L", image.size)
    corners = [(left, foot), (right, foot), (right - reach, low), (left - reach, low)]
    scaled = [(x * width / places.WIDE, y * height / places.TALL) for x, y in corners]
    ImageDraw.Draw(mask).polygon(scaled, fill=56)
    box = mask.getbbox()
    if box:
        dark = Image.new("RGB", (box[2] - box[0], box[3] - box[1]), (30, 34, 36))
        image.paste(dark, box, mask.crop(box))


@lru_cache(maxsize=8)
def _font(height: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(height)


def _burn_clock(image: Image.Image, moment: datetime) -> None:
    width, height = image.size
    words = f"{moment.astimezone(BEIJING):%Y-%m-%d %H:%M:%S}"
    font = _font(max(height // 24, 8))
    pen = ImageDraw.Draw(image)
    box = pen.textbbox((0, 0), words, font=font)
    gap = max(height // 72, 2)
    right, low = width - 2 * gap, height - 2 * gap
    left, top = right - (box[2] - box[0]) - 2 * gap, low - (box[3] - box[1]) - 2 * gap
    pen.rectangle((left, top, right, low), fill=(20, 26, 24))
    pen.text((left + gap - box[0], top + gap - box[1]), words, font=font, fill=(240, 244, 242))
