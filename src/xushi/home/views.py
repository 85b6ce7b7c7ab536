"""首页、总览、查找。"""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_GET

from xushi.config import clock
from xushi.core.clock import local_day
from xushi.duties.selectors import badge
from xushi.duties.views import duties
from xushi.home import overview as overviews
from xushi.home import reporting, searching
from xushi.home.months import choose
from xushi.home.nav import PORTFOLIO
from xushi.home.regions import region
from xushi.kit.phrased import ask
from xushi.kit.views_limits import too_often
from xushi.notices.selectors import reminder
from xushi.supervision.instruction_pages import waiting
from xushi.units.models import Role

REPORTER_FIRST = (Role.TERRITORY, Role.OWNER)


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The first page: the portfolio for those who answer for it, what is to be reported for those who report.

    Who owes something and sees no project finds what is owed, nearest first.
    """
    user: Any = request.user
    now = clock.now()
    soon = reminder(user, now)
    if user.has_role(*REPORTER_FIRST) and not user.has_role(Role.OFFICE, Role.LEADER):
        return render(request, "home/reporter.html", {"page": reporting.desk(user, now), "reminder": soon})
    if user.has_role(*PORTFOLIO):
        choice = choose(user, None, local_day(now))
        page = overviews.overview(user, choice, now)
        own = not user.has_role(Role.OFFICE, Role.LEADER)  # those two have a first page of their own
        if page.nothing_yet and own and badge(user, local_day(now)):
            return duties(request)
        pens = ask(waiting, user, local_day(now)) if user.has_role(Role.LEADER) else ()
        return render(request, "home/home.html", _of(user, page, now) | {"reminder": soon, "waiting": pens})
    if badge(user, local_day(now)):
        return duties(request)
    return render(request, "home/nothing.html", {"reminder": soon})


@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """One month of the portfolio, of one's own tier or of a region within it; 400 with a sentence for a month without
    figures, 404 for a region out of sight.
    """
    user: Any = request.user
    now = clock.now()
    try:
        choice = choose(user, request.GET.get("month"), local_day(now))
        here = region(user, request.GET.get("region"))
    except ValueError as problem:
        return render(request, "home/problem.html", {"problem": str(problem)}, status=400)
    except LookupError as unseen:
        raise Http404 from unseen
    page = overviews.overview(user, choice, now, here)
    return render(request, "home/overview.html", _of(user, page, now))


def _of(user: Any, page: overviews.Overview, now: datetime) -> dict[str, Any]:
    return {"page": page, "today": local_day(now), "office": user.has_role(Role.OFFICE)}


@require_GET
def search(request: HttpRequest) -> HttpResponse:
    """What the words bring up; one exact project, or the order of that number, is opened at once on Enter."""
    user: Any = request.user
    words = request.GET.get("q", "").strip()[:60]
    template = "home/_found.html" if request.headers.get("HX-Request") else "home/search.html"
    if words and (wait := too_often(request, "search")):
        return wait.on(render(request, template, {"words": words, "wait": wait.sentence}))
    hits = searching.search(user, words)
    if not request.headers.get("HX-Request") and hits.only:
        return HttpResponseRedirect(hits.only)
    return render(request, template, {"found": hits, "words": words})
