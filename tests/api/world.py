"""一个小区，一个按月取数的省平台、一个街道的系统，各有令牌。"""

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.test import Client

from tests.factories import NOW, UserFactory, appoint
from xushi.api.actions import issue_token
from xushi.api.models import ServiceAccount, Token
from xushi.api.rules import SCOPES
from xushi.config import clock
from xushi.journal.actions import SYSTEM
from xushi.units.models import Unit


def account_of(name: str, role: str, *, unit: Unit, scope: Unit | None = None) -> ServiceAccount:
    user = appoint(UserFactory(name=name, password=None), role, unit=unit, scope=scope)
    return ServiceAccount.objects.create(user=user, purpose="测试", contact="张三", opened_at=NOW)


def token_of(account: ServiceAccount, *scopes: str, days: int = 30) -> str:
    return issue_token(account, scopes or tuple(SCOPES), days, actor=SYSTEM, now=clock.real())[1]


@dataclass
class Other:
    """Another system with a token."""

    text: str
    client: Client

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(f"/api/v1/{path}", query, headers=self.headers)

    def post(self, path: str, body: Any, key: str = "key-00000001") -> Any:
        return self.client.post(
            f"/api/v1/{path}",
            body if isinstance(body, str) else json.dumps(body),
            content_type="application/json",
            headers=self.headers | {"Idempotency-Key": key},
        )

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.text}"}


def system(account: ServiceAccount, *scopes: str) -> Other:
    return Other(token_of(account, *scopes), Client(raise_request_exception=False))


def expire(text: str) -> None:
    from xushi.api.rules import digest_of

    Token.objects.filter(digest=digest_of(text)).update(expires_at=clock.real() - timedelta(seconds=1))
