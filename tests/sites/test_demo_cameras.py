"""演示区的摄像头：画下来的和模拟摄像头播的是同一个工地；停着的那处，模拟的也没动静。"""

from datetime import datetime, timedelta

import numpy as np
import pytest

from xushi.core.clock import BEIJING
from xushi.demo.sites import SIZE, TODAY, jpeg_of, way_of
from xushi.demo.sites_rows import SITES, Site
from xushi.sites import scenes
from xushi.sites.rules import Verdict
from xushi.sites.sim.modes import Mode, part_of
from xushi.sites.sim.picture import Picture, Spec

cv2 = pytest.importorskip("cv2", reason="没装 OpenCV（requirements/video.txt），动静的测试跳过")
AT = datetime(2018, 9, 12, 8, 30, tzinfo=BEIJING)
IDLE = [(number, site) for number, site in enumerate(SITES, 1) if site.idle_from]


def simulated(site: Site, number: int, at: datetime) -> np.ndarray:
    part = part_of(way_of(site, number), Mode.MOVING)
    frame, _ = Picture(part, Spec(*SIZE), lambda: at, with_bars=False).at_once()
    return frame


def test_every_simulated_camera_shows_its_own_scene_as_far_as_it_is_built() -> None:
    for number, site in enumerate(SITES, 1):
        part = part_of(way_of(site, number), Mode.MOVING)
        assert (part.scene, part.number) == (site.scene, number)
        assert part.built is not None
        assert abs(part.built - site.built) < 0.001 or site.idle_from


@pytest.mark.parametrize(("number", "site"), IDLE)
def test_the_idle_site_is_the_same_picture_drawn_and_simulated(number: int, site: Site) -> None:
    kept = cv2.imdecode(
        np.frombuffer(jpeg_of(site, AT, light=1.0, working=False), np.uint8), cv2.IMREAD_COLOR
    )
    live = simulated(site, number, AT)[:, :, ::-1]
    assert np.abs(kept.astype(int) - live.astype(int)).mean() < 3


@pytest.mark.parametrize(("number", "site"), IDLE)
@pytest.mark.parametrize("later", [15, 30, 60])
def test_what_the_simulated_camera_adds_to_an_idle_day_is_still(number: int, site: Site, later: int) -> None:
    from xushi.sites.activity_look import look

    begun = datetime.combine(TODAY, datetime.min.time(), tzinfo=BEIJING) + timedelta(hours=8)
    before = [
        cv2.imdecode(np.frombuffer(jpeg_of(site, begun + timedelta(minutes=m), light=1.0, working=False), np.uint8), 0)
        for m in (5, 10, 15)
    ]  # fmt: skip
    now = cv2.cvtColor(simulated(site, number, begun + timedelta(minutes=15 + later)), cv2.COLOR_RGB2GRAY)
    found = look(before, now)
    assert (found.verdict, found.score) == (Verdict.STILL, found.score)
    assert (found.score or 0) < 1


def test_nobody_is_drawn_where_nobody_works() -> None:
    """Whatever the hour, what stands still on a road is the same picture but for its light."""
    noon = AT.replace(hour=12, minute=0)
    one = scenes.draw("road", noon, progress=0.37, working=False, clock=False)
    other = scenes.draw("road", noon + timedelta(seconds=30), progress=0.37, working=False, clock=False)
    assert np.abs(np.asarray(one).astype(int) - np.asarray(other).astype(int)).max() <= 2
