"""两步验证：码只用一次，错的记数，备用码散着存，必须设的先设，重置要留痕。"""

import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.factories import NOW, PASSWORD, UserFactory
from xushi.config import clock
from xushi.journal.actions import SYSTEM, Actor
from xushi.journal.models import Event
from xushi.units import actions_second, codes, second, vault
from xushi.units.actions_emergency import end_due, grant_emergency
from xushi.units.models import Authenticator, RecoveryCode, Role, SecondStepRule, Unit, User
from xushi.units.rules import Refused

SignIn = Callable[[User], Client]
RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # RFC 6238 appendix B, ASCII 12345678901234567890


@pytest.mark.parametrize(("seconds", "code"), [
    (59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (2000000000, "279037"),
])  # fmt: skip
def test_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    assert codes.code_at(RFC_SECRET, seconds // 30) == code


def test_a_code_is_good_one_step_either_way_and_once() -> None:
    said = codes.code_at(RFC_SECRET, 100)
    for seconds in (99 * 30, 100 * 30, 101 * 30 + 29):
        assert codes.step_of(RFC_SECRET, said, seconds=seconds, after=0) == 100
    assert codes.step_of(RFC_SECRET, said, seconds=102 * 30, after=0) is None
    assert codes.step_of(RFC_SECRET, said, seconds=98 * 30 + 29, after=0) is None
    assert codes.step_of(RFC_SECRET, said, seconds=100 * 30, after=100) is None


def test_recovery_codes_are_ten_and_read_however_they_are_copied() -> None:
    fresh = codes.new_recovery_codes()
    assert len(set(fresh)) == 10 and all(len(codes.bare(code)) == 12 for code in fresh)
    assert codes.bare(" abcd-efgh jkmn ") == "ABCDEFGHJKMN"


@pytest.mark.parametrize("cipher", ["aes", "sm4"])
def test_what_is_sealed_opens_and_what_was_touched_does_not(cipher: str, settings: LazySettings) -> None:
    settings.XUSHI_FIELD_CIPHER = cipher
    sealed = vault.seal("秘密")
    assert sealed.startswith(f"{cipher}:") and "秘密" not in sealed and vault.seal("秘密") != sealed
    settings.XUSHI_FIELD_CIPHER = "aes"
    assert vault.opened(sealed) == "秘密"
    touched = sealed[:-4] + ("AAA=" if sealed[-4:] != "AAA=" else "BBB=")
    for wrong in (touched, "rot13:xx", "aes:", "nothing"):
        with pytest.raises(vault.Unsealable):
            vault.opened(wrong)


def set_up(user: User) -> tuple[str, list[str]]:
    """The secret and the recovery codes; the code of the step before this one is used up."""
    secret = actions_second.begin(user=user, now=NOW)
    early = codes.code_at(secret, int(time.time()) // 30 - 1)
    fresh = actions_second.confirm(user=user, code=early, actor=Actor(by=user), now=NOW, real=clock.real())
    return secret, fresh


def now_code(secret: str) -> str:
    return codes.code_at(secret, int(time.time()) // 30)


def first_step(client: Client, user: User) -> None:
    answer = client.post("/login", {"username": user.username, "password": PASSWORD, "next": "/me?x=1"})
    assert answer["Location"] == "/login/code"


def test_password_alone_signs_nobody_in(client: Client, office_user: User) -> None:
    secret, _ = set_up(office_user)
    first_step(client, office_user)
    assert client.get("/me")["Location"].startswith("/login?")
    assert "验证码" in client.get("/login/code").content.decode()
    answer = client.post("/login/code", {"code": now_code(secret)})
    assert answer["Location"] == "/me?x=1"
    assert client.get("/me").status_code == 200
    assert Event.objects.filter(verb="units.session.opened").count() == 1


def test_a_code_said_twice_is_refused_the_second_time(client: Client, office_user: User) -> None:
    secret, _ = set_up(office_user)
    code = now_code(secret)
    first_step(client, office_user)
    assert client.post("/login/code", {"code": code}).status_code == 302
    other = Client()
    first_step(other, office_user)
    answer = other.post("/login/code", {"code": code})
    assert answer.status_code == 400 and "验证码不对" in answer.content.decode()


def test_five_wrong_codes_lock_as_five_wrong_passwords_do(
    client: Client, office_user: User, settings: LazySettings
) -> None:
    settings.AXES_ENABLED = True
    secret, _ = set_up(office_user)
    first_step(client, office_user)
    assert "还可试4次" in client.post("/login/code", {"code": "000000"}).content.decode()
    for _ in range(4):
        answer = client.post("/login/code", {"code": "000000"})
    assert answer.status_code == 429
    assert client.post("/login/code", {"code": now_code(secret)}).status_code == 429
    fresh = Client()
    answer = fresh.post("/login", {"username": office_user.username, "password": PASSWORD})
    assert answer.status_code == 429
    assert Event.objects.filter(verb="units.account.locked").count() == 1


def test_the_right_password_again_does_not_undo_the_count(
    client: Client, office_user: User, settings: LazySettings
) -> None:
    settings.AXES_ENABLED = True
    set_up(office_user)
    for _ in range(4):
        first_step(client, office_user)
        client.post("/login/code", {"code": "000000"})
    first_step(client, office_user)
    assert client.post("/login/code", {"code": "000000"}).status_code == 429


def test_second_step_ends_after_five_minutes_and_with_another_password(
    client: Client, office_user: User
) -> None:
    set_up(office_user)
    first_step(client, office_user)
    session = client.session
    session[second.WAITING] = session[second.WAITING] | {"at": int(time.time()) - 301}
    session.save()
    assert client.get("/login/code")["Location"] == "/login"
    first_step(client, office_user)
    office_user.set_password("Another-2018")
    office_user.save()
    assert client.get("/login/code")["Location"] == "/login"


def test_recovery_code_once_kept_as_a_digest(client: Client, office_user: User) -> None:
    _, fresh = set_up(office_user)
    kept = set(RecoveryCode.objects.values_list("digest", flat=True))
    assert len(kept) == 10 and not kept & set(fresh) and all(len(digest) == 64 for digest in kept)
    first_step(client, office_user)
    assert client.post("/login/code", {"code": fresh[0].lower()}).status_code == 302
    other = Client()
    first_step(other, office_user)
    assert other.post("/login/code", {"code": fresh[0]}).status_code == 400
    told = Event.objects.get(verb="units.second.recovered")
    assert told.subject_id == office_user.pk and "还剩9个" in told.summary


def test_recovery_code_of_another_is_worth_nothing(office_user: User, leader_user: User) -> None:
    set_up(office_user)
    _, others = set_up(leader_user)
    assert not actions_second.prove(
        user=office_user, code=others[0], actor=SYSTEM, now=NOW, real=clock.real()
    )


def test_set_up_on_the_page(office_user: User, signed_in: SignIn) -> None:
    client = signed_in(office_user)
    page = client.get("/me/second").content.decode()
    held = Authenticator.objects.get(user=office_user)
    secret = vault.opened(held.sealed)
    assert "<svg" in page and "style=" not in page and secret not in held.sealed
    assert client.post("/me/second", {"code": "000000"}).status_code == 400
    assert not second.is_set(office_user)
    page = client.post("/me/second", {"code": now_code(secret)}).content.decode()
    assert page.count("<li class=") >= 10 and second.is_set(office_user)
    assert secret not in client.get("/me/second").content.decode()


def test_end_and_new_codes_ask_for_a_code(office_user: User, signed_in: SignIn) -> None:
    secret, old = set_up(office_user)
    client = signed_in(office_user)
    assert client.post("/me/second", {"do": "remove", "code": "000000"}).status_code == 400
    assert client.post("/me/second", {"do": "renew", "code": old[0]}).status_code == 200
    assert not actions_second.prove(user=office_user, code=old[1], actor=SYSTEM, now=NOW, real=clock.real())
    assert client.post("/me/second", {"do": "remove", "code": now_code(secret)})["Location"] == "/me"
    assert not second.is_set(office_user) and not RecoveryCode.objects.exists()


def test_whoever_must_sets_it_up_before_anything_else(
    client: Client, security_admin: User, office_user: User
) -> None:
    actions_second.require(roles={Role.OFFICE}, actor=Actor(by=security_admin), now=NOW)
    client.post("/login", {"username": office_user.username, "password": PASSWORD})
    assert client.get("/duties/")["Location"] == "/me/second"
    fresh = {"old": PASSWORD, "new": "Another-2018", "again": "Another-2018"}
    assert client.post("/me/password", fresh)["Location"] == "/me/second"
    assert "必须两步验证" in client.get("/me/second").content.decode()
    secret = vault.opened(Authenticator.objects.get(user=office_user).sealed)
    client.post("/me/second", {"code": now_code(secret)})
    assert client.get("/duties/").status_code == 200


def test_a_role_that_comes_after_the_login_asks_for_it_at_once(
    territory_user: User, district: Unit, signed_in: SignIn
) -> None:
    actions_second.require(roles={Role.OFFICE}, actor=SYSTEM, now=NOW)
    client = signed_in(territory_user)
    assert client.get("/duties/").status_code == 200
    given = grant_emergency(
        user=territory_user, role=Role.OFFICE, scope=district, hours=4, reason="防汛抢险，值班员都在现场",
        actor=SYSTEM, now=clock.now(),
    )  # fmt: skip
    assert client.get("/registry/new/")["Location"] == "/me/second"
    assert client.post("/duties/leave", {})["Location"] == "/me/second"
    assert client.session[second.OWED]  # what is held open hears of it
    assert "必须两步验证" in client.get("/me/second").content.decode()
    end_due(now=given.until)
    assert client.get("/duties/").status_code == 200 and not client.session[second.OWED]


def test_whoever_ends_it_while_it_must_be_sets_it_up_anew(office_user: User, signed_in: SignIn) -> None:
    secret, _ = set_up(office_user)
    actions_second.require(roles={Role.OFFICE}, actor=SYSTEM, now=NOW)
    client = signed_in(office_user)
    assert client.get("/registry/new/").status_code == 200
    client.post("/me/second", {"do": "remove", "code": now_code(secret)})
    assert client.get("/registry/new/")["Location"] == "/me/second"


def test_who_must_and_who_need_not_cost_the_same_queries(
    office_user: User, signed_in: SignIn, django_assert_num_queries: Callable
) -> None:
    client = signed_in(office_user)
    client.get("/duties/")
    with CaptureQueriesContext(connection) as before:
        client.get("/duties/")
    set_up(office_user)
    actions_second.require(roles={Role.OFFICE}, actor=SYSTEM, now=NOW)
    with django_assert_num_queries(len(before)):
        assert client.get("/duties/").status_code == 200


def test_an_administrator_who_must_is_not_let_to_the_accounts(client: Client, security_admin: User) -> None:
    actions_second.require(roles={Role.SECURITY_ADMIN}, actor=SYSTEM, now=NOW)
    client.post("/login", {"username": security_admin.username, "password": PASSWORD})
    assert client.get("/people/")["Location"] == "/me/second"


def test_only_the_security_administrator_says_who_must(
    security_admin: User, system_admin: User, office_user: User, signed_in: SignIn
) -> None:
    for wrong in (system_admin, office_user):
        assert signed_in(wrong).get("/people/second").status_code == 403
        assert signed_in(wrong).post("/people/second", {"role": ["office"]}).status_code == 403
    client = signed_in(security_admin)
    assert client.post("/people/second", {"role": ["office", "leader"]}).status_code == 302
    page = client.get("/people/second").content.decode()
    assert "必须设、还没设的1人" in page and office_user.name in page
    client.post("/people/second", {"role": ["leader"]})
    assert list(SecondStepRule.objects.values_list("role", flat=True)) == ["leader"]
    assert client.post("/people/second", {"role": ["king"]}).status_code == 400
    verbs = Event.objects.filter(verb__startswith="units.second.").values_list("verb", flat=True)
    assert sorted(verbs) == ["units.second.required", "units.second.required", "units.second.waived"]


def test_reset_by_the_security_administrator_with_a_reason(
    security_admin: User, system_admin: User, office_user: User, signed_in: SignIn
) -> None:
    set_up(office_user)
    way = f"/people/{office_user.pk}/second"
    assert signed_in(system_admin).post(way, {"reason": "手机丢了"}).status_code == 400
    assert signed_in(security_admin).post(way, {"reason": " "}).status_code == 400
    assert signed_in(office_user).post(way, {"reason": "手机丢了"}).status_code == 403
    assert second.is_set(office_user)
    assert signed_in(security_admin).post(way, {"reason": "手机丢了"}).status_code == 302
    assert not second.is_set(office_user)
    event = Event.objects.get(verb="units.second.reset")
    assert event.actor_id == security_admin.pk and "手机丢了" in event.summary


def test_nobody_resets_their_own(security_admin: User) -> None:
    set_up(security_admin)
    with pytest.raises(Refused, match="不能自己重置"):
        actions_second.reset(user=security_admin, reason="换手机", actor=Actor(by=security_admin), now=NOW)


def test_sm3_hash_is_checked_and_replaced_as_the_settings_say(db: None, settings: LazySettings) -> None:
    from django.contrib.auth.hashers import check_password, identify_hasher, make_password

    settings.PASSWORD_HASHERS = ["xushi.units.hashers.Sm3PasswordHasher", *settings.PASSWORD_HASHERS]
    encoded = make_password("Xushi-2018-pk")
    assert encoded.startswith("pbkdf2_sm3$200000$")
    assert check_password("Xushi-2018-pk", encoded) and not check_password("Xushi-2018-pK", encoded)
    user = UserFactory()
    assert identify_hasher(user.password).algorithm == "pbkdf2_sm3"


def test_two_machines_with_one_key_take_each_others_codes_and_with_two_say_so(
    office_user: User,
    leader_user: User,
    client: Client,
    signed_in: SignIn,
    settings: LazySettings,
    tmp_path: Path,
) -> None:
    secret, _ = set_up(office_user)
    first, other = Path(settings.XUSHI_HOME), tmp_path / "other"
    other.mkdir()
    settings.XUSHI_HOME = other
    first_step(client, office_user)
    refused = client.post("/login/code", {"code": now_code(secret)})
    assert refused.status_code == 400 and "核对各台机器的 account-key" in refused.content.decode()
    barred = signed_in(leader_user).get("/me/second")
    assert barred.status_code == 503 and "核对各台机器的 account-key" in barred.content.decode()
    assert not Authenticator.objects.filter(user=leader_user).exists()
    assert not (other / "account-key").exists()  # none of its own is made beside that of the others
    shutil.copy(first / "account-key", other)
    assert client.post("/login/code", {"code": now_code(secret)})["Location"] == "/me?x=1"
    assert signed_in(leader_user).get("/me/second").status_code == 200
