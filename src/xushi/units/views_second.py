"""两步验证的页：登录的第二步、自己设、安全管理员定谁必须用。"""

from typing import Any

import segno
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from xushi.config import clock
from xushi.journal.actions import Actor
from xushi.kit.views_limits import too_often
from xushi.units import actions_second, codes, policy, second
from xushi.units import views_entering as entering
from xushi.units.access import person
from xushi.units.forms import CodeForm
from xushi.units.models import Role, SecondStepRule, User
from xushi.units.rules import Refused
from xushi.units.vault import Unsealable

UNREADABLE = "两步验证的密钥在这台机器上读不出，请运维核对各台机器的 account-key 是不是同一把。"


@login_not_required
@sensitive_post_parameters("code")
@never_cache
@require_http_methods(["GET", "POST"])
def second_step(request: HttpRequest) -> HttpResponse:
    """登录的第二步: wrong codes count with wrong passwords, five lock the account for 15 minutes."""
    found = second.waiting(request, real=clock.real())
    if request.user.is_authenticated or found is None:
        return redirect("units:login")
    user, way_on = found
    if entering.is_locked(request, user.username):
        return entering.locked_out(request, {"username": user.username})
    form = CodeForm(request.POST or None)
    if request.method == "POST" and (wait := too_often(request, "login")):
        form.add_error("code", wait.sentence)
        return wait.on(
            render(request, "units/second_step.html", {"form": form, "district": settings.XUSHI_DISTRICT})
        )
    if request.method == "POST" and form.is_valid():
        if _proves(request, user, form):
            through = request.session.get(entering.THROUGH, "")
            return entering.enter(request, user, way_on=way_on, through=through)
        if not form.errors:
            if entering.count_wrong_code(request, user.username):
                return entering.locked_out(request, {"username": user.username})
            form.add_error("code", entering.tries_left(request, {"username": user.username}, "验证码"))
    context = {"form": form, "district": settings.XUSHI_DISTRICT}
    return render(request, "units/second_step.html", context, status=400 if form.errors else 200)


@sensitive_post_parameters("code")
@never_cache
@require_http_methods(["GET", "POST"])
def authenticator(request: HttpRequest) -> HttpResponse:
    """我的两步验证: set up by a picture and a first code; once set, new recovery codes or an end of it."""
    user = person(request)
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            fresh = _act(request, user, form.cleaned_data["code"])
        except Refused as problem:
            form.add_error("code", str(problem))
        else:
            if fresh:
                return render(request, "units/recovery_codes.html", {"codes": fresh})
            messages.success(request, "两步验证已停用。")
            return redirect("units:me")
    standing = _standing(user, form)
    status = 503 if "barred" in standing else 400 if form.errors else 200
    return render(request, "units/authenticator.html", standing, status=status)


@require_http_methods(["GET", "POST"])
def rules(request: HttpRequest) -> HttpResponse:
    """哪些角色必须两步验证, and who of them has not set it up."""
    if not policy.can_grant(person(request)):
        raise PermissionDenied("两步验证的要求由安全管理员来定。")
    problem = ""
    if request.method == "POST":
        try:
            actions_second.require(
                roles=set(request.POST.getlist("role")), actor=Actor.of(request), now=clock.now()
            )
        except Refused as refused:
            problem = str(refused)
        else:
            messages.success(request, "已定，即刻生效：没设的下一次操作先去设。")
            return redirect("units:second_rules")
    asked = set(SecondStepRule.objects.values_list("role", flat=True))
    held = User.objects.filter(is_active=True, appointments__ended_at=None, appointments__role__in=asked)
    without = held.filter(authenticator__confirmed_at=None).distinct().order_by("username")
    context = {
        "lines": [(value, word, value in asked) for value, word in Role.choices],
        "without": without[:100],
        "count": without.count(),
        "problem": problem,
    }
    return render(request, "units/second_rules.html", context, status=400 if problem else 200)


def _proves(request: HttpRequest, user: User, form: CodeForm) -> bool:
    try:
        return actions_second.prove(
            user=user,
            code=form.cleaned_data["code"],
            actor=Actor(by=user, address=request.META.get("REMOTE_ADDR", "")),
            now=clock.now(),
            real=clock.real(),
        )
    except Unsealable:
        form.add_error("code", f"{UNREADABLE}急着进，请安全管理员重置你的两步验证。")
        return False


def _act(request: HttpRequest, user: User, code: str) -> list[str]:
    """What was asked for: recovery codes to show, none where it was ended. A wrong code counts as at the login."""
    if entering.is_locked(request, user.username):
        raise Refused(f"连错太多，请{entering.lock_minutes()}分钟后再试。")
    common: dict[str, Any] = {
        "user": user, "code": code, "actor": Actor.of(request), "now": clock.now(), "real": clock.real(),
    }  # fmt: skip
    try:
        match request.POST.get("do"):
            case "renew":
                return actions_second.renew_codes(**common)
            case "remove":
                actions_second.remove(**common)
                return []
        fresh = actions_second.confirm(**common)
    except Unsealable as problem:
        raise Refused(UNREADABLE) from problem
    except Refused:
        entering.count_wrong_code(request, user.username)
        raise
    request.session.pop(second.OWED, None)
    return fresh


def _standing(user: User, form: CodeForm) -> dict[str, object]:
    if second.is_set(user):
        return {"form": form, "is_set": True, "left": second.codes_left(user)}
    try:
        secret = actions_second.begin(user=user, now=clock.now())
    except Unsealable:
        return {"form": form, "barred": UNREADABLE}
    address = codes.address_of(secret, issuer=f"{settings.XUSHI_DISTRICT}序时", account=user.username)
    return {
        "form": form,
        "is_set": False,
        "required": second.is_required(user),
        "picture": _picture(address),
        "secret": " ".join(secret[i : i + 4] for i in range(0, len(secret), 4)),
    }


def _picture(address: str) -> SafeString:
    """The square as SVG paths: made here of an address made here, nothing of it is anybody's text."""
    drawn = segno.make(address, error="m").svg_inline(scale=5, border=4, dark="#000", light="#fff")
    return mark_safe(drawn)  # noqa: S308
