"""待办的读法：清单、角标、滚动提醒，同一个条件、同一个次序。"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet, Value

from xushi.core.clock import BEIJING, local_day
from xushi.duties.models import Delegation, Duty, DutyQuerySet
from xushi.duties.rules import CLOCK, DUTY, WARNING, Step, told
from xushi.journal.models import Event
from xushi.kit.phrased import ask
from xushi.units.models import User

SOONEST = 20  # the rolling reminder holds no more
PAST = 20  # delegations shown that are over


def todo(user: User, today: date) -> DutyQuerySet:
    """What this person owes, 最近到期的在前: one query."""
    owed: DutyQuerySet = Duty.objects.open().filter(listed=True).of(user, today).by_deadline()
    return owed


@dataclass(frozen=True, slots=True)
class Todo:
    """todo() by the slice, with the persons, for pages: the words of the query are kept."""

    user: User
    today: date

    def __getitem__(self, part: slice) -> list[Duty]:
        return ask(_part, self.user, self.today, part.start or 0, part.stop)


def _part(user: User, today: date, first: int, last: int) -> DutyQuerySet:
    part: DutyQuerySet = todo(user, today).select_related("person")[first:last]
    return part


def badge(user: User, today: date) -> int:
    """How many things stand on todo(): one query."""
    return todo(user, today).order_by().count()


def done(user: User, today: date) -> DutyQuerySet:
    """What this person and their units have done with, the latest first."""
    ended: DutyQuerySet = Duty.objects.done().filter(listed=True).of(user, today)
    return ended.select_related("done_by").order_by("-done_at", "-pk")


def nearest(user: User, today: date, within_days: int = 3) -> list[Duty]:
    """For the rolling reminder: overdue, or due by the end of the day within_days from today; nearest first."""
    end = datetime.combine(today + timedelta(days=within_days + 1), time(0), BEIJING)
    return ask(_due_before, user, today, end)


def _due_before(user: User, today: date, end: datetime) -> DutyQuerySet:
    soon: DutyQuerySet = todo(user, today).filter(due_at__lt=end)[:SOONEST]
    return soon


@dataclass(frozen=True, slots=True)
class Warned:
    """One duty of a duties.duty.warned event, with the steps to tell: 1, 2 its holders, 3 the head, 4 the office."""

    duty: Duty
    steps: tuple[Step, ...]


def warnings_of(event: Event) -> list[Warned]:
    """What a duties.duty.warned event asks to be told: two queries. Nothing of a clock that has been set anew since."""
    rows = {row.changes[DUTY][1]: row.changes for row in event.rows.all()}
    step_of = {step.label: step for step in Step}
    duties = Duty.objects.select_related("unit__successor", "person").in_bulk(rows.keys())
    return [
        Warned(duty, told(*(step_of[label] for label in said[WARNING])))
        for pk, said in rows.items()
        if (duty := duties.get(pk)) and duty.clock == said.get(CLOCK, ["", duty.clock])[1]
    ]


@dataclass(frozen=True, slots=True)
class Counts:
    """How many things are owed, how many of them are overdue, how many due later today."""

    total: int
    overdue: int
    today: int


def counts(user: User, now: datetime) -> Counts:
    """The numbers of the list's conclusion: one query; total is the badge."""
    today = local_day(now)
    night = datetime.combine(today + timedelta(days=1), time(0), BEIJING)
    rows = ask(_counted, user, today, now, night)
    return Counts(*rows[0]) if rows else Counts(0, 0, 0)


def _counted(user: User, today: date, now: datetime, night: datetime) -> "QuerySet[Any]":
    """One row: total, overdue, due later today."""
    owed = todo(user, today).order_by().annotate(one=Value(1)).values("one")
    told: QuerySet[Any] = owed.annotate(
        total=Count("pk"),
        overdue=Count("pk", filter=Q(due_at__lt=now)),
        later=Count("pk", filter=Q(due_at__gte=now, due_at__lt=night)),
    )
    return told.values_list("total", "overdue", "later")


def leaves(user: User, today: date) -> list[Delegation]:
    """Delegations from and to this person that run or are still to come: one query."""
    return ask(_leaves, user, today)


def _leaves(user: User, today: date) -> "QuerySet[Delegation]":
    leaves: QuerySet[Delegation] = Delegation.objects.not_over(today).filter(Q(user=user.pk) | Q(to=user.pk))
    return leaves.select_related("user", "to").order_by("first", "pk")


def past_leaves(user: User, today: date) -> list[Delegation]:
    """One's own delegations that are over, the latest first."""
    over = Delegation.objects.filter(user=user).exclude(ended_at=None, last__gte=today)
    return list(over.select_related("to").order_by("-first", "-pk")[:PAST])
