"""批示跟着它的督办单走：都在办、有反馈、都办完；每一步有人欠着，就有一条待办。"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.urls import reverse

from xushi.calendars.selectors import calendar
from xushi.duties.actions import DutyInput, end_duties_of, set_duties
from xushi.journal.actions import Actor, record
from xushi.supervision.engine import term_book
from xushi.supervision.models import OrderQuerySet, OrderStep, SupervisionOrder
from xushi.supervision.models_instructions import Instruction, InstructionState
from xushi.supervision.policy import author_in_office, office_readers
from xushi.supervision.rules import Terms
from xushi.supervision.table import ENDED, State
from xushi.units.districts import Offices
from xushi.units.models import Role, User

ORDER = SupervisionOrder._meta.label_lower
ROUTE, READ = "instruction.route", "instruction.read"


def follow(orders: Iterable[SupervisionOrder], *, actor: Actor, now: datetime) -> None:
    """Bring the instructions of these orders up to what became of the orders."""
    about = [order.pk for order in orders]
    written = Q(subject_kind=ORDER, subject_id__in=about) | Q(orders__in=about)
    ids = Instruction.objects.filter(written).values_list("pk", flat=True)
    for pk in sorted(set(ids)):
        settle(Instruction.objects.select_for_update().get(pk=pk), actor=actor, now=now)


def orders_of(instruction: Instruction) -> OrderQuerySet:
    """The orders it became, and the running one it was written on."""
    condition = Q(instruction=instruction.pk)
    if instruction.subject_kind == ORDER:
        condition |= Q(pk=instruction.subject_id)
    found: OrderQuerySet = SupervisionOrder.objects.filter(condition)
    return found


def settle(instruction: Instruction, *, actor: Actor, now: datetime) -> None:
    """The state that follows from what is there: read to the end, orders verified, orders at work, or nothing yet."""
    before = instruction.state
    states = list(orders_of(instruction).values_list("state", flat=True))
    alive = [state for state in states if state not in ENDED]
    if State.VERIFIED in alive:
        after = InstructionState.FED_BACK
    elif alive:
        after = InstructionState.IN_HAND
    elif instruction.read_at:
        after = InstructionState.READ
    elif State.CLOSED in states:
        after = InstructionState.READ if _read_since_closing(instruction) else InstructionState.FED_BACK
    else:
        after = _without_orders(instruction)
    if after != before:
        instruction.state = after
        instruction.version += 1
        if after == InstructionState.FED_BACK:
            instruction.fed_back_at, instruction.read_at = now, None
        if after == InstructionState.READ:
            instruction.read_at = instruction.read_at or now
        instruction.step_due_at = _due(after, instruction.author, now)
    instruction.save(update_fields=["state", "version", "fed_back_at", "read_at", "routed_at", "step_due_at"])
    hand(instruction, now=now)
    if after == InstructionState.FED_BACK and before != after:
        record(
            "supervision.instruction.fed_back",
            actor=actor,
            now=now,
            subject=instruction,
            subject_name=said(instruction),
            summary=f"批示有了反馈：{said(instruction)}",
        )


def _without_orders(instruction: Instruction) -> InstructionState:
    """Nothing is at work, nothing was finished: taken back by the leader, answered by the office, or to be routed."""
    withdrawn = OrderStep.objects.filter(order__in=orders_of(instruction), verb="withdraw").order_by("-pk")
    last, answer = withdrawn.first(), instruction.routings.order_by("-pk").first()
    if last and not withdrawn.exclude(by=instruction.author_id).exists():
        return InstructionState.READ
    if answer and (last is None or answer.at > last.at):
        return InstructionState.FED_BACK
    return InstructionState.TO_ROUTE


def _read_since_closing(instruction: Instruction) -> bool:
    last = instruction.readings.order_by("-at").first()
    closed = orders_of(instruction).filter(closed_at__isnull=False).order_by("-closed_at").first()
    return bool(last and closed and closed.closed_at and last.at >= closed.closed_at)


def _terms(author: User, now: datetime) -> Terms:
    """The time limits of the district that a leader is of."""
    book = term_book(now)
    return book.of(author.unit.path) if book.apart and author.unit else book.of()


def _due(state: str, author: User, now: datetime) -> datetime | None:
    terms = _terms(author, now)
    days = {
        InstructionState.TO_ROUTE: terms.route_instruction,
        InstructionState.FED_BACK: terms.read_feedback,
    }.get(InstructionState(state))
    return None if days is None else calendar().deadline(now, days)


def first_due(author: User, now: datetime) -> datetime:
    """By when the office passes new words on."""
    return calendar().deadline(now, _terms(author, now).route_instruction)


def hand(instruction: Instruction, *, now: datetime) -> None:
    """The duty that the instruction's state calls for: the office routes, or the author reads.

    Feedback to a leader who has left is read by the office. Of a confidential one, by those of it whom it names.
    """
    wanted = list(_duties(instruction))
    set_duties(wanted, now=now)
    keep = {(instruction.pk, *_holder(duty)) for duty in wanted}
    end_duties_of(Instruction, [instruction.pk], kinds=[ROUTE, READ], keep=keep, now=now)


def _holder(duty: DutyInput) -> tuple[str, int | None, int | None]:
    return duty.kind, duty.unit.pk if duty.unit else None, duty.person.pk if duty.person else None


def _duties(instruction: Instruction) -> Iterator[DutyInput]:
    if instruction.state == InstructionState.TO_ROUTE:
        for holder in _office(instruction):
            yield _duty(
                instruction, ROUTE, "转办批示", "待转办", holder,
                issuer=instruction.author_name, quote=instruction.words,
            )  # fmt: skip
    elif instruction.state == InstructionState.FED_BACK:
        holders = [{"person": instruction.author}] if author_in_office(instruction) else _office(instruction)
        for holder in holders:
            yield _duty(instruction, READ, "阅反馈", "待阅", holder)


def _office(instruction: Instruction) -> list[dict[str, Any]]:
    if instruction.confidential:
        return [{"person": reader} for reader in office_readers(instruction)]
    office = Offices().of_person(instruction.author)
    return [{"unit": office, "role": Role.OFFICE}] if office else []


def _duty(
    instruction: Instruction, kind: str, what: str, state: str, holder: dict[str, Any], **more: Any
) -> DutyInput:
    return DutyInput(
        subject=instruction,
        kind=kind,
        title=f"{what}：{instruction.words}",
        number="批示",
        note=instruction.subject_name[:200],
        url=reverse("supervision:instruction", args=[instruction.pk]),
        mark="instruction",
        state=state,
        due_at=instruction.step_due_at,
        confidential=instruction.confidential,
        **holder,
        **more,
    )


def said(instruction: Instruction) -> str:
    """How the journal names an instruction; a confidential one by its author alone."""
    if instruction.confidential:
        return f"{instruction.author_name}限定阅读的批示"
    return f"{instruction.author_name}：{instruction.words[:60]}"
