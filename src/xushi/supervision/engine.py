"""走一步：锁住、问流转表、改、留步骤、交待办、记日志，同在一个事务里。所有动作都从这里过。"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from xushi.calendars.rules import WorkingCalendar
from xushi.calendars.selectors import calendar
from xushi.core.clock import local_day
from xushi.journal.actions import Actor, RowChange, record
from xushi.journal.models import Changes
from xushi.kit.phrased import ask
from xushi.registry.checking import Conflict, Refused, RowProblem
from xushi.supervision import handing, policy
from xushi.supervision.models import Extension, OrderStep, SupervisionOrder, TermSet
from xushi.supervision.rules import Terms, TermsRefused, terms_of
from xushi.supervision.table import BY_VERB, EVENTS, RESUMES_TO, State, refusal
from xushi.units.inherited import COMMON, Inherited
from xushi.units.models import Unit

__all__ = [
    "Conflict",
    "Frame",
    "NotAllowed",
    "Refused",
    "RowProblem",
    "need",
    "once",
    "refuse_if",
    "take",
    "term_book",
    "terms_at",
]
COLUMNS = (
    "year", "serial", "series", "number", "title", "demand", "urgency", "state", "suspended_from", "lead", "limit_days",
    "due_on", "issued_at", "clock_from", "acknowledge_by", "acknowledged_at", "due_at", "step_due_at", "suspended_at",
    "replied_at", "last_replied_at", "on_time", "verified_at", "closed_at", "returns", "extensions", "version",
)  # fmt: skip
KEEPS_EXTENSION = frozenset({State.WORKING, State.RETURNED, State.SIGNING})


class NotAllowed(Exception):
    """The step is not in the table for this state or this person; the sentence says what is allowed now and by whom."""


@dataclass(slots=True)
class Frame:
    """What a step may use while it changes one order: the clock, the calendar, the terms, the step's own row."""

    actor: Actor
    now: datetime
    calendar: WorkingCalendar
    terms: Terms
    step: OrderStep
    changes: Changes = field(default_factory=dict)

    def after(self, days: int) -> datetime:
        return self.calendar.deadline(self.now, days)


TermBook = Inherited[Terms]


def term_book(moment: datetime) -> TermBook:
    """The time limits in force at a moment by place in the tree: what a district has not set is as above it."""
    return TermBook(ask(_set_until, moment), terms_of, TermsRefused)


def _set_until(moment: datetime) -> "QuerySet[Any]":
    rows = TermSet.objects.filter(effective_at__lte=moment).order_by("effective_at", "pk")
    return rows.values_list("district__path", "values")


def terms_at(moment: datetime, unit: Unit | None = None) -> Terms:
    """The time limits in force at a moment, for all districts or at one unit's place; the defaults before any change."""
    return term_book(moment).of(unit.path if unit else COMMON)


def need(words: str, what: str, field_name: str = "words") -> str:
    """The words, tidied at both ends; Refused where there are none."""
    words = words.strip()
    if not words:
        raise Refused([RowProblem(0, field_name, f"请写{what}。")])
    if len(words) > 5000:
        raise Refused([RowProblem(0, field_name, f"{what}最多5000字，请精简或作为附件。")])
    return words


def take(
    verb: str,
    orders: Sequence[SupervisionOrder],
    *,
    actor: Actor,
    now: datetime,
    words: str = "",
    seen: int | None = None,
    change: Callable[[SupervisionOrder, Frame], None] | None = None,
    detail: str = "",
) -> list[SupervisionOrder]:
    """Take one step of the table with these orders, all or none; call it inside the action's transaction.

    seen is the version that the person looked at: Conflict where the order has moved on and the step would move it.
    NotAllowed where the table has no such step for this state or this person.
    """
    step = BY_VERB[verb]
    held = _locked(orders)
    today, frame_of = local_day(now), _framer(actor, now)
    parts = {order.pk: policy.parts_of(actor.by, order, today) for order in held}
    for order in held:
        if refusal(verb, State(order.state), parts[order.pk], order.called):
            asked = order.asked_extensions.filter(state=Extension.State.ASKED).exists()
            raise NotAllowed(refusal(verb, State(order.state), parts[order.pk], order.called, asked=asked))
        if seen is not None and seen != order.version and (step.moves() or verb.endswith("extension")):
            raise Conflict(_moved_on(order))
    steps, rows = [], []
    for order in held:
        source, due = order.state, order.due_at
        frame = frame_of(order, verb, words, detail)
        frame.step.source = source
        if step.target is not None:
            order.state = step.target
        if change:
            change(order, frame)
        if order.state not in RESUMES_TO and verb == "resume":
            raise NotAllowed(f"{order.called}暂停前的状态记录不在，不能恢复，请撤回后另派。")
        order.step_due_at = handing.step_due(
            order, frame.terms, frame.calendar, now, moved=source != order.state
        )
        frame.step.target = order.state
        frame.step.due_before = due if due != order.due_at else None
        frame.step.due_after = order.due_at if due != order.due_at else None
        if source != order.state or due != order.due_at:
            order.version += 1
        steps.append(frame.step)
        rows.append((order, _changes(source, order, due, frame.changes, words)))
    SupervisionOrder.objects.bulk_update(held, COLUMNS, batch_size=200)
    OrderStep.objects.bulk_create(steps, batch_size=1000)
    _lapse([order for order in held if order.state not in KEEPS_EXTENSION], actor, now)
    handing.hand(held, now=now, by=actor.by, verb=verb)
    _record(verb, step.name, rows, words, actor, now)
    for order, own in zip(held, steps, strict=True):
        order.last_step = own
        order.__dict__.pop(
            "_prefetched_objects_cache", None
        )  # whoever goes on with it reads its helpers afresh
    return held


@transaction.atomic
def once(order: SupervisionOrder, token: str, run: Callable[[], object]) -> None:
    """Take the step that a form asks for, unless the same form has taken it already: a tap too many is no second step."""
    if not token:
        run()
        return
    SupervisionOrder.objects.select_for_update().get(pk=order.pk)
    steps = OrderStep.objects.filter(order=order)
    if steps.filter(token=token).exists():
        return
    run()
    steps.filter(pk=steps.order_by("-pk").values_list("pk", flat=True)[0]).update(token=token)


def _locked(orders: Iterable[SupervisionOrder]) -> list[SupervisionOrder]:
    """The rows as they are now, locked, in the order given, with what policy and duties look at."""
    wanted = [order.pk for order in orders]
    rows = (
        SupervisionOrder.objects.select_for_update(of=("self",))
        .filter(pk__in=wanted)
        .order_by("pk")
        .select_related("lead__successor", "office", "project__territory", "instruction__author")
        .prefetch_related("helpers__unit__successor")
    )
    found = {row.pk: row for row in rows}
    return [found[pk] for pk in dict.fromkeys(wanted) if pk in found]


def _framer(actor: Actor, now: datetime) -> Callable[..., Frame]:
    days, book = calendar(), term_book(now)
    unit = actor.by.unit_name if actor.by else ""
    name = actor.by.name if actor.by else "系统"

    def frame(order: SupervisionOrder, verb: str, words: str, detail: str) -> Frame:
        step = OrderStep(
            order=order,
            verb=verb,
            at=now,
            by=actor.by,
            by_name=name,
            unit_name=unit,
            words=words,
            detail=detail,
        )
        return Frame(actor, now, days, book.of(order.office.path), step)

    return frame


def _moved_on(order: SupervisionOrder) -> str:
    last = order.steps.order_by("-pk").first()
    what = (
        f"{last.by_name}刚做了“{BY_VERB[last.verb].name}”" if last and last.verb in BY_VERB else "刚有人动过"
    )
    state = State(order.state).label
    return f"{order.called}{what}，现在是“{state}”。你写的还在，请看看新情况再决定。"


def _changes(
    source: str, order: SupervisionOrder, due: datetime | None, more: Changes, words: str
) -> Changes:
    changes: Changes = dict(more)
    if source != order.state:
        changes["状态"] = [State(source).label, State(order.state).label]
    if due != order.due_at:
        changes["期限"] = [_moment(due), _moment(order.due_at)]
    if words and not order.confidential:
        changes["写了"] = [None, words[:200]]
    return changes


def _moment(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat(timespec="minutes")


def _lapse(orders: Sequence[SupervisionOrder], actor: Actor, now: datetime) -> None:
    """A request for more time means nothing once the unit no longer works on the order: nobody owes it an answer."""
    asked = Extension.objects.filter(order__in=[order.pk for order in orders], state=Extension.State.ASKED)
    lapsed = list(asked.values_list("order", flat=True))
    if lapsed:
        asked.update(state=Extension.State.LAPSED, decided_at=now)
        handing.end_extensions(lapsed, now=now, by=actor.by)


def _record(
    verb: str,
    name: str,
    rows: Sequence[tuple[SupervisionOrder, Changes]],
    words: str,
    actor: Actor,
    now: datetime,
) -> None:
    if not rows:
        return
    only, changes = rows[0]
    one = len(rows) == 1
    record(
        EVENTS[verb],
        actor=actor,
        now=now,
        subject=only if one else None,
        subject_name=_said(only) if one else "",
        summary=f"{name}{_said(only)}" if one else f"{name}{len(rows)}件督办单",
        changes=changes if one else {},
        rows=() if one else (RowChange(order, _said(order), own) for order, own in rows),
    )


def _said(order: SupervisionOrder) -> str:
    """How the journal names an order; a confidential one by its number alone."""
    if order.confidential:
        return order.called if order.serial else "限定阅读的拟稿"
    return f"{order.called} {order.title}" if order.serial else order.called


def refuse_if(problems: Iterable[tuple[str, str]]) -> None:
    """Refused with every (field, sentence) at once."""
    found = [RowProblem(0, name, sentence) for name, sentence in problems]
    if found:
        raise Refused(found)
