"""交到谁手里：每个状态由谁动、几时之前；待办照这张表开、改、了。"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from django.urls import reverse

from xushi.calendars.rules import WorkingCalendar
from xushi.duties.actions import DutyInput, end_duties_of, set_duties
from xushi.supervision.models import Extension, SupervisionOrder
from xushi.supervision.policy import acts_for, author_in_office, office_readers, signers_of
from xushi.supervision.rules import Terms
from xushi.supervision.table import AT_UNIT, State
from xushi.units.models import Role, Unit, User

ACKNOWLEDGE, REPLY, SIGN, ASSIST = "order.acknowledge", "order.reply", "order.sign", "order.assist"
ISSUE, REROUTE, VERIFY, CLOSE = "order.issue", "order.reroute", "order.verify", "order.close"
DECIDE = "extension.decide"
OFFICE_KINDS = frozenset({ISSUE, REROUTE, VERIFY, CLOSE})
KINDS = frozenset({ACKNOWLEDGE, REPLY, SIGN, ASSIST, ISSUE, REROUTE, VERIFY, CLOSE})
COUNTED = frozenset(
    {ACKNOWLEDGE, REROUTE, VERIFY, CLOSE}
)  # by so many working days from when it came to hand
HANDED_BACK = frozenset({"decline", "recall"})  # within the unit, by the same deadline: no new clock
WORDS = {
    SIGN: "待签发",
    ASSIST: "协办",
    ISSUE: "待签发",
    REROUTE: "待改派",
    VERIFY: "待核验",
    CLOSE: "待销号",
    DECIDE: "待答复",
}
MARKS = {State.ISSUED: "pending", State.RETURNED: "slipping"}
S = State


def step_due(
    order: SupervisionOrder, terms: Terms, calendar: WorkingCalendar, now: datetime, *, moved: bool
) -> datetime | None:
    """By when whoever holds the order now has to move; a state that was not left keeps its deadline."""
    state = State(order.state)
    if state == S.ISSUED:
        return order.acknowledge_by
    if state in AT_UNIT:
        return order.due_at
    days = {S.MISROUTED: terms.reroute, S.REPLIED: terms.verify, S.VERIFIED: terms.close}.get(state)
    if days is None:
        return None
    return calendar.deadline(now, days) if moved or order.step_due_at is None else order.step_due_at


def hand(orders: Sequence[SupervisionOrder], *, now: datetime, by: User | None, verb: str = "") -> None:
    """Open the duties that the orders' states call for, move those that stay, end those that are done with."""
    back = verb in HANDED_BACK
    wanted = [replace(duty, back=back) for order in orders for duty in _duties(order, now)]
    set_duties(wanted, now=now)
    keep = {(duty.subject.pk, duty.kind, *_holder(duty)) for duty in wanted}
    end_duties_of(
        SupervisionOrder,
        [order.pk for order in orders],
        kinds=KINDS,
        keep=keep,
        now=now,
        by=by,
    )


def _holder(duty: DutyInput) -> tuple[int | None, int | None]:
    return (duty.unit.pk if duty.unit else None, duty.person.pk if duty.person else None)


def _duties(order: SupervisionOrder, now: datetime) -> Iterator[DutyInput]:
    state = State(order.state)
    if state in (S.DRAFTED, S.APPROVED):
        yield from _of_office(order, ISSUE, f"签发：{order.title}", None, "working")
    elif state == S.ISSUED:
        yield from _of_unit(order, order.lead, REPLY, order.due_at)
        yield from _of_unit(order, order.lead, ACKNOWLEDGE, order.acknowledge_by, listed=False)
    elif state in (S.WORKING, S.RETURNED):
        yield from _of_unit(order, order.lead, REPLY, order.due_at)
    elif state == S.SIGNING:
        yield from _of_heads(order)
    elif state == S.MISROUTED:
        yield from _of_office(order, REROUTE, f"改派：{order.title}", order.step_due_at, "needs_coordination")
    elif state == S.REPLIED:
        yield from _of_office(order, VERIFY, f"核验：{order.title}", order.step_due_at, "disputed")
    elif state == S.VERIFIED:
        yield from _of_closer(order)
    if state in AT_UNIT:
        for helper in order.helpers.all():
            if helper.done_at is None:
                yield from _of_unit(order, helper.unit, ASSIST, order.due_at)


def _of_unit(
    order: SupervisionOrder, unit: Unit, kind: str, due: datetime | None, *, listed: bool = True
) -> Iterator[DutyInput]:
    unit = unit.successor if unit.dissolved_on and unit.successor else unit
    if not order.confidential:
        yield _duty(order, kind, order.title, due, unit=unit, listed=listed)
        return
    readers = _readers_in(order, unit)
    for person in readers:
        yield _duty(order, kind, order.title, due, person=person, listed=listed)
    if not readers and kind != ASSIST and listed:  # whom it names there has left: it must go elsewhere
        yield from _of_office(order, REROUTE, f"改派：{order.title}", due, "needs_coordination")


def _of_heads(order: SupervisionOrder) -> Iterator[DutyInput]:
    found = list(signers_of(order))
    if not found:
        yield from _of_unit(order, order.lead, SIGN, order.due_at)
    for head in found:
        yield _duty(order, SIGN, f"签发答复：{order.title}", order.due_at, person=head, mark="pending")


def _of_office(
    order: SupervisionOrder, kind: str, title: str, due: datetime | None, mark: str
) -> Iterator[DutyInput]:
    if order.confidential:
        words = order.instruction
        leader = [words.author] if words and author_in_office(words) else []
        for person in office_readers(order) or leader:
            yield _duty(order, kind, title, due, person=person, mark=mark)
        return
    yield _duty(order, kind, title, due, unit=order.office, role=Role.OFFICE, mark=mark)


def _of_closer(order: SupervisionOrder) -> Iterator[DutyInput]:
    """The office closes; what came from a leader's words the leader reads to the end, which is a duty of the words."""
    if order.instruction is None or not author_in_office(order.instruction):
        yield from _of_office(order, CLOSE, f"销号：{order.title}", order.step_due_at, "closed")


def _duty(
    order: SupervisionOrder,
    kind: str,
    title: str,
    due: datetime | None,
    *,
    unit: Unit | None = None,
    role: str = "",
    person: User | None = None,
    mark: str = "",
    listed: bool = True,
) -> DutyInput:
    return DutyInput(
        subject=order,
        subject_name=order.title,
        kind=kind,
        number=order.called if order.serial else "拟稿",
        issuer=str(order.office),
        title=title[:200],
        note=_note(order),
        quote=_quote(order),
        url=reverse("supervision:order", args=[order.pk]),
        mark=mark or MARKS.get(State(order.state), "working"),
        state=WORDS.get(kind) or State(order.state).label,
        unit=unit,
        role=role,
        person=person,
        due_at=due,
        limit_days=order.limit_days if kind in (REPLY, SIGN, ASSIST) else None,
        since=order.clock_from if kind in (REPLY, SIGN, ASSIST) else None,
        counted=kind in COUNTED,
        confidential=order.confidential,
        listed=listed,
    )


def _quote(order: SupervisionOrder) -> str:
    """The leader's words; those for named readers stand only where the order is for the same."""
    words = order.instruction
    return words.words[:300] if words and (order.confidential or not words.confidential) else ""


def _note(order: SupervisionOrder) -> str:
    place = order.project.territory if order.project else None
    parts = (order.project.name if order.project else order.source_name, str(place or ""))
    return " · ".join(part for part in parts if part)[:200]


def _readers_in(order: SupervisionOrder, unit: Unit) -> list[User]:
    """The named readers who act for a unit: a confidential order goes to them alone."""
    return [reader for reader in order.readers.all() if reader.is_active and acts_for(reader, unit)]


def hand_extension(extension: Extension, *, due: datetime, now: datetime) -> None:
    """The office owes an answer to a request for more time."""
    order = extension.order
    wanted = f"{extension.wanted.month}月{extension.wanted.day}日"
    duties = list(_of_office(order, DECIDE, f"延期至{wanted}：{order.title}", due, "pending"))
    set_duties(duties, now=now)


def end_extensions(orders: Sequence[int], *, now: datetime, by: User | None) -> None:
    """Nobody owes these orders (primary keys) an answer on more time any longer."""
    end_duties_of(SupervisionOrder, orders, kinds=[DECIDE], now=now, by=by)


def handed(orders: Iterable[SupervisionOrder], *, now: datetime) -> None:
    """Set the duties of these orders afresh: after a unit was dissolved or a calendar changed."""
    hand(list(orders), now=now, by=None)
