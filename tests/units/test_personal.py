"""个人信息：号码平时遮住，看一次记一笔；名册带号码要批；离开够久的抹去，日志留着。"""

import io
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.test import Client
from python_calamine import CalamineWorkbook

from tests.factories import NOW, PASSWORD, UserFactory
from xushi.core.masking import masked, masked_account
from xushi.journal.actions import SYSTEM
from xushi.journal.models import Event
from xushi.kit.pacing import METER
from xushi.units import actions
from xushi.units.actions_personal import forget_person
from xushi.units.left import long_gone
from xushi.units.models import SignedIn, Unit, User
from xushi.units.models_exports import ExportRequest
from xushi.units.rules import Refused

SignIn = Callable[[User], Client]
PHONE = "13851234567"


@pytest.fixture
def clerk(district: Unit) -> User:
    return UserFactory(name="小李", username="13900001111", phone=PHONE, home_unit=district)


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (PHONE, "138****4567"),
        ("025-12345678", "025*****5678"),
        ("12345678", "******78"),
        ("12", "**"),
        ("", ""),
    ],
)
def test_numbers_are_masked(number: str, shown: str) -> None:
    assert masked(number) == shown


def test_an_account_is_masked_where_it_is_a_mobile_number() -> None:
    assert masked_account("13900001111") == "139****1111"
    assert [masked_account(one) for one in ("zhoumin", "20180001", "139000011112")] == [
        "zhoumin", "20180001", "139000011112",
    ]  # fmt: skip


def test_masked_everywhere_until_asked_for_by_name(
    clerk: User, system_admin: User, auditor: User, signed_in: SignIn
) -> None:
    client = signed_in(system_admin)
    for page in ("/people/", f"/people/{clerk.pk}", "/people/?q=小李"):
        said = client.get(page).content.decode()
        assert PHONE not in said and clerk.username not in said, page
        assert "139****1111" in said, page
    assert "138****4567" in client.get(f"/people/{clerk.pk}").content.decode()
    told = client.post(f"/people/{clerk.pk}/number", REMOTE_ADDR="10.1.2.3")
    assert PHONE in told.content.decode() and told["Cache-Control"] == "no-store"
    event = Event.objects.get(verb="units.number.shown")
    assert (event.actor, event.subject_id, event.address) == (system_admin, clerk.pk, "10.1.2.3")
    assert PHONE not in f"{event.summary}{event.changes}"
    assert PHONE not in client.get(f"/people/{clerk.pk}").content.decode()
    assert "139****1111" not in signed_in(auditor).get(f"/journal/{event.pk}").content.decode()


def test_only_administrators_of_accounts_see_it(
    clerk: User, office_user: User, auditor: User, security_admin: User, signed_in: SignIn
) -> None:
    for user in (office_user, auditor):
        assert signed_in(user).post(f"/people/{clerk.pk}/number").status_code == 403
    assert signed_in(security_admin).get(f"/people/{clerk.pk}/number").status_code == 405
    assert signed_in(security_admin).post(f"/people/{office_user.pk}/number").status_code == 400
    assert not Event.objects.filter(verb="units.number.shown").exists()


def test_looking_is_limited(
    clerk: User, system_admin: User, signed_in: SignIn, settings: LazySettings
) -> None:
    METER.forget()
    settings.XUSHI_LIMITS = {"unmask": (1, 3600)}
    client = signed_in(system_admin)
    assert [client.post(f"/people/{clerk.pk}/number").status_code for _ in range(2)] == [200, 429]
    assert Event.objects.filter(verb="units.number.shown").count() == 1


def test_the_roll_is_masked_and_with_numbers_has_to_be_granted(
    clerk: User, system_admin: User, security_admin: User, signed_in: SignIn, settings: LazySettings
) -> None:
    settings.XUSHI_NOW = NOW
    client, full = signed_in(system_admin), "/people/export?q=小李&numbers=1"

    def roll(address: str) -> list[list[str]]:
        data = b"".join(client.get(address).streaming_content)  # type: ignore[attr-defined]
        return CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()

    assert roll("/people/export?q=小李")[1][:3] == ["小李", "139****1111", "138****4567"]
    told = client.get(full)
    assert told.status_code == 403 and PHONE not in told.content.decode()
    client.post("/exports/ask", {"ticket": told.context["ticket"], "reason": "换号通知"})
    held = ExportRequest.objects.get()
    assert held.personal
    signed_in(security_admin).post(f"/exports/{held.pk}/decide", {"verdict": "grant"})
    assert roll(full)[1][:3] == ["小李", "13900001111", PHONE]
    assert "带完整号码" in Event.objects.filter(verb="units.export.taken").latest("pk").summary
    assert client.get(full).status_code == 403


def left(user: User, when: timedelta) -> User:
    actions.set_account_active(user=user, active=False, reason="离职", actor=SYSTEM, now=NOW - when)
    return user


def test_three_years_to_the_day_and_no_sooner(clerk: User, office_user: User, stranger: User) -> None:
    years = timedelta(days=3 * 365.25)
    left(clerk, years)
    left(office_user, years - timedelta(seconds=1))
    assert list(long_gone(3, NOW)) == [clerk]
    assert list(long_gone(0, NOW)) == []
    actions.set_account_active(user=clerk, active=True, reason="回来", actor=SYSTEM, now=NOW)
    assert list(long_gone(3, NOW)) == []


def test_who_is_forgotten_is_so_but_for_the_journal(clerk: User, client: Client, district: Unit) -> None:
    SignedIn.objects.create(user=clerk, session_key="k", opened_at=NOW, address="10.1.1.1")
    left(clerk, timedelta(days=2000))
    forget_person(user=clerk, now=NOW)
    clerk.refresh_from_db()
    assert (clerk.name, clerk.phone, clerk.username) == ("离任人员", "", f"left-{clerk.pk}")
    assert not clerk.has_usable_password() and not SignedIn.objects.exists()
    assert client.post("/login", {"username": "13900001111", "password": PASSWORD}).status_code == 400
    assert "139****1111" in Event.objects.get(verb="units.account.disabled").summary
    event = Event.objects.get(verb="units.person.forgotten")
    assert (
        event.subject_id == clerk.pk and "小李" not in f"{event.summary}{event.subject_name}{event.changes}"
    )
    with pytest.raises(Refused):
        forget_person(user=clerk, now=NOW)


def test_who_is_in_use_is_not_forgotten(office_user: User) -> None:
    with pytest.raises(Refused):
        forget_person(user=office_user, now=NOW)


def test_no_event_keeps_the_number_that_is_an_account(system_admin: User) -> None:
    from xushi.units.actions_session import note_lock

    user = actions.open_account(username="13812345678", name="小王", actor=SYSTEM, now=NOW)
    for active in (False, True):
        actions.set_account_active(user=user, active=active, reason="试", actor=SYSTEM, now=NOW)
    note_lock(username="13812345678", address="10.1.1.1", minutes=15, now=NOW)
    written = Event.objects.filter(verb__startswith="units.account.")
    assert written.count() == 4
    for event in written:
        assert "138****5678" in event.summary and "13812345678" not in f"{event.summary}{event.subject_name}"


def test_hidden_digits_find_nobody(
    clerk: User, system_admin: User, signed_in: SignIn, district: Unit
) -> None:
    worker = UserFactory(name="工号", username="2018000011", home_unit=district)
    client = signed_in(system_admin)
    for words, found in [
        ("0000", [worker]), ("139", []), ("13900001111", [clerk]), ("小李", [clerk]), ("20180", [worker]),
    ]:  # fmt: skip
        assert list(client.get("/people/", {"q": words}).context["page"]) == found, words
