"""项目清单：看、筛、排、翻、导出。"""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from xushi.config import clock
from xushi.core.clock import local_day
from xushi.core.text import row_number
from xushi.home import exporting, listing_page, lists
from xushi.home.months import Choice, choose
from xushi.home.wanted import Wanted, read
from xushi.units.access import person
from xushi.units.models import Role
from xushi.units.views_exporting import hand_out


def asked(request: HttpRequest) -> tuple[Choice, Wanted]:
    """The month and the list that the address asks for; ValueError with a sentence."""
    today = local_day(clock.now())
    return choose(person(request), request.GET.get("month"), today), read(
        request.GET.dict(), request.GET.getlist("columns")
    )


@require_GET
def projects(request: HttpRequest) -> HttpResponse:
    """The list; htmx gets the same page and takes the part it swaps."""
    user: Any = request.user
    today = local_day(clock.now())
    try:
        choice, wanted = asked(request)
        page = listing_page.build(user, choice, wanted, today)
    except ValueError as problem:
        return render(request, "home/problem.html", {"problem": str(problem)}, status=400)
    office = user.has_role(Role.OFFICE)
    template = "home/_list.html" if request.headers.get("HX-Target") == "list" else "home/projects.html"
    return render(request, template, {"page": page, "office": office})


@require_GET
def export(request: HttpRequest, kind: str) -> HttpResponseBase:
    """Exactly the rows and columns shown, all pages, as xlsx or csv; id=… narrows to chosen projects."""
    user: Any = request.user
    now = clock.now()
    try:
        choice, wanted = asked(request)
        ids = request.GET.getlist("id")
        chosen = [number for text in ids if (number := row_number(text)) is not None]
        found = lists.find(user, choice.month, wanted, choice.stood)
        if ids:
            found = lists.chosen(found, chosen)
        rows = lists.every(found, wanted, user, local_day(now))
        return hand_out(request, exporting.answer(rows, wanted, choice, kind))
    except ValueError as problem:
        return render(request, "home/problem.html", {"problem": str(problem)}, status=400)
