"""拟稿、审定、签发：一件是一件的表；文号在签发时取，不断号、不重号。"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction

from xushi.core.clock import local_day
from xushi.duties import reach
from xushi.duties.reach import Reach
from xushi.journal.actions import Actor, RowChange, record
from xushi.registry.models import Project
from xushi.supervision import handing, naming, policy
from xushi.supervision.engine import Frame, Refused, RowProblem, take, term_book
from xushi.supervision.models import CoHandler, OrderStep, Serial, SupervisionOrder
from xushi.supervision.models_instructions import Instruction
from xushi.supervision.rules import Urgency, at_closing, due_day_mistake, number_text
from xushi.supervision.table import State
from xushi.units.districts import office_of
from xushi.units.models import Role, Unit, User

TITLE_AT_MOST, DEMAND_AT_MOST = 120, 5000
AMENDED = {
    "title": "督办事项",
    "demand": "办理要求",
    "urgency": "急缓",
    "due_on": "指定期限",
    "lead": "主办单位",
}


@dataclass(frozen=True, slots=True)
class OrderInput:
    """One order to draft. due_on overrides the working days of the urgency; source is what it answers to."""

    title: str
    lead: Unit
    demand: str = ""
    urgency: str = Urgency.ORDINARY
    co_handlers: tuple[Unit, ...] = ()
    due_on: date | None = None
    project: Project | None = None
    source_kind: str = ""
    source_id: int | None = None
    source_name: str = ""
    instruction: Instruction | None = None
    readers: tuple[User, ...] = ()
    token: str = ""


@transaction.atomic
def draft_orders(rows: Sequence[OrderInput], *, actor: Actor, now: datetime) -> list[SupervisionOrder]:
    """拟稿. Refused names every problem of every row; a form sent twice gives the order it gave the first time."""
    _may_draft(rows, actor, now)
    if again := _of_tokens(rows):
        return again
    near = naming.reach_for(actor.by)
    problems = [problem for i, row in enumerate(rows) for problem in _problems(i, row, now)]
    problems += [problem for i, row in enumerate(rows) for problem in _beyond(i, row, actor, near)]
    if problems:
        raise Refused(problems)
    office = issuing_office(actor)
    orders = SupervisionOrder.objects.bulk_create(
        [_order(row, office, actor, now) for row in rows], batch_size=500
    )
    CoHandler.objects.bulk_create(
        CoHandler(order=order, unit=unit)
        for order, row in zip(orders, rows, strict=True)
        for unit in dict.fromkeys(row.co_handlers)
    )
    for order, row in zip(orders, rows, strict=True):
        if row.readers:
            order.readers.set(row.readers)
    OrderStep.objects.bulk_create(_drafted(order, actor, now) for order in orders)
    handing.hand(orders, now=now, by=actor.by)
    one = orders[0] if len(orders) == 1 else None
    record(
        "supervision.order.drafted",
        actor=actor,
        now=now,
        subject=one,
        subject_name=_named(one) if one else "",
        summary=f"拟督办单：{_named(one)}" if one else f"拟{len(orders)}件督办单",
        rows=() if one else (RowChange(order, _named(order)) for order in orders),
    )
    return orders


def _may_draft(rows: Sequence[OrderInput], actor: Actor, now: datetime) -> None:
    if actor.by is None or policy.can_draft(actor.by):
        return
    today = local_day(now)
    if not all(row.instruction and policy.is_author(actor.by, row.instruction, today) for row in rows):
        raise PermissionDenied("督办单由区重大办拟；区领导写批示，可直接成单。")


def _of_tokens(rows: Sequence[OrderInput]) -> list[SupervisionOrder]:
    tokens = [row.token for row in rows if row.token]
    return list(SupervisionOrder.objects.filter(token__in=tokens).order_by("pk")) if tokens else []


def _problems(i: int, row: OrderInput, now: datetime) -> Iterator[RowProblem]:
    title = row.title.strip()
    if not title:
        yield RowProblem(i, "title", "请写督办事项：要哪个单位办成什么。")
    if len(title) > TITLE_AT_MOST:
        yield RowProblem(i, "title", f"督办事项最多{TITLE_AT_MOST}个字，细节写进办理要求。")
    if len(row.demand) > DEMAND_AT_MOST:
        yield RowProblem(i, "demand", f"办理要求最多{DEMAND_AT_MOST}个字。")
    if row.urgency not in [value for value, _ in Urgency.choices()]:
        yield RowProblem(i, "urgency", "急缓请选紧急、一般或复杂。")
    if mistake := due_day_mistake(row.due_on, local_day(now)):
        yield RowProblem(i, "due_on", mistake)
    if row.lead.dissolved_on:
        yield RowProblem(i, "lead", f"{row.lead.name}已撤销，请选{row.lead.successor or '它的承接单位'}。")
    for unit in row.co_handlers:
        if unit.pk == row.lead.pk:
            yield RowProblem(i, "co_handlers", f"{unit}已是主办，不用再列协办。")
        elif unit.dissolved_on:
            yield RowProblem(i, "co_handlers", f"{unit.name}已撤销，请选{unit.successor or '它的承接单位'}。")


def _beyond(
    i: int, row: OrderInput, actor: Actor, near: Reach, held: SupervisionOrder | None = None
) -> Iterator[RowProblem]:
    """The units out of the actor's reach, beside those that the draft held has already in the same place."""
    words = held.instruction if held else row.instruction
    near = naming.led(near, actor.by, row.project, words.author_id if words else None)
    kept = {helper.unit_id for helper in held.helpers.all()} if held else set()
    for _, sentence in reach.beyond(near, [row.lead], [held.lead_id] if held else ()):
        yield RowProblem(i, "lead", sentence)
    for _, sentence in reach.beyond(near, row.co_handlers, kept):
        yield RowProblem(i, "co_handlers", sentence)


def issuing_office(actor: Actor) -> Unit:
    """The office unit of who drafts; the district's office where a leader or the system does."""
    for held in actor.by.appointments_in_force if actor.by else ():
        if held.role == Role.OFFICE:
            own: Unit = held.unit
            return own
    office = office_of(actor.by.unit if actor.by else None)
    if office is None:
        raise Refused([RowProblem(0, "office", "还没有设区重大办这个单位，请先由系统管理员新设。")])
    return office


def _order(row: OrderInput, office: Unit, actor: Actor, now: datetime) -> SupervisionOrder:
    return SupervisionOrder(
        title=row.title.strip(),
        demand=row.demand.strip(),
        urgency=row.urgency,
        due_on=row.due_on,
        lead=row.lead,
        office=office,
        project=row.project,
        source_kind=row.source_kind,
        source_id=row.source_id,
        source_name=row.source_name[:300],
        instruction=row.instruction,
        confidential=bool(row.instruction and row.instruction.confidential),
        drafted_by=actor.by,
        drafted_at=now,
        token=row.token,
    )


def _drafted(order: SupervisionOrder, actor: Actor, now: datetime) -> OrderStep:
    return OrderStep(
        order=order,
        verb="draft",
        target=State.DRAFTED,
        at=now,
        by=actor.by,
        by_name=actor.by.name if actor.by else "系统",
        unit_name=actor.by.unit_name if actor.by else "",
        words=order.demand,
    )


def _named(order: SupervisionOrder) -> str:
    return "限定阅读的拟稿" if order.confidential else order.title


@transaction.atomic
def amend_draft(
    order: SupervisionOrder, row: OrderInput, *, actor: Actor, now: datetime, seen: int | None = None
) -> SupervisionOrder:
    """改拟稿: everything may change but where it comes from; an approved one is a draft again."""
    problems = [*_problems(0, row, now), *_beyond(0, row, actor, naming.reach_for(actor.by), order)]
    if problems:
        raise Refused(problems)

    def change(held: SupervisionOrder, frame: Frame) -> None:
        for name, label in AMENDED.items():
            before, after = getattr(held, name), getattr(row, name)
            if before != after:
                frame.changes[label] = [str(before), str(after)]
                setattr(held, name, after)
        held.version += 1
        share(held, row.co_handlers)

    [amended] = take("amend", [order], actor=actor, now=now, seen=seen, change=change)
    return amended


def share(order: SupervisionOrder, units: Iterable[Unit]) -> None:
    """Make these the co-handlers; those who stay keep what they have done."""
    wanted = {unit.pk: unit for unit in units if unit.pk != order.lead_id}
    order.helpers.exclude(unit__in=list(wanted)).delete()
    held = set(order.helpers.values_list("unit", flat=True))
    CoHandler.objects.bulk_create(
        CoHandler(order=order, unit=u) for pk, u in wanted.items() if pk not in held
    )
    order.__dict__.pop("_prefetched_objects_cache", None)


@transaction.atomic
def approve_orders(
    orders: Sequence[SupervisionOrder], *, actor: Actor, now: datetime
) -> list[SupervisionOrder]:
    """审定: ready to be issued."""
    return take("approve", orders, actor=actor, now=now)


@transaction.atomic
def issue_orders(
    orders: Sequence[SupervisionOrder], *, actor: Actor, now: datetime
) -> list[SupervisionOrder]:
    """签发: drafts are approved on the way; each gets the next number of the year, and its clocks start."""
    orders = list({order.pk: order for order in orders}.values())
    drafts = [order for order in orders if order.state == State.DRAFTED]
    if drafts:
        take("approve", drafts, actor=actor, now=now)
    year = local_day(now).year
    series = _series(orders, now)
    wanted = Counter(series.values())
    serials = {one: iter(_numbers(year, one, wanted[one])) for one in sorted(wanted, key=lambda pk: pk or 0)}

    near = naming.reach_for(actor.by)

    def change(order: SupervisionOrder, frame: Frame) -> None:
        if beyond := naming.not_to_issue(order, actor.by, near):
            raise Refused([RowProblem(0, "lead", sentence) for sentence in beyond])
        order.series_id = series[order.pk]
        order.year, order.serial = year, next(serials[order.series_id])
        order.number = number_text(frame.terms.organ_word, year, order.serial)
        order.issued_at = now
        frame.changes["文号"] = [None, order.number]
        start_clock(order, frame)

    return take("issue", orders, actor=actor, now=now, change=change)


def start_clock(order: SupervisionOrder, frame: Frame) -> None:
    """The unit's time runs from now: to sign for the order, and to reply."""
    order.acknowledged_at, order.clock_from = None, frame.now
    order.acknowledge_by = frame.after(frame.terms.acknowledge)
    if order.due_on and order.due_on >= local_day(frame.now):
        order.limit_days, order.due_at = None, at_closing(order.due_on)
    else:
        order.limit_days = frame.terms.reply_days(order.urgency)
        order.due_at = frame.after(order.limit_days)


def _series(orders: Sequence[SupervisionOrder], now: datetime) -> dict[int, int | None]:
    """Order → the district whose 机关代字 it bears and whose numbers go on with it; None for the common ones."""
    book = term_book(now)
    if not book.apart:
        return dict.fromkeys((order.pk for order in orders), None)
    paths = {order.pk: book.set_by("organ_word", order.office.path) for order in orders}
    known = dict(Unit.objects.filter(path__in=set(paths.values())).values_list("path", "pk"))
    return {pk: known.get(path) for pk, path in paths.items()}


def next_number(office: Unit | None, now: datetime) -> int:
    """What the next number of an office would be; another may take it first."""
    book = term_book(now)
    path = book.set_by("organ_word", office.path) if office and book.apart else ""
    district = Unit.objects.filter(path=path).first() if path else None
    rows = Serial.objects.filter(year=local_day(now).year, district=district)
    return (rows.values_list("last", flat=True).first() or 0) + 1


def _numbers(year: int, district: int | None, count: int) -> range:
    """The next numbers of the year, the row locked until they are in use: a rollback gives them back."""
    Serial.objects.get_or_create(year=year, district_id=district)
    row = Serial.objects.select_for_update().get(year=year, district_id=district)
    first = row.last + 1
    row.last += count
    row.save(update_fields=["last"])
    return range(first, first + count)


@transaction.atomic
def draft_and_issue(rows: Sequence[OrderInput], *, actor: Actor, now: datetime) -> list[SupervisionOrder]:
    """拟稿并签发 in one go; a form that was sent before gives the orders it gave then, as they are now."""
    drafted = draft_orders(rows, actor=actor, now=now)
    if any(order.serial or order.state != State.DRAFTED for order in drafted):
        return drafted
    return issue_orders(drafted, actor=actor, now=now)


def issue_order(row: OrderInput, *, actor: Actor, now: datetime) -> SupervisionOrder:
    """拟稿并签发: a list of one."""
    return draft_and_issue([row], actor=actor, now=now)[0]
