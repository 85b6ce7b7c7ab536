"""通道页，给运维看：各通道排着多少、最近一次出错、要不要马上再试。"""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from xushi.config import clock
from xushi.notices import operating
from xushi.notices.models import Digest
from xushi.notices.policy import can_run_channels
from xushi.notices.sending import send_again
from xushi.units.access import person


def _ask(request: HttpRequest) -> None:
    if not can_run_channels(person(request)):
        raise PermissionDenied("消息通道由区重大办和系统管理员照看。")


@require_GET
def channels(request: HttpRequest) -> HttpResponse:
    """通道: what waits, what failed, what nobody knows; no word of any message, no secret of any address."""
    _ask(request)
    return render(request, "notices/channels.html", {"desk": operating.desk(clock.real())})


@require_POST
def retry(request: HttpRequest, pk: int) -> HttpResponse:
    """马上再试, also where the channel rests or where a message may have arrived: a person has decided."""
    _ask(request)
    digest = get_object_or_404(Digest, pk=pk)
    if send_again(digest, now=clock.real()):
        messages.success(request, "排上了，马上再发。")
    else:
        messages.error(request, "它已经了结，不用再发。")
    return redirect("channels:list")


@require_POST
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    """算已发到: a person has looked at the other side."""
    _ask(request)
    if operating.settle(get_object_or_404(Digest, pk=pk)):
        messages.success(request, "记为已发。")
    else:
        messages.error(request, "它已经了结。")
    return redirect("channels:list")
