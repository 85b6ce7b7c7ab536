"""形成决定：核票数、核意见，把当天所知存档，准入的转为项目、立下承诺，缓议、不准入的写明理由。"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction

from xushi.admission import acting, opinions, policy, snapshots
from xushi.admission.acting import Seen
from xushi.admission.measures import MILLI, Item, Numbers
from xushi.admission.models import Application, Condition, Decision, Opinion, Promise, Reached
from xushi.admission.promising import owe_conditions
from xushi.admission.rules import DecisionInput, Terms, days_over, problems_of_decision
from xushi.admission.scoring import Scored, missed
from xushi.admission.selectors import medians
from xushi.admission.standards import terms_now
from xushi.admission.table import Answer, Outcome
from xushi.calendars.selectors import calendar
from xushi.core.clock import local_day
from xushi.core.text import name_key
from xushi.journal.actions import Actor
from xushi.journal.models import Changes
from xushi.kit.bulk import insert_all
from xushi.registry.actions import register_projects
from xushi.registry.checking import Refused, RowProblem, refuse
from xushi.registry.models import Project
from xushi.registry.rules import ProjectInput
from xushi.signings.actions import reach
from xushi.signings.linking import link
from xushi.signings.models import SigningStage
from xushi.signings.rules import Stage
from xushi.units.districts import in_one_district
from xushi.units.models import User


@transaction.atomic
def decide(seen: Seen, row: DecisionInput, *, actor: Actor, now: datetime) -> Decision:
    """形成决定. Of two who decide at once the second gets a Conflict; Refused names every problem.

    Whoever has not answered though the deadline is over is counted by the rule; while a deadline still runs, nothing
    is decided.
    """
    [application] = acting.taken(seen, _keeps, "decide", actor)
    terms = terms_now(application.territory)
    _settle_opinions(application, terms, now)
    agreed = row.agreed or application.numbers
    scored = application.scored(agreed)
    held = list(application.opinions.select_related("unit").order_by("pk"))
    against = [str(one.unit) for one in held if one.answer == Answer.OPPOSED]
    short = [one.measure.label for one in missed(scored)]
    refuse(RowProblem(0, one.field, one.sentence) for one in problems_of_decision(row, short, against))
    refuse(_unsound(application, agreed, row, local_day(now)))
    middles = medians(local_day(now).year, [application.territory])
    known = snapshots.taken(application, agreed, scored, held, middles, terms)
    decision = _written(application, row, known, actor, now)
    was, project = application.label, application.project
    if row.outcome.lets_in:
        project = _let_in(application, decision, row, agreed, scored, actor, now)
    facts = f"{row.outcome.label}，{row.votes.text}"
    acting.step(application, "decide", actor=actor, now=now, words=row.reasons, facts=facts,
                state=row.outcome.state, project=project)  # fmt: skip
    acting.finish("application.decided", application, summary=f"准入会审{row.outcome.label}", actor=actor, now=now,
                  was=was, changes=_said(row, application.numbers, agreed))  # fmt: skip
    owe_conditions(application, decision, now=now)
    return decision


def _settle_opinions(application: Application, terms: Terms, now: datetime) -> None:
    """Nobody is passed over while their deadline runs; who is late is counted by the rule, with how late."""
    waiting = list(
        application.opinions.filter(answer=Answer.WAITING).select_related("unit").order_by("due_at", "pk")
    )
    in_time = [one for one in waiting if one.due_at >= now]
    if in_time:
        named = "、".join(f"{one.unit}（{local_day(one.due_at)}到期）" for one in in_time)
        said = f"{named}还没答复，期限没到，请等答复或先催。"
        raise Refused([RowProblem(0, "opinions", said)])
    if not application.opinions.exists():
        raise Refused([RowProblem(0, "opinions", "还没征求过部门意见，请先送部门答复。")])
    if waiting:
        opinions.silence(application, terms, late_words(waiting, terms, local_day(now)), now=now)


def late_words(waiting: Sequence[Opinion], terms: Terms, today: date) -> str:
    over = max(days_over(local_day(one.due_at), today, calendar()) for one in waiting)
    return f"会审决定时超时{over}个工作日未答，{terms.silence.label}"


def _unsound(application: Application, agreed: Numbers, row: DecisionInput, today: date) -> list[RowProblem]:
    problems = [
        RowProblem(0, item.value, f"承诺的{item.label}要大于0，单位是{item.unit}。")
        for item in (Item.INVESTMENT, Item.OUTPUT, Item.TAX)
        if agreed.of(item) <= 0
    ]
    problems += [
        RowProblem(0, "conditions", f"条件“{one.words[:20]}”的期限{one.due_on}已经过了，请填今天或以后。")
        for one in row.conditions
        if one.due_on and one.due_on < today
    ]
    if row.outcome.lets_in and application.project_id is None:
        same = existing(application)
        if same is not None and not row.join_existing:
            said = (
                f"库里已有“{same.name}”。就是这个项目的，请勾选“并入这个项目”；不是的，请先改申请的项目名称。"
            )
            problems.append(RowProblem(0, "join_existing", said))
    return problems


def existing(application: Application) -> Project | None:
    """The registry's project of the same name in the same district that no other application has become."""
    found: Project | None = Project.objects.filter(
        name_key=name_key(application.name), admission=None, removed_on=None
    ).first()
    if found is None or not in_one_district(found.territory_id, application.territory_id):
        return None
    return found


def _written(
    application: Application, row: DecisionInput, known: dict[str, object], actor: Actor, now: datetime
) -> Decision:
    votes = {outcome.value: row.votes.of(outcome) for outcome in Outcome}
    decision = Decision.objects.create(
        application=application, sitting=application.sitting, outcome=row.outcome, **votes, snapshot=known,
        reasons=row.reasons.strip(), by=actor.by, at=now, **acting.signed(actor),
    )  # fmt: skip
    insert_all([
        Condition(decision=decision, number=number, words=one.words.strip()[:300], due_on=one.due_on)
        for number, one in enumerate(row.conditions, 1)
    ])  # fmt: skip
    return decision


def _let_in(
    application: Application,
    decision: Decision,
    row: DecisionInput,
    agreed: Numbers,
    scored: Sequence[Scored],
    actor: Actor,
    now: datetime,
) -> Project:
    """What is admitted promises what was agreed on and becomes a project of the registry."""
    insert_all([
        Promise(application=application, item=item, amount=agreed.of(item), first_year=_first_year(application, item))
        for item in Item
    ])  # fmt: skip
    insert_all([
        Reached(decision=decision, measure=one.measure, milli=int(min(one.reached, Decimal(100)) * MILLI))
        for one in scored if one.reached is not None
    ])  # fmt: skip
    same = existing(application) if row.join_existing else None
    project = application.project or same or _register(application, agreed, actor, now)
    _follow_signing(application, project, actor, now)
    return project


def _first_year(application: Application, item: Item) -> int:
    year: int = application.capacity_year if item.yearly else application.production.year
    return year


def _register(application: Application, agreed: Numbers, actor: Actor, now: datetime) -> Project:
    """转为项目, by the registry's own action, carrying what was promised."""
    promised = "，".join(f"{item.label}{item.said(agreed.of(item))}" for item in Item if agreed.of(item))
    content = "。".join(part.rstrip("。") for part in (application.content, f"准入承诺：{promised}") if part)
    row = ProjectInput(
        name=application.name, category=application.category.code, territory=application.territory_id,
        responsible_unit=application.responsible_unit_id, total_investment=agreed.investment,
        owner_unit=application.owner_unit_id, leader=application.leader_id, content=content,
        scale=f"用地{Item.LAND.said(agreed.land)}" if agreed.land else "",
        planned_completion_on=application.production.first_day - timedelta(days=1),
    )  # fmt: skip
    stood = [pk for pk in (application.responsible_unit_id, application.owner_unit_id) if pk]
    [project] = register_projects([row], actor=actor, now=now, kept=stood)
    return project


def _follow_signing(application: Application, project: Project, actor: Actor, now: datetime) -> None:
    """签约走到准入、挂到项目: where a signing stands behind it that lives; what it has come to already stays."""
    signing = application.signing
    if signing is None or signing.lapsed:
        return
    seen, day = {signing.pk: None}, local_day(now)
    if not SigningStage.objects.filter(
        signing=signing, stage=Stage.ADMITTED, reached_on__isnull=False
    ).exists():
        reach(seen, Stage.ADMITTED, day, actor=actor, now=now, words="准入会审通过")
    if signing.project_id is None:
        link(seen, project, actor=actor, now=now)


def _said(row: DecisionInput, applied: Numbers, agreed: Numbers) -> Changes:
    said: Changes = {"决定": ["", row.outcome.label], "票数": ["", row.votes.text], "理由": ["", row.reasons]}
    if row.conditions:
        said["条件"] = ["", "；".join(one.words for one in row.conditions)]
    for item in Item:
        if applied.of(item) != agreed.of(item):
            said[f"承诺{item.label}"] = [item.said(applied.of(item)), item.said(agreed.of(item))]
    return said


def _keeps(user: User, _: Application) -> bool:
    return policy.can_keep(user)
