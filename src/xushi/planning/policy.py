"""谁能看、谁能提、谁能编：重大办编计划、审建议、办申报；属地和部门提储备、提建议；领导、督查、统计看。"""

from typing import TYPE_CHECKING

from xushi.duties.reach import reach_of
from xushi.planning.models import READERS, Programme
from xushi.registry.containers import may_begin
from xushi.units.districts import keeps, overseen_by_office
from xushi.units.models import Role, Unit

if TYPE_CHECKING:
    from xushi.registry.models import Project
    from xushi.units.models import User

PROPOSERS = (Role.DEPARTMENT, Role.TERRITORY)


def can_read(user: "User") -> bool:
    return user.has_role(*READERS)


def can_keep(user: "User") -> bool:
    """办申报; register entries of the reserve and let them go."""
    return user.has_role(Role.OFFICE)


def can_declare(user: "User | None", project: "Project") -> bool:
    """办一个项目的申报: the office in whose scope it stands; None is the system itself."""
    return user is None or overseen_by_office(user, project.territory)


def can_compile(user: "User") -> bool:
    """编制: the office of a district its own, the office of them all what they have in common."""
    return may_begin(user)


def can_settle(user: "User", programme: Programme) -> bool:
    """审、定建议、下达、撤回: whoever keeps its district, or what all have in common."""
    return keeps(user, programme.district)


def can_propose(user: "User") -> bool:
    """Reserve entries and proposals: what concerns the person's own unit."""
    return user.has_role(Role.OFFICE, *PROPOSERS)


def may_place(user: "User", territory: Unit, responsible: Unit) -> bool:
    """An entry of another's territory and responsibility is not for this person to put in, nor one that stands in a
    district beside their own: its own people would find it in their programme and could not open it."""
    if overseen_by_office(user, territory):
        return True
    if not reach_of(user).holds(territory):
        return False
    held = [one for one in user.appointments_in_force if one.role in PROPOSERS]
    mine = [(one.role, one.scope.path) for one in held]
    return any(
        responsible.path.startswith(path) or (role == Role.TERRITORY and territory.path.startswith(path))
        for role, path in mine
    )


def lies_in(unit: Unit, programme: Programme) -> bool:
    """Whether this unit is of the programme's district; every unit is of what all have in common."""
    return programme.district is None or unit.path.startswith(programme.district.path)


def proposing_units(user: "User", programme: Programme) -> list[Unit]:
    """The units of its district for which a person proposes; the office's own proposals are the office's."""
    held = [one.unit for one in user.appointments_in_force if one.role in (Role.OFFICE, *PROPOSERS)]
    return [unit for unit in dict.fromkeys(held) if lies_in(unit, programme)]


def proposing_unit(user: "User", programme: Programme) -> Unit | None:
    """The first of them: that a person's proposals are of."""
    return next(iter(proposing_units(user, programme)), None)


def can_propose_to(user: "User", programme: Programme) -> bool:
    return proposing_unit(user, programme) is not None
