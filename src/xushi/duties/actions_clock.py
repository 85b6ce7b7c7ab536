"""待办的钟：提醒走一步、日历改了期限重算。"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.apps import apps
from django.db import models, transaction

from xushi.calendars.rules import WorkingCalendar
from xushi.core.clock import BEIJING
from xushi.duties.actions import restart
from xushi.duties.models import Duty
from xushi.duties.rules import CLOCK, DUTY, WARNING, Step
from xushi.journal.actions import SYSTEM, RowChange, record
from xushi.journal.models import Changes, Event

WARNED = "duties.duty.warned"
RECOUNTED = "duties.duty.recounted"
DEADLINE = "期限"
AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Recounted:
    """A duty whose deadline another calendar has moved; duty carries the new one."""

    duty: Duty
    before: datetime
    after: datetime


Hook = Callable[[Sequence[Recounted], datetime], None]
_hooks: dict[str, Hook] = {}


def on_recount(subject_kind: str) -> Callable[[Hook], Hook]:
    """Register what else moves with the deadlines of duties about a kind of subject (an order's own due_at).

    The hook is called once per recount with all moved duties about that kind, inside the same transaction. Register
    in the room's AppConfig.ready().
    """

    def register(hook: Hook) -> Hook:
        _hooks[subject_kind] = hook
        return hook

    return register


@transaction.atomic
def warn_duties(steps: Sequence[tuple[Duty, Step]], *, now: datetime) -> Event | None:
    """Note that the reminders of these duties have reached these steps: one event, whose rows are their subjects.

    Whatever was done, warned or given another deadline since it was read is left out, so that two sweeps at once
    warn once. None where nothing is left. Read the rows with selectors.warnings_of(event).
    """
    wanted = {duty.pk: (duty.clock, duty.warned, step) for duty, step in steps}
    held = Duty.objects.open().select_for_update().filter(pk__in=wanted).order_by("pk")
    by_step: dict[Step, list[int]] = defaultdict(list)
    rows = []
    for duty in held:
        clock, warned, step = wanted[duty.pk]
        if (duty.clock, duty.warned) == (clock, warned) and step > warned:
            by_step[step].append(duty.pk)
            told: Changes = {
                WARNING: [Step(warned).label, step.label],
                DUTY: ["", duty.pk],
                CLOCK: ["", duty.clock],
            }
            rows.append(_row(duty, told))
    for step, keys in by_step.items():
        Duty.objects.filter(pk__in=keys).update(warned=step)
    if not rows:
        return None
    return record(WARNED, actor=SYSTEM, now=now, summary=f"到期提醒{len(rows)}件", rows=rows)


@transaction.atomic
def recount(calendar: WorkingCalendar, *, first: date, last: date, now: datetime) -> list[Recounted]:
    """The calendar of these days has changed: open duties counted in working days over them are counted anew.

    Their clocks start again where the deadline moves; the rooms' hooks move what they keep themselves. One event
    names each old and new deadline; none where nothing moves.
    """
    begin = datetime.combine(first, time(0), BEIJING)
    end = datetime.combine(last + timedelta(days=1), time(0), BEIJING)
    counted = Duty.objects.open().filter(
        limit_days__isnull=False, due_at__isnull=False, due_at__gte=begin, since__lt=end
    )
    moved = []
    for duty in counted.select_for_update().order_by("pk"):
        before = duty.due_at
        assert before is not None and duty.limit_days is not None  # asked for above
        after = calendar.deadline(duty.since, duty.limit_days)
        if before != after:
            duty.due_at = after
            restart(duty)
            moved.append(Recounted(duty, before, after))
    if not moved:
        return []
    Duty.objects.bulk_update([one.duty for one in moved], ["due_at", "clock", "warned"], batch_size=AT_ONCE)
    _call_hooks(moved, now)
    summary = f"工作日历有变，{len(moved)}件待办的期限重算"
    record(RECOUNTED, actor=SYSTEM, now=now, summary=summary, rows=[_recounted_row(one) for one in moved])
    return moved


def _call_hooks(moved: Sequence[Recounted], now: datetime) -> None:
    by_kind: dict[str, list[Recounted]] = defaultdict(list)
    for one in moved:
        by_kind[one.duty.subject_kind].append(one)
    for kind, some in by_kind.items():
        if hook := _hooks.get(kind):
            hook(some, now)


def _recounted_row(one: Recounted) -> RowChange:
    before, after = (f"{moment.astimezone(BEIJING):%Y-%m-%d %H:%M}" for moment in (one.before, one.after))
    return _row(one.duty, {DEADLINE: [before, after]})


def _row(duty: Duty, changes: Changes) -> RowChange:
    subject: models.Model = apps.get_model(duty.subject_kind).from_db(None, ["id"], [duty.subject_id])
    name = duty.subject_name or " ".join(filter(None, (duty.number, duty.title)))
    if duty.confidential:
        name = duty.number or "限定阅读的事"  # the journal is read by more than those it names
    return RowChange(subject, name, changes)  # of the subject only its kind and key are looked at
