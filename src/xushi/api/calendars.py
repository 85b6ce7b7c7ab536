"""待办日历：一人一个不用登录的地址，只有他自己欠的事和期限；可停，可换。"""

import secrets
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import islice

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.crypto import salted_hmac

from xushi.api import policy
from xushi.api.ical import Entry, written
from xushi.api.models import CalendarKey
from xushi.api.rules import digest_of
from xushi.core.clock import local_day
from xushi.duties import selectors as duties
from xushi.duties.models import Duty
from xushi.journal.actions import Actor, record
from xushi.units.models import User
from xushi.units.rules import Refused

MOST = 1000
HIDDEN = "一件限定阅读的待办"


@transaction.atomic
def make_key(user: User, *, actor: Actor, now: datetime) -> str:
    """开日历地址: the secret, told this once; an address given before stops."""
    _ask(user, actor)
    User.objects.select_for_update().get(pk=user.pk)
    CalendarKey.objects.filter(user=user, revoked_at=None).update(revoked_at=now)
    text = secrets.token_urlsafe(32)
    made = CalendarKey.objects.create(user=user, digest=digest_of(text), made_at=now)
    _tell("api.calendar.made", made, f"{user.name}开通待办日历地址", actor, now)
    return text


@transaction.atomic
def stop_key(user: User, *, actor: Actor, now: datetime) -> None:
    """停用: at once; what a calendar has read already stays in it."""
    _ask(user, actor)
    held = CalendarKey.objects.select_for_update().filter(user=user, revoked_at=None).first()
    if held is None:
        raise Refused("没有在用的日历地址。")
    held.revoked_at = now
    held.save(update_fields=["revoked_at"])
    _tell("api.calendar.stopped", held, f"{user.name}停用待办日历地址", actor, now)


def key_of(user: User) -> CalendarKey | None:
    found: CalendarKey | None = CalendarKey.objects.filter(user=user, revoked_at=None).first()
    return found


def holder_of(secret: str) -> User | None:
    """Whose calendar it is; nobody where the address was stopped or its person is no longer with us."""
    held = (
        CalendarKey.objects.filter(digest=digest_of(secret), revoked_at=None, user__is_active=True)
        .select_related("user")
        .first()
    )
    return held.user if held else None


def feed(user: User, now: datetime, absolute: Callable[[str], str]) -> str:
    """The open duties of this person that have a deadline, the nearest first."""
    owed = duties.todo(user, local_day(now)).filter(due_at__isnull=False)
    return written(_entries(islice(owed, MOST), absolute), name=f"序时待办·{user.name}", now=now)


def _entries(owed: Iterator[Duty], absolute: Callable[[str], str]) -> Iterator[Entry]:
    here = salted_hmac("xushi.calendar", "installation", algorithm="sha256").hexdigest()[:16]
    for duty in owed:
        assert duty.due_at is not None
        head = " · ".join(filter(None, (duty.number, duty.issuer, duty.note)))
        yield Entry(
            uid=f"duty-{duty.pk}@{here}.xushi.invalid",
            due=duty.due_at,
            summary=HIDDEN if duty.confidential else duty.title,
            description="" if duty.confidential else head,
            url=absolute(duty.url if duty.url and not duty.confidential else "/duties/"),
            changed=duty.clock - 1,
        )


def _ask(user: User, actor: Actor) -> None:
    if actor.by is not None and actor.by.pk != user.pk:
        raise PermissionDenied("日历地址只由本人开、本人停。")
    if not policy.can_subscribe(user):
        raise PermissionDenied("没有业务任职的账号没有待办，不用日历地址。")


def _tell(verb: str, key: CalendarKey, summary: str, actor: Actor, now: datetime) -> None:
    record(
        verb, actor=actor, now=now, subject=key.user, subject_name=key.user.name, summary=summary,
    )  # fmt: skip
