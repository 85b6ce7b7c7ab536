"""谁能改项目库：重大办改项目、批计划；属地对自己的项目提计划调整。"""

from typing import TYPE_CHECKING

from xushi.units.models import Role

if TYPE_CHECKING:
    from xushi.units.models import User


def can_keep_registry(user: "User") -> bool:
    """New and amended projects, lists, ceremonies, categories, chains, tags."""
    return user.has_role(Role.OFFICE)


def can_propose_plan(user: "User") -> bool:
    """On a project that the person sees."""
    return user.has_role(Role.OFFICE, Role.TERRITORY)


def can_decide_plan(user: "User") -> bool:
    return user.has_role(Role.OFFICE)
