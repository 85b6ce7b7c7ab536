"""画面墙：每个数点开就是那几路；断得多的只说前三路；条带下的钟点照各路的施工时段，同一根轴。"""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import NOW
from tests.sites.builders import add_camera, add_snapshot, site
from xushi.config import clock
from xushi.core.clock import BEIJING, local_day
from xushi.sites import selectors
from xushi.sites.health import lasted
from xushi.sites.models import Camera, CameraState, Outage, Standstill
from xushi.sites.rules import Cause, Standing, State, Verdict
from xushi.sites.strips import axis_of, span_of, strips_of
from xushi.units.models import Unit, User

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
TODAY = local_day(NOW)


@pytest.fixture(autouse=True)
def _morning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


def stands(camera: Camera, state: State, **more: Any) -> None:
    CameraState.objects.update_or_create(camera=camera, defaults={"state": state, "since": NOW} | more)


def out(camera: Camera, minutes: int = 20) -> None:
    stands(camera, State.INTERRUPTED)
    Outage.objects.create(camera=camera, began_at=NOW - timedelta(minutes=minutes), cause=Cause.SILENT)


def test_every_number_of_the_wall_opens_those_cameras(
    subdistrict: Unit, leader_user: User, signed_in: SignIn
) -> None:
    cameras = site(subdistrict, cameras=8)
    fine, dark, idle, stopped, lost, *never = cameras
    for one in (fine, idle, stopped):
        stands(one, State.OK, last_snapshot=add_snapshot(one, NOW, verdict=Verdict.ACTIVE))
    stands(dark, State.OK, last_snapshot=add_snapshot(dark, NOW, verdict=Verdict.UNKNOWN, why="画面过暗"))
    out(lost)
    for one, state in ((idle, Standing.HINT), (stopped, Standing.CONFIRMED)):
        Standstill.objects.create(project=one.project, camera=one, since=TODAY, state=state, noticed_at=NOW)
    client, told = signed_in(leader_user), selectors.counts(leader_user)
    expected = {
        "fine": [fine, idle, stopped], "dark": [dark], "out": [lost], "idle": [idle], "stopped": [stopped],
        "never": never,
    }  # fmt: skip
    page = client.get(reverse("sites:wall")).content.decode()
    for show, held in expected.items():
        answer = client.get(reverse("sites:wall"), {"show": show})
        assert [one.camera for one in answer.context["tiles"]] == held
        assert answer.context["page"].paginator.count == getattr(told, show) == len(held)
        assert f'href="?show={show}"' in page
    assert client.get(reverse("sites:wall"), {"show": "odd"}).context["page"].paginator.count == 8


def test_where_all_are_out_the_sentence_names_three(
    subdistrict: Unit, leader_user: User, signed_in: SignIn
) -> None:
    for one in site(subdistrict, cameras=5):
        out(one)
    Outage.objects.filter(camera__name="机位1").update(began_at=NOW - timedelta(days=1))
    told = signed_in(leader_user).get(reverse("sites:wall")).content.decode()
    assert (told.count("8:10起"), told.count("9月11日8:30起")) == (2, 1)
    assert "等5路" in told


def test_an_outage_that_has_just_begun_lasts_no_zero_minutes() -> None:
    assert lasted(NOW - timedelta(seconds=20), NOW) == "不到1分钟"
    assert lasted(NOW - timedelta(seconds=60), NOW) == "1分钟"


def kept_hours(camera: Camera, begins: int, ends: int) -> Camera:
    camera.works_from, camera.works_to = time(begins), time(ends)
    camera.save()
    return camera


def test_the_times_under_a_strip_are_those_of_its_hours(subdistrict: Unit) -> None:
    [camera] = site(subdistrict)
    day_before = TODAY - timedelta(days=1)
    assert [(one.word, one.at) for one in axis_of([camera], day_before, NOW)] == [
        ("6:00", 0), ("9:00", 25), ("12:00", 50), ("15:00", 75), ("18:00", 100),
    ]  # fmt: skip
    kept_hours(camera, 7, 19)
    assert [one.word for one in axis_of([camera], day_before, NOW)] == [
        "7:00",
        "9:00",
        "12:00",
        "15:00",
        "19:00",
    ]


def test_now_is_written_and_nothing_over_it(subdistrict: Unit) -> None:
    [camera] = site(subdistrict)
    told = axis_of([camera], TODAY, datetime(2018, 9, 12, 8, 30, tzinfo=BEIJING))
    assert [(one.word, one.is_now) for one in told] == [
        ("6:00", False), ("8:30", True), ("12:00", False), ("15:00", False), ("18:00", False),
    ]  # fmt: skip
    night = axis_of([camera], TODAY, datetime(2018, 9, 12, 21, 0, tzinfo=BEIJING))
    assert not any(one.is_now for one in night)


def test_strips_of_different_hours_stand_on_one_axis(subdistrict: Unit) -> None:
    """At noon a picture lies in the middle of 6:00–18:00, whatever hours its camera keeps."""
    long, short = site(subdistrict, cameras=2)
    kept_hours(short, 9, 15)
    noon = datetime(TODAY.year, TODAY.month, TODAY.day, 12, tzinfo=BEIJING)
    for one in (long, short):
        add_snapshot(one, noon, verdict=Verdict.ACTIVE)
    Outage.objects.create(
        camera=short, began_at=noon - timedelta(hours=5), ended_at=noon - timedelta(hours=1, minutes=30),
        cause=Cause.SILENT,
    )  # fmt: skip
    later = noon + timedelta(hours=2)
    span = span_of([long, short])
    assert (span.begins, span.ends) == (time(6), time(18))
    first, second = strips_of([long, short], TODAY, later)
    assert first.active[:5] == second.active[:5] == "M500 "
    assert second.hatched == [(250, 125)]  # from nine, when it begins to look, to half past ten
    assert add_camera(long.project, name="第三路").hours.begins == time(6)
