"""计划调整：提出、批准、不批；旧计划一版一版留着，关了账的月份不动。"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Max

from xushi.core.text import tidy
from xushi.journal.actions import Actor, RowChange, record
from xushi.registry.actions import Refused, RowProblem, plan_row
from xushi.registry.models import AnnualPlan
from xushi.registry.rules import PlanInput, problems_of_plan

State = AnnualPlan.State
_AT_ONCE = 5000


@transaction.atomic
def propose_plan_revision(row: PlanInput, *, reason: str, actor: Actor, now: datetime) -> AnnualPlan:
    """提出调整: a new version waits for a decision; the one in force stays. One proposal at a time."""
    problems = [RowProblem(0, p.field, p.sentence) for p in problems_of_plan(row) if not p.warning]
    if not tidy(reason):
        problems.append(RowProblem(0, "reason", "计划调整要写理由：为什么调、依据哪份文件。"))
    versions = AnnualPlan.objects.filter(project_id=row.project, year=row.year)
    if not versions.filter(state=State.IN_FORCE).exists():
        problems.append(
            RowProblem(0, "planned_investment", f"{row.year}年还没有下达计划，请先下达，再谈调整。")
        )
    if versions.filter(state=State.PROPOSED).exists():
        problems.append(RowProblem(0, "planned_investment", "已有一份调整在等批，请先批完那份。"))
    if problems:
        raise Refused(problems)
    number = (versions.aggregate(last=Max("version"))["last"] or 0) + 1
    plan = plan_row(row, actor, now, version=number, reason=tidy(reason), state=State.PROPOSED)
    plan.save()
    record(
        "registry.plan.proposed",
        actor=actor,
        now=now,
        subject=plan.project,
        summary=f"提出{row.year}年计划调整（第{number}版）。理由：{plan.reason}",
        changes={"年度计划": [_in_force(plan).planned_investment, plan.planned_investment]},
    )
    return plan


@transaction.atomic
def decide_plan_revision(
    plan: AnnualPlan, *, approve: bool, reason: str = "", actor: Actor, now: datetime
) -> AnnualPlan:
    """批或不批: approval puts this version in force and keeps the old one as 已调整; the proposer never decides."""
    plan = AnnualPlan.objects.select_for_update().get(pk=plan.pk)
    if plan.state != State.PROPOSED:
        raise Refused([RowProblem(0, "state", f"这份调整已经是“{plan.get_state_display()}”，不用再批。")])
    if actor.by is not None and actor.by.pk == plan.proposed_by_id:
        raise Refused([RowProblem(0, "state", "自己提的调整要由别人批，请换一位同事。")])
    if not approve and not tidy(reason):
        raise Refused([RowProblem(0, "reason", "不批要写理由，让提出的人知道怎么改。")])
    old = _in_force(plan)
    if approve:
        old.state = State.SUPERSEDED
        old.save(update_fields=["state"])
    plan.state = State.IN_FORCE if approve else State.REFUSED
    plan.decided_by, plan.decided_at = actor.by, now
    plan.save(update_fields=["state", "decided_by", "decided_at"])
    word = "批准" if approve else "不批"
    record(
        "registry.plan.revised" if approve else "registry.plan.refused",
        actor=actor,
        now=now,
        subject=plan.project,
        summary=f"{word}{plan.year}年计划调整（第{plan.version}版）"
        + (f"。理由：{tidy(reason)}" if reason else ""),
        changes={"年度计划": [old.planned_investment, plan.planned_investment]} if approve else {},
    )
    return plan


@transaction.atomic
def propose_plan_revisions(
    rows: Sequence[PlanInput], *, reasons: Sequence[str], actor: Actor, now: datetime
) -> list[AnnualPlan]:
    """提出一批调整, e.g. of an imported sheet: each a new version that waits; one event with its row changes."""
    years = {row.year for row in rows}
    held: dict[tuple[int, int], list[AnnualPlan]] = {}
    ids = sorted({row.project for row in rows})
    for start in range(0, len(ids), _AT_ONCE):
        some = ids[start : start + _AT_ONCE]
        for plan in AnnualPlan.objects.filter(project_id__in=some, year__in=years).select_related("project"):
            held.setdefault((plan.project_id, plan.year), []).append(plan)
    problems = [problem for i, row in enumerate(rows) for problem in _of_proposal(i, row, held)]
    if problems:
        raise Refused(problems)
    proposed, changes = [], []
    for row, reason in zip(rows, reasons, strict=True):
        versions = held[row.project, row.year]
        number = max(plan.version for plan in versions) + 1
        proposed.append(
            plan_row(row, actor, now, version=number, reason=tidy(reason)[:300], state=State.PROPOSED)
        )
        old = next(plan for plan in versions if plan.state == State.IN_FORCE)
        amounts = [old.planned_investment, row.planned_investment]
        changes.append(RowChange(old.project, old.project.name, {f"{row.year}年计划（待批）": amounts}))
    AnnualPlan.objects.bulk_create(proposed, batch_size=1000)
    summary = f"提出{len(proposed)}份年度计划调整"
    record("registry.plan.proposed", actor=actor, now=now, summary=summary, rows=changes)
    return proposed


def _of_proposal(
    i: int, row: PlanInput, held: dict[tuple[int, int], list[AnnualPlan]]
) -> Iterator[RowProblem]:
    for problem in problems_of_plan(row):
        if not problem.warning:
            yield RowProblem(i, problem.field, problem.sentence)
    states = {plan.state for plan in held.get((row.project, row.year), ())}
    if State.IN_FORCE not in states:
        yield RowProblem(i, "planned_investment", f"{row.year}年还没有下达计划，请先下达，再谈调整。")
    if State.PROPOSED in states:
        yield RowProblem(i, "planned_investment", "已有一份调整在等批，请先批完那份。")


def _in_force(plan: AnnualPlan) -> AnnualPlan:
    return AnnualPlan.objects.get(project_id=plan.project_id, year=plan.year, state=State.IN_FORCE)
