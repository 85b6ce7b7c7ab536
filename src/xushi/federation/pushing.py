"""往上送：签好的件逐件送到上级，送不到的隔一阵再送，上级不收的记下它的话。"""

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import requests
from django.conf import settings
from django.db import DatabaseError, close_old_connections, connection, transaction
from django.db.models import F, Q

from xushi.federation.models import Sent
from xushi.federation.rules import Envelope
from xushi.journal.actions import SYSTEM, record
from xushi.journal.worker import wait_after

LEASE = timedelta(minutes=2)
TIMEOUT = (5, 20)  # 连上、等答复，秒
PAUSE = 15.0
LOCAL = ("127.0.0.1", "localhost", "::1")
Post = Callable[..., Any]

log = logging.getLogger(__name__)


def unusable(address: str) -> str:
    """Why an address cannot be sent to; empty where it can."""
    parts = urlsplit(address)
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOCAL):
        return ""
    return "上级的地址（XUSHI_FEDERATION_TO）要写成 https://主机/federation/receive/。"


def push_due(now: datetime, *, to: str, post: Post = requests.post) -> int:
    """Send what is due, months and numbers in order; returns how many were taken. now is the real clock."""
    delivered = 0
    while (sent := claim(now)) is not None:
        delivered += push(sent, now, to=to, post=post)
    return delivered


def claim(now: datetime) -> Sent | None:
    """Take the earliest that waits, by an update that only one of several senders can win."""
    waiting = Q(delivered_at=None, refused_at=None)
    first = Sent.objects.filter(waiting).order_by("month", "number").first()
    if first is None or (first.not_before and first.not_before > now):
        return None
    won = Sent.objects.filter(waiting, pk=first.pk, attempts=first.attempts).update(
        attempts=F("attempts") + 1, not_before=now + LEASE
    )
    return Sent.objects.get(pk=first.pk) if won else None


def push(sent: Sent, now: datetime, *, to: str, post: Post = requests.post) -> bool:
    """Hand one over; True where the level above says that it has exactly this one."""
    text = Envelope(sent.body, sent.key, sent.signature).text()
    try:
        answer = post(
            to,
            data=text.encode(),
            headers={"Content-Type": "application/json", "Accept": "application/json"},
            timeout=TIMEOUT,
            allow_redirects=False,
        )
        said = _said(answer)
    except requests.RequestException as problem:
        return _again(sent, now, f"连不上上级（{type(problem).__name__}）")
    if answer.status_code in (200, 201) and said.get("digest") == sent.digest:
        return _delivered(sent, now, str(said.get("sentence", "")))
    if 400 <= answer.status_code < 500 and answer.status_code not in (408, 429) and said.get("code"):
        return _refused(sent, now, str(said.get("sentence", "")))
    return _again(sent, now, f"上级答{answer.status_code}，没说收到")


def _said(answer: Any) -> dict[str, Any]:
    try:
        said = answer.json()
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _again(sent: Sent, now: datetime, why: str) -> bool:
    Sent.objects.filter(pk=sent.pk, delivered_at=None, attempts=sent.attempts).update(
        not_before=now + wait_after(sent.attempts), answer=f"{why}，稍后再送"[:500]
    )
    return False


@transaction.atomic
def _delivered(sent: Sent, now: datetime, said: str) -> bool:
    this = Sent.objects.filter(pk=sent.pk, delivered_at=None, digest=sent.digest)
    if not this.update(delivered_at=now, refused_at=None, answer=said[:500]):
        return False
    record(
        "federation.month.delivered",
        actor=SYSTEM,
        now=now,
        subject=sent,
        subject_name=sent.month.label,
        summary=f"{sent.month.label}{sent.name}送到上级",
    )
    return True


@transaction.atomic
def _refused(sent: Sent, now: datetime, said: str) -> bool:
    # an answer to what has been sent anew since says nothing of the new one
    this = Sent.objects.filter(pk=sent.pk, delivered_at=None, refused_at=None, attempts=sent.attempts)
    if this.update(refused_at=now, answer=said[:500]):
        record(
            "federation.month.refused",
            actor=SYSTEM,
            now=now,
            subject=sent,
            subject_name=sent.month.label,
            summary=f"上级不收{sent.month.label}{sent.name}：{said}",
        )
    return False


class Pusher:
    """Sends in the background until stopped; nothing to do where no address is set."""

    def __init__(self, clock: Callable[[], datetime], pause: float = PAUSE) -> None:
        self._clock, self._pause = clock, pause
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._loop, name="federation", daemon=True)

    def start(self) -> None:
        to = settings.XUSHI_FEDERATION_TO
        if not to:
            return
        if why := unusable(to):
            log.warning(why)
            return
        self._thread.start()

    def stop(self, patience: float = 30.0) -> None:
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(patience)

    def _loop(self) -> None:
        while not self._stop.is_set():
            try:
                push_due(self._clock(), to=settings.XUSHI_FEDERATION_TO)
            except DatabaseError:
                log.exception("往上送时数据库出错，稍后再试")
            finally:
                close_old_connections()
            self._stop.wait(self._pause)
        connection.close()
