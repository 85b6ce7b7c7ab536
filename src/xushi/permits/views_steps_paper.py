"""一个项目的各步手续，导出、印。"""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from xushi.config import clock
from xushi.core.clock import local_day
from xushi.permits import selectors
from xushi.permits.expected import detail_of
from xushi.permits.selectors import Steps
from xushi.permits.steps_export import answer
from xushi.permits.views_steps import ask_project, line
from xushi.registry.models import Project
from xushi.units.access import person
from xushi.units.views_exporting import hand_out


def _held(request: HttpRequest, pk: int) -> tuple[Project, Steps]:
    """Every step that this person sees; 404 where the project has none yet."""
    project = ask_project(request, pk)
    found = selectors.steps_of(person(request), project, local_day(clock.now()), with_past=False)
    if found is None:
        raise Http404("这个项目还没有建立前期手续。")
    return project, found


@require_safe
def export(request: HttpRequest, pk: int) -> HttpResponseBase:
    project, found = _held(request, pk)
    return hand_out(request, answer(project, found))


@require_safe
def paper(request: HttpRequest, pk: int) -> HttpResponse:
    project, found = _held(request, pk)
    now = clock.now()
    detail = detail_of(project, now)
    context = {
        "project": project, "steps": found, "line": line(found, detail), "detail": detail, "now": now,
        "today": local_day(now), "user": person(request),
    }  # fmt: skip
    return render(request, "permits/steps_print.html", context)
