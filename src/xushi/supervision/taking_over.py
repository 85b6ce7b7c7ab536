"""没人管了的限定阅读：写批示的领导离任、点名的人里又没有区重大办的，由区重大办负责人接手。"""

from collections.abc import Iterable
from datetime import datetime
from typing import TypeVar

from django.db import transaction
from django.db.models import Q, QuerySet

from xushi.journal.actions import SYSTEM, record
from xushi.supervision.engine import Frame, take
from xushi.supervision.following import said
from xushi.supervision.models import SupervisionOrder
from xushi.supervision.models_instructions import Instruction, InstructionState
from xushi.supervision.policy import author_in_office, office_readers
from xushi.supervision.table import ENDED
from xushi.units.districts import Offices
from xushi.units.models import Role, Unit, User
from xushi.units.selectors import heads_of

Row = TypeVar("Row", Instruction, SupervisionOrder)
WHY = "{author}已离任，点名的人里没有区重大办的人，由负责人{heads}接手"


@transaction.atomic
def take_over(person: User, *, now: datetime) -> list[SupervisionOrder]:
    """接手: what nobody may act on any more since this person left, the office's head may read from now on.

    Where the office has no head, it waits until this person becomes one. The step, the journal and a notice name
    who took over; everything else stays as it was. Returns the orders.
    """
    for instruction in _left(Instruction.objects.exclude(state=InstructionState.READ), "author", person):
        _let_read(instruction, now)
    alive = SupervisionOrder.objects.exclude(state__in=ENDED)
    return [
        taken for order in _left(alive, "instruction__author", person) for taken in _take_order(order, now)
    ]


def _left(rows: QuerySet[Row], author: str, person: User) -> Iterable[Row]:
    """The confidential ones that this person's going left to nobody; all of them where this person heads the office."""
    found = rows.filter(confidential=True)
    if not _heads_office(person):
        found = found.filter(Q(**{author: person.pk}) | Q(readers=person.pk))
    return [row for row in found.distinct().order_by("pk") if _is_forsaken(row)]


def _is_forsaken(row: Instruction | SupervisionOrder) -> bool:
    words = row if isinstance(row, Instruction) else row.instruction
    return not (words and author_in_office(words)) and not office_readers(row)


def _heads_office(person: User) -> bool:
    return person.is_active and any(
        held.is_head and held.role == Role.OFFICE for held in person.appointments_in_force
    )


def _heads(office: Unit | None) -> list[User]:
    """Who heads the office, and acts for it still."""
    return [head for head in heads_of(office) if head.has_role(Role.OFFICE)] if office else []


def _take_order(order: SupervisionOrder, now: datetime) -> list[SupervisionOrder]:
    heads = _heads(order.office)

    def change(held: SupervisionOrder, frame: Frame) -> None:
        held.readers.add(*heads)
        frame.step.detail = _why(held.instruction, heads)

    return take("take_over", [order], actor=SYSTEM, now=now, change=change) if heads else []


def _let_read(instruction: Instruction, now: datetime) -> None:
    office = Offices().of_person(instruction.author)
    heads = _heads(office)
    if not heads:
        return
    instruction.readers.add(*heads)
    record(
        "supervision.instruction.taken_over",
        actor=SYSTEM,
        now=now,
        subject=instruction,
        subject_name=said(instruction),
        summary=f"{said(instruction)}：{_why(instruction, heads)}",
    )


def _why(words: Instruction | None, heads: list[User]) -> str:
    names = "、".join(head.name for head in heads)
    return WHY.format(author=words.author_name if words else "领导", heads=names)
