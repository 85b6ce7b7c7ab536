"""三员互相牵制：动另一名管理员的账号，第三名同意了才办；谁都听得到；只剩一名时由本机救。"""

import io
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.test import Client

from tests.factories import NOW, PASSWORD, UserFactory
from tests.units.test_second_step import set_up
from xushi.journal.actions import SYSTEM, Actor
from xushi.journal.models import Event
from xushi.notices.models import Notice
from xushi.notices.writing import write_notices
from xushi.units import actions, actions_consents, actions_second, second
from xushi.units.models import Consent, Role, Unit, User
from xushi.units.rules import Refused

SignIn = Callable[[User], Client]
FRESH = "Fresh-2018-pk"


@pytest.fixture(autouse=True)
def _now(settings: LazySettings) -> None:
    settings.XUSHI_NOW = NOW


def asked(user: User, by: User, signed_in: SignIn, way: str = "password", **said: object) -> Consent:
    said = said or {"password": FRESH}
    assert signed_in(by).post(f"/people/{user.pk}/{way}", said).status_code == 302
    return Consent.objects.get()


def answer(client: Client, held: Consent, verdict: str = "give", words: str = "") -> int:
    said = {"consent": held.pk, "verdict": verdict, "words": words}
    return client.post("/me", said).status_code


def heard(verb: str) -> set[int]:
    event = Event.objects.get(verb=verb)
    write_notices(event)
    return set(Notice.objects.filter(event=event, by_name=True).values_list("reader", flat=True))


def test_a_reset_password_lets_nobody_in_before_a_third_consents(
    system_admin: User, security_admin: User, auditor: User, signed_in: SignIn, client: Client
) -> None:
    held = asked(security_admin, system_admin, signed_in)
    security_admin.refresh_from_db()
    assert security_admin.check_password(PASSWORD) and not security_admin.must_change_password
    said = {"username": security_admin.username, "password": FRESH}
    assert client.post("/login", said).status_code == 400
    assert FRESH not in f"{held.details}" and not Event.objects.filter(verb__endswith="reset").exists()
    assert heard("units.consent.asked") == {security_admin.pk, auditor.pk}

    page = signed_in(auditor).get("/journal/").content.decode()
    assert f"等你同意：系统管理员申请重设{security_admin.name}的密码" in page
    assert "等你同意的1件" in signed_in(auditor).get("/me").content.decode()
    assert answer(signed_in(auditor), held) == 302
    security_admin.refresh_from_db()
    assert security_admin.check_password(FRESH) and security_admin.must_change_password
    held.refresh_from_db()
    assert (held.given, held.decided_by, held.details) == (True, auditor, {})
    assert client.post("/login", said).status_code == 302
    assert heard("units.account.password_reset") == {security_admin.pk, auditor.pk}
    assert heard("units.consent.given") == {system_admin.pk, security_admin.pk}
    done = Event.objects.get(verb="units.account.password_reset")
    given = Event.objects.get(verb="units.consent.given")
    assert (done.actor, given.actor) == (system_admin, auditor)
    assert "等你同意" not in signed_in(auditor).get("/me").content.decode()


def test_only_another_kind_of_administrator_consents(
    system_admin: User,
    security_admin: User,
    auditor: User,
    office_user: User,
    district: Unit,
    signed_in: SignIn,
) -> None:
    alike = UserFactory(role=Role.SYSTEM_ADMIN, unit=district)
    held = asked(security_admin, system_admin, signed_in)
    for wrong in (system_admin, alike, security_admin, office_user):
        assert "等你同意" not in signed_in(wrong).get("/me").content.decode()
        assert answer(signed_in(wrong), held) == 404, wrong.name
        with pytest.raises(Refused, match="第三名管理员"):
            actions_consents.decide(consent=held, given=True, words="", actor=Actor(by=wrong), now=NOW)
    assert actions_consents.who_may(held) == [auditor.name]


def test_declined_with_a_word_and_nothing_has_changed(
    system_admin: User, security_admin: User, auditor: User, signed_in: SignIn
) -> None:
    held = asked(security_admin, system_admin, signed_in)
    client = signed_in(auditor)
    assert answer(client, held, "decline") == 400
    assert answer(client, held, "decline", "本人没有要求") == 302
    assert answer(client, held) == 400
    security_admin.refresh_from_db()
    assert security_admin.check_password(PASSWORD)
    assert heard("units.consent.declined") == {system_admin.pk, security_admin.pk}
    assert Notice.objects.filter(words__contains="本人没有要求").count() == 2


def test_it_is_void_after_a_day_and_may_be_asked_anew(
    system_admin: User, security_admin: User, auditor: User, signed_in: SignIn, settings: LazySettings
) -> None:
    held = asked(security_admin, system_admin, signed_in)
    way = f"/people/{security_admin.pk}/password"
    again = signed_in(system_admin).post(way, {"password": FRESH})
    assert again.status_code == 400 and "正等着同意" in again.content.decode()
    settings.XUSHI_NOW = NOW + timedelta(days=1)
    assert "等你同意" not in signed_in(auditor).get("/me").content.decode()
    late = signed_in(auditor).post("/me", {"consent": held.pk, "verdict": "give"})
    assert late.status_code == 400 and "作废" in late.content.decode()
    assert signed_in(system_admin).post(way, {"password": FRESH}).status_code == 302
    held.refresh_from_db()
    assert held.details == {} and Consent.objects.count() == 2


@pytest.mark.parametrize("way", ["active", "move", "second", "end"])
def test_each_way_to_an_administrators_account_waits(
    way: str, system_admin: User, security_admin: User, auditor: User, subdistrict: Unit, signed_in: SignIn
) -> None:
    set_up(auditor)
    by, third = (security_admin, system_admin) if way in ("second", "end") else (system_admin, security_admin)
    said: dict[str, object] = {
        "active": {"active": "0", "reason": "离岗"}, "move": {"unit": subdistrict.pk}, "second": {"reason": "丢了"},
        "end": {"reason": "轮岗"},
    }[way]  # fmt: skip
    number = f"appointments/{auditor.appointments.get().pk}" if way == "end" else auditor.pk
    assert signed_in(by).post(f"/people/{number}/{way}", said).status_code == 302

    def untouched() -> bool:
        fresh = User.objects.get(pk=auditor.pk)
        return fresh.is_active and fresh.roles == {Role.AUDITOR} and second.is_set(fresh)

    assert untouched()
    assert answer(signed_in(third), Consent.objects.get()) == 302
    assert not untouched()


def test_no_action_goes_round_it(
    system_admin: User, security_admin: User, auditor: User, subdistrict: Unit
) -> None:
    system, security = ({"actor": Actor(by=by), "now": NOW} for by in (system_admin, security_admin))
    set_up(auditor)
    for act in (
        lambda: actions.reset_password(user=auditor, password=FRESH, **system),
        lambda: actions.set_account_active(user=auditor, active=False, reason="离岗", **system),
        lambda: actions.move_person(user=auditor, unit=subdistrict, **system),
        lambda: actions_second.reset(user=auditor, reason="丢了", **security),
        lambda: actions.end_appointment(appointment=auditor.appointments.get(), **security),
    ):
        with pytest.raises(Refused, match="第三名管理员同意"):
            act()


def test_what_cannot_be_done_is_refused_when_it_is_asked_for(
    system_admin: User, security_admin: User, auditor: User, signed_in: SignIn
) -> None:
    client = signed_in(system_admin)
    weak = client.post(f"/people/{auditor.pk}/password", {"password": "short"})
    assert weak.status_code == 400
    last = client.post(f"/people/{security_admin.pk}/active", {"active": "0", "reason": "离岗"})
    assert last.status_code == 400 and "最后一名安全管理员" in last.content.decode()
    assert not Consent.objects.exists()
    assert (
        signed_in(security_admin).post(f"/people/{auditor.pk}/password", {"password": FRESH}).status_code
        == 400
    )


def test_who_asked_and_may_no_longer_gets_nothing(
    system_admin: User, security_admin: User, auditor: User, district: Unit, signed_in: SignIn
) -> None:
    UserFactory(role=Role.SYSTEM_ADMIN, unit=district)
    held = asked(security_admin, system_admin, signed_in)
    actions.end_appointment(appointment=system_admin.appointments.get(), actor=SYSTEM, now=NOW)
    assert answer(signed_in(auditor), held) == 400
    security_admin.refresh_from_db()
    assert security_admin.check_password(PASSWORD)


def test_nobody_consents_before_their_own_password_is_their_own(
    system_admin: User, security_admin: User, auditor: User, signed_in: SignIn
) -> None:
    held = asked(security_admin, system_admin, signed_in)
    User.objects.filter(pk=auditor.pk).update(must_change_password=True)
    assert (
        signed_in(auditor).post("/me", {"consent": held.pk, "verdict": "give"})["Location"] == "/me/password"
    )
    held.refresh_from_db()
    assert held.given is None


def test_other_peoples_password_is_reset_at_once_and_they_hear_of_it(
    system_admin: User, office_user: User, auditor: User, signed_in: SignIn
) -> None:
    assert (
        signed_in(system_admin).post(f"/people/{office_user.pk}/password", {"password": FRESH}).status_code
        == 302
    )
    office_user.refresh_from_db()
    assert office_user.check_password(FRESH) and not Consent.objects.exists()
    assert heard("units.account.password_reset") == {office_user.pk}


@pytest.mark.parametrize(("role", "weighs"), [
    (Role.OFFICE, True), (Role.LEADER, True), (Role.SECURITY_ADMIN, True), (Role.TERRITORY, False),
])  # fmt: skip
def test_weighty_appointments_are_told_to_the_person_and_the_auditors(
    role: Role, weighs: bool, security_admin: User, auditor: User, district: Unit
) -> None:
    user = UserFactory(name="新人", home_unit=district)
    actions.appoint(user=user, role=role, actor=Actor(by=security_admin), now=NOW)
    assert heard("units.person.appointed") == ({user.pk, auditor.pk} if weighs else set())


def test_where_no_third_is_left_the_machine_consents(
    system_admin: User, security_admin: User, signed_in: SignIn
) -> None:
    client = signed_in(system_admin)
    way = f"/people/{security_admin.pk}/password"
    page = client.post(way, {"password": FRESH}, follow=True).content.decode()
    held = Consent.objects.get()
    assert f"xushi rescue --consent {held.pk}" in page
    with pytest.raises(CommandError, match="写一句为什么"):
        call_command("rescue", "--consent", str(held.pk))
    said = io.StringIO()
    call_command("rescue", stdout=said)
    assert "没有第三名管理员能同意" in said.getvalue()
    call_command("rescue", "--consent", str(held.pk), "--reason", "审计员离任，忘了密码", stdout=said)
    security_admin.refresh_from_db()
    assert security_admin.check_password(FRESH)
    assert Event.objects.get(verb="units.consent.given").channel == Event.Channel.COMMAND


def test_the_last_administrator_is_let_in_again_at_the_machine(
    system_admin: User, auditor: User, office_user: User
) -> None:
    set_up(system_admin)
    said = io.StringIO()
    for account, reason, why in [
        (office_user.username, "忘了", "不是管理员"), (system_admin.username, " ", "写明为什么"),
        ("nobody", "忘了", "没有"),
    ]:  # fmt: skip
        with pytest.raises(CommandError, match=why):
            call_command("rescue", account, "--reason", reason)
    call_command("rescue", system_admin.username, "--second", "--reason", "只剩一人，忘了密码", stdout=said)
    password = re.search(r"新密码 (\S+)", said.getvalue())
    system_admin.refresh_from_db()
    assert password and system_admin.check_password(password[1]) and system_admin.must_change_password
    assert not second.is_set(system_admin)
    event = Event.objects.get(verb="units.account.password_reset")
    assert event.channel == Event.Channel.COMMAND and "只剩一人，忘了密码" in event.summary
    assert heard("units.account.password_reset") == {system_admin.pk, auditor.pk}
