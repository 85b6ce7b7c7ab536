"""手续上谁欠什么、到何时：部门受理、办结、确认，项目单位补正、补齐、开工；超了时限的亮预警。"""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import Q
from django.urls import reverse

from xushi.alerts.actions import apply_findings
from xushi.alerts.models import Alert
from xushi.alerts.rules import Cause, Finding, SubjectInfo
from xushi.calendars.rules import WorkingCalendar, closing_of
from xushi.calendars.selectors import calendar
from xushi.core.clock import local_day
from xushi.duties.actions import DutyInput, end_duties_of, set_duties
from xushi.kit.listed import listed
from xushi.permits.models import RUNNING, WAITING, PermitStep, Supplement
from xushi.permits.policy import holder, standing
from xushi.permits.rules import ACCEPT_IN, CONFIRM_IN, lapsed, overdue
from xushi.permits.table import MARKS
from xushi.units.models import Appointment, Role, Unit, User

State = PermitStep.State
SUBJECT = PermitStep._meta.label_lower
ACCEPT, DECIDE, CONFIRM, SUPPLEMENT, LACKING, BEGIN = KINDS = (
    "permit.accept", "permit.decide", "permit.confirm", "permit.supplement", "permit.lacking", "permit.begin",
)  # fmt: skip
TO_CONFIRM = (State.ACCEPTED, State.APPROVED, State.NOT_NEEDED)
RELATED = (
    "project__territory__successor", "project__responsible_unit__successor", "project__owner_unit__successor",
    "permit__department__successor",
)  # fmt: skip


def owe(steps: Sequence[PermitStep], *, now: datetime, by: User | None) -> None:
    """What each of these steps now asks of its department and of the project's side; whatever it asked before is done."""
    days, staffed = calendar(), staffed_owners(steps)
    rows = [row for step in steps for row in _of(step, now, days, staffed)]
    duties = set_duties(rows, now=now)
    keep = [(duty.subject_id, duty.kind, duty.unit_id, duty.person_id) for duty in duties]
    end_duties_of(PermitStep, [step.pk for step in steps], now=now, kinds=KINDS, keep=keep, by=by)


def staffed_owners(steps: Iterable[PermitStep]) -> set[int]:
    """The enterprises that have somebody who reports for them; one query."""
    owners = {step.project.owner_unit_id for step in steps if step.project.owner_unit_id}
    rows = Appointment.objects.filter(unit__in=owners, role=Role.OWNER, ended_at=None)
    return set(rows.order_by().values_list("unit_id", flat=True)) if owners else set()


def side_of(step: PermitStep, staffed: Collection[int]) -> Unit | None:
    """项目这边谁来办: the enterprise where it has people here, else the unit responsible for the project."""
    project = step.project
    unit = project.owner_unit if project.owner_unit_id in staffed else project.responsible_unit
    return standing(unit)


def _of(
    step: PermitStep, now: datetime, days: WorkingCalendar, staffed: Collection[int]
) -> Iterable[DutyInput]:
    name, project = step.permit.name, step.project
    if project.removed_on:
        return
    about: dict[str, Any] = {
        "subject": step, "subject_name": str(step), "number": "手续", "note": project.name,
        "state": step.get_state_display(), "mark": MARKS[State(step.state)],
        "url": f"{reverse('permits:steps', args=[project.pk])}#step-{step.permit.code}",
    }  # fmt: skip
    department, side = holder(step), side_of(step, staffed)
    if department is not None:
        if step.state == State.SUBMITTED and step.submitted_on:
            due = closing_of(days.add(step.submitted_on, ACCEPT_IN))
            yield DutyInput(**about, unit=department, kind=ACCEPT, title=f"受理手续：{name}", due_at=due)
        elif step.state == State.ACCEPTED and step.due_on:
            due = closing_of(step.due_on)
            yield DutyInput(**about, unit=department, kind=DECIDE, title=f"办结手续：{name}", due_at=due)
        if step.state in TO_CONFIRM and step.confirmed_at is None:
            due = days.deadline(now, CONFIRM_IN)
            title = f"确认手续：{name}{step.get_state_display()}"
            yield DutyInput(**about, unit=department, kind=CONFIRM, title=title, due_at=due, counted=True)
    if side is None:
        return
    if step.state == State.SUPPLEMENT:
        yield DutyInput(**about, unit=side, kind=SUPPLEMENT, title=f"补正手续：{name}", due_at=None)
    if step.lacking_until:
        due = closing_of(step.lacking_until)
        yield DutyInput(
            **about, unit=side, kind=LACKING, title=f"补齐容缺：{name}", due_at=due, quote=step.lacking
        )
    if step.state == State.APPROVED and step.expires_on and not project.started_on and _for_start(step):
        due = closing_of(step.expires_on)
        yield DutyInput(**about, unit=side, kind=BEGIN, title=f"开工或延期：{name}快失效", due_at=due)


def _for_start(step: PermitStep) -> bool:
    return step.permit.needed_for_start


def judge(steps: Sequence[PermitStep], *, now: datetime) -> None:
    """手续超时: alerts opened, re-levelled or cleared."""
    days, today = calendar(), local_day(now)
    asked = _asked(steps)
    found: dict[SubjectInfo, list[Finding]] = {}
    for step in steps:
        late = _finding(step, asked.get(step.pk), today, days)
        found[info_of(step)] = [late] if late else []
    apply_findings(found, causes=[Cause.STEP_OVERDUE], now=now)


def _asked(steps: Sequence[PermitStep]) -> dict[int, date]:
    owed = [step.pk for step in steps if step.state == State.SUPPLEMENT]
    rows = (
        Supplement.objects.filter(listed("step_id", owed), answered_on=None)
        if owed
        else Supplement.objects.none()
    )
    return dict(rows.values_list("step_id", "asked_on"))


def _finding(step: PermitStep, asked_on: date | None, today: date, days: WorkingCalendar) -> Finding | None:
    project = step.project
    begun = project.started_on is not None and project.started_on <= today
    if (project.removed_on and project.removed_on <= today) or (begun and _for_start(step)):
        return None
    if step.state == State.APPROVED:
        return lapsed(step.expires_on, today) if _for_start(step) else None
    waiting = step.ready_since is not None and step.state in (State.PLANNED, *RUNNING)
    return overdue(
        waiting=waiting, due_on=step.due_on, asked_on=asked_on, label=step.permit.name, today=today, days=days
    )


def info_of(step: PermitStep) -> SubjectInfo:
    project, department = step.project, holder(step)
    return SubjectInfo(
        SUBJECT, step.pk, str(step), territory=project.territory_id,
        responsible_unit=department.pk if department else project.responsible_unit_id,
        owner_unit=project.owner_unit_id, leader=project.leader_id,
    )  # fmt: skip


def judge_all(now: datetime, *, at_once: int = 2000) -> int:
    """Every night: whatever is past its date or still stands alarmed; returns how many were looked at."""
    today = local_day(now)
    late = Q(WAITING, due_on__lt=today) | Q(state=State.APPROVED, expires_on__lt=today)
    alarmed = Alert.objects.filter(cause=Cause.STEP_OVERDUE, cleared_at=None, subject_kind=SUBJECT)
    keys = set(PermitStep.objects.filter(late).values_list("pk", flat=True))
    keys |= set(alarmed.values_list("subject_id", flat=True))
    ordered = sorted(keys)
    for start in range(0, len(ordered), at_once):
        some = PermitStep.objects.filter(listed("pk", ordered[start : start + at_once]))
        judge(list(some.select_related(*RELATED).order_by("pk")), now=now)
    return len(ordered)
