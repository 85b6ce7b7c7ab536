"""例会的会上：开始、议到哪一项、议定、改、删、散会；督办单和问题在散会时一次成。"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction

from xushi.calendars.selectors import calendar
from xushi.core.clock import local_day
from xushi.duties import reach
from xushi.duties.actions import end_duties_of
from xushi.journal.actions import Actor, RowChange
from xushi.problems.acting import NotAllowed as ProblemNotAllowed
from xushi.problems.actions import note_meeting
from xushi.problems.actions_office import assign
from xushi.problems.models import Problem, ProblemClass
from xushi.problems.reporting import report_problems
from xushi.problems.rules import Assignment, ProblemInput, problems_of_due, problems_of_report
from xushi.supervision import naming
from xushi.supervision.drafting import OrderInput, draft_orders, issue_orders
from xushi.supervision.engine import NotAllowed, Refused, RowProblem, need
from xushi.supervision.instructing import title_of
from xushi.supervision.meeting_replies import REPLY
from xushi.supervision.meeting_steps import called, note, of_meeting, running, stepped
from xushi.supervision.meetings import keep_as_it_is
from xushi.supervision.models import SupervisionOrder
from xushi.supervision.models_meetings import AgendaItem, Decision, DecisionUnit, Meeting
from xushi.supervision.rules import Urgency, due_day_mistake
from xushi.units.models import Unit

S, R, K = Meeting.State, AgendaItem.Outcome, Decision.Kind
OUTCOMES = {K.ORDER: R.ORDER, K.PROBLEM: R.PROBLEM, K.NOTE: R.NOTED}
WEIGHT = (K.ORDER, K.PROBLEM, K.NOTE)  # an item with several decisions is known by the weightiest


@dataclass(frozen=True, slots=True)
class DecisionInput:
    """What was decided: an order, a problem or words on record; lead and day as recognised or chosen."""

    kind: str
    words: str
    lead: Unit | None = None
    helpers: tuple[Unit, ...] = ()
    due_on: date | None = None
    urgency: str = Urgency.ORDINARY
    problem_class: int | None = None
    token: str = ""


@transaction.atomic
def begin_meeting(meeting: Meeting, *, actor: Actor, now: datetime) -> Meeting:
    """开会: the first item is taken up; each problem on the agenda has stood at one more meeting."""
    held = running(meeting, actor, S.PLANNED)
    keep_as_it_is(held, now)
    items = list(held.items.order_by("place", "pk"))
    if not items:
        raise NotAllowed("议程上还没有事项，请先加一项。")
    held.state, held.began_at = S.SITTING, now
    stepped(held)
    note("began", held, f"开始，议程{len(items)}项", actor, now)
    about = [item.subject_id for item in items if item.subject_kind == Problem._meta.label_lower]
    keys = [pk for pk in about if pk is not None]
    for problem in Problem.objects.filter(pk__in=keys).order_by("pk"):
        note_meeting(problem, held.pk, actor=actor, now=now, meeting_name=called(held))
    _take(held, items[0], now)
    return held


@transaction.atomic
def take_item(item: AgendaItem, *, actor: Actor, now: datetime, seen: int | None = None) -> AgendaItem:
    """议这一项: the one before is done with."""
    held = running(item.meeting, actor, S.SITTING, seen=seen)
    found = of_meeting(held, item)
    if found.outcome == R.CURRENT:
        return found
    _close_current(held, now)
    _take(held, found, now)
    stepped(held)
    note("item_taken", held, f"议“{found.title}”", actor, now)
    return found


def _take(meeting: Meeting, item: AgendaItem, now: datetime) -> None:
    item.outcome, item.began_at, item.ended_at = R.CURRENT, item.began_at or now, None
    item.save(update_fields=["outcome", "began_at", "ended_at"])


def _close_current(meeting: Meeting, now: datetime) -> None:
    for item in meeting.items.filter(outcome=R.CURRENT):
        item.outcome, item.ended_at = _outcome(item), now
        item.save(update_fields=["outcome", "ended_at"])


def _outcome(item: AgendaItem) -> str:
    kinds = set(item.decisions.filter(dropped_at=None).values_list("kind", flat=True))
    return next((OUTCOMES[kind] for kind in WEIGHT if kind in kinds), R.NOTED)


# ---- 议定


def decide(item: AgendaItem, row: DecisionInput, *, actor: Actor, now: datetime) -> Decision:
    """议定一条. Orders and problems come to be when the meeting ends; a form sent twice is one decision."""
    try:
        return _decide(item, row, actor=actor, now=now)
    except IntegrityError:
        made = Decision.objects.filter(token=row.token, item=item).exclude(token="").first()
        if made is None:
            raise
        return made


@transaction.atomic
def _decide(item: AgendaItem, row: DecisionInput, *, actor: Actor, now: datetime) -> Decision:
    if row.token and (made := Decision.objects.filter(token=row.token, item=item).first()):
        return made  # sent again because the first answer got lost, perhaps after the meeting was over
    held = running(item.meeting, actor, S.SITTING)
    found = of_meeting(held, item)
    if row.token and (made := Decision.objects.filter(token=row.token, item=found).first()):
        return made
    _check(found, row, actor, now)
    decision = Decision(item=found, by=actor.by, at=now, token=row.token)
    _write(decision, row)
    _show(found)
    note("decided", held, f"议定（{decision.get_kind_display()}）{decision.words[:200]}", actor, now)
    return decision


@transaction.atomic
def change_decision(decision: Decision, row: DecisionInput, *, actor: Actor, now: datetime) -> Decision:
    """改议定, until the meeting ends."""
    held, decision = _standing(decision, actor)
    _check(decision.item, row, actor, now, decision)
    before = decision.words
    _write(decision, row)
    _show(decision.item)
    changes = {"议定": [before[:200], decision.words[:200]]}
    note("decision_changed", held, f"改议定：{decision.words[:200]}", actor, now, changes=changes)
    return decision


@transaction.atomic
def drop_decision(decision: Decision, *, actor: Actor, now: datetime) -> Decision:
    """删议定, until the meeting ends; it stays on record as dropped."""
    held, decision = _standing(decision, actor)
    decision.dropped_at = now
    decision.save(update_fields=["dropped_at"])
    _show(decision.item)
    note("decision_dropped", held, f"删去议定：{decision.words[:200]}", actor, now)
    return decision


def _standing(decision: Decision, actor: Actor) -> tuple[Meeting, Decision]:
    held = running(decision.item.meeting, actor, S.SITTING)
    rows = Decision.objects.select_related("item__project").filter(pk=decision.pk, dropped_at=None)
    found = rows.first()
    if found is None:
        raise NotAllowed("这一条议定已经删去，请刷新本页。")
    return held, found


def _write(decision: Decision, row: DecisionInput) -> None:
    decision.kind, decision.words = row.kind, row.words.strip()
    decision.lead, decision.due_on, decision.urgency = row.lead, row.due_on, row.urgency
    decision.problem_class_id = row.problem_class if row.kind == K.PROBLEM else None
    decision.save()
    decision.helpers.all().delete()
    helpers = dict.fromkeys(unit for unit in row.helpers if unit != row.lead)
    DecisionUnit.objects.bulk_create(DecisionUnit(decision=decision, unit=unit) for unit in helpers)


def _show(item: AgendaItem) -> None:
    """An item that has been discussed is known by what was decided."""
    if item.outcome not in (R.CURRENT, R.WAITING):
        item.outcome = _outcome(item)
        item.save(update_fields=["outcome"])


def _check(
    item: AgendaItem, row: DecisionInput, actor: Actor, now: datetime, held: Decision | None = None
) -> None:
    need(row.words, "议定了什么")
    said = [*_problems(item, row, local_day(now)), *_beyond(item, row, actor, held)]
    found = [RowProblem(0, field, sentence) for field, sentence in said]
    if found:
        raise Refused(found)


def _problems(item: AgendaItem, row: DecisionInput, today: date) -> Iterable[tuple[str, str]]:
    if row.kind not in K.values:
        yield "kind", "请选成督办单、成问题还是只记录。"
    if row.kind == K.ORDER and row.lead is None:
        yield "words", "没认出牵头单位，请写明“请某某局牵头”。"
    if mistake := due_day_mistake(row.due_on, today):
        yield "words", mistake
    for unit in (*((row.lead,) if row.lead else ()), *row.helpers):
        if unit.dissolved_on:
            yield "words", f"{unit.name}已撤销，请写{unit.successor or '它的承接单位'}。"
    if row.kind == K.PROBLEM:
        yield from _problem_problems(item, row, today)


def _beyond(
    item: AgendaItem, row: DecisionInput, actor: Actor, held: Decision | None
) -> Iterable[tuple[str, str]]:
    """Units of districts that are not the meeting's; what a decision has already may stay in it."""
    kept = {held.lead_id, *held.helpers.values_list("unit", flat=True)} if held else set()
    near = naming.led(naming.reach_for(actor.by), actor.by, item.project)
    yield from (("words", sentence) for _, sentence in reach.beyond(near, [row.lead, *row.helpers], kept))


def _problem_problems(item: AgendaItem, row: DecisionInput, today: date) -> Iterable[tuple[str, str]]:
    if item.project is None:
        yield "kind", "这一项不对着哪个项目，不能成问题；请成督办单或只记录。"
    place = item.project.territory.path if item.project else ""
    if not ProblemClass.objects.offered(place).filter(pk=row.problem_class or 0).exists():
        yield "problem_class", "成问题要选一类。"
    yield from (("words", sentence) for _, sentence in problems_of_report(ProblemInput(0, 0, row.words)))
    if row.lead and row.due_on:
        yield from (("words", sentence) for _, sentence in problems_of_due(row.due_on, today, calendar()))


# ---- 散会


@transaction.atomic
def end_meeting(meeting: Meeting, *, actor: Actor, now: datetime, seen: int | None = None) -> Meeting:
    """散会并全部签发: every order decided is issued, every problem reported and assigned, all or none."""
    held = running(meeting, actor, S.SITTING, seen=seen)
    keep_as_it_is(held, now)
    _close_current(held, now)
    left = held.items.filter(outcome=R.WAITING).count()
    rows = Decision.objects.filter(item__meeting=held, dropped_at=None)
    rows = rows.select_related("item__project", "lead__successor").prefetch_related("helpers__unit")
    decisions = list(rows.order_by("item__place", "pk"))
    orders = _issue(held, [one for one in decisions if one.kind == K.ORDER], actor, now)
    problems = [_report(one, actor, now) for one in decisions if one.kind == K.PROBLEM]
    held.state, held.ended_at = S.ENDED, now
    stepped(held)
    every = list(held.items.values_list("pk", flat=True))
    end_duties_of(AgendaItem, every, kinds=[REPLY], now=now, by=actor.by)
    noted = len(decisions) - len(orders) - len(problems)
    said = f"散会，签发督办单{len(orders)}件，成问题{len(problems)}项，记录{noted}条"
    about = [(one.item.project, one) for one in decisions if one.item.project]
    rows_of = [RowChange(project, project.name, _told(one)) for project, one in about]
    note("ended", held, said + (f"，{left}项没议到" if left else ""), actor, now, rows=rows_of)
    return held


def _told(decision: Decision) -> dict[str, list[object]]:
    return {"例会议定": [None, decision.words[:200]]}


def _issue(
    meeting: Meeting, decisions: Sequence[Decision], actor: Actor, now: datetime
) -> list[SupervisionOrder]:
    if not decisions:
        return []
    drafted = draft_orders([_order_of(meeting, one) for one in decisions], actor=actor, now=now)
    issued = issue_orders(drafted, actor=actor, now=now)
    for decision, order in zip(decisions, issued, strict=True):
        decision.order = order
        decision.save(update_fields=["order"])
    return issued


def _order_of(meeting: Meeting, decision: Decision) -> OrderInput:
    assert decision.lead is not None
    return OrderInput(
        title=title_of(decision.words),
        demand=decision.words,
        lead=decision.lead,
        co_handlers=tuple(helper.unit for helper in decision.helpers.all()),
        urgency=decision.urgency,
        due_on=decision.due_on,
        project=decision.item.project,
        source_kind=Decision._meta.label_lower,
        source_id=decision.pk,
        source_name=f"{called(meeting)}议定",
    )


def _report(decision: Decision, actor: Actor, now: datetime) -> Problem:
    """A problem, assigned at once where lead and day were recognised."""
    assert decision.item.project_id is not None and decision.problem_class_id is not None
    row = ProblemInput(decision.item.project_id, decision.problem_class_id, decision.words)
    [problem] = report_problems([row], actor=actor, now=now)
    if decision.lead and decision.due_on:
        units = tuple(helper.unit_id for helper in decision.helpers.all())
        wanted = Assignment(decision.lead.pk, decision.due_on, co_units=units)
        try:
            assign({problem.pk: None}, wanted, actor=actor, now=now)
        except ProblemNotAllowed as problem_refused:
            raise NotAllowed(str(problem_refused)) from problem_refused
    decision.problem_id = problem.pk
    decision.save(update_fields=["problem_id"])
    return problem
