"""登录在哪几处：自己的，管理员替人退出的；应急授权；重置两步验证。"""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from xushi.config import clock
from xushi.core.text import row_number
from xushi.journal.actions import Actor
from xushi.units import actions_consents, actions_emergency, actions_session
from xushi.units.access import person
from xushi.units.forms import EmergencyForm
from xushi.units.models import Consent
from xushi.units.rules import Refused
from xushi.units.views_people import act_on


@require_POST
def end_mine(request: HttpRequest) -> HttpResponse:
    """退出一处, or all others; this one stays."""
    number = row_number(request.POST.get("place", ""))
    try:
        ended = actions_session.end_sessions(
            user=person(request),
            rows=[number] if number else None,
            but=request.session.session_key,
            actor=Actor.of(request),
            now=clock.now(),
        )
    except Refused as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, f"已退出别处的{ended}处登录。")
    return redirect("units:me")


@require_POST
def end_of_person(request: HttpRequest, pk: int) -> HttpResponse:
    return act_on(
        request,
        pk,
        lambda user, common: actions_session.end_sessions(user=user, **common),
        "已退出，对方要重新登录。",
    )


@require_POST
def reset_second(request: HttpRequest, pk: int) -> HttpResponse:
    return act_on(
        request,
        pk,
        lambda user, common: actions_consents.do_or_ask(
            kind=Consent.Kind.SECOND,
            user=user,
            details={"reason": request.POST.get("reason", "")[:200]},
            **common,
        ),
        "两步验证已重置，本人会收到消息。",
    )


@require_POST
def emergency(request: HttpRequest, pk: int) -> HttpResponse:
    form = EmergencyForm(request.POST)
    return act_on(
        request,
        pk,
        lambda user, common: actions_emergency.grant_emergency(user=user, **form.cleaned_data, **common),
        "已应急授权：到时自己收回，三员、区领导、区重大办都会看到。",
        form=form,
    )
