"""谁能看、谁能提、谁能编：重大办编计划、审建议、办申报；属地和部门提储备、提建议；领导、督查、统计看。"""

from typing import TYPE_CHECKING

from xushi.planning.models import READERS, Programme
from xushi.registry.containers import may_begin
from xushi.units.districts import keeps, overseen_by_office
from xushi.units.models import Role, Unit

if TYPE_CHECKING:
    from xushi.units.models import User

PROPOSERS = (Role.DEPARTMENT, Role.TERRITORY)


def can_read(user: "User") -> bool:
    return user.has_role(*READERS)


def can_keep(user: "User") -> bool:
    """办申报; register entries of the reserve and let them go."""
    return user.has_role(Role.OFFICE)


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
    """An entry of another's territory and responsibility is not for this person to put in."""
    if overseen_by_office(user, territory):
        return True
    held = [one for one in user.appointments_in_force if one.role in PROPOSERS]
    mine = [(one.role, one.scope.path) for one in held]
    return any(
        responsible.path.startswith(path) or (role == Role.TERRITORY and territory.path.startswith(path))
        for role, path in mine
    )


def lies_in(unit: Unit, programme: Programme) -> bool:
    """Whether this unit is of the programme's district; every unit is of what all have in common."""
    return programme.district is None or unit.path.startswith(programme.district.path)


def proposing_unit(user: "User", programme: Programme) -> Unit | None:
    """The unit of its district that a person's proposals are of; the office's own are the office's."""
    for held in user.appointments_in_force:
        if held.role in (Role.OFFICE, *PROPOSERS) and lies_in(held.unit, programme):
            return held.unit
    return None


def can_propose_to(user: "User", programme: Programme) -> bool:
    return proposing_unit(user, programme) is not None
