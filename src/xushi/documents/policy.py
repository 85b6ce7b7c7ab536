"""谁起草、谁签发、谁看得到：重大办起草，领导与重大办签发，发给哪个单位哪个单位看。"""

from typing import TYPE_CHECKING, Any

from django.db.models import Q

from xushi.documents.models import Sending
from xushi.documents.table import FIXED
from xushi.units.models import Role, Unit

if TYPE_CHECKING:
    from xushi.documents.models import Paper
    from xushi.units.models import User

RECIPIENTS = (Role.TERRITORY, Role.DEPARTMENT, Role.OWNER)
READERS = (Role.OFFICE, Role.LEADER, Role.INSPECTOR, Role.STATISTICS, *RECIPIENTS)
NOBODY = Q(pk__in=[])
ISSUED = Q(state__in=sorted(FIXED))


def can_read(user: "User") -> bool:
    """报告通报这一栏."""
    return user.has_role(*READERS)


def can_write(user: "User") -> bool:
    """起草、改稿、送签、发送: the office."""
    return user.has_role(Role.OFFICE)


def sees_drafts(user: "User") -> bool:
    """稿次、勾稽、谁下载过: the office and the leaders."""
    return user.has_role(Role.OFFICE, Role.LEADER)


def can_issue(user: "User", paper: "Paper") -> bool:
    """签发、退回: the leader it was sent to, or the office."""
    if user.has_role(Role.OFFICE):
        return True
    return user.has_role(Role.LEADER) and (paper.signer_id is None or paper.signer_id == user.pk)


def can_check(user: "User") -> bool:
    """数字勾稽 as a tool for any text: whoever works with business data."""
    return user.has_role(*READERS, Role.INDICATOR_LEAD)


def seen_papers(user: "User") -> Q:
    """Office and leader: every paper of an office in their scope. Inspectors and statistics: the issued ones.
    A unit's people: what was sent to their unit."""
    condition = NOBODY
    for held in user.appointments_in_force:
        whole = held.scope.is_root
        offices = Q() if whole else Q(office__in=_answered_for(held.scope))
        if held.role in (Role.OFFICE, Role.LEADER):
            if whole:
                return Q()
            condition |= offices
        elif held.role in (Role.INSPECTOR, Role.STATISTICS):
            condition |= offices & ISSUED
        elif held.role in RECIPIENTS:
            condition |= received_by(held.unit)
    return condition


def received_by(unit: Unit) -> Q:
    """What was sent to a unit, or to one below it."""
    sent = Sending.objects.filter(unit__in=_answered_for(unit)).values("paper")
    return ISSUED & Q(pk__in=sent)


def receiving(user: "User") -> Any:
    """The units whose people this person is one of, for what was sent to a unit: theirs and those below."""
    condition = NOBODY
    for held in user.appointments_in_force:
        if held.role in RECIPIENTS:
            condition |= Q(pk__in=_answered_for(held.unit))
    return Unit.objects.filter(condition).order_by().values("pk")


def _answered_for(unit: Unit) -> Any:
    return Unit.objects.answered_for_by(unit.path).values("pk")
