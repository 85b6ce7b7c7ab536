"""从外面的门进来：去、回，各一页；只放进已有的账号。"""

import secrets
from hmac import compare_digest
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from xushi.config import clock
from xushi.core.text import tidy
from xushi.kit.views_limits import too_often
from xushi.units import views_entering as entering
from xushi.units.forms import LoginForm
from xushi.units.gates import Gate, GateClosed, gates_here
from xushi.units.models import User

ASKED = "gate_asked"
WAITS_SECONDS = 10 * 60


@login_not_required
@never_cache
@require_GET
def gate(request: HttpRequest, slug: str) -> HttpResponse:
    """去对方那里: what will be believed on the way back is kept in this session, once."""
    found = _gate(slug)
    if wait := too_often(request, "login"):
        return wait.on(_by_hand(request, wait.sentence))
    told: dict[str, Any] = {
        "slug": slug,
        "state": secrets.token_urlsafe(24),
        "nonce": secrets.token_urlsafe(24),
        "verifier": secrets.token_urlsafe(48),
        "at": int(clock.real().timestamp()),
        "next": entering.way_on_of(request),
    }
    try:
        address = found.address(
            back=_back(request, slug), state=told["state"], nonce=told["nonce"], verifier=told["verifier"]
        )
    except GateClosed as problem:
        return _by_hand(request, str(problem))
    request.session[ASKED] = told
    return HttpResponseRedirect(address)


@login_not_required
@never_cache
@require_GET
def gate_back(request: HttpRequest, slug: str) -> HttpResponse:
    """从对方那里回来: whoever it vouches for, if the account is there and in use; a second step is still asked."""
    found = _gate(slug)
    told = request.session.pop(ASKED, None)
    state = request.GET.get("state", "")
    late = told is None or clock.real().timestamp() - told["at"] > WAITS_SECONDS
    if late or told["slug"] != slug or not compare_digest(told["state"].encode(), state.encode()):
        return _by_hand(request, "这次登录不是从这里开始的，或已过期，请重新点一次。")
    code = request.GET.get("code", "")
    if not code or len(code) > 2000:
        return _by_hand(request, f"{found.name}没有答应登录，请重新点一次，或用账号密码登录。")
    try:
        number = found.number(
            code=code, back=_back(request, slug), nonce=told["nonce"], verifier=told["verifier"]
        )
    except GateClosed as problem:
        return _by_hand(request, str(problem))
    user = User.objects.filter(username=tidy(number), is_active=True).first() if number else None
    if user is None:
        return _by_hand(request, f"{found.name}认得你，这里却没有你在用的账号。请系统管理员按你的工号开通。")
    if entering.is_locked(request, user.username):
        return entering.locked_out(request, {"username": user.username})
    return entering.first_step_done(request, user, way_on=told["next"], through=found.name)


def _gate(slug: str) -> Gate:
    for one in gates_here():
        if one.slug == slug:
            return one
    raise Http404("这里没有这样的登录方式。")


def _back(request: HttpRequest, slug: str) -> str:
    return request.build_absolute_uri(reverse("units:gate_back", args=[slug]))


def _by_hand(request: HttpRequest, problem: str) -> HttpResponse:
    return entering.login_page(request, LoginForm(), problem=problem, status=400)
