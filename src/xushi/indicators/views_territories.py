"""街园得分：一个街场园区一行，点开看每一项怎么来的；领导和重大办看全部，街场园区看自己的。"""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from xushi.config import clock
from xushi.core.clock import local_day
from xushi.indicators import policy
from xushi.indicators.actions_territories import PlaceFigure, keep_territory_figures
from xushi.indicators.figures import Scored
from xushi.indicators.forms import typed_number
from xushi.indicators.indicator_page import chevrons
from xushi.indicators.models import Indicator
from xushi.indicators.models_tasks import Target
from xushi.indicators.refusals import Refused, refuse
from xushi.indicators.rules import period_words
from xushi.indicators.sources import sources_words
from xushi.indicators.territories import (
    Place,
    Places,
    carrying,
    conclusion,
    full_words,
    latest_of,
    months_of,
    places_of,
    rows_of,
)
from xushi.indicators.views import reader
from xushi.indicators.views_desk import seen_indicator
from xushi.journal.actions import Actor
from xushi.units.access import person
from xushi.units.districts import denied
from xushi.units.models import Unit, User

ODD = "没有数，先看"


def _admitted(request: HttpRequest) -> User:
    user = person(request)
    if not policy.can_read(user) and not policy.own_territories(user):
        raise PermissionDenied("街园得分由区里各部门、工作组和街道、场、园区看，您的角色看不到。")
    return user


def _period(places: Places, wanted: str) -> tuple[str, str]:
    """The month the page is about, and a sentence where the address asks for one without figures."""
    if not wanted or wanted in places.periods:
        return wanted or places.settled, ""
    return places.settled, f"{wanted[:7]}{ODD}{period_words(places.settled)}。" if places.settled else ""


@require_safe
def territories(request: HttpRequest) -> HttpResponse:
    """One row a territory: score, place, how many indicators it carries, what it loses most on."""
    user = _admitted(request)
    places = places_of(request.GET.get("system", "city"))
    period, odd = _period(places, request.GET.get("period", ""))
    try:
        board = places.scored(period)
    except Refused as refusal:
        return _refused(request, places, refusal)
    every = rows_of(places, board)
    seen = [one for one in every if policy.can_see_territory(user, one.unit)]
    whole = policy.can_read(user)
    context = _common(places, board, period, odd) | {
        "rows": seen, "whole": whole, "among": sum(one.rank is not None for one in every),
        "title": conclusion(every, places.cards) if whole else _own_title(seen, every),
    }  # fmt: skip
    return render(request, "indicators/territories.html", context)


def _own_title(seen: list[Place], every: list[Place]) -> str:
    """江浦街道0.00分，9个里并列第6."""
    ranks = [one.rank for one in every if one.rank is not None]
    said = [
        f"{one.unit.name}{one.score_text}分，{len(ranks)}个里{'并列' if ranks.count(one.rank) > 1 else ''}第{one.rank}"
        if one.rank
        else f"{one.unit.name}还没有数"
        for one in seen
    ]
    return "；".join(said) or "还没有分给本单位的目标"


@require_safe
def territory(request: HttpRequest, pk: int) -> HttpResponse:
    """One territory: every indicator it carries, and how its points came about."""
    user = _admitted(request)
    unit = get_object_or_404(Unit.objects.standing().filter(kind__in=Unit.TERRITORY_KINDS), pk=pk)
    if not policy.can_see_territory(user, unit):
        raise Http404
    places = places_of(request.GET.get("system", "city"))
    period, odd = _period(places, request.GET.get("period", ""))
    try:
        board = places.scored(period)
    except Refused as refusal:
        return _refused(request, places, refusal)
    every = rows_of(places, board)
    place = next((one for one in every if one.unit.pk == unit.pk), None)
    if place is None:
        raise Http404
    lines = sorted(place.lines, key=lambda one: -one.lost)
    context = _common(places, board, period, odd) | {
        "place": place, "title": _own_title([place], every), "reads": policy.can_read(user),
        "lines": [(one, chevrons(board, one, unit.name) if board else []) for one in lines],
    }  # fmt: skip
    return render(request, "indicators/territory.html", context)


@require_http_methods(["GET", "POST"])
def keep(request: HttpRequest, pk: int) -> HttpResponse:
    """记街园的数: one indicator, a month, a row for each territory that carries it; what is left empty stays as it is."""
    user = reader(request)
    held = seen_indicator(user, pk)
    if not policy.can_keep(user):
        raise PermissionDenied(denied(user, "街场园区的数由区重大办记，您的角色可以查看。"))
    months = months_of(local_day(clock.now()))
    targets = carrying(held, {int(month[:4]) for month in months})
    typed, problem = request.POST.dict(), ""
    if request.method == "POST":
        try:
            month = _kept(request, held, targets, months)
        except (Refused, ValueError) as wrong:
            problem = wrong.problems[0].sentence if isinstance(wrong, Refused) else str(wrong)
        else:
            return redirect(f"{reverse('indicators:territories')}?system={held.system.code}&period={month}")
    latest = latest_of(held, targets)
    context = {
        "held": held, "problem": problem, "months": [(one, period_words(one)) for one in months],
        "month": typed.get("period", ""), "source": typed.get("source", ""),
        "rows": [(one, typed.get(f"v{one.unit_id}", ""), latest.get(one.unit_id, "")) for one in targets],
    }  # fmt: skip
    return render(request, "indicators/keep_territories.html", context, status=422 if problem else 200)


def _kept(request: HttpRequest, held: Indicator, targets: list[Target], months: list[str]) -> str:
    """Keep what was typed; the month it is of."""
    typed = {one.unit_id: request.POST.get(f"v{one.unit_id}", "") for one in targets}
    rows = [PlaceFigure(unit, typed_number(text, "60.8")) for unit, text in typed.items() if text.strip()]
    month = request.POST.get("period", "")
    if month not in months:
        raise refuse("period", "选到哪个月。")
    keep_territory_figures(
        held, month, rows, source=request.POST.get("source", ""), actor=Actor.of(request), now=clock.now()
    )
    return month


def _common(places: Places, board: Scored | None, period: str, odd: str) -> dict[str, object]:
    return {
        "version": places.version, "system": places.version.system, "period": period, "odd": odd,
        "period_words": period_words(period), "periods": [(one, period_words(one)) for one in places.periods],
        "carried": board.assembled.carried if board else 0, "full": full_words(board),
        "left_out": board.left_out if board else (),
        "sources": sources_words(places.spec) if places.spec else "",
    }  # fmt: skip


def _refused(request: HttpRequest, places: Places, refusal: Refused) -> HttpResponse:
    context = {"room": places.version, "problems": refusal.problems}
    return render(request, "indicators/refused.html", context, status=422)
