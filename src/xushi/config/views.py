"""运维探活；演示区拨钟。"""

from datetime import timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from xushi.config import clock
from xushi.flow.actions import begin_day
from xushi.journal import worker
from xushi.kit.context import spoken

STEPS = {"day": timedelta(days=1), "week": timedelta(weeks=1)}


@login_not_required
@never_cache
def alive(request: HttpRequest) -> JsonResponse:
    """200 while this process answers at all: one that does not is to be started again."""
    return JsonResponse({"status": "ok"})


@login_not_required
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """Ready: 200 while the database answers, 503 otherwise: send no visitors here for now."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return JsonResponse({"status": "down", "database": "连不上数据库"}, status=503)
    return JsonResponse({"status": "ok", "database": "ok"})


@require_POST
def advance_clock(request: HttpRequest) -> HttpResponse:
    """拨钟: any visitor of the demonstration moves its clock on by a day or a week; what the day brings follows."""
    if not clock.is_demonstration():
        raise Http404("真实的钟不能拨。")
    step = STEPS.get(request.POST.get("by", "day"))
    if step is None:
        return HttpResponse("只能往后拨一天（day）或一周（week）。", status=400)
    now = clock.advance(step)
    begin_day(now=now)
    worker.work(clock.real())
    messages.info(request, f"钟已拨到{spoken(now)}。")
    return HttpResponseRedirect(_back(request))


def _back(request: HttpRequest) -> str:
    wanted = request.POST.get("next") or request.headers.get("Referer", "")
    if url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure()):
        return wanted
    return "/"
