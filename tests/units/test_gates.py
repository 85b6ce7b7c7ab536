"""从外面的门进来：只放进已有的账号；假的、旧的、给别家的答复都不认；第二步照问。"""

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import LazySettings
from django.test import Client

from tests.factories import NOW
from tests.units.houses import CLIENT, OTHER_KEY, House, standing
from tests.units.test_second_step import set_up
from xushi.journal.models import Event
from xushi.units.models import User

WECOM_PHONE = "Mozilla/5.0 (Linux; Android 12) wxwork/4.1.20 MicroMessenger/7.0"


@pytest.fixture(scope="module")
def one_house() -> Iterator[House]:
    with standing() as house:
        yield house


@pytest.fixture
def house(one_house: House, settings: LazySettings) -> House:
    one_house.__init__(at=one_house.at)  # type: ignore[misc]
    at = one_house.at
    settings.XUSHI_GATES = {
        "oidc": {"issuer": at, "client": CLIENT, "secret": "s"},
        "wecom": {"corp": "corp", "agent": "1", "secret": "s", "at": at, "asks_at": f"{at}/wecom"},
        "dingtalk": {"client": "d", "secret": "s", "at": at, "directory_at": at, "asks_at": f"{at}/ding"},
        "feishu": {"client": "f", "secret": "s", "at": at, "asks_at": f"{at}/feishu"},
    }
    return one_house


def sent_off(client: Client, slug: str, way: str = "") -> dict[str, str]:
    """Where the gate sends one, as the words of the address."""
    answer = client.get(f"/login/with/{slug}{way}")
    assert answer.status_code == 302
    return {name: values[0] for name, values in parse_qs(urlsplit(answer["Location"]).query).items()}


def come_back(client: Client, house: House, slug: str, user: User, *, way: str = "", **change: str) -> Any:
    asked = sent_off(client, slug, way)
    house.nonce, house.number = asked.get("nonce", ""), user.username
    return client.get(f"/login/back/{slug}", {"state": asked["state"], "code": "good"} | change)


@pytest.mark.parametrize(("slug", "name"), [
    ("oidc", "统一身份认证"), ("wecom", "企业微信"), ("dingtalk", "钉钉"), ("feishu", "飞书"),
])  # fmt: skip
def test_each_gate_lets_in_whom_it_knows(
    slug: str, name: str, house: House, client: Client, office_user: User
) -> None:
    assert f"{name}登录" in client.get("/login").content.decode()
    answer = come_back(client, house, slug, office_user, way="?next=/me%3Fx=1")
    assert answer.status_code == 302 and answer["Location"] == "/me?x=1"
    assert client.get("/me").status_code == 200
    assert Event.objects.get(verb="units.session.opened").summary == f"{office_user.name}经{name}登录"


def test_the_secret_of_the_way_is_said_only_on_the_way_back(
    house: House, client: Client, office_user: User
) -> None:
    asked = sent_off(client, "oidc")
    assert asked["redirect_uri"] == "http://testserver/login/back/oidc" and asked["client_id"] == CLIENT
    house.nonce, house.number = asked["nonce"], office_user.username
    client.get("/login/back/oidc", {"state": asked["state"], "code": "good"})
    said = dict(house.asked)["/token"]
    hashed = hashlib.sha256(said["code_verifier"].encode()).digest()
    assert urlsafe_b64encode(hashed).rstrip(b"=").decode() == asked["code_challenge"]


@pytest.mark.parametrize(
    "lie",
    [
        {"claims": {"aud": "another"}}, {"claims": {"iss": "https://elsewhere.example"}}, {"claims": {"exp": 1}},
        {"claims": {"nonce": "of another login"}}, {"claims": {"azp": "another"}}, {"key": OTHER_KEY},
        {"broken": True},
    ],
)  # fmt: skip
def test_a_lie_lets_nobody_in(lie: dict[str, Any], house: House, client: Client, office_user: User) -> None:
    asked = sent_off(client, "oidc")
    house.nonce, house.number = asked["nonce"], office_user.username
    for name, value in lie.items():
        setattr(house, name, value)
    answer = client.get("/login/back/oidc", {"state": asked["state"], "code": "good"})
    assert answer.status_code == 400 and 'role="alert"' in answer.content.decode()
    assert client.get("/me").status_code == 302


def test_an_unsigned_token_lets_nobody_in(house: House, client: Client, office_user: User) -> None:
    import jwt

    asked = sent_off(client, "oidc")
    house.nonce, house.number = asked["nonce"], office_user.username
    real = house.token
    bare = jwt.encode(jwt.decode(real(), options={"verify_signature": False}), None, algorithm="none")
    house.token = lambda: bare  # type: ignore[method-assign]
    answer = client.get("/login/back/oidc", {"state": asked["state"], "code": "good"})
    del house.token
    assert answer.status_code == 400 and client.get("/me").status_code == 302


def test_a_login_begun_elsewhere_is_not_finished_here(house: House, office_user: User) -> None:
    begun, victim = Client(), Client()
    asked = sent_off(begun, "oidc")
    house.nonce, house.number = asked["nonce"], office_user.username
    way = {"state": asked["state"], "code": "good"}
    assert "不是从这里开始的" in victim.get("/login/back/oidc", way).content.decode()
    assert begun.get("/login/back/wecom", way).status_code == 400
    assert begun.get("/login/back/oidc", way).status_code == 400  # once only
    assert victim.get("/me").status_code == begun.get("/me").status_code == 302


def test_nobody_is_created_and_the_disabled_stay_out(house: House, client: Client, office_user: User) -> None:
    count = User.objects.count()
    stranger = User(username="990001")
    answer = come_back(client, house, "oidc", stranger)
    assert "没有你在用的账号" in answer.content.decode() and User.objects.count() == count
    User.objects.filter(pk=office_user.pk).update(is_active=False)
    assert come_back(client, house, "oidc", office_user).status_code == 400
    assert come_back(client, house, "oidc", User(username="")).status_code == 400


def test_refused_code_says_so(house: House, client: Client, office_user: User) -> None:
    answer = come_back(client, house, "wecom", office_user, code="stale")
    assert answer.status_code == 400 and "企业微信没有答应登录（40029）" in answer.content.decode()


def test_second_step_is_asked_all_the_same(house: House, client: Client, office_user: User) -> None:
    _, fresh = set_up(office_user)
    assert come_back(client, house, "oidc", office_user)["Location"] == "/login/code"
    assert client.get("/me").status_code == 302
    assert client.post("/login/code", {"code": fresh[0]}).status_code == 302
    assert "经统一身份认证登录" in Event.objects.get(verb="units.session.opened").summary


def test_in_the_browser_of_wecom_one_goes_without_a_tap_and_once(house: House, office_user: User) -> None:
    client = Client(headers={"user-agent": WECOM_PHONE})
    assert client.get("/login?next=/me")["Location"] == "/login/with/wecom?next=%2Fme"
    assert client.get("/login").status_code == 200
    assert Client().get("/login").status_code == 200


def test_a_gate_that_is_not_configured_is_not_there(client: Client, db: None) -> None:
    assert client.get("/login/with/oidc").status_code == 404
    assert client.get("/login/back/oidc").status_code == 404
    assert "login-ways" not in client.get("/login").content.decode() and NOW


def test_another_host_is_never_where_one_comes_out(house: House, client: Client, office_user: User) -> None:
    answer = come_back(client, house, "oidc", office_user, way="?next=https://elsewhere.example/")
    assert answer["Location"] == "/"


def test_a_house_that_is_down_leaves_the_password(client: Client, db: None, settings: LazySettings) -> None:
    settings.XUSHI_GATES = {"oidc": {"issuer": "http://127.0.0.1:9", "client": "x", "secret": "s"}}
    answer = client.get("/login/with/oidc")
    assert answer.status_code == 400 and "用账号密码登录" in answer.content.decode()
