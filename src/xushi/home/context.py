"""每页的栏目：角色定入口，数字用固定几次查询。"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch

from xushi.config import clock
from xushi.home import nav as entries
from xushi.home.badges import counts
from xushi.kit.addresses import address_of
from xushi.notices.selectors import MOST, unread_count
from xushi.notices.watching import may_listen
from xushi.units.look import called, look_of

if TYPE_CHECKING:
    from xushi.units.models import User

COUNTED = {"alerts", "cameras", "duties", "indicator_alerts", "permits", "problems", "projects"}


def nav(request: HttpRequest) -> dict[str, Any]:
    """nav for the shell: nothing for the anonymous; at most ten queries for others, fewer where the page asks too."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"nav": {"district": settings.XUSHI_DISTRICT}}
    match = getattr(request, "resolver_match", None)
    view_name = match.view_name if match else ""
    wanted = {entry.key for entry in entries.permitted(user)} & COUNTED
    counted = counts(user, wanted, clock.now())
    items = entries.items(user, view_name, counted)
    business = bool(wanted - {"duties", "indicator_alerts"})
    return {
        "nav": {
            "items": tuple(items),
            "tabs": entries.tabs(user, view_name, items),
            "user": {
                "name": user.name,
                "unit": user.unit_name,
                "initial": user.name[:1],
                "links": _links(),
            },
            "logout_url": _reverse("units:logout"),
            "search_url": _reverse("home:search") if business else None,
            "bell": _bell(user, counted.unread),
            "district": called(user.unit),
            "look": look_of(user.unit),
            "home_url": "/",
        }
    }


def _bell(user: "User", known: int | None) -> dict[str, Any] | None:
    """消息 in the bar, with how many are unread; None for those who hear of nothing."""
    if not may_listen(user):
        return None
    count = unread_count(user) if known is None else known
    return {"url": _reverse("notices:list"), "count": count, "text": "99+" if count >= MOST else str(count)}


@dataclass(frozen=True, slots=True)
class Link:
    """An entry of the person's own menu."""

    url: str
    label: str
    icon: str


def _links() -> tuple[Link, ...]:
    wanted = (("units:me", "我的账号", "user"), ("units:password", "改密码", "lock"))
    return tuple(Link(url, label, icon) for name, label, icon in wanted if (url := _reverse(name)))


def _reverse(name: str) -> str | None:
    try:
        return address_of(name)
    except NoReverseMatch:
        return None
