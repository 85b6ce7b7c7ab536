"""谁能看、谁能提、谁能编：重大办编计划、审建议、办申报；属地和部门提储备、提建议；领导、督查、统计看。"""

from typing import TYPE_CHECKING

from xushi.units.districts import keeps_whole, overseen_by_office
from xushi.units.models import Role, Unit

if TYPE_CHECKING:
    from xushi.units.models import User

READERS = (
    Role.OFFICE, Role.LEADER, Role.INSPECTOR, Role.STATISTICS, Role.DEPARTMENT, Role.TERRITORY,
)  # fmt: skip
PROPOSERS = (Role.DEPARTMENT, Role.TERRITORY)


def can_read(user: "User") -> bool:
    return user.has_role(*READERS)


def can_keep(user: "User") -> bool:
    """Compile, review, adopt, take back, declare; register entries of the reserve and let them go."""
    return user.has_role(Role.OFFICE)


def can_compile(user: "User") -> bool:
    """编制、审建议、下达: one programme a year for all districts, so the office of them all."""
    return keeps_whole(user)


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


def proposing_unit(user: "User") -> Unit | None:
    """The unit that a person's proposals are of; the office's own are the office's."""
    for held in user.appointments_in_force:
        if held.role in (Role.OFFICE, *PROPOSERS):
            return held.unit
    return None
