"""动静的判断：光变了不算，抖了不算，成块的变化才算；看不清就是看不清；一天看三张。"""

import io
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from PIL import Image

from tests.factories import NOW
from tests.sites.builders import add_snapshot, site
from xushi.core.clock import BEIJING, local_day
from xushi.sites.activity_rules import DayCount, day_verdict, due_in
from xushi.sites.models import Camera, CameraDay, Snapshot
from xushi.sites.rules import Hours, Verdict
from xushi.sites.scenes import SCENES, draw
from xushi.units.models import Unit

cv2 = pytest.importorskip("cv2", reason="没装 OpenCV（requirements/video.txt），判动静的测试跳过")
np = pytest.importorskip("numpy")

from xushi.sites import activity  # noqa: E402
from xushi.sites.activity_look import Look, look, mask_of  # noqa: E402

MORNING = datetime(2018, 8, 1, 9, 0, tzinfo=BEIJING)
FIVE = timedelta(minutes=5)


def drawn(scene: str, at: datetime, *, working: bool, light: float = 1.0) -> Image.Image:
    return draw(scene, at, progress=0.5, working=working, light=light)


def grey(image: Image.Image) -> object:
    return np.asarray(image.convert("L"))


def looked(scene: str, *, working: bool, count: int = 12, light: float = 1.0) -> list[Look]:
    pictures = [grey(drawn(scene, MORNING + n * FIVE, working=working, light=light)) for n in range(count)]
    return [look(pictures[max(n - 3, 0) : n], pictures[n]) for n in range(1, count)]


def verdicts(found: Sequence[Look]) -> set[Verdict]:
    return {one.verdict for one in found}


@pytest.mark.parametrize("scene", SCENES)
def test_an_hour_of_work_is_seen_and_an_idle_hour_is_not(scene: str) -> None:
    """The clock in the corner, the shadows and the light go on all the while."""
    assert sum(one.verdict == Verdict.ACTIVE for one in looked(scene, working=True)) >= 3
    assert verdicts(looked(scene, working=False)) == {Verdict.STILL}


def test_an_idle_site_from_dawn_to_dusk_stays_still() -> None:
    pictures = [grey(drawn("tower", MORNING.replace(hour=6) + n * FIVE, working=False)) for n in range(144)]
    found = [look(pictures[max(n - 3, 0) : n], pictures[n]) for n in range(1, 144)]
    assert Verdict.ACTIVE not in verdicts(found)


def changed(way: str) -> Look:
    """The same idle site, the last picture put through one more change."""
    before = [grey(drawn("factory", MORNING, working=False))] * 3
    values = before[-1].astype(np.float32)  # type: ignore[attr-defined]
    rng = np.random.default_rng(5)
    height, width = values.shape
    ways = {
        "brighter": lambda: values * 1.5,
        "darker": lambda: values * 0.5,
        "gamma": lambda: 255 * (values / 255) ** 1.6,
        "slope": lambda: values * np.linspace(0.6, 1.3, width),
        "noise": lambda: values + rng.normal(0, 5, values.shape),
        "shake": lambda: np.roll(values, (3, -5), (0, 1)),
        "shadow": lambda: values * (1 - 0.4 * cv2.GaussianBlur(_block(height, width), (0, 0), 5)),
    }  # fmt: skip
    return look(before, np.clip(ways[way](), 0, 255).astype(np.uint8))


def _block(height: int, width: int) -> object:
    block = np.zeros((height, width), np.float32)
    block[100:260, 60:420] = 1
    return block


@pytest.mark.parametrize("way", ["brighter", "darker", "gamma", "slope", "noise", "shake", "shadow"])
def test_light_noise_and_shake_are_no_work(way: str) -> None:
    assert changed(way).verdict == Verdict.STILL


@pytest.mark.parametrize(("picture", "why"), [
    (np.full((360, 640), 8, np.uint8), "过暗"),
    (np.full((360, 640), 250, np.uint8), "过亮"),
    (np.full((360, 640), 120, np.uint8), "一片"),
])  # fmt: skip
def test_what_cannot_be_read_is_unknown(picture: object, why: str) -> None:
    before = [grey(drawn("road", MORNING, working=True))] * 3
    found = look(before, picture)  # type: ignore[arg-type]
    assert found.verdict == Verdict.UNKNOWN
    assert found.score is None
    assert why in found.why


def test_a_blurred_picture_is_unknown_however_much_goes_on() -> None:
    before = [grey(drawn("tower", MORNING + n * FIVE, working=True)) for n in range(3)]
    blurred = cv2.GaussianBlur(grey(drawn("tower", MORNING + 3 * FIVE, working=True)), (0, 0), 9)
    assert look(before, blurred).verdict == Verdict.UNKNOWN
    assert "模糊" in look(before, blurred).why


def test_a_dark_site_is_unknown_all_day() -> None:
    assert verdicts(looked("road", working=True, light=0.06)) == {Verdict.UNKNOWN}


def test_without_a_picture_before_it_there_is_nothing_to_say() -> None:
    assert look([], grey(drawn("pit", MORNING, working=True))).verdict == Verdict.UNKNOWN


def test_another_view_is_unknown_not_active() -> None:
    before = [grey(drawn("pit", MORNING + n * FIVE, working=False)) for n in range(3)]
    view = np.roll(before[-1], (30, 90), (0, 1))  # type: ignore[arg-type]
    assert look(before, view).verdict == Verdict.UNKNOWN


def test_what_is_masked_is_not_looked_at() -> None:
    street = [grey(drawn("factory", MORNING, working=False))] * 3
    passing = street[-1].copy()  # type: ignore[attr-defined]
    passing[280:312, 300:360] = 30
    passing[286:300, 310:330] = 220
    found = look(street, passing)
    assert found.verdict == Verdict.ACTIVE
    [blob] = found.blobs[:1]
    assert 0.4 < blob.left < 0.6
    hidden = mask_of([[[0, 0.7], [1, 0.7], [1, 1], [0, 1]]], (640, 360))
    assert look(street, passing, hidden).verdict == Verdict.STILL
    everything = mask_of([[[0, 0], [1, 0], [1, 1], [0, 1]]], (640, 360))
    assert look(street, passing, everything).verdict == Verdict.UNKNOWN
    assert mask_of([], (640, 360)) is None


@pytest.mark.parametrize(("count", "expected"), [
    (DayCount(144, 3, 0, 144), Verdict.ACTIVE),
    (DayCount(144, 2, 0, 144), Verdict.STILL),
    (DayCount(3, 3, 0, 144), Verdict.ACTIVE),  # three are enough, whatever else was not seen
    (DayCount(144, 0, 73, 144), Verdict.UNKNOWN),  # more than half could not be read
    (DayCount(144, 0, 72, 144), Verdict.STILL),
    (DayCount(71, 0, 0, 144), Verdict.UNKNOWN),  # an outage took more than half of the day
    (DayCount(0, 0, 0, 144), Verdict.UNKNOWN),
    (DayCount(0, 0, 0, 1), Verdict.UNKNOWN),
])  # fmt: skip
def test_a_day_is_what_was_seen_of_it(count: DayCount, expected: Verdict) -> None:
    assert day_verdict(count) == expected


def test_how_many_pictures_a_day_should_have() -> None:
    assert due_in(Hours(time(6), time(18)), 5) == 144
    assert due_in(Hours(time(6), time(6, 1)), 5) == 1


def kept(camera: Camera, at: datetime, image: Image.Image) -> Snapshot:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=80)
    made = add_snapshot(camera, at, "", width=image.width, height=image.height)
    file = Path(settings.MEDIA_ROOT) / made.path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(out.getvalue())
    return made


@pytest.mark.django_db
def test_each_snapshot_is_judged_and_counted_once(subdistrict: Unit) -> None:
    [camera] = site(subdistrict)
    taken = [kept(camera, at, drawn("tower", at, working=True)) for at in (NOW + n * FIVE for n in range(6))]
    for one in [*taken, taken[-1]]:  # the last one twice
        activity.judge_snapshot(snapshot=one, now=NOW)
    day = CameraDay.objects.get(camera=camera, day=local_day(NOW))
    assert (day.looked, day.active + day.unknown) == (6, 6)
    assert day.unknown == 1  # the first had nothing before it
    assert day.verdict == Verdict.ACTIVE
    assert day.last_active_at == taken[-1].taken_at
    last = Snapshot.objects.get(pk=taken[-1].pk)
    assert last.verdict == Verdict.ACTIVE
    assert last.activity is not None


@pytest.mark.django_db
def test_outside_the_hours_a_picture_does_not_count(subdistrict: Unit) -> None:
    [camera] = site(subdistrict)
    late = NOW + timedelta(hours=12)
    for n in range(4):
        one = kept(camera, late + n * FIVE, drawn("tower", MORNING + n * FIVE, working=True))
        activity.judge_snapshot(snapshot=one, now=late)
    assert CameraDay.objects.get(camera=camera).looked == 0


@pytest.mark.django_db
def test_a_file_that_is_gone_is_unknown(subdistrict: Unit) -> None:
    [camera] = site(subdistrict)
    gone = add_snapshot(camera, NOW, "")
    found = activity.judge_snapshot(snapshot=gone, now=NOW)
    assert (found.verdict, found.why) == (Verdict.UNKNOWN, "画面文件打不开")
