"""一个项目的手续页：看，办一步，确认几步，建立，换目录，看凭证。"""

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from xushi.config import clock
from xushi.core.clock import local_day
from xushi.core.text import row_number
from xushi.journal.actions import Actor
from xushi.permits import actions, actions_office, policy, selectors
from xushi.permits.expected import Detail, detail_of
from xushi.permits.forms import ReasonForm, StepForm
from xushi.permits.models import PermitStep, StepFile
from xushi.permits.selectors import Steps
from xushi.permits.selectors_catalogue import in_force
from xushi.permits.selectors_services import of_project
from xushi.permits.table import BY_VERB, refusal
from xushi.permits.timeline import passed
from xushi.permits.track import Line, line_of
from xushi.registry.checking import Conflict, Refused
from xushi.registry.models import Project
from xushi.units.access import person


def ask_project(request: HttpRequest, pk: int) -> Project:
    user = person(request)
    if not policy.can_read(user):
        raise PermissionDenied("前期手续由项目单位、属地、办理部门、区重大办和区领导查看。")
    found = selectors.project_of(user, pk)
    if found is None:
        raise Http404
    return found


@require_safe
def steps(request: HttpRequest, pk: int) -> HttpResponse:
    """The track, every step with what this person may do; ?step=&act= opens the form of one act.

    An act that cannot be done, or not by this person, is answered with the reason and no form.
    """
    project = ask_project(request, pk)
    step, verb = row_number(request.GET.get("step", "")), request.GET.get("act", "")
    if not step or verb not in BY_VERB or verb == "confirm":
        return _page(request, project)
    form = _form(request, project, step, verb)
    parts = policy.parts_of(person(request), form.step)
    why = refusal(verb, form.step.state, parts, f"“{form.step.permit.name}”")
    return _page(request, project, None if why else form, why)


def _form(request: HttpRequest, project: Project, step: int, verb: str, *, posted: bool = False) -> StepForm:
    rows = PermitStep.objects.visible_to(person(request)).filter(project=project)
    held = get_object_or_404(rows.select_related(*selectors.RELATED), pk=step)
    data = (request.POST, request.FILES) if posted else (None, None)
    return StepForm(BY_VERB[verb], held, *data, today=local_day(clock.now()))


def _page(
    request: HttpRequest, project: Project, form: StepForm | None = None, overtaken: str = ""
) -> HttpResponse:
    user, now = person(request), clock.now()
    today = local_day(now)
    found = selectors.steps_of(user, project, today)
    detail = detail_of(project, now) if found else None
    drawn, newest = line(found, detail) if found else None, in_force().of_unit(project.territory_id)
    whole = Project.objects.visible_to(user).filter(pk=project.pk).exists()
    context: dict[str, Any] = {
        "project": project, "steps": found, "line": drawn, "detail": detail,
        "today": today, "now": now, "form": form, "overtaken": overtaken, "office": policy.can_open(user, project),
        "whole": whole, "main": found.main(drawn.held if drawn else None) if found else None,
        "passed": passed(found, whole=whole) if found else [], "opened": row_number(request.GET.get("open", "")),
        "newer": newest if found and newest and newest.pk != found.track.catalogue_id else None,
        "reason": ReasonForm(), "services": of_project(user, project),
    }  # fmt: skip
    posted = form is not None and form.is_bound
    return render(request, "permits/steps.html", context, status=409 if overtaken else 422 if posted else 200)


def line(found: Steps, detail: Detail | None) -> Line:
    return line_of(found, detail.critical.step.permit.code if detail and detail.critical else "")


@require_POST
def act(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """One act; whoever was slower sees the new state and keeps what they typed."""
    held = get_object_or_404(PermitStep.objects.visible_to(person(request)).order_by(), pk=pk)
    project = ask_project(request, held.project_id)
    if verb not in BY_VERB or verb == "confirm":
        raise Http404
    form = _form(request, project, pk, verb, posted=True)
    if not form.is_valid():
        return _page(request, project, form)
    try:
        _acted(request, form, {pk: row_number(request.POST.get("version", "")) or 0})
    except Refused as refusal:
        for problem in refusal.problems:
            form.add_error(problem.field if problem.field in form.fields else None, problem.sentence)
        return _page(request, project, form)
    except Conflict as conflict:
        return _page(request, project, form, str(conflict))
    messages.success(request, f"{form.step.permit.name}：{BY_VERB[verb].name}已记下。")
    return redirect(_at(form.step))


def _at(step: PermitStep) -> str:
    return f"{reverse('permits:steps', args=[step.project_id])}?open={step.pk}#step-{step.permit.code}"


def _acted(request: HttpRequest, form: StepForm, seen: dict[int, int | None]) -> None:
    given = form.given()
    how: dict[str, Any] = {"actor": Actor.of(request), "now": clock.now()}
    on: date = given.get("on") or local_day(how["now"])
    words, uploads = given.get("words") or "", given.get("uploads") or ()
    match form.act.verb:
        case "plan":
            actions.plan(seen, on, **how)
        case "submit":
            actions.submit(seen, on, words=words, uploads=uploads, **how)
        case "accept":
            actions.accept(seen, on, words=words, **how)
        case "ask_supplement":
            actions.ask_supplement(seen, words, on, **how)
        case "answer_supplement":
            actions.answer_supplement(seen, on, words=words, uploads=uploads, **how)
        case "approve":
            actions.approve(seen, on, number=words, uploads=uploads, **how)
        case "refuse":
            actions.refuse_step(seen, words, on, uploads=uploads, **how)
        case "accept_lacking":
            actions.accept_lacking(seen, words, given["until"], on, **how)
        case "settle_lacking":
            actions.settle_lacking(seen, on, uploads=uploads, **how)
        case "extend":
            actions.extend_validity(seen, words, **how)
        case "not_needed":
            actions.not_needed(seen, words, **how)
        case "take_back":
            actions.take_back(seen, words, **how)


@require_POST
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """确认: the ticked steps of one project; picked as step:version."""
    project = ask_project(request, pk)
    seen: dict[int, int | None] = {}
    for pick in request.POST.getlist("pick"):
        step, _, version = pick.partition(":")
        if (key := row_number(step)) is not None:
            seen[key] = row_number(version) or 0
    own = PermitStep.objects.visible_to(person(request)).filter(project=project)
    own_keys = set(own.values_list("pk", flat=True))
    seen = {key: version for key, version in seen.items() if key in own_keys}
    if not seen:
        messages.error(request, "先勾选要确认的手续。")
        return redirect("permits:steps", pk)
    try:
        done = actions.confirm(seen, actor=Actor.of(request), now=clock.now())
    except (Refused, Conflict) as refusal:
        return _page(request, project, None, str(refusal))
    messages.success(request, f"已确认{len(done)}步手续。")
    return redirect("permits:steps", pk)


@require_POST
def open_track(request: HttpRequest, pk: int) -> HttpResponse:
    """建立手续."""
    project = ask_project(request, pk)
    try:
        actions_office.open_tracks([project], actor=Actor.of(request), now=clock.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "前期手续已照现行目录建立。")
    return redirect("permits:steps", pk)


@require_POST
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """换到新版目录."""
    project = ask_project(request, pk)
    reason = request.POST.get("reason", "")
    try:
        track = actions_office.move_track(project, reason=reason, actor=Actor.of(request), now=clock.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"已换到{track.catalogue}，办过的都留着。")
    return redirect("permits:steps", pk)


@require_safe
def step(request: HttpRequest, pk: int) -> HttpResponse:
    """One step by its own address (alerts, notices lead here): its place on the project's page."""
    rows = PermitStep.objects.visible_to(person(request)).select_related("permit")
    held = get_object_or_404(rows, pk=pk)
    return redirect(_at(held))


@require_safe
def file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """凭证, only for those who see the step; a PDF is never opened inside the site."""
    seen = PermitStep.objects.visible_to(person(request)).order_by().values("pk")
    found = get_object_or_404(StepFile.objects.filter(step__in=seen), pk=pk)
    pdf = str(found.file.name).endswith(".pdf")
    kind = "application/pdf" if pdf else "image/jpeg"
    try:
        response = FileResponse(
            found.file.open("rb"), content_type=kind, as_attachment=pdf, filename=found.name
        )
    except FileNotFoundError as gone:
        raise Http404("这份凭证的文件不在了。") from gone
    response["Cache-Control"] = "private, max-age=86400"
    response["X-Content-Type-Options"] = "nosniff"
    return response
