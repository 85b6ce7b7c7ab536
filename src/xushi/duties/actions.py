"""待办的写入：立、改、结、转；都在设它的那个动作的事务里，自己不另记日志。"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.db.models import Q

from xushi.calendars.selectors import calendar
from xushi.core.clock import local_day
from xushi.duties.models import Duty
from xushi.duties.rules import Step
from xushi.kit.bulk import insert_all
from xushi.units.models import Unit, User

AT_ONCE = 500
_TOLD = (
    "subject_name", "number", "issuer", "title", "note", "quote", "url", "mark", "state", "role", "confidential",
    "listed", "due_at", "limit_days",
)  # fmt: skip
_COLUMNS = (*_TOLD, "since", "clock", "warned")
Key = tuple[str, int, str, int | None, int | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyInput:
    """One thing to be done about a subject, by a unit (by whoever holds role there; "" is anybody) or by a person.

    due_at: None has no deadline. limit_days: the working days from since that due_at was counted with, so that a
    newly loaded calendar can count it again; leave it out for a deadline somebody named. since: now where not given.
    counted: due_at was counted in working days from now, however many those were: limit_days follows from both.
    back: it was handed on and comes back unchanged.
    """

    subject: models.Model
    kind: str
    title: str
    due_at: datetime | None
    unit: Unit | None = None
    role: str = ""
    person: User | None = None
    subject_name: str = ""
    number: str = ""
    issuer: str = ""
    note: str = ""
    quote: str = ""
    url: str = ""
    mark: str = "pending"
    state: str = ""
    confidential: bool = False
    listed: bool = True
    limit_days: int | None = None
    since: datetime | None = field(default=None)
    counted: bool = False
    back: bool = False

    @property
    def key(self) -> Key:
        unit, person = self.unit, self.person
        if (unit is None) == (person is None):
            raise ValueError(f"待办“{self.title}”要么归一个单位，要么归一个人。")
        return (
            self.subject._meta.label_lower,
            self.subject.pk,
            self.kind,
            unit.pk if unit else None,
            person.pk if person else None,
        )


def set_duty(*, now: datetime, **given: Any) -> Duty:
    """Open one duty or update the open one (the fields of DutyInput)."""
    return set_duties([DutyInput(**given)], now=now)[0]


@transaction.atomic
def set_duties(rows: Sequence[DutyInput], *, now: datetime) -> list[Duty]:
    """Open these duties, or make the open ones say this; returned in the order given.

    A changed deadline starts the clock anew: clock goes up, nobody has been warned. What comes back (DutyInput.back)
    with the deadline it had goes on where it was: nobody is warned twice of one deadline. Call it in the transaction
    of the action the duties mirror, with the subject's row locked: that keeps two from opening the same duty.
    A fixed number of queries per 500 subjects.
    """
    held = _open_duties(rows)
    rows = _limited(rows, held, now)
    changed: dict[int, Duty] = {}
    new: dict[Key, Duty] = {}
    for row in rows:
        duty = held.get(row.key)
        if duty is None:
            held[row.key] = new[row.key] = _opened(row, now)
        elif _update(duty, row, now) and duty.pk:
            changed[duty.pk] = duty
    Duty.objects.bulk_update(changed.values(), _COLUMNS, batch_size=AT_ONCE)
    _go_on([new[row.key] for row in rows if row.back and row.key in new])
    insert_all(list(new.values()))
    return [held[row.key] for row in rows]


@transaction.atomic
def end_duties(
    subject: models.Model,
    *,
    now: datetime,
    by: User | None = None,
    kinds: Collection[str] | None = None,
    keep: Collection[str] = (),
) -> int:
    """Done: the open duties about a subject, of the given kinds (all where none are given) but those to keep."""
    ending = Duty.objects.open().about(subject).exclude(kind__in=keep)
    if kinds is not None:
        ending = ending.filter(kind__in=kinds)
    ended: int = ending.update(done_at=now, done_by=by)
    return ended


@transaction.atomic
def end_duties_of(
    subjects: type[models.Model],
    ids: Collection[int],
    *,
    now: datetime,
    kinds: Collection[str],
    keep: Collection[tuple[int, str, int | None, int | None]] = (),
    by: User | None = None,
) -> int:
    """Done: the open duties of these kinds about many subjects, but those to keep (subject, kind, unit, person)."""
    about = Duty.objects.open().filter(subject_kind=subjects._meta.label_lower, kind__in=kinds)
    wanted, kept = list(ids), set(keep)
    ended = 0
    for start in range(0, len(wanted), AT_ONCE):
        some = about.filter(subject_id__in=wanted[start : start + AT_ONCE])
        held = some.values_list("pk", "subject_id", "kind", "unit", "person")
        ending = [pk for pk, *key in held if tuple(key) not in kept]
        ended += Duty.objects.filter(pk__in=ending).update(done_at=now, done_by=by) if ending else 0
    return ended


@transaction.atomic
def transfer_duties(unit: Unit, successor: Unit, *, now: datetime) -> int:
    """A unit is dissolved: what it still owes, its successor owes from now on, by the same deadlines.

    Where the successor already owes the same, the dissolved unit's is done with. Returns how many passed over.
    """
    theirs = Duty.objects.open().filter(unit=unit, person=None)
    doubles = theirs.filter(
        models.Exists(
            Duty.objects.open().filter(
                unit=successor,
                person=None,
                subject_kind=models.OuterRef("subject_kind"),
                subject_id=models.OuterRef("subject_id"),
                kind=models.OuterRef("kind"),
            )
        )
    )
    Duty.objects.filter(pk__in=list(doubles.values_list("pk", flat=True))).update(done_at=now)
    passed: int = theirs.update(unit=successor)
    return passed


def _open_duties(rows: Sequence[DutyInput]) -> dict[Key, Duty]:
    """The open duties about these subjects, locked until the action is over."""
    wanted: dict[str, set[int]] = {}
    for row in rows:
        wanted.setdefault(row.subject._meta.label_lower, set()).add(row.subject.pk)
    found: dict[Key, Duty] = {}
    for kind, subjects in wanted.items():
        ids = sorted(subjects)
        for start in range(0, len(ids), AT_ONCE):
            about = Q(subject_kind=kind, subject_id__in=ids[start : start + AT_ONCE])
            found |= {_key(duty): duty for duty in _locked(about)}
    return found


def _limited(rows: Sequence[DutyInput], held: dict[Key, Duty], now: datetime) -> list[DutyInput]:
    """The rows with the working days of what is counted from now; what stays open by its deadline keeps its own."""
    if not any(row.counted for row in rows):
        return list(rows)
    days = calendar()

    def limit(row: DutyInput) -> int | None:
        duty = held.get(row.key)
        if duty is not None and duty.due_at == row.due_at:
            return duty.limit_days
        count = days.between(local_day(now), local_day(row.due_at)) if row.due_at else -1
        return count if count >= 0 else None  # over already: no calendar brings it back

    return [replace(row, limit_days=limit(row)) if row.counted else row for row in rows]


def _go_on(back: Sequence[Duty]) -> None:
    """Duties that come back unchanged take up the clock and the reminders they had when they were handed on."""
    clocks = {(*_key(duty), duty.due_at): duty for duty in back}
    wanted: dict[str, set[int]] = {}
    for duty in back:
        wanted.setdefault(duty.subject_kind, set()).add(duty.subject_id)
    for kind, subjects in wanted.items():
        ids = sorted(subjects)
        for start in range(0, len(ids), AT_ONCE):
            about = Duty.objects.done().filter(subject_kind=kind, subject_id__in=ids[start : start + AT_ONCE])
            for was in about.order_by("done_at", "pk"):
                if same := clocks.get((*_key(was), was.due_at)):
                    same.clock, same.warned = was.clock, was.warned


def _locked(about: Q) -> Iterable[Duty]:
    duties: Iterable[Duty] = Duty.objects.open().select_for_update().filter(about).order_by("pk")
    return duties


def _key(duty: Duty) -> Key:
    return duty.subject_kind, duty.subject_id, duty.kind, duty.unit_id, duty.person_id


def _opened(row: DutyInput, now: datetime) -> Duty:
    kind, subject, _, unit, person = row.key
    told = {name: _cut(name, getattr(row, name)) for name in _TOLD}
    since = row.since or now
    return Duty(
        subject_kind=kind,
        subject_id=subject,
        kind=row.kind,
        unit_id=unit,
        person_id=person,
        since=since,
        **told,
    )


def _update(duty: Duty, row: DutyInput, now: datetime) -> bool:
    """Make an open duty say what the row says; True where anything differs."""
    wanted = {name: _cut(name, getattr(row, name)) for name in _TOLD}
    differs = {name for name, value in wanted.items() if getattr(duty, name) != value}
    if "due_at" in differs:
        restart(duty)
        duty.since = row.since or now
    for name in differs:
        setattr(duty, name, wanted[name])
    return bool(differs)


def restart(duty: Duty) -> None:
    """The clock runs again, and so do the reminders."""
    duty.clock += 1
    duty.warned = Step.NONE


def _cut(name: str, value: Any) -> Any:
    """Words that are too long for their column end in …; the whole stands on the subject's own page."""
    if not isinstance(value, str):
        return value
    most = getattr(Duty._meta.get_field(name), "max_length", None) or len(value)
    return value if len(value) <= most else value[: most - 1] + "…"
