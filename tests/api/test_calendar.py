"""待办日历：写法合 RFC 5545；只有本人的待办；停了、走了、到期了就读不到。"""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import NOW, UserFactory, appoint
from xushi.api import calendars
from xushi.api.ical import Entry, escaped, folded, moment, written
from xushi.api.models import CalendarKey
from xushi.duties.models import Duty
from xushi.journal.actions import Actor
from xushi.journal.models import Event
from xushi.units.actions import reset_password, set_account_active
from xushi.units.actions_session import end_sessions
from xushi.units.models import Role, SignedIn, Unit, User


def unfolded(text: str) -> list[str]:
    return text.replace("\r\n ", "").split("\r\n")


def test_lines_are_folded_at_75_octets_and_no_character_is_cut() -> None:
    line = "SUMMARY:" + "街道报月报" * 40
    parts = folded(line).split("\r\n")
    assert len(parts) > 5
    assert all(len(part.encode()) <= 75 for part in parts)
    assert all(part.startswith(" ") for part in parts[1:])
    assert unfolded(folded(line)) == [line]
    assert folded("x" * 75) == "x" * 75


def test_text_is_escaped_and_moments_are_utc() -> None:
    assert escaped("甲;乙,丙\\丁\r\n戊\x07") == "甲\\;乙\\,丙\\\\丁\\n戊"
    assert moment(NOW) == "20180912T003000Z"


def test_every_line_ends_in_crlf() -> None:
    entry = Entry("duty-1@x", NOW, "报月报", "桥林街道", "https://x/duties/", 2)
    text = written([entry], name="序时", now=NOW)
    assert text.count("\n") == text.count("\r\n")
    assert text.endswith("END:VCALENDAR\r\n")
    assert {"UID:duty-1@x", "DTSTAMP:20180912T003000Z", "SEQUENCE:2"} <= set(unfolded(text))


def duty(title: str, **more: Any) -> Duty:
    made: Duty = Duty.objects.create(
        subject_kind="x.thing", subject_id=Duty.objects.count() + 1, kind="x", title=title, since=NOW,
        **{"due_at": NOW + timedelta(days=3)} | more,
    )  # fmt: skip
    return made


@pytest.fixture
def person(subdistrict: Unit, settings: Any) -> User:
    settings.XUSHI_NOW = NOW
    user: User = appoint(UserFactory(name="街道人"), Role.TERRITORY, unit=subdistrict)
    return user


def opened(user: User) -> str:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    page = client.post("/api/calendar/")
    assert page["Cache-Control"] == "no-store"
    address: str = page.context["address"]
    assert address in page.content.decode()
    assert address not in client.get("/api/calendar/").content.decode()
    assert "/api/calendar/" in client.get("/me").content.decode()
    return address.removeprefix("http://testserver")


@pytest.mark.django_db
def test_a_person_reads_their_own_deadlines_without_a_session(
    person: User, subdistrict: Unit, other_subdistrict: Unit, django_assert_num_queries: Callable[..., Any]
) -> None:
    mine = duty("报8月月报", unit=subdistrict, url="/progress/", clock=2)
    duty("别人的事", unit=other_subdistrict)
    duty("没有期限", unit=subdistrict, due_at=None)
    duty("办结的", unit=subdistrict, done_at=NOW)
    secret = duty("查某人的事", unit=subdistrict, confidential=True)
    where = opened(person)
    answer = Client().get(where)
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    lines = unfolded(answer.content.decode())
    assert [one for one in lines if one.startswith("SUMMARY")] == [
        "SUMMARY:报8月月报", f"SUMMARY:{calendars.HIDDEN}",
    ]  # fmt: skip
    assert "URL:http://testserver/progress/" in lines and "SEQUENCE:1" in lines
    uids = [one for one in lines if one.startswith("UID")]
    assert uids[0].startswith(f"UID:duty-{mine.pk}@") and uids[1].startswith(f"UID:duty-{secret.pk}@")
    with django_assert_num_queries(4):
        again = unfolded(Client().get(where).content.decode())
    assert [one for one in again if one.startswith("UID")] == uids


@pytest.mark.django_db
def test_a_stopped_or_replaced_address_and_one_of_who_left_read_nothing(person: User) -> None:
    first, second = opened(person), opened(person)
    assert (Client().get(first).status_code, Client().get(second).status_code) == (404, 200)
    person.appointments.update(ended_at=datetime(2018, 9, 12, tzinfo=UTC))
    assert Client().get(second).status_code == 404
    person.appointments.update(ended_at=None)
    calendars.stop_key(User.objects.get(pk=person.pk), actor=Actor(by=person), now=NOW)
    assert Client().get(second).status_code == 404
    told = Event.objects.filter(verb__startswith="api.calendar").order_by("pk")
    verbs = list(told.values_list("verb", flat=True))
    assert verbs == ["api.calendar.made", "api.calendar.made", "api.calendar.stopped"]
    secret = second.rpartition("/")[2].removesuffix(".ics")
    assert secret not in str(list(CalendarKey.objects.values())) + str(list(Event.objects.values()))


@pytest.mark.django_db
def test_an_address_ends_after_a_year_and_says_so_a_month_before(person: User, settings: Any) -> None:
    where = opened(person)
    settings.XUSHI_NOW = NOW + timedelta(days=330)
    assert "地址到期" not in Client().get(where).content.decode()
    settings.XUSHI_NOW = NOW + timedelta(days=340)
    lines = unfolded(Client().get(where).content.decode())
    assert [one for one in lines if one.startswith("SUMMARY")][-1] == "SUMMARY:待办日历的地址到期"
    assert "URL:http://testserver/api/calendar/" in lines
    for days in (366, 9 * 365):
        settings.XUSHI_NOW = NOW + timedelta(days=days)
        answer = Client().get(where)
        assert (answer.status_code, "开通满一年" in answer.content.decode()) == (410, True)
    assert Client().get(opened(person)).status_code == 200


def reset(user: User, admin: User) -> None:
    reset_password(user=user, password="a-new-Pass-word-99", actor=Actor(by=admin), now=NOW)


def disable_and_enable(user: User, admin: User) -> None:
    for active in (False, True):
        set_account_active(user=user, active=active, reason="核对", actor=Actor(by=admin), now=NOW)


def sign_out_elsewhere(user: User, _admin: User) -> None:
    SignedIn.objects.create(user=user, session_key="elsewhere", opened_at=NOW)
    end_sessions(user=user, actor=Actor(by=user), now=NOW)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("act", "why"),
    [(reset, "重设过密码"), (disable_and_enable, "账号停用过"), (sign_out_elsewhere, "退出过别处的登录")],
)
def test_what_ends_a_persons_logins_ends_the_address(
    person: User, system_admin: User, act: Callable[[User, User], None], why: str
) -> None:
    where = opened(person)
    act(User.objects.get(pk=person.pk), User.objects.get(pk=system_admin.pk))
    answer = Client().get(where)
    assert answer.status_code == 410
    assert why in answer.content.decode() and "另开一个" in answer.content.decode()
    User.objects.update(must_change_password=False)  # as if they had chosen another since
    assert Client().get(opened(User.objects.get(pk=person.pk))).status_code == 200
    assert Client().get(where).status_code == 404


@pytest.mark.django_db
def test_the_page_says_until_when_and_why_no_more(person: User, settings: Any) -> None:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    assert "用到2019年9月13日" in client.post("/api/calendar/").content.decode()
    settings.XUSHI_NOW = NOW + timedelta(days=366)
    page = client.get("/api/calendar/").content.decode()
    assert "已失效：开通满一年" in page and "在用</h2>" not in page


@pytest.mark.django_db
def test_the_programs_log_never_has_the_secret(person: User, caplog: pytest.LogCaptureFixture) -> None:
    secret = opened(person).rpartition("/")[2]
    CalendarKey.objects.update(revoked_at=NOW)
    with caplog.at_level("WARNING", "django.request"):
        Client().get(f"/api/calendar/{secret}")
        Client().get("/wall/a-secret-key/")
    told = [one.getMessage() for one in caplog.records if one.name == "django.request"]
    assert told == ["Not Found: /api/calendar/***", "Not Found: /wall/***/"]


DEPLOY = Path(__file__).parents[2] / "deploy" / "nginx"


@pytest.mark.parametrize("name", ["one", "several"])
def test_the_proxy_examples_log_no_secret_address(name: str) -> None:
    """The map is read as nginx reads it: the first expression that matches the decoded path."""
    text = (DEPLOY / f"{name}.conf").read_text()
    said = dict(re.findall(r"map (\$\w+) \$xushi_\w+ \{([^}]*)\}", text))
    for variable, prefix in (("$uri", ""), ("$http_referer", "https://xushi.example.gov.cn")):
        lines = [line.split() for line in said[variable].replace(";", "").strip().splitlines()]
        hidden = {given.removeprefix("~"): shown for given, shown in lines if given.startswith("~")}
        for path in (reverse("api:calendar_feed", args=["s3cret"]), reverse("home:wall", args=["s3cret"])):
            assert any(
                re.search(one, prefix + path) and "s3cret" not in shown for one, shown in hidden.items()
            )
        assert not any(re.search(one, f"{prefix}/projects/") for one in hidden)
    [form] = re.findall(r"log_format xushi ([^;]*);", text)
    assert not re.search(r"\$(request|request_uri|uri|args|http_referer)\b", form)
    assert text.count("access_log /var/log/nginx/xushi.access.log xushi;") == text.count("server {")
    [place] = re.findall(r"location ~ (\S+) \{\s+error_log /dev/null;\s+proxy_pass", text)
    assert re.match(place, "/wall/x/") and re.match(place, "/api/calendar/x.ics")


@pytest.mark.django_db
def test_administrators_have_none(security_admin: User, auditor: User) -> None:
    for user in (security_admin, auditor):
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        assert client.post("/api/calendar/").status_code == 403
    assert not CalendarKey.objects.exists()
