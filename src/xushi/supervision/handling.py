"""承办单位的步骤：签收、退回改派、计划、进展、协办反馈、答复与负责人签发、申请延期。"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from xushi.calendars.selectors import calendar
from xushi.core.clock import local_day
from xushi.journal.actions import Actor
from xushi.supervision import handing, policy
from xushi.supervision.engine import Frame, NotAllowed, Refused, RowProblem, need, refuse_if, take, terms_at
from xushi.supervision.models import CoHandler, Extension, OrderReply, OrderStep, SupervisionOrder
from xushi.supervision.photos import attach_photos
from xushi.supervision.rules import ExtensionRequest, extension_problems, is_late
from xushi.units.models import Unit


@dataclass(frozen=True, slots=True)
class Evidence:
    """What goes with the words of a step: uploaded files (photos)."""

    files: tuple[Any, ...] = ()


NONE = Evidence()


@transaction.atomic
def acknowledge_orders(
    orders: Sequence[SupervisionOrder], *, actor: Actor, now: datetime
) -> list[SupervisionOrder]:
    """签收."""

    def change(order: SupervisionOrder, frame: Frame) -> None:
        order.acknowledged_at = now

    return take("acknowledge", orders, actor=actor, now=now, change=change)


@transaction.atomic
def misroute_order(
    order: SupervisionOrder, reason: str, *, actor: Actor, now: datetime, seen: int | None = None
) -> SupervisionOrder:
    """退回改派: not ours, with the reason; the unit's clock stops and the office's starts."""
    words = need(reason, "退回的理由：为什么不归本单位，建议派给谁")
    [moved] = take("misroute", [order], actor=actor, now=now, words=words, seen=seen)
    return moved


@transaction.atomic
def file_plan(
    order: SupervisionOrder, plan: str, *, actor: Actor, now: datetime, evidence: Evidence = NONE
) -> OrderStep:
    """报办理计划."""
    return _say("plan", order, need(plan, "办理计划：分几步、每步几时办完"), actor, now, evidence)


@transaction.atomic
def report_progress(
    order: SupervisionOrder,
    words: str,
    *,
    actor: Actor,
    now: datetime,
    stuck: bool = False,
    evidence: Evidence = NONE,
) -> OrderStep:
    """报进展: where it stands; stuck says that the office has to coordinate."""
    return _say(
        "report",
        order,
        need(words, "进展：办到哪里、还差什么"),
        actor,
        now,
        evidence,
        "需协调" if stuck else "推进中",
    )


@transaction.atomic
def assist(
    order: SupervisionOrder,
    words: str,
    *,
    actor: Actor,
    now: datetime,
    done: bool = False,
    stuck: bool = False,
    evidence: Evidence = NONE,
) -> OrderStep:
    """协办反馈; done ends the unit's part."""
    words = need(words, "协办情况")
    how = "协办已办结" if done else "需协调" if stuck else "推进中"

    def change(held: SupervisionOrder, frame: Frame) -> None:
        for helper in held.helpers.all():
            if done and (actor.by is None or policy.acts_for(actor.by, helper.unit)):
                helper.done_at = now
                CoHandler.objects.filter(pk=helper.pk).update(done_at=now)

    return _say("assist", order, words, actor, now, evidence, how, change)


def _say(
    verb: str,
    order: SupervisionOrder,
    words: str,
    actor: Actor,
    now: datetime,
    evidence: Evidence,
    detail: str = "",
    change: Any = None,
) -> OrderStep:
    [held] = take(verb, [order], actor=actor, now=now, words=words, detail=detail, change=change)
    attach_photos(held.last_step, evidence.files)
    return held.last_step


@transaction.atomic
def reply_order(
    order: SupervisionOrder,
    words: str,
    *,
    actor: Actor,
    now: datetime,
    evidence: Evidence = NONE,
    seen: int | None = None,
) -> SupervisionOrder:
    """答复: with evidence; the unit's head signs it off. Written by the head, or without one, it is signed at once."""
    words = need(words, "办理结果：办成了什么，有什么凭据")
    [held] = take("reply", [order], actor=actor, now=now, words=words, seen=seen)
    attach_photos(held.last_step, evidence.files)
    OrderReply.objects.create(
        order=held, words=words, by=actor.by, by_unit=_own_unit(actor, held), at=now, due_at=held.due_at
    )
    if actor.by is None or policy.signs(actor.by, held, local_day(now)):
        return sign_reply(held, actor=actor, now=now)
    return held


def _own_unit(actor: Actor, order: SupervisionOrder) -> Unit:
    for held in actor.by.appointments_in_force if actor.by else ():
        if policy.acts_for(actor.by, order.lead) and order.lead.path.startswith(held.unit.path):
            own: Unit = held.unit
            return own
    return order.lead


@transaction.atomic
def sign_reply(
    order: SupervisionOrder, *, actor: Actor, now: datetime, seen: int | None = None
) -> SupervisionOrder:
    """负责人签发: from this moment the reply counts, in time or late by the deadline in force."""

    def change(held: SupervisionOrder, frame: Frame) -> None:
        reply = held.replies.order_by("-pk").first()
        late = is_late(held.due_at, now)
        if reply is not None:
            reply.signed_by, reply.signed_at, reply.due_at = actor.by, now, held.due_at
            reply.on_time = not late
            reply.save(update_fields=["signed_by", "signed_at", "due_at", "on_time"])
        held.replied_at = held.replied_at or now
        held.last_replied_at = now
        held.on_time = (held.on_time is not False) and not late
        frame.step.detail = "逾期" if late else "按期"

    [held] = take("sign", [order], actor=actor, now=now, seen=seen, change=change)
    return held


@transaction.atomic
def decline_reply(
    order: SupervisionOrder, reason: str, *, actor: Actor, now: datetime, seen: int | None = None
) -> SupervisionOrder:
    """不予签发: the head hands the reply back to be written again; the deadline stays."""
    words = need(reason, "不予签发的理由")
    [held] = take("decline", [order], actor=actor, now=now, words=words, seen=seen)
    return held


@transaction.atomic
def recall_reply(
    order: SupervisionOrder, *, actor: Actor, now: datetime, seen: int | None = None
) -> SupervisionOrder:
    """收回答复 before the head has signed it."""
    [held] = take("recall", [order], actor=actor, now=now, seen=seen)
    return held


@transaction.atomic
def ask_extension(
    order: SupervisionOrder, *, progress: str, reason: str, wanted: date, actor: Actor, now: datetime
) -> Extension:
    """申请延期: in time, with progress, reason and a new date; until it is granted the old deadline holds."""
    progress, reason = need(progress, "已经办到哪里", "progress"), need(reason, "延期的理由", "reason")
    asked: list[Extension] = []

    def change(held: SupervisionOrder, frame: Frame) -> None:
        if held.due_at is None:
            raise Refused([RowProblem(0, "due", f"{held.called}没有期限，不用延期。")])
        pending = held.asked_extensions.filter(state=Extension.State.ASKED).exists()
        request = ExtensionRequest(held.due_at, wanted, now, held.extensions, pending, frame.terms)
        refuse_if(extension_problems(request, frame.calendar))
        asked.append(
            Extension.objects.create(
                order=held,
                progress=progress,
                reason=reason,
                due_before=held.due_at,
                wanted=wanted,
                asked_by=actor.by,
                asked_at=now,
            )
        )
        frame.step.detail = f"请延至{wanted.year}年{wanted.month}月{wanted.day}日"

    [held] = take(
        "ask_extension", [order], actor=actor, now=now, words=f"{reason}（已办：{progress}）", change=change
    )
    [extension] = asked
    extension.order = held
    handing.hand_extension(extension, due=_decide_by(held, now), now=now)
    return extension


def _decide_by(order: SupervisionOrder, now: datetime) -> datetime:
    """The office answers within its own limit, and before the deadline that would be moved."""
    own = calendar().deadline(now, terms_at(now, order.office).decide_extension)
    return min(own, order.due_at) if order.due_at and order.due_at > now else own


def pending_extension(order: SupervisionOrder) -> Extension:
    """The request that waits for an answer; NotAllowed where there is none."""
    found = order.asked_extensions.select_for_update().filter(state=Extension.State.ASKED).first()
    if found is None:
        raise NotAllowed(f"{order.called}没有待答复的延期申请，可能已经答复过。")
    return found
