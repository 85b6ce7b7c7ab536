"""订阅：只往许可的主机送；签了名；送不到的越隔越久再送，再不成就不再送，可再送；不带姓名和内容。"""

import hashlib
import hmac
import ipaddress
import json
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import SplitResult

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.test import Client

from tests.factories import NOW
from xushi.api import actions_webhooks as actions
from xushi.api import pushing
from xushi.api.models import Delivery, Webhook
from xushi.api.rules_webhooks import ATTEMPTS, matches, may_connect, problem_of_address, problem_of_verbs
from xushi.journal.actions import SYSTEM, Actor, RowChange, record
from xushi.journal.models import Event
from xushi.journal.sealing import seal_events
from xushi.units.models import Unit, User
from xushi.units.rules import Refused

CLOSED = "supervision.order.closed"
URL = "https://example.org/hook?from=xushi"
HOSTS = ["example.org", "10.0.0.5:8443"]


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("https://example.org/x", ""),
        ("https://EXAMPLE.org:443/x", ""),
        ("https://10.0.0.5:8443/x", ""),
        ("https://10.0.0.5/x", "名单"),
        ("https://example.org:8443/x", "名单"),
        ("https://example.org.evil.cn/", "名单"),
        ("https://example.org@evil.cn/", "地址要写成"),
        ("https://evil.cn/#example.org", "地址要写成"),
        ("ftp://example.org/", "地址要写成"),
        ("file:///etc/passwd", "地址要写成"),
        ("https://example.org:99999/", "写得不对"),
        ("https://example.org/a b", "英文字符"),
        ("https://例.org/", "英文字符"),
        ("", "地址要写成"),
    ],
)
def test_only_listed_hosts(url: str, why: str) -> None:
    told = problem_of_address(url, HOSTS)
    assert (why in told) if why else told == ""


@pytest.mark.parametrize(
    ("address", "tls", "may"),
    [
        ("93.184.216.34", True, True), ("93.184.216.34", False, False), ("127.0.0.1", True, False),
        ("10.1.2.3", True, False), ("10.9.2.3", False, True), ("169.254.169.254", True, False),
        ("::1", True, False), ("::ffff:10.1.2.3", True, False), ("fe80::1%eth0", True, False),
        ("224.0.0.1", True, False), ("0.0.0.0", True, False),
        ("64:ff9b::a00:1", True, False), ("64:ff9b::5db8:d822", True, True), ("2002:a00:1::1", True, False),
        ("2001:0:a00:1:0:0:f5ff:fffe", True, False), ("::10.0.0.1", True, False), ("fec0::1", True, False),
        ("2606:4700:4700::1111", True, True), ("64:ff9b::a09:203", False, True),
    ],
)  # fmt: skip
def test_private_addresses_only_where_they_are_listed(address: str, tls: bool, may: bool) -> None:
    assert may_connect(address, tls=tls, networks=[ipaddress.ip_network("10.9.0.0/16")]) is may


def test_verbs_by_name_or_by_beginning() -> None:
    assert matches(CLOSED, ["supervision.order.*"]) and matches(CLOSED, [CLOSED])
    assert not matches("supervision.order.closedly", [CLOSED])
    assert not matches("units.session.opened", ["units.*"])
    assert problem_of_verbs([CLOSED, "permits.step.*"]) == ""
    assert "supervision.order.closed" in problem_of_verbs(["supervision.order.close"])
    assert problem_of_verbs(["units.session.opened"]) and problem_of_verbs(["*"]) and problem_of_verbs([])


@pytest.fixture
def hook(db: None, settings: Any) -> Webhook:
    settings.XUSHI_WEBHOOK_HOSTS = HOSTS
    return actions.add_webhook(name="省平台", url=URL, verbs=["supervision.order.*"], actor=SYSTEM, now=NOW)[
        0
    ]


@pytest.fixture(autouse=True)
def _names(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [(2, 1, 6, "", ("93.184.216.34", 0))]
    monkeypatch.setattr(pushing.socket, "getaddrinfo", lambda *_args, **_more: found)


def happened(unit: Unit, verb: str = CLOSED) -> Event:
    with transaction.atomic():
        event = record(
            verb, actor=SYSTEM, now=NOW, subject=unit, summary="督办17号销号，张三的话",
            rows=[RowChange(unit, "桥林街道", {"话": ["", "秘密"]})],
        )  # fmt: skip
    while seal_events():
        pass
    return event


class Side:
    """The other side: it answers what it is told to, and remembers what came."""

    def __init__(self, status: int = 204) -> None:
        self.status = status
        self.came: list[tuple[bytes, dict[str, str]]] = []

    def __call__(self, parts: SplitResult, address: str, body: bytes, headers: dict[str, str]) -> int:
        assert (parts.hostname, address) == ("example.org", "93.184.216.34")
        self.came.append((body, headers))
        if self.status == 0:
            raise ConnectionRefusedError
        return self.status


def test_what_happened_is_sent_once_and_signed(hook: Webhook, subdistrict: Unit) -> None:
    event = happened(subdistrict)
    happened(subdistrict, "permits.step.approved")
    for _ in range(2):
        pushing.gather(hook, NOW)
    side = Side()
    assert (pushing.push_due(NOW, side), pushing.push_due(NOW, side)) == (1, 0)
    [(body, headers)] = side.came
    said = json.loads(body)
    thing = {"kind": "units.unit", "id": subdistrict.pk}
    assert said == {
        "delivery": Delivery.objects.get().pk, "event": event.pk, "verb": CLOSED, "at": NOW.isoformat(),
        "subjects": [thing], "subjects_total": 1,
    }  # fmt: skip
    assert "张三" not in body.decode() and "秘密" not in body.decode()
    at, _, made = headers["X-Xushi-Signature"].partition(",v1=")
    text = f"{at.removeprefix('t=')}.".encode() + body
    assert at == f"t={int(NOW.timestamp())}"
    assert made == hmac.new(actions.secret_of(hook).encode(), text, hashlib.sha256).hexdigest()


def test_what_was_before_the_subscription_is_not_sent(subdistrict: Unit, settings: Any) -> None:
    happened(subdistrict)
    settings.XUSHI_WEBHOOK_HOSTS = HOSTS
    hook, secret = actions.add_webhook(name="省", url=URL, verbs=[CLOSED], actor=SYSTEM, now=NOW)
    happened(subdistrict)
    pushing.gather(hook, NOW)
    assert Delivery.objects.count() == 1
    assert secret not in str(list(Webhook.objects.values())) + str(list(Event.objects.values()))


def test_a_side_that_fails_is_tried_at_growing_intervals_and_then_given_up_and_replayed(
    hook: Webhook, subdistrict: Unit, security_admin: User
) -> None:
    happened(subdistrict)
    pushing.gather(hook, NOW)
    side, now, waits = Side(0), NOW, []
    for _ in range(ATTEMPTS):
        assert pushing.push_due(now, side) == 0
        one = Delivery.objects.get()
        if one.dead_at is None:
            assert pushing.push_due(one.not_before - timedelta(seconds=1), side) == 0
            waits.append((one.not_before - now).total_seconds())
            now = one.not_before
        side.status = 302  # a redirect is no arrival
    assert waits[:4] == [10, 20, 40, 80] and max(waits) == 3600
    assert one.dead_at == now and len(side.came) == ATTEMPTS
    assert Event.objects.filter(verb="api.webhook.gave_up").count() == 1
    assert pushing.push_due(now + timedelta(days=1), side) == 0
    side.status = 200
    assert actions.replay(hook, actor=Actor(by=security_admin), now=now) == 1
    assert pushing.push_due(now, side) == 1
    assert json.loads(side.came[0][0]) == json.loads(side.came[-1][0])
    with pytest.raises(Refused):
        actions.replay(hook, actor=Actor(by=security_admin), now=now)


def test_a_silent_side_keeps_no_other_waiting_and_a_stopped_one_gets_nothing(
    hook: Webhook, subdistrict: Unit, settings: Any
) -> None:
    other, _ = actions.add_webhook(name="市", url=URL, verbs=[CLOSED], actor=SYSTEM, now=NOW)
    for _ in range(3):
        happened(subdistrict)
    for one in (hook, other):
        pushing.gather(one, NOW)

    calls = []

    def first_fails(_parts: Any, _address: str, body: bytes, _headers: Any) -> int:
        which = Delivery.objects.get(pk=json.loads(body)["delivery"]).webhook_id
        calls.append(which)
        return 500 if which == hook.pk else 200

    assert pushing.push_due(NOW, first_fails) == 3
    assert calls.count(hook.pk) == 1
    actions.stop_webhook(hook, actor=SYSTEM, now=NOW)
    assert pushing.push_due(NOW + timedelta(hours=1), first_fails) == 0
    assert len(calls) == 4


def test_a_name_that_leads_inside_or_was_taken_off_the_list_is_not_called(
    hook: Webhook, subdistrict: Unit, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    happened(subdistrict)
    pushing.gather(hook, NOW)
    side = Side()
    inside = [(2, 1, 6, "", ("93.184.216.34", 0)), (2, 1, 6, "", ("127.0.0.1", 0))]
    monkeypatch.setattr(pushing.socket, "getaddrinfo", lambda *_args, **_more: inside)
    assert pushing.push_due(NOW, side) == 0
    assert "内网" in Delivery.objects.get().answer
    settings.XUSHI_WEBHOOK_HOSTS = []
    assert pushing.push_due(NOW + timedelta(hours=1), side) == 0
    assert "XUSHI_WEBHOOK_HOSTS" in Delivery.objects.get().answer
    assert side.came == []


@pytest.fixture
def listening() -> Iterator[tuple[int, list[tuple[str, bytes]]]]:
    came: list[tuple[str, bytes]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            came.append((self.path, self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(302)
            self.send_header("Location", "/elsewhere")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield server.server_port, came
    server.shutdown()
    thread.join()
    server.server_close()


def test_over_a_real_wire_nothing_is_followed(
    listening: tuple[int, list[tuple[str, bytes]]], subdistrict: Unit, settings: Any, monkeypatch: Any
) -> None:
    port, came = listening
    settings.XUSHI_WEBHOOK_HOSTS, settings.XUSHI_WEBHOOK_NETWORKS = [f"hook.local:{port}"], ["127.0.0.0/8"]
    found = [(2, 1, 6, "", ("127.0.0.1", 0))]
    monkeypatch.setattr(pushing.socket, "getaddrinfo", lambda *_args, **_more: found)
    monkeypatch.setattr(
        pushing.socket, "create_connection",
        _connected,
    )  # fmt: skip
    url = f"http://hook.local:{port}/in?x=1"
    hook, _ = actions.add_webhook(name="本机", url=url, verbs=[CLOSED], actor=SYSTEM, now=NOW)
    happened(subdistrict)
    pushing.gather(hook, NOW)
    assert pushing.push_due(NOW) == 0
    assert [path for path, _ in came] == ["/in?x=1"]
    assert Delivery.objects.get().answer == "对方答302，稍后再送"


def _connected(at: tuple[str, int], timeout: float) -> Any:
    import socket

    link = socket.socket()
    link.settimeout(timeout)
    link.connect(at)
    return link


@pytest.fixture
def client_of() -> Callable[[User], Client]:
    def logged_in(user: User) -> Client:
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return logged_in


def test_the_page_belongs_to_the_security_administrator(
    client_of: Any,
    settings: Any,
    subdistrict: Unit,
    security_admin: User,
    system_admin: User,
    office_user: User,
) -> None:
    settings.XUSHI_WEBHOOK_HOSTS = HOSTS
    given = {"name": "省平台", "url": URL, "verbs": f"{CLOSED}\npermits.step.*"}
    for user in (system_admin, office_user):
        assert client_of(user).get("/api/webhooks/").status_code == 403
        assert client_of(user).post("/api/webhooks/", given).status_code == 403
    with pytest.raises(PermissionDenied):
        actions.add_webhook(name="省", url=URL, verbs=[CLOSED], actor=Actor(by=office_user), now=NOW)
    client = client_of(security_admin)
    refused = client.post("/api/webhooks/", given | {"url": "https://evil.cn/"})
    assert (refused.status_code, Webhook.objects.count()) == (422, 0)
    assert "XUSHI_WEBHOOK_HOSTS" in refused.content.decode()
    page = client.post("/api/webhooks/", given)
    hook = Webhook.objects.get()
    assert actions.secret_of(hook) in page.content.decode() and page["Cache-Control"] == "no-store"
    happened(subdistrict)
    pushing.gather(hook, NOW)
    pushing.push_due(NOW, Side())
    one = Delivery.objects.get()
    shown = client.get("/api/webhooks/").content.decode()
    assert "送到" in shown and actions.secret_of(hook) not in shown
    assert client.post(f"/api/deliveries/{one.pk}/replay/").status_code == 302
    one.refresh_from_db()
    assert one.delivered_at is None
    assert client.post(f"/api/deliveries/{one.pk}/replay/").status_code == 404  # it waits already
    client.post(f"/api/webhooks/{hook.pk}/stop/")
    hook.refresh_from_db()
    assert hook.stopped_at
    verbs = Event.objects.filter(verb__startswith="api.webhook").values_list("verb", flat=True)
    assert list(verbs) == ["api.webhook.added", "api.webhook.replayed", "api.webhook.stopped"]


def test_the_beat_writes_and_lets_a_thread_send(
    hook: Webhook, subdistrict: Unit, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = []
    monkeypatch.setattr(pushing, "_send_all", started.append)
    pushing.on_minute(NOW)
    assert started == []
    happened(subdistrict)
    pushing.on_minute(NOW)
    pushing._running[0].join()
    assert started == [NOW]
    assert Delivery.objects.count() == 1
