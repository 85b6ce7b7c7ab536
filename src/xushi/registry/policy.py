"""谁能改项目库：重大办改项目、批计划；属地对自己的项目提计划调整。"""

from collections.abc import Collection
from typing import TYPE_CHECKING

from xushi.units.districts import keeps_whole
from xushi.units.models import Role, Unit

if TYPE_CHECKING:
    from xushi.units.models import User


def can_keep_registry(user: "User") -> bool:
    """New and amended projects, lists."""
    return user.has_role(Role.OFFICE)


def may_stand_on(user: "User", territories: Collection[int]) -> set[int]:
    """Which of these territories an office may put projects on: those in its scope; one query where it is a part."""
    if keeps_whole(user) or not user.has_role(Role.OFFICE):
        return set(territories)  # who else registers does so by a step that was asked about itself
    own = Unit.objects.under(*user.scope_paths(Role.OFFICE))
    return set(own.filter(pk__in=territories).values_list("pk", flat=True))


def can_keep_words(user: "User") -> bool:
    """词表: the office, of all districts, for they share categories, chains and tags."""
    return keeps_whole(user)


def can_propose_plan(user: "User") -> bool:
    """On a project that the person sees."""
    return user.has_role(Role.OFFICE, Role.TERRITORY)


def can_decide_plan(user: "User") -> bool:
    return user.has_role(Role.OFFICE)
