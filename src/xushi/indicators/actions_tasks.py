"""任务的动作：列任务、一步做完、按台账记逾期步数。"""

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q

from xushi.core.clock import local_day
from xushi.indicators import policy
from xushi.indicators.actions import ObservationInput, observe
from xushi.indicators.models import Participant, System
from xushi.indicators.models_tasks import Task, TaskStep
from xushi.indicators.refusals import Problem, Refused, refuse
from xushi.journal.actions import Actor, RowChange, record
from xushi.units.districts import denied


@dataclass(frozen=True, slots=True)
class StepInput:
    words: str
    due_on: date
    made_up: bool = False


@dataclass(frozen=True, slots=True)
class TaskInput:
    """One task with its steps; indicator is the code of the one it is scored by, "" for none."""

    name: str
    kind: str
    steps: tuple[StepInput, ...]
    indicator: str = ""
    group: int | None = None
    lead: int | None = None


@transaction.atomic
def list_tasks(system: System, rows: Sequence[TaskInput], *, actor: Actor, now: datetime) -> list[Task]:
    """列任务 with their steps; a task of the same name is not listed twice."""
    _ask_keeper(actor)
    held = set(system.tasks.values_list("name", flat=True))
    problems = [Problem(row.name, "已经列过，不用再列。") for row in rows if row.name in held]
    problems += [Problem(row.name, "至少要有一步，写明做什么、哪天做完。") for row in rows if not row.steps]
    if problems:
        raise Refused(*problems)
    indicators = dict(system.indicators.values_list("code", "pk"))
    made = [
        Task(system=system, indicator_id=indicators.get(row.indicator), kind=row.kind, name=row.name,
             group_id=row.group, lead_id=row.lead, place=len(held) + place)
        for place, row in enumerate(rows)
    ]  # fmt: skip
    Task.objects.bulk_create(made)
    TaskStep.objects.bulk_create(
        TaskStep(task=task, place=place, words=step.words, due_on=step.due_on, made_up=step.made_up)
        for task, row in zip(made, rows, strict=True)
        for place, step in enumerate(row.steps)
    )
    record(
        "indicators.task.listed", actor=actor, now=now, subject=system, summary=f"列任务{len(made)}项",
        rows=[RowChange(task, task.name) for task in made],
    )  # fmt: skip
    return made


@transaction.atomic
def finish_steps(
    steps: Sequence[TaskStep], done_on: date, evidence: str, *, actor: Actor, now: datetime
) -> None:
    """做完: with its evidence; a day that is not yet is refused."""
    if done_on > local_day(now):
        raise refuse("done_on", "做完的日子不能在今天以后。")
    if not evidence.strip():
        raise refuse("evidence", "写明佐证，如文号、验收单。")
    held = list(
        TaskStep.objects.select_for_update(of=("self",)).select_related("task__group", "task__lead").filter(
            pk__in=[step.pk for step in steps]
        )
    )  # fmt: skip
    if actor.by is not None and not all(can_finish(actor, step) for step in held):
        raise PermissionDenied("任务由牵头组、责任单位和区重大办记，您的角色可以查看。")
    if done := [step.words for step in held if step.done_on]:
        raise refuse("", f"“{done[0]}”已经记过做完，请刷新再看。")
    for step in held:
        step.done_on, step.evidence, step.by, step.at = done_on, evidence.strip()[:300], actor.by, now
    TaskStep.objects.bulk_update(held, ["done_on", "evidence", "by", "at"])
    record(
        "indicators.step.finished", actor=actor, now=now, summary=f"任务做完{len(held)}步",
        rows=[RowChange(step.task, f"{step.task.name}：{step.words}") for step in held],
    )  # fmt: skip


def can_finish(actor: Actor, step: TaskStep) -> bool:
    user = actor.by
    if user is None or policy.can_keep(user):
        return True
    paths = [unit.path for unit in (step.task.group, step.task.lead) if unit]
    return any(
        path.startswith(held.unit.path) and not held.unit.is_root and held.role in ("indicator_lead", "department")
        for held in user.appointments_in_force
        for path in paths
    )  # fmt: skip


@transaction.atomic
def judge_tasks(system: System, period: str, *, actor: Actor, now: datetime) -> int:
    """按台账记分: the steps of each scored task that were due and not done at the end of the month, as an observation."""
    year, month = map(int, period.split("-"))
    last = date(year, month, calendar.monthrange(year, month)[1])
    own = Participant.objects.get(system=system, own=True)
    late = Q(due_on__lte=last) & (Q(done_on=None) | Q(done_on__gt=last))
    rows = []
    for task in system.tasks.exclude(indicator=None).order_by("pk").prefetch_related("steps"):
        overdue = task.steps.filter(late).count()
        rows.append(
            ObservationInput(
                indicator=task.indicator_id or 0, participant=own.pk, period=period, low=overdue, high=overdue,
                source="任务台账", where=task.name,
                made_up=any(step.made_up for step in task.steps.all()),
            )
        )  # fmt: skip
    observe(rows, actor=actor, now=now)
    return len(rows)


def _ask_keeper(actor: Actor) -> None:
    if actor.by is not None and not policy.can_keep(actor.by):
        raise PermissionDenied(denied(actor.by, "任务由区重大办定，您的角色可以查看。"))
