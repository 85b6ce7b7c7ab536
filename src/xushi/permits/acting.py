"""手续动作共用的：锁住、核版本、后面的步子跟着走、谁欠什么、超没超时、记一笔。"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from xushi.core.clock import BEIJING
from xushi.journal.actions import Actor, RowChange, record
from xushi.journal.models import Event, EventRow
from xushi.kit.listed import listed
from xushi.permits import following, owing, policy
from xushi.permits.models import PermitStep, Prerequisite, Track
from xushi.permits.rules import Place, names_of, open_before
from xushi.permits.table import BY_VERB, Who, refusal
from xushi.registry.checking import Conflict, Refused, RowProblem, refuse
from xushi.registry.rules import Problem

RELATED = (
    "project__territory__successor", "project__responsible_unit__successor", "project__owner_unit__successor",
    "permit__department__successor",
)  # fmt: skip
SUBJECT = PermitStep._meta.label_lower
Seen = Mapping[int, int | None]
COLUMNS = (
    "state", "ready_since", "planned_on", "submitted_on", "accepted_on", "decided_on", "due_on", "expires_on",
    "extensions", "reason", "lacking", "lacking_until", "confirmed_by", "confirmed_at", "version",
)  # fmt: skip
SAID = {
    "state": "状态", "planned_on": "计划报件", "submitted_on": "报件", "accepted_on": "受理", "decided_on": "办结",
    "due_on": "承诺办结", "expires_on": "有效至", "extensions": "已延期", "reason": "理由", "lacking": "容缺所欠",
    "lacking_until": "容缺补齐期限",
}  # fmt: skip


def taken(seen: Seen, verb: str, actor: Actor) -> PermitStep:
    """The one step, its project's steps locked; seen: {pk: the version looked at, None where it does not matter}.

    Conflict where somebody was faster, Refused where the table does not allow the act or the project is gone.
    """
    [step] = several(seen, verb, actor)
    return step


def several(seen: Seen, verb: str, actor: Actor) -> list[PermitStep]:
    """The steps that were looked at, in order of their keys; three queries whatever their number."""
    rows = PermitStep.objects.all() if actor.by is None else PermitStep.objects.visible_to(actor.by)
    projects = set(rows.filter(listed("pk", list(seen))).values_list("project_id", flat=True))
    lock(projects)
    steps = list(rows.filter(listed("pk", list(seen))).select_related(*RELATED).order_by("pk"))
    if not steps or len(steps) < len(seen):
        raise Refused([RowProblem(0, "step", "这一步手续不在了，可能换了新版目录，请刷新再办。")])
    for step in steps:
        if seen[step.pk] not in (None, step.version):
            raise Conflict(overtaken(step.pk))
        _allow(step, verb, actor)
    return steps


def lock(projects: Collection[int]) -> None:
    """One at a time in a project: a decision changes what the steps behind it wait for."""
    rows = Track.objects.select_for_update().filter(listed("project_id", sorted(projects)))
    list(rows.order_by("project_id").values_list("pk"))


def _allow(step: PermitStep, verb: str, actor: Actor) -> None:
    if step.project.removed_on:
        raise Refused([RowProblem(0, "step", f"“{step.project.name}”已经退库，手续不再往下办。")])
    why = refusal(verb, step.state, policy.parts_of(actor.by, step), f"“{step.permit.name}”")
    if why:
        raise Refused([RowProblem(0, "step", why)])


def overtaken(pk: int) -> str:
    """What somebody else has just done to it: who, when, what it is now."""
    step = PermitStep.objects.select_related("project", "permit").get(pk=pk)
    last = EventRow.objects.filter(subject_kind=SUBJECT, subject_id=pk).select_related("event")
    row = last.order_by("-event_id", "-pk").first()
    who = ""
    if row:
        at = row.event.at.astimezone(BEIJING)
        who = f"{row.event.actor_unit}{row.event.actor_name}于{at.month}月{at.day}日{at.hour}:{at.minute:02d}办过，"
    return f"“{step}”刚被别人办过：{who}现在是“{step.get_state_display()}”。你填的还在，请看过再决定。"


def told(problems: Iterable[Problem]) -> None:
    """Refused with every problem of one form."""
    refuse(RowProblem(0, one.field, one.sentence) for one in problems if not one.warning)


def waits_for(step: PermitStep) -> str:
    """The names of what still has to be done before a step: “征地拆迁”、“环评”; "" where nothing is left."""
    steps = {
        one.permit.code: Place(one.permit.code, one.state)
        for one in PermitStep.objects.filter(project_id=step.project_id).select_related("permit")
    }
    needs: dict[str, list[str]] = {}
    names = dict(step.permit.catalogue.permits.order_by("place", "pk").values_list("code", "name"))
    for code in names:
        needs[code] = []
    edges = Prerequisite.objects.filter(permit__catalogue=step.permit.catalogue_id)
    for code, before in edges.order_by("pk").values_list("permit__code", "needs__code"):
        needs[code].append(before)
    return names_of(open_before(step.permit.code, needs, steps), names)


def reported(step: PermitStep, actor: Actor, now: datetime) -> None:
    """Whoever holds the step or keeps the whole confirms what they write themselves; the project's side reports."""
    own = policy.parts_of(actor.by, step) & {Who.DEPARTMENT, Who.OFFICE}
    step.confirmed_by, step.confirmed_at = (actor.by, now) if own else (None, None)


def snapshot(steps: Iterable[PermitStep]) -> dict[int, dict[str, Any]]:
    return {step.pk: {name: getattr(step, name) for name in SAID} for step in steps}


def finish(
    verb: str,
    steps: Sequence[PermitStep],
    before: Mapping[int, Mapping[str, Any]],
    *,
    actor: Actor,
    now: datetime,
    words: str = "",
    event: str = "",
) -> Event:
    """Save, let what stands behind follow, owe, judge, and record one event: a row for each step and its project."""
    for step in steps:
        step.version += 1
    PermitStep.objects.bulk_update(steps, COLUMNS, batch_size=500)
    moved = following.follow({step.project_id for step in steps})
    current(steps)
    owing.owe(steps, now=now, by=actor.by)
    owing.judge([*steps, *moved], now=now)
    rows = []
    for step in steps:
        said = _said(before.get(step.pk, {}), step) | ({"说明": ["", words.strip()]} if words.strip() else {})
        rows.append(RowChange(step, str(step), said))
        rows.append(RowChange(step.project, step.project.name, {"手续": ["", step.permit.name], **said}))
    one = steps[0] if len(steps) == 1 else None
    name = BY_VERB[verb].name if verb in BY_VERB else verb
    summary = f"{name}：{one}" if one else f"{name}手续{len(steps)}步"
    return record(
        f"permits.step.{event or BY_VERB[verb].event}", actor=actor, now=now, subject=one, rows=rows,
        summary=summary, subject_name=str(one) if one else "",
    )  # fmt: skip


def current(steps: Iterable[PermitStep]) -> None:
    """What followed of itself, on the rows at hand."""
    by_key = {step.pk: step for step in steps}
    rows = PermitStep.objects.filter(listed("pk", list(by_key))).values_list("pk", "ready_since", "due_on")
    for pk, ready_since, due_on in rows:
        by_key[pk].ready_since, by_key[pk].due_on = ready_since, due_on


def _said(before: Mapping[str, Any], step: PermitStep) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for name, label in SAID.items():
        was, now = before.get(name), getattr(step, name)
        if was != now:
            found[label] = [_plain(name, was), _plain(name, now)]
    return found


def _plain(name: str, value: Any) -> Any:
    if value in (None, ""):
        return ""
    return PermitStep.State(value).label if name == "state" else str(value)
