"""进门的几步：密码、外面的门、第二步，都从这里进来，记一笔，记下是哪一处。"""

from typing import Any

from axes.handlers.proxy import AxesProxyHandler
from axes.helpers import get_cool_off
from django.conf import settings
from django.contrib.auth import login, user_login_failed
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme

from xushi.config import clock
from xushi.journal.actions import Actor
from xushi.units import actions_session, second, sessions
from xushi.units.forms import LoginForm
from xushi.units.gates import gates_here
from xushi.units.middleware import OPENED
from xushi.units.models import User

BACKEND = "django.contrib.auth.backends.ModelBackend"
THROUGH = "through"


def first_step_done(request: HttpRequest, user: User, *, way_on: str, through: str = "") -> HttpResponse:
    """The password was right, or another house vouches: in, or on to the code where the person has one."""
    if second.is_set(user):
        second.wait(request, user, way_on=way_on, real=clock.real())
        request.session[THROUGH] = through
        return redirect("units:second_step")
    return enter(request, user, way_on=way_on, through=through)


def enter(request: HttpRequest, user: User, *, way_on: str, through: str = "") -> HttpResponse:
    """登录: one session, noted with its place; whoever owes a second step sets it up before anything else."""
    for key in (second.WAITING, THROUGH):
        request.session.pop(key, None)
    login(request, user, backend=BACKEND)
    real = clock.real()
    request.session[OPENED] = int(real.timestamp())
    if not second.is_set(user) and second.is_required(user):
        request.session[second.OWED] = True
    if not request.session.session_key:
        request.session.create()
    actions_session.note_sign_in(
        user=user,
        actor=Actor.of(request),
        now=clock.now(),
        session_key=request.session.session_key,
        device=sessions.device_of(request.headers.get("User-Agent", "")),
        real=real,
        only=settings.XUSHI_ONE_SESSION,
        through=through,
    )
    return HttpResponseRedirect(way_on)


def login_page(
    request: HttpRequest, form: LoginForm, *, status: int = 0, expired: bool = False, problem: str = ""
) -> HttpResponse:
    context = {
        "form": form,
        "next": request.POST.get("next") or request.GET.get("next", ""),
        "expired": expired,
        "problem": problem,
        "gates": gates_here(),
        "district": settings.XUSHI_DISTRICT,
    }
    return render(request, "units/login.html", context, status=status or (400 if form.errors else 200))


def locked_out(request: HttpRequest, credentials: dict[str, Any], *_: Any) -> HttpResponse:
    """连错太多: the answer axes gives while the account is locked."""
    form = LoginForm({"username": credentials.get("username", ""), "password": "-"})
    form.is_valid()
    form.add_error(
        "password",
        f"连错{settings.AXES_FAILURE_LIMIT}次，账号已锁{lock_minutes()}分钟。请稍后再试，或请系统管理员重设密码。",
    )
    return login_page(request, form, status=429)


def is_locked(request: HttpRequest, username: str) -> bool:
    return not AxesProxyHandler.is_allowed(request, {"username": username})


def count_wrong_code(request: HttpRequest, username: str) -> bool:
    """A wrong code counts as a wrong password does; True where this one locked the account."""
    user_login_failed.send(sender=__name__, credentials={"username": username}, request=request)
    if not is_locked(request, username):
        return False
    note_lock(request, username)
    return True


def tries_left(request: HttpRequest, credentials: dict[str, Any], what: str = "密码") -> str:
    failures = AxesProxyHandler.get_failures(request, credentials)
    left = max(settings.AXES_FAILURE_LIMIT - failures, 0)
    return f"{what}不对，还可试{left}次；再错将锁{lock_minutes()}分钟。"


def note_lock(request: HttpRequest, username: str) -> None:
    actions_session.note_lock(
        username=username,
        address=request.META.get("REMOTE_ADDR", ""),
        minutes=lock_minutes(),
        now=clock.now(),
    )


def lock_minutes() -> int:
    period = get_cool_off()
    return int(period.total_seconds() // 60) if period else 0


def way_on_of(request: HttpRequest) -> str:
    """Where the person wanted to go, if that is here."""
    return here_or_home(request, request.POST.get("next") or request.GET.get("next", ""))


def here_or_home(request: HttpRequest, wanted: str) -> str:
    if url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure()):
        return wanted
    return resolve_url(settings.LOGIN_REDIRECT_URL)
