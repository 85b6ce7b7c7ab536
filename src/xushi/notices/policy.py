"""消息：谁照看通道。"""

from typing import TYPE_CHECKING

from xushi.units.districts import keeps_whole
from xushi.units.models import Role

if TYPE_CHECKING:
    from xushi.units.models import User


def can_run_channels(user: "User") -> bool:
    """区重大办, of all districts, and the system administrator: how the channels fare, without any message's words."""
    return user.has_role(Role.SYSTEM_ADMIN) or keeps_whole(user)
