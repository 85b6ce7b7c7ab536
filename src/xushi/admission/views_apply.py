"""申报准入、修改申报、看附件。"""

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from xushi.admission import actions, policy
from xushi.admission.forms import ApplicationForm, initial_of
from xushi.admission.models import Application, ApplicationFile
from xushi.admission.table import may_follow
from xushi.admission.views_desk import ask_reader
from xushi.config import clock
from xushi.core.text import row_number
from xushi.journal.actions import Actor
from xushi.registry.checking import Conflict, Refused
from xushi.registry.models import Project
from xushi.units.access import person
from xushi.units.models import Unit, User


def ask_applicant(request: HttpRequest) -> None:
    if not policy.is_applicant(person(request)):
        raise PermissionDenied("准入申请由落地的街道、园区和区重大办来提；部门答复，领导查看。")


def places_of(user: User) -> list[Unit]:
    """Where this person may apply."""
    rows = Unit.objects.standing().filter(kind__in=Unit.TERRITORY_KINDS).order_by("path")
    return [unit for unit in rows if policy.can_apply_in(user, unit)]


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """申报准入: one form; what is wrong stands beside its field and nothing typed is lost."""
    ask_applicant(request)
    user = person(request)
    project = _project(user, request.POST.get("project") or request.GET.get("project", ""))
    files = request.FILES if request.method == "POST" else None
    form = ApplicationForm(
        request.POST or None, files, territories=places_of(user), initial=_of_project(project)
    )
    token = request.POST.get("token", "")[:40] or uuid4().hex
    if request.method == "POST" and form.is_valid():
        try:
            row = form.input(token, project.pk if project else None)
            uploads = form.cleaned_data["attachments"]
            [made] = actions.apply([row], actor=Actor.of(request), now=clock.now(), uploads=uploads)
        except Refused as refusal:
            lay_on(form, refusal)
        else:
            messages.success(request, f"已申报“{made}”，区重大办3个工作日内受理。")
            return redirect("admission:application", made.pk)
    context = {"form": form, "token": token, "project": project}
    return render(request, "admission/apply.html", context, status=422 if form.errors else 200)


def _project(user: User, typed: str) -> Project | None:
    key = row_number(typed)
    if key is None:
        return None
    found: Project = get_object_or_404(
        Project.objects.visible_to(user).select_related("category"), pk=key, admission=None
    )
    return found


def _of_project(project: Project | None) -> dict[str, Any]:
    if project is None:
        return {}
    unit = project.owner_unit
    return {
        "name": project.name, "category": project.category.code, "territory": str(project.territory_id),
        "enterprise": unit.name if unit else "", "credit_code": unit.code if unit else "", "content": project.content,
        "investment": f"{project.total_investment // 10_000:,}",
    }  # fmt: skip


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """修改申报, while it is not in review."""
    ask_applicant(request)
    user = person(request)
    rows = Application.objects.visible_to(user).select_related("category", "territory")
    held: Application = get_object_or_404(rows, pk=pk)
    if not policy.can_change(user, held):
        raise PermissionDenied(f"这件申请由{held.territory}或区重大办修改，您的角色可以查看。")
    if not may_follow("amend", held.status) and request.method == "GET":
        return redirect("admission:application", pk)
    files = request.FILES if request.method == "POST" else None
    form = ApplicationForm(request.POST or None, files, territories=places_of(user), initial=initial_of(held))
    overtaken = ""
    if request.method == "POST" and form.is_valid():
        seen = {pk: row_number(request.POST.get("version", "")) or 0}
        try:
            row, uploads = form.input("", None), form.cleaned_data["attachments"]
            actions.amend(seen, row, actor=Actor.of(request), now=clock.now(), uploads=uploads)
        except Refused as refusal:
            lay_on(form, refusal)
        except Conflict as conflict:
            overtaken = str(conflict)
        else:
            messages.success(request, "已修改申报，门槛重新对照过。")
            return redirect("admission:application", pk)
    version = request.POST.get("version") or held.version
    context = {
        "form": form,
        "held": held,
        "version": version,
        "overtaken": overtaken,
        "files": held.files.order_by("pk"),
    }
    return render(
        request, "admission/apply.html", context, status=409 if overtaken else 422 if form.errors else 200
    )


@require_safe
def file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One attachment, only for those who see its application; a PDF is never opened inside the site."""
    ask_reader(request)
    seen = Application.objects.visible_to(person(request)).values("pk")
    found: ApplicationFile = get_object_or_404(ApplicationFile.objects.filter(application__in=seen), pk=pk)
    kind = "application/pdf" if found.is_pdf else "image/jpeg"
    try:
        response = FileResponse(
            found.file.open("rb"), content_type=kind, as_attachment=found.is_pdf, filename=found.name
        )
    except FileNotFoundError as gone:
        raise Http404("这份附件的文件不在了。") from gone
    response["Cache-Control"] = "private, max-age=86400"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def lay_on(form: Form, refusal: Refused) -> None:
    """Each problem beside its field, else over the form."""
    for problem in refusal.problems:
        form.add_error(problem.field if problem.field in form.fields else None, problem.sentence)
