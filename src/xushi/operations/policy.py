"""谁照看这套系统。"""

from typing import TYPE_CHECKING

from xushi.units.models import Role

if TYPE_CHECKING:
    from xushi.units.models import User


def can_operate(user: "User") -> bool:
    """系统管理员: sees how the installation fares and has failed reactions tried again; no business word is shown."""
    return user.has_role(Role.SYSTEM_ADMIN)
