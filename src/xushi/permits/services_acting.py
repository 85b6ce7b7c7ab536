"""为企服务的动作共用的：锁住一步、核版本、谁能做、部门欠什么、记一笔。"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.urls import reverse

from xushi.calendars.rules import closing_of
from xushi.duties.actions import DutyInput, end_duties, set_duties
from xushi.journal.actions import Actor, RowChange, record
from xushi.journal.models import Event
from xushi.permits import acting, policy
from xushi.permits.models import Commitment, PermitStep, Rehearsal
from xushi.registry.checking import Conflict, Refused, RowProblem

Seen = Mapping[int, int | None]
REHEARSE, CHECK = "permit.rehearse", "permit.check"


def step_of(seen: Seen, actor: Actor) -> PermitStep:
    """The one step that was looked at, its project's steps locked; Refused where gone, Conflict where it moved on."""
    [(pk, version)] = seen.items()
    rows = PermitStep.objects.all() if actor.by is None else PermitStep.objects.visible_to(actor.by)
    found = rows.filter(pk=pk).select_related(*acting.RELATED, "permit__catalogue").first()
    if found is None:
        raise Refused([RowProblem(0, "step", "这一步手续不在了，可能换了新版目录，请刷新再办。")])
    acting.lock([found.project_id])
    step: PermitStep = rows.select_related(*acting.RELATED, "permit__catalogue").get(pk=pk)
    if version is not None and step.version != version:
        raise Conflict(acting.overtaken(step.pk))
    if step.project.removed_on:
        raise Refused([RowProblem(0, "step", f"“{step.project.name}”已经退库，手续不再往下办。")])
    return step


def rehearsal_of(seen: Seen, actor: Actor) -> Rehearsal:
    [(pk, version)] = seen.items()
    rows = Rehearsal.objects.all() if actor.by is None else Rehearsal.objects.visible_to(actor.by)
    held: Rehearsal | None = rows.filter(pk=pk).first()
    if held is None:
        raise Refused([RowProblem(0, "step", "这一次模拟审批不在了，请刷新再办。")])
    step = step_of({held.step_id: None}, actor)
    held.refresh_from_db()
    _ask_unmoved(held, version, f"“{step}”的模拟审批")
    held.step = step
    return held


def commitment_of(seen: Seen, actor: Actor) -> Commitment:
    [(pk, version)] = seen.items()
    rows = Commitment.objects.all() if actor.by is None else Commitment.objects.visible_to(actor.by)
    held: Commitment | None = rows.filter(pk=pk).first()
    if held is None:
        raise Refused([RowProblem(0, "step", "这一份承诺不在了，请刷新再办。")])
    step = step_of({held.step_id: None}, actor)
    held.refresh_from_db()
    _ask_unmoved(held, version, f"“{step}”的承诺")
    held.step = step
    return held


def _ask_unmoved(held: Rehearsal | Commitment, version: int | None, called: str) -> None:
    if version is not None and held.version != version:
        raise Conflict(
            f"{called}刚被别人办过，现在是“{held.get_state_display()}”。你填的还在，请看过再决定。"
        )


def owe(
    step: PermitStep, kind: str, title: str, *, now: datetime, due: Any = None, by_day: Any = None
) -> None:
    """The department owes it: due is a moment counted in working days, by_day a day somebody named."""
    department = policy.holder(step)
    if department is None:
        return
    row = DutyInput(
        subject=step, subject_name=str(step), number="手续", note=step.project.name, kind=kind, title=title,
        unit=department, due_at=due or closing_of(by_day), counted=due is not None, url=address(step),
    )  # fmt: skip
    set_duties([row], now=now)


def owed_no_more(step: PermitStep, kind: str, *, actor: Actor, now: datetime) -> None:
    end_duties(step, now=now, by=actor.by, kinds=[kind])


def address(step: PermitStep) -> str:
    return f"{reverse('permits:steps', args=[step.project_id])}#step-{step.permit.code}"


def tell(
    verb: str, step: PermitStep, said: Mapping[str, list[Any]], summary: str, *, actor: Actor, now: datetime
) -> Event:
    """One event of the step, with its project as a row, so that both timelines say it."""
    changes = {label: pair for label, pair in said.items() if pair[0] != pair[1]}
    rows = [
        RowChange(step, str(step), changes),
        RowChange(step.project, step.project.name, {"手续": ["", step.permit.name], **changes}),
    ]
    return record(
        f"permits.step.{verb}", actor=actor, now=now, subject=step, subject_name=str(step),
        summary=f"{summary}：{step}", rows=rows,
    )  # fmt: skip


def refused(sentence: str, field: str = "step") -> Refused:
    return Refused([RowProblem(0, field, sentence)])
