"""督办单与批示：主办、协办、拟稿人、作出批示的领导；限定阅读的只有点到的人。"""

from collections.abc import Iterator

from django.db.models import QuerySet

from xushi.journal.models import Event
from xushi.notices.matters import Matter, Told, address, said_in, spoken_of, together
from xushi.notices.people import Directory, Readers
from xushi.notices.recipients import Who
from xushi.supervision.models import Instruction, SupervisionOrder
from xushi.units.models import Role

ORDER, INSTRUCTION = SupervisionOrder._meta.label_lower, Instruction._meta.label_lower


def matters(event: Event, directory: Directory) -> Iterator[Matter]:
    for spoken in spoken_of(event, ORDER):
        for order in _orders(list(spoken)):
            yield _order(order, said_in(spoken[order.pk]), directory)
    for spoken in spoken_of(event, INSTRUCTION):
        for instruction in _instructions(list(spoken)):
            yield _instruction(instruction, said_in(spoken[instruction.pk]), directory)


def _orders(keys: list[int]) -> QuerySet[SupervisionOrder]:
    rows: QuerySet[SupervisionOrder] = SupervisionOrder.objects.filter(pk__in=keys).order_by("pk")
    return rows.select_related(
        "lead__successor", "office", "instruction", "project__territory"
    ).prefetch_related("helpers__unit__successor", "readers")


def _order(order: SupervisionOrder, said: str, directory: Directory) -> Matter:
    author = order.instruction.author_id if order.instruction else None
    project = order.project.name if order.project else ""
    territory = order.project.territory if order.project else None
    office = directory.overseeing(Role.OFFICE, order.lead, order.office, territory)
    return Matter(
        kind=ORDER,
        pk=order.pk,
        called=order.called,
        about=" · ".join(filter(None, [order.title, project if project not in order.title else ""])),
        url=address("supervision:order", order.pk),
        said=said,
        people=_handlers(order, directory)
        | {
            Who.HEADS: directory.heads_of(order.lead),
            Who.OFFICE: office,
            Who.DRAFTER: directory.persons_as(Role.OFFICE, order.drafted_by_id)
            | directory.persons_as(Role.LEADER, order.drafted_by_id),
            Who.AUTHOR: directory.persons_as(Role.LEADER, author) or (office if author else frozenset()),
        },
        readers=_readers(order, order.drafted_by_id, author) if order.confidential else None,
    )


def _handlers(order: SupervisionOrder, directory: Directory) -> Told:
    return {
        Who.LEAD: directory.of_unit(order.lead),
        Who.CO: together(*(directory.of_unit(helper.unit) for helper in order.helpers.all())),
    }


def _readers(row: SupervisionOrder | Instruction, *more: int | None) -> Readers:
    return frozenset({person.pk for person in row.readers.all()} | {pk for pk in more if pk})


def _instructions(keys: list[int]) -> QuerySet[Instruction]:
    rows: QuerySet[Instruction] = Instruction.objects.filter(pk__in=keys)
    return rows.prefetch_related("addressees__unit__successor", "readers")


def _instruction(instruction: Instruction, said: str, directory: Directory) -> Matter:
    office = directory.answering(Role.OFFICE, directory.unit_of(instruction.author_id))
    readers = _readers(instruction, instruction.author_id) if instruction.confidential else None
    return Matter(
        kind=INSTRUCTION,
        pk=instruction.pk,
        called=f"{instruction.author_name}批示",
        about=instruction.words,
        url=address("supervision:instruction", instruction.pk),
        said=said,
        people={
            Who.ADDRESSED: _addressed(instruction, office, directory),
            Who.AUTHOR: directory.persons_as(Role.LEADER, instruction.author_id) or office,
            Who.OFFICE: office,
        },
        readers=readers,
    )


def _addressed(instruction: Instruction, office: Readers, directory: Directory) -> Readers:
    """The units it names; those of the running order it was written on; the office where that is to route it."""
    named = {person.pk for person in instruction.readers.all()} if instruction.confidential else set()
    units = together(*(directory.of_unit(one.unit) for one in instruction.addressees.all()), named)
    if instruction.subject_kind == ORDER and not instruction.via_office:
        for order in _orders([instruction.subject_id or 0]):
            units = together(units, *_handlers(order, directory).values())
    return units | office if instruction.via_office else units
