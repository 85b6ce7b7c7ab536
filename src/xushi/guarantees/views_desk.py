"""要素保障的台面：各类要多少、承诺多少、盘子剩多少，冲突，清单；导出。"""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from xushi.config import clock
from xushi.core.clock import local_day
from xushi.guarantees import exporting, policy, selectors
from xushi.guarantees.rules import Kind
from xushi.guarantees.selectors import STATES, Wanted
from xushi.units.access import person
from xushi.units.views_exporting import hand_out

MOST_CONFLICTS = 30


def ask_reader(request: HttpRequest) -> None:
    if not policy.can_read(person(request)):
        raise PermissionDenied("要素保障由项目单位、属地、保障部门和区重大办办，您的角色不看这一页。")


@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """The page of all requests; an odd address gets the whole list and a sentence."""
    ask_reader(request)
    user, now = person(request), clock.now()
    today = local_day(now)
    odd = ""
    try:
        wanted = Wanted.read(request.GET)
    except ValueError as wrong:
        wanted, odd = Wanted(), str(wrong)
    rows = selectors.by_kind(user, today.year, today)
    collisions = selectors.collisions(user)
    context = {
        "wanted": wanted, "odd": odd, "now": now, "today": today, "rows": rows,
        "open": sum(row.count for row in rows), "late": sum(row.late for row in rows),
        "conflicts": collisions[:MOST_CONFLICTS], "conflict_count": len(collisions),
        "page": selectors.page_of(user, wanted, today), "kinds": Kind.choices(), "states": STATES.items(),
        "may_ask": policy.is_asker(user), "office": policy.can_keep(user), "query": request.GET.urlencode(),
    }  # fmt: skip
    return render(request, "guarantees/desk.html", context, status=400 if odd else 200)


@require_safe
def export(request: HttpRequest) -> HttpResponseBase:
    """The list as it is narrowed, as xlsx."""
    ask_reader(request)
    user, now = person(request), clock.now()
    today = local_day(now)
    try:
        wanted = Wanted.read(request.GET)
    except ValueError as wrong:
        return HttpResponse(str(wrong), status=400, content_type="text/plain; charset=utf-8")
    return hand_out(request, exporting.answer(selectors.found(user, wanted, today), now))
