"""批示的读法：清单、来龙去脉一条线、等领导看的。"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Count, F, Prefetch, Q

from xushi.duties.models import Duty
from xushi.duties.words import deadline_words
from xushi.supervision.following import READ, ROUTE, orders_of
from xushi.supervision.models import OrderPhoto, OrderStep, SupervisionOrder
from xushi.supervision.models_instructions import Instruction, InstructionState
from xushi.supervision.policy import can_draft, can_instruct
from xushi.supervision.table import AT_UNIT, BY_VERB

if TYPE_CHECKING:
    from xushi.units.models import User

S = InstructionState
RAISED = "problem.read"  # 提请: set by the room of problems
WAITING = (READ, RAISED, ROUTE)
QUIET_STEPS = frozenset({"draft", "amend", "approve"})
MARKS = {S.TO_ROUTE: "pending", S.IN_HAND: "working", S.FED_BACK: "disputed", S.READ: "closed"}
STEP_MARKS = {
    "issue": "pending",
    "acknowledge": "working",
    "misroute": "needs_coordination",
    "return": "needs_coordination",
    "send_back": "needs_coordination",
    "decline": "needs_coordination",
    "criticise": "due_soon",
    "talk": "due_soon",
    "remind": "due_soon",
    "sign": "passed",
    "verify": "passed",
    "close": "closed",
    "withdraw": "not_due",
    "suspend": "not_due",
}
TABS = {
    "open": "在办",
    S.TO_ROUTE.value: "待转办",
    S.FED_BACK.value: "待领导阅",
    S.READ.value: "已阅结",
    "all": "全部",
}


def waiting(user: "User", today: date) -> Any:
    """What waits for this person's pen or eyes: feedback to read, problems raised, words to route. Nearest first."""
    owed = Duty.objects.open().filter(kind__in=WAITING, listed=True)
    return owed.of(user, today).by_deadline()


def waiting_count(user: "User", today: date) -> int:
    """One query: what the badge beside 批示 says."""
    return int(waiting(user, today).order_by().count())


@dataclass(frozen=True, slots=True)
class Row:
    """One instruction as the list shows it; clock is the deadline of whoever has to move."""

    instruction: Instruction
    mark: str
    label: str
    clock: str
    late: bool
    units: list[str]
    orders: list[SupervisionOrder]


def listed(user: "User", tab: str, *, mine: bool, words: str = "") -> Any:
    """The instructions of a tab that this person sees; those with a running clock first."""
    rows = _seen(user, mine=mine).filter(_with(words) if words else Q())
    if tab == "open":
        rows = rows.exclude(state=S.READ)
    elif tab != "all":
        rows = rows.filter(state=tab)
    return rows.prefetch_related(
        "addressees__unit", Prefetch("orders", SupervisionOrder.objects.visible_to(user).order_by("serial"))
    ).order_by(F("step_due_at").asc(nulls_last=True), "-written_at", "-pk")


def _seen(user: "User", *, mine: bool) -> Any:
    rows = Instruction.objects.visible_to(user)
    return rows.filter(author=user.pk) if mine else rows


def counts(user: "User", *, mine: bool) -> dict[str, int]:
    """How many stand under each tab: one query."""
    tally = dict.fromkeys(S.values, 0)
    grouped = _seen(user, mine=mine).order_by().values_list("state").annotate(n=Count("pk"))
    tally |= dict(grouped)
    return tally | {"open": sum(tally.values()) - tally[S.READ], "all": sum(tally.values())}


def row_of(instruction: Instruction, now: datetime) -> Row:
    orders = list(instruction.orders.all())
    running = [order.due_at for order in orders if order.state in AT_UNIT and order.due_at]
    due = instruction.step_due_at or min(running, default=None)
    return Row(
        instruction=instruction,
        mark=MARKS[S(instruction.state)],
        label=S(instruction.state).label,
        clock=deadline_words(due, now) if due else "",
        late=bool(due and now > due),
        units=[str(one.unit) for one in sorted(instruction.addressees.all(), key=lambda one: not one.lead)],
        orders=orders,
    )


@dataclass(frozen=True, slots=True)
class Moment:
    """One node of the line: words of a leader stand in serif, everything else says what was done."""

    at: datetime
    mark: str
    who: str
    what: str
    words: str = ""
    serif: bool = False
    order: SupervisionOrder | None = None
    photos: list[OrderPhoto] = field(default_factory=list)
    url: str = ""


def timeline(instruction: Instruction, user: "User") -> list[Moment]:
    """From the first words to the closing, oldest first; of orders, those this person sees."""
    orders = {
        order.pk: order
        for order in orders_of(instruction).filter(
            pk__in=SupervisionOrder.objects.visible_to(user).values("pk")
        )
    }
    found = [_written(instruction), *_routed(instruction), *_corrected(instruction, user)]
    found += _steps(instruction, orders)
    found += _read(instruction)
    return sorted(found, key=lambda moment: moment.at)


def _read(instruction: Instruction) -> Iterator[Moment]:
    for one in instruction.readings.all():
        ended = instruction.read_at is not None and one.at == instruction.read_at
        what = "阅结" if ended else "阅后又批" if one.words else "阅"
        yield Moment(one.at, "instruction", one.by_name, what, one.words, serif=True)


def _written(instruction: Instruction) -> Moment:
    title = f"{instruction.author_name} {instruction.author_title}".strip()
    return Moment(instruction.written_at, "instruction", title, "批示", instruction.words, serif=True)


def _routed(instruction: Instruction) -> Iterator[Moment]:
    for one in instruction.routings.all():
        yield Moment(one.at, "working", f"区重大办 {one.by_name}", "转办", one.words)


def _corrected(instruction: Instruction, user: "User") -> Iterator[Moment]:
    for one in instruction.corrections.visible_to(user):
        yield Moment(
            one.written_at,
            "instruction",
            one.author_name,
            "另写一条更正",
            one.words,
            serif=True,
            url=f"{one.pk}",
        )


def _steps(instruction: Instruction, orders: dict[int, SupervisionOrder]) -> Iterator[Moment]:
    """What was done with the orders since the words were written."""
    steps = OrderStep.objects.filter(order__in=list(orders), at__gte=instruction.written_at)
    for step in steps.exclude(verb__in=QUIET_STEPS).prefetch_related("photos").order_by("at", "pk"):
        name = BY_VERB[step.verb].name if step.verb in BY_VERB else step.verb
        who = " ".join(filter(None, (step.unit_name, step.by_name)))
        what = f"{name}{'，' + step.detail if step.detail else ''}"
        said = "" if step.verb == "issue" else step.words
        mark = STEP_MARKS.get(step.verb, "working")
        yield Moment(
            step.at, mark, who, what, said, order=orders[step.order_id], photos=list(step.photos.all())
        )


@dataclass(frozen=True, slots=True)
class Parts:
    """What this person may do with an instruction now."""

    route: bool
    read: bool
    correct: bool


def parts_of(user: "User", instruction: Instruction, *, reads: bool) -> Parts:
    """reads: wrote it, or reads in place of who did (policy.can_read_feedback)."""
    return Parts(
        route=can_draft(user) and instruction.state == S.TO_ROUTE,
        read=reads and instruction.state == S.FED_BACK,
        correct=can_instruct(user) and instruction.author_id == user.pk,
    )


def conclusion(rows: dict[str, int], user: "User") -> str:
    """What the list says first."""
    if can_instruct(user):
        said = [(rows[S.FED_BACK], "条有了反馈，等你阅"), (rows[S.IN_HAND] + rows[S.TO_ROUTE], "条在办")]
    elif can_draft(user):
        said = [
            (rows[S.TO_ROUTE], "条批示等转办"),
            (rows[S.IN_HAND], "条在办"),
            (rows[S.FED_BACK], "条等领导阅"),
        ]
    else:
        said = [(rows["open"], "条批示在办")]
    words = "，".join(f"{count}{word}" for count, word in said if count)
    return words or "没有在办的批示"


def named_readers(instruction: Instruction) -> Iterable["User"]:
    """限定读者, by name."""
    return instruction.readers.order_by("name") if instruction.confidential else ()


def _with(words: str) -> Q:
    return Q(words__icontains=words) | Q(subject_name__icontains=words) | Q(author_name__icontains=words)
