"""谁能申请、受理、答复、决定、核对：属地和重大办提，部门各答各的，重大办定，领导和督查只看。"""

from typing import TYPE_CHECKING

from xushi.admission.models import Application, Opinion
from xushi.guarantees.policy_units import paths_of
from xushi.units.districts import keeps, overseen_by_office
from xushi.units.models import Role, Unit

if TYPE_CHECKING:
    from xushi.units.models import User

APPLICANTS = (Role.OFFICE, Role.TERRITORY)
READERS = (*APPLICANTS, Role.DEPARTMENT, Role.LEADER, Role.INSPECTOR, Role.OWNER)


def can_read(user: "User") -> bool:
    return user.has_role(*READERS)


def is_applicant(user: "User") -> bool:
    """提准入申请: territories for their own place, the office for any."""
    return user.has_role(*APPLICANTS)


def can_apply_in(user: "User", territory: Unit) -> bool:
    return overseen_by_office(user, territory) or any(
        territory.path.startswith(path) for path in _own_paths(user)
    )


def can_keep(user: "User") -> bool:
    """受理、送审、决定: the office."""
    return user.has_role(Role.OFFICE)


def can_set_standards(user: "User", district: Unit | None = None) -> bool:
    """门槛、规则: a district's own by its office, the common ones by the office of all."""
    return keeps(user, district)


def can_change(user: "User", application: Application) -> bool:
    """修改、撤回、报条件落实、报履约: whoever applied for it (the territory), and the office."""
    return can_apply_in(user, application.territory)


def can_answer(user: "User", opinion: Opinion) -> bool:
    """答复: the unit's own people, its successor's; the office writes down what came on paper."""
    if can_keep(user):
        return True
    unit = opinion.unit
    answering = [unit.path] + ([unit.successor.path] if unit.successor else [])
    return any(path.startswith(own) for path in answering for own in paths_of(user))


def _own_paths(user: "User") -> list[str]:
    return [held.unit.path for held in user.appointments_in_force if held.role == Role.TERRITORY]
