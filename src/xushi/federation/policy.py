"""谁签报、谁看各区：都是管全区（全市）的人；签报、登记只有重大办。"""

from typing import TYPE_CHECKING

from django.conf import settings

from xushi.units.models import Role
from xushi.units.policy import sees_everything

if TYPE_CHECKING:
    from xushi.units.models import User

CITY, PROVINCE = "city", "province"


def gathers() -> bool:
    """Whether this installation is a city's or a province's, which receives."""
    return settings.XUSHI_TIER in (CITY, PROVINCE)


def can_read(user: "User") -> bool:
    """Office, leader, inspector and statistics of the whole: sums, ranks and what was granted."""
    return sees_everything(user)


def can_sign(user: "User") -> bool:
    return sees_everything(user) and user.has_role(Role.OFFICE)
