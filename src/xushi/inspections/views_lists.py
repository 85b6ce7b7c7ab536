"""清单：点位、发现、历次、久没人看的；筛选写在地址里，导出的就是看到的。"""

from typing import Any, TypeVar

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from xushi.calendars.selectors import calendar
from xushi.config import clock
from xushi.core.clock import local_day
from xushi.core.months import Month
from xushi.core.text import row_number
from xushi.duties.reach import places_for
from xushi.inspections import conclusions, exporting, figures, policy
from xushi.inspections.comparing import NOTHING, compared
from xushi.inspections.models import Round
from xushi.inspections.views_finding import ask_reader
from xushi.inspections.wanted import (
    EACH,
    FINDING_STATES,
    LATEST_FIRST,
    VISIT_STATES,
    FindingsWanted,
    VisitsWanted,
)
from xushi.inspections.words import AT_UNIT, FindingClass, Kind, RoundState, Severity
from xushi.problems.rules import Horizon
from xushi.units.access import person
from xushi.units.models import Unit
from xushi.units.views_exporting import hand_out

PER_PAGE = 50
Wanted = TypeVar("Wanted", VisitsWanted, FindingsWanted)


def _read(kind: type[Wanted], request: HttpRequest) -> tuple[Wanted, str]:
    """What the address asks for; the whole list and a sentence where it is odd."""
    try:
        return kind.read(request.GET), ""
    except ValueError as wrong:
        return kind(), str(wrong)


def _page(request: HttpRequest, rows: Any) -> Any:
    return Paginator(rows, PER_PAGE).get_page(row_number(request.GET.get("page", "")) or 1)


@require_safe
def visits(request: HttpRequest) -> HttpResponse:
    """点位: what was looked at, against what had been reported."""
    ask_reader(request)
    user, now = person(request), clock.now()
    wanted, odd = _read(VisitsWanted, request)
    related = ("round", "team", "project__territory", "record")
    page = _page(request, wanted.rows(user).select_related(*related).order_by(*LATEST_FIRST))
    beside = compared(page.object_list)
    page.object_list = [
        {
            "visit": one,
            "beside": (found := beside.get(one.pk, NOTHING)),
            "state": conclusions.state_of(one, found),
        }
        for one in page.object_list
    ]
    context = {
        "wanted": wanted, "odd": odd, "page": page, "now": now, "today": local_day(now), "query": wanted.query(),
        "states": VISIT_STATES.items(), "kinds": Kind.choices, "each": EACH.items(), "territories": places_for(user),
        "round": Round.objects.visible_to(user).filter(pk=wanted.round).first() if wanted.round else None,
        "narrowed": wanted != VisitsWanted(),
    }  # fmt: skip
    return render(request, "inspections/visits.html", context, status=400 if odd else 200)


@require_safe
def findings(request: HttpRequest) -> HttpResponse:
    """发现: what has to be mended, the most pressing first."""
    ask_reader(request)
    user, now = person(request), clock.now()
    horizon = Horizon.at(now, calendar())
    wanted, odd = _read(FindingsWanted, request)
    rows = wanted.rows(user, horizon.late_before).select_related("project__territory", "unit", "visit__round")
    order = ("-found_at", "pk") if wanted.state in ("verified", "withdrawn", "all") else ("due_on", "pk")
    late = FindingsWanted(state="late").rows(user, horizon.late_before).count()
    page = _page(request, rows.order_by(*order))
    context = {
        "wanted": wanted, "odd": odd, "page": page, "now": now, "horizon": horizon, "late": late,
        "query": wanted.query(), "states": FINDING_STATES.items(), "groups": FindingClass.choices,
        "severities": Severity.choices, "territories": places_for(user), "at_unit": AT_UNIT,
        "desk": policy.sees_plan(user), "narrowed": wanted != FindingsWanted(),
        "unit": Unit.objects.filter(pk=wanted.unit).first() if wanted.unit else None,
    }  # fmt: skip
    return render(request, "inspections/findings.html", context, status=400 if odd else 200)


@require_safe
def rounds(request: HttpRequest) -> HttpResponse:
    """历次督查 of a year, and what each came to."""
    ask_reader(request)
    user, now = person(request), clock.now()
    asked = row_number(request.GET.get("year", "")) or 0
    year = asked if 1900 <= asked <= 2200 else local_day(now).year  # 月份认得的年
    years = sorted(
        {*Round.objects.visible_to(user).order_by().values_list("year", flat=True), year}, reverse=True
    )
    rows = figures.round_counts(user, year)
    if not policy.sees_plan(user):
        rows = [row for row in rows if row["counts"]]
    until, ended = request.GET.get("until", ""), request.GET.get("state") == RoundState.ENDED
    if ended:
        rows = [row for row in rows if row["round"].state == RoundState.ENDED]
    try:
        last = Month.parse(until) if until else None
    except ValueError:
        last = None
    if last:
        rows = [row for row in rows if row["round"].month <= last]
    context = {
        "ended": ended,
        "rows": rows,
        "several": len({row["round"].district_id for row in rows}) > 1,
        "year": year,
        "years": years,
        "now": now,
        "office": policy.can_plan(user),
    }
    return render(request, "inspections/rounds.html", context)


@require_safe
def export(request: HttpRequest, what: str) -> HttpResponseBase:
    """The list as it is narrowed, as xlsx."""
    ask_reader(request)
    if what not in ("visits", "findings"):
        raise Http404
    user, now = person(request), clock.now()
    try:
        if what == "visits":
            return hand_out(request, exporting.visits(VisitsWanted.read(request.GET).rows(user), now))
        late_before = Horizon.at(now, calendar()).late_before
        found = FindingsWanted.read(request.GET).rows(user, late_before)
        return hand_out(request, exporting.findings(found, now))
    except ValueError as wrong:
        return HttpResponse(str(wrong), status=400, content_type="text/plain; charset=utf-8")
