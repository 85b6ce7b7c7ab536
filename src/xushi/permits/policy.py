"""谁能办哪一步：项目单位和属地报，办理部门受理、批、确认，重大办都能办，领导和督查只看。"""

from typing import TYPE_CHECKING

from xushi.permits.models import PermitStep
from xushi.permits.table import Who
from xushi.registry.models import Project
from xushi.units.models import Role, Unit

if TYPE_CHECKING:
    from xushi.units.models import User

READERS = (
    Role.OFFICE, Role.LEADER, Role.INSPECTOR, Role.STATISTICS, Role.DEPARTMENT, Role.TERRITORY, Role.OWNER,
)  # fmt: skip


def can_read(user: "User") -> bool:
    return user.has_role(*READERS)


def can_open(user: "User", project: Project) -> bool:
    """建立手续、换到新版目录: the office, for the projects in its scope."""
    return any(
        held.role == Role.OFFICE and _in_office(held.scope, project) for held in user.appointments_in_force
    )


def parts_of(user: "User | None", step: PermitStep) -> set[Who]:
    """What this person is to one step; nobody (the system) may do what the office may."""
    if user is None:
        return {Who.OFFICE}
    project, found = step.project, set()
    for held in user.appointments_in_force:
        if held.role == Role.OFFICE and _in_office(held.scope, project):
            found.add(Who.OFFICE)
        elif held.role == Role.DEPARTMENT and not held.scope.is_root:
            if _under(step.permit.department, held.scope):
                found.add(Who.DEPARTMENT)
            if _under(project.responsible_unit, held.scope):
                found.add(Who.SIDE)
        elif held.role == Role.TERRITORY:
            if _under(project.territory, held.scope) or _under(project.responsible_unit, held.scope):
                found.add(Who.SIDE)
        elif held.role == Role.OWNER and _under(project.owner_unit, held.scope):
            found.add(Who.SIDE)
    return found


def holder(step: PermitStep) -> Unit | None:
    """办理部门 as it stands today: a dissolved one's successor."""
    return standing(step.permit.department)


def standing(unit: Unit | None) -> Unit | None:
    while unit is not None and unit.dissolved_on and unit.successor:
        unit = unit.successor
    return unit


def _in_office(scope: Unit, project: Project) -> bool:
    return scope.is_root or _under(project.territory, scope) or _under(project.responsible_unit, scope)


def _under(unit: Unit | None, scope: Unit) -> bool:
    """A unit of the scope, or one whose successor is."""
    while unit is not None:
        if unit.path.startswith(scope.path):
            return True
        unit = unit.successor if unit.dissolved_on else None
    return False
