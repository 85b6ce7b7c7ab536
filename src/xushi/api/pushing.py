"""推送：从封好的日志里挑出订了的，一件一件签了送去；送不到的越隔越久再送，十五次不成就不再送。"""

import ipaddress
import logging
import socket
import ssl
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from http.client import HTTPConnection, HTTPException
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.db import DatabaseError, close_old_connections, connection, transaction
from django.db.models import F

from xushi.api.actions_webhooks import secret_of
from xushi.api.models import WAITING, Delivery, Webhook
from xushi.api.rules_webhooks import (
    ATTEMPTS,
    PORTS,
    Network,
    body_of,
    matches,
    may_connect,
    problem_of_address,
    signature,
)  # fmt: skip
from xushi.core.clock import BEIJING
from xushi.journal.actions import SYSTEM, record
from xushi.journal.models import Event, Seal
from xushi.journal.worker import wait_after

PIECE = 500
LEASE = timedelta(minutes=2)
TIMEOUT = 10.0
KEPT = timedelta(days=90)
Post = Callable[[SplitResult, str, bytes, dict[str, str]], int]

log = logging.getLogger(__name__)
_running: list[threading.Thread] = []


def on_minute(real: datetime) -> None:
    """The worker's beat: write what is to be sent, and let a thread send what is due; the worker does not wait."""
    hooks = list(Webhook.objects.filter(stopped_at=None))
    for hook in hooks:
        while gather(hook, real) == PIECE:
            pass
    _running[:] = [one for one in _running if one.is_alive()]
    if hooks and not _running and Delivery.objects.filter(WAITING, not_before__lte=real).exists():
        thread = threading.Thread(target=_send_all, args=(real,), name="webhooks", daemon=True)
        _running.append(thread)
        thread.start()


def _send_all(real: datetime) -> None:
    try:
        push_due(real)
    except DatabaseError:
        log.exception("推送时数据库出错，下一分钟再来")
    finally:
        close_old_connections()
        connection.close()


@transaction.atomic
def gather(hook: Webhook, real: datetime) -> int:
    """The outbox rows for what was sealed since; returns how many events were looked at."""
    held = Webhook.objects.select_for_update().get(pk=hook.pk)
    seen = list(
        Seal.objects.filter(position__gt=held.after)
        .order_by("position")
        .values_list("position", "event_id", "event__verb")[:PIECE]
    )
    if not seen:
        return 0
    Delivery.objects.bulk_create(
        (
            Delivery(webhook=held, event_id=event, not_before=real)
            for _, event, verb in seen
            if matches(verb, held.verbs)
        ),
        ignore_conflicts=True,
    )
    Webhook.objects.filter(pk=held.pk).update(after=seen[-1][0])
    Delivery.objects.filter(webhook=held, delivered_at__lt=real - KEPT).delete()
    return len(seen)


def push_due(real: datetime, post: "Post | None" = None) -> int:
    """Send what is due; returns how many arrived. A side that does not answer is left alone for this round."""
    arrived, silent = 0, set[int]()
    while (one := claim(real, silent)) is not None:
        if push(one, real, post or over_the_wire):
            arrived += 1
        else:
            silent.add(one.webhook_id)
    return arrived


def claim(real: datetime, silent: "set[int]") -> Delivery | None:
    """Take the one that has waited longest, by an update that only one of several senders can win."""
    due = Delivery.objects.filter(WAITING, not_before__lte=real, webhook__stopped_at=None)
    first = due.exclude(webhook__in=silent).order_by("not_before", "pk").first()
    if first is None:
        return None
    won = Delivery.objects.filter(WAITING, pk=first.pk, attempts=first.attempts).update(
        attempts=F("attempts") + 1, not_before=real + LEASE
    )
    if not won:
        return claim(real, silent)
    taken: Delivery = Delivery.objects.select_related("webhook", "event").get(pk=first.pk)
    return taken


def push(one: Delivery, real: datetime, post: Post) -> bool:
    body = _body(one)
    at = int(real.timestamp())
    headers = {
        "Content-Type": "application/json",
        "X-Xushi-Delivery": str(one.pk),
        "X-Xushi-Signature": signature(secret_of(one.webhook), body, at),
    }
    try:
        parts, address = destination(one.webhook.url)
        status = post(parts, address, body, headers)
    except (OSError, HTTPException, NotAllowed) as problem:
        return _again(
            one,
            real,
            str(problem) if isinstance(problem, NotAllowed) else f"连不上（{type(problem).__name__}）",
        )
    if 200 <= status < 300:
        mine = Delivery.objects.filter(WAITING, pk=one.pk, attempts=one.attempts)
        return bool(mine.update(delivered_at=real, answer=f"对方答{status}"))
    return _again(one, real, f"对方答{status}")


def _body(one: Delivery) -> bytes:
    event: Event = one.event
    subjects = [(event.subject_kind, event.subject_id)] if event.subject_id is not None else []
    subjects += event.rows.order_by("pk").values_list("subject_kind", "subject_id")
    at = event.at.astimezone(BEIJING)
    return body_of(one.pk, event.pk, event.verb, at, list(dict.fromkeys(subjects)))


@transaction.atomic
def _again(one: Delivery, real: datetime, why: str) -> bool:
    """Later, at growing intervals; given up after the last attempt, which is told in the journal."""
    mine = Delivery.objects.filter(WAITING, pk=one.pk, attempts=one.attempts)
    if one.attempts < ATTEMPTS:
        mine.update(not_before=real + wait_after(one.attempts), answer=f"{why}，稍后再送"[:200])
    elif mine.update(dead_at=real, answer=f"{why}，送了{one.attempts}次，不再送"[:200]):
        record(
            "api.webhook.gave_up", actor=SYSTEM, now=real, subject=one.webhook, subject_name=one.webhook.name,
            summary=f"送不到{one.webhook.name}，送了{one.attempts}次，不再送：{why}",
        )  # fmt: skip
    return False


class NotAllowed(Exception):
    """The address is not, or no longer, one that is sent to; the message says why."""


def destination(url: str) -> tuple[SplitResult, str]:
    """Where to connect, looked up once: what is checked is what is used."""
    if why := problem_of_address(url, settings.XUSHI_WEBHOOK_HOSTS):
        raise NotAllowed(why)
    parts = urlsplit(url)
    try:
        found = socket.getaddrinfo(parts.hostname, None, type=socket.SOCK_STREAM)
    except UnicodeError as problem:
        raise OSError("不成名字") from problem
    addresses = [str(one[4][0]) for one in found]
    tls, networks = parts.scheme == "https", networks_of(settings.XUSHI_WEBHOOK_NETWORKS)
    if not all(may_connect(one, tls=tls, networks=networks) for one in addresses):
        raise NotAllowed(
            f"{parts.hostname}指到内网，或没有加密；要送请运维把网段加进 XUSHI_WEBHOOK_NETWORKS。"
        )
    return parts, addresses[0]


def networks_of(words: "list[str]") -> tuple[Network, ...]:
    try:
        return tuple(ipaddress.ip_network(word, strict=False) for word in words)
    except ValueError as problem:
        raise NotAllowed("XUSHI_WEBHOOK_NETWORKS里有不是网段的，请写成10.1.0.0/16这样。") from problem


class _Pinned(HTTPConnection):
    """A connection to the address that was checked, under the name that was asked for; it follows nothing."""

    def __init__(self, parts: SplitResult, address: str) -> None:
        super().__init__(parts.hostname or "", parts.port or PORTS[parts.scheme], timeout=TIMEOUT)
        self._address, self._tls = address, parts.scheme == "https"

    def connect(self) -> None:
        self.sock = socket.create_connection((self._address, self.port), self.timeout)
        if self._tls:
            self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self.host)


def over_the_wire(parts: SplitResult, address: str, body: bytes, headers: dict[str, str]) -> int:
    """Post it; the status is all that is read of the answer."""
    link = _Pinned(parts, address)
    try:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        link.request("POST", path, body, headers)
        return link.getresponse().status
    finally:
        link.close()
