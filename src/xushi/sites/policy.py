"""谁看、谁管、谁报修、谁存证：看得到项目的人看得到它的现场；统计和三员不看。"""

from typing import TYPE_CHECKING

from xushi.sites.models import WATCHERS, Camera
from xushi.units.models import Role

if TYPE_CHECKING:
    from xushi.units.models import User


def can_watch(user: "User") -> bool:
    return user.has_role(*WATCHERS)


def can_keep(user: "User") -> bool:
    """加摄像头、改、停用、画遮挡区: the office."""
    return user.has_role(Role.OFFICE)


def can_repair(user: "User") -> bool:
    """报修: the office, the inspectors, and the territory and the owner of the site."""
    return user.has_role(Role.OFFICE, Role.INSPECTOR, Role.TERRITORY, Role.OWNER)


def can_hold(user: "User") -> bool:
    """存证截图: the office and the inspectors."""
    return user.has_role(Role.OFFICE, Role.INSPECTOR)


def can_see_viewings(user: "User") -> bool:
    """谁看过直播: the office and the inspectors."""
    return user.has_role(Role.OFFICE, Role.INSPECTOR)


def may_see(user: "User", camera: Camera) -> bool:
    return Camera.objects.visible_to(user).filter(pk=camera.pk).exists()


def can_decide(user: "User") -> bool:
    """停不停工: the office and the inspectors say."""
    return user.has_role(Role.OFFICE, Role.INSPECTOR)


def can_ask_visit(user: "User") -> bool:
    """排进督查: the office plans the rounds."""
    return user.has_role(Role.OFFICE)
