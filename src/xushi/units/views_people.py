"""人员页：系统管理员管账号，安全管理员管授权。"""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from xushi.config import clock
from xushi.core.text import row_number
from xushi.journal.actions import Actor
from xushi.units import actions, actions_consents, policy, second, selectors, sessions
from xushi.units.access import person as person_of
from xushi.units.forms import AccountForm, AppointForm, EmergencyForm, MoveForm
from xushi.units.models import Appointment, Consent, Role, Unit, User
from xushi.units.rules import Refused

PER_PAGE = 50
LONGEST = 100  # letters looked for: SQLite refuses a pattern of tens of thousands


def ask_administrator(request: HttpRequest) -> None:
    if not (policy.can_manage_accounts(person_of(request)) or policy.can_grant(person_of(request))):
        raise PermissionDenied("账号与授权由系统管理员、安全管理员管理。")


def people(request: HttpRequest) -> HttpResponse:
    """人员名单."""
    ask_administrator(request)
    wanted = wanted_people(request)
    page = Paginator(selectors.people(wanted), PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "wanted": wanted, "roles": Role.choices, "may": _may(request)}
    return render(request, "units/people.html", context)


def wanted_people(request: HttpRequest) -> selectors.PeopleFilter:
    number = row_number(request.GET.get("unit", ""))
    return selectors.PeopleFilter(
        words=request.GET.get("q", "").strip()[:LONGEST],
        unit=Unit.objects.filter(pk=number).first() if number else None,
        role=request.GET.get("role", ""),
    )


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def new_account(request: HttpRequest) -> HttpResponse:
    """开通账号; the first password must be changed at the first login."""
    ask_administrator(request)
    form = AccountForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user = actions.open_account(
                **form.cleaned_data, must_change_password=True, actor=Actor.of(request), now=clock.now()
            )
        except ValidationError as problem:
            form.add_error("password", problem)
        except Refused as problem:
            form.add_error(None, str(problem))
        else:
            messages.success(request, f"已开通{user.name}的账号，角色由安全管理员授予。")
            return redirect("units:person", user.pk)
    context = {"form": form, "may": _may(request)}
    return render(request, "units/new_account.html", context, status=400 if form.errors else 200)


def person(request: HttpRequest, pk: int) -> HttpResponse:
    """一个人: account, appointments in force and past."""
    ask_administrator(request)
    return person_page(request, get_object_or_404(User, pk=pk))


@require_POST
def set_active(request: HttpRequest, pk: int) -> HttpResponse:
    return act_on(
        request,
        pk,
        lambda user, common: actions_consents.do_or_ask(
            kind=Consent.Kind.ACTIVE,
            user=user,
            details={
                "active": request.POST.get("active") == "1",
                "reason": request.POST.get("reason", "")[:200],
            },
            **common,
        ),
        "已办好，对方下一次操作起生效。",
    )


@sensitive_post_parameters("password")
@require_POST
def reset(request: HttpRequest, pk: int) -> HttpResponse:
    return act_on(
        request,
        pk,
        lambda user, common: actions_consents.do_or_ask(
            kind=Consent.Kind.PASSWORD,
            user=user,
            details={"password": request.POST.get("password", "")},
            **common,
        ),
        "密码已重设，对方登录后须另设密码。",
    )


@require_POST
def move(request: HttpRequest, pk: int) -> HttpResponse:
    form = MoveForm(request.POST)
    return act_on(
        request,
        pk,
        lambda user, common: actions_consents.do_or_ask(
            kind=Consent.Kind.MOVE,
            user=user,
            details={"unit": form.cleaned_data["unit"].pk, "reason": form.cleaned_data["reason"]},
            **common,
        ),
        "已调动，原单位的权限即刻收回；新任职由安全管理员授予。",
        form=form,
    )


@require_POST
def grant(request: HttpRequest, pk: int) -> HttpResponse:
    form = AppointForm(request.POST)
    return act_on(
        request,
        pk,
        lambda user, common: actions.appoint(user=user, **form.cleaned_data, **common),
        "已授予，对方下一次操作起生效。",
        form=form,
    )


@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    held = get_object_or_404(Appointment.objects.select_related("user"), pk=pk)
    return act_on(
        request,
        held.user_id,
        lambda user, common: actions_consents.do_or_ask(
            kind=Consent.Kind.RELEASE,
            user=user,
            details={"appointment": held.pk, "reason": request.POST.get("reason", "")[:200]},
            **common,
        ),
        "已终止，对方下一次操作起生效。",
    )


@require_POST
def head(request: HttpRequest, pk: int) -> HttpResponse:
    """定单位负责人, or no longer."""
    held = get_object_or_404(Appointment.objects.select_related("user", "unit"), pk=pk)
    is_head = request.POST.get("is_head") == "1"
    return act_on(
        request,
        held.user_id,
        lambda user, common: actions.name_head(appointment=held, is_head=is_head, **common),
        "已定为单位负责人。" if is_head else "不再是单位负责人。",
    )


def act_on(
    request: HttpRequest,
    pk: int,
    action: Callable[[User, dict[str, Any]], object],
    done: str,
    form: MoveForm | AppointForm | EmergencyForm | None = None,
) -> HttpResponse:
    """One action on a person, then back to the person's page; a refusal is shown there, and what waits for consent."""
    ask_administrator(request)
    user = get_object_or_404(User, pk=pk)
    if form is not None and not form.is_valid():
        return person_page(request, user, form=form, status=400)
    try:
        made = action(user, {"actor": Actor.of(request), "now": clock.now()})
    except ValidationError as problem:
        return person_page(request, user, problem=" ".join(problem.messages), status=400)
    except Refused as problem:
        return person_page(request, user, problem=str(problem), status=400)
    messages.success(request, waits_for(made) if isinstance(made, Consent) else done)
    return redirect("units:person", pk)


def waits_for(made: Consent) -> str:
    """What becomes of a request, said to the one who asked."""
    names = actions_consents.who_may(made)
    if not names:
        return (
            f"已申请{made.what}，可现在没有第三名管理员能同意：请先任命一名，"
            f"或由运维在本机运行 xushi rescue --consent {made.pk} --reason 事由。"
        )
    return f"已申请{made.what}，等{'、'.join(names)}同意，一天之内有效；同意之前什么也没有变。"


def person_page(
    request: HttpRequest,
    user: User,
    *,
    form: MoveForm | AppointForm | EmergencyForm | None = None,
    problem: str = "",
    number: str = "",
    status: int = 200,
) -> HttpResponse:
    """number: in full, where it was just asked for."""
    user.forget_appointments()
    context = {
        "person": user,
        "past": selectors.past_appointments(user),
        "move_form": form if isinstance(form, MoveForm) else MoveForm(),
        "appoint_form": form if isinstance(form, AppointForm) else AppointForm(initial={"unit": user.unit}),
        "emergency_form": form if isinstance(form, EmergencyForm) else EmergencyForm(),
        "second_is_set": second.is_set(user),
        "signed_in": len(sessions.places(user, here=None, real=clock.real())),
        "waiting": Consent.objects.waiting(clock.now()).filter(about=user).select_related("by"),
        "problem": problem,
        "number": number,
        "may": _may(request),
    }
    return render(request, "units/person.html", context, status=status)


def _may(request: HttpRequest) -> dict[str, bool]:
    user = person_of(request)
    return {"manage": policy.can_manage_accounts(user), "grant": policy.can_grant(user)}
