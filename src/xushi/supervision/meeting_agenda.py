"""议程的规矩：自上次例会以来变了什么才上会，没变的只报个数。都是纯判断。"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from xushi.core.clock import local_day
from xushi.duties.words import day_words, deadline_words

REPEATED_FROM = 2  # meetings stood at before: this one is the third
TOGETHER_FROM = 4  # so many new alerts of one cause in one place are one item
LINES_OF_A_CAUSE = 3  # more items of one cause than this are one for the whole district
NAMES_SHOWN = 5
GROUP = "alerts.group."  # what many alerts drawn together stand under, with their cause


class Why(StrEnum):
    """为什么上会, the most pressing first."""

    DUE_TODAY = "今天到期"
    REPEATED = "重复上会"
    OVERDUE = "逾期"
    WORSE = "预警转红"
    RETURNED = "退回重办"
    EXTENSION = "申请延期"
    STUCK = "需协调"
    RAISED = "提请"
    UNSIGNED = "没签收"
    UNROUTED = "批示没转办"
    NEW_ALERT = "新预警"
    NEW_PROBLEM = "新问题"
    CALLED = "点名上会"
    ADDED = "加议"
    MONTH = "月度通报"

    @property
    def rank(self) -> int:
        return list(Why).index(self)

    @property
    def mark(self) -> str:
        return MARKS.get(self, "warning")

    @property
    def minutes(self) -> int:
        return LONG if self in (Why.REPEATED, Why.RAISED) else SHORT


SHORT, LONG = 5, 8
NEWS = (Why.NEW_ALERT, Why.WORSE)
MARKS = {
    Why.DUE_TODAY: "overdue",
    Why.REPEATED: "must_fix",
    Why.OVERDUE: "overdue",
    Why.WORSE: "overdue",
    Why.RETURNED: "needs_coordination",
    Why.EXTENSION: "needs_coordination",
    Why.STUCK: "needs_coordination",
    Why.RAISED: "working",
    Why.UNSIGNED: "due_soon",
    Why.UNROUTED: "instruction",
    Why.NEW_PROBLEM: "pending",
    Why.CALLED: "pending",
    Why.ADDED: "pending",
    Why.MONTH: "closed",
}


@dataclass(frozen=True, slots=True)
class Matter:
    """One thing that may come before the meeting. why None: nothing has changed. unit answers in writing."""

    why: Why | None
    kind: str
    id: int | None
    title: str
    note: str = ""
    url: str = ""
    was: str = ""
    now_is: str = ""
    project: int | None = None
    unit: int | None = None
    weight: float = 0  # the heavier first among equals
    cause: str = ""
    mark: str = ""
    place: int | None = None
    place_name: str = ""


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """A running order; due_then is the deadline it had at the last meeting, the *_at what happened when."""

    pk: int
    called: str
    title: str
    url: str
    unit: int
    project: int | None
    issued_at: datetime
    due_at: datetime | None
    due_then: datetime | None
    at_unit: bool
    unsigned_from: datetime | None = None
    returned_at: datetime | None = None
    asked_until: date | None = None
    stuck_at: datetime | None = None


def of_order(order: OrderFacts, since: datetime, now: datetime) -> Matter:
    """督办单: due, overdue, not signed for, returned, more time asked for, stuck; else nothing changed."""
    was = deadline_words(order.due_then, since) if order.issued_at <= since else "新"
    late = (now - order.due_at).total_seconds() / 86400 if order.due_at else 0.0
    note = order.called
    if order.asked_until:
        note = f"{order.called} · 请延至{day_words(order.asked_until, local_day(now))}"
    return Matter(
        why=_why_order(order, since, now),
        kind="supervision.supervisionorder",
        id=order.pk,
        title=order.title,
        note=note,
        url=order.url,
        was=was,
        now_is=deadline_words(order.due_at, now),
        project=order.project,
        unit=order.unit,
        weight=late,
    )


def _why_order(order: OrderFacts, since: datetime, now: datetime) -> Why | None:
    due = order.due_at if order.at_unit else None
    reasons = (
        (Why.OVERDUE, due is not None and now > due),
        (Why.DUE_TODAY, due is not None and local_day(due) == local_day(now)),
        (Why.EXTENSION, order.asked_until is not None),
        (Why.RETURNED, order.returned_at is not None and order.returned_at > since),
        (Why.STUCK, order.stuck_at is not None and order.stuck_at > since),
        (Why.UNSIGNED, order.unsigned_from is not None and now > order.unsigned_from),
    )
    return next((why for why, holds in reasons if holds), None)


@dataclass(frozen=True, slots=True)
class ProblemFacts:
    """An open problem; meetings is how many it has stood at."""

    pk: int
    title: str
    number: str
    url: str
    unit: int | None
    project: int
    place_name: str
    reported_at: datetime
    due_on: date | None
    at_unit: bool
    meetings: int
    raised_at: datetime | None = None
    raised_by: str = ""


def of_problem(problem: ProblemFacts, since: datetime, now: datetime) -> Matter:
    """问题: brought up for the third time, raised to a leader, overdue, due, new; else nothing changed."""
    today, then = local_day(now), local_day(since)
    why = _why_problem(problem, since, today)
    said = [f"第{problem.meetings + 1}次上会"] if problem.meetings else []
    if problem.number:
        said.append(f"清单{problem.number}")
    if why == Why.RAISED and problem.raised_at:
        said.append(f"{problem.raised_by}{day_words(local_day(problem.raised_at), today)}提请")
    elif why == Why.NEW_PROBLEM:
        said.append(f"{day_words(local_day(problem.reported_at), today)}报送")
    late = (today - problem.due_on).days if problem.due_on else 0
    return Matter(
        why=why,
        kind="problems.problem",
        id=problem.pk,
        title=problem.title,
        note=" · ".join(said) or problem.place_name,
        url=problem.url,
        was=_days(problem.due_on, then) if problem.reported_at <= since else "新",
        now_is=_days(problem.due_on, today) or "待分办",
        project=problem.project,
        unit=problem.unit,
        weight=late,
    )


def _why_problem(problem: ProblemFacts, since: datetime, today: date) -> Why | None:
    if problem.meetings >= REPEATED_FROM:
        return Why.REPEATED
    if problem.raised_at and problem.raised_at > since:
        return Why.RAISED
    if problem.at_unit and problem.due_on and problem.due_on < today:
        return Why.OVERDUE
    if problem.at_unit and problem.due_on == today:
        return Why.DUE_TODAY
    return Why.NEW_PROBLEM if problem.reported_at > since else None


def _days(due_on: date | None, day: date) -> str:
    """剩1天 / 今天到期 / 逾6天."""
    if due_on is None:
        return ""
    left = (due_on - day).days
    return f"剩{left}天" if left > 0 else f"逾{-left}天" if left else "今天到期"


@dataclass(frozen=True, slots=True)
class AlertFacts:
    """An open alert; level_then is its level at the last meeting, "" where it was not open yet."""

    pk: int
    name: str
    cause: str
    cause_label: str
    mark: str
    red: bool
    red_then: bool
    opened_at: datetime
    amount: str
    amount_then: str
    note: str
    url: str
    unit: int | None
    project: int | None
    place: int | None
    place_name: str
    weight: float


def of_alert(alert: AlertFacts, since: datetime) -> Matter:
    """预警: new, or red where it was yellow; one that goes on as it was is no news."""
    new = alert.opened_at > since
    why = Why.NEW_ALERT if new else Why.WORSE if alert.red and not alert.red_then else None
    return Matter(
        why=why,
        kind="alerts.alert",
        id=alert.pk,
        title=f"{alert.name}{alert.cause_label}",
        note=" · ".join(filter(None, (alert.place_name, alert.note))),
        url=alert.url,
        was="新" if new else alert.amount_then,
        now_is=alert.amount,
        project=alert.project,
        unit=alert.unit,
        weight=alert.weight + (1000 if alert.red else 0),
        cause=alert.cause_label,
        mark=alert.mark,
        place=alert.place,
        place_name=alert.place_name,
    )


@dataclass(frozen=True, slots=True)
class Proposal:
    """The agenda in its order, and what does not come before the meeting."""

    items: tuple[Matter, ...]
    unchanged: tuple[Matter, ...]


def propose(matters: Iterable[Matter], list_url: str = "") -> Proposal:
    """What changed, the most pressing first, many alike drawn together; the rest is only counted."""
    changed: list[Matter] = []
    same: list[Matter] = []
    for matter in matters:
        (same if matter.why is None else changed).append(matter)
    items = sorted(_drawn_together(changed, list_url), key=lambda one: (_rank(one), -one.weight, one.title))
    return Proposal(tuple(items), tuple(same))


def _rank(matter: Matter) -> int:
    return matter.why.rank if matter.why else len(Why)


def _drawn_together(matters: Sequence[Matter], list_url: str) -> Iterator[Matter]:
    """Alerts new or turned red, of one cause in one place, as one item; of one cause where there are many of those."""
    yield from (one for one in matters if one.why not in NEWS)
    by_cause: dict[tuple[Why, str], dict[int | None, list[Matter]]] = defaultdict(lambda: defaultdict(list))
    for one in matters:
        if one.why in NEWS:
            by_cause[one.why, one.cause][one.place].append(one)
    for places in by_cause.values():
        lines = [line for held in places.values() for line in _of_place(held, list_url)]
        if len(lines) <= LINES_OF_A_CAUSE:
            yield from lines
            continue
        every = [one for held in places.values() for one in held]
        most = sorted(places.values(), key=lambda held: -len(held))[:NAMES_SHOWN]
        said = "、".join(f"{held[0].place_name}{len(held)}个" for held in most)
        yield _sum_of(
            every, "", f"分布在{said}{'等' if len(places) > NAMES_SHOWN else ''}", list_url, unit=None
        )


def _of_place(held: Sequence[Matter], list_url: str) -> list[Matter]:
    if len(held) < TOGETHER_FROM:
        return list(held)
    names = "、".join(one.title.removesuffix(one.cause) for one in held[:NAMES_SHOWN])
    more = "等" if len(held) > NAMES_SHOWN else ""
    return [_sum_of(held, held[0].place_name, f"{names}{more}", list_url, unit=held[0].place)]


def _sum_of(held: Sequence[Matter], place: str, note: str, list_url: str, unit: int | None) -> Matter:
    heaviest = max(held, key=lambda one: one.weight)
    new = heaviest.why == Why.NEW_ALERT
    title = f"{place}{'新增' if new else '转红'}{heaviest.cause}{len(held)}个"
    kind = f"{GROUP}{'new' if new else 'worse'}.{heaviest.cause}"
    return replace(
        heaviest, kind=kind, id=unit or 0, title=title, note=note[:300], url=list_url,
        was="新" if new else "黄色", now_is=f"{len(held)}个", project=None, unit=unit,
    )  # fmt: skip


def tally(matters: Iterable[Matter]) -> str:
    """问题17项、督办1件、预警4条: what did not change."""
    counts: dict[str, int] = defaultdict(int)
    for one in matters:
        counts[one.kind] += 1
    return told(counts)


NAMES = {
    "problems.problem": ("问题", "项"),
    "supervision.supervisionorder": ("督办", "件"),
    "alerts.alert": ("预警", "条"),
    "supervision.instruction": ("批示", "条"),
}


def told(counts: dict[str, int]) -> str:
    return "、".join(
        f"{name}{counts[kind]}{measure}" for kind, (name, measure) in NAMES.items() if counts.get(kind)
    )
