"""督办单的话：状态的标志、期限怎么说、来源叫什么。"""

from dataclasses import dataclass
from datetime import datetime

from xushi.core.clock import local_day
from xushi.duties.words import NEAR_DAYS, clock_words, day_words, deadline_words, left_words, overdue_words
from xushi.supervision.models import SupervisionOrder
from xushi.supervision.table import AT_OFFICE, AT_UNIT, State

MARKS = {
    State.DRAFTED: "not_due",
    State.APPROVED: "not_due",
    State.ISSUED: "pending",
    State.MISROUTED: "needs_coordination",
    State.WORKING: "working",
    State.SIGNING: "working",
    State.REPLIED: "disputed",
    State.RETURNED: "needs_coordination",
    State.VERIFIED: "passed",
    State.CLOSED: "closed",
    State.SUSPENDED: "not_due",
    State.WITHDRAWN: "not_due",
}
SOURCES = {
    "alerts.alert": "预警",
    "problems.problem": "问题事项",
    "guarantees.resourcerequest": "要素保障",
    "inspections.finding": "督查发现",
    "signings.signing": "招商签约",
    "supervision.instruction": "批示",
    "supervision.decision": "例会议定",
}


@dataclass(frozen=True, slots=True)
class Said:
    """A state with its mark, and the deadline of whoever has to move, in words; tone is red, amber or ""."""

    mark: str
    state: str
    deadline: str
    tone: str = ""


def said(order: SupervisionOrder, now: datetime) -> Said:
    """How a list tells one order: 今天17:00 / 还剩2天 / 逾3天 / 本办还剩1天 / 9月7日销号."""
    state = State(order.state)
    mark, word = MARKS[state], state.label
    if state == State.ISSUED and unsigned(order, now):
        mark, word = "due_soon", "未签收"
    if state == State.CLOSED and order.closed_at:
        return Said(mark, word, f"{day_words(local_day(order.closed_at), local_day(now))}销号")
    if state in AT_UNIT:
        return Said(mark, word, deadline_words(order.due_at, now), tone_of(order.due_at, now))
    if state in AT_OFFICE:
        who = "领导" if state == State.VERIFIED and order.instruction_id else "本办"
        return Said(mark, word, who + deadline_words(order.step_due_at, now), tone_of(order.step_due_at, now))
    return Said(mark, word, "—")


def tone_of(due_at: datetime | None, now: datetime) -> str:
    """Red from the day of the deadline on, amber within two days of it."""
    if due_at is None:
        return ""
    days = (local_day(due_at) - local_day(now)).days
    return "red" if days <= 0 else "amber" if days <= NEAR_DAYS else ""


def unsigned(order: SupervisionOrder, now: datetime) -> bool:
    """Not signed for within its time."""
    return order.state == State.ISSUED and order.acknowledge_by is not None and order.acknowledge_by < now


def banner(order: SupervisionOrder, now: datetime) -> Said:
    """The deadline as the order's own page says it: 今天17:00到期，还剩8小时 / 9月14日17:00到期，还剩2天 / 已逾3天."""
    state = State(order.state)
    due = order.due_at if state in AT_UNIT else order.step_due_at
    if due is None or state not in (AT_UNIT | AT_OFFICE):
        return Said(MARKS[state], state.label, _rest(order, now))
    today = local_day(now)
    day = "今天" if local_day(due) == today else day_words(local_day(due), today)
    what = (
        "到期"
        if state in AT_UNIT
        else {
            State.REPLIED: "前核验",
            State.MISROUTED: "前改派",
            State.VERIFIED: "前销号",
        }.get(state, "到期")
    )
    left = f"已{overdue_words(due, now)}" if now > due else left_words(due, now)
    return Said(MARKS[state], state.label, f"{day}{clock_words(due)}{what}，{left}", tone_of(due, now))


def _rest(order: SupervisionOrder, now: datetime) -> str:
    today, state = local_day(now), State(order.state)
    if state == State.CLOSED and order.closed_at:
        how = {True: "，按期办结", False: "，逾期办结"}.get(order.on_time, "")  # type: ignore[arg-type]
        return f"{day_words(local_day(order.closed_at), today)}销号{how}"
    if state == State.SUSPENDED and order.suspended_at:
        return f"{day_words(local_day(order.suspended_at), today)}起暂停，时限不走"
    return {State.WITHDRAWN: "已撤回，文号不再用"}.get(state, "还没签发")


def moment_words(moment: datetime, now: datetime) -> str:
    """今天8:15 / 9月11日19:22."""
    at, today = local_day(moment), local_day(now)
    return ("今天" if at == today else day_words(at, today)) + clock_words(moment).removeprefix("0")
