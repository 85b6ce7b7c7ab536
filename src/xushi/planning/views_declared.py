"""申报的页：向省市名单申报了哪些、到哪一步。"""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from xushi.config import clock
from xushi.core.clock import local_day
from xushi.core.text import name_key, row_number
from xushi.journal.actions import Actor
from xushi.planning import declaring, policy, selectors
from xushi.planning.forms import DeclareForm
from xushi.planning.models import Declaration
from xushi.planning.views_reserve import ask_keeper, ask_reader
from xushi.registry.checking import Conflict, Refused
from xushi.registry.models import Project
from xushi.units.access import person


@require_http_methods(["GET", "POST"])
def declarations(request: HttpRequest) -> HttpResponse:
    """申报 and where each stands; the office prepares a new one."""
    ask_reader(request)
    form = _form(request, request.POST or None)
    if request.method == "POST":
        ask_keeper(request)
        if form.is_valid() and _prepared(request, form):
            return redirect("planning:declarations")
    return _page(request, form, status=422 if form.errors else 200)


def _form(request: HttpRequest, data: Any = None) -> DeclareForm:
    year = local_day(clock.now()).year
    name = request.GET.get("project", "")[:300]
    return DeclareForm(data, initial={"year": year, "level": "provincial", "stage": 1, "name": name})


def _prepared(request: HttpRequest, form: DeclareForm) -> bool:
    data = form.cleaned_data
    project = Project.objects.visible_to(person(request)).filter(name_key=name_key(data["name"])).first()
    if project is None:
        form.add_error("name", f"项目库里没有“{data['name']}”，请照库里的全名填。")
        return False
    how: dict[str, Any] = {"stage": data["stage"], "actor": Actor.of(request), "now": clock.now()}
    try:
        declaring.prepare_declarations([project], data["year"], data["level"], data["words"], **how)
    except Refused as refusal:
        for problem in refusal.problems:
            form.add_error("name" if problem.field == "project" else problem.field, problem.sentence)
        return False
    messages.success(request, f"“{project.name}”已列入申报准备。")
    return True


@require_POST
def step(request: HttpRequest) -> HttpResponse:
    """上报、列入、不列入 of the ticked ones."""
    ask_keeper(request)
    verb, on = request.POST.get("act", ""), request.POST.get("on", "")
    chosen = [key for text in request.POST.getlist("pick") if (key := row_number(text)) is not None]
    try:
        day = date.fromisoformat(on) if on else local_day(clock.now())
    except ValueError:
        return _page(request, _form(request), f"日期“{on[:20]}”看不懂，请写成 2018-09-12 这样。", 422)
    if verb not in declaring.STEPS:
        return _page(request, _form(request), "不知道要办什么，请用页上的按钮。", 400)
    how: dict[str, Any] = {"actor": Actor.of(request), "now": clock.now()}
    try:
        rows = declaring.step_declarations(chosen, verb, on=day, reason=request.POST.get("reason", ""), **how)
    except (Refused, Conflict) as refusal:
        status = 409 if isinstance(refusal, Conflict) else 422
        return _page(request, _form(request), str(refusal), status)
    messages.success(request, f"{len(rows)}个申报已记为“{rows[0].get_state_display()}”。")
    return redirect("planning:declarations")


def _page(request: HttpRequest, form: DeclareForm, problem: str = "", status: int = 200) -> HttpResponse:
    user = person(request)
    level, state = request.GET.get("level", ""), request.GET.get("state", "")
    counted: dict[str, int] = dict.fromkeys(Declaration.State.values, 0)
    for one in selectors.declarations(user).values_list("state", flat=True):
        counted[one] += 1
    context = {
        "form": form, "problem": problem, "office": policy.can_keep(user), "level": level, "state": state,
        "states": [(value, label, counted[value]) for value, label in Declaration.State.choices],
        "page": selectors.page_of(selectors.declarations(user, level, state), request.GET.get("page", "1")),
        "today": local_day(clock.now()), "reason": request.POST.get("reason", "")[:300],
        "picked": request.POST.getlist("pick"),
    }  # fmt: skip
    return render(request, "planning/declarations.html", context, status=status)
