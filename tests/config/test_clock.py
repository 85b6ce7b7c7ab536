"""钟：真实的拨不动，演示区的任何登录的人都能往后拨。"""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.test import Client

from tests.factories import NOW
from xushi.config import clock
from xushi.flow.models import Day
from xushi.units.models import User

SignIn = Callable[[User], Client]


@pytest.fixture
def demonstration(settings: LazySettings, tmp_path: Path) -> LazySettings:
    settings.XUSHI_NOW = NOW
    settings.XUSHI_HOME = tmp_path
    return settings


def test_real_clock_runs_and_is_not_moved() -> None:
    assert abs(clock.now() - clock.real()) < timedelta(seconds=5)
    with pytest.raises(ValueError, match="不能拨"):
        clock.advance(timedelta(days=1))


def test_demonstration_stands_still_until_moved(demonstration: LazySettings) -> None:
    assert clock.now() == NOW
    clock.advance(timedelta(days=1))
    assert clock.now() == NOW + timedelta(days=1)
    assert clock.real().year >= 2024


def test_visitor_moves_it_on(demonstration: LazySettings, leader_user: User, signed_in: SignIn) -> None:
    client = signed_in(leader_user)
    assert client.post("/clock/", {"by": "week", "next": "/me"})["Location"] == "/me"
    assert clock.now() == NOW + timedelta(weeks=1)
    assert str(Day.objects.get()) == "2018-09-19"
    assert client.post("/clock/", {"by": "year"}).status_code == 400
    assert client.get("/clock/").status_code == 405
    assert client.get("/me").status_code == 200  # the session runs on the real clock


def test_administrators_are_visitors_too(
    demonstration: LazySettings, auditor: User, signed_in: SignIn
) -> None:
    assert signed_in(auditor).post("/clock/", {"by": "day"}).status_code == 302


def test_stranger_without_login_moves_nothing(demonstration: LazySettings, client: Client, db: None) -> None:
    assert client.post("/clock/")["Location"].startswith("/login")
    assert clock.now() == NOW


def test_there_is_no_such_page_outside_the_demonstration(office_user: User, signed_in: SignIn) -> None:
    assert signed_in(office_user).post("/clock/", {"by": "day"}).status_code == 404
