"""谁能看、能管、能报、能审：重大办都能，领导只看，工作组报和审本组的，责任单位报本单位的，属地看分给自己的。"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from xushi.indicators.models import System
from xushi.indicators.models_tasks import Target
from xushi.units.districts import keeps_whole
from xushi.units.models import Role, Unit, under_or_passed

if TYPE_CHECKING:
    from xushi.indicators.models import Indicator
    from xushi.units.models import User

READERS = (
    Role.OFFICE, Role.LEADER, Role.INSPECTOR, Role.STATISTICS, Role.DEPARTMENT, Role.INDICATOR_LEAD
)  # fmt: skip
OVERSEERS = (Role.OFFICE, Role.LEADER, Role.INSPECTOR, Role.STATISTICS)
CARRIERS = (Role.TERRITORY, Role.DEPARTMENT, Role.INDICATOR_LEAD)


def can_read(user: "User") -> bool:
    """记分牌和每个指标."""
    return user.has_role(*READERS)


def can_keep(user: "User") -> bool:
    """体系、版本、分解、导入: the office, of all districts, for a system measures them all."""
    return keeps_whole(user)


def can_review(user: "User", indicator: "Indicator") -> bool:
    """审一个数: the office and the working group that leads the indicator."""
    return can_keep(user) or _within(user, Role.INDICATOR_LEAD, indicator.group_id and indicator.group)


def can_report(user: "User", indicator: "Indicator") -> bool:
    """报一个数: whoever reviews it, and the responsible department."""
    return can_review(user, indicator) or _within(user, Role.DEPARTMENT, indicator.lead_id and indicator.lead)


def can_try(user: "User") -> bool:
    """测算、存方案: everybody who reads; a scenario changes nothing."""
    return can_read(user)


def can_sign(user: "User", target: Target) -> bool:
    """签收分解: somebody of the unit that carries it."""
    return any(target.unit.path.startswith(path) for path in own_paths(user))


def can_report_for(user: "User", unit: Unit) -> bool:
    """报本单位分到的数: somebody of the unit, and the office for it."""
    return can_keep(user) or any(unit.path.startswith(path) for path in own_paths(user))


def own_paths(user: "User") -> list[str]:
    """The paths of the units that this person carries targets with: a territory, a department, a working group."""
    return [
        held.unit.path
        for held in user.appointments_in_force
        if held.role in CARRIERS and not held.unit.is_root
    ]


def own_territories(user: "User") -> list[str]:
    """The paths of the units that this person is of a territory with."""
    return [
        held.unit.path
        for held in user.appointments_in_force
        if held.role == Role.TERRITORY and not held.unit.is_root
    ]


def can_see_territory(user: "User", unit: Unit) -> bool:
    """一个街场园区的得分: whoever reads the scoreboard, and the territory itself."""
    return can_read(user) or any(unit.path.startswith(path) for path in own_territories(user))


def mine(user: "User") -> Q:
    """The indicators that this person reports: all, those of the group, those of the department."""
    if can_keep(user):
        return Q()
    condition = Q(pk__in=[])
    for held in user.appointments_in_force:
        if held.role == Role.INDICATOR_LEAD:
            condition |= Q(group__path__under=held.unit.path)
        elif held.role == Role.DEPARTMENT and not held.unit.is_root:
            condition |= Q(lead__path__under=held.unit.path)
    return condition


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose figures a person has to do with: all of these indicators, and what is handed down to units under a path."""

    cards: Q = field(default_factory=Q)
    paths: tuple[str, ...] = ()

    @property
    def units(self) -> Q:
        """The units under those paths, and who passed into them."""
        wanted = Q(pk__in=[])
        for path in self.paths:
            wanted |= under_or_passed(path)
        return wanted


EVERYTHING = Asked()


def in_calendar(user: "User") -> Asked:
    """报数日历: the whole district's for those who oversee it; else what the person's own unit reports or reviews."""
    if user.has_role(*OVERSEERS):
        return EVERYTHING
    return Asked(mine(user), tuple(own_paths(user)))


def systems_of(user: "User") -> QuerySet[System]:
    """The systems a person reads, or carries a part of."""
    if can_read(user):
        rows: QuerySet[System] = System.objects.visible_to(user)
        return rows
    units = Unit.objects.filter(Asked(paths=tuple(own_paths(user))).units).values("pk")
    held = Target.objects.filter(unit__in=units, replaced_at=None).values("indicator__system")
    carried: QuerySet[System] = System.objects.filter(pk__in=held)
    return carried


def can_enter_calendar(user: "User") -> bool:
    return can_read(user) or bool(own_paths(user))


def _within(user: "User", role: str, unit: object) -> bool:
    path = getattr(unit, "path", "")
    return bool(path) and any(
        held.role == role and path.startswith(held.unit.path) for held in user.appointments_in_force
    )
