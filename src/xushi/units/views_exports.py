"""导出申请的页：自己申请的，等自己批的；申请、批准、不批。"""

from typing import Any

from django.contrib import messages
from django.core import signing
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from xushi.config import clock
from xushi.journal.actions import Actor
from xushi.units import actions_exports
from xushi.units import policy_exports as policy
from xushi.units.access import person
from xushi.units.models_exports import ExportRequest
from xushi.units.rules import Refused
from xushi.units.views_exporting import LONGEST_ADDRESS, SALT, ask_page

SHOWN = 100


@require_safe
def exports(request: HttpRequest) -> HttpResponse:
    """导出申请: one's own, and for those who decide what waits for them."""
    return _page(request)


@require_POST
def ask(request: HttpRequest) -> HttpResponse:
    """申请: only for an export that this person was just told needs it."""
    user, reason = person(request), request.POST.get("reason", "")
    try:
        told: dict[str, Any] = signing.loads(request.POST.get("ticket", ""), salt=SALT, max_age=12 * 3600)
    except signing.BadSignature as wrong:
        raise BadRequest("这张申请放得太久了，请回到清单再点一次导出。") from wrong
    if told["by"] != user.pk or len(told["address"]) > LONGEST_ADDRESS:
        raise BadRequest("这张申请不是给你的，请回到清单再点一次导出。")
    asked = {name: told[name] for name in ("title", "address", "personal")}
    try:
        actions_exports.ask(user=user, reason=reason, actor=Actor.of(request), now=clock.now(), **asked)
    except Refused as refused:
        return ask_page(request, **asked, problem=str(refused), typed=reason)
    messages.success(request, "已申请，批了会有消息，也在这一页取。")
    return redirect("units:exports")


@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """批准 or 不批; what was typed stays where it is refused."""
    user, words = person(request), request.POST.get("words", "")
    held = get_object_or_404(policy.exports_decided_by(user), pk=pk)
    granted = request.POST.get("verdict") == "grant"
    try:
        actions_exports.decide(
            request=held, granted=granted, words=words, actor=Actor.of(request), now=clock.now()
        )
    except Refused as refused:
        return _page(request, problem=str(refused), about=pk, typed=words, status=400)
    messages.success(request, f"已批准，{held.by.name}一天之内可取一次。" if granted else "已回不批。")
    return redirect("units:exports")


def _page(request: HttpRequest, status: int = 200, **more: Any) -> HttpResponse:
    user, now = person(request), clock.now()
    decides = policy.can_decide_exports(user)
    theirs = policy.exports_decided_by(user).select_related("by", "decided_by")
    own = ExportRequest.objects.filter(by=user).select_related("decided_by").order_by("-pk")[:SHOWN]
    context = {
        "decides": decides,
        "waiting": list(theirs.waiting().order_by("pk")[:SHOWN]),
        "decided": list(theirs.exclude(decided_at=None).order_by("-decided_at")[:20]),
        "own": [(one, one.state_at(now)) for one in own],
        **more,
    }
    return render(request, "units/exports.html", context, status=status)
