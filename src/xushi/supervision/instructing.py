"""批示：写、发、转办、阅结。写下就不改，更正是第二条。"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from xushi.core.clock import local_day
from xushi.duties import reach
from xushi.duties.reach import strangers
from xushi.journal.actions import Actor, record
from xushi.registry.models import Project
from xushi.supervision import following, handing, naming, policy
from xushi.supervision.checking import close_order, send_back_order
from xushi.supervision.drafting import OrderInput, draft_orders, issue_orders
from xushi.supervision.engine import Conflict, NotAllowed, Refused, RowProblem, need
from xushi.supervision.models import SupervisionOrder
from xushi.supervision.models_instructions import (
    Addressee,
    Instruction,
    InstructionReading,
    InstructionRouting,
    InstructionState,
)
from xushi.supervision.rules import Urgency, due_day_mistake
from xushi.supervision.table import OPEN, State, Who
from xushi.units.models import Role, Unit, User

WORDS_AT_MOST, TITLE_FROM_WORDS = 2000, 60


@dataclass(frozen=True, slots=True)
class InstructionInput:
    """What a leader writes, about what, to whom. lead None or via_office leaves the routing to the office."""

    words: str
    lead: Unit | None = None
    co_handlers: tuple[Unit, ...] = ()
    via_office: bool = False
    due_on: date | None = None
    title: str = ""
    urgency: str = Urgency.ORDINARY
    subject_kind: str = ""
    subject_id: int | None = None
    subject_name: str = ""
    context: str = ""
    project: Project | None = None
    corrects: Instruction | None = None
    confidential: bool = False
    readers: tuple[User, ...] = ()
    on_order: SupervisionOrder | None = None
    token: str = ""


def send_instruction(row: InstructionInput, *, actor: Actor, now: datetime) -> Instruction:
    """写批示并发出. Addressed to units it becomes an issued order at once; through the office it waits to be routed.

    Words on an order that runs already go to its people and become no second order. A form sent twice, in the same
    moment too, is one instruction.
    """
    try:
        return _send(row, actor=actor, now=now)
    except IntegrityError:
        sent = Instruction.objects.filter(token=row.token, author=actor.by).exclude(token="").first()
        if sent is None:
            raise
        return sent


@transaction.atomic
def _send(row: InstructionInput, *, actor: Actor, now: datetime) -> Instruction:
    author = actor.by
    if author is None or not policy.can_instruct(author):
        raise PermissionDenied("批示由区领导来写。")
    row = _as_guarded_as_its_order(row)
    if row.token and (sent := Instruction.objects.filter(token=row.token, author=author).first()):
        return sent
    problems = [*_problems(row, now), *_beyond(row, author)]
    if problems:
        raise Refused(problems)
    direct = row.lead is not None and not row.via_office
    instruction = Instruction.objects.create(
        author=author,
        author_name=author.name,
        author_title=author.title,
        words=row.words.strip(),
        written_at=now,
        subject_kind=row.on_order._meta.label_lower if row.on_order else row.subject_kind,
        subject_id=row.on_order.pk if row.on_order else row.subject_id,
        subject_name=(row.on_order.called if row.on_order else row.subject_name)[:300],
        context=row.context.strip(),
        project=row.project,
        via_office=not direct and row.on_order is None,
        due_on=row.due_on,
        corrects=row.corrects,
        confidential=row.confidential,
        state=InstructionState.IN_HAND if direct or row.on_order else InstructionState.TO_ROUTE,
        step_due_at=None if direct or row.on_order else following.first_due(author, now),
        routed_at=now if direct or row.on_order else None,
        token=row.token,
    )
    if row.readers:
        instruction.readers.set(row.readers)
    _address(instruction, row)
    record(
        "supervision.instruction.sent",
        actor=actor,
        now=now,
        subject=instruction,
        subject_name=following.said(instruction),
        summary=f"批示：{following.said(instruction)}",
    )
    if direct:
        issue_orders(draft_orders([_order_of(instruction, row)], actor=actor, now=now), actor=actor, now=now)
    elif row.on_order is not None:
        _take_up(row.on_order, instruction, now)
    else:
        following.hand(instruction, now=now)
    return instruction


def _as_guarded_as_its_order(row: InstructionInput) -> InstructionInput:
    """Words on a confidential order quote it: they are for the order's readers where the leader has named nobody."""
    if row.on_order is None or not row.on_order.confidential:
        return row
    return replace(row, confidential=True, readers=row.readers or tuple(row.on_order.readers.all()))


def _take_up(order: SupervisionOrder, instruction: Instruction, now: datetime) -> None:
    """Words on a running order that nobody's words began: it is the leader's from now on, and the leader closes it."""
    held = SupervisionOrder.objects.select_for_update().get(pk=order.pk)
    if held.instruction_id is None:
        held.instruction = instruction
        held.save(update_fields=["instruction"])
    handing.handed([held], now=now)


def _problems(row: InstructionInput, now: datetime) -> Iterator[RowProblem]:
    words = row.words.strip()
    if not words:
        yield RowProblem(0, "words", "请写批示。")
    if len(words) > WORDS_AT_MOST:
        yield RowProblem(0, "words", f"批示最多{WORDS_AT_MOST}个字。")
    if mistake := due_day_mistake(row.due_on, local_day(now)):
        yield RowProblem(0, "due_on", mistake)
    if row.on_order is not None and row.on_order.state not in OPEN:
        yield RowProblem(0, "words", f"{row.on_order.called}已经不在办，请对项目另写批示。")
    if row.co_handlers and row.lead is None and not row.via_office:
        yield RowProblem(0, "lead", "选了协办，还请选主办；不定主办的，请选“交重大办转办”。")
    if row.confidential and not row.readers:
        yield RowProblem(0, "readers", "限定阅读的批示要点名给谁看。")
    if row.confidential and row.lead and not any(policy.acts_for(one, row.lead) for one in row.readers):
        yield RowProblem(0, "readers", f"{row.lead}没有人在读者里，办不了，请点名这个单位的人。")
    routed = row.lead is None and row.on_order is None
    if (
        row.confidential
        and row.readers
        and routed
        and not any(one.has_role(Role.OFFICE) for one in row.readers)
    ):
        yield RowProblem(0, "readers", "交重大办转办的，读者里要有区重大办的人，否则没人能转办。")
    for unit in (row.lead, *row.co_handlers):
        if unit and unit.dissolved_on:
            yield RowProblem(0, "lead", f"{unit.name}已撤销，请选{unit.successor or '它的承接单位'}。")


def _beyond(row: InstructionInput, author: User) -> Iterator[RowProblem]:
    """Units and readers of districts that are not the author's; those of an order that runs already are on it."""
    near = naming.led(naming.reach_for(author), author, row.project)
    for _, sentence in reach.beyond(near, [row.lead]):
        yield RowProblem(0, "lead", sentence)
    for _, sentence in reach.beyond(near, row.co_handlers):
        yield RowProblem(0, "co_handlers", sentence)
    on_order = set(row.on_order.readers.all()) if row.on_order else set()
    for one in strangers(near, set(row.readers) - on_order):
        yield RowProblem(0, "readers", f"{one.name}不是您这里的人，请改点本区或上级的人。")


def _address(instruction: Instruction, row: InstructionInput) -> None:
    units = {unit.pk: unit for unit in (*((row.lead,) if row.lead else ()), *row.co_handlers)}
    Addressee.objects.bulk_create(
        Addressee(instruction=instruction, unit=unit, lead=bool(row.lead and pk == row.lead.pk))
        for pk, unit in units.items()
    )


def _order_of(instruction: Instruction, row: InstructionInput) -> OrderInput:
    assert row.lead is not None
    return OrderInput(
        title=row.title.strip() or title_of(instruction.words),
        demand=instruction.words,
        lead=row.lead,
        co_handlers=tuple(unit for unit in row.co_handlers if unit.pk != row.lead.pk),
        urgency=row.urgency,
        due_on=row.due_on,
        project=instruction.project,
        source_kind=Instruction._meta.label_lower,
        source_id=instruction.pk,
        source_name=f"{instruction.author_name}批示",
        instruction=instruction,
        readers=row.readers,
    )


def title_of(words: str) -> str:
    """The first sentence of the words, as an order's title."""
    line = words.strip().split("\n")[0]
    for stop in "。；;":
        line = line.split(stop)[0]
    return line if len(line) <= TITLE_FROM_WORDS else f"{line[: TITLE_FROM_WORDS - 1]}…"


@transaction.atomic
def route_instruction(
    instruction: Instruction,
    rows: Sequence[OrderInput],
    *,
    actor: Actor,
    now: datetime,
    words: str = "",
    seen: int | None = None,
) -> Instruction:
    """转办: the office makes it orders, issued at once; or, without any, answers why none is needed."""
    held = _locked(instruction, seen)
    if actor.by is not None and not (
        actor.by.has_role(Role.OFFICE)
        and Instruction.objects.visible_to(actor.by).filter(pk=held.pk).exists()
    ):
        raise PermissionDenied("批示由区重大办转办。")
    if held.state != InstructionState.TO_ROUTE:
        label = InstructionState(held.state).label
        raise NotAllowed(f"这条批示现在是“{label}”，已经转办过，不用再转。")
    if not rows:
        words = need(words, "为什么不用成单、已经怎样办了")
    InstructionRouting.objects.create(
        instruction=held,
        words=words.strip()[:300],
        by=actor.by,
        by_name=actor.by.name if actor.by else "系统",
        at=now,
    )
    held.routed_at = now
    held.save(update_fields=["routed_at"])
    record(
        "supervision.instruction.routed",
        actor=actor,
        now=now,
        subject=held,
        subject_name=following.said(held),
        summary=f"转办批示，成{len(rows)}件督办单" if rows else f"转办批示：{_told(held, words)}",
    )
    if rows:
        orders = draft_orders([_linked(row, held) for row in rows], actor=actor, now=now)
        issue_orders(orders, actor=actor, now=now)
    following.settle(held, actor=actor, now=now)
    return held


def _told(instruction: Instruction, words: str) -> str:
    """What the journal keeps of words: those about a confidential instruction stay with its readers."""
    return following.said(instruction) if instruction.confidential else words.strip()[:200]


def _linked(row: OrderInput, instruction: Instruction) -> OrderInput:
    return replace(
        row,
        instruction=instruction,
        project=row.project or instruction.project,
        source_kind=Instruction._meta.label_lower,
        source_id=instruction.pk,
        source_name=f"{instruction.author_name}批示",
        readers=row.readers or tuple(instruction.readers.all()),
    )


def _locked(instruction: Instruction, seen: int | None) -> Instruction:
    """Its orders first, then the words: the order in which a step on an order locks them, so that none waits for ever."""
    list(following.orders_of(instruction).select_for_update(of=("self",)).order_by("pk"))
    held = Instruction.objects.select_for_update(of=("self",)).select_related("author").get(pk=instruction.pk)
    if seen is not None and seen != held.version:
        raise Conflict("这条批示刚有人办过，请看看新情况再决定。你写的还在。")
    return held


@transaction.atomic
def read_feedback(
    instruction: Instruction,
    *,
    actor: Actor,
    now: datetime,
    words: str = "",
    finished: bool = True,
    due_on: date | None = None,
    seen: int | None = None,
) -> Instruction:
    """阅结: closes the verified orders. Not finished: the new words send them back to be worked on."""
    held = _locked(instruction, seen)
    if actor.by is not None and not policy.can_read_feedback(actor.by, held, local_day(now)):
        raise PermissionDenied("反馈由作出批示的领导阅；领导离任的，由区重大办阅。")
    if held.state != InstructionState.FED_BACK:
        label = InstructionState(held.state).label
        raise NotAllowed(f"这条批示现在是“{label}”，还没有可阅的反馈。")
    if not finished:
        words = need(words, "还要办什么")
    by = actor.by or held.author
    InstructionReading.objects.create(
        instruction=held, words=words.strip()[:300], by=by, by_name=by.name, at=now
    )
    held.read_at = now if finished else None
    held.save(update_fields=["read_at"])
    record(
        "supervision.instruction.read",
        actor=actor,
        now=now,
        subject=held,
        subject_name=following.said(held),
        summary=f"阅结批示：{following.said(held)}" if finished else f"阅后又批：{_told(held, words)}",
        changes={"阅结": [None, finished]},
    )
    today = local_day(now)
    for order in following.orders_of(held).filter(state=State.VERIFIED).order_by("pk"):
        if Who.CLOSER not in policy.parts_of(actor.by, order, today):
            continue  # words on another leader's order: that leader closes it
        if finished:
            close_order(order, actor=actor, now=now, words=words)
        else:
            send_back_order(order, words, actor=actor, now=now, due_on=due_on)
    held.refresh_from_db()
    following.settle(held, actor=actor, now=now)
    return held
