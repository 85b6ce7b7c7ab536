"""每页都要喊出来的：有人在用应急授权，有申请等着同意，三员在哪一页都看得到。"""

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from xushi.config import clock
from xushi.core.clock import BEIJING
from xushi.units import selectors
from xushi.units.models import Consent, Emergency, User
from xushi.units.policy_consents import consents_decided_by
from xushi.units.rules import ADMINISTRATORS


def shouts(request: HttpRequest) -> dict[str, object]:
    """The sentences for this person, asked for only by the pages that print them."""
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        return {"shouts": []}
    return {"shouts": SimpleLazyObject(lambda: _for(user))}


def _for(user: User) -> list[str]:
    if not user.has_role(*ADMINISTRATORS):
        return []
    waiting = consents_decided_by(user).waiting(clock.now()).select_related("by").order_by("pk")
    return [*map(_sentence, selectors.emergencies()), *map(_asked, waiting)]


def _sentence(given: Emergency) -> str:
    held = given.appointment
    until = given.until.astimezone(BEIJING)
    by = f"，{given.by.name}授权" if given.by else ""
    return (
        f"应急授权在用：{held.user.name}为{held.get_role_display()}，范围{held.scope.name}，"
        f"到{until.month}月{until.day}日{until:%H:%M}{by}：{given.reason}"
    )


def _asked(held: Consent) -> str:
    until = held.until.astimezone(BEIJING)
    return (
        f"等你同意：{held.by.name}申请{held.what}，{until.month}月{until.day}日{until:%H:%M}前答，"
        "请到“我的账号”里同意或不同意。"
    )
