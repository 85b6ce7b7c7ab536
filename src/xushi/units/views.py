"""登录、退出、自己的账号。"""

from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth import authenticate, logout, update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render, resolve_url
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from xushi.config import clock
from xushi.core.text import row_number
from xushi.journal.actions import Actor
from xushi.kit.views_limits import too_often
from xushi.units import actions, actions_consents, actions_session, second, selectors, sessions
from xushi.units import views_entering as entering
from xushi.units.access import person
from xushi.units.forms import LoginForm, PasswordForm
from xushi.units.gates import silent_gate
from xushi.units.models import User
from xushi.units.policy_consents import consents_decided_by
from xushi.units.rules import ADMINISTRATORS, Refused

GATE_TRIED = "gate_tried"
locked_out = entering.locked_out  # what the settings name


@login_not_required
@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """登录: a wrong password says how many tries are left; the fifth locks the account for 15 minutes."""
    way_on = entering.way_on_of(request)
    if request.method == "GET":
        return _before_the_door(request, way_on)
    form = LoginForm(request.POST)
    if wait := too_often(request, "login"):
        return wait.on(entering.login_page(request, form, problem=wait.sentence))
    if not form.is_valid():
        return entering.login_page(request, form)
    username = form.cleaned_data["username"]
    was_locked = entering.is_locked(request, username)
    user = authenticate(request, **form.cleaned_data)
    if not isinstance(user, User):
        if getattr(request, "axes_locked_out", False):
            if not was_locked:
                entering.note_lock(request, username)
            return locked_out(request, form.cleaned_data)
        form.add_error("password", entering.tries_left(request, form.cleaned_data))
        return entering.login_page(request, form)
    return entering.first_step_done(request, user, way_on=way_on)


def _before_the_door(request: HttpRequest, way_on: str) -> HttpResponse:
    """Whoever is in goes on; in the browser of WeCom its own gate is tried once; everybody else sees the form."""
    if request.user.is_authenticated:
        return HttpResponseRedirect(way_on)
    if gate := silent_gate(request.headers.get("User-Agent", ""), tried=GATE_TRIED in request.session):
        request.session[GATE_TRIED] = True
        return redirect(f"{resolve_url('units:gate', gate.slug)}?{urlencode({'next': way_on})}")
    return entering.login_page(request, LoginForm(), expired="next" in request.GET)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    actions_session.note_sign_out(
        user=person(request),
        actor=Actor.of(request),
        now=clock.now(),
        session_key=request.session.session_key,
    )
    logout(request)
    return redirect("units:login")


def me(request: HttpRequest) -> HttpResponse:
    """我的账号: appointments, theme, text size, password, where the person is signed in, what waits for their consent."""
    number = row_number(request.POST.get("consent", ""))
    if not number:
        return _me_page(request)
    words, given = request.POST.get("words", ""), request.POST.get("verdict") == "give"
    held = get_object_or_404(consents_decided_by(person(request)), pk=number)
    try:
        actions_consents.decide(
            consent=held, given=given, words=words, actor=Actor.of(request), now=clock.now()
        )
    except Refused as refused:
        return _me_page(request, problem=str(refused), about=held.pk, typed=words, status=400)
    messages.success(request, "已同意并办好。" if given else "已回不同意，什么也没有变。")
    return redirect("units:me")


def _me_page(request: HttpRequest, status: int = 200, **more: object) -> HttpResponse:
    user = person(request)
    waiting = consents_decided_by(user).waiting(clock.now()).select_related("by").order_by("pk")
    here = request.session.session_key
    context = {
        "past": selectors.past_appointments(user),
        "places": sessions.places(user, here=here, real=clock.real()),
        "second_is_set": second.is_set(user),
        "may_owe": bool(user.appointments_in_force) and not user.has_role(*ADMINISTRATORS),
        "consents": list(waiting),
        **more,
    }
    return render(request, "units/me.html", context, status=status)


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """改密码: other sessions of this person end, this one stays."""
    user = person(request)
    form = PasswordForm(request.POST or None, user=user)
    if request.method == "POST" and (wait := too_often(request, "login")):
        form.add_error("old", wait.sentence)
        return wait.on(render(request, "units/password.html", {"form": form}))
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_password(
                user=user, password=form.cleaned_data["new"], actor=Actor.of(request), now=clock.now()
            )
        except ValidationError as problem:
            form.add_error("new", problem)
        else:
            before = request.session.session_key
            update_session_auth_hash(request, user)
            sessions.follow(old=before, new=request.session.session_key)
            messages.success(request, "密码已改，下次用新密码登录。")
            return redirect("units:authenticator" if second.owes(user) else "units:me")
    return render(request, "units/password.html", {"form": form}, status=400 if form.errors else 200)
