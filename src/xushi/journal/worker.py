"""办反应：认领一条、办一条；一条出错只拖延它自己。"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from importlib import import_module

from django.db import transaction
from django.db.models import F, Q

from xushi.journal.models import Event, Reaction

LEASE = timedelta(minutes=5)
FIRST_WAIT = timedelta(seconds=10)
LONGEST_WAIT = timedelta(hours=1)
CANDIDATES = 20

log = logging.getLogger(__name__)


class LostClaimError(Exception):
    """Another worker took the reaction over while this one was at it: its work is rolled back."""


def work(now: datetime) -> int:
    """Try every reaction that is due at now, each once; returns how many were done. now is the real clock."""
    done = 0
    while (reaction := claim(now)) is not None:
        done += carry_out(reaction, now)
    return done


def claim(now: datetime) -> Reaction | None:
    """Take the reaction that has waited longest, by an update that only one of several workers can win."""
    free = Q(done_at=None, not_before__lte=now) & (Q(claimed_until=None) | Q(claimed_until__lte=now))
    waiting = Reaction.objects.filter(free).order_by("not_before", "pk").values_list("pk", flat=True)
    for number in waiting[:CANDIDATES]:
        won = Reaction.objects.filter(free, pk=number).update(
            claimed_until=now + LEASE, attempts=F("attempts") + 1
        )
        if won:
            return Reaction.objects.select_related("event").get(pk=number)
    return None


def carry_out(reaction: Reaction, now: datetime) -> bool:
    """Run the reaction and mark it done in one transaction, so that what it writes is written exactly once."""
    try:
        with transaction.atomic():
            _named(reaction.name)(reaction.event)
            mine = Reaction.objects.filter(
                pk=reaction.pk, done_at=None, attempts=reaction.attempts, claimed_until=reaction.claimed_until
            )
            if not mine.update(done_at=now, claimed_until=None, error=""):
                raise LostClaimError
    except LostClaimError:
        return False
    except Exception as problem:
        log.exception("反应%s办事件%s时出错（第%s次）", reaction.name, reaction.event_id, reaction.attempts)
        _put_off(reaction, now, f"{type(problem).__name__}: {problem}")
        return False
    return True


def wait_after(attempts: int) -> timedelta:
    """10 seconds after the first failure, doubled by each further one, at most an hour."""
    doublings = min(attempts - 1, 20)
    return min(FIRST_WAIT * (1 << doublings), LONGEST_WAIT)


def _put_off(reaction: Reaction, now: datetime, error: str) -> None:
    Reaction.objects.filter(pk=reaction.pk, done_at=None, attempts=reaction.attempts).update(
        not_before=now + wait_after(reaction.attempts), claimed_until=None, error=error[:2000]
    )


def _named(name: str) -> Callable[[Event], None]:
    module, _, function = name.rpartition(".")
    reaction: Callable[[Event], None] = getattr(import_module(module), function)
    return reaction
