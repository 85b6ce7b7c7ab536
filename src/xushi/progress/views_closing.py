"""关账：还差什么、关了会怎样、每个月的各版。"""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from xushi.config import clock
from xushi.core.clock import local_day
from xushi.journal.actions import Actor
from xushi.progress import policy, selectors
from xushi.progress.asking import Request
from xushi.progress.closing import NotReady, close_month, must_report, not_ready, reopen_month
from xushi.progress.models import MonthClosing
from xushi.progress.versions import page_of
from xushi.progress.views_report import month_of
from xushi.units.districts import denied

SHOWN = 30


@require_GET
def closing(request: Request) -> HttpResponse:
    """The month that is next to be closed, and every version of those closed before."""
    if not policy.can_read_closings(request.user):
        raise PermissionDenied("关账由重大办办理。")
    today = local_day(clock.now())
    month = selectors.reporting_month(today)
    waiting = not_ready(month).select_related("territory").order_by("territory__path", "pk")
    versions = list(selectors.closings())
    latest = next((c.month for c in versions if c.reopened_at is None), None)
    context: dict[str, Any] = {
        "month": month,
        "over": today > month.last_day,
        "opens_on": month.next.first_day,
        "counts": selectors.tab_counts(request.user, month),
        "owed": must_report(month).count(),
        "lacking": waiting.count(),
        "waiting": list(waiting[:SHOWN]),
        "versions": versions,
        "latest": latest,
        "can_close": policy.can_close(request.user),
        "overview": _address("home:overview"),
    }
    return render(request, "progress/closing.html", context)


@require_GET
def version(request: Request, month: str, number: int) -> HttpResponse:
    """One version of a month, in force or old: its figures and where they came out differently."""
    if not policy.can_read_closings(request.user):
        raise PermissionDenied("关账的各版由重大办和区领导查看。")
    one = get_object_or_404(
        MonthClosing.objects.select_related("closed_by", "reopened_by"), month=month_of(month), version=number
    )
    return render(request, "progress/version.html", {"page": page_of(one, request.user)})


def _address(name: str) -> str:
    from django.urls import NoReverseMatch

    try:
        return reverse(name)
    except NoReverseMatch:
        return reverse("home:home")


@require_POST
def close(request: Request, month: str) -> HttpResponse:
    """Close the month; what lacks is said instead where it cannot be."""
    _office(request)
    try:
        made: MonthClosing = close_month(month_of(month), actor=Actor.of(request), now=clock.now())
        messages.success(request, f"{made.month.label}已关账，第{made.version}版的数定下了。")
    except NotReady as problem:
        messages.error(request, str(problem))
    return redirect("progress:closing")


@require_POST
def reopen(request: Request, month: str) -> HttpResponse:
    """Reopen the last closed month with a reason; the version that was in force stays."""
    _office(request)
    try:
        made = reopen_month(
            month_of(month), request.POST.get("reason", "")[:300], actor=Actor.of(request), now=clock.now()
        )
        messages.success(request, f"{made.month.label}已重开，第{made.version}版留着，改完再关。")
    except NotReady as problem:
        messages.error(request, str(problem))
    return redirect("progress:closing")


def _office(request: Request) -> None:
    if not policy.can_close(request.user):
        raise PermissionDenied(denied(request.user, "关账和重开由重大办办理。"))
