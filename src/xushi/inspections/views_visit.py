"""一个点位：为什么看、看到了什么、发现、照片、两份记录选一份。"""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_POST, require_safe

from xushi.calendars.selectors import calendar
from xushi.config import clock
from xushi.core.clock import local_day
from xushi.core.text import row_number
from xushi.inspections import actions, arranging, conclusions, policy, returning, selectors
from xushi.inspections.comparing import NOTHING, compared
from xushi.inspections.models import Visit
from xushi.inspections.rules import Clocks
from xushi.inspections.views_finding import ask_reader
from xushi.inspections.words import Verdict, VisitState
from xushi.journal.actions import Actor
from xushi.problems.rules import Horizon
from xushi.progress.policy import can_review
from xushi.registry.checking import Conflict, Refused
from xushi.units.access import person

VERDICT_MARKS = {Verdict.OK: "passed", Verdict.PROBLEM: "needs_coordination", Verdict.NOT_LOOKED: "not_due"}


def _visible(request: HttpRequest, pk: int) -> Visit:
    ask_reader(request)
    held = selectors.visit_page(person(request), pk)
    if held is None:
        raise Http404
    return held


@require_safe
def visit(request: HttpRequest, pk: int) -> HttpResponse:
    """One visit; 404 for those who may not see it."""
    return _page(request, _visible(request, pk))


def _page(request: HttpRequest, held: Visit, *, problem: str = "", status: int = 200) -> HttpResponse:
    user, now = person(request), clock.now()
    beside = compared([held]).get(held.pk, NOTHING)
    told = getattr(held, "record", None)
    clocks = Clocks(told.started_at, told.ended_at, told.skew_seconds) if told else None
    answers = list(told.answers.select_related("item").order_by("item__order")) if told else []
    by_entry = selectors.pictures_of_untaken(held)
    apart = {photo.pk for photos in by_entry.values() for photo in photos}
    context = {
        "visit": held, "record": told, "beside": beside, "state": conclusions.state_of(held, beside), "now": now,
        "today": local_day(now), "horizon": Horizon.at(now, calendar()), "skewed": bool(clocks and clocks.skewed),
        "skew_minutes": abs(told.skew_seconds) // 60 if told and told.skew_seconds else 0,
        "answers": [(one, VERDICT_MARKS[Verdict(one.verdict)]) for one in answers],
        "not_started": bool(told and told.really_started is False and conclusions.said_started(held)),
        "waiting": selectors.waiting_entries(held), "may_choose": policy.can_choose(user), "problem": problem,
        "may_skip": policy.can_plan(user) and held.state in (VisitState.PLANNED, VisitState.UNDER_WAY),
        "contradicted": returning.contradicted(user, [held]).get(held.pk),
        "phone_url": _phone(held) if policy.can_record(user, held) else "", "sees_plan": policy.sees_plan(user),
        "pictures": [one for one in held.pictures if one.finding_id is None and one.pk not in apart],  # type: ignore[attr-defined]
        "by_entry": by_entry,
        "by_finding": {
            one.pk: [photo for photo in held.pictures if photo.finding_id == one.pk]  # type: ignore[attr-defined]
            for one in held.found  # type: ignore[attr-defined]
        },
    }  # fmt: skip
    return render(request, "inspections/visit.html", context, status=status)


def _phone(held: Visit) -> str:
    """The form of this visit, where the phone's pages are there."""
    for name, args in (("inspections:phone_visit", [held.key]), ("inspections:phone", [])):
        try:
            return reverse(name, args=args)
        except NoReverseMatch:
            continue
    return ""


@require_POST
def skip(request: HttpRequest, pk: int) -> HttpResponse:
    """没去, with the reason."""
    held = _visible(request, pk)
    reason, version = request.POST.get("reason", ""), row_number(request.POST.get("version", ""))
    try:
        arranging.skip_visit(pk, reason, version=version or 0, actor=Actor.of(request), now=clock.now())
    except (Refused, Conflict) as refused:
        return _page(
            request, held, problem=str(refused), status=409 if isinstance(refused, Conflict) else 422
        )
    messages.success(request, "已记为没去。")
    return redirect("inspections:visit", pk)


@require_POST
def choose(request: HttpRequest, pk: int, entry: int) -> HttpResponse:
    """两份选一份."""
    held = _visible(request, pk)
    take = request.POST.get("take") == "1"
    try:
        actions.choose_entry(entry=entry, take=take, by=person(request), now=clock.now())
    except Refused as refused:
        return _page(request, held, problem=str(refused), status=422)
    messages.success(request, "已采用这一份，原来那一份也留着。" if take else "不采用这一份，留着备查。")
    return redirect("inspections:visit", pk)


@require_POST
def send_back(request: HttpRequest, pk: int) -> HttpResponse:
    """退回月报 that this visit speaks against; back to where the sheet stood."""
    held = _visible(request, pk)
    if not can_review(person(request)):
        raise PermissionDenied("月报由重大办退回。")
    reason, seen = request.POST.get("reason", ""), row_number(request.POST.get("version", ""))
    report = row_number(request.POST.get("report", ""))
    try:
        returned = returning.return_contradicted(
            held, reason, report=report or 0, version=seen or 0, actor=Actor.of(request), now=clock.now()
        )
    except (Refused, Conflict) as refused:
        return _page(
            request, held, problem=str(refused), status=409 if isinstance(refused, Conflict) else 422
        )
    messages.success(
        request, f"已退回{returned.month.label}月报：{held.project.name}。填报人会看到理由并重报。"
    )
    return (
        redirect("inspections:desk")
        if request.POST.get("from") == "desk"
        else redirect("inspections:visit", pk)
    )
