"""由记录印成的公文：督办单、批示件、纪要、督查通报、会审决定；看得到那一件的，才下得到它的纸。"""

from collections.abc import Callable
from datetime import datetime
from pathlib import PurePath
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from xushi.admission.policy import can_read as reads_admission
from xushi.config import clock
from xushi.core.clock import local_day
from xushi.core.text import row_number
from xushi.documents.batches import (
    AT_MOST,
    PIECE,
    NothingToPrint,
    ask_batch,
    file_of,
    note_batch,
    print_piece,
    still_seen,
)
from xushi.documents.files import attachment
from xushi.documents.kinds import finding
from xushi.documents.kinds.finding import Printed
from xushi.documents.models_batches import Batch
from xushi.documents.writing import NoFont, Unset, write_docx, write_html, write_pdf
from xushi.documents.writing.docx_parts import CONTENT
from xushi.documents.writing.office import NoOffice, pdf_of_docx, soffice
from xushi.journal.actions import Actor
from xushi.kit import media
from xushi.kit.addresses import own_path
from xushi.kit.views_limits import refuse, too_often
from xushi.supervision.lists import narrowed
from xushi.supervision.wanted import read
from xushi.units.access import person
from xushi.units.models import User

PDF = "application/pdf"
FORMS = ("docx", "pdf", "office")
Find = Callable[[User, int, datetime], Printed | None]
# how each kind is found, and the page it belongs to
KINDS: dict[str, tuple[Find, str]] = {
    "order": (finding.order_printed, "supervision:order"),
    "instruction": (finding.instruction_printed, "supervision:instruction"),
    "minutes": (finding.minutes_printed, "supervision:meeting"),
    "circular": (finding.circular_printed, "inspections:round"),
    "decision": (finding.decision_printed, "admission:decision"),
}


def _found(request: HttpRequest, find: Find, pk: int) -> Printed:
    try:
        found = find(person(request), pk, clock.now())
    except PermissionError as refused:
        raise PermissionDenied(str(refused)) from refused
    if found is None:
        raise Http404
    return found


def _page(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """The paper as a page, to look at before it is had; a figure in it opens its rows."""
    find, back = KINDS[kind]
    found = _found(request, find, pk)
    context = {
        "document": write_html(found.document), "name": found.name, "file": f"documents:{kind}_file", "pk": pk,
        "back": reverse(back, args=[pk]) if back else "", "office": bool(soffice()),
    }  # fmt: skip
    return render(request, "documents/official.html", context)


def _file(request: HttpRequest, find: Find, pk: int, form: str) -> HttpResponse:
    """docx, pdf by our own typesetter, office: the .docx as LibreOffice prints it."""
    if form not in FORMS:
        raise Http404
    if wait := too_often(request, "print"):
        return refuse(request, wait)
    found = _found(request, find, pk)
    try:
        data = _bytes(found, form)
    except (NoFont, Unset, NoOffice) as problem:
        return render(
            request, "documents/not_printed.html", {"problem": problem, "name": found.name}, status=503
        )
    ending = "docx" if form == "docx" else "pdf"
    return attachment(data, f"{found.name}.{ending}", CONTENT if form == "docx" else PDF)


def _bytes(found: Printed, form: str) -> bytes:
    if form == "pdf":
        return write_pdf(found.document)
    made = write_docx(found.document)
    return pdf_of_docx(made) if form == "office" else made


@require_safe
def order_paper(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, "order", pk)


@require_safe
def order_file(request: HttpRequest, pk: int, form: str) -> HttpResponse:
    return _file(request, finding.order_printed, pk, form)


@require_safe
def instruction_paper(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, "instruction", pk)


@require_safe
def instruction_file(request: HttpRequest, pk: int, form: str) -> HttpResponse:
    return _file(request, finding.instruction_printed, pk, form)


@require_safe
def minutes_paper(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, "minutes", pk)


@require_safe
def minutes_file(request: HttpRequest, pk: int, form: str) -> HttpResponse:
    return _file(request, finding.minutes_printed, pk, form)


@require_safe
def circular_paper(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, "circular", pk)


@require_safe
def circular_file(request: HttpRequest, pk: int, form: str) -> HttpResponse:
    return _file(request, finding.circular_printed, pk, form)


@require_safe
def decision_paper(request: HttpRequest, pk: int) -> HttpResponse:
    _ask_admission(request)
    return _page(request, "decision", pk)


@require_safe
def decision_file(request: HttpRequest, pk: int, form: str) -> HttpResponse:
    _ask_admission(request)
    return _file(request, finding.decision_printed, pk, form)


def _ask_admission(request: HttpRequest) -> None:
    if not reads_admission(person(request)):
        raise PermissionDenied("准入会审由属地、部门和区重大办办，您的角色不看这一份。")


# ---- 成批


@require_POST
def new_batch(request: HttpRequest) -> HttpResponse:
    """印这些: the orders that are ticked, else all that the list shows, at most 500."""
    if wait := too_often(request, "print"):
        return refuse(request, wait)
    try:
        keys = _chosen(request)
        batch = ask_batch(keys, request.POST.get("form", "docx"), actor=Actor.of(request), now=clock.now())
    except (NothingToPrint, ValueError) as refused:
        messages.error(request, str(refused))
        return redirect(_back(request))
    return redirect("documents:batch", batch.pk)


def _chosen(request: HttpRequest) -> list[int]:
    ticked = [key for text in request.POST.getlist("id") if (key := row_number(text)) is not None]
    if ticked:
        return ticked[: AT_MOST + 1]
    wanted = read(QueryDict(request.POST.get("query", "")[:2000]))
    rows = narrowed(person(request), wanted, clock.now())
    return list(rows.order_by("year", "serial", "pk").values_list("pk", flat=True)[: AT_MOST + 1])


def _back(request: HttpRequest) -> str:
    return own_path(request.POST.get("next", "")) or reverse("supervision:orders")


def _own(request: HttpRequest, pk: int) -> Batch:
    found: Batch = get_object_or_404(Batch.objects.filter(by=person(request)), pk=pk)
    return found


@require_safe
def batch(request: HttpRequest, pk: int) -> HttpResponse:
    """印到哪里了; with htmx the page itself goes on, without it a button does."""
    return render(request, "documents/batch.html", _told(_own(request, pk)))


def _told(held: Batch) -> dict[str, Any]:
    left = held.total - held.done
    ready = held.is_done and media.exists(file_of(held))
    return {"batch": held, "left": left, "next": min(PIECE, left), "ready": ready, "office": bool(soffice())}


@require_POST
def next_piece(request: HttpRequest, pk: int) -> HttpResponse:
    """接着印一截."""
    held, problem = _own(request, pk), ""
    try:
        held = print_piece(held, actor=Actor.of(request), now=clock.now())
    except (NoFont, Unset) as refused:
        problem = str(refused)
    if request.headers.get("HX-Request"):
        return render(request, "documents/_batch.html", _told(held) | {"problem": problem})
    if problem:
        messages.error(request, problem)
    return redirect("documents:batch", held.pk)


@require_safe
def batch_file(request: HttpRequest, pk: int) -> FileResponse:
    """The whole; 404 where a part of it is no longer this person's to see."""
    held = _own(request, pk)
    made = file_of(held)
    if not held.is_done or not media.exists(made) or not still_seen(held, person(request)):
        raise Http404
    note_batch(held, actor=Actor.of(request), now=clock.now())
    name = f"督办单{held.total}张 {local_day(held.asked_at)}{PurePath(made).suffix}"
    return FileResponse(media.opened(made), as_attachment=True, filename=name)
