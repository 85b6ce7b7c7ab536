"""预警：谁可以改阈值。"""

from typing import TYPE_CHECKING

from xushi.units.districts import keeps_whole, own_district
from xushi.units.models import Role

if TYPE_CHECKING:
    from xushi.units.models import Unit, User


def can_set_thresholds(user: "User") -> bool:
    """区重大办: sets what counts as late or slow, for all districts or for its own."""
    return keeps_whole(user) or own_district(user, Role.OFFICE) is not None


def may_set_thresholds(user: "User", district: "Unit | None") -> bool:
    """All districts' by the office of them all; one's by that office or its own."""
    if keeps_whole(user):
        return True
    return district is not None and own_district(user, Role.OFFICE) == district
