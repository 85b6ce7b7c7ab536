"""各区：市（省）看各区报来的关账数。"""

from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from xushi.config import clock
from xushi.core.clock import local_day
from xushi.core.months import Month
from xushi.federation import policy
from xushi.home import city
from xushi.progress.scope import LEVELS


@require_GET
def districts(request: HttpRequest) -> HttpResponse:
    """The districts of a month: ranks, sums, who is missing, what was corrected."""
    user: Any = request.user
    if not policy.gathers():
        raise Http404
    if not policy.can_read(user):
        raise PermissionDenied("各区报来的数由重大办、领导、督查、统计查看。")
    today = local_day(clock.now())
    level, by = request.GET.get("level", "district"), request.GET.get("by", "gap")
    try:
        month = Month.parse(request.GET["month"]) if request.GET.get("month") else Month.of(today).previous
        if level not in LEVELS or by not in city.RANKS:
            raise ValueError("没有这个级别或这种排法，请从页上选。")
    except ValueError as problem:
        return render(request, "home/problem.html", {"problem": str(problem)}, status=400)
    page = city.page_of(month, level, by, today=today, due=settings.XUSHI_FEDERATION_DUE_DAY)
    return render(request, "home/city.html", {"page": page, "today": today, "now": clock.now()})
