"""交叉页。"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from xushi.config import clock
from xushi.core.clock import local_day
from xushi.home.crossing import DIMENSIONS, FIGURES, cross
from xushi.home.months import choose
from xushi.units.access import person


@require_GET
def crossing(request: HttpRequest) -> HttpResponse:
    """One figure by any one or two dimensions; 400 with a sentence for an unknown one."""
    try:
        choice = choose(request.GET.get("month"), local_day(clock.now()))
        page = cross(person(request), choice, request.GET)
    except ValueError as problem:
        return render(request, "home/problem.html", {"problem": str(problem)}, status=400)
    context = {"page": page, "choice": choice, "dimensions": DIMENSIONS.items(), "figures": FIGURES.items()}
    return render(request, "home/crossing.html", context)
