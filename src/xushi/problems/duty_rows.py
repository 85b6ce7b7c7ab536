"""问题的待办：这一步该谁办、到何时；每个动作之后重新对一遍。"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse

from xushi.calendars.rules import WorkingCalendar, closing_of
from xushi.calendars.selectors import calendar
from xushi.duties.actions import DutyInput, set_duties
from xushi.duties.models import Duty
from xushi.problems.models import Problem, Raising
from xushi.problems.policy import works_for
from xushi.problems.table import State
from xushi.units.districts import Offices
from xushi.units.models import Appointment, Role, Unit, User

ASSIGN_IN = 1  # working days
VERIFY_IN = 3
READ_IN = 3


def owe(problems: Sequence[Problem], *, now: datetime, by: User | None) -> None:
    """Make the open duties about these problems what their states ask for: the rest is done with.

    A duty that stays keeps its clock; one that comes back (a return, a reopening) begins a new one.
    """
    unread: dict[int, list[Raising]] = {}
    leaders = Appointment.objects.filter(role=Role.LEADER, ended_at=None, user__is_active=True).values("user")
    asked = Raising.objects.filter(problem__in=problems, read_at=None, leader__in=leaders)
    for raising in asked.select_related("leader"):
        unread.setdefault(raising.problem_id, []).append(raising)
    offices = Offices()
    working = calendar()
    rows = [
        row
        for problem in problems
        for row in _rows(problem, offices.of_place(problem.project), unread.get(problem.pk, []), working)
    ]
    wanted = {row.key for row in rows}
    open_now = Duty.objects.open().filter(
        subject_kind=Problem._meta.label_lower, subject_id__in=[problem.pk for problem in problems]
    )
    held = open_now.values_list("pk", "subject_kind", "subject_id", "kind", "unit", "person")
    over = [pk for pk, *key in held if tuple(key) not in wanted]
    if over:
        Duty.objects.filter(pk__in=over).update(done_at=now, done_by=by)
    set_duties(rows, now=now)


def _rows(
    problem: Problem, office: Unit | None, unread: Sequence[Raising], working: WorkingCalendar
) -> Iterator[DutyInput]:
    if not problem.is_open:
        return
    about = _about(problem)
    if problem.status == State.ASSIGNED and problem.lead and problem.due_on:
        yield DutyInput(
            **about, kind="problem.solve", title=problem.title, unit=problem.lead, mark="working", issuer="区重大办",
            due_at=closing_of(problem.due_on), since=problem.state_at,
        )  # fmt: skip
    elif problem.status == State.SENT_BACK and (whose := _reporter(problem)):
        yield DutyInput(
            **about, **whose, kind="problem.amend", title=f"补充再报：{problem.title}",
            mark="needs_coordination", state="退回补充", due_at=None, issuer="区重大办", since=problem.state_at,
        )  # fmt: skip
    elif office and problem.at_office:
        yield _of_office(problem, about, office, working)
    for raising in unread:
        yield DutyInput(
            **about, kind="problem.read", title=f"请定：{raising.words}", person=raising.leader, state="待阅",
            due_at=working.deadline(raising.at, READ_IN), limit_days=READ_IN, since=raising.at, issuer="区重大办",
        )  # fmt: skip


def _reporter(problem: Problem) -> dict[str, Any]:
    """Whoever reported it while they work there; then their unit."""
    by, unit = problem.reported_by, problem.reported_unit
    if by and by.is_active and (unit is None or works_for(by, unit)):
        return {"person": by}
    return {"unit": unit} if unit else {}


def _of_office(problem: Problem, about: dict[str, Any], office: Unit, working: WorkingCalendar) -> DutyInput:
    """The office's own clocks: a working day to assign, three to verify and close."""
    assigning = problem.status == State.REPORTED
    days = ASSIGN_IN if assigning else VERIFY_IN
    words = {State.REPORTED: "分办", State.SOLVED: "核实", State.VERIFIED: "销号"}[problem.status]
    return DutyInput(
        **about,
        kind="problem.assign" if assigning else "problem.verify",
        title=f"{words}：{problem.title}",
        unit=office,
        role=Role.OFFICE,
        mark=problem.mark,
        state=problem.label,
        issuer=str(problem.lead or problem.reported_unit or "")[:120],
        due_at=working.deadline(problem.state_at, days),
        limit_days=days,
        since=problem.state_at,
    )


def _about(problem: Problem) -> dict[str, Any]:
    number = problem.list_number
    return {
        "subject": problem,
        "subject_name": problem.title,
        "number": f"问题{number}" if number else "问题",
        "note": f"{problem.project.name} · {problem.problem_class}",
        "url": reverse("problems:problem", args=[problem.pk]),
    }
