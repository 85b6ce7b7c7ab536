"""预警：谁可以改阈值。"""

from typing import TYPE_CHECKING

from xushi.units.models import Role

if TYPE_CHECKING:
    from xushi.units.models import User


def can_set_thresholds(user: "User") -> bool:
    """区重大办: sets what counts as late or slow."""
    return user.has_role(Role.OFFICE)
