"""到期就清：过期的登录、办过的去重号、办完的反应、登录失败的记录、限次的旧数。日志不清。"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Q

from xushi.api.models import Handled
from xushi.journal.actions import SYSTEM, record
from xushi.journal.models import Event, Reaction
from xushi.kit.models import Spent
from xushi.operations.models import BackupRun
from xushi.units.actions_personal import forget_person
from xushi.units.left import long_gone
from xushi.units.models import SignedIn

PRUNED = "operations.data.pruned"
AT_ONCE = 2000
DAY = timedelta(days=1)
ONCE_IN = timedelta(hours=20)
REACTIONS_KEPT, KEYS_KEPT, ATTEMPTS_KEPT, RUNS_KEPT = 90 * DAY, 90 * DAY, 180 * DAY, 365 * DAY


def due(real: datetime) -> bool:
    """Not yet done within the last twenty hours."""
    return not Event.objects.filter(verb=PRUNED, at__gt=real - ONCE_IN).exists()


def old_rows(real: datetime) -> Iterator[tuple[str, Any]]:
    """What is called what, and the rows that are over."""
    longest = timedelta(seconds=settings.XUSHI_SESSION_SECONDS)
    yield "过期的会话", Session.objects.filter(expire_date__lt=real)
    yield "过期的登录处", SignedIn.objects.filter(opened_at__lt=real - longest - DAY)
    yield "办过的去重号", Handled.objects.filter(at__lt=real - KEYS_KEPT)
    yield "办完的反应", Reaction.objects.filter(done_at__lt=real - REACTIONS_KEPT)
    yield "登录失败的计数", AccessAttempt.objects.filter(attempt_time__lt=real - ATTEMPTS_KEPT)
    yield "登录失败的记录", AccessFailureLog.objects.filter(attempt_time__lt=real - ATTEMPTS_KEPT)
    yield "登录的地址记录", AccessLog.objects.filter(attempt_time__lt=real - ATTEMPTS_KEPT)
    yield "旧的备份记录", BackupRun.objects.filter(started_at__lt=real - RUNS_KEPT)
    yield "限次的旧数", Spent.objects.filter(_over(real))


def _over(real: datetime) -> Q:
    paces = {matter: seconds for matter, (_, seconds) in settings.XUSHI_LIMITS.items()} | {"api": 60}
    condition = Q(pk__in=[])
    for matter, seconds in paces.items():
        window = int(real.timestamp() // seconds)
        condition |= (Q(key__startswith=f"{matter}:") | Q(key__startswith=f"{matter}@")) & Q(
            window__lt=window
        )
    return condition


def prune(*, now: datetime, real: datetime) -> dict[str, int]:
    """Everything that is over goes, some at a time so that no lock is held long; one event says how much.

    now is the moment the product lives in, by which people are counted as gone.
    """
    gone = {name: count for name, rows in old_rows(real) if (count := _delete(rows))}
    people = long_gone(settings.XUSHI_KEEP_LEFT_YEARS, now).filter(service=None)
    for user in list(people):
        forget_person(user=user, now=now)
        gone["离任人员"] = gone.get("离任人员", 0) + 1
    said = "、".join(f"{name}{count}" for name, count in gone.items())
    with transaction.atomic():
        record(
            PRUNED, actor=SYSTEM, now=real, summary=f"清理：{said}" if said else "清理：没有到期的",
            changes={name: [count, 0] for name, count in gone.items()},
        )  # fmt: skip
    return gone


def _delete(rows: Any) -> int:
    total = 0
    while some := list(rows.order_by("pk").values_list("pk", flat=True)[:AT_ONCE]):
        total += rows.model.objects.filter(pk__in=some).delete()[0]
    return total
