"""计划调整：提出、批准、不批；旧计划一版一版留着，关了账的月份不动。"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from xushi.core.text import tidy
from xushi.journal.actions import Actor, RowChange, record
from xushi.kit.listed import listed
from xushi.registry.actions import Conflict, Refused, RowProblem, plan_row
from xushi.registry.checking import among
from xushi.registry.models import AnnualPlan, Project
from xushi.registry.plan_changes import plan_changes, raw_changes
from xushi.registry.rules import PlanInput, problems_of_plan

State = AnnualPlan.State
Held = dict[tuple[int, int], list[AnnualPlan]]
NAMED = 5


def propose_plan_revision(
    row: PlanInput, *, reason: str, actor: Actor, now: datetime, seen_version: int | None = None
) -> AnnualPlan:
    """提出一份调整; see propose_plan_revisions."""
    seen = None if seen_version is None else [seen_version]
    return propose_plan_revisions([row], reasons=[reason], seen_versions=seen, actor=actor, now=now)[0]


@transaction.atomic
def propose_plan_revisions(
    rows: Sequence[PlanInput],
    *,
    reasons: Sequence[str],
    actor: Actor,
    now: datetime,
    seen_versions: Sequence[int] | None = None,
) -> list[AnnualPlan]:
    """提出调整: each a new version that waits; the one in force stays. One event with its row changes.

    seen_versions: the version in force that each writer saw; Conflict where another one rules by now.
    """
    held = _versions(rows)
    problems = [p for i, row in enumerate(rows) for p in _of_proposal(i, row, reasons[i], held)]
    if problems:
        raise Refused(problems)
    proposed, changes = [], []
    for i, (row, reason) in enumerate(zip(rows, reasons, strict=True)):
        versions = held[row.project, row.year]
        old = _ruling(versions)
        if seen_versions is not None and seen_versions[i] != old.version:
            raise Conflict(_moved_on(versions, seen_versions[i], old))
        number = max(plan.version for plan in versions) + 1
        proposed.append(
            plan_row(row, actor, now, version=number, reason=tidy(reason)[:300], state=State.PROPOSED)
        )
        differing = {f"{label}（待批）": pair for label, pair in raw_changes(old, row).items()}
        changes.append(RowChange(old.project, old.project.name, differing))
    AnnualPlan.objects.bulk_create(proposed, batch_size=1000)
    _record("registry.plan.proposed", f"提出{_what(proposed)}", changes, reasons, actor, now)
    return proposed


def _versions(rows: Sequence[PlanInput]) -> Held:
    """Every version of these plans; the projects are locked, so that a second proposer waits and then sees the first."""
    ids = sorted({row.project for row in rows})
    projects = {p.pk: p for p in among(Project.objects.select_for_update().order_by("pk"), "pk", ids)}
    held: Held = {}
    years = {row.year for row in rows}
    for plan in among(AnnualPlan.objects.filter(year__in=years), "project_id", ids):
        plan.project = projects[plan.project_id]
        held.setdefault((plan.project_id, plan.year), []).append(plan)
    return held


def _of_proposal(i: int, row: PlanInput, reason: str, held: Held) -> Iterator[RowProblem]:
    for problem in problems_of_plan(row):
        if not problem.warning:
            yield RowProblem(i, problem.field, problem.sentence)
    if not tidy(reason):
        yield RowProblem(i, "reason", "计划调整要写理由：为什么调、依据哪份文件。")
    versions = held.get((row.project, row.year), [])
    states = {plan.state for plan in versions}
    if State.IN_FORCE not in states:
        yield RowProblem(i, "planned_investment", f"{row.year}年还没有下达计划，请先下达，再谈调整。")
    elif State.PROPOSED in states:
        yield RowProblem(i, "planned_investment", "已有一份调整在等批，请先批完那份。")
    elif not plan_changes(_ruling(versions), row):
        yield RowProblem(i, "planned_investment", "与执行中的计划一样，没有要调的。")


def _ruling(versions: Sequence[AnnualPlan]) -> AnnualPlan:
    return next(plan for plan in versions if plan.state == State.IN_FORCE)


def _moved_on(versions: Sequence[AnnualPlan], seen: int, ruling: AnnualPlan) -> str:
    """What changed between the version that was seen and the one that rules."""
    was = next((plan for plan in versions if plan.version == seen), None)
    what = f"第{ruling.version}版已在执行"
    if was:
        said = "、".join(f"{c.label}由{c.old}改为{c.new}" for c in plan_changes(was, ruling))
        what = f"您看到的第{seen}版已被第{ruling.version}版接替：{said}"
    return f"计划刚被调过，{what}。您填的都还在，核对后再提一次。"


def decide_plan_revision(
    plan: AnnualPlan, *, approve: bool, reason: str = "", actor: Actor, now: datetime
) -> AnnualPlan:
    """批或不批一份; see decide_plan_revisions."""
    return decide_plan_revisions([plan], approve=approve, reason=reason, actor=actor, now=now)[0]


@transaction.atomic
def decide_plan_revisions(
    plans: Sequence[AnnualPlan], *, approve: bool, reason: str = "", actor: Actor, now: datetime
) -> list[AnnualPlan]:
    """批或不批一批: approval puts these versions in force and keeps the old ones as 已调整; one reason, one event.

    Refused as a whole where one of them is decided already or was proposed by whoever decides.
    """
    ids = sorted(plan.pk for plan in plans)
    locked = AnnualPlan.objects.select_for_update(of=("self",)).select_related("project").order_by("pk")
    held = list(among(locked, "pk", ids))
    problems = [*_gone(len(ids) - len(held)), *_of_decision(held, approve, reason, actor)]
    if problems:
        raise Refused(problems)
    projects, years = {plan.project_id for plan in held}, {plan.year for plan in held}
    ruling = AnnualPlan.objects.filter(state=State.IN_FORCE, year__in=years)
    olds = {(old.project_id, old.year): old for old in among(ruling, "project_id", projects)}
    changes = [_decided_change(plan, olds[plan.project_id, plan.year], approve) for plan in held]
    if approve:
        _set([olds[plan.project_id, plan.year] for plan in held], state=State.SUPERSEDED)
    state = State.IN_FORCE if approve else State.REFUSED
    _set(held, state=state, decided_by=actor.by, decided_at=now)
    verb = "registry.plan.revised" if approve else "registry.plan.refused"
    _record(verb, f"{'批准' if approve else '不批'}{_what(held)}", changes, [reason], actor, now)
    return held


def _gone(missing: int) -> Iterator[RowProblem]:
    if missing:
        yield RowProblem(0, "state", f"有{missing}份调整已经撤回，请刷新后再批。")


def _of_decision(
    plans: Sequence[AnnualPlan], approve: bool, reason: str, actor: Actor
) -> Iterator[RowProblem]:
    if not approve and not tidy(reason):
        yield RowProblem(0, "reason", "不批要写理由，让提出的人知道怎么改。")
    done = [(i, plan) for i, plan in enumerate(plans) if plan.state != State.PROPOSED]
    for i, plan in done[:NAMED]:
        word = plan.get_state_display()
        yield RowProblem(i, "state", f"“{plan.project.name}”的这份调整已经是“{word}”，不用再批。")
    own = [i for i, plan in enumerate(plans) if actor.by is not None and plan.proposed_by_id == actor.by.pk]
    if own:
        which = f"其中{len(own)}份是" if len(plans) > 1 else ""
        yield RowProblem(own[0], "state", f"{which}自己提的，要由别人批，请换一位同事。")


def _decided_change(plan: AnnualPlan, old: AnnualPlan, approve: bool) -> RowChange:
    return RowChange(plan.project, plan.project.name, raw_changes(old, plan) if approve else {})


def _set(plans: Sequence[AnnualPlan], **columns: Any) -> None:
    """The same columns of all these rows, in the database and in hand."""
    AnnualPlan.objects.filter(listed("pk", [plan.pk for plan in plans])).update(**columns)
    for plan in plans:
        for name, value in columns.items():
            setattr(plan, name, value)


def _what(plans: Sequence[AnnualPlan]) -> str:
    if len(plans) == 1:
        return f"{plans[0].year}年计划调整（第{plans[0].version}版）"
    return f"{len(plans)}份年度计划调整"


def _record(
    verb: str,
    what: str,
    changes: Sequence[RowChange],
    reasons: Sequence[str],
    actor: Actor,
    now: datetime,
) -> None:
    """One event: of the project itself where it is one, with a row each where they are many."""
    said = {tidy(reason) for reason in reasons if tidy(reason)}
    summary = f"{what}。理由：{said.pop()}" if len(said) == 1 else what
    one = changes[0] if len(changes) == 1 else None
    record(
        verb,
        actor=actor,
        now=now,
        subject=one.subject if one else None,
        summary=summary,
        changes=one.changes if one else {},
        rows=() if one else changes,
    )
