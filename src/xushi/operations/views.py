"""运维页，给系统管理员：队列、办不成的、通道、摄像头、磁盘、备份、证书、版本。"""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from xushi.config import clock
from xushi.journal.actions import Actor
from xushi.operations import selectors
from xushi.operations.actions import retry_reaction
from xushi.operations.policy import can_operate
from xushi.units.access import person


def _ask(request: HttpRequest) -> None:
    if not can_operate(person(request)):
        raise PermissionDenied("运维页由系统管理员照看。")


@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """运维: what is not well first, with how to mend it."""
    _ask(request)
    return render(request, "operations/page.html", {"page": selectors.page(clock.real())})


@require_POST
def retry(request: HttpRequest, pk: int) -> HttpResponse:
    """再试一次: the worker takes it with its next look."""
    _ask(request)
    reaction = get_object_or_404(selectors.stuck(), pk=pk)
    if retry_reaction(reaction, actor=Actor.of(request), now=clock.real()):
        messages.success(request, "排上了，后台马上再试。")
    else:
        messages.error(request, "它已经办成，或正在办。")
    return redirect("operations:page")
