"""进门：没登录的去登录页，30 分钟不用的退出，三员只进自己的房间。"""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.middleware import get_user
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import resolve_url

from xushi.config import clock
from xushi.units import actions_emergency, policy, second
from xushi.units.models import User

OPEN_PATHS = ("/healthz", "/kit/", "/static/", "/wall/", "/sw.js", "/manifest.webmanifest", "/favicon.ico")
SEEN = "seen"  # seconds of the real clock when the person last did something
OPENED = "opened"  # seconds of the real clock when the session began
TOUCH_AFTER = 60  # the session is written at most once a minute
BACKGROUND = "X-Xushi-Background"  # pages that ask by themselves say so and keep nobody logged in
# 密码没换、两步验证没设之前，只进得了这几页
OWN_PAGES = {"units:me", "units:password", "units:logout", "units:authenticator", "units:end_session"}


class LoginRequired:
    """Every page asks for a login, except those under OPEN_PATHS and views marked login_not_required."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # the person and not the deputy that Django looks them up by: a page looks at them some thousand times
        request.user = get_user(request)
        if request.user.is_authenticated:
            _keep_or_end(request)
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if request.path_info.startswith(OPEN_PATHS) or not getattr(view, "login_required", True):
            return None
        if not request.user.is_authenticated:
            return to_login(request)
        _end_emergency(request.user)
        match = request.resolver_match
        room, name = (match.namespace, match.view_name) if match else ("", "")
        answers = name == "units:me" and request.method == "POST"  # 同意别人的申请，先得自己进得齐
        if room != "kit" and (answers or name not in OWN_PAGES):
            if request.user.must_change_password:
                return HttpResponseRedirect(resolve_url("units:password"))
            if _owes_second(request, request.user):
                return HttpResponseRedirect(resolve_url("units:authenticator"))
        if not policy.may_enter(request.user, room):
            if name == settings.LOGIN_REDIRECT_URL:
                return HttpResponseRedirect(resolve_url(policy.own_page(request.user)))
            raise PermissionDenied("系统管理员、安全管理员、审计员不看也不改业务数据。")
        return None


def to_login(request: HttpRequest) -> HttpResponse:
    """The login page with the way back; htmx and scripts are told in their own words, so that drafts stay."""
    address = f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': _way_back(request)})}"
    if request.headers.get("HX-Request"):
        return HttpResponse(status=401, headers={"HX-Redirect": address})
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse({"error": "登录已过期，请重新登录。", "login": address}, status=401)
    return HttpResponseRedirect(address)


def _way_back(request: HttpRequest) -> str:
    """The page the person was on: an htmx call or a sent form comes back to its page, not to its target."""
    if request.method == "GET" and not request.headers.get("HX-Request"):
        return request.get_full_path()
    page = urlsplit(request.headers.get("HX-Current-URL") or request.headers.get("Referer", ""))
    if not page.path or page.netloc != request.get_host():
        return "/"
    return page._replace(scheme="", netloc="", fragment="").geturl()


def _end_emergency(user: User) -> None:
    """An emergency appointment whose hours are over is gone before the page is asked for."""
    now = clock.now()
    if any(held.is_over(now) for held in user.appointments_in_force):
        actions_emergency.end_due(now=now, user=user)


def _owes_second(request: HttpRequest, user: User) -> bool:
    """As the appointments say now: a role may have come, a rule or the end of the second step, since the login."""
    owed = second.owes(user)
    if owed != bool(request.session.get(second.OWED)):
        request.session[second.OWED] = owed
    return owed


def _keep_or_end(request: HttpRequest) -> None:
    """Slide the 30 minutes on with what the person does; a session left alone longer, or too old, ends."""
    seconds = int(clock.real().timestamp())
    seen = request.session.get(SEEN)
    opened = request.session.setdefault(OPENED, seconds)
    if (seen is not None and seconds - seen > settings.SESSION_COOKIE_AGE) or (
        seconds - opened > settings.XUSHI_SESSION_SECONDS
    ):
        logout(request)
    elif seen is None or (seconds - seen >= TOUCH_AFTER and not request.headers.get(BACKGROUND)):
        request.session[SEEN] = seconds
