"""权限总表自己也要试：判断松了它听得见；令牌、直播、限定阅读这几样，不在人和网址的格子里，另走一遍。"""

from collections.abc import Callable, Iterator
from datetime import timedelta
from types import ModuleType
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from tests import refused
from tests.demo import laid, live, samples
from tests.demo.matrix import BY_TOKEN, LEFT_OUT, Walk, routes, table
from tests.demonstration import Demonstration
from xushi.api.models import Token
from xushi.api.rules import SCOPES
from xushi.api.views_access import forget_pace
from xushi.config import clock
from xushi.exchange import policy as exchange
from xushi.guarantees import policy as guarantees
from xushi.planning import policy as planning
from xushi.registry import policy as registry
from xushi.supervision.models import SupervisionOrder
from xushi.units.models import User

pytestmark = pytest.mark.django_db
# 判断，松开的，和该听见的网址
LOOSENED: dict[ModuleType, dict[str, Callable[..., Any]]] = {
    planning: {
        "planning:index": planning.can_read, "planning:act": planning.can_settle,
    },
    exchange: {"exchange:template": exchange.can_import, "exchange:preview": exchange.batches_for},
    registry: {"registry:decide_plan": registry.can_decide_plan},
    guarantees: {"guarantees:ask": guarantees.is_asker},
}  # fmt: skip
# 令牌里的一样权限，放进去的网址
OPENED = {
    "read:projects": {"projects", "project", "months", "month_figures", "month_projects"},
    "read:alerts": {"alerts"}, "read:orders": {"orders"}, "read:duties": {"todo"},
    "read:problems": {"problems"}, "read:permits": {"permit_steps", "steps"}, "read:indicators": {"scores"},
    "write:reports": {"reports"}, "write:problems": {"problems"}, "write:permits": {"permit_steps", "steps"},
    "write:orders": {"acknowledge", "reply"},
}  # fmt: skip


@pytest.fixture(scope="module")
def built(demonstration: Demonstration) -> Iterator[str]:
    with demonstration(lambda said: said) as said:
        yield said


@pytest.fixture
def walk(built: str, db: None, monkeypatch: pytest.MonkeyPatch) -> Walk:
    refused.drawn_once(monkeypatch)
    monkeypatch.setattr(settings, "XUSHI_API_PER_MINUTE", 10**9)
    forget_pace()
    return Walk()


def test_what_nobody_reaches_is_named_with_a_reason() -> None:
    """The list is short, and names only what is there: everything else is reached, or the walk fails."""
    assert samples.UNREACHED.keys() <= {route.name for route in routes()} - LEFT_OUT
    assert all(len(why) >= 2 for why in samples.UNREACHED.values())
    nobody = {name for name, rule in table().items() if not any(rule.values())}
    assert nobody == samples.UNREACHED.keys()


def test_a_judgement_that_lets_everybody_in_is_heard(walk: Walk, monkeypatch: pytest.MonkeyPatch) -> None:
    """In four rooms: the table, right as long as nothing is loose (the walk of test_builder.py says so), is no more."""
    by_name, rules = {route.name: route for route in routes()}, table()
    deaf = []
    for room, judged in LOOSENED.items():
        for name, judge in judged.items():
            with monkeypatch.context() as patch:
                everything = judge is exchange.batches_for
                patch.setattr(room, judge.__name__, _every_batch if everything else lambda *_: True)
                patch.setattr(exchange, "kinds_for", lambda _: list(exchange.KINDS)) if everything else None
                if not walk.broken(by_name[name], rules[name]):
                    deaf.append(f"{name}：{judge.__name__}松了没听见")
    assert deaf == []


def _every_batch(_: User) -> Any:
    return exchange.ImportBatch.objects.all()


def test_a_loose_sight_is_heard_by_strangers_and_of_confidential_words(
    walk: Walk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whose sight is what the walk goes by would be let off with it, were the strangers not others by how they were
    made, and the confidential order not kept apart by its number."""
    route = next(one for one in routes() if one.name == "supervision:order")
    monkeypatch.setattr(type(SupervisionOrder.objects.all()), "visible_to", lambda rows, _: rows.all())
    said = "\n".join(walk.broken(route, table()[route.name]))
    assert "outside_office看不到的那件" in said
    assert "below_department看不到的那件" in said
    [secret] = laid.guarded("supervision.SupervisionOrder")
    assert f"office看不到的那件{secret}也答200" in said


def test_the_confidential_order_is_there_for_its_reader_and_its_author(walk: Walk) -> None:
    [order] = laid.guarded("supervision.SupervisionOrder")
    for account, (_, client) in walk.clients.items():
        answer = client.get(reverse("supervision:order", args=[order]))
        assert (answer.status_code == 200) == (account in laid.IN_ON_IT), account


def test_the_interface_is_closed_without_a_token_in_force(walk: Walk) -> None:
    """None, a made-up one, one that is over, one that was revoked, and a login in its place."""
    office = walk.clients["office"][0]
    over, revoked = laid.bearer(office), laid.bearer(office)
    for client, change in (
        (over, {"expires_at": clock.real() - timedelta(seconds=1)}),
        (revoked, {"revoked_at": clock.real()}),
    ):
        Token.objects.filter(digest=_digest(client)).update(**change)
    made_up = Client(headers={"Authorization": "Bearer xushi_x"})
    for client in (Client(), made_up, over, revoked, walk.clients["office"][1]):
        for route in (one for one in routes() if one.name.startswith(BY_TOKEN)):
            assert {walk._ask(client, route, method, 1) for method in ("get", "post")} <= {401, 405}, (
                route.name
            )


def _digest(client: Any) -> str:
    from xushi.api.rules import digest_of

    return digest_of(client.defaults["HTTP_AUTHORIZATION"].removeprefix("Bearer "))


def test_each_scope_of_a_token_opens_its_own_addresses(walk: Walk) -> None:
    """With one scope alone: its own are not refused for want of a scope, all others are."""
    assert OPENED.keys() == SCOPES.keys()
    for scope in SCOPES:
        way, method, account = (
            ("read", "get", "office") if scope.startswith("read") else ("write", "post", "territory")
        )
        user = walk.clients[account][0]
        client = laid.bearer(user, scope)
        for route in {one.name: one for one in routes() if one.name.startswith(BY_TOKEN)}.values():
            status = walk._ask(client, route, method, walk._subjects(route, user, way)[0][0], way)
            mine = route.name.removeprefix(BY_TOKEN) in OPENED[scope]
            assert mine == (status not in (403, 405)), (scope, route.name, status)


def test_a_stream_is_for_whoever_opened_it(walk: Walk) -> None:
    """Nobody without a login; nobody by another's ticket, or by their own for another camera."""
    assert live.ask("live:events", Client(), "get", None) == 401
    office, owner = walk.clients["office"][1], walk.clients["owner"][1]
    route = next(one for one in routes() if one.name == "live:open")
    [mine], [theirs] = walk._subjects(route, walk.clients["owner"][0])
    assert live.ask("live:open", owner, "post", mine) == 204
    assert live.opened(owner, mine, live.ticket(office, mine)) == 403
    assert live.opened(owner, theirs, live.ticket(owner, mine)) == 403
    assert live.opened(Client(), mine, live.ticket(owner, mine)) == 403
