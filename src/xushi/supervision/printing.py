"""印出来的：督办单的一张纸，和写成 Markdown 的流转表。"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from xushi.core.clock import local_day
from xushi.journal.models import Event
from xushi.supervision.engine import terms_at
from xushi.supervision.models import OrderReply, SupervisionOrder
from xushi.supervision.models_instructions import Instruction
from xushi.supervision.rules import Terms, Urgency
from xushi.supervision.signing import signatures, signed_by
from xushi.supervision.table import EVENTS, TABLE, State, Transition
from xushi.units.districts import own_district
from xushi.units.models import Appointment, Unit, User

ORDER = SupervisionOrder._meta.label_lower
RENAMED = "units.unit.renamed"
NEEDS = {
    "words": "文字",
    "unit": "单位",
    "units": "协办单位",
    "due": "新期限",
    "reply": "答复",
    "grade": "评价",
}


@dataclass(frozen=True, slots=True)
class Sheet:
    """督办单 as it is printed; nothing is filled in that only hands and seals can fill."""

    order: SupervisionOrder
    helpers: str
    urgency: str
    given: str
    due: str
    instructions: list[Instruction]
    reply: OrderReply | None
    terms: Terms
    issuer: str  # the office as it signed on the day of issue, by the name it had then
    head: str  # who headed the lead unit then; "" is left for the hand

    @property
    def source(self) -> str:
        return self.order.source_name or "区重大办直接派发"


def sheets(orders: Sequence[SupervisionOrder], user: User | None, now: datetime) -> list[Sheet]:
    """Seven queries for however many; the leaders' words as far as the person sees them, nobody: the open ones."""
    terms = terms_at(now, own_district(user) if user else None)
    ids = [order.pk for order in orders]
    words: dict[int, list[Instruction]] = defaultdict(list)
    words_seen = (
        Instruction.objects.visible_to(user) if user else Instruction.objects.filter(confidential=False)
    )
    written = words_seen.filter(
        Q(subject_kind=ORDER, subject_id__in=ids)
        | Q(pk__in=[order.instruction_id for order in orders if order.instruction_id])
    )
    own = {order.pk: order.instruction_id for order in orders}
    for one in written.order_by("written_at"):
        for pk in ids:
            if one.pk == own[pk] or (one.subject_kind == ORDER and one.subject_id == pk):
                words[pk].append(one)
    answered = OrderReply.objects.filter(order__in=ids, signed_at__isnull=False).order_by("pk")
    replies = {reply.order_id: reply for reply in answered.select_related("by_unit")}
    signed = signatures({one.office_id for one in orders})
    called, heads = names_then({one.office_id for one in orders}), heads_then({one.lead_id for one in orders})
    return [
        Sheet(
            order=order,
            helpers="、".join(helper.unit.name for helper in order.helpers.all()),
            urgency=Urgency(order.urgency).label,
            given=_day(order.issued_at),
            due=_day(order.due_at) + (f"（{order.limit_days}个工作日）" if order.limit_days else ""),
            instructions=words[order.pk],
            reply=replies.get(order.pk),
            terms=terms,
            issuer=signed_by(
                signed,
                order.office,
                _name_at(order.office.name, called[order.office_id], order.issued_at),
                order.issued_at,
            ),
            head=_head_at(heads[order.lead_id], order.issued_at),
        )
        for order in orders
    ]


def names_then(units: set[int]) -> dict[int, list[tuple[datetime, str]]]:
    """{unit: when it was renamed, and what it was called until then}, oldest first."""
    found: dict[int, list[tuple[datetime, str]]] = defaultdict(list)
    rows = Event.objects.filter(verb=RENAMED, subject_kind=Unit._meta.label_lower, subject_id__in=units)
    for unit, moment, changes in rows.order_by("at", "pk").values_list("subject_id", "at", "changes"):
        if unit is not None and "名称" in changes:
            found[unit].append((moment, str(changes["名称"][0])))
    return found


def _name_at(name: str, renamed: list[tuple[datetime, str]], at: datetime | None) -> str:
    return next((was for moment, was in renamed if at is not None and moment > at), name)


def heads_then(units: set[int]) -> dict[int, list[Appointment]]:
    """{unit: who headed it, one after the other}."""
    found: dict[int, list[Appointment]] = defaultdict(list)
    held = Appointment.objects.filter(unit__in=units, is_head=True)
    for one in held.select_related("user").order_by("started_at"):
        found[one.unit_id].append(one)
    return found


def _head_at(held: list[Appointment], at: datetime | None) -> str:
    if at is None:
        return ""
    then = [one for one in held if one.started_at <= at and (one.ended_at is None or one.ended_at > at)]
    return then[-1].user.name if then else ""


def _day(moment: datetime | None) -> str:
    if moment is None:
        return ""
    day = local_day(moment)
    return f"{day.year}年{day.month}月{day.day}日"


def table_markdown() -> str:
    """docs/督办流转.md: the transition table and what each state may lead to, printed from the code."""
    return "\n".join([*_head(), *map(_line, TABLE), "", *_states()]) + "\n"


def _head() -> Iterator[str]:
    yield "# 督办流转"
    yield ""
    yield "这一页由 `xushi orders --table` 从代码印出，不手改。"
    yield "表里没有的一步一概不许，并用一句话说明现在可以做什么、由谁来做。"
    yield ""
    yield "| 动作 | 原状态 | 到 | 谁 | 要写明 | 日志 |"
    yield "|---|---|---|---|---|---|"


def _line(step: Transition) -> str:
    sources = "、".join(state.label for state in State if state in step.sources)
    target = step.target.label if step.target else "回到暂停前" if step.verb == "resume" else "不变"
    who = "；".join(one.label for one in step.who)
    needs = "、".join(NEEDS[need] for need in step.needs) or "—"
    return f"| {step.name} | {sources} | {target} | {who} | {needs} | `{EVENTS[step.verb]}` |"


def _states() -> Iterator[str]:
    yield "## 每个状态可以做什么"
    yield ""
    yield "| 状态 | 可以 |"
    yield "|---|---|"
    for state in State:
        can = "、".join(step.name for step in TABLE if state in step.sources)
        yield f"| {state.label} | {can or '没有下一步'} |"
