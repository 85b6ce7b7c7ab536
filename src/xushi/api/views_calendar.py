"""待办日历的页和日历本身。"""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from xushi.api import calendars, policy
from xushi.api.views_access import standing
from xushi.config import clock
from xushi.journal.actions import Actor
from xushi.kit.views_limits import TOO_MANY, too_often
from xushi.progress.asking import Request
from xushi.units.rules import Refused


@sensitive_variables("secret", "address")
@require_http_methods(["GET", "HEAD", "POST"])
def calendar(request: Request) -> HttpResponse:
    """待办日历: whether there is an address; a new one is shown on this answer and never again."""
    if not policy.can_subscribe(request.user):
        raise PermissionDenied("没有业务任职的账号没有待办，不用日历地址。")
    address = ""
    if request.method == "POST":
        secret = calendars.make_key(request.user, actor=Actor.of(request), now=clock.now())
        address = request.build_absolute_uri(reverse("api:calendar_feed", args=[secret]))
    context: dict[str, Any] = {"key": (key := calendars.key_of(request.user)), "address": address}
    if key:
        context |= {"until": calendars.until(key), "ended": calendars.ended(key, clock.now())}
    answer = render(request, "api/calendar.html", context)
    answer["Cache-Control"] = "no-store"
    return answer


@require_POST
def stop(request: Request) -> HttpResponse:
    try:
        calendars.stop_key(request.user, actor=Actor.of(request), now=clock.now())
    except Refused as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, "日历地址已停用，马上读不到了。")
    return redirect("api:calendar")


@sensitive_variables("secret")
@login_not_required
@require_safe
def feed(request: HttpRequest, secret: str) -> HttpResponse:
    """The calendar, by its secret alone: programs that read calendars cannot log in."""
    now = clock.now()
    try:
        key = calendars.held(secret, now)
    except calendars.Ended as ended:
        return _words(str(ended), 410)
    if key is None and (wait := too_often(request, "key")):
        return wait.on(_words(wait.sentence, TOO_MANY))
    if key is None or not policy.can_subscribe(standing(key.user)):
        return _words("没有这个日历，或者地址已停用。请在“我的账号”里另开一个。", 404)
    text = calendars.feed(key, now, request.build_absolute_uri)
    answer = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = 'inline; filename="xushi.ics"'
    answer["Cache-Control"] = "private, no-store"
    return answer


def _words(words: str, status: int) -> HttpResponse:
    return HttpResponse(words, status=status, content_type="text/plain; charset=utf-8")
