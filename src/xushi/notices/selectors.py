"""消息的读法：角标、未读、看过的；滚动提醒。"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zlib import crc32

from django.db.models import Count, IntegerField, QuerySet, Subquery, Sum, Value

from xushi.core.clock import BEIJING, local_day
from xushi.duties import selectors as duties
from xushi.duties.models import Duty
from xushi.duties.words import deadline_words
from xushi.kit.addresses import address_of
from xushi.kit.among import Among
from xushi.kit.phrased import ask
from xushi.notices.models import Mute, Notice
from xushi.supervision.models import SupervisionOrder
from xushi.supervision.policy import OVERSEERS
from xushi.supervision.sight import Sight, in_sight, sight_of
from xushi.supervision.table import AT_UNIT
from xushi.units.models import User

MOST = 100  # the badge counts no further: 99+
HOUR = 3600
NEAR, SOONEST = 3, 20  # days ahead, and lines, of the rolling reminder


def unread(user: User) -> QuerySet[Notice]:
    """What this reader has not seen, newest first."""
    news: QuerySet[Notice] = Notice.objects.visible_to(user).unread().order_by("-pk")
    return news.select_related("event")


def read(user: User) -> QuerySet[Notice]:
    seen: QuerySet[Notice] = Notice.objects.visible_to(user).filter(read_at__isnull=False).order_by("-pk")
    return seen.select_related("event")


class _HowMany(Subquery):
    """The number of rows of a query that ends somewhere."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS few)"
    output_field = IntegerField()


def unread_count(user: User) -> int:
    """How many are unread, counted to 100 at most: one query whose cost does not grow."""
    return sum(count for _, count in ask(unread_tally, user))


def unread_tally(user: User) -> QuerySet[Any]:
    """One row for a badge: unread, and how many, counted to 100 at most."""
    few = Notice.objects.visible_to(user).unread().order_by("-pk").values("pk")[:MOST]
    badge = User.objects.filter(pk=user.pk).order_by().annotate(key=Value("unread")).values("key")
    told: QuerySet[Any] = badge.annotate(n=_HowMany(few)).values_list("key", "n")
    return told


def muted(user: User) -> set[str]:
    return set(Mute.objects.filter(user=user).values_list("topic", flat=True))


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the rolling reminder, in the server's words: the phone's own clock is never asked."""

    due: str
    number: str
    name: str
    url: str


@dataclass(frozen=True, slots=True)
class Reminder:
    """滚动提醒: nearest deadline first; again: in how many seconds its words will have changed."""

    lines: tuple[Line, ...]
    again: int


def reminder(user: User, now: datetime) -> Reminder:
    """What is overdue or due within three days: one's own and, for overseers, the orders at the units; nearest first."""
    own_duties = duties.nearest(user, local_day(now))
    nearest = [(duty.due_at, _line(duty, now)) for duty in own_duties if duty.due_at]
    own = {line.url for _, line in nearest}
    watched = [(order.due_at, _order_line(order, now)) for order in _watched(user, now) if order.due_at]
    nearest += [(due_at, line) for due_at, line in watched if line.url not in own]
    nearest.sort(key=lambda pair: pair[0])
    return Reminder(
        tuple(line for _, line in nearest[:SOONEST]),
        min((_holds_for(due_at, now) for due_at, _ in nearest), default=HOUR),
    )


def _watched(user: User, now: datetime) -> list[SupervisionOrder]:
    """The running orders that an overseer sees and that fall due within three days; one query."""
    if not user.has_role(*OVERSEERS):
        return []
    end = datetime.combine(local_day(now) + timedelta(days=NEAR + 1), time(0), BEIJING)
    return ask(_running, user, sight_of(user), end)


def _running(user: User, sight: Sight, end: datetime) -> "QuerySet[SupervisionOrder]":
    running = in_sight(user, sight).filter(state__in=AT_UNIT, due_at__lt=end)
    nearest = running.order_by("due_at", "pk").values("pk")[:SOONEST]
    named = SupervisionOrder.objects.filter(Among("pk", nearest)).select_related("project")
    found: QuerySet[SupervisionOrder] = named.order_by("due_at", "pk")
    return found


def _order_line(order: SupervisionOrder, now: datetime) -> Line:
    name = order.project.name if order.project else order.title
    return Line(_due(order.due_at, now), order.called, name, address_of("supervision:order", order.pk))


def _due(due_at: datetime | None, now: datetime) -> str:
    words = deadline_words(due_at, now)
    return f"{words}到期" if words.startswith("今天") else words


def _line(duty: Duty, now: datetime) -> Line:
    number = duty.number or duty.title
    name = duty.note.partition(" · ")[0] if duty.number and duty.note else ""
    return Line(_due(duty.due_at, now), number, name or (duty.title if duty.number else ""), duty.url)


def _holds_for(due_at: datetime, now: datetime) -> int:
    """Seconds for which the words of a deadline stay true, at most an hour: 今天17:00 until then, 逾2小时 to the hour."""
    left = int((due_at - now).total_seconds())
    if left >= 0:
        return min(left + 1, HOUR)
    late = -left
    return 60 - late % 60 if late < HOUR else HOUR - late % HOUR


@dataclass(frozen=True, slots=True)
class Pulse:
    """What a page shows of a person and changes by itself: 消息 unread, 待办 open; rev changes when the lists do."""

    bell: int
    todo: int
    rev: str

    def told(self) -> dict[str, Any]:
        return {"bell": self.bell, "todo": self.todo, "rev": self.rev}


def pulse(user: User, now: datetime) -> Pulse:
    """Two queries beside the one for the person's appointments; a third for overseers."""
    return _pulse(user, unread_count(user), now)


def pulses(users: Collection[User], now: datetime) -> dict[int, Pulse]:
    """Of several people: one query each (two for an overseer), and one for all of them together."""
    rows = Notice.objects.unread().filter(reader__in=[user.pk for user in users]).order_by().values("reader")
    unread_of = dict(rows.annotate(count=Count("pk")).values_list("reader", "count"))
    return {user.pk: _pulse(user, min(unread_of.get(user.pk, 0), MOST), now) for user in users}


def _pulse(user: User, bell: int, now: datetime) -> Pulse:
    """待办 is duties.badge: the count of the same query."""
    owed = duties.todo(user, local_day(now)).order_by()
    seen = owed.aggregate(todo=Count("pk"), keys=Sum("pk"), clocks=Sum("clock"), warned=Sum("warned"))
    marks = [str(value or 0) for value in seen.values()]
    if watched := [(order.pk, order.due_at) for order in _watched(user, now)]:
        marks.append(f"{crc32(repr(watched).encode()):x}")
    return Pulse(bell, seen["todo"], "-".join(marks))
