"""谁管服务账号和令牌：账号系统管理员开，授权（任职、令牌）安全管理员给。"""

from typing import TYPE_CHECKING

from xushi.units import policy
from xushi.units.rules import ADMINISTRATORS

if TYPE_CHECKING:
    from xushi.units.models import User


def can_open(user: "User") -> bool:
    """开服务账号: whoever opens accounts."""
    return policy.can_manage_accounts(user)


def can_issue(user: "User") -> bool:
    """发、换、作废令牌: whoever grants."""
    return policy.can_grant(user)


def can_see(user: "User") -> bool:
    return can_open(user) or can_issue(user)


def can_subscribe(user: "User") -> bool:
    """待办日历: whoever can owe anything."""
    return bool(user.appointments_in_force) and not user.has_role(*ADMINISTRATORS)
