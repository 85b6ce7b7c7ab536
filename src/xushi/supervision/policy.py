"""督办：谁看得到哪件、在哪件里是什么身份。"""

from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from xushi.duties.models import Delegation
from xushi.supervision.models import CoHandler, Instruction, SupervisionOrder
from xushi.supervision.models_instructions import Addressee
from xushi.supervision.models_meetings import AgendaItem
from xushi.supervision.table import Who
from xushi.units.models import Role, Unit
from xushi.units.policy import NOTHING
from xushi.units.selectors import heads_of

if TYPE_CHECKING:
    from xushi.units.models import User

OVERSEERS = (Role.OFFICE, Role.LEADER, Role.INSPECTOR)
# 这些角色代表所在单位办事；区领导、三员不代表
UNIT_ROLES = (
    Role.OFFICE,
    Role.DEPARTMENT,
    Role.TERRITORY,
    Role.OWNER,
    Role.INSPECTOR,
    Role.STATISTICS,
    Role.INDICATOR_LEAD,
)


def can_draft(user: "User") -> bool:
    return user.has_role(Role.OFFICE)


def can_instruct(user: "User") -> bool:
    return user.has_role(Role.LEADER)


def can_run_meetings(user: "User") -> bool:
    return user.has_role(Role.OFFICE)


def can_set_terms(user: "User") -> bool:
    return user.has_role(Role.OFFICE)


def can_rank_units(user: "User") -> bool:
    """单位表现: for those who oversee."""
    return user.has_role(*OVERSEERS)


def units_of(user: "User") -> Any:
    """The units this person acts for: the subtree of each place of work, and dissolved units that passed into it."""
    condition = NOTHING
    for held in user.appointments_in_force:
        if held.role in UNIT_ROLES:
            condition |= Q(pk=held.unit_id) if held.unit.is_root else _answered_for(held.unit)
    return Unit.objects.filter(condition).values("pk")


def _answered_for(unit: Unit) -> Q:
    return Q(path__startswith=unit.path) | Q(successor__path__startswith=unit.path)


def acts_for(user: "User", unit: Unit, *, head: bool = False) -> bool:
    """Whether this person acts for a unit (as its head where asked); no query beyond the appointments."""
    path = unit.successor.path if unit.dissolved_on and unit.successor else unit.path
    return any(
        held.role in UNIT_ROLES
        and (held.is_head or not head)
        and (held.unit.path == path or (not held.unit.is_root and path.startswith(held.unit.path)))
        for held in user.appointments_in_force
    )


def has_head(unit: Unit) -> bool:
    return heads_of(unit).exists()


def parts_of(user: "User | None", order: SupervisionOrder, today: date) -> set[Who]:
    """What this person is to an order; everything where the system acts, nothing where the order is out of sight."""
    if user is None:
        return set(Who)
    if order.confidential and not _may_read(user, order):
        return set()
    parts: set[Who] = set()
    if oversees(user, order, Role.OFFICE):
        parts |= {Who.OFFICE, Who.ISSUER}
    if acts_for(user, order.lead):
        parts.add(Who.LEAD)
        if acts_for(user, order.lead, head=True) or not has_head(order.lead):
            parts.add(Who.HEAD)
    if any(acts_for(user, helper.unit) for helper in order.helpers.all()):
        parts.add(Who.CO)
    if oversees(user, order, Role.OFFICE, Role.INSPECTOR) and not _replied(user, order):
        parts.add(Who.VERIFIER)
    author = is_author(user, order.instruction, today) if order.instruction else False
    if author:
        parts |= {Who.ISSUER, Who.CLOSER}
    if Who.OFFICE in parts and (order.instruction is None or not order.instruction.author.is_active):
        parts.add(Who.CLOSER)
    return parts


def oversees(user: "User", order: SupervisionOrder, *roles: Role) -> bool:
    """One of these roles over a scope that holds the lead unit or the issuing office."""
    return any(
        order.lead.path.startswith(held.scope.path) or order.office.path.startswith(held.scope.path)
        for held in user.appointments_in_force
        if held.role in roles
    )


def is_author(user: "User", instruction: Instruction, today: date) -> bool:
    """The leader who wrote it, or who stands in for that leader today."""
    if instruction.author_id == user.pk:
        return True
    away = Delegation.objects.in_force(today).filter(to=user, user=instruction.author_id)
    return not instruction.confidential and away.exists()


def _may_read(user: "User", order: SupervisionOrder) -> bool:
    if order.drafted_by_id == user.pk or (order.instruction and order.instruction.author_id == user.pk):
        return True
    return order.readers.filter(pk=user.pk).exists()


def _replied(user: "User", order: SupervisionOrder) -> bool:
    """Wrote or signed the reply that is to be verified."""
    last = order.replies.order_by("-pk").first()
    return last is not None and user.pk in (last.by_id, last.signed_by_id)


def seen_orders(user: "User") -> Q:
    """The orders a person may see: one condition for lists, counts, search, exports and files.

    Overseers: those in their scope (drafts: the office only). Units: what they lead or help, once issued; territories
    also what concerns a project of theirs. Confidential ones: the author, the drafter and the named readers alone.
    """
    condition = NOTHING
    for held in user.appointments_in_force:
        if held.role in OVERSEERS:
            drafts = Q() if held.role == Role.OFFICE else Q(serial__isnull=False)
            condition |= drafts & _in_scope(held.scope)
        elif held.role in UNIT_ROLES:
            units = Unit.objects.filter(_answered_for(held.unit)).values("pk")
            helping = CoHandler.objects.filter(unit__in=units).values("order")
            own = Q(lead__in=units) | Q(pk__in=helping)
            if held.role == Role.TERRITORY:
                own |= Q(project__territory__in=units)
            condition |= own & Q(serial__isnull=False)
    named = SupervisionOrder.readers.through.objects.filter(user=user.pk).values("supervisionorder")
    written = Q(drafted_by=user.pk) | Q(pk__in=named) | Q(instruction__author=user.pk)
    return (Q(confidential=False) & condition) | written


def _in_scope(scope: Unit) -> Q:
    if scope.is_root:
        return Q(confidential=False)  # not an empty Q, which vanishes from an "or"
    units = Unit.objects.filter(_answered_for(scope)).values("pk")
    return Q(lead__in=units) | Q(office__in=units) | Q(project__territory__in=units)


def seen_instructions(user: "User") -> Q:
    """The author; overseers; units addressed, or that lead or help an order of it. Confidential: only the named."""
    condition = NOTHING
    for held in user.appointments_in_force:
        if held.role in OVERSEERS and held.scope.is_root:
            condition = Q()
            break
        if held.role in UNIT_ROLES:
            units = Unit.objects.filter(_answered_for(held.unit)).values("pk")
            addressed = Addressee.objects.filter(unit__in=units).values("instruction")
            ordered = SupervisionOrder.objects.issued().filter(
                Q(lead__in=units) | Q(pk__in=CoHandler.objects.filter(unit__in=units).values("order")),
                instruction__isnull=False,
            )
            condition |= Q(pk__in=addressed) | Q(pk__in=ordered.values("instruction"))
    named = Instruction.readers.through.objects.filter(user=user.pk).values("instruction")
    return (Q(confidential=False) & condition) | Q(author=user.pk) | Q(pk__in=named)


def seen_meetings(user: "User") -> Q:
    """Overseers all of them; a unit those that ask it for an answer."""
    condition = NOTHING
    for held in user.appointments_in_force:
        if held.role in OVERSEERS:
            return Q()
        if held.role in UNIT_ROLES:
            units = Unit.objects.filter(_answered_for(held.unit)).values("pk")
            condition |= Q(pk__in=AgendaItem.objects.filter(unit__in=units).values("meeting"))
    return condition
