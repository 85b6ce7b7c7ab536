"""办反应：认领一条、办一条；一条出错只拖延它自己。"""

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from importlib import import_module
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F, Q

from xushi.journal import steps
from xushi.journal.actions import goes_by_steps
from xushi.journal.models import Event, Reaction

if TYPE_CHECKING:
    from django.db.models import QuerySet

LEASE = timedelta(minutes=5)
FIRST_WAIT = timedelta(seconds=10)
LONGEST_WAIT = timedelta(hours=1)
CANDIDATES = 20
BREATH = 0.02  # seconds between two steps: SQLite's writers ask for the lock again and again, and want a gap

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
    """Run the reaction and mark it done in one transaction, so that what it writes is written exactly once; one that
    goes by steps is marked when all of them are done."""
    try:
        react = _named(reaction.name)  # loading its module tells how it goes
        if goes_by_steps(reaction.name):
            with steps.taken(_between(reaction, now)):
                react(reaction.event)
            _done(reaction, now)
        else:
            with transaction.atomic():
                react(reaction.event)
                _done(reaction, now)
    except LostClaimError:
        return False
    except Exception as problem:
        log.exception("反应%s办事件%s时出错（第%s次）", reaction.name, reaction.event_id, reaction.attempts)
        _put_off(reaction, now, f"{type(problem).__name__}: {problem}")
        return False
    return True


def _done(reaction: Reaction, now: datetime) -> None:
    if not _mine(reaction).update(done_at=now, claimed_until=None, error=""):
        raise LostClaimError


def _mine(reaction: Reaction) -> "QuerySet[Reaction]":
    """The row as long as nobody else has claimed it."""
    return Reaction.objects.filter(
        pk=reaction.pk, done_at=None, attempts=reaction.attempts, claimed_until=reaction.claimed_until
    )


def _between(reaction: Reaction, now: datetime) -> Callable[[], None]:
    """After a step: claim on for a lease from this moment, and let those who wait write."""
    began = time.monotonic()

    def claim_on() -> None:
        until = now + timedelta(seconds=time.monotonic() - began) + LEASE
        if not _mine(reaction).update(claimed_until=until):
            raise LostClaimError
        reaction.claimed_until = until
        time.sleep(BREATH)

    return claim_on


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
