"""登录、退出、30 分钟不用退出、登录过期时草稿不丢。"""

import time
from collections.abc import Callable

import pytest
from django.conf import LazySettings
from django.contrib.sessions.models import Session
from django.test import Client

from tests.factories import PASSWORD, UserFactory
from xushi.journal.models import Event
from xushi.units.middleware import SEEN
from xushi.units.models import User

SignIn = Callable[[User], Client]


def post_login(client: Client, username: str, password: str, **more: str) -> object:
    return client.post("/login", {"username": username, "password": password, **more})


@pytest.fixture
def lockable(settings: LazySettings) -> LazySettings:
    settings.AXES_ENABLED = True
    return settings


def test_the_login_page_warns_and_asks(client: Client, db: None) -> None:
    page = client.get("/login").content.decode()
    assert "非涉密系统，严禁上传涉密信息" in page
    assert 'name="username"' in page and 'type="password"' in page
    assert "style=" not in page


def test_right_password_leads_where_one_wanted(client: Client, office_user: User) -> None:
    answer = post_login(client, office_user.username, PASSWORD, next="/me?x=1")
    assert answer.status_code == 302 and answer["Location"] == "/me?x=1"


def test_another_host_is_never_where_one_wanted(client: Client, office_user: User) -> None:
    answer = post_login(client, office_user.username, PASSWORD, next="https://elsewhere.example/")
    assert answer["Location"] == "/"


def test_wrong_password_says_how_many_tries_are_left(
    client: Client, office_user: User, lockable: LazySettings
) -> None:
    post_login(client, office_user.username, "wrong")
    answer = post_login(client, office_user.username, "wrong")
    assert "密码不对，还可试3次；再错将锁15分钟。" in answer.content.decode()
    assert answer.status_code == 400


def test_fifth_wrong_password_locks_even_the_right_one(
    client: Client, office_user: User, lockable: LazySettings
) -> None:
    for _ in range(5):
        answer = post_login(client, office_user.username, "wrong")
    assert answer.status_code == 429
    assert "账号已锁15分钟" in answer.content.decode()
    answer = post_login(client, office_user.username, PASSWORD)
    assert answer.status_code == 429
    assert client.get("/me").status_code == 302


def test_lock_holds_from_another_machine_and_spares_other_accounts(
    client: Client, office_user: User, leader_user: User, lockable: LazySettings
) -> None:
    for _ in range(5):
        post_login(client, office_user.username, "wrong")
    elsewhere = Client(REMOTE_ADDR="10.0.0.9", HTTP_USER_AGENT="another")
    assert post_login(elsewhere, office_user.username, PASSWORD).status_code == 429
    assert post_login(elsewhere, leader_user.username, PASSWORD).status_code == 302


def test_lock_ends_after_fifteen_minutes(client: Client, office_user: User, lockable: LazySettings) -> None:
    from datetime import timedelta

    from axes.models import AccessAttempt
    from django.db.models import F

    for _ in range(6):
        post_login(client, office_user.username, "wrong")
    AccessAttempt.objects.update(attempt_time=F("attempt_time") - timedelta(minutes=15, seconds=1))
    assert post_login(client, office_user.username, PASSWORD).status_code == 302


def test_disabled_account_is_out_at_once(office_user: User, signed_in: SignIn) -> None:
    client = signed_in(office_user)
    assert client.get("/me").status_code == 200
    User.objects.filter(pk=office_user.pk).update(is_active=False)
    assert client.get("/me").status_code == 302


def test_every_page_asks_for_a_login(client: Client, db: None) -> None:
    answer = client.get("/people/", {"q": "王"})
    assert answer.status_code == 302
    assert answer["Location"] == "/login?next=%2Fpeople%2F%3Fq%3D%25E7%258E%258B"


def test_healthz_needs_no_login(client: Client, db: None) -> None:
    assert client.get("/healthz").json() == {"status": "ok", "database": "ok"}


def test_expired_htmx_call_goes_to_login_and_back_to_its_page(client: Client, db: None) -> None:
    answer = client.post(
        "/me/password", headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/me?tab=2#a"}
    )
    assert answer.status_code == 401
    assert answer["HX-Redirect"] == "/login?next=%2Fme%3Ftab%3D2"


def test_expired_form_comes_back_to_the_page_it_was_on(client: Client, db: None) -> None:
    answer = client.post("/me/password", headers={"Referer": "http://testserver/me/password"})
    assert answer["Location"] == "/login?next=%2Fme%2Fpassword"
    answer = client.post("/me/password", headers={"Referer": "http://elsewhere.example/evil"})
    assert answer["Location"] == "/login?next=%2F"


def test_expired_script_is_told_in_json(client: Client, db: None) -> None:
    answer = client.get("/me", headers={"Accept": "application/json"})
    assert answer.status_code == 401 and answer.json()["error"] == "登录已过期，请重新登录。"


def test_thirty_idle_minutes_log_out(office_user: User, signed_in: SignIn) -> None:
    client = signed_in(office_user)
    client.get("/me")
    session = client.session
    session[SEEN] = int(time.time()) - 30 * 60 - 1
    session.save()
    assert client.get("/me").status_code == 302


def test_what_a_person_does_slides_the_end_on(office_user: User, signed_in: SignIn) -> None:
    client = signed_in(office_user)
    client.get("/me")
    session = client.session
    session[SEEN] = int(time.time()) - 29 * 60
    session.save()
    before = Session.objects.get().expire_date
    assert client.get("/me").status_code == 200
    assert Session.objects.get().expire_date > before
    assert time.time() - client.session[SEEN] < 5


def test_pages_that_ask_by_themselves_keep_nobody_in(office_user: User, signed_in: SignIn) -> None:
    client = signed_in(office_user)
    client.get("/me")
    session = client.session
    session[SEEN] = int(time.time()) - 29 * 60
    session.save()
    client.get("/me", headers={"X-Xushi-Background": "1"})
    assert time.time() - client.session[SEEN] > 28 * 60


def test_sign_out(office_user: User, signed_in: SignIn) -> None:
    client = signed_in(office_user)
    assert client.get("/logout").status_code == 405
    assert client.post("/logout")["Location"] == "/login"
    assert client.get("/me").status_code == 302


def test_first_login_must_change_the_password(db: None, signed_in: SignIn) -> None:
    user = UserFactory(must_change_password=True)
    client = signed_in(user)
    assert client.get("/journal/")["Location"] == "/me/password"
    answer = client.post("/me/password", {"old": PASSWORD, "new": "Another-2018", "again": "Another-2018"})
    assert answer["Location"] == "/me"
    user.refresh_from_db()
    assert not user.must_change_password and user.check_password("Another-2018")
    assert client.get("/me").status_code == 200  # this session stays


def test_reset_password_undoes_the_lock(
    client: Client, office_user: User, system_admin: User, lockable: LazySettings, signed_in: SignIn
) -> None:
    for _ in range(5):
        post_login(client, office_user.username, "wrong")
    administrator = signed_in(system_admin)
    answer = administrator.post(f"/people/{office_user.pk}/password", {"password": "short"})
    assert answer.status_code == 400
    answer = administrator.post(f"/people/{office_user.pk}/password", {"password": "Fresh-2018-pk"})
    assert answer.status_code == 302
    assert post_login(client, office_user.username, "Fresh-2018-pk").status_code == 302
    assert client.get("/journal/")["Location"] == "/me/password"


def test_journal_knows_who_came_went_and_was_locked_out(
    client: Client, office_user: User, lockable: LazySettings
) -> None:
    post_login(client, office_user.username, PASSWORD)
    client.post("/logout")
    for _ in range(7):
        post_login(client, office_user.username, "wrong")
    events = list(Event.objects.order_by("pk").values_list("verb", "actor_name", "address"))
    assert events == [
        ("units.session.opened", "周敏", "127.0.0.1"),
        ("units.session.closed", "周敏", "127.0.0.1"),
        ("units.account.locked", "系统", "127.0.0.1"),
    ]
    assert Event.objects.get(verb="units.account.locked").subject_id == office_user.pk
