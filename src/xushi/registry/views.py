"""项目库的页：新增、修改、名单。"""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from xushi.config import clock
from xushi.core.clock import local_day
from xushi.core.text import row_number
from xushi.journal.actions import Actor
from xushi.registry import actions, policy
from xushi.registry.forms import SECTIONS, ProjectForm
from xushi.registry.models import Listing, ListLevel, Project
from xushi.registry.rules import ListingInput
from xushi.units.access import person


def ask_keeper(request: HttpRequest) -> None:
    if not policy.can_keep_registry(person(request)):
        raise PermissionDenied("项目库由区重大办维护，您的角色可以查看，不能修改。")


def visible(request: HttpRequest, pk: int) -> Project:
    return get_object_or_404(Project.objects.visible_to(person(request)), pk=pk)


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """新增项目."""
    ask_keeper(request)
    form = ProjectForm(person(request), request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            project = actions.register_projects([form.input()], actor=Actor.of(request), now=clock.now())[0]
        except actions.Refused as refusal:
            lay_on(form, refusal)
        else:
            messages.success(request, f"已新增“{project.name}”，接着列名单、下计划。")
            return redirect("registry:listings", project.pk)
    return _project_page(request, form, None)


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """修改项目; whoever saves on an old version is shown what changed and keeps what they typed."""
    ask_keeper(request)
    project = visible(request, pk)
    form = ProjectForm(person(request), request.POST or None, initial=ProjectForm.initial_of(project))
    if request.method == "POST" and form.is_valid():
        seen = row_number(request.POST.get("version", ""))
        versions = {} if seen is None else {pk: seen}
        try:
            changed = actions.amend_projects(
                [(pk, form.input())], seen_versions=versions, actor=Actor.of(request), now=clock.now()
            )
        except actions.Refused as refusal:
            lay_on(form, refusal)
        except actions.Conflict as conflict:
            form.add_error(None, f"{conflict}现在库里的值列在各项右边；再点一次保存，就以您填的为准。")
        else:
            messages.success(request, "已保存。" if changed else "没有改动，不用保存。")
            return redirect("home:project", pk)
    return _project_page(request, form, project)


def _project_page(request: HttpRequest, form: ProjectForm, project: Project | None) -> HttpResponse:
    held = _differing(form, project) if project and form.errors else {}
    sections = [(title, [(form[name], held.get(name, "")) for name in names]) for title, names in SECTIONS]
    context = {"form": form, "sections": sections, "project": project}
    return render(request, "registry/project_form.html", context, status=400 if form.errors else 200)


def _differing(form: Form, project: Project) -> dict[str, str]:
    """{field: what the registry holds now} where this differs from what was typed."""
    held, shown = ProjectForm.initial_of(project), ProjectForm.shown_of(project)
    return {
        name: f"库里：{shown[name] or '空'}"
        for name, value in held.items()
        if form.data.get(name, "") != ("" if value is None else str(value))
    }


@require_http_methods(["GET", "POST"])
def listings(request: HttpRequest, pk: int) -> HttpResponse:
    """名单: which lists of the year the project stands on, and at which stage."""
    ask_keeper(request)
    project = visible(request, pk)
    year = year_of(request)
    problem = ""
    if request.method == "POST":
        rows, seen = _chosen_stages(request, pk, year)
        try:
            changed = actions.list_projects(rows, seen_stages=seen, actor=Actor.of(request), now=clock.now())
        except actions.Conflict as conflict:
            problem = str(conflict)
        else:
            messages.success(request, f"{year}年名单已改{changed}处。" if changed else "名单没有改动。")
            return redirect("registry:plan", pk)
    held = dict(Listing.objects.filter(project=project, year=year).values_list("level", "stage"))
    levels = [(level, ListLevel(level).label, held.get(level, 0)) for level in ListLevel.values]
    others = Listing.objects.filter(project=project).exclude(year=year).order_by("-year", "level")
    context = {"project": project, "year": year, "levels": levels, "others": others, "problem": problem}
    return render(request, "registry/listings.html", context, status=400 if problem else 200)


def _chosen_stages(request: HttpRequest, pk: int, year: int) -> tuple[list[ListingInput], list[int]]:
    """The levels whose stage was changed on the page, and what the page showed of them."""
    rows, seen = [], []
    for level in ListLevel.values:
        chosen, was = request.POST.get(level), row_number(request.POST.get(f"was-{level}", "")) or 0
        if chosen in ("1", "2") and int(chosen) != was:
            rows.append(ListingInput(pk, year, level, int(chosen)))
            seen.append(was)
    return rows, seen


def year_of(request: HttpRequest) -> int:
    text = request.GET.get("year") or request.POST.get("year") or ""
    year = row_number(text)
    return year if year and 2000 <= year <= 2100 else local_day(clock.now()).year


def lay_on(form: Form, refusal: actions.Refused) -> None:
    """Put each problem at its field, so that the sentence stands where it is mended."""
    for problem in refusal.problems:
        form.add_error(problem.field if problem.field in form.fields else None, problem.sentence)
