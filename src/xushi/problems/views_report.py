"""报问题：手机上一分钟的一张表，逐项存草稿；没有脚本也能用。"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from xushi.alerts.models import Alert
from xushi.alerts.selectors import worst_first
from xushi.alerts.words import row_of
from xushi.config import clock
from xushi.core.clock import local_day
from xushi.core.text import row_number
from xushi.journal.actions import Actor
from xushi.problems import photos as pictures
from xushi.problems import policy, reporting, selectors
from xushi.problems.forms import class_of, input_of, typed_of
from xushi.problems.models import Problem, ProblemDraft, ProblemPhoto
from xushi.problems.rules import ProblemInput
from xushi.registry.checking import Refused, RowProblem
from xushi.registry.models import Project
from xushi.units.access import person


@require_GET
def pick_project(request: HttpRequest) -> HttpResponse:
    """报哪个项目的问题: the person's projects, narrowed by words."""
    user = person(request)
    if not policy.is_reporter(user):
        raise PermissionDenied("问题由属地、部门、项目单位和区重大办来报；领导有话请写批示。")
    words = request.GET.get("q", "").strip()[:60]
    drafts = ProblemDraft.objects.filter(user=user).select_related("project").order_by("-updated_at")[:5]
    context = {"q": words, "projects": selectors.projects_to_report(user, words), "drafts": drafts}
    return render(request, "problems/pick_project.html", context)


def _project(request: HttpRequest, pk: int) -> Project:
    user = person(request)
    found = get_object_or_404(Project.objects.visible_to(user).select_related("territory"), pk=pk)
    if not policy.is_reporter(user):
        raise PermissionDenied("问题由属地、部门、项目单位和区重大办来报；领导有话请写批示。")
    return found


@require_http_methods(["GET", "POST"])
def report(request: HttpRequest, project_id: int) -> HttpResponse:
    """The form; every button of it posts here where there is no script."""
    project = _project(request, project_id)
    if request.method == "POST":
        return _posted(request, project)
    held = ProblemDraft.objects.filter(project=project, user=person(request)).first()
    typed = dict(held.typed) if held else {"kind": request.GET.get("kind", "")[:12]}
    return _page(request, project, typed, held)


def _page(
    request: HttpRequest,
    project: Project,
    typed: dict[str, str],
    held: ProblemDraft | None,
    problems: Sequence[RowProblem] = (),
) -> HttpResponse:
    user, today = person(request), local_day(clock.now())
    alerts = (
        Alert.objects.open().visible_to(user).filter(subject_kind="registry.project", subject_id=project.pk)
    )
    worst = worst_first(alerts).first()
    context = {
        "project": project,
        "alert": row_of(worst, today) if worst else None,
        "reported": len(selectors.of_project(user, project)),
        "roots": selectors.roots(project.territory.path),
        "token": request.POST.get("token", "")[:40] or uuid4().hex,
        "errors": {problem.field: problem.sentence for problem in problems},
    } | _parts(request, project, typed, held)
    return render(request, "problems/report.html", context, status=422 if problems else 200)


def _parts(
    request: HttpRequest, project: Project, typed: dict[str, str], held: ProblemDraft | None
) -> dict[str, Any]:
    """What follows from what is typed: the subclasses, the problem it resembles, the draft's photos."""
    place = project.territory.path
    kind = class_of(typed, place)
    root = row_number(typed.get("kind", ""))
    return {
        "project": project,
        "typed": typed,
        "held": held,
        "photos": list(held.photos.order_by("pk")) if held else [],
        "subs": selectors.under(root, place) if root else [],
        "alike": selectors.alike(person(request), project, kind, typed.get("words", "")),
        "now": clock.now(),
    }


def _posted(request: HttpRequest, project: Project) -> HttpResponse:
    """提交、并进已有的一项、删一张照片、清掉草稿; whatever goes wrong, what was typed is kept first."""
    actor, now, typed = Actor.of(request), clock.now(), typed_of(request.POST)
    if again := reporting.reported_by(_token(request), actor):
        return _sent(again.pk)
    with (
        transaction.atomic()
    ):  # the draft is held: the same form, sent again, waits and sees what became of it
        held = reporting.save_draft(project, typed, actor=actor, now=now)
        if again := reporting.reported_by(_token(request), actor):
            if not held.photos.exists():  # made anew by this very form
                reporting.discard_draft(held)
            return _sent(again.pk)
        try:
            return _done(request, project, held, typed)
        except Refused as refused:
            problems = refused.problems
    return _page(request, project, typed, held, problems)


def _token(request: HttpRequest) -> str:
    return request.POST.get("token", "")[:40]


def _done(request: HttpRequest, project: Project, held: ProblemDraft, typed: dict[str, str]) -> HttpResponse:
    """What the button asks for, with the draft as it was kept; Refused where it cannot be."""
    actor, now = Actor.of(request), clock.now()
    _take_photos(request, held)
    if join := row_number(request.POST.get("join", "")):
        note = reporting.join_draft(held, join, typed["words"], actor=actor, now=now)
        messages.success(request, "已并进去，写成了那一项的进展。")
        return _sent(note.problem_id)
    if request.POST.get("act") == "submit":
        kind = class_of(typed, project.territory.path)
        sent = _submit(held, input_of(project.pk, typed, kind, _token(request)), actor, now)
        messages.success(request, "问题已报，区重大办1个工作日内分办。")
        return _sent(sent.pk)
    if request.POST.get("act") == "discard":
        reporting.discard_draft(held)
        messages.info(request, "草稿已清掉。")
        return redirect("problems:new")
    return redirect("problems:report", project.pk)


def _submit(held: ProblemDraft, row: ProblemInput, actor: Actor, now: datetime) -> Problem:
    try:
        return reporting.report_draft(held, row, actor=actor, now=now)
    except IntegrityError:  # the same form at the same moment: the other one has won
        again = reporting.reported_by(row.token, actor)
        if again is None:
            raise
        return again


def _sent(pk: int) -> HttpResponse:
    """To the problem's page, which tells this machine to forget its copy of the draft."""
    return redirect(f"{reverse('problems:problem', args=[pk])}?sent=1")


def _take_photos(request: HttpRequest, held: ProblemDraft) -> None:
    files = request.FILES.getlist("photos")
    if files:
        pictures.add_to_draft(held, files, actor=Actor.of(request), now=clock.now())
    if gone := row_number(request.POST.get("remove_photo", "")):
        pictures.drop_from_draft(held, gone)


@require_POST
def draft(request: HttpRequest, project_id: int) -> HttpResponse:
    """Keep what is typed, valid or not; answers with when, the subclasses and the problem it resembles."""
    project = _project(request, project_id)
    typed = typed_of(request.POST)
    held = reporting.save_draft(project, typed, actor=Actor.of(request), now=clock.now())
    return render(
        request, "problems/_drafted.html", _parts(request, project, typed, held) | {"swapped": True}
    )


@require_POST
def photos(request: HttpRequest, project_id: int) -> HttpResponse:
    """Add or remove photos of the draft; answers with the strip of them, and with what was wrong."""
    project = _project(request, project_id)
    typed = typed_of(request.POST)
    wrong: Sequence[RowProblem] = ()
    with transaction.atomic():  # the draft is held: a photo sent twice in one moment is kept once
        held = reporting.save_draft(project, typed, actor=Actor.of(request), now=clock.now())
        try:
            _take_photos(request, held)
        except Refused as refused:
            wrong = refused.problems
    context = {
        "project": project,
        "photos": list(held.photos.order_by("pk")),
        "photo_error": "；".join(problem.sentence for problem in wrong),
    }
    return render(request, "problems/_photos.html", context)


@require_GET
def photo(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One picture, only for those who see its problem or write its draft."""
    found: ProblemPhoto = get_object_or_404(selectors.visible_photos(person(request)), pk=pk)
    try:
        response = FileResponse(found.file.open("rb"), content_type="image/jpeg")
    except FileNotFoundError as gone:
        raise Http404("这张照片的文件不在了。") from gone
    response["Cache-Control"] = "private, max-age=86400"
    response["X-Content-Type-Options"] = "nosniff"
    return response
