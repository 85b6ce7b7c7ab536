"""谁能报、谁能审、谁能关账、谁填入统。"""

from typing import TYPE_CHECKING, Any

from django.db.models import Q

from xushi.journal.models import Event
from xushi.kit.phrased import Key, ask
from xushi.registry.models import Project
from xushi.units.districts import keeps_whole, overseen_by_office
from xushi.units.models import Role, Unit
from xushi.units.policy import NOTHING, scoped

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from xushi.units.models import User

_REPORTS_FOR = {
    Role.TERRITORY: ("territory", "responsible_unit"),
    Role.OWNER: ("owner_unit",),
}
_READS_STATISTICS = (
    Role.OWNER,
    Role.OFFICE,
    Role.LEADER,
    Role.STATISTICS,
    Role.INSPECTOR,
    Role.DEPARTMENT,
    Role.TERRITORY,
)
READS_CLOSINGS = (Role.OFFICE, Role.LEADER, Role.STATISTICS, Role.INSPECTOR)


def reportable(user: "User", channel: str = Event.Channel.WEB, prefix: str = "") -> Q:
    """Projects this person reports for: a territory for its own, an owner for its own.

    The office reports for everyone, but only by importing a sheet that they sent.
    """
    if channel == Event.Channel.IMPORT and can_review(user):
        return scoped(user, prefix)
    condition = NOTHING
    for held in user.appointments_in_force:
        for column in _REPORTS_FOR.get(Role(held.role), ()):
            units = Unit.objects.answered_for_by(held.scope.path).values("pk")
            condition |= Q(**{f"{prefix}{column}__in": units})
    return condition


def can_report(user: "User", project: Project) -> bool:
    return is_reporter(user) and bool(ask(_reported_by, user, Key(project.pk)))


def _reported_by(user: "User", project: int) -> "QuerySet[Any]":
    found: QuerySet[Any] = Project.objects.filter(reportable(user), pk=project).values_list("pk")[:1]
    return found


def is_reporter(user: "User") -> bool:
    return user.has_role(*_REPORTS_FOR)


def can_review(user: "User") -> bool:
    """审核、退回、沿用、催报: the office."""
    return user.has_role(Role.OFFICE)


def can_close(user: "User") -> bool:
    """关账、重开 of all districts of a tree at once: the office of them all."""
    return keeps_whole(user)


def can_close_of(user: "User", district: Unit) -> bool:
    """关账、重开 of one district: its own office, or one above it."""
    return overseen_by_office(user, district)


def can_read_closings(user: "User") -> bool:
    return user.has_role(*READS_CLOSINGS)


def can_record_statistics(user: "User") -> bool:
    return user.has_role(Role.STATISTICS)


def can_read_statistics(user: "User") -> bool:
    return user.has_role(*_READS_STATISTICS)
