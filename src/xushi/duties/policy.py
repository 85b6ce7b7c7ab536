"""待办可以委托给谁。"""

from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from xushi.duties.reach import reach_of
from xushi.units.models import Appointment, Role, User
from xushi.units.rules import ADMINISTRATORS

if TYPE_CHECKING:
    from xushi.journal.actions import Actor


def can_delegate_for(actor: "Actor", user: User) -> bool:
    """One's own leave is one's own to arrange; the system itself may."""
    return actor.by is None or actor.by.pk == user.pk


def possible_delegates(user: User) -> QuerySet[User]:
    """同事: people in office in one's own units; for a leader also the office, and for the office each other.

    Of several districts in one tree the office of one's own.
    """
    units = [held.unit_id for held in user.appointments_in_force]
    colleagues = Q(unit__in=units)
    if user.has_role(Role.LEADER, Role.OFFICE):
        colleagues |= Q(reach_of(user).own("unit__"), role=Role.OFFICE)
    held = Appointment.objects.filter(colleagues, ended_at=None).exclude(role__in=ADMINISTRATORS)
    found = User.objects.filter(pk__in=held.values("user"), is_active=True).exclude(pk=user.pk)
    return found.order_by("name", "pk")
