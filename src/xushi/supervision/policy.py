"""督办：谁看得到哪件、在哪件里是什么身份。"""

from datetime import date
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any

from django.db.models import Case, Q, Value, When

from xushi.duties.models import Delegation
from xushi.kit.among import Among
from xushi.supervision.models import CoHandler, Instruction, SupervisionOrder
from xushi.supervision.models_instructions import Addressee
from xushi.supervision.models_meetings import AgendaItem, Meeting
from xushi.supervision.table import Who
from xushi.units.districts import is_whole, keeps_whole, overseen_by_office, own_district
from xushi.units.models import Appointment, Role, Unit, under_or_passed
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


def can_run(user: "User", meeting: Meeting) -> bool:
    """记录这一次例会: the office that calls it, or one over that."""
    return overseen_by_office(user, meeting.office)


def sees_whole(user: "User", meeting: Meeting) -> bool:
    """The whole agenda: whoever oversees the office that calls it; who is but asked for an answer sees their own."""
    office = meeting.office
    path = office.successor.path if office.dissolved_on and office.successor else office.path
    scopes = [held.scope for held in user.appointments_in_force if held.role in OVERSEERS]
    return any(path.startswith(one.path) or is_whole(one) for one in scopes)


def can_set_terms(user: "User") -> bool:
    """The time limits of all districts, or of the person's own."""
    return keeps_whole(user) or own_district(user, Role.OFFICE) is not None


def may_set_terms(user: "User", district: Unit | None) -> bool:
    """All districts' by the office of them all; one's by that office or its own."""
    if keeps_whole(user):
        return True
    return district is not None and own_district(user, Role.OFFICE) == district


def can_rank_units(user: "User") -> bool:
    """单位表现: for those who oversee."""
    return user.has_role(*OVERSEERS)


def units_of(user: "User") -> Any:
    """The units this person acts for: the subtree of each place of work, and dissolved units that passed into it."""
    condition = NOTHING
    for held in user.appointments_in_force:
        if held.role in UNIT_ROLES:
            condition |= Q(pk=held.unit_id) if held.unit.is_root else under_or_passed(held.unit.path)
    return Unit.objects.filter(condition).values("pk")


def acts_for(user: "User", unit: Unit, *, head: bool = False) -> bool:
    """Whether this person acts for a unit (as its head where asked); no query beyond the appointments."""
    path = unit.successor.path if unit.dissolved_on and unit.successor else unit.path
    return any(
        held.role in UNIT_ROLES
        and (held.is_head or not head)
        and (held.unit.path == path or (not held.unit.is_root and path.startswith(held.unit.path)))
        for held in user.appointments_in_force
    )


def signers_of(order: SupervisionOrder) -> Any:
    """Who signs for the lead unit: its heads; of a confidential order those among its readers. Perhaps nobody."""
    heads = heads_of(order.lead)
    return heads.filter(pk__in=order.readers.values("pk")) if order.confidential else heads


def signs(user: "User", order: SupervisionOrder, today: date) -> bool:
    """A head, whoever stands in for one on leave, and where there is no head anybody who acts for the unit."""
    if not acts_for(user, order.lead):
        return False
    if acts_for(user, order.lead, head=True):
        return True
    heads = [head.pk for head in signers_of(order)]
    if not heads:
        return True
    return not order.confidential and Delegation.objects.left_to(user, today).filter(user__in=heads).exists()


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
        if signs(user, order, today):
            parts.add(Who.HEAD)
    if any(acts_for(user, helper.unit) for helper in order.helpers.all()):
        parts.add(Who.CO)
    if oversees(user, order, Role.OFFICE, Role.INSPECTOR) and not _replied(user, order):
        parts.add(Who.VERIFIER)
    author = is_author(user, order.instruction, today) if order.instruction else False
    if author:
        parts |= {Who.ISSUER, Who.CLOSER}
    if author and order.confidential and not office_readers(order):
        parts |= {Who.OFFICE, Who.VERIFIER}  # nobody of the office may know: the leader keeps it in hand
    if Who.OFFICE in parts and not (order.instruction and author_in_office(order.instruction)):
        parts.add(Who.CLOSER)
    return parts


def office_readers(order: "SupervisionOrder | Instruction") -> list["User"]:
    """The named readers who are of the office: a confidential order is in their hands."""
    return [reader for reader in order.readers.all() if reader.is_active and reader.has_role(Role.OFFICE)]


def author_in_office(instruction: Instruction) -> bool:
    """Whether who wrote it is still a leader; else the office reads the feedback and closes."""
    return instruction.author.is_active and can_instruct(instruction.author)


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
        return can_instruct(user)
    if instruction.confidential or not Delegation.objects.left_to(user, today).filter(
        user=instruction.author_id
    ):
        return False
    return author_in_office(instruction)


def can_read_feedback(user: "User", instruction: Instruction, today: date) -> bool:
    """The author or their stand-in; the office where the author is no leader any more."""
    if is_author(user, instruction, today):
        return True
    if author_in_office(instruction) or not user.has_role(Role.OFFICE):
        return False
    return Instruction.objects.visible_to(user).filter(pk=instruction.pk).exists()


def _may_read(user: "User", order: SupervisionOrder) -> bool:
    drafter = order.drafted_by_id == user.pk and user.has_role(Role.OFFICE, Role.LEADER)
    author = order.instruction and order.instruction.author_id == user.pk and can_instruct(user)
    return bool(drafter or author) or (_in_office(user) and order.readers.filter(pk=user.pk).exists())


def _in_office(user: "User") -> bool:
    return user.has_role(Role.LEADER, *UNIT_ROLES)


def _replied(user: "User", order: SupervisionOrder) -> bool:
    """Wrote or signed the reply that is to be verified."""
    last = order.replies.order_by("-pk").first()
    return last is not None and user.pk in (last.by_id, last.signed_by_id)


def seen_orders(user: "User", *, few: bool = False) -> Q:
    """The orders a person may see: one condition for lists, counts, search, exports and files.

    Overseers: those in their scope (drafts: the office only). Units: what they lead or help, once issued; territories
    also what concerns a project of theirs. Confidential ones: the author, the drafter and the named readers alone,
    as long as they are in office; who has left the office or the leaders sees nothing for having written it.
    Each way to an order is a query of its own, which goes by its own index however many orders other districts have;
    few where something else finds a handful of orders, of which each is looked at.
    """
    ways, everything = _written(user), NOTHING
    for held in user.appointments_in_force:
        if held.role in OVERSEERS:
            drafts = Q() if held.role == Role.OFFICE else Q(serial__isnull=False)
            if held.scope.is_root:
                everything |= drafts & Q(confidential=False)
            else:
                ways += [Q(drafts, way, confidential=False) for way in _in_scope(held.scope)]
        elif held.role in UNIT_ROLES:
            units = Unit.objects.answered_for_by(held.unit.path).values("pk")
            helping = CoHandler.objects.filter(unit__in=units).values("order")
            own = [Q(lead__in=units), Q(pk__in=helping)]
            if held.role == Role.TERRITORY:
                own.append(_on_projects_of(units))
            ways += [Q(way, confidential=False, serial__isnull=False) for way in own]
    if not ways:
        return everything
    if few:  # as a case no database takes a way to begin with
        return Q(Case(When(reduce(or_, ways, everything), then=Value(True)), default=Value(False)))
    first, *rest = (SupervisionOrder.objects.filter(way).order_by().values("pk") for way in ways)
    return everything | Q(Among("pk", first.union(*rest, all=True)))


def _written(user: "User") -> list[Q]:
    """What a person sees for being named in it or having written it, confidential or not."""
    ways: list[Q] = []
    if _in_office(user):
        named = SupervisionOrder.readers.through.objects.filter(user=user.pk).values("supervisionorder")
        ways.append(Q(pk__in=named))
    if user.has_role(Role.OFFICE, Role.LEADER):
        ways.append(Q(drafted_by=user.pk))
    if can_instruct(user):
        ways.append(Q(instruction__in=Instruction.objects.filter(author=user.pk).values("pk")))
    return ways


def _in_scope(scope: Unit) -> list[Q]:
    units = Unit.objects.answered_for_by(scope.path).values("pk")
    return [Q(lead__in=units), Q(office__in=units), _on_projects_of(units)]


def _on_projects_of(territories: Any) -> Q:
    return Q(project__territory__in=territories)


def seen_instructions(user: "User") -> Q:
    """The author while a leader; overseers; units addressed, or that lead or help an order of it.

    Confidential: the author and the named alone.
    """
    condition = NOTHING
    for held in user.appointments_in_force:
        if held.role in OVERSEERS and held.scope.is_root:
            condition = Q()
            break
        if held.role in OVERSEERS:
            condition |= Q(author__in=_leaders_within(held.scope))
        if held.role in UNIT_ROLES:
            units = Unit.objects.answered_for_by(held.unit.path).values("pk")
            addressed = Addressee.objects.filter(unit__in=units).values("instruction")
            ordered = SupervisionOrder.objects.issued().filter(
                Q(lead__in=units) | Q(pk__in=CoHandler.objects.filter(unit__in=units).values("order")),
                instruction__isnull=False,
            )
            condition |= Q(pk__in=addressed) | Q(pk__in=ordered.values("instruction"))
    written = Q(author=user.pk) if can_instruct(user) else NOTHING
    if _in_office(user):
        named = Instruction.readers.through.objects.filter(user=user.pk).values("instruction")
        written |= Q(pk__in=named)
    return (Q(confidential=False) & condition) | written


def _leaders_within(scope: Unit) -> Any:
    """The leaders of a district: what they wrote is their office's to see, and no other district's."""
    held = Appointment.objects.filter(role=Role.LEADER, ended_at=None, scope__path__under=scope.path)
    return held.order_by().values("user")


def seen_meetings(user: "User") -> Q:
    """Overseers those that an office in their scope calls; a unit those that ask it for an answer."""
    condition = NOTHING
    for held in user.appointments_in_force:
        if held.role in OVERSEERS:
            if is_whole(held.scope):
                return Q()
            condition |= Q(office__in=Unit.objects.answered_for_by(held.scope.path).values("pk"))
        if held.role in UNIT_ROLES:
            units = Unit.objects.answered_for_by(held.unit.path).values("pk")
            condition |= Q(pk__in=AgendaItem.objects.filter(unit__in=units).values("meeting"))
    return condition
