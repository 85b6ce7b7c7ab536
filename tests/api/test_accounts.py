"""服务账号和令牌：系统管理员开，安全管理员发，别人都不行；令牌只说一次。"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from tests.api.world import Other, account_of, token_of
from tests.factories import NOW, UserFactory
from xushi.api.actions import issue_token, revoke_token
from xushi.api.models import ServiceAccount, Token
from xushi.config import clock
from xushi.journal.actions import Actor
from xushi.journal.models import Event
from xushi.units.actions_emergency import grant_emergency
from xushi.units.models import Role, Unit, User
from xushi.units.rules import Refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def client_of() -> Callable[[User], Client]:
    def logged_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return logged_in


def test_the_system_administrator_opens_and_only_the_security_administrator_issues(
    client_of: Any, district: Unit, system_admin: User, security_admin: User
) -> None:
    given = {
        "username": "sheng-pt",
        "name": "省平台",
        "unit": district.pk,
        "purpose": "取月度数",
        "contact": "李四",
    }
    assert client_of(security_admin).post("/api/accounts/", given).status_code == 403
    assert client_of(system_admin).post("/api/accounts/", given).status_code == 302
    account = ServiceAccount.objects.get()
    assert not account.user.has_usable_password()
    wanted = {"scopes": ["read:projects"], "days": 30}
    assert client_of(system_admin).post(f"/api/accounts/{account.pk}/tokens/", wanted).status_code == 403
    page = client_of(security_admin).post(f"/api/accounts/{account.pk}/tokens/", wanted)
    token = Token.objects.get()
    assert token.head in page.content.decode()
    assert page["Cache-Control"] == "no-store"
    text = page.context["new_token"]
    assert text not in client_of(security_admin).get("/api/").content.decode()
    assert text not in str(list(Event.objects.values_list("summary", "changes")))
    assert Event.objects.filter(verb="api.token.issued", actor=security_admin).exists()


@pytest.mark.parametrize("name", ["office_user", "leader_user", "territory_user", "auditor"])
def test_nobody_else_comes_in(client_of: Any, request: pytest.FixtureRequest, name: str) -> None:
    assert client_of(request.getfixturevalue(name)).get("/api/").status_code == 403


def test_a_rotated_token_works_for_a_day_more_and_a_revoked_one_not_at_all(
    client_of: Any, district: Unit, security_admin: User
) -> None:
    account = account_of("省平台", Role.LEADER, unit=district)
    other = Other(token_of(account), Client())
    token = Token.objects.get()
    made = client_of(security_admin).post(f"/api/tokens/{token.pk}/rotate/", {"days": 60})
    assert Other(made.context["new_token"], Client()).get("months").status_code == 200
    assert other.get("months").status_code == 200
    token.refresh_from_db()
    assert (token.expires_at - clock.real()).total_seconds() <= 24 * 3600
    client_of(security_admin).post(f"/api/tokens/{token.pk}/revoke/")
    assert other.get("months").status_code == 401


def test_an_administrator_account_is_given_no_token(district: Unit, security_admin: User) -> None:
    account = account_of("误任", Role.AUDITOR, unit=district)
    with pytest.raises(Refused, match="管理员账号不发令牌"):
        issue_token(account, ["read:projects"], 30, actor=Actor(by=security_admin), now=clock.real())


def test_revoking_twice_is_told_once(district: Unit, security_admin: User) -> None:
    token_of(account_of("省平台", Role.LEADER, unit=district))
    for _ in range(2):
        revoke_token(Token.objects.get(), actor=Actor(by=security_admin), now=clock.real())
    assert Event.objects.filter(verb="api.token.revoked").count() == 1


def test_the_manual_and_the_description_load_nothing_from_elsewhere(
    client_of: Any, security_admin: User
) -> None:
    page = client_of(security_admin).get("/api/manual/").content.decode()
    assert "/api/v1/months/{month}/projects" in page
    assert "https://" not in page
    described = Client().get("/api/v1/openapi.json").json()
    assert described["openapi"].startswith("3.")
    assert "/api/v1/reports" in described["paths"]


def test_no_password_is_set_on_a_service_account(client_of: Any, district: Unit, system_admin: User) -> None:
    account = account_of("省平台", Role.LEADER, unit=district)
    answer = client_of(system_admin).post(
        f"/people/{account.user.pk}/password", {"password": "Chang-mima-2018"}
    )
    assert "是服务账号，没有密码" in answer.content.decode()
    account.user.refresh_from_db()
    assert not account.user.has_usable_password()
    page = client_of(system_admin).get(f"/people/{account.user.pk}").content.decode()
    assert "服务账号，没有密码" in page
    assert "reset-password" not in page


def test_an_emergency_appointment_that_is_over_opens_nothing(
    district: Unit, security_admin: User, settings: Any
) -> None:
    user = UserFactory(name="夜班系统", password=None)
    account = ServiceAccount.objects.create(user=user, purpose="测试", contact="张三", opened_at=NOW)
    other = Other(token_of(account), Client())
    settings.XUSHI_NOW = NOW
    assert other.get("months").status_code == 403
    grant_emergency(
        user=user, role=Role.LEADER, scope=district, hours=2, reason="夜间抢险要看全区",
        actor=Actor(by=security_admin), now=NOW,
    )  # fmt: skip
    assert other.get("months").status_code == 200
    settings.XUSHI_NOW = NOW + timedelta(hours=2)
    assert (other.get("months").status_code, user.appointments.get().ended_at) == (
        403,
        NOW + timedelta(hours=2),
    )
