"""画面墙与大屏：一页几路，今天的动静，两天对比，像是停工的现场。"""

from datetime import date, datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from xushi.config import clock
from xushi.core.clock import local_day
from xushi.core.text import row_number
from xushi.registry.models import Project
from xushi.sites import comparing, policy, selectors, selectors_standstill
from xushi.sites.strips import axis_of, strips_of
from xushi.units.access import person

DEFAULT = 16


def ask_watcher(request: HttpRequest) -> None:
    if not policy.can_watch(person(request)):
        raise PermissionDenied("视频监控由看得到项目的单位看，您的角色不看这一页。")


def day_in(request: HttpRequest, today: date, first: date) -> date:
    """The day of the address; today where there is none, where it is to come or lies before the first picture."""
    try:
        asked = date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        return today
    return asked if first <= asked <= today else today


def standstills(request: HttpRequest, now: datetime, project: Project | None = None) -> dict[str, Any]:
    """What looks stopped, and what this person may say to it."""
    user = person(request)
    return {
        "standstills": selectors_standstill.cards(user, now, project=project),
        "may_decide": policy.can_decide(user), "may_hold": policy.can_hold(user),
        "may_ask_visit": policy.can_ask_visit(user),
    }  # fmt: skip


@require_safe
def wall(request: HttpRequest) -> HttpResponse:
    """The page of all cameras in sight: a fixed number of queries."""
    ask_watcher(request)
    now = clock.now()
    context = _looked(request, now) | standstills(request, now) | {"now": now, "today": local_day(now)}
    return render(request, "sites/wall.html", context)


@require_safe
def screen(request: HttpRequest) -> HttpResponse:
    """上大屏: the pictures and nothing else; pages turn by themselves."""
    ask_watcher(request)
    now, user = clock.now(), person(request)
    layout = _layout(request)
    page = selectors.page_of(user, layout, row_number(request.GET.get("page", "")) or 1)
    following = page.next_page_number() if page.has_next() else 1
    context = {
        "now": now, "layout": layout, "page": page, "tiles": selectors.tiles(list(page), now),
        "following": following, "counts": selectors.counts(user),
    }  # fmt: skip
    return render(request, "sites/screen.html", context)


def _looked(request: HttpRequest, now: datetime) -> dict[str, Any]:
    user, today = person(request), local_day(now)
    layout, show = _layout(request), request.GET.get("show", "")
    show = show if show in selectors.SHOWN else ""
    page = selectors.page_of(user, layout, row_number(request.GET.get("page", "")) or 1, show)
    cameras = list(page)
    day = day_in(request, today, selectors.first_day(cameras) or today)
    tiles = selectors.tiles(cameras, now)
    chosen = row_number(request.GET.get("camera", ""))
    camera = next((one for one in cameras if one.pk == chosen), cameras[0] if cameras else None)
    return {
        "page": page, "tiles": tiles, "layout": layout, "layouts": selectors.LAYOUTS, "day": day,
        "strips": strips_of(cameras, day, now), "counts": selectors.counts(user), "chosen": camera,
        "pair": comparing.pair_of(camera, request.GET, today) if camera else None,
        "out": [tile for tile in tiles if tile.outage], "dark": [tile for tile in tiles if tile.dark],
        "office": policy.can_keep(user), "hours": comparing.hours_of(cameras),
        "axis": axis_of(cameras, day, now), "show": show, "shown": selectors.SHOWN.get(show, ""),
    }  # fmt: skip


def _layout(request: HttpRequest) -> int:
    asked = row_number(request.GET.get("n", ""))
    return asked if asked in selectors.LAYOUTS else DEFAULT
