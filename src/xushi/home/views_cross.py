"""交叉页。"""

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from xushi.config import clock
from xushi.core.clock import local_day
from xushi.home import cross_export
from xushi.home.crossing import DIMENSIONS, FIGURES, cross
from xushi.home.months import choose
from xushi.progress.scope import LEVELS
from xushi.units.access import person
from xushi.units.views_exporting import hand_out


@require_GET
def crossing(request: HttpRequest) -> HttpResponseBase:
    """One figure by any one or two dimensions, as a page or (as=xlsx) a workbook; 400 with a sentence for an
    unknown one."""
    now = clock.now()
    try:
        choice = choose(person(request), request.GET.get("month"), local_day(now))
        page = cross(person(request), choice, request.GET)
    except ValueError as problem:
        return render(request, "home/problem.html", {"problem": str(problem)}, status=400)
    if request.GET.get("as") == "xlsx":
        return hand_out(request, cross_export.CrossingBook(page))
    context = {"page": page, "choice": choice, "dimensions": DIMENSIONS.items(), "figures": FIGURES.items(),
               "levels": LEVELS.items()}  # fmt: skip
    return render(request, "home/crossing.html", context)
