"""实时通道看库的那一半：有什么新事、哪些人要重看、谁的登录还算数。只在一条自己的线程里跑。"""

import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.db.models import Max, Prefetch, QuerySet

from xushi.core.clock import local_day
from xushi.duties.models import Delegation, Duty
from xushi.journal.models import Event, EventRow
from xushi.notices.models import Notice
from xushi.notices.selectors import pulses
from xushi.units import policy
from xushi.units.models import Appointment, User
from xushi.units.sessions import in_force, is_of

OVERLAP = 10.0  # seconds: on PostgreSQL a lower number may be committed after a higher one
MANY = 2000  # subjects of one look: beyond, everybody is looked at anew
AT_ONCE = 500
ROOMS = ("supervision.", "problems.", "duties.", "progress.", "calendars.", "flow.", "indicators.")


class Tail:
    """The new rows of a table, each once, also those whose numbers were given out of turn."""

    def __init__(self, rows: Callable[[], QuerySet[Any]], *columns: str) -> None:
        self._rows, self._columns = rows, columns
        self._floor = self._next = rows().order_by().aggregate(last=Max("pk"))["last"] or 0
        self._seen: set[int] = set()
        self._moved = time.monotonic()

    def fresh(self) -> list[tuple[Any, ...]]:
        rows = self._rows().filter(pk__gt=self._floor).order_by("pk").values_list("pk", *self._columns)
        found = [row for row in rows if row[0] not in self._seen]
        self._seen.update(row[0] for row in found)
        if time.monotonic() - self._moved > OVERLAP:
            self._floor, self._next = self._next, max(self._seen, default=self._next)
            self._seen = {number for number in self._seen if number > self._floor}
            self._moved = time.monotonic()
        return found


@dataclass(slots=True)
class Stir:
    """What has happened since the last look: readers of new notices, holders of duties that moved, people changed."""

    people: set[int] = field(default_factory=set)
    paths: set[str] = field(default_factory=set)
    everybody: bool = False


class Watch:
    """Looks at the database for one process."""

    def __init__(self) -> None:
        self._notices = Tail(Notice.objects.all, "reader_id")
        self._events = Tail(Event.objects.all, "verb", "subject_kind", "subject_id")

    def look(self) -> Stir:
        """Two queries where nothing has happened."""
        stir = Stir({reader for _, reader in self._notices.fresh()})
        subjects: set[tuple[str, int]] = set()
        numbers = []
        for number, verb, kind, subject in self._events.fresh():
            if verb.startswith("units."):
                _note_people(stir, verb, kind, subject)
            elif verb.startswith(ROOMS):
                numbers.append(number)
                if subject is not None:
                    subjects.add((kind, subject))
        if numbers:
            rows = EventRow.objects.filter(event__in=numbers).order_by()
            subjects.update(rows.values_list("subject_kind", "subject_id")[: MANY + 1])
            _note_duties(stir, subjects)
        return stir


def _note_people(stir: Stir, verb: str, kind: str, subject: int | None) -> None:
    if kind == User._meta.label_lower and subject is not None:
        stir.people.add(subject)
    elif not verb.startswith("units.session."):
        stir.everybody = True  # a unit was dissolved or renamed


def _note_duties(stir: Stir, subjects: Collection[tuple[str, int]]) -> None:
    if len(subjects) > MANY:
        stir.everybody = True
        return
    by_kind: dict[str, list[int]] = {}
    for kind, pk in subjects:
        by_kind.setdefault(kind, []).append(pk)
    for pks in _parts(by_kind.pop(Delegation._meta.label_lower, [])):
        for pair in Delegation.objects.filter(pk__in=pks).values_list("user", "to"):
            stir.people.update(pair)
    for kind, keys in by_kind.items():
        for pks in _parts(keys):
            duties = Duty.objects.filter(subject_kind=kind, subject_id__in=pks).order_by()
            for person, path, successor in duties.values_list(
                "person", "unit__path", "unit__successor__path"
            ):
                stir.people.update({person} - {None})
                stir.paths.update({path, successor} - {None})


def _parts(keys: list[int]) -> Iterable[list[int]]:
    return (keys[start : start + AT_ONCE] for start in range(0, len(keys), AT_ONCE))


@dataclass(frozen=True, slots=True)
class Listener:
    """A person who may listen: what moves their lists is found by the units and people they answer for."""

    pk: int
    paths: frozenset[str]
    stands_in_for: frozenset[int]
    told: dict[str, Any]
    sessions: frozenset[str]  # those of the asked-for that are still in force


def listeners(sessions: dict[int, set[str]], *, now: datetime, real: datetime) -> dict[int, Listener]:
    """Of these people, with the sessions they listen by, those who still may; now for their lists, real for sessions."""
    held = Appointment.objects.filter(ended_at=None).select_related("unit", "scope").order_by("pk")
    users = User.objects.filter(pk__in=sessions, is_active=True, must_change_password=False)
    away: dict[int, set[int]] = {}
    for to, person in (
        Delegation.objects.in_force(local_day(now)).filter(to__in=sessions).values_list("to", "user")
    ):
        away.setdefault(to, set()).add(person)
    valid = in_force({key for keys in sessions.values() for key in keys}, real)
    may: dict[User, frozenset[str]] = {}
    for user in users.prefetch_related(Prefetch("appointments", held, to_attr="now_held")):
        user.__dict__["appointments_in_force"] = user.now_held
        keys = frozenset(key for key in sessions[user.pk] if is_of(valid.get(key), user))
        if keys and may_listen(user):
            may[user] = keys
    told = pulses(may, now)
    return {
        user.pk: Listener(
            pk=user.pk,
            paths=frozenset(one.unit.path for one in user.appointments_in_force),
            stands_in_for=frozenset(away.get(user.pk, ())),
            told=told[user.pk].told(),
            sessions=keys,
        )
        for user, keys in may.items()
    }


def may_listen(user: User) -> bool:
    """Somebody in office; an administrator of the three hears of nothing but what is addressed to them."""
    return bool(user.appointments_in_force) and policy.may_enter(user, "notices")


def admit(session_key: str, real: datetime) -> tuple[int, int]:
    """Who is logged in by this session: (200, person), (401, 0) where nobody is, (403, 0) where they may not listen."""
    session = in_force({session_key}, real).get(session_key)
    if session is None or not str(session.get(SESSION_KEY, "")).isdigit():
        return 401, 0
    user = User.objects.filter(pk=session[SESSION_KEY], is_active=True).first()
    if user is None or not is_of(session, user):
        return 401, 0
    if user.must_change_password or not may_listen(user):
        return 403, 0
    return 200, user.pk
