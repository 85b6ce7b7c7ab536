"""谁批导出。"""

from typing import TYPE_CHECKING, Any

from django.db.models import Q

from xushi.units.districts import keeps_whole
from xushi.units.models import Appointment, Role, Unit
from xushi.units.models_exports import ExportRequest
from xushi.units.rules import ADMINISTRATORS

if TYPE_CHECKING:
    from xushi.units.models import User


def can_decide_exports(user: "User") -> bool:
    """安全管理员, and the head of 区重大办."""
    return user.has_role(Role.SECURITY_ADMIN) or _heads_office(user)


def deciders_of_exports() -> Any:
    """Accounts of whoever may decide at all, those in use."""
    held = Appointment.objects.filter(ended_at=None, user__is_active=True)
    return held.filter(Q(role=Role.SECURITY_ADMIN) | Q(role=Role.OFFICE, is_head=True)).values("user")


def exports_decided_by(user: "User") -> Any:
    """导出申请 of others that this person decides: all for the security administrator, those of business for the head,
    of one district's office those of its own people.
    """
    others = ExportRequest.objects.exclude(by=user.pk)
    if user.has_role(Role.SECURITY_ADMIN):
        return others
    if not _heads_office(user):
        return others.none()
    held = Appointment.objects.filter(ended_at=None, role__in=ADMINISTRATORS).values("user")
    asked = others.filter(personal=False).exclude(by__in=held)
    if keeps_whole(user):
        return asked
    own = Unit.objects.under(*user.scope_paths(Role.OFFICE)).values("pk")
    return asked.filter(by__in=Appointment.objects.filter(ended_at=None, unit__in=own).values("user"))


def can_decide_export(user: "User", request: ExportRequest) -> bool:
    return bool(exports_decided_by(user).filter(pk=request.pk).exists())


def _heads_office(user: "User") -> bool:
    return any(held.role == Role.OFFICE and held.is_head for held in user.appointments_in_force)
