"""现场督查谁能做什么：重大办排计划，重大办和督查室看现场、复核，整改单位报整改，领导只看。"""

from typing import TYPE_CHECKING

from xushi.inspections.models import Finding, Round, Team, Visit, teams_of
from xushi.inspections.table import Who
from xushi.problems.policy import works_for
from xushi.units.districts import keeps
from xushi.units.models import Role, Unit

if TYPE_CHECKING:
    from xushi.units.models import User

READERS = (Role.OFFICE, Role.LEADER, Role.INSPECTOR, Role.DEPARTMENT, Role.TERRITORY, Role.OWNER)
LOOKERS = (Role.OFFICE, Role.INSPECTOR)
EVERYBODY = frozenset(Who)


def can_read(user: "User") -> bool:
    return user.has_role(*READERS)


def sees_plan(user: "User") -> bool:
    """The month's plan, coverage, found against reported: not for those who are looked at."""
    return user.has_role(Role.OFFICE, Role.LEADER, Role.INSPECTOR)


def can_plan(user: "User", held: Round | None = None) -> bool:
    """排计划、加点、分组: the office; of a round there is the office of its district, or of all."""
    return user.has_role(Role.OFFICE) and (held is None or keeps(user, held.district))


def can_set_checklists(user: "User", district: Unit | None = None) -> bool:
    """定检查单: a district's own by its office, the common ones by the office of all."""
    return keeps(user, district)


def can_record(user: "User", visit: Visit) -> bool:
    """记录现场: the office, an inspector whose scope it is in, and whoever goes with the team."""
    if user.has_role(*LOOKERS) and Visit.objects.visible_to(user).filter(pk=visit.pk).exists():
        return True
    return visit.team_id is not None and Team.objects.filter(pk=visit.team_id, pk__in=teams_of(user)).exists()


def can_choose(user: "User") -> bool:
    """两份记录选哪一份: the office and the inspectors."""
    return user.has_role(*LOOKERS)


def parts_of(user: "User | None", finding: Finding) -> set[Who]:
    """What this person is to this finding; None is the system itself, which may everything."""
    if user is None:
        return set(EVERYBODY)
    parts: set[Who] = set()
    if user.has_role(Role.OFFICE):
        parts.add(Who.OFFICE)
    if user.has_role(*LOOKERS):
        parts.add(Who.INSPECTOR)
        if finding.fixed_by_id != user.pk:
            parts.add(Who.VERIFIER)
    if works_for(user, finding.unit) or owns(user, finding):
        parts.add(Who.UNIT)
    return parts


def owns(user: "User", finding: Finding) -> bool:
    """项目单位 mends on its own site and says so, whichever unit answers for it."""
    unit = finding.project.owner_unit
    return unit is not None and user.has_role(Role.OWNER) and works_for(user, unit)
