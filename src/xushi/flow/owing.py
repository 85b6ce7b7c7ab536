"""到期的预警：问题、督办、批示，两个工作日内到期的黄，逾期的红；办了就解除。"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Max, QuerySet

from xushi.alerts.actions import Applied, apply_findings
from xushi.alerts.models import Alert
from xushi.alerts.rules import OWED, Cause, Finding, Level, SubjectInfo
from xushi.calendars.rules import WorkingCalendar
from xushi.calendars.selectors import calendar
from xushi.core.clock import local_day
from xushi.duties.models import Duty
from xushi.duties.rules import Step, step_due
from xushi.journal.models import Event
from xushi.problems.models import Problem
from xushi.supervision.models import SupervisionOrder
from xushi.supervision.models_instructions import Instruction

AT_ONCE = 1000
Infos = Iterable[SubjectInfo]


def judge_owed(now: datetime, event: Event | None = None) -> Applied:
    """Open, re-level or clear the alerts of what is owed: of what an event speaks of, or of everything.

    The nearest deadline among a subject's open duties counts, the office's and the leader's own too. What is
    confidential raises no alert: the list is read by more than those it names.
    """
    subjects = _all_subjects() if event is None else _subjects_of(event)
    findings: dict[SubjectInfo, list[Finding]] = {}
    for kind, ids in subjects.items():
        wanted = sorted(ids)
        for start in range(0, len(wanted), AT_ONCE):
            findings |= _found(kind, wanted[start : start + AT_ONCE], now)
    return apply_findings(findings, causes=OWED, now=_not_before(now, subjects))


def _found(kind: str, ids: list[int], now: datetime) -> dict[SubjectInfo, list[Finding]]:
    nearest: dict[int, Duty] = {}
    owed = Duty.objects.open().filter(subject_kind=kind, subject_id__in=ids, due_at__isnull=False)
    for duty in (
        owed.filter(listed=True, confidential=False).select_related("unit", "person").order_by("due_at")
    ):
        nearest.setdefault(duty.subject_id, duty)
    days = calendar()
    return {
        subject: _findings(_CAUSES[kind], nearest.get(subject.id), now, days) for subject in _INFOS[kind](ids)
    }


def _findings(cause: Cause, duty: Duty | None, now: datetime, days: WorkingCalendar) -> list[Finding]:
    if duty is None or duty.due_at is None:
        return []
    step = step_due(duty.due_at, now, days)
    if step == Step.NONE:
        return []
    level = Level.YELLOW if step == Step.SOON else Level.RED
    who = str(duty.unit or duty.person or "")
    note = "，".join(part for part in (duty.number, who and f"{who}办") if part)
    return [Finding(cause, level, local_day(duty.due_at), note=note)]


def _not_before(now: datetime, subjects: Mapping[str, set[int]]) -> datetime:
    """An event handled late must not turn alerts back to its own hour."""
    about = Alert.objects.filter(
        cause__in=OWED, subject_kind__in=[kind for kind, ids in subjects.items() if ids]
    )
    last = about.aggregate(last=Max("changed_at"))["last"]
    return max(now, last) if last else now


def _all_subjects() -> dict[str, set[int]]:
    """Whatever has a deadline running, and whatever an alert still stands about."""
    kinds = list(_INFOS)
    found: dict[str, set[int]] = {kind: set() for kind in kinds}
    running = Duty.objects.open().filter(subject_kind__in=kinds, due_at__isnull=False, listed=True)
    alarmed = Alert.objects.open().filter(subject_kind__in=kinds, cause__in=OWED)
    rows: tuple[QuerySet[Any], ...] = (running, alarmed)
    for some in rows:
        for kind, pk in some.order_by().values_list("subject_kind", "subject_id").distinct():
            found[kind].add(pk)
    return found


def _subjects_of(event: Event) -> dict[str, set[int]]:
    kinds = list(_INFOS)
    found: dict[str, set[int]] = {kind: set() for kind in kinds}
    told = set(event.rows.filter(subject_kind__in=kinds).values_list("subject_kind", "subject_id"))
    if event.subject_kind in found and event.subject_id is not None:
        told.add((event.subject_kind, event.subject_id))
    for kind, pk in told:
        found[kind].add(pk)
    return found


def _of_orders(ids: list[int]) -> Infos:
    rows = SupervisionOrder.objects.filter(pk__in=ids, confidential=False).select_related(
        "project", "instruction"
    )
    for order in rows:
        project = order.project
        yield SubjectInfo(
            SupervisionOrder._meta.label_lower,
            order.pk,
            f"{order.called} {order.title}",
            territory=project.territory_id if project else None,
            responsible_unit=order.lead_id,
            leader=order.instruction.author_id if order.instruction else None,
        )


def _of_instructions(ids: list[int]) -> Infos:
    """For those who oversee: a territory sees the words about its project only where they are addressed to it."""
    for one in Instruction.objects.filter(pk__in=ids, confidential=False):
        yield SubjectInfo(
            Instruction._meta.label_lower,
            one.pk,
            f"{one.author_name}批示：{one.words[:80]}",
            leader=one.author_id,
        )


def _of_problems(ids: list[int]) -> Infos:
    for one in Problem.objects.filter(pk__in=ids).select_related("project"):
        yield SubjectInfo(
            Problem._meta.label_lower,
            one.pk,
            f"{one.project.name}：{one.title}",
            territory=one.project.territory_id,
            responsible_unit=one.lead_id,
            leader=one.project.leader_id,
        )


_INFOS: Mapping[str, Callable[[list[int]], Infos]] = {
    SupervisionOrder._meta.label_lower: _of_orders,
    Instruction._meta.label_lower: _of_instructions,
    Problem._meta.label_lower: _of_problems,
}
_CAUSES = {
    SupervisionOrder._meta.label_lower: Cause.ORDER_DUE,
    Instruction._meta.label_lower: Cause.INSTRUCTION_DUE,
    Problem._meta.label_lower: Cause.PROBLEM_DUE,
}
