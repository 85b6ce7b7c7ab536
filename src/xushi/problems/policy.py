"""问题事项：谁能报、一个人对一件问题是什么身份、谁管类别和批次。"""

from datetime import date
from typing import TYPE_CHECKING

from xushi.duties.models import Delegation
from xushi.problems.models import Problem, Raising, unit_paths
from xushi.problems.table import Who
from xushi.registry.models import Project
from xushi.units.districts import keeps, keeps_whole, own_district
from xushi.units.models import Role, Unit

if TYPE_CHECKING:
    from xushi.units.models import User

REPORTERS = (Role.TERRITORY, Role.OWNER, Role.DEPARTMENT, Role.OFFICE, Role.INSPECTOR)
READERS = (*REPORTERS, Role.LEADER, Role.STATISTICS)
EVERYBODY = frozenset(Who)


def can_report(user: "User", project: Project) -> bool:
    """报问题: for a project that this person sees; leaders write instructions instead."""
    return is_reporter(user) and Project.objects.visible_to(user).filter(pk=project.pk).exists()


def is_reporter(user: "User") -> bool:
    return user.has_role(*REPORTERS)


def can_handle(user: "User") -> bool:
    """分办、合并、编批次、核实、销号: the office."""
    return user.has_role(Role.OFFICE)


def can_keep_classes(user: "User") -> bool:
    """管类别: the office, of all districts those that are common, of one its own."""
    return keeps_whole(user) or own_district(user, Role.OFFICE) is not None


def can_keep_classes_of(user: "User", district: Unit | None) -> bool:
    """None: the common ones."""
    return keeps(user, district)


def parts_of(user: "User | None", problem: Problem, today: date) -> set[Who]:
    """What this person is to this problem; None is the system itself, which may everything."""
    if user is None:
        return set(EVERYBODY)
    parts: set[Who] = set()
    if can_handle(user):
        parts.add(Who.OFFICE)
        if problem.solved_by_id != user.pk:
            parts.add(Who.VERIFIER)
    if works_for(user, problem.lead):
        parts.add(Who.LEAD)
    if any(works_for(user, held.unit) for held in problem.co_handlers.all()):
        parts.add(Who.CO)
    own = problem.reported_by_id == user.pk and problem.reported_unit_id is None
    if own or works_for(user, problem.reported_unit):
        parts.add(Who.REPORTER)
    if asked_of(user, problem, today):
        parts.add(Who.READER)
    return parts


def asked_of(user: "User", problem: Problem, today: date) -> list[Raising]:
    """What waits for this person's reading: raised to them while a leader, or to a leader they stand in for."""
    unread = [held for held in problem.raisings.all() if held.read_at is None]
    if not unread:
        return []
    leaders = set(Delegation.objects.left_to(user, today).values_list("user", flat=True))
    if user.has_role(Role.LEADER):
        leaders.add(user.pk)
    return [held for held in unread if held.leader_id in leaders]


def works_for(user: "User", unit: Unit | None) -> bool:
    """True where the unit stands under one of the person's own, or passed its duties to one that does."""
    if unit is None:
        return False
    answering = [unit.path] + ([unit.successor.path] if unit.successor else [])
    return any(path.startswith(own) for path in answering for own in unit_paths(user))
