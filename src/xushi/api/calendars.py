"""待办日历：一人一个不用登录的地址，只有他自己欠的事和期限；可停，可换，满一年、重设了密码就没用了。"""

import secrets
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
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
from xushi.journal.models import Event
from xushi.units.models import User
from xushi.units.rules import Refused

MOST = 1000
HIDDEN = "一件限定阅读的待办"
LIFE, SOON = timedelta(days=366), timedelta(days=30)
MADE = "api.calendar.made"
ENDED_BY = {
    "units.account.password_reset": "重设过密码",
    "units.account.disabled": "账号停用过",
    "units.session.ended": "退出过别处的登录",
}


class Ended(Exception):
    """The address was in force once; says why it is no more."""


@transaction.atomic
def make_key(user: User, *, actor: Actor, now: datetime) -> str:
    """开日历地址: the secret, told this once; an address given before stops."""
    _ask(user, actor)
    User.objects.select_for_update().get(pk=user.pk)
    CalendarKey.objects.filter(user=user, revoked_at=None).update(revoked_at=now)
    text = secrets.token_urlsafe(32)
    made = CalendarKey.objects.create(user=user, digest=digest_of(text), made_at=now)
    _tell(MADE, made, f"{user.name}开通待办日历地址", actor, now)
    return text


@transaction.atomic
def stop_key(user: User, *, actor: Actor, now: datetime) -> None:
    """停用: at once; what a calendar has read already stays in it."""
    _ask(user, actor)
    found = CalendarKey.objects.select_for_update().filter(user=user, revoked_at=None).first()
    if found is None:
        raise Refused("没有在用的日历地址。")
    found.revoked_at = now
    found.save(update_fields=["revoked_at"])
    _tell("api.calendar.stopped", found, f"{user.name}停用待办日历地址", actor, now)


def key_of(user: User) -> CalendarKey | None:
    found: CalendarKey | None = CalendarKey.objects.filter(user=user, revoked_at=None).first()
    return found


def held(secret: str, now: datetime) -> CalendarKey | None:
    """The address in force, with its person; none where it was stopped or its person is no longer with us.

    Ended where time or a lost password ended it.
    """
    found = (
        CalendarKey.objects.filter(digest=digest_of(secret), revoked_at=None).select_related("user").first()
    )
    if found is not None and (why := ended(found, now)):
        raise Ended(f"这个日历地址已失效：{why}。请登录后在“我的账号—待办日历”里另开一个。")
    return found if found is not None and found.user.is_active else None


def until(key: CalendarKey) -> datetime:
    """To when it can be read: whoever came by it once does not read on for ever."""
    return key.made_at + LIFE


def ended(key: CalendarKey, now: datetime) -> str:
    """Why it reads nothing any more though nobody stopped it; empty where it does.

    Asked of the journal: what ends it happens below this room, and the address ends with it, whoever works it off.
    """
    if now >= until(key):
        return "开通满一年"
    about = Event.objects.filter(subject_kind=User._meta.label_lower, subject_id=key.user_id)
    since = about.filter(verb__in=(MADE, *ENDED_BY), at__gte=key.made_at).order_by("-pk")
    return ENDED_BY.get(since.values_list("verb", flat=True).first() or MADE, "")


def feed(key: CalendarKey, now: datetime, absolute: Callable[[str], str]) -> str:
    """The open duties of its person that have a deadline, the nearest first; last, when the address itself ends soon."""
    owed = duties.todo(key.user, local_day(now)).filter(due_at__isnull=False)
    here = salted_hmac("xushi.calendar", "installation", algorithm="sha256").hexdigest()[:16]
    entries = [*_entries(islice(owed, MOST), here, absolute)]
    if now >= until(key) - SOON:
        words = "到期就读不到了，请在这一天前登录，在“我的账号—待办日历”里换一个地址。"
        uid, url = f"calendar-{key.pk}@{here}.xushi.invalid", absolute("/api/calendar/")
        entries.append(Entry(uid, until(key), "待办日历的地址到期", words, url, 0))
    return written(entries, name=f"序时待办·{key.user.name}", now=now)


def _entries(owed: Iterator[Duty], here: str, absolute: Callable[[str], str]) -> Iterator[Entry]:
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
