"""接口的页：服务账号和令牌；接口说明。"""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_GET, require_POST, require_safe

from xushi.api import actions, policy
from xushi.api.forms import RotateForm, ServiceAccountForm, TokenForm
from xushi.api.models import ServiceAccount, Token
from xushi.api.rules import SCOPES
from xushi.api.schemas import UNITS
from xushi.api.views_v1 import api
from xushi.config import clock
from xushi.journal.actions import Actor
from xushi.progress.asking import Request
from xushi.units.rules import Refused


@require_safe
def desk(request: Request) -> HttpResponse:
    """服务账号: who they are, what their tokens may, until when."""
    _ask(request)
    return _desk(request)


def _desk(request: Request, status: int = 200, **more: Any) -> HttpResponse:
    now = clock.real()
    accounts = ServiceAccount.objects.select_related("user").prefetch_related(
        "tokens", "user__appointments__scope"
    )
    rows = []
    for account in accounts.order_by("pk"):
        held = [one for one in account.user.appointments.all() if one.ended_at is None]
        tokens = [
            (token, [SCOPES[name] for name in token.scopes], _state(token, now))
            for token in account.tokens.all()
        ]
        rows.append((account, held, tokens))
    context = {
        "rows": rows, "may_open": policy.can_open(request.user), "may_issue": policy.can_issue(request.user),
        "account_form": ServiceAccountForm(), "token_form": TokenForm(), "rotate_form": RotateForm(), **more,
    }  # fmt: skip
    answer = render(request, "api/desk.html", context, status=status)
    answer["Cache-Control"] = "no-store"
    return answer


def _state(token: Token, now: Any) -> str:
    if token.revoked_at:
        return "已作废"
    return "有效" if token.expires_at > now else "已到期"


@require_POST
def open_account(request: Request) -> HttpResponse:
    """开服务账号, by the system administrator."""
    if not policy.can_open(request.user):
        raise PermissionDenied("服务账号由系统管理员开。")
    form = ServiceAccountForm(request.POST)
    if not form.is_valid():
        return _desk(request, 422, account_form=form)
    try:
        made = actions.open_service_account(**form.cleaned_data, actor=Actor.of(request), now=clock.now())
    except Refused as problem:
        form.add_error(None, str(problem))
        return _desk(request, 422, account_form=form)
    messages.success(request, f"已开{made.user.name}，请安全管理员给它任职、发令牌。")
    return redirect("api:desk")


@require_POST
def issue(request: Request, pk: int) -> HttpResponse:
    """发令牌: shown on this answer and never again."""
    _ask_issuer(request)
    account = get_object_or_404(ServiceAccount.objects.select_related("user"), pk=pk)
    form = TokenForm(request.POST)
    if not form.is_valid():
        return _desk(request, 422, token_form=form, about=account.pk)
    given = form.cleaned_data
    return _shown(
        request,
        lambda: actions.issue_token(
            account, given["scopes"], given["days"], actor=Actor.of(request), now=clock.real()
        ),
    )


@require_POST
def rotate(request: Request, pk: int) -> HttpResponse:
    """换令牌: the old one ends in a day."""
    _ask_issuer(request)
    token = get_object_or_404(Token, pk=pk)
    form = RotateForm(request.POST)
    if not form.is_valid():
        messages.error(request, "有效期填1到366天。")
        return redirect("api:desk")
    return _shown(
        request,
        lambda: actions.rotate_token(
            token, form.cleaned_data["days"], actor=Actor.of(request), now=clock.real()
        ),
    )


@require_POST
def revoke(request: Request, pk: int) -> HttpResponse:
    _ask_issuer(request)
    held = actions.revoke_token(get_object_or_404(Token, pk=pk), actor=Actor.of(request), now=clock.real())
    messages.success(request, f"令牌{held.head}…已作废，马上不能再用。")
    return redirect("api:desk")


@sensitive_variables("made", "text")
def _shown(request: Request, make: Callable[[], tuple[Token, str]]) -> HttpResponse:
    try:
        made, text = make()
    except Refused as problem:
        messages.error(request, str(problem))
        return redirect("api:desk")
    return _desk(request, new_token=text, new_of=made.account_id)


@login_not_required
@require_GET
def openapi(request: HttpRequest) -> JsonResponse:
    """The description for programs: the product's shape, nothing of the district."""
    return JsonResponse(
        api.get_openapi_schema(path_prefix="/api/v1/"), json_dumps_params={"ensure_ascii": False}
    )


@require_safe
def manual(request: Request) -> HttpResponse:
    """接口说明 on one page of ours, read from the same description."""
    _ask(request)
    described = api.get_openapi_schema(path_prefix="/api/v1/")["paths"]
    lines = [
        (
            method.upper(),
            path,
            told.get("summary", ""),
            ", ".join(one["name"] for one in told.get("parameters", ())),
        )
        for path, methods in described.items()
        for method, told in methods.items()
    ]
    return render(request, "api/manual.html", {"lines": lines, "scopes": SCOPES, "units": UNITS})


@csrf_exempt
@login_not_required
def unknown(request: HttpRequest, rest: str) -> JsonResponse:
    """An address below the version that there is none of."""
    said = {
        "code": "not_found",
        "sentence": "没有这个接口地址。",
        "field": "",
        "how": "有哪些见 /api/v1/openapi.json。",
        "rows": [],
    }
    return JsonResponse(said, status=404, json_dumps_params={"ensure_ascii": False})


def _ask(request: Request) -> None:
    if not policy.can_see(request.user):
        raise PermissionDenied("服务账号和令牌由系统管理员、安全管理员管理。")


def _ask_issuer(request: Request) -> None:
    if not policy.can_issue(request.user):
        raise PermissionDenied("令牌由安全管理员发放、更换、作废。")
