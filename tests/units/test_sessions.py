"""登录在哪几处：看得到、退得掉；最长多久；只许一处；首次登录先改密码。"""

import time
from collections.abc import Callable

import pytest
from django.conf import LazySettings
from django.contrib.sessions.models import Session
from django.test import Client

from tests.factories import NOW, PASSWORD, UserFactory
from xushi.config import clock
from xushi.journal.models import Event
from xushi.units import sessions
from xushi.units.middleware import OPENED
from xushi.units.models import Role, SignedIn, Unit, User
from xushi.units.second import OWED

SignIn = Callable[[User], Client]


def through_the_door(user: User, agent: str = "Mozilla/5.0 (Windows NT 10.0)") -> Client:
    client = Client(headers={"user-agent": agent})
    answer = client.post("/login", {"username": user.username, "password": PASSWORD})
    assert answer.status_code == 302
    return client


@pytest.mark.parametrize(("agent", "words"), [
    ("Mozilla/5.0 (Linux; Android 12) wxwork/4.1 MicroMessenger/7.0", "企业微信·安卓手机"),
    ("Mozilla/5.0 (iPhone; CPU iPhone OS 14_0) DingTalk/7.0", "钉钉·苹果手机"),
    ("Mozilla/5.0 (Windows NT 10.0; Win64)", "Windows电脑"),
    ("curl/8", "别的设备"), ("", "没说的设备"),
])  # fmt: skip
def test_devices_are_called_as_people_call_them(agent: str, words: str) -> None:
    assert sessions.device_of(agent) == words


def test_each_place_is_seen_and_one_is_ended(office_user: User) -> None:
    here = through_the_door(office_user)
    there = through_the_door(office_user, "Mozilla/5.0 (Linux; Android 12) DingTalk/7.0")
    page = here.get("/me").content.decode()
    assert "登录在2处" in page and "钉钉·安卓手机" in page and page.count("就是这里") == 1
    row = SignedIn.objects.get(device__startswith="钉钉")
    assert here.post("/me/sessions/end", {"place": row.pk})["Location"] == "/me"
    assert there.get("/me").status_code == 302 and here.get("/me").status_code == 200
    assert Event.objects.get(verb="units.session.ended").subject_id == office_user.pk


def test_all_others_are_ended_and_this_one_stays(office_user: User) -> None:
    here, *others = (through_the_door(office_user) for _ in range(3))
    here.post("/me/sessions/end")
    assert here.get("/me").status_code == 200
    assert [other.get("/me").status_code for other in others] == [302, 302]


def test_the_session_of_another_cannot_be_ended(office_user: User, leader_user: User) -> None:
    leader = through_the_door(leader_user)
    row = SignedIn.objects.get(user=leader_user)
    through_the_door(office_user).post("/me/sessions/end", {"place": row.pk})
    assert leader.get("/me").status_code == 200
    assert not Event.objects.filter(verb="units.session.ended").exists()


def test_an_administrator_signs_a_person_out(
    office_user: User, security_admin: User, leader_user: User, signed_in: SignIn
) -> None:
    person = through_the_door(office_user)
    way = f"/people/{office_user.pk}/sign-out"
    assert signed_in(leader_user).post(way).status_code == 403
    assert signed_in(security_admin).post(way).status_code == 302
    assert person.get("/me").status_code == 302


def test_signing_out_leaves_no_place_behind(office_user: User) -> None:
    client = through_the_door(office_user)
    client.post("/logout")
    assert not SignedIn.objects.exists()


def test_where_one_place_is_the_rule_the_later_one_stays(office_user: User, settings: LazySettings) -> None:
    settings.XUSHI_ONE_SESSION = True
    first = through_the_door(office_user)
    second = through_the_door(office_user)
    assert first.get("/me").status_code == 302 and second.get("/me").status_code == 200


def test_a_session_ends_at_its_longest_however_busy(office_user: User, settings: LazySettings) -> None:
    client = through_the_door(office_user)
    session = client.session
    session[OPENED] = int(time.time()) - settings.XUSHI_SESSION_SECONDS - 1
    session.save()
    assert sessions.in_force([session.session_key], clock.real()) == {}
    assert client.get("/me").status_code == 302


def test_changed_password_keeps_this_place_and_ends_the_others(office_user: User) -> None:
    here, there = through_the_door(office_user), through_the_door(office_user)
    said = {"old": PASSWORD, "new": "Another-2018", "again": "Another-2018"}
    assert here.post("/me/password", said).status_code == 302
    assert "登录在1处" in here.get("/me").content.decode()
    assert there.get("/me").status_code == 302


def test_a_session_that_owes_the_second_step_opens_no_live_stream(office_user: User) -> None:
    client = through_the_door(office_user)
    told = client.session
    assert sessions.is_of(dict(told.items()), office_user)
    assert not sessions.is_of(dict(told.items()) | {OWED: True}, office_user)


def test_first_password_is_changed_before_accounts_are_touched(district: Unit, signed_in: SignIn) -> None:
    fresh = UserFactory(role=Role.SYSTEM_ADMIN, unit=district, must_change_password=True)
    client = signed_in(fresh)
    assert client.get("/people/")["Location"] == "/me/password"
    assert client.post("/people/new", {"username": "x"})["Location"] == "/me/password"
    assert client.get("/me").status_code == 200


def test_dead_places_are_swept_at_the_next_login(office_user: User) -> None:
    through_the_door(office_user)
    Session.objects.all().delete()
    through_the_door(office_user)
    assert SignedIn.objects.count() == 1 and NOW
