"""登录、退出、自己的账号。"""

from typing import Any

from axes.handlers.proxy import AxesProxyHandler
from axes.helpers import get_cool_off
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate, login, logout, update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from xushi.config import clock
from xushi.journal.actions import Actor
from xushi.units import actions, actions_session, selectors
from xushi.units.access import person
from xushi.units.forms import LoginForm, PasswordForm
from xushi.units.models import User


@login_not_required
@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """登录: a wrong password says how many tries are left; the fifth locks the account for 15 minutes."""
    way_on = _way_on(request)
    if request.method == "GET":
        if request.user.is_authenticated:
            return HttpResponseRedirect(way_on)
        return _login_page(request, LoginForm(), expired="next" in request.GET)
    form = LoginForm(request.POST)
    if not form.is_valid():
        return _login_page(request, form)
    was_locked = not AxesProxyHandler.is_allowed(request, form.cleaned_data)
    user = authenticate(request, **form.cleaned_data)
    if not isinstance(user, User):
        if getattr(request, "axes_locked_out", False):
            if not was_locked:
                _note_lock(request, form.cleaned_data["username"])
            return locked_out(request, form.cleaned_data)
        form.add_error("password", _tries_left(request, form.cleaned_data))
        return _login_page(request, form)
    login(request, user)
    actions_session.note_sign_in(user=user, actor=Actor.of(request), now=clock.now())
    return HttpResponseRedirect(way_on)


def locked_out(request: HttpRequest, credentials: dict[str, Any], *_: Any) -> HttpResponse:
    """连错太多: the answer axes gives while the account is locked."""
    form = LoginForm({"username": credentials.get("username", ""), "password": "-"})
    form.is_valid()
    form.add_error(
        "password",
        f"连错{settings.AXES_FAILURE_LIMIT}次，账号已锁{_lock_minutes()}分钟。请稍后再试，或请系统管理员重设密码。",
    )
    return _login_page(request, form, status=429)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    actions_session.note_sign_out(user=person(request), actor=Actor.of(request), now=clock.now())
    logout(request)
    return redirect("units:login")


def me(request: HttpRequest) -> HttpResponse:
    """我的账号: appointments, theme, text size, password."""
    return render(request, "units/me.html", {"past": selectors.past_appointments(person(request))})


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """改密码: other sessions of this person end, this one stays."""
    user = person(request)
    form = PasswordForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_password(
                user=user, password=form.cleaned_data["new"], actor=Actor.of(request), now=clock.now()
            )
        except ValidationError as problem:
            form.add_error("new", problem)
        else:
            update_session_auth_hash(request, user)
            messages.success(request, "密码已改，下次用新密码登录。")
            return redirect("units:me")
    return render(request, "units/password.html", {"form": form}, status=400 if form.errors else 200)


def _login_page(
    request: HttpRequest, form: LoginForm, *, status: int = 0, expired: bool = False
) -> HttpResponse:
    context = {
        "form": form,
        "next": request.POST.get("next") or request.GET.get("next", ""),
        "expired": expired,
        "district": settings.XUSHI_DISTRICT,
    }
    return render(request, "units/login.html", context, status=status or (400 if form.errors else 200))


def _tries_left(request: HttpRequest, credentials: dict[str, Any]) -> str:
    failures = AxesProxyHandler.get_failures(request, credentials)
    left = max(settings.AXES_FAILURE_LIMIT - failures, 0)
    return f"密码不对，还可试{left}次；再错将锁{_lock_minutes()}分钟。"


def _note_lock(request: HttpRequest, username: str) -> None:
    actions_session.note_lock(
        username=username,
        address=request.META.get("REMOTE_ADDR", ""),
        minutes=_lock_minutes(),
        now=clock.now(),
    )


def _lock_minutes() -> int:
    period = get_cool_off()
    return int(period.total_seconds() // 60) if period else 0


def _way_on(request: HttpRequest) -> str:
    wanted = request.POST.get("next") or request.GET.get("next", "")
    if url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure()):
        return wanted
    return resolve_url(settings.LOGIN_REDIRECT_URL)
