"""画出来的工地：同一时刻同一张，有人施工才动，夜里暗，盖多少画多少，够快。"""

from datetime import datetime, timedelta
from time import process_time

import pytest
from PIL import Image, ImageChops, ImageStat

from xushi.core.clock import BEIJING
from xushi.sites.scenes import SCENES, draw

AT = datetime(2018, 9, 12, 8, 30, tzinfo=BEIJING)


def picture(scene: str = "tower", at: datetime = AT, **more: object) -> Image.Image:
    columns: dict[str, object] = {"progress": 0.5, "working": True, "clock": False} | more
    return draw(scene, at, **columns)  # type: ignore[arg-type]


def difference(one: Image.Image, other: Image.Image) -> float:
    return sum(ImageStat.Stat(ImageChops.difference(one, other)).mean)


def brightness(image: Image.Image) -> float:
    return ImageStat.Stat(image.convert("L")).mean[0]


@pytest.mark.parametrize("scene", SCENES)
def test_the_same_moment_is_the_same_picture(scene: str) -> None:
    assert picture(scene).tobytes() == picture(scene).tobytes()
    assert picture(scene).size == (640, 360)


@pytest.mark.parametrize("scene", SCENES)
def test_only_work_moves_the_machines(scene: str) -> None:
    """Noon and a second later have the same light: what is left is what moved."""
    noon = AT.replace(hour=12, minute=0)
    later = noon + timedelta(minutes=5)
    lit = {"light": 1.0}
    parked = difference(
        picture(scene, noon, working=False, **lit), picture(scene, later, working=False, **lit)
    )
    moved = difference(picture(scene, noon, **lit), picture(scene, later, **lit))
    assert moved > parked


@pytest.mark.parametrize("scene", SCENES)
def test_progress_is_seen(scene: str) -> None:
    early, late = picture(scene, progress=0.1, working=False), picture(scene, progress=0.9, working=False)
    assert difference(early, late) > 3


def test_night_is_dark_and_less_light_darker() -> None:
    assert brightness(picture(at=AT.replace(hour=22))) < 0.4 * brightness(picture())
    assert brightness(picture(light=0.1)) < 20
    assert brightness(picture(light=0)) == 0


def test_the_clock_is_burnt_in_at_the_lower_right() -> None:
    box = ImageChops.difference(picture(), picture(clock=True)).getbbox()
    assert box is not None
    assert box[0] > 400
    assert box[1] > 320


def test_a_scene_that_is_not_there_is_named() -> None:
    with pytest.raises(ValueError, match="没有“moon”这个场景"):
        picture("moon")


def test_a_picture_takes_less_than_fifteen_milliseconds() -> None:
    picture()
    began = process_time()
    for minute in range(30):
        picture(SCENES[minute % len(SCENES)], AT + timedelta(minutes=minute), progress=minute / 30)
    assert (process_time() - began) / 30 < 0.015
