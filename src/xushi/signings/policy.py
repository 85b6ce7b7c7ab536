"""谁能看、谁能记、谁能跟：重大办都能办；部门和属地记自己落地、自己跟进的；领导、督查、统计看。"""

from typing import TYPE_CHECKING

from xushi.signings.models import Signing, SigningEvent
from xushi.units.districts import keeps, keeps_whole, overseen_by_office
from xushi.units.models import Role, Unit

if TYPE_CHECKING:
    from xushi.units.models import User

WORKING = (Role.DEPARTMENT, Role.TERRITORY)
READERS = (Role.OFFICE, Role.LEADER, Role.INSPECTOR, Role.STATISTICS, *WORKING)


def can_read(user: "User") -> bool:
    return user.has_role(*READERS)


def can_keep(user: "User") -> bool:
    """Limits, projects of the registry, handing on, taking back, restoring, admission by hand."""
    return user.has_role(Role.OFFICE)


def can_amend_event(user: "User", event: SigningEvent) -> bool:
    """The office of the event's district, or of all."""
    return keeps(user, event.district)


def can_set_limits(user: "User") -> bool:
    """目标天数: the office, of all districts."""
    return keeps_whole(user)


def can_sign(user: "User") -> bool:
    return user.has_role(Role.OFFICE, *WORKING)


def may_place(user: "User", territory: Unit, responsible: Unit) -> bool:
    """A signing of another's territory that another follows up is not for this person to put in."""
    if overseen_by_office(user, territory):
        return True
    return any(
        responsible.path.startswith(path) or (role == Role.TERRITORY and territory.path.startswith(path))
        for role, path in _places(user)
    )


def can_follow(user: "User", signing: Signing) -> bool:
    """Notes, stages, letting go: the office, the unit that follows up, the territory it comes to."""
    return may_place(user, _now(signing.territory), _now(signing.responsible_unit))


def _places(user: "User") -> list[tuple[str, str]]:
    held = [one for one in user.appointments_in_force if one.role in WORKING]
    return [(one.role, one.scope.path) for one in held if not one.scope.is_root]


def _now(unit: Unit) -> Unit:
    """A dissolved unit's work is its successor's."""
    return unit.successor if unit.dissolved_on and unit.successor else unit
