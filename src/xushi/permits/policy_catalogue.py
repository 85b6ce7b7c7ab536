"""谁看目录、谁改目录：部门、属地、领导、督查、统计都看，区重大办改。"""

from typing import TYPE_CHECKING

from xushi.units.districts import keeps
from xushi.units.models import Role, Unit

if TYPE_CHECKING:
    from xushi.units.models import User

READERS = (Role.OFFICE, Role.LEADER, Role.INSPECTOR, Role.STATISTICS, Role.DEPARTMENT, Role.TERRITORY)


def can_read_catalogue(user: "User") -> bool:
    return user.has_role(*READERS)


def can_keep_catalogue(user: "User", district: Unit | None = None) -> bool:
    """编目录: a district's own by its office, the common one by the office of all."""
    return keeps(user, district)
