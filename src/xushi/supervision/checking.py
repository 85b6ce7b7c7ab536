"""重大办、督查、领导的步骤：改派、延期答复、核验、退回、销号、评价、暂停、撤回、重开、催办、通报、约谈。"""

from collections.abc import Collection, Sequence
from datetime import date, datetime

from django.db import transaction

from xushi.core.clock import local_day
from xushi.duties import reach
from xushi.duties.reach import Reach
from xushi.journal.actions import Actor
from xushi.supervision import handing, naming
from xushi.supervision.drafting import share, start_clock
from xushi.supervision.engine import Frame, Refused, RowProblem, need, take
from xushi.supervision.following import follow
from xushi.supervision.handling import pending_extension
from xushi.supervision.models import Extension, OrderRating, SupervisionOrder
from xushi.supervision.rules import Grade, after_suspension, at_closing, due_day_mistake
from xushi.units.models import Unit


@transaction.atomic
def reroute_orders(
    orders: Sequence[SupervisionOrder],
    unit: Unit,
    reason: str,
    *,
    actor: Actor,
    now: datetime,
    due_on: date | None = None,
    seen: int | None = None,
) -> list[SupervisionOrder]:
    """改派主办: the new unit's clock starts from now, and with it every reminder."""
    words = need(reason, "改派的理由")
    _standing(unit, "unit")
    _possible(due_on, now)
    near = naming.reach_for(actor.by)

    def change(order: SupervisionOrder, frame: Frame) -> None:
        _within(naming.led_by_order(near, actor.by, order), [unit], "unit")
        if unit.pk == order.lead_id:
            raise Refused([RowProblem(0, "unit", f"{unit}就是现在的主办；不改派的，请用“维持原派”。")])
        frame.changes["主办单位"] = [order.lead.name, unit.name]
        frame.step.detail = f"{order.lead} → {unit}"
        order.lead = unit
        share(order, [helper.unit for helper in order.helpers.all()])
        order.due_on = due_on
        order.replied_at = order.last_replied_at = order.on_time = (
            None  # what the former unit replied is on its replies
        )
        start_clock(order, frame)

    return take("reroute", orders, actor=actor, now=now, words=words, seen=seen, change=change)


@transaction.atomic
def insist_on_lead(
    order: SupervisionOrder, reason: str, *, actor: Actor, now: datetime, seen: int | None = None
) -> SupervisionOrder:
    """维持原派: back to the same unit, with a fresh clock."""
    words = need(reason, "维持原派的理由")

    def change(held: SupervisionOrder, frame: Frame) -> None:
        held.due_on = None
        start_clock(held, frame)

    [held] = take("insist", [order], actor=actor, now=now, words=words, seen=seen, change=change)
    return held


@transaction.atomic
def share_order(
    order: SupervisionOrder, units: Sequence[Unit], *, actor: Actor, now: datetime
) -> SupervisionOrder:
    """改协办."""
    for unit in units:
        _standing(unit, "units")
    names = "、".join(str(unit) for unit in units) or "没有协办"
    near = naming.reach_for(actor.by)

    def change(held: SupervisionOrder, frame: Frame) -> None:
        kept = [helper.unit_id for helper in held.helpers.all()]
        _within(naming.led_by_order(near, actor.by, held), units, "units", kept)
        before = "、".join(str(helper.unit) for helper in held.helpers.all())
        frame.changes["协办单位"] = [before, names]
        share(held, units)

    [held] = take("share", [order], actor=actor, now=now, change=change, detail=names[:300])
    return held


@transaction.atomic
def grant_extension(
    order: SupervisionOrder, *, actor: Actor, now: datetime, words: str = "", until: date | None = None
) -> SupervisionOrder:
    """同意延期: to the day asked for, or another; the reminders run again from the new deadline."""

    def change(held: SupervisionOrder, frame: Frame) -> None:
        extension = pending_extension(held)
        day = until or extension.wanted
        if day <= local_day(extension.due_before) or day < local_day(now):
            raise Refused(
                [
                    RowProblem(
                        0,
                        "until",
                        f"新期限要晚于原期限{extension.due_before:%-m月%-d日}，也不能早于今天。",
                    )
                ]
            )
        _possible(day, now, "until")
        held.due_at, held.due_on, held.limit_days = at_closing(day), day, None
        held.extensions += 1
        _decide(extension, Extension.State.GRANTED, words, actor, now)

    [held] = take("grant_extension", [order], actor=actor, now=now, words=words.strip(), change=change)
    handing.end_extensions([held.pk], now=now, by=actor.by)
    return held


@transaction.atomic
def refuse_extension(
    order: SupervisionOrder, reason: str, *, actor: Actor, now: datetime
) -> SupervisionOrder:
    """不同意延期: with the reason; the deadline stays as it was."""
    words = need(reason, "不同意延期的理由")

    def change(held: SupervisionOrder, frame: Frame) -> None:
        _decide(pending_extension(held), Extension.State.REFUSED, words, actor, now)

    [held] = take("refuse_extension", [order], actor=actor, now=now, words=words, change=change)
    handing.end_extensions([held.pk], now=now, by=actor.by)
    return held


def _decide(extension: Extension, state: str, words: str, actor: Actor, now: datetime) -> None:
    extension.state, extension.decision = state, words.strip()
    extension.decided_by, extension.decided_at = actor.by, now
    extension.save(update_fields=["state", "decision", "decided_by", "decided_at"])


@transaction.atomic
def verify_order(
    order: SupervisionOrder,
    *,
    actor: Actor,
    now: datetime,
    words: str = "",
    close: bool = False,
    seen: int | None = None,
) -> SupervisionOrder:
    """核验通过: by somebody other than who replied; close goes on to 销号 where the verifier may close."""

    def change(held: SupervisionOrder, frame: Frame) -> None:
        held.verified_at = now
        _judge(held, actor, now, accepted=True)

    [held] = take("verify", [order], actor=actor, now=now, words=words.strip(), seen=seen, change=change)
    follow([held], actor=actor, now=now)
    return close_order(held, actor=actor, now=now) if close else held


@transaction.atomic
def return_order(
    order: SupervisionOrder,
    reason: str,
    *,
    actor: Actor,
    now: datetime,
    due_on: date | None = None,
    seen: int | None = None,
) -> SupervisionOrder:
    """退回重办: with the reason; the unit's clock and its reminders run again."""
    return _hand_back(
        "return", order, need(reason, "退回的理由：差在哪里、要办成什么样"), actor, now, due_on, seen
    )


@transaction.atomic
def send_back_order(
    order: SupervisionOrder,
    words: str,
    *,
    actor: Actor,
    now: datetime,
    due_on: date | None = None,
    seen: int | None = None,
) -> SupervisionOrder:
    """不同意销号: the leader (or the office) is not satisfied with what was verified."""
    return _hand_back("send_back", order, need(words, "还要办什么"), actor, now, due_on, seen)


def _hand_back(
    verb: str,
    order: SupervisionOrder,
    words: str,
    actor: Actor,
    now: datetime,
    due_on: date | None,
    seen: int | None,
) -> SupervisionOrder:
    _possible(due_on, now)

    def change(held: SupervisionOrder, frame: Frame) -> None:
        held.returns += 1
        held.verified_at = None
        _judge(held, actor, now, accepted=False)
        rework = frame.after(frame.terms.rework_days(held.urgency))
        held.due_at = at_closing(due_on) if due_on else max(rework, held.due_at or rework)
        held.limit_days = None

    [held] = take(verb, [order], actor=actor, now=now, words=words, seen=seen, change=change)
    follow([held], actor=actor, now=now)
    return held


def _judge(order: SupervisionOrder, actor: Actor, now: datetime, *, accepted: bool) -> None:
    reply = order.replies.order_by("-pk").first()
    if reply is not None:
        reply.accepted, reply.verified_by, reply.verified_at = accepted, actor.by, now
        reply.save(update_fields=["accepted", "verified_by", "verified_at"])


@transaction.atomic
def close_order(
    order: SupervisionOrder, *, actor: Actor, now: datetime, words: str = "", seen: int | None = None
) -> SupervisionOrder:
    """销号: for an order from an instruction by its author, else by the office."""

    def change(held: SupervisionOrder, frame: Frame) -> None:
        held.closed_at = now

    [held] = take("close", [order], actor=actor, now=now, words=words.strip(), seen=seen, change=change)
    follow([held], actor=actor, now=now)
    return held


@transaction.atomic
def rate_order(
    order: SupervisionOrder, grade: str, *, actor: Actor, now: datetime, words: str = ""
) -> SupervisionOrder:
    """评价: once for each closure."""
    if grade not in [value for value, _ in Grade.choices()]:
        raise Refused([RowProblem(0, "grade", "评价请选好、一般或差。")])

    def change(held: SupervisionOrder, frame: Frame) -> None:
        if held.closed_at and held.ratings.filter(at__gte=held.closed_at).exists():
            raise Refused([RowProblem(0, "grade", f"{held.called}已经评价过了。")])
        OrderRating.objects.create(order=held, grade=grade, words=words.strip()[:300], by=actor.by, at=now)

    [held] = take(
        "rate",
        [order],
        actor=actor,
        now=now,
        words=words.strip()[:300],
        change=change,
        detail=Grade(grade).label,
    )
    return held


@transaction.atomic
def remind_orders(
    orders: Sequence[SupervisionOrder], *, actor: Actor, now: datetime, words: str = ""
) -> list[SupervisionOrder]:
    """催办: one at a time or many; an event, not a state."""
    return take("remind", orders, actor=actor, now=now, words=words.strip()[:500])


@transaction.atomic
def criticise(
    orders: Sequence[SupervisionOrder], words: str, *, actor: Actor, now: datetime
) -> list[SupervisionOrder]:
    """通报批评: an event, not a state."""
    return take("criticise", orders, actor=actor, now=now, words=need(words, "通报的内容"))


@transaction.atomic
def talk(order: SupervisionOrder, words: str, *, actor: Actor, now: datetime) -> SupervisionOrder:
    """约谈: with whom and about what; an event, not a state."""
    [held] = take("talk", [order], actor=actor, now=now, words=need(words, "约谈的对象和内容"))
    return held


@transaction.atomic
def suspend_order(
    order: SupervisionOrder, reason: str, *, actor: Actor, now: datetime, seen: int | None = None
) -> SupervisionOrder:
    """暂停: the clock stands still until it is resumed."""

    def change(held: SupervisionOrder, frame: Frame) -> None:
        held.suspended_from, held.suspended_at = frame.step.source, now

    words = need(reason, "暂停的理由")
    [held] = take("suspend", [order], actor=actor, now=now, words=words, seen=seen, change=change)
    follow([held], actor=actor, now=now)
    return held


@transaction.atomic
def resume_order(
    order: SupervisionOrder, words: str, *, actor: Actor, now: datetime, seen: int | None = None
) -> SupervisionOrder:
    """恢复: back to where it stood; deadlines move on by the working days that it stood still."""
    words = need(words, "恢复的理由")

    def change(held: SupervisionOrder, frame: Frame) -> None:
        held.state = held.suspended_from
        stood = held.suspended_at or now
        if held.limit_days is not None:  # so that another calendar counts the days it stood as well
            held.limit_days += max(frame.calendar.between(local_day(stood), local_day(now)), 0)
        for name in ("due_at", "acknowledge_by"):
            due = getattr(held, name)
            if due is not None:
                setattr(held, name, after_suspension(due, stood, now, frame.calendar))
        held.suspended_from, held.suspended_at, held.step_due_at = "", None, None

    [held] = take("resume", [order], actor=actor, now=now, words=words, seen=seen, change=change)
    follow([held], actor=actor, now=now)
    return held


@transaction.atomic
def withdraw_orders(
    orders: Sequence[SupervisionOrder],
    reason: str,
    *,
    actor: Actor,
    now: datetime,
    seen: int | None = None,
) -> list[SupervisionOrder]:
    """撤回: with the reason; the number stays used."""
    words = need(reason, "撤回的理由")
    held = take("withdraw", orders, actor=actor, now=now, words=words, seen=seen)
    follow(held, actor=actor, now=now)
    return held


@transaction.atomic
def reopen_order(
    order: SupervisionOrder,
    reason: str,
    *,
    due_on: date,
    actor: Actor,
    now: datetime,
    seen: int | None = None,
) -> SupervisionOrder:
    """重开: a closed order is worked on again until a new day."""
    words = need(reason, "重开的理由")
    _possible(due_on, now)

    def change(held: SupervisionOrder, frame: Frame) -> None:
        held.due_at, held.due_on, held.limit_days = at_closing(due_on), due_on, None
        held.closed_at = held.verified_at = None

    [held] = take("reopen", [order], actor=actor, now=now, words=words, seen=seen, change=change)
    follow([held], actor=actor, now=now)
    return held


def _standing(unit: Unit, field: str) -> None:
    if unit.dissolved_on:
        raise Refused([RowProblem(0, field, f"{unit.name}已撤销，请选{unit.successor or '它的承接单位'}。")])


def _within(near: Reach, units: Sequence[Unit], field: str, kept: Collection[int | None] = ()) -> None:
    """Refused where one of these is out of reach and not on the order already."""
    problems = [RowProblem(0, field, sentence) for _, sentence in reach.beyond(near, units, kept)]
    if problems:
        raise Refused(problems)


def _possible(day: date | None, now: datetime, field: str = "due_on") -> None:
    if mistake := due_day_mistake(day, local_day(now)):
        raise Refused([RowProblem(0, field, mistake)])
