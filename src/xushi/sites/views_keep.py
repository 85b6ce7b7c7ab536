"""管摄像头：清单、加、改、测连接、画遮挡区、停用；都归区重大办。"""

import base64
import json
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from xushi.config import clock
from xushi.core.clock import local_day
from xushi.core.text import row_number
from xushi.journal.actions import Actor
from xushi.registry.checking import Conflict, Refused
from xushi.registry.models import Project
from xushi.sites import actions, frames, keeping, policy
from xushi.sites.forms import CameraForm, MaskForm, mask_text
from xushi.sites.models import Camera
from xushi.sites.source import SourceError
from xushi.sites.views_camera import visible
from xushi.sites.views_wall import ask_watcher
from xushi.sites.words import explained
from xushi.units.access import person


def ask_keeper(request: HttpRequest) -> None:
    ask_watcher(request)
    if not policy.can_keep(person(request)):
        raise PermissionDenied("摄像头由区重大办来加、改和停用。")


def _kept(request: HttpRequest, pk: int) -> Camera:
    ask_keeper(request)
    return visible(request, pk)


@require_safe
def cameras(request: HttpRequest) -> HttpResponse:
    """The list of all cameras, with a search among projects to add one to."""
    ask_keeper(request)
    words, user = request.GET.get("q", "").strip()[:60], person(request)
    number = row_number(request.GET.get("page", "")) or 1
    context = {
        "page": keeping.page_of(user, words, number), "q": words, "now": clock.now(),
        "projects": keeping.projects_to_add(user, words) if words else (),
    }  # fmt: skip
    return render(request, "sites/cameras.html", context)


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, project_id: int) -> HttpResponse:
    """加摄像头 to a project."""
    ask_keeper(request)
    project: Project = get_object_or_404(Project.objects.visible_to(person(request)), pk=project_id)
    form = CameraForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            [made] = actions.add_cameras([form.input(project.pk)], actor=Actor.of(request), now=clock.now())
        except Refused as refusal:
            lay_on(form, refusal)
        else:
            messages.success(request, f"已加“{made.name}”，先测一下连接。")
            return redirect("sites:edit", made.pk)
    context = {"form": form, "project": project}
    return render(request, "sites/edit.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """改摄像头; somebody else's change meanwhile is said, not overwritten."""
    held = _kept(request, pk)
    if request.method != "POST":
        return _edit(request, held, CameraForm.of(held))
    form = CameraForm.of(held, request.POST)
    if form.is_valid():
        try:
            seen = row_number(request.POST.get("version", "")) or 0
            row = form.input(held.project_id)
            actions.amend_camera(held, row, seen=seen, actor=Actor.of(request), now=clock.now())
        except Refused as refusal:
            lay_on(form, refusal)
        except Conflict as conflict:
            return _edit(request, held, form, status=409, overtaken=str(conflict))
        else:
            messages.success(request, "改好了。")
            return redirect("sites:edit", held.pk)
    return _edit(request, held, form, status=422)


def _edit(
    request: HttpRequest, held: Camera, form: CameraForm, status: int = 200, **more: Any
) -> HttpResponse:
    context = {"form": form, "held": held, "project": held.project, **more}
    return render(request, "sites/edit.html", context, status=status)


@require_POST
def test(request: HttpRequest, pk: int) -> HttpResponse:
    """测连接: one picture, or why there is none and what to do."""
    held = _kept(request, pk)
    try:
        frame = frames.grab(held)
    except SourceError as problem:
        return _edit(request, held, CameraForm.of(held), failed=explained(problem.cause), words=problem.words)
    picture = f"data:image/jpeg;base64,{base64.b64encode(frame.jpeg).decode()}"
    return _edit(request, held, CameraForm.of(held), frame=frame, picture=picture)


@require_http_methods(["GET", "POST"])
def mask(request: HttpRequest, pk: int) -> HttpResponse:
    """画遮挡区."""
    held = _kept(request, pk)
    form = MaskForm(request.POST or None, initial={"masked": mask_text(held.masked)})
    if request.method == "POST" and form.is_valid():
        try:
            seen = row_number(request.POST.get("version", "")) or 0
            polygons = form.cleaned_data["masked"]
            actions.mask_camera(held, polygons, seen=seen, actor=Actor.of(request), now=clock.now())
        except Refused as refusal:
            lay_on(form, refusal)
        except Conflict as conflict:
            form.add_error(None, str(conflict))
        else:
            messages.success(request, "遮挡区记下了，下一张快照起不看那里。")
            return redirect("sites:edit", held.pk)
    context = {"form": form, "held": held, "drawn": json.dumps(held.masked), "today": local_day(clock.now())}
    return render(request, "sites/mask.html", context, status=422 if form.errors else 200)


@require_POST
def switch(request: HttpRequest, pk: int) -> HttpResponse:
    """停用 or 恢复."""
    held = _kept(request, pk)
    seen = row_number(request.POST.get("version", "")) or 0
    active, words = request.POST.get("active") == "1", request.POST.get("words", "")
    try:
        actions.switch_camera(
            held, active=active, seen=seen, words=words, actor=Actor.of(request), now=clock.now()
        )
    except (Refused, Conflict) as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "恢复使用了。" if active else "停用了，以前的画面都还在。")
    return redirect("sites:edit", held.pk)


def lay_on(form: Form, refusal: Refused) -> None:
    """Each problem at its field, else at the head."""
    for problem in refusal.problems:
        form.add_error(problem.field if problem.field in form.fields else None, problem.sentence)
