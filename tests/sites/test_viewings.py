"""看过直播的记录：一个人一路，十分钟内接着看还是那一行；没用的票按真的钟收掉；没人看了，平台那边也停。"""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.factories import NOW
from tests.sites.builders import add_camera, server, site
from tests.sites.test_sources import Platform, national
from xushi.journal.actions import Actor
from xushi.sites.live import channel, process
from xushi.sites.live.embedded import Embedded
from xushi.sites.live.engine import Want
from xushi.sites.live.viewings import UNUSED, Strays, begin_viewing, end_forgotten, end_viewings, redeem
from xushi.sites.models import Camera, Viewing
from xushi.units.models import Unit, User

pytestmark = pytest.mark.django_db


def begin(camera: Camera, user: User, key: str, at: datetime) -> None:
    begin_viewing(camera=camera, user=user, session_key="s", key=key, sub=False, by=Actor(by=user), now=at)


def test_who_comes_back_within_ten_minutes_goes_on_in_the_same_row(
    subdistrict: Unit, office_user: User, leader_user: User
) -> None:
    first, second = site(subdistrict, cameras=2)
    begin(first, office_user, "k1", NOW)
    assert redeem(key="k1")
    end_viewings(keys=["k1"], why="看的人离开了", now=NOW + timedelta(minutes=3))
    begin(first, office_user, "k2", NOW + timedelta(minutes=12))
    held = Viewing.objects.get()
    assert (held.key, held.began_at, held.ended_at, held.ended_why) == ("k2", NOW, None, "")
    assert redeem(key="k2")
    end_viewings(keys=["k2"], why="看的人离开了", now=NOW + timedelta(minutes=20))
    begin(first, office_user, "k3", NOW + timedelta(minutes=31))
    begin(second, office_user, "k4", NOW + timedelta(minutes=31))
    begin(first, leader_user, "k5", NOW + timedelta(minutes=31))
    assert Viewing.objects.count() == 4


def test_what_is_still_watched_is_not_taken_over(subdistrict: Unit, office_user: User) -> None:
    [camera] = site(subdistrict)
    begin(camera, office_user, "k1", NOW)
    assert redeem(key="k1")
    begin(camera, office_user, "k2", NOW)
    assert sorted(Viewing.objects.values_list("key", flat=True)) == ["k1", "k2"]


def test_an_unused_ticket_ends_though_the_clock_of_the_product_stands(
    subdistrict: Unit, office_user: User
) -> None:
    [camera] = site(subdistrict)
    strays = Strays()
    for key in ("used", "unused"):
        begin(camera, office_user, key, NOW)
    for real, ended in ((0.0, 0), (UNUSED - 1, 0), (UNUSED + 1, 1), (UNUSED + 9, 0)):
        assert end_forgotten(known={"used"}, strays=strays, real=real, now=NOW) == ended
    assert Viewing.objects.get(ended_at=None).key == "used"


def test_the_platform_is_told_once_nobody_watches(subdistrict: Unit) -> None:
    platform, rested = Platform(), "/api/play/stop/34020000001320000001/34020000001310000001"
    with server(platform.answers | {rested: platform.play}) as (port, asked):
        held = national(subdistrict, port)
        plain = add_camera(held.project, "西门", port=port)
        process.let_rest(Want(plain.pk))
        assert not asked
        process.let_rest(Want(held.pk))
    assert [path for path in asked if path.startswith("/api/play")] == [rested]


class NoPull:
    """A connection that brings nothing."""

    lag = 0.0
    running = stuck = False

    def __init__(self, *_: Any, **__: Any) -> None:
        """Nothing is opened."""

    def stop(self) -> None:
        """Nothing was begun."""


def test_a_camera_rests_when_its_last_stream_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channel, "LINGER", 0.1)
    monkeypatch.setattr(channel, "LOOK", 0.05)
    monkeypatch.setattr(channel, "Pull", NoPull)
    rested: list[Want] = []

    async def scenario() -> None:
        async def begun(want: Want) -> str:
            return "rtsp://127.0.0.1/x"

        async def over(want: Want) -> None:
            rested.append(want)

        loop = asyncio.get_running_loop()
        engine = Embedded(begun, loop.time, over)
        main, sub = engine.channel(Want(1)), engine.channel(Want(1, sub=True))
        for _ in range(12):
            sub._touched = loop.time()
            await asyncio.sleep(0.05)
        assert main.ended
        assert not rested
        await asyncio.sleep(0.5)
        assert sub.ended
        assert rested == [Want(1, sub=True)]
        await engine.close()

    asyncio.run(scenario())
