"""动管理员的账号要谁同意：不是申请人、不是本人，也不与申请人是同一种管理员。"""

from typing import TYPE_CHECKING, Any

from xushi.journal.actions import Actor
from xushi.units.models import Appointment, Consent
from xushi.units.rules import ADMINISTRATORS

if TYPE_CHECKING:
    from xushi.units.models import User


def needs_consent(user: "User", actor: Actor) -> bool:
    """Of somebody else who is one of the three administrators; what the machine itself does needs none."""
    if actor.by is None or actor.by.pk == user.pk:
        return False
    return bool(_administrators().filter(user=user).exists())


def may_consent(consent: Consent) -> Any:
    """Accounts of whoever may consent: of another role than the one who asked, so that no role rules another alone."""
    asking = Appointment.objects.filter(user=consent.by_id, ended_at=None).values("role")
    held = _administrators().filter(user__is_active=True).exclude(role__in=asking)
    return held.exclude(user__in=[consent.by_id, consent.about_id]).values("user")


def consents_decided_by(user: "User") -> Any:
    """The requests that this person answers, whatever has become of them."""
    roles = user.roles & ADMINISTRATORS
    if not roles:
        return Consent.objects.none()
    alike = _administrators().filter(role__in=roles).values("user")
    return Consent.objects.exclude(by__in=alike).exclude(by=user.pk).exclude(about=user.pk)


def _administrators() -> Any:
    return Appointment.objects.filter(ended_at=None, role__in=ADMINISTRATORS)
