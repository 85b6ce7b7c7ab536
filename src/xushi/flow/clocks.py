"""待办的钟：到点提醒、日历改了重算、单位撤了转交、人走了交出。"""

from datetime import date, datetime

from xushi.admission.opinions import transfer_unit as transfer_opinions
from xushi.calendars.actions import learn_years
from xushi.calendars.models import NoticeYear
from xushi.calendars.selectors import calendar
from xushi.duties.actions import transfer_duties
from xushi.duties.actions_clock import Recounted, recount, warn_duties
from xushi.duties.sweep import due_steps
from xushi.guarantees.actions import transfer_unit as transfer_requests
from xushi.inspections.rectifying import transfer_unit as transfer_findings
from xushi.journal.actions import SYSTEM
from xushi.journal.models import Event
from xushi.permits.actions_office import transfer_unit as transfer_steps
from xushi.permits.officers import relieve as relieve_officer
from xushi.problems.actions import hand_on as hand_problems_on
from xushi.problems.actions import transfer_unit
from xushi.signings.actions import hand_on as hand_signings_on
from xushi.signings.actions import transfer_unit as transfer_signings
from xushi.supervision.passing import hand_on as hand_orders_on
from xushi.supervision.passing import pass_orders_on
from xushi.units.models import Appointment, Unit, User


def remind(now: datetime, batch: int = 1000) -> int:
    """到点提醒: every open duty whose reminders must go further; returns how many.

    Each batch is one transaction and one event, so that it may be stopped at any point and run again: what has
    been warned is not found a second time.
    """
    reminded = 0
    for steps in due_steps(now, calendar(), batch):
        event = warn_duties(steps, now=now)
        reminded += event.rows.count() if event else 0
    return reminded


def learn_calendar(now: datetime) -> None:
    """Years that a newer calendar package brings along."""
    learn_years(now=now)


def recount_deadlines(event: Event) -> list[Recounted]:
    """A year's notice was loaded: what was counted in working days over it, or over the December before, is recounted."""
    notice = NoticeYear.objects.get(pk=event.subject_id or 0)
    first, last = date(notice.year - 1, 12, 1), date(notice.year, 12, 31)
    return recount(calendar(), first=first, last=last, now=event.at)


def hand_on(event: Event) -> int:
    """Somebody moved, left, came or became head: what they owe in person goes to whoever owes it now."""
    person = User.objects.get(pk=event.subject_id or 0)
    moved = hand_orders_on(person, now=event.at) + hand_problems_on(person, now=event.at)
    moved += relieve_officer(person, now=event.at)
    return moved + hand_signings_on(person, actor=SYSTEM, now=event.at)


def pass_on(event: Event) -> int:
    """A unit was dissolved: its problems, its orders and whatever else it owed are its successor's. Returns how many."""
    unit = Unit.objects.select_related("successor").get(pk=event.subject_id or 0)
    successor = unit.successor
    if successor is None:
        return 0
    moved = transfer_unit(unit, successor, SYSTEM, event.at)
    moved += transfer_requests(unit, successor, actor=SYSTEM, now=event.at)
    moved += transfer_findings(unit, successor, actor=SYSTEM, now=event.at)
    moved += transfer_signings(unit, successor, actor=SYSTEM, now=event.at)
    moved += transfer_opinions(unit, successor, actor=SYSTEM, now=event.at)
    moved += transfer_steps(unit, successor, now=event.at)
    moved += len(pass_orders_on(unit, successor, now=event.at))
    left = Appointment.objects.filter(unit=unit, ended_at=event.at).values("user")
    for person in User.objects.filter(pk__in=left).order_by("pk"):
        hand_orders_on(person, now=event.at)
        hand_problems_on(person, now=event.at)
    return moved + transfer_duties(unit, successor, now=event.at)
