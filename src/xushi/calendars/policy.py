"""谁管工作日历。"""

from typing import TYPE_CHECKING

from xushi.units.models import Role

if TYPE_CHECKING:
    from xushi.units.models import User


def can_load_notice(user: "User") -> bool:
    """区重大办 loads a year's notice."""
    return user.has_role(Role.OFFICE)
