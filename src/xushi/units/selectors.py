"""单位与人员的读法：名单、单位树、历任。"""

from dataclasses import dataclass

from django.db.models import Count, Prefetch, Q, QuerySet

from xushi.units.models import Appointment, Emergency, Unit, User


@dataclass(frozen=True, slots=True)
class PeopleFilter:
    """What the list of people is narrowed by: words in name or account, a unit's subtree, a role."""

    words: str = ""
    unit: Unit | None = None
    role: str = ""


def people(wanted: PeopleFilter) -> QuerySet[User]:
    """Accounts in order of account, each with the appointments in force."""
    in_force = Appointment.objects.filter(ended_at=None).select_related("unit", "scope")
    found = User.objects.prefetch_related(Prefetch("appointments", in_force, to_attr="held")).select_related(
        "home_unit"
    )
    if wanted.words:
        found = found.filter(Q(name__icontains=wanted.words) | _account_says(wanted.words))
    if wanted.unit:
        below = Unit.objects.under(wanted.unit.path)
        found = found.filter(
            Q(home_unit__in=below) | Q(appointments__in=in_force.filter(unit__in=below))
        ).distinct()
    if wanted.role:
        found = found.filter(pk__in=in_force.filter(role=wanted.role).values("user"))
    return found.order_by("-is_active", "username")


def _account_says(words: str) -> Q:
    """An account that is a mobile number is shown masked, so it is found whole only: the hidden digits stay hidden."""
    a_number = Q(username__regex=r"^([+]?86[- ]?)?1[0-9]{10}$")
    return Q(username__iexact=words) | (Q(username__icontains=words) & ~a_number)


def past_appointments(user: User) -> QuerySet[Appointment]:
    """离任的职务, latest first, under the names of their time."""
    return user.appointments.exclude(ended_at=None).order_by("-ended_at")


def unit_tree() -> QuerySet[Unit]:
    """Every unit in the tree's order, with how many people hold an appointment in it now."""
    tree: QuerySet[Unit] = Unit.objects.annotate(
        people=Count("appointments__user", filter=Q(appointments__ended_at=None), distinct=True)
    ).select_related("successor", "parent")
    return tree


def heads_of(unit: Unit) -> QuerySet[User]:
    """单位负责人: who signs a unit's replies and hears of its delays; of its successor where it is dissolved.

    Empty where nobody has been named: whoever asks decides who stands in.
    """
    answering = unit.successor_id or unit.pk
    heading = Appointment.objects.filter(unit=answering, ended_at=None, is_head=True)
    return User.objects.filter(pk__in=heading.values("user"), is_active=True).order_by("pk")


def emergencies() -> QuerySet[Emergency]:
    """应急授权 in force, the one that ends first in front."""
    held = Emergency.objects.filter(appointment__ended_at=None)
    return held.select_related("appointment__user", "appointment__scope", "by").order_by("until")
