"""谁能提、谁能承诺、谁管盘子：单位为自己的项目提，保障单位答复，重大办都能办，领导和督查只看。"""

from typing import TYPE_CHECKING

from xushi.guarantees.models import ResourceRequest
from xushi.guarantees.policy_units import paths_of
from xushi.registry.models import Project
from xushi.units.districts import keeps_whole
from xushi.units.models import Role

if TYPE_CHECKING:
    from xushi.units.models import User

ASKERS = (Role.OFFICE, Role.TERRITORY, Role.OWNER)
READERS = (*ASKERS, Role.DEPARTMENT, Role.LEADER, Role.INSPECTOR)


def can_read(user: "User") -> bool:
    return user.has_role(*READERS)


def is_asker(user: "User") -> bool:
    return user.has_role(*ASKERS)


def can_ask(user: "User", project: Project) -> bool:
    """提要素请求: for a project that this person sees."""
    return is_asker(user) and Project.objects.visible_to(user).filter(pk=project.pk).exists()


def can_keep(user: "User") -> bool:
    """承诺、落实、转给别的单位: the office."""
    return user.has_role(Role.OFFICE)


def can_keep_stocks(user: "User") -> bool:
    """盘子、分工: the office, of all districts."""
    return keeps_whole(user)


def can_decide(user: "User", request: ResourceRequest) -> bool:
    """承诺、落实、答复不能保障: the providing unit and the office."""
    if can_keep(user):
        return True
    owner = request.owner
    answering = [owner.path] + ([owner.successor.path] if owner.successor else [])
    return any(path.startswith(own) for path in answering for own in paths_of(user))


def can_withdraw(user: "User", request: ResourceRequest) -> bool:
    """撤回: whoever may ask for the project, not the unit that is to provide."""
    return can_ask(user, request.project)
