"""日志页：审计员筛、看、导出。"""

from datetime import date
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render

from xushi.config import clock
from xushi.journal import actions_export as actions
from xushi.journal import exporting, selectors
from xushi.journal.actions import Actor
from xushi.journal.models import Event
from xushi.journal.verbs import words_for
from xushi.kit.views_limits import refuse, too_often

PER_PAGE = 50
LONGEST = 100  # letters looked for: SQLite refuses a pattern of tens of thousands
ROWS_SHOWN = 500
FIRST_YEAR, LAST_YEAR = 1900, 2999  # what a day may lie in and still have a midnight on either side
AUDITOR = "auditor"  # the role's name; the roles themselves stand on a higher floor


def events(request: HttpRequest) -> HttpResponse:
    """日志: filtered by person, verb, words and days."""
    _ask_auditor(request)
    wanted, problem = _wanted(request)
    page = Paginator(selectors.events(wanted), PER_PAGE).get_page(request.GET.get("page"))
    kept = {name: value for name, value in request.GET.items() if name != "page" and value}
    context = {
        "page": page,
        "wanted": wanted,
        "verbs": [(verb, words_for(verb)) for verb in selectors.verbs()],
        "query": urlencode(kept),
        "problem": problem,
    }
    return render(request, "journal/events.html", context, status=400 if problem else 200)


def event(request: HttpRequest, pk: int) -> HttpResponse:
    """一件事: before and after, its rows, its seal."""
    _ask_auditor(request)
    found = get_object_or_404(Event.objects.select_related("seal", "actor"), pk=pk)
    rows = list(found.rows.order_by("pk")[:ROWS_SHOWN])
    context = {
        "event": found,
        "verb": words_for(found.verb),
        "rows": rows,
        "more": found.rows.count() - len(rows),
    }
    return render(request, "journal/event.html", context)


def export(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """The filtered journal as CSV, streamed; no administrator watches over the auditor, so nobody is asked first."""
    _ask_auditor(request)
    wanted, problem = _wanted(request)
    if problem:
        return HttpResponse(problem, status=400, content_type="text/plain; charset=utf-8")
    if wait := too_often(request, "export"):
        return refuse(request, wait)
    actor, now = Actor.of(request), clock.now()
    rows = actions.note_export(wanted, asked=request.GET.urlencode(), actor=actor, now=now)
    said = exporting.said(request.user, actor.address, now, rows)
    response = StreamingHttpResponse(exporting.lines(wanted, said), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = "attachment; filename*=UTF-8''%E6%97%A5%E5%BF%97.csv"
    return response


def _ask_auditor(request: HttpRequest) -> None:
    if not request.user.has_role(AUDITOR):  # type: ignore[union-attr]
        raise PermissionDenied("日志只给审计员看；项目的时间线在项目页上。")


def _wanted(request: HttpRequest) -> tuple[selectors.EventFilter, str]:
    """The filter as asked for, and a sentence where a day cannot be read."""
    days: dict[str, date | None] = {}
    for name in ("first", "last"):
        text = request.GET.get(name, "").strip()
        try:
            days[name] = date.fromisoformat(text) if text else None
        except ValueError:
            return selectors.EventFilter(), f"看不懂日期“{text}”，请写成 2018-09-12 这样。"
        if (day := days[name]) and not FIRST_YEAR <= day.year <= LAST_YEAR:
            return selectors.EventFilter(), f"日志里没有{day.year}年，请核对日期“{text}”。"
    found = selectors.EventFilter(
        person=request.GET.get("person", "").strip()[:LONGEST],
        verb=request.GET.get("verb", ""),
        words=request.GET.get("q", "").strip()[:LONGEST],
        **days,
    )
    return found, ""
