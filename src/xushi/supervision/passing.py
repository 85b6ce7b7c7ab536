"""不由人走的几步：单位撤了，它的督办单由承接单位接着办；人走了，他名下的事交给接的人；日历改了，期限跟着重算。"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from xushi.duties.actions_clock import Recounted
from xushi.duties.models import Duty
from xushi.journal.actions import SYSTEM
from xushi.supervision import following, handing
from xushi.supervision.engine import Frame, take
from xushi.supervision.models import CoHandler, Extension, SupervisionOrder
from xushi.supervision.models_instructions import Instruction, InstructionState
from xushi.supervision.table import ENDED, State
from xushi.supervision.taking_over import take_over
from xushi.units.models import Appointment, Unit, User

RELATED = ("lead__successor", "office", "project__territory", "instruction__author", "drafted_by")


@transaction.atomic
def pass_orders_on(unit: Unit, successor: Unit, *, now: datetime) -> list[SupervisionOrder]:
    """职责承接: what a dissolved unit led, its successor leads, by the same deadlines; the step names both.

    Where it helped, the successor helps, unless it leads or helps already. Call it where the unit has been dissolved.
    """

    def change(order: SupervisionOrder, frame: Frame) -> None:
        frame.step.detail = f"{unit.name}撤销，由{successor.name}承接"
        frame.changes["主办单位"] = [unit.name, successor.name]
        order.lead = successor

    led = SupervisionOrder.objects.filter(lead=unit).exclude(state__in=ENDED)
    moved = take("inherit", list(led.order_by("pk")), actor=SYSTEM, now=now, change=change)
    _help_on(unit, successor, now)
    return moved


def _help_on(unit: Unit, successor: Unit, now: datetime) -> None:
    alive = SupervisionOrder.objects.exclude(state__in=ENDED)
    helping = list(CoHandler.objects.filter(unit=unit, order__in=alive).select_related("order"))
    taken = set(
        CoHandler.objects.filter(unit=successor, order__in=[one.order_id for one in helping]).values_list(
            "order", flat=True
        )
    )
    for helper in helping:
        if helper.order_id in taken or helper.order.lead_id == successor.pk:
            helper.delete()
        else:
            helper.unit = successor
            helper.save(update_fields=["unit"])
    handing.handed(
        SupervisionOrder.objects.filter(pk__in={helper.order_id for helper in helping}).select_related(
            *RELATED
        ),
        now=now,
    )


@transaction.atomic
def hand_on(person: User, *, now: datetime) -> int:
    """Somebody has moved, left, come or become head: what they owe of orders and instructions in person goes to whoever
    owes it now. A reply waits for the heads there are, or for the unit; the feedback to a leader who left for the office,
    what was for named readers for the office's head where nobody is left who may act.
    Nobody takes a step: states, deadlines and versions stay. Returns how many orders and instructions were looked at.
    """
    take_over(person, now=now)
    owed = Duty.objects.open().filter(person=person)
    held = owed.filter(subject_kind=SupervisionOrder._meta.label_lower, kind__in=handing.KINDS)
    units = Appointment.objects.filter(user=person).values("unit")
    wanted = Q(pk__in=held.values("subject_id")) | Q(state=State.SIGNING, lead__in=units)
    wanted |= Q(state=State.VERIFIED, instruction__author=person) | Q(confidential=True, readers=person)
    alive = SupervisionOrder.objects.exclude(state__in=ENDED).filter(wanted).order_by().values("pk")
    orders = SupervisionOrder.objects.select_for_update(of=("self",)).filter(pk__in=alive).order_by("pk")
    found = list(orders.select_related(*RELATED).prefetch_related("helpers__unit__successor", "readers"))
    handing.handed(found, now=now)
    for extension in Extension.objects.filter(order__in=found, state=Extension.State.ASKED):
        _hand_on_extension(extension, now)
    waiting = (InstructionState.TO_ROUTE, InstructionState.FED_BACK)
    words = Instruction.objects.filter(state__in=waiting).filter(
        Q(author=person) | Q(confidential=True, readers=person)
    )
    asked = list(words.distinct().select_related("author").order_by("pk"))
    for instruction in asked:
        following.hand(instruction, now=now)
    return len(found) + len(asked)


def _hand_on_extension(extension: Extension, now: datetime) -> None:
    """Who answers a request on a confidential order may have changed; by when has not."""
    asked = Duty.objects.open().about(extension.order).filter(kind=handing.DECIDE, due_at__isnull=False)
    due = asked.values_list("due_at", flat=True).first()
    if extension.order.confidential and due is not None:
        handing.end_extensions([extension.order_id], now=now, by=None)
        handing.hand_extension(extension, due=due, now=now)


def recount_orders(moved: Sequence[Recounted], now: datetime) -> None:
    """A calendar has changed: the deadlines that duties were recounted to are the orders' own again."""
    due = {one.duty.subject_id: one.after for one in moved if one.duty.kind in (handing.REPLY, handing.SIGN)}
    sign_for = {one.duty.subject_id: one.after for one in moved if one.duty.kind == handing.ACKNOWLEDGE}
    own = {one.duty.subject_id: one.after for one in moved if one.duty.kind in handing.OFFICE_KINDS}
    orders = list(SupervisionOrder.objects.select_for_update().filter(pk__in={*due, *sign_for, *own}))
    for order in orders:
        order.due_at = due.get(order.pk, order.due_at)
        order.acknowledge_by = sign_for.get(order.pk, order.acknowledge_by)
        at_unit = order.acknowledge_by if order.state == State.ISSUED else order.due_at
        order.step_due_at = own.get(
            order.pk, at_unit if order.pk in due or order.pk in sign_for else order.step_due_at
        )
        order.version += 1
    columns = ["due_at", "acknowledge_by", "step_due_at", "version"]
    SupervisionOrder.objects.bulk_update(orders, columns, batch_size=500)
