"""项目页和盯办。"""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_GET, require_POST

from xushi.config import clock
from xushi.core.clock import local_day
from xushi.documents.policy_templates import may_print
from xushi.guarantees.policy import is_asker
from xushi.home import actions, project_page
from xushi.home.months import choose
from xushi.journal.actions import Actor
from xushi.kit.addresses import address_of
from xushi.kit.phrased import Key, ask
from xushi.permits.policy import can_open as can_open_permits
from xushi.problems.policy import is_reporter as is_problem_reporter
from xushi.progress.policy import can_report
from xushi.registry.models import Project
from xushi.supervision.policy import can_instruct
from xushi.units.models import Role

RELATED = ("category", "chain", "territory", "responsible_unit", "owner_unit", "leader")


@require_GET
def project(request: HttpRequest, pk: int) -> HttpResponse:
    """One project; 404 for those who may not see it."""
    user: Any = request.user
    seen = ask(_seen, user, Key(pk))
    if not seen:
        raise Http404
    found, now = seen[0], clock.now()
    try:
        choice = choose(user, request.GET.get("month"), local_day(now))
    except ValueError as problem:
        return render(request, "home/problem.html", {"problem": str(problem)}, status=400)
    page = project_page.build(user, found, choice, now)
    context = {
        "page": page,
        "project": found,
        "links": _links(user, found, page),
        "may_instruct": can_instruct(user),
        "may_ask_resources": is_asker(user),
        "may_report_problem": is_problem_reporter(user),
        "may_open_permits": can_open_permits(user, found),
        "office": user.has_role(Role.OFFICE),
        "may_print_brief": may_print(user, "project"),
    }
    return render(request, "home/project.html", context)


def _seen(user: Any, pk: int) -> "QuerySet[Project]":
    seen: QuerySet[Project] = Project.objects.visible_to(user).filter(pk=pk).select_related(*RELATED)
    return seen


def _links(user: Any, found: Project, page: project_page.ProjectPage) -> list[dict[str, str]]:
    """What this person may do here, as links to pages that exist, the main one last; 写批示 stands beside them.

    At most two on the bar: the card of problems leads to 报问题 too, those of facts and plans to changing them.
    """
    wanted: list[tuple[str, str, str, str]] = []
    if user.has_role(Role.OFFICE):
        wanted.append(("supervision:new_order", f"?project={found.pk}", "派督办单", "flag"))
    if can_report(user, found):
        open_month = page.choice.open_month
        wanted.append(("progress:report", str(open_month), f"报{open_month.number}月", "pen"))
    if is_problem_reporter(user):
        wanted.append(("problems:report", "", "报问题", "problem"))
    links = []
    for name, more, label, icon in wanted[: 1 if can_instruct(user) else 2]:
        try:
            links.append({"url": _address(name, found.pk, more), "label": label, "icon": icon})
        except NoReverseMatch:
            continue
    return links[::-1]


def _address(name: str, pk: int, more: str) -> str:
    if more.startswith("?"):
        return f"{reverse(name)}{more}"
    return address_of(name, pk, more) if more else address_of(name, pk)


@require_POST
def watch(request: HttpRequest, pk: int) -> HttpResponse:
    """The star: on with watch=1, off without."""
    user: Any = request.user
    found = get_object_or_404(Project.objects.visible_to(user), pk=pk)
    act = actions.watch_projects if request.POST.get("watch") == "1" else actions.unwatch_projects
    act(projects=[found], actor=Actor.of(request), now=clock.now())
    if request.headers.get("HX-Request"):
        watched = request.POST.get("watch") == "1"
        return render(request, "home/_star.html", {"project": found, "watched": watched})
    return HttpResponseRedirect(reverse("home:project", args=[pk]))
