"""为企服务谁能做什么：代办员由重大办或属地定，套餐由重大办编，模拟和承诺由项目这边提、办理部门看。"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from xushi.duties.reach import reach_of
from xushi.permits.models import PermitStep
from xushi.permits.policy import can_open, parts_of
from xushi.permits.table import Who
from xushi.registry.models import Project
from xushi.units.districts import keeps
from xushi.units.models import Appointment, Role, Unit, User

if TYPE_CHECKING:
    from xushi.units.models import Appointment as Held

READERS = (Role.OFFICE, Role.LEADER, Role.INSPECTOR, Role.STATISTICS, Role.DEPARTMENT, Role.TERRITORY)


def can_read_services(user: User) -> bool:
    return user.has_role(*READERS)


def can_keep_packages(user: User, district: Unit | None = None) -> bool:
    """编套餐: a district's own by its office, the common ones by the office of all."""
    return keeps(user, district)


def can_assign(user: User, project: Project) -> bool:
    """定代办员: the office of the project's scope, or its territory."""
    return can_open(user, project) or _of_territory(user.appointments_in_force, project)


def can_serve(person: User, project: Project) -> bool:
    """Whoever may be its officer: active, of the office or of the project's territory, so that they see what they run."""
    return person.is_active and can_assign(person, project)


def _of_territory(held: Iterable["Held"], project: Project) -> bool:
    return any(
        one.role == Role.TERRITORY
        and (_under(project.territory, one.scope) or _under(project.responsible_unit, one.scope))
        for one in held
    )


def _under(unit: Unit | None, scope: Unit) -> bool:
    while unit is not None:
        if unit.path.startswith(scope.path):
            return True
        unit = unit.successor if unit.dissolved_on else None
    return False


def may_serve(user: User) -> QuerySet[User]:
    """The people within reach that this person may choose an officer from: the office's, and of a territory its own."""
    condition = Q(role=Role.OFFICE)
    paths = [held.scope.path for held in user.appointments_in_force if held.role == Role.TERRITORY]
    if user.has_role(Role.OFFICE):
        condition |= Q(role=Role.TERRITORY)
    for path in paths:
        condition |= Q(role=Role.TERRITORY, unit__path__under=path)
    if not paths and not user.has_role(Role.OFFICE):
        return User.objects.none()
    within = reach_of(user, Role.OFFICE, Role.TERRITORY).units("unit__")
    held = Appointment.objects.filter(condition, within, ended_at=None).order_by()
    return User.objects.filter(is_active=True, pk__in=held.values("user")).order_by("name", "pk")


def of_side(user: User | None, step: PermitStep) -> bool:
    """项目这边: asks for a rehearsal, signs a commitment."""
    return bool(parts_of(user, step) & {Who.SIDE, Who.OFFICE})


def of_hall(user: User | None, step: PermitStep) -> bool:
    """办理部门: looks at a rehearsal, checks a commitment."""
    return bool(parts_of(user, step) & {Who.DEPARTMENT, Who.OFFICE})


def held_by(people: Iterable[User]) -> QuerySet[Appointment]:
    """The appointments in force of these people, with their units."""
    rows = Appointment.objects.filter(user__in=[one.pk for one in people], ended_at=None)
    return rows.select_related("unit").order_by("-pk")
