"""巡查：哪些待办的提醒该再进一步。可以随时停下，再跑接着来，每一步只提醒一次。"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from django.db.models import Q

from xushi.calendars.rules import CLOSING, WorkingCalendar
from xushi.core.clock import BEIJING, local_day
from xushi.duties.models import Duty
from xushi.duties.rules import HEAD_AFTER, OFFICE_AFTER, SOON, Step, step_due

ONE = timedelta(days=1)


def due_steps(
    now: datetime, calendar: WorkingCalendar, batch: int = 1000
) -> Iterator[list[tuple[Duty, Step]]]:
    """Open duties whose reminders must go further, each with the step to reach, in batches; one query a batch.

    Write each batch (actions_clock.warn_duties) before taking the next: what is written is not found again.
    """
    last, steps = 0, dict[datetime, Step]()
    condition = _behind(now, calendar)
    while True:
        some = list(Duty.objects.open().filter(condition, pk__gt=last).order_by("pk")[:batch])
        if not some:
            return
        last = some[-1].pk
        yield [(duty, _step(duty, now, calendar, steps)) for duty in some]


def _step(duty: Duty, now: datetime, calendar: WorkingCalendar, known: dict[datetime, Step]) -> Step:
    """Many duties are due at the same moment: each moment is judged once."""
    assert duty.due_at is not None  # the condition asks for one
    if duty.due_at not in known:
        known[duty.due_at] = step_due(duty.due_at, now, calendar)
    return known[duty.due_at]


def _behind(now: datetime, calendar: WorkingCalendar) -> Q:
    """step_due, turned round: by which deadlines a step should have been reached."""
    today = local_day(now)
    closed = today if now.astimezone(BEIJING).time() >= CLOSING else today - ONE
    office = min(now, _begin(calendar.add(closed + ONE, -OFFICE_AFTER)))
    head = min(now, _begin(calendar.add(closed + ONE, -HEAD_AFTER)))
    soon = _begin(calendar.add(today, SOON + 1))
    return (
        Q(warned__lt=Step.OFFICE, due_at__lt=office)
        | Q(warned__lt=Step.HEAD, due_at__lt=head)
        | Q(warned__lt=Step.OVERDUE, due_at__lt=now)
        | Q(warned__lt=Step.SOON, due_at__lt=soon)
    )


def _begin(day: date) -> datetime:
    return datetime.combine(day, time(0), BEIJING)
