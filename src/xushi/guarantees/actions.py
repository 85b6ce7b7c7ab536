"""要素请求的动作：提、承诺、落实、答复不能保障、撤回、转给别的单位；单位撤并时移交。"""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import IntegrityError, transaction

from xushi.core.clock import local_day
from xushi.core.text import name_key
from xushi.duties.reach import beyond, reach_of
from xushi.guarantees import acting, policy, stocks
from xushi.guarantees.acting import Seen
from xushi.guarantees.models import Provider, ResourceRequest
from xushi.guarantees.rules import Kind, RequestInput, State, problems_of_request, shown
from xushi.journal.actions import Actor
from xushi.kit.bulk import insert_all
from xushi.kit.listed import listed
from xushi.registry.checking import Refused, RowProblem, all_problems, known_projects, refuse
from xushi.registry.models import Project
from xushi.units.districts import Offices
from xushi.units.models import Role, Unit


@transaction.atomic
def ask_requests(rows: Sequence[RequestInput], *, actor: Actor, now: datetime) -> list[ResourceRequest]:
    """提要素: a form sent twice asks once. Refused names every problem of every row."""
    today = local_day(now)
    if again := _asked_before(rows):
        return again
    refuse(all_problems(rows, lambda row: problems_of_request(row, today)))
    refuse(known_projects(rows))
    projects = {
        one.pk: one
        for one in Project.objects.filter(listed("pk", [row.project for row in rows])).select_related(
            "territory"
        )
    }
    if actor.by is not None:
        seen = set(
            Project.objects.visible_to(actor.by)
            .filter(listed("pk", list(projects)))
            .values_list("pk", flat=True)
        )
        refuse(
            RowProblem(i, "project", "只能为本单位的项目提要素请求，请从项目页进来。")
            for i, row in enumerate(rows)
            if row.project not in seen or not policy.is_asker(actor.by)
        )
    refuse(
        RowProblem(i, "project", f"“{projects[row.project].name}”已经退库或竣工，不用再提要素。")
        for i, row in enumerate(rows)
        if projects[row.project].removed_on or projects[row.project].completed_on
    )
    requests = [_new(row, projects[row.project], owner, actor, now) for row, owner in _owners(rows, projects)]
    try:
        with transaction.atomic():
            insert_all(requests)
    except IntegrityError:  # the same form at the same moment: the other one has won
        if again := _asked_before(rows):
            return again
        raise
    acting.noted(requests, "ask", actor=actor, now=now)
    acting.finish("asked", requests, summary="提要素请求", actor=actor, now=now)
    return requests


def _asked_before(rows: Sequence[RequestInput]) -> list[ResourceRequest]:
    tokens = [row.token for row in rows if row.token]
    return list(ResourceRequest.objects.filter(token__in=tokens)) if tokens else []


def _owners(rows: Sequence[RequestInput], projects: dict[int, Project]) -> list[tuple[RequestInput, Unit]]:
    """保障单位 of each: by the division of work; demolition else the territory's; else the office's to hand on."""
    known = {one.kind: one.unit for one in Provider.objects.select_related("unit__successor")}
    offices = Offices()
    made = []
    for row in rows:
        unit = known.get(row.kind)
        if unit is None:
            project = projects[row.project]
            unit = project.territory if row.kind == Kind.DEMOLITION else offices.of_place(project)
        if unit is None:
            raise Refused([RowProblem(0, "kind", f"还没定{row.kind.label}归谁保障，请区重大办先定分工。")])
        made.append((row, unit.successor if unit.dissolved_on and unit.successor else unit))
    return made


def _new(row: RequestInput, project: Project, owner: Unit, actor: Actor, now: datetime) -> ResourceRequest:
    return ResourceRequest(
        project=project, kind=row.kind, amount=row.amount, needed_by=row.needed_by, words=row.words.strip(),
        plot=row.plot.strip()[:60], plot_key=name_key(row.plot)[:60], owner=owner, token=row.token, asked_by=actor.by,
        asked_unit=actor.by.unit if actor.by else None, asked_at=now, state_at=now, changed_at=now,
    )  # fmt: skip


@transaction.atomic
def promise(
    seen: Seen, amount: int, available_on: date, *, actor: Actor, now: datetime, words: str = ""
) -> ResourceRequest:
    """承诺: amount in all (less than before takes some back), to be had on a day; of a stock no more than is left."""
    request = acting.taken(seen, policy.can_decide, "承诺", actor)
    kind = request.of_kind
    problems = []
    if not request.met <= amount <= request.amount or not amount:
        said = f"承诺要在已落实的{request.said('met')}和要的{request.said('amount')}之间，且大于0。"
        problems.append(RowProblem(0, "amount", said))
    if available_on < local_day(now):
        problems.append(
            RowProblem(0, "available_on", f"{available_on}已经过了，请填今天或以后能到位的日子。")
        )
    refuse(problems)
    before, was = {request.pk: request.label}, request.promised
    stocks.allocate(request, amount - was, actor=actor, now=now)
    acting.step(
        request, "promise", actor=actor, now=now, words=words, promised=amount, available_on=available_on,
        facts=f"承诺{shown(kind, amount)}，{available_on}到位",
    )  # fmt: skip
    changes = {"已承诺": [shown(kind, was), shown(kind, amount)]}
    acting.finish(
        "promised", [request], summary="承诺要素", actor=actor, now=now, before=before, changes=changes
    )
    return request


@transaction.atomic
def deliver(seen: Seen, met: int, *, actor: Actor, now: datetime, words: str = "") -> ResourceRequest:
    """落实: what has come so far, in all; never more than is promised, never less than has come before."""
    request = acting.taken(seen, policy.can_decide, "落实", actor)
    kind, was, before = request.of_kind, request.met, {request.pk: request.label}
    if not was < met <= request.promised:
        said = f"已落实要大于原来的{shown(kind, was)}、不超过承诺的{request.said('promised')}；要多落实请先改承诺。"
        raise Refused([RowProblem(0, "amount", said)])
    facts = f"落实{shown(kind, met - was)}，共{shown(kind, met)}"
    acting.step(request, "deliver", actor=actor, now=now, words=words, met=met, facts=facts)
    changes = {"已落实": [shown(kind, was), shown(kind, met)]}
    acting.finish(
        "delivered", [request], summary="落实要素", actor=actor, now=now, before=before, changes=changes
    )
    return request


@transaction.atomic
def refuse_request(seen: Seen, reason: str, *, actor: Actor, now: datetime) -> ResourceRequest:
    """答复不能保障: with the reason; what was promised and has not come goes back to the stock."""
    request = acting.taken(seen, policy.can_decide, "答复", actor)
    reason = acting.need(reason, "写清为什么不能保障，项目单位好另想办法。")
    return _ended(request, "refuse", "refused", State.REFUSED, "答复不能保障", reason, actor, now)


@transaction.atomic
def withdraw(seen: Seen, reason: str, *, actor: Actor, now: datetime) -> ResourceRequest:
    """撤回: by those who asked; what was promised and has not come goes back to the stock."""
    request = acting.taken(seen, policy.can_withdraw, "撤回", actor)
    reason = acting.need(reason, "写一句为什么不要了，如“改用存量厂房”。")
    return _ended(request, "withdraw", "withdrawn", State.WITHDRAWN, "撤回要素请求", reason, actor, now)


def _ended(
    request: ResourceRequest,
    verb: str,
    event: str,
    state: State,
    summary: str,
    reason: str,
    actor: Actor,
    now: datetime,
) -> ResourceRequest:
    before = {request.pk: request.label}
    back = request.promised - request.met
    stocks.allocate(request, -back, actor=actor, now=now)
    facts = f"{state.label}，收回承诺{shown(request.of_kind, back)}" if back else state.label
    acting.step(
        request, verb, actor=actor, now=now, words=reason, facts=facts, state=state, promised=request.met
    )
    acting.finish(
        event, [request], summary=summary, actor=actor, now=now, before=before, changes={"理由": ["", reason]}
    )
    return request


@transaction.atomic
def hand_to(seen: Seen, unit: Unit, reason: str, *, actor: Actor, now: datetime) -> ResourceRequest:
    """转给别的单位保障: by the office."""
    request = acting.taken(seen, lambda user, _: policy.can_keep(user), "转办", actor)
    reason = acting.need(reason, "写一句为什么转，如“水利指标归水务局”。", "reason")
    if unit.dissolved_on:
        raise Refused([RowProblem(0, "unit", f"{unit.name}已撤销，请选{unit.successor or '它的承接单位'}。")])
    if unit.kind in (Unit.Kind.ENTERPRISE, Unit.Kind.DISTRICT) or unit.pk == request.owner_id:
        raise Refused([RowProblem(0, "unit", "请选一个能保障的部门、街道或园区，且不是现在这一家。")])
    refuse(RowProblem(0, "unit", said) for _, said in beyond(reach_of(actor.by, Role.OFFICE), [unit]))
    changes = {"保障单位": [str(request.owner), str(unit)]}
    facts = f"由{request.owner}转{unit}"
    acting.step(request, "hand", actor=actor, now=now, words=reason, facts=facts, owner=unit)
    acting.finish("handed", [request], summary="转办要素请求", actor=actor, now=now,
                  before={request.pk: request.label}, changes=changes)  # fmt: skip
    return request


@transaction.atomic
def transfer_unit(unit: Unit, successor: Unit, *, actor: Actor, now: datetime) -> int:
    """移交: a dissolved unit's open requests and its part of the division of work are its successor's."""
    Provider.objects.filter(unit=unit).update(unit=successor)
    rows = ResourceRequest.objects.open().select_for_update(of=("self",)).filter(owner=unit).order_by("pk")
    requests = list(rows.select_related(*acting.RELATED))
    facts = f"{unit}撤销，由{successor}承接"
    before = {request.pk: request.label for request in requests}
    for request in requests:
        acting.step(request, "transfer", actor=actor, now=now, facts=facts, owner=successor)
    if requests:
        changes = {"保障单位": [str(unit), str(successor)]}
        acting.finish("transferred", requests, summary=f"{facts}要素请求", actor=actor, now=now,
                      before=before, changes=changes)  # fmt: skip
    return len(requests)


def judge_all(now: datetime) -> int:
    """Every night: whatever is open or still stands alarmed; returns how many were looked at."""
    rows = ResourceRequest.objects.open().filter(needed_by__lt=local_day(now)).select_related(*acting.RELATED)
    requests = list(rows.order_by("pk"))
    acting.judge(requests, now=now)
    return len(requests)
