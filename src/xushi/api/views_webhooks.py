"""订阅的页：开、停、再送，送得怎样。"""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from xushi.api import actions_webhooks as actions
from xushi.api import policy
from xushi.api.forms import WebhookForm
from xushi.api.models import WAITING, Delivery, Webhook
from xushi.api.rules_webhooks import OFFERED
from xushi.config import clock
from xushi.journal.actions import Actor
from xushi.journal.verbs import words_for
from xushi.progress.asking import Request
from xushi.units.rules import Refused

SHOWN = 30


@sensitive_variables("secret")
@require_http_methods(["GET", "HEAD", "POST"])
def webhooks(request: Request) -> HttpResponse:
    """订阅: the secret is shown on the answer that opens it and never again."""
    _ask(request)
    form = WebhookForm(request.POST or None)
    if request.method != "POST":
        return _page(request, form)
    if not form.is_valid():
        return _page(request, form, 422)
    try:
        hook, secret = actions.add_webhook(**form.cleaned_data, actor=Actor.of(request), now=clock.real())
    except Refused as problem:
        form.add_error(None, str(problem))
        return _page(request, form, 422)
    return _page(request, WebhookForm(), new_secret=secret, new_name=hook.name)


def _page(request: Request, form: WebhookForm, status: int = 200, **more: Any) -> HttpResponse:
    counted = Webhook.objects.select_related("made_by").annotate(
        waiting=Count("deliveries", filter=Q(deliveries__delivered_at=None, deliveries__dead_at=None)),
        dead=Count("deliveries", filter=Q(deliveries__dead_at__isnull=False)),
    )
    recent = Delivery.objects.select_related("webhook", "event")[:SHOWN]
    rows = [(one, words_for(one.event.verb), _mark(one)) for one in recent]
    context = {
        "hooks": counted.order_by("pk"),
        "rows": rows,
        "form": form,
        "offered": OFFERED.items(),
        **more,
    }
    answer = render(request, "api/webhooks.html", context, status=status)
    answer["Cache-Control"] = "no-store"
    return answer


def _mark(one: Delivery) -> str:
    if one.dead_at:
        return "不再送"
    return "送到" if one.delivered_at else "等着送"


@require_POST
def stop(request: Request, pk: int) -> HttpResponse:
    _ask(request)
    hook = get_object_or_404(Webhook, pk=pk)
    actions.stop_webhook(hook, actor=Actor.of(request), now=clock.real())
    messages.success(request, f"{hook.name}已停用，不再送。")
    return redirect("api:webhooks")


@require_POST
def replay_dead(request: Request, pk: int) -> HttpResponse:
    """再送全部不再送的."""
    _ask(request)
    hook = get_object_or_404(Webhook, pk=pk)
    return _replayed(request, lambda: actions.replay(hook, actor=Actor.of(request), now=clock.real()))


@require_POST
def replay(request: Request, pk: int) -> HttpResponse:
    """再送一件."""
    _ask(request)
    one = get_object_or_404(Delivery.objects.exclude(WAITING).select_related("webhook"), pk=pk)
    return _replayed(
        request,
        lambda: actions.replay(one.webhook, actor=Actor.of(request), now=clock.real(), delivery=one),
    )


def _replayed(request: Request, act: Callable[[], int]) -> HttpResponse:
    try:
        messages.success(request, f"{act()}件排上再送，一分钟内就送。")
    except Refused as problem:
        messages.error(request, str(problem))
    return redirect("api:webhooks")


def _ask(request: Request) -> None:
    if not policy.can_issue(request.user):
        raise PermissionDenied("订阅由安全管理员开、停、再送。")
