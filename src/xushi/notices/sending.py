"""发出去：认领一份摘要，发一次，记下结果。

The choice made here: outside the house a message arrives at most once. Up to the moment the message is handed to the
wire a dead sender's digest is simply taken over by another. From then until the answer is written down nobody can know
whether it arrived; such a digest becomes UNKNOWN, stands on the operator's page and is not sent again by itself, unless
the channel is marked idempotent (it knows a message by its key): then it is. The notice in the product is there exactly
once in any case.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import uuid4

from django.db import transaction
from django.db.models import F, Q

from xushi.notices import rules, transport
from xushi.notices.channels import Channel
from xushi.notices.models import Attempt, ChannelState, Digest, DigestItem, Notice
from xushi.notices.wording import worded

LEASE = timedelta(minutes=5)
CANDIDATES = 20
State = Digest.State
Clock = Callable[[], datetime]

log = logging.getLogger(__name__)


def send_due(channel: Channel, clock: Clock, base: str = "") -> int:
    """Send what this channel may send now, one after the other; returns how many were taken. clock is the real one."""
    settle_stale(channel, clock())
    sent = 0
    while (digest := claim(channel, clock())) is not None:
        sent += send(digest, channel, clock, base)
    return sent


def claim(channel: Channel, now: datetime) -> Digest | None:
    """Take the digest that has waited longest; None where none is due, or the channel rests or is at its limit."""
    if channel.quiet.holds(now):
        return None
    with transaction.atomic():
        state = _locked(channel)
        resting = state.paused_until is not None and state.paused_until > now
        if resting or rules.free_at(_tried(channel, now), channel.per_minute, now) > now:
            return None
        free = Q(not_before__lte=now) & (Q(state=State.OPEN) | Q(state=State.CLAIMED, leased_until__lte=now))
        waiting = Digest.objects.filter(free, channel=channel.name).order_by("not_before", "pk")
        for number in waiting.values_list("pk", flat=True)[:CANDIDATES]:
            own = uuid4().hex
            won = Digest.objects.filter(free, pk=number).update(
                state=State.CLAIMED, claim=own, leased_until=now + LEASE, attempts=F("attempts") + 1
            )
            if won:
                return Digest.objects.select_related("reader").get(pk=number)
    return None


def send(digest: Digest, channel: Channel, clock: Clock, base: str = "") -> bool:
    """Hand a claimed digest to the wire and write down what became of it."""
    notices = _still_wanted(digest)
    if not notices:
        _settle(digest, State.NEEDLESS, clock())
        return False
    title, body = worded(notices, channel, base)
    attempt = begin(digest, clock())
    if attempt is None:  # taken over by another sender
        return False
    try:
        transport.deliver(channel, digest.reader, title, body, key=f"xushi-{digest.pk}")
    except transport.Undelivered as problem:
        put_off(digest, attempt, str(problem), channel, clock())
        return False
    except Exception as problem:  # a library's own fault is a failure of this channel alone
        log.warning("通道%s发送时出错：%s", channel.name, type(problem).__name__)
        put_off(digest, attempt, f"发送时出错（{type(problem).__name__}）", channel, clock())
        return False
    mark_sent(digest, channel, clock())
    return True


def begin(digest: Digest, now: datetime) -> Attempt | None:
    """The last step in the house: from here on the message may have left."""
    with transaction.atomic():
        mine = Digest.objects.filter(pk=digest.pk, claim=digest.claim, state=State.CLAIMED)
        if not mine.update(state=State.SENDING, leased_until=now + LEASE):
            return None
        return Attempt.objects.create(digest=digest, channel=digest.channel, at=now)


def mark_sent(digest: Digest, channel: Channel, now: datetime) -> None:
    with transaction.atomic():
        mine = Digest.objects.filter(
            pk=digest.pk, claim=digest.claim, state__in=[State.SENDING, State.UNKNOWN]
        )
        mine.update(state=State.SENT, settled_at=now, leased_until=None, error="")
        ChannelState.objects.filter(channel=channel.name).update(
            failures=0, paused_until=None, sent_at=now, error=""
        )


def put_off(digest: Digest, attempt: Attempt, error: str, channel: Channel, now: datetime) -> None:
    """Not taken: the digest and the channel rest, longer each time; what was gathered meanwhile joins it."""
    with transaction.atomic():
        state = _locked(channel)
        state.failures, state.failed_at, state.error = state.failures + 1, now, error[:300]
        state.paused_until = now + rules.pause_after(state.failures)
        state.save()
        Attempt.objects.filter(pk=attempt.pk).update(error=error[:300])
        held = Digest.objects.select_for_update().get(pk=digest.pk)
        if held.claim != digest.claim or held.state not in (State.SENDING, State.UNKNOWN):
            return
        if rules.abandoned(held.opened_at, held.attempts, now):
            _write(held, State.ABANDONED, error, settled_at=now)
        else:
            reopen(held, error=error, not_before=now + rules.pause_after(held.attempts))


def reopen(held: Digest, *, error: str, not_before: datetime) -> None:
    """Wait for another try; call it in a transaction with the row locked. One open digest per target stays one."""
    others = Digest.objects.select_for_update().filter(
        channel=held.channel, target=held.target, state=State.OPEN
    )
    for other in others.exclude(pk=held.pk):
        known = DigestItem.objects.filter(digest=held).values("notice")
        DigestItem.objects.filter(digest=other).exclude(notice__in=known).update(digest=held)
        other.delete()
    _write(held, State.OPEN, error, not_before=not_before)


def settle_stale(channel: Channel, now: datetime) -> int:
    """Digests whose sender died while the message may have been on the wire; returns how many."""
    with transaction.atomic():
        _locked(channel)
        stale = Digest.objects.select_for_update().filter(
            channel=channel.name, state=State.SENDING, leased_until__lte=now
        )
        found = list(stale)
        for digest in found:
            if channel.idempotent:
                reopen(digest, error="上一次发到一半中断，按同一编号再发", not_before=now)
            else:
                _write(digest, State.UNKNOWN, "发送时后台中断，不知对方收到没有", settled_at=now)
    return len(found)


def send_again(digest: Digest, *, now: datetime) -> bool:
    """A person decides: try at once, whatever the pauses. False where it has been settled meanwhile."""
    with transaction.atomic():
        ChannelState.objects.filter(channel=digest.channel).update(paused_until=None)
        held = Digest.objects.select_for_update().get(pk=digest.pk)
        if held.state not in (State.OPEN, State.UNKNOWN, State.ABANDONED):
            return False
        held.opened_at = now if held.state == State.ABANDONED else held.opened_at
        reopen(held, error=held.error, not_before=now)
        return True


def _write(digest: Digest, state: str, error: str, **columns: datetime) -> None:
    digest.state, digest.error, digest.leased_until = state, error[:300], None
    for name, value in columns.items():
        setattr(digest, name, value)
    digest.save()


def _settle(digest: Digest, state: str, now: datetime) -> None:
    mine = Digest.objects.filter(pk=digest.pk, claim=digest.claim, state=State.CLAIMED)
    mine.update(state=state, settled_at=now, leased_until=None, error="")


def _still_wanted(digest: Digest) -> list[Notice]:
    """A group hears everything; a person, while the account is in use, what they have not read meanwhile."""
    notices = digest.notices.order_by("pk")
    if digest.reader is None:
        return list(notices)
    return list(notices.filter(read_at=None)) if digest.reader.is_active else []


def _tried(channel: Channel, now: datetime) -> list[datetime]:
    recent = Attempt.objects.filter(channel=channel.name, at__gt=now - rules.MINUTE)
    return list(recent.order_by("-at").values_list("at", flat=True)[: channel.per_minute])


def _locked(channel: Channel) -> ChannelState:
    """The channel's row, locked: one limit, whoever sends."""
    ChannelState.objects.get_or_create(channel=channel.name)
    state: ChannelState = ChannelState.objects.select_for_update().get(channel=channel.name)
    return state
