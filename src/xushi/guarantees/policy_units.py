"""谁算保障单位的人：部门和属地里办事的，撤并来的单位也算。"""

from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet

from xushi.units.models import Role, Unit, under_or_passed

if TYPE_CHECKING:
    from xushi.units.models import User

PROVIDING = (Role.DEPARTMENT, Role.TERRITORY)


def paths_of(user: "User") -> list[str]:
    """The units this person provides for, as paths; the district itself provides nothing."""
    held = [one for one in user.appointments_in_force if one.role in PROVIDING]
    return [one.unit.path for one in held if not one.unit.is_root]


def answered_for(user: "User") -> QuerySet[Any] | None:
    """The units that this person answers for as a provider; None where there are none."""
    paths = paths_of(user)
    if not paths:
        return None
    condition = Q()
    for path in paths:
        condition |= under_or_passed(path)
    return Unit.objects.filter(condition).order_by().values("pk")
