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
from xushi.core.text import row_number
from xushi.journal.actions import Actor
from xushi.progress import policy, selectors
from xushi.progress.asking import Request
from xushi.progress.board import Board, board
from xushi.progress.closed import place_of
from xushi.progress.closing import NotReady, close_month, must_report, not_ready, reopen_month
from xushi.progress.models import MonthClosing
from xushi.progress.places import Districts, Place
from xushi.progress.versions import page_of
from xushi.progress.views_report import month_of
from xushi.units.districts import denied, own_district
from xushi.units.models import Role, Unit

SHOWN = 30


@require_GET
def closing(request: Request) -> HttpResponse:
    """The month that is next to be closed, and every version of those closed before: a district's own, or with every
    district of one's own where there are several.
    """
    if not policy.can_read_closings(request.user):
        raise PermissionDenied("关账由重大办办理。")
    today = local_day(clock.now())
    month = selectors.reporting_month(request.user, today)
    districts = Districts()
    place = _place(request) if districts.several else None
    own = Place(place, districts) if place and not districts.below(place) else None
    waiting = not_ready(month, own).select_related("territory").order_by("territory__path", "pk")
    versions = list(selectors.closings(place))
    latest = next((c for c in versions if c.reopened_at is None), None)
    reopens = latest and latest.district == (own.district if own else None)
    context: dict[str, Any] = {
        "month": month,
        "over": today > month.last_day,
        "opens_on": month.next.first_day,
        "counts": selectors.tab_counts(request.user, month),
        "owed": must_report(month, own).count(),
        "lacking": waiting.count(),
        "waiting": list(waiting[:SHOWN]),
        "versions": versions,
        "latest": latest.month if latest and reopens else None,
        "can_close": _may(request, own.district if own else None),
        "own": own,
        "overview": _address("home:overview"),
    }
    if districts.several and own is None:
        return _of_districts(request, board(month, place, districts), context)
    return render(request, "progress/closing.html", context)


def _place(request: Request) -> Unit | None:
    """Whose months these pages are about; None for the whole tree's."""
    return own_district(request.user, *policy.READS_CLOSINGS) or place_of(request.user)


def _of_districts(request: Request, page: Board, context: dict[str, Any]) -> HttpResponse:
    """Which districts have closed, which have not; an office closes and reopens those in its scope."""
    acting = request.user.has_role(Role.OFFICE)
    may = {row.district.pk for row in page.rows if acting and policy.can_close_of(request.user, row.district)}
    return render(request, "progress/closing_districts.html", context | {"page": page, "may": may})


@require_GET
def version(request: Request, month: str, number: int) -> HttpResponse:
    """One version of a month, in force or old, of one's own or of a district within it (?district=): its figures and
    where they came out differently.
    """
    if not policy.can_read_closings(request.user):
        raise PermissionDenied("关账的各版由重大办和区领导查看。")
    place, asked = _place(request), row_number(request.GET.get("district", ""))
    found: Any = MonthClosing.objects.of(place)
    if asked:
        within = Unit.objects.under(place.path) if place else Unit.objects.all()
        found = MonthClosing.objects.fixing().filter(district__in=within.filter(pk=asked))
    one = get_object_or_404(
        found.select_related("closed_by", "reopened_by", "district"), month=month_of(month), version=number
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
    """Close the month, of the district named or one's own; what lacks is said instead where it cannot be."""
    district = _district(request)
    try:
        made: MonthClosing = close_month(
            month_of(month), actor=Actor.of(request), now=clock.now(), district=district
        )
        messages.success(request, f"{_whose(made)}{made.month.label}已关账，第{made.version}版的数定下了。")
    except NotReady as problem:
        messages.error(request, str(problem))
    return redirect("progress:closing")


@require_POST
def reopen(request: Request, month: str) -> HttpResponse:
    """Reopen the last closed month with a reason; the version that was in force stays."""
    district = _district(request)
    try:
        made = reopen_month(
            month_of(month),
            request.POST.get("reason", "")[:300],
            actor=Actor.of(request),
            now=clock.now(),
            district=district,
        )
        messages.success(
            request, f"{_whose(made)}{made.month.label}已重开，第{made.version}版留着，改完再关。"
        )
    except NotReady as problem:
        messages.error(request, str(problem))
    return redirect("progress:closing")


def _whose(closing: MonthClosing) -> str:
    return str(closing.district or "")


def _district(request: Request) -> Unit | None:
    """The district that is named, else one's own; None for the whole tree. 404 for one out of sight."""
    asked = row_number(request.POST.get("district", ""))
    if asked is None:
        found = own_district(request.user, Role.OFFICE)
    else:
        found = get_object_or_404(Unit, pk=asked, kind=Unit.Kind.DISTRICT)
    if not _may(request, found):
        raise PermissionDenied(denied(request.user, "关账和重开由重大办办理。"))
    return found


def _may(request: Request, district: Unit | None) -> bool:
    if district is None:
        return policy.can_close(request.user)
    return policy.can_close_of(request.user, district)
