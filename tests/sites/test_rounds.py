"""巡看：到点才拍、一处一张、同一帧不算新的、磁盘满只停拍、慢的和坏的不拖别的路。"""

from collections.abc import Callable
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from django.conf import settings

from tests.factories import NOW
from tests.sites.builders import add_snapshot, frame, site
from xushi.alerts.models import Alert
from xushi.alerts.rules import Cause as AlertCause
from xushi.journal.models import Event
from xushi.sites.frames import Frame
from xushi.sites.models import Camera, CameraState, Outage, Snapshot
from xushi.sites.rounds import Rounds
from xushi.sites.rules import Cause, State, Verdict
from xushi.sites.source import SourceError
from xushi.sites.thinning import choose_keepers, thin
from xushi.units.models import Unit

pytestmark = pytest.mark.django_db
SHADES = count(10)


@pytest.fixture(autouse=True)
def unjudged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xushi.sites.rounds.judged", lambda snapshot, *, now: None)


def fresh(_: Camera) -> Frame:
    return frame(next(SHADES))


def failing(cause: Cause) -> Callable[[Camera], Frame]:
    def grab(_: Camera) -> Frame:
        raise SourceError(cause)

    return grab


class Clock:
    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> object:
        return self.at

    def ticks(self) -> float:
        return self.at.timestamp()


def rounds(clock: Clock, grab: Callable[[Camera], Frame] = fresh) -> Rounds:
    return Rounds(now=clock, grab=grab, ticks=clock.ticks)  # type: ignore[arg-type]


def test_a_picture_every_five_minutes_within_the_hours(subdistrict: Unit) -> None:
    [camera] = site(subdistrict)
    clock = Clock()
    taking = rounds(clock)
    taken = []
    for minutes in (0, 1, 4, 5, 9, 10, 600):
        clock.at = NOW + timedelta(minutes=minutes)
        taking.look(wait=True)
        taken.append(Snapshot.objects.count())
    assert taken == [1, 1, 1, 2, 2, 3, 3]  # 18:30 is past the hours
    newest = Snapshot.objects.order_by("-taken_at").first()
    assert newest is not None
    assert (Path(settings.MEDIA_ROOT) / newest.path).read_bytes()[:2] == b"\xff\xd8"
    state = CameraState.objects.get(camera=camera)
    assert (state.state, state.last_snapshot) == (State.OK, newest)


def test_the_very_same_picture_is_no_picture(subdistrict: Unit) -> None:
    [camera] = site(subdistrict)
    clock = Clock()
    taking = rounds(clock, lambda _: frame(50))
    taking.look(wait=True)
    clock.at = NOW + timedelta(minutes=5)
    taking.look(wait=True)
    assert Snapshot.objects.count() == 1
    assert len(list((Path(settings.MEDIA_ROOT) / "cameras").rglob("*.jpg"))) == 1
    state = CameraState.objects.get(camera=camera)
    assert (state.state, state.cause) == (State.INTERRUPTED, Cause.STALE)


def test_one_bad_camera_holds_up_none_of_the_others(subdistrict: Unit) -> None:
    good, bad = site(subdistrict, cameras=2)

    def grab(camera: Camera) -> Frame:
        if camera == bad:
            raise ValueError("odd")
        return fresh(camera)

    rounds(Clock(), grab).look(wait=True)
    assert list(Snapshot.objects.values_list("camera", flat=True)) == [good.pk]
    assert CameraState.objects.get(camera=bad).cause == Cause.OTHER


def test_a_full_disk_stops_the_pictures_and_nothing_else(subdistrict: Unit, settings: object) -> None:
    site(subdistrict, cameras=2)
    clock = Clock()
    settings.XUSHI_SNAPSHOT_SPARE = 10**18  # type: ignore[attr-defined]
    taking = rounds(clock)
    taking.look(wait=True)
    assert not Snapshot.objects.exists()
    alert = Alert.objects.open().get(cause=AlertCause.SNAPSHOTS_STOPPED)
    assert alert.subject_name == "快照存放的磁盘"
    assert Event.objects.filter(verb="sites.snapshots.stopped").count() == 1
    assert set(CameraState.objects.values_list("state", flat=True)) == {State.OK}
    settings.XUSHI_SNAPSHOT_SPARE = 0  # type: ignore[attr-defined]
    rounds(clock).look(wait=True)
    assert Snapshot.objects.count() == 2
    assert not Alert.objects.open().filter(cause=AlertCause.SNAPSHOTS_STOPPED).exists()


def test_a_camera_that_fails_is_interrupted_and_told_of(subdistrict: Unit) -> None:
    [camera] = site(subdistrict)
    clock = Clock()
    bad = iter([fresh, *[failing(Cause.PASSWORD)] * 9])

    def grab(one: Camera) -> Frame:
        return next(bad)(one)

    taking = rounds(clock, grab)
    outages = []
    for minutes in (0, 1, 2, 11):
        clock.at = NOW + timedelta(minutes=minutes)
        taking.look(wait=True)
        outages.append(Outage.objects.count())
    assert outages == [0, 1, 1, 1]
    assert (Outage.objects.get().cause, Outage.objects.get().began_at) == (Cause.PASSWORD, NOW)
    assert Alert.objects.open().get(cause=AlertCause.CAMERA_OUT).note == "机位1中断，密码错误"


def test_while_nobody_looked_nothing_is_known(subdistrict: Unit) -> None:
    site(subdistrict)
    clock = Clock()
    rounds(clock).look(wait=True)
    clock.at = NOW + timedelta(hours=5)
    begun = rounds(clock, failing(Cause.UNREACHABLE))
    begun.look(wait=True)
    assert not Outage.objects.exists()
    clock.at += timedelta(minutes=2)
    begun.look(wait=True)
    assert Outage.objects.get().began_at == NOW + timedelta(hours=5)


def test_after_the_days_one_picture_a_day_stays(subdistrict: Unit) -> None:
    [camera] = site(subdistrict)
    old = NOW - timedelta(days=31)
    first = [add_snapshot(camera, old + timedelta(minutes=5 * n)) for n in range(24)]  # 8:30 … 10:25
    held = first[3]
    Snapshot.objects.filter(pk=held.pk).update(held_at=NOW)
    Snapshot.objects.filter(pk=first[18].pk).update(verdict=Verdict.UNKNOWN)  # ten o'clock, but dark
    recent = add_snapshot(camera, NOW - timedelta(days=29))
    today = add_snapshot(camera, NOW)
    assert thin(NOW) == 22
    assert set(Snapshot.objects.all()) == {held, first[17], recent, today}
    assert set(Snapshot.objects.filter(keeper=True)) == {first[17], recent}
    assert (thin(NOW), choose_keepers(NOW.date())) == (0, 0)
    assert "删去22张" in Event.objects.get(verb="sites.snapshots.thinned").summary
