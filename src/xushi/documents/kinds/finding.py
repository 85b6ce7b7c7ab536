"""由编号或文号找到那一件，只在看得到的里面找；印成哪一种公文，文件叫什么。"""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from xushi.admission.models import Application, Decision
from xushi.documents.kinds import circular, decision, instruction, minutes, order
from xushi.documents.tree import Document
from xushi.inspections.models import Round
from xushi.inspections.policy import sees_plan
from xushi.supervision.meeting_pages import page_of
from xushi.supervision.models import SupervisionOrder
from xushi.supervision.models_instructions import Instruction
from xushi.supervision.models_meetings import Meeting
from xushi.supervision.signing import signs
from xushi.units.districts import office_of
from xushi.units.look import called

if TYPE_CHECKING:
    from xushi.units.models import User


@dataclass(frozen=True, slots=True)
class Printed:
    """A document and the name of its file, without ending."""

    document: Document
    name: str


def orders_seen(user: "User") -> Any:
    return (
        SupervisionOrder.objects.visible_to(user)
        .select_related(*order.RELATED)
        .prefetch_related("helpers__unit")
    )


def order_named(rows: Any, word: str) -> SupervisionOrder | None:
    """By its number as printed (浦重大督〔2018〕16号; [2018] and spaces do), else by the row's number."""
    plain = word.strip().translate(str.maketrans("[]［］()（）", "〔〕〔〕〔〕〔〕")).replace(" ", "")
    named = Q(number=plain) | Q(number=f"{plain}号")
    if plain.isdecimal() and len(plain) < 12:
        named |= Q(pk=int(plain))
    found: SupervisionOrder | None = rows.filter(named).order_by("-serial", "pk").first()
    return found


def order_printed(user: "User", pk: int, now: datetime) -> Printed | None:
    found = orders_seen(user).filter(pk=pk).first()
    if found is None:
        return None
    [document] = order.order_documents([found], user, now)
    return Printed(document, order.order_file(found))


def instruction_printed(user: "User", pk: int, now: datetime) -> Printed | None:
    rows = Instruction.objects.visible_to(user).prefetch_related(
        "addressees__unit", "orders", "readings", "routings"
    )
    found = rows.filter(pk=pk).first()
    if found is None:
        return None
    return Printed(instruction.instruction_document(found, user, now), instruction.instruction_file(found))


def minutes_printed(user: "User", pk: int, now: datetime) -> Printed | None:
    """PermissionError where the meeting is in sight but its minutes are not for this person."""
    found = Meeting.objects.visible_to(user).select_related("office").filter(pk=pk).first()
    if found is None:
        return None
    page = page_of(user, found, now)
    if not page.whole:
        raise PermissionError("纪要由区重大办印发；本单位的议定事项在例会页上。")
    district = called(found.office)
    return Printed(minutes.minutes_document(page, district), minutes.minutes_file(page, district))


def circular_printed(user: "User", pk: int, now: datetime) -> Printed | None:
    """PermissionError for those who are looked at: the plan is not told before."""
    if not sees_plan(user):
        raise PermissionError("督查通报由区重大办、督查室印发；本单位的问题在“督查发现”里看。")
    found = Round.objects.visible_to(user).filter(pk=pk).first()
    if found is None:
        return None
    office = office_of(user.unit)
    organ = signs(office, office.name, found.ended_at) if office else called(user.unit)
    made = circular.circular_document(found, user, organ, now)
    return Printed(made, circular.circular_file(found))


def decision_printed(user: "User", pk: int, now: datetime) -> Printed | None:
    seen = Application.objects.visible_to(user).values("pk")
    rows = (
        Decision.objects.filter(application__in=seen).select_related("sitting").prefetch_related("conditions")
    )
    found = rows.filter(pk=pk).first()
    if found is None:
        return None
    return Printed(decision.decision_document(found), decision.decision_file(found))
