"""谁算办理部门的人：在那个部门任职的，撤并来的单位的事也归他们。"""

from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet

from xushi.units.models import Role, Unit, under_or_passed

if TYPE_CHECKING:
    from xushi.units.models import User


def answered_for(user: "User") -> QuerySet[Any] | None:
    """The departments whose steps are this person's to see; None where there are none."""
    held = [one for one in user.appointments_in_force if one.role == Role.DEPARTMENT]
    condition = Q()
    for one in held:
        if not one.unit.is_root:
            condition |= under_or_passed(one.unit.path)
    return Unit.objects.filter(condition).order_by().values("pk") if condition else None
