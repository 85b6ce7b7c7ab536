"""通断：一分钟算中断，十分钟、一小时、一天各告诉一次，一个现场合成一条，恢复了解除。"""

from datetime import timedelta

import pytest

from tests.factories import NOW
from tests.sites.builders import site
from xushi.alerts.models import Alert
from xushi.alerts.rules import Cause as AlertCause
from xushi.journal.models import Event
from xushi.progress.warnings import refresh_alerts
from xushi.sites import health
from xushi.sites.health import Seen
from xushi.sites.models import Camera, CameraState, Outage
from xushi.sites.rules import Cause, State
from xushi.units.models import Unit

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def fine(*cameras: Camera, after: timedelta = timedelta()) -> None:
    at = NOW + after
    health.note({one.pk: Seen(at) for one in cameras}, now=at)


def lost(*cameras: Camera, after: timedelta, cause: Cause = Cause.UNREACHABLE) -> None:
    at = NOW + after
    health.note({one.pk: Seen(at, cause) for one in cameras}, now=at)


def events(verb: str) -> list[str]:
    return list(
        Event.objects.filter(verb=f"sites.outage.{verb}").order_by("pk").values_list("summary", flat=True)
    )


def test_less_than_a_minute_is_no_outage(subdistrict: Unit) -> None:
    [camera] = site(subdistrict)
    fine(camera)
    lost(camera, after=timedelta(seconds=59))
    state = CameraState.objects.get(camera=camera)
    assert (state.state, state.cause) == (State.OK, Cause.UNREACHABLE)
    assert not Outage.objects.exists()


def test_an_outage_counts_from_the_last_picture(subdistrict: Unit) -> None:
    [camera] = site(subdistrict)
    fine(camera)
    lost(camera, after=MINUTE)
    outage = Outage.objects.get()
    assert (outage.began_at, outage.cause, outage.ended_at) == (NOW, Cause.UNREACHABLE, None)
    lost(camera, after=2 * MINUTE, cause=Cause.PASSWORD)
    outage.refresh_from_db()
    assert outage.cause == Cause.PASSWORD
    assert events("began") == ["博郡项目：机位1中断"]


def test_told_after_ten_minutes_an_hour_and_a_day_and_never_twice(subdistrict: Unit) -> None:
    [camera] = site(subdistrict)
    fine(camera)
    lost(camera, after=MINUTE)
    asked = (9, 10, 11, 59, 60, 600, 1439, 1440, 5000)
    assert [minutes for minutes in asked if health.tell(now=NOW + minutes * MINUTE)] == [10, 60, 1440]
    assert events("told")[0] == "博郡项目：机位1中断10分钟，断线：摄像头没有应答，网络不通。"
    alert = Alert.objects.open().get(cause=AlertCause.CAMERA_OUT)
    assert (alert.level, alert.note, alert.subject_name) == ("red", "机位1中断，断线", "博郡项目")


def test_a_whole_site_is_one_telling_and_one_alert(subdistrict: Unit) -> None:
    cameras = site(subdistrict, cameras=3)
    fine(*cameras)
    lost(*cameras, after=MINUTE)
    assert health.tell(now=NOW + 10 * MINUTE) == 1
    assert events("told") == ["博郡项目：全部3路中断10分钟，断线：摄像头没有应答，网络不通。"]
    assert Alert.objects.open().get(cause=AlertCause.CAMERA_OUT).note == "全部3路中断，断线"
    fine(cameras[0], after=12 * MINUTE)
    assert Alert.objects.open().get(cause=AlertCause.CAMERA_OUT).note == "机位2、机位3中断，断线"


def test_recovery_is_told_where_the_outage_was(subdistrict: Unit) -> None:
    [camera] = site(subdistrict)
    fine(camera)
    lost(camera, after=MINUTE)
    fine(camera, after=3 * MINUTE)
    assert (events("ended"), events("passed")) == ([], ["博郡项目：机位1恢复"])
    lost(camera, after=5 * MINUTE)
    health.tell(now=NOW + 15 * MINUTE)
    fine(camera, after=16 * MINUTE)
    assert events("ended") == ["博郡项目：机位1恢复"]
    assert not Alert.objects.open().filter(cause=AlertCause.CAMERA_OUT).exists()
    assert not Outage.objects.open().exists()


def test_a_clock_that_stands_still_hides_no_outage(subdistrict: Unit) -> None:
    [camera] = site(subdistrict)
    fine(camera)
    health.note({camera.pk: Seen(NOW, Cause.SILENT, silent=timedelta(seconds=61))}, now=NOW)
    assert CameraState.objects.get(camera=camera).state == State.INTERRUPTED


def test_a_camera_that_never_gave_a_picture_is_not_yet_connected(subdistrict: Unit) -> None:
    [camera] = site(subdistrict)
    lost(camera, after=timedelta(days=2), cause=Cause.PASSWORD)
    state = CameraState.objects.get(camera=camera)
    assert (state.state, state.cause) == (State.NEVER, Cause.PASSWORD)
    assert not Outage.objects.exists()


def test_a_stream_that_no_browser_plays_is_said_without_an_outage(subdistrict: Unit) -> None:
    [camera] = site(subdistrict)
    health.note({camera.pk: Seen(NOW, warning="HEVC")}, now=NOW)
    state = CameraState.objects.get(camera=camera)
    assert (state.state, state.cause, state.words) == (State.OK, Cause.CODEC, "HEVC")


def test_an_alert_of_the_cameras_outlives_the_judgement_of_the_figures(subdistrict: Unit) -> None:
    [camera] = site(subdistrict)
    fine(camera)
    lost(camera, after=MINUTE)
    health.tell(now=NOW + 10 * MINUTE)
    refresh_alerts(now=NOW + 20 * MINUTE)
    assert Alert.objects.open().filter(cause=AlertCause.CAMERA_OUT).exists()
