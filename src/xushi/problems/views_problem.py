"""一件问题：来龙去脉，和这个人现在能做的几步。"""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from xushi.calendars.selectors import calendar
from xushi.config import clock
from xushi.core.text import row_number
from xushi.journal.actions import Actor
from xushi.problems import policy, selectors, steps
from xushi.problems.acting import RELATED, NotAllowed
from xushi.problems.models import Problem, ProblemClass
from xushi.problems.rules import Horizon
from xushi.problems.table import Who
from xushi.problems.words import due_of
from xushi.registry.checking import Conflict, Refused
from xushi.units.access import person
from xushi.units.models import Role, User

KEPT = (
    "words",
    "due_on",
    "person",
    "lead",
    "title",
    "raise_words",
    "leader",
    "batch",
    "problem_class",
    "into",
)


def _visible(request: HttpRequest, pk: int) -> Problem:
    seen = Problem.objects.visible_to(person(request)).select_related(
        *RELATED, "project__territory", "merged_into__batch", "solved_by"
    )
    return get_object_or_404(seen.prefetch_related("co_handlers__unit__successor", "raisings__leader"), pk=pk)


@require_safe
def problem(request: HttpRequest, pk: int) -> HttpResponse:
    """One problem; 404 for those who may not see it."""
    return _page(request, _visible(request, pk))


@require_POST
def act(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """One step; who was slower, or is not the one to do it, sees what is true now and keeps what they typed."""
    held = _visible(request, pk)
    doing = steps.DOING.get(verb)
    if doing is None:
        raise Http404(f"没有“{verb}”这一步。")
    seen: dict[int, int | None] = {pk: row_number(request.POST.get("version", "")) or 0}
    files = request.FILES.getlist("photos")
    posted = steps.Posted(seen, request.POST, files, Actor.of(request), clock.now())
    try:
        doing(posted)
    except Refused as refused:
        errors = {wrong.field: wrong.sentence for wrong in refused.problems}
        return _page(request, held, verb=verb, errors=errors, status=422)
    except (Conflict, NotAllowed) as overtaken:
        return _page(request, _visible(request, pk), verb=verb, overtaken=str(overtaken), status=409)
    messages.success(request, steps.DONE[verb])
    return redirect("problems:problem", pk)


def _page(
    request: HttpRequest,
    held: Problem,
    *,
    verb: str = "",
    errors: dict[str, str] | None = None,
    overtaken: str = "",
    status: int = 200,
) -> HttpResponse:
    user, now = person(request), clock.now()
    working = calendar()
    horizon = Horizon.at(now, working)
    parts = policy.parts_of(user, held, horizon.today)
    offered = steps.offered(held.status, parts)
    typed: dict[str, Any] = {name: request.POST.get(name, "")[:2000] for name in KEPT} if verb else {}
    typed["co_units"] = request.POST.getlist("co_units")
    if not any(step.verb == verb for step in offered):
        typed["left_over"] = typed.get("words") or typed.get("raise_words", "")
    context = {
        "problem": held,
        "now": now,
        "due": due_of(held, horizon),
        "pressing": horizon.pressing(held.status, held.due_on),
        "thread": selectors.thread(held),
        "offered": offered,
        "verb": verb,
        "typed": typed,
        "errors": errors or {},
        "overtaken": overtaken,
        "usual_due": working.add(horizon.today, 7),
        "rework_due": working.add(horizon.today, 3),
        "may_order": Who.OFFICE in parts,
        "may_instruct": user.has_role(Role.LEADER),
    } | _choices(held, parts, user)
    return render(request, "problems/problem.html", context, status=status)


def _choices(held: Problem, parts: set[Who], user: User) -> dict[str, Any]:
    """What the office chooses from; nobody else is asked for it."""
    if Who.OFFICE not in parts:
        return {}
    others = (
        Problem.objects.open().filter(project=held.project_id).exclude(pk=held.pk).select_related("batch")
    )
    return {
        "units": selectors.assignable_units(user, held),
        "leaders": selectors.leaders(user, held.project),
        "batches": selectors.batches(),
        "classes": list(
            ProblemClass.objects.offered(held.project.territory.path)
            .select_related("parent")
            .order_by("path")
        ),
        "others": list(others.order_by("reported_at")),
    }
