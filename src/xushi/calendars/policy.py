"""谁管工作日历。"""

from typing import TYPE_CHECKING

from xushi.units.districts import keeps_whole

if TYPE_CHECKING:
    from xushi.units.models import User


def can_load_notice(user: "User") -> bool:
    """区重大办 loads a year's notice, that of all districts where there are several: the days off are everybody's."""
    return keeps_whole(user)
