"""导入的页：交表、预览、答复、入库、撤回。"""

from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from xushi.config import clock
from xushi.core.clock import local_day
from xushi.core.text import row_number
from xushi.exchange import policy, presenting
from xushi.exchange.forms import ColumnsForm, UploadForm
from xushi.exchange.importing import NotReady, commit_import, keep_map, undo_import
from xushi.exchange.kinds import KINDS
from xushi.exchange.maps import SheetMap
from xushi.exchange.models import ColumnMap, ImportBatch
from xushi.exchange.preview import Preview, preview
from xushi.exchange.reading import open_sheet
from xushi.exchange.sheets import Refused
from xushi.exchange.workbooks import blank_template, marked_workbook
from xushi.journal.actions import Actor

if TYPE_CHECKING:
    from xushi.units.models import User

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_http_methods(["GET", "POST"])
def imports(request: HttpRequest) -> HttpResponse:
    """导入: the batches so far, and a place to hand in the next sheet."""
    kinds = _kinds(_person(request))
    form = UploadForm(request.POST or None, request.FILES or None, kinds=kinds)
    if request.method == "POST" and form.is_valid():
        batch = _keep(request, form)
        try:
            _seen(batch, _person(request))
        except Refused as refusal:
            batch.file.delete(save=False)
            batch.delete()
            form.add_error("file", str(refusal))
        else:
            return redirect("exchange:preview", batch.pk)
    batches = policy.batches_for(_person(request)).select_related("by").order_by("-pk")
    context = {
        "form": form,
        "page": Paginator(batches, 20).get_page(request.GET.get("page")),
        "kinds": [KINDS[key] for key in kinds],
        "labels": {key: kind.label for key, kind in KINDS.items()},
    }
    return render(request, "exchange/imports.html", context, status=400 if form.errors else 200)


@require_GET
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """预览 (picture 31), or what became of it once it is committed."""
    batch = _batch(request, pk)
    if batch.state != ImportBatch.State.PREVIEW:
        return render(request, "exchange/done.html", {"batch": batch, "kind": KINDS[batch.kind]})
    try:
        seen = _seen(batch, _person(request))
    except Refused as refusal:
        return render(request, "exchange/refused.html", {"batch": batch, "sentence": refusal}, status=400)
    return render(request, "exchange/preview.html", _context(request, batch, seen))


@require_POST
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """答复一格, or take an answer back."""
    batch = _batch(request, pk)
    _ask_open(batch)
    key, text = request.POST.get("cell", "")[:60], request.POST.get("answer", "").strip()[:300]
    typed = request.POST.get("typed", "").strip()[:300]
    text = typed.lstrip("!") if typed else text
    with transaction.atomic():
        held = ImportBatch.objects.select_for_update().get(pk=batch.pk)
        _ask_open(held)
        if key and text:
            held.answers[key] = text
        elif key:
            held.answers.pop(key, None)
        held.save(update_fields=["answers"])
    query = request.POST.get("query", "")[:100]
    return redirect(f"{_address(pk)}{'?' + query if query else ''}#todo")


@require_POST
def columns(request: HttpRequest, pk: int) -> HttpResponse:
    """列对照: which column is what, the unit, the sheet, the year."""
    batch = _batch(request, pk)
    _ask_open(batch)
    form = ColumnsForm(request.POST, kind=KINDS[batch.kind])
    if not form.is_valid():
        messages.error(request, "列对照没有改成，请从列表里选。")
        return redirect(_address(pk))
    told = SheetMap.from_json(batch.columns).to_json()
    told["amount_unit"] = form.cleaned_data["unit"]
    told["columns"] = {**told["columns"], **form.chosen()}
    batch.columns = told
    batch.year = form.cleaned_data["year"] or batch.year
    if form.cleaned_data["sheet"] != batch.sheet:
        batch.sheet, batch.answers = form.cleaned_data["sheet"], {}
    batch.save(update_fields=["columns", "year", "sheet", "answers"])
    return redirect(_address(pk))


@require_POST
def commit(request: HttpRequest, pk: int) -> HttpResponse:
    """整批入库: refused where the registry moved on since the person looked."""
    now = clock.now()
    try:
        with transaction.atomic():
            batch = ImportBatch.objects.select_for_update().get(pk=_batch(request, pk).pk)
            if batch.state == ImportBatch.State.COMMITTED:
                raise NotReady("这批已经入库了，没有再入一次。")
            _ask_open(batch)
            seen = _seen(batch, _person(request))
            if seen.fingerprint != request.POST.get("seen"):
                raise NotReady("库里的数在预览之后变了，请再看一遍差别，再入库。")
            commit_import(seen, batch, actor=Actor.of(request), now=now)
            keep_map(seen, batch.sender, now=now)
    except (NotReady, Refused) as problem:
        messages.error(request, str(problem))
        return redirect(_address(pk))
    messages.success(request, f"{batch.file_name}已整批入库，30天内可以撤回。")
    return redirect("exchange:preview", pk)


@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """整批撤回."""
    batch = _batch(request, pk)
    try:
        undo_import(batch, actor=Actor.of(request), now=clock.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"已撤回{batch.file_name}，库里退回入库前的样子。")
    return redirect("exchange:preview", pk)


@require_GET
def errors(request: HttpRequest, pk: int) -> HttpResponse:
    """导出错处给填表人: the sheet with its cells marked."""
    batch = _batch(request, pk)
    try:
        seen = _seen(batch, _person(request))
    except Refused as refusal:
        raise Http404(str(refusal)) from refusal
    return _download(marked_workbook(seen), f"错处-{batch.file_name.rsplit('.', 1)[0]}.xlsx")


@require_GET
def template(request: HttpRequest, kind: str) -> HttpResponse:
    """空白模板."""
    if not policy.can_import(_person(request), kind):
        raise Http404("没有这种模板。")
    return _download(blank_template(KINDS[kind]), f"{KINDS[kind].label}模板.xlsx")


def _context(request: HttpRequest, batch: ImportBatch, seen: Preview) -> dict[str, Any]:
    number = row_number(request.GET.get("rows", "1"))
    only = request.GET.get("only") == "problems"
    answered = presenting.answered(seen, batch.answers)
    differences, effects = presenting.differences(seen, _person(request), whole="all" in request.GET)
    return {
        "batch": batch,
        "kind": seen.kind,
        "seen": seen,
        "grid": presenting.grid(seen, page=number or 1, only_problems=only),
        "only": only,
        "verdict": presenting.verdict(seen),
        "remarks": presenting.remarks(seen, effects),
        "todo": presenting.todo(seen),
        "answered": answered,
        "asked": len(seen.problems) + len(answered),
        "notes": seen.found.note_groups(),
        "differences": differences,
        "effects": effects,
        "totals": [(name, before, after, after - before) for name, before, after in seen.totals],
        "options": presenting.field_options(seen),
        "unit": SheetMap.from_json(batch.columns).amount_unit,
        "query": request.GET.urlencode(),
    }


def _seen(batch: ImportBatch, user: "User") -> Preview:
    """Read the file afresh: the preview is always of what the registry holds now."""
    with batch.file.open("rb") as file:
        sheet = open_sheet(file.read(), batch.file_name, batch.sheet)
    return preview(
        sheet, KINDS[batch.kind], SheetMap.from_json(batch.columns), today=local_day(clock.now()),
        answers=batch.answers, user=user, year=batch.year,
    )  # fmt: skip


def _keep(request: HttpRequest, form: UploadForm) -> ImportBatch:
    data = form.cleaned_data
    kept = (
        ColumnMap.objects.filter(sender=data["sender"], kind=data["kind"]).first() if data["sender"] else None
    )
    return ImportBatch.objects.create(
        kind=data["kind"], file=data["file"], file_name=data["file"].name[:200], sender=data["sender"],
        columns=kept.columns if kept else {}, year=data["year"], by=_person(request), at=clock.now(),
    )  # fmt: skip


def _person(request: HttpRequest) -> "User":
    """Who asks; the middleware lets nobody through who is not signed in."""
    return cast("User", request.user)


def _kinds(user: "User") -> list[str]:
    kinds = policy.kinds_for(user)
    if not kinds:
        raise PermissionDenied("导入由区重大办和属地来做，您的角色不能导入。")
    return kinds


def _batch(request: HttpRequest, pk: int) -> ImportBatch:
    _kinds(_person(request))
    return get_object_or_404(policy.batches_for(_person(request)), pk=pk)


def _ask_open(batch: ImportBatch) -> None:
    if batch.state != ImportBatch.State.PREVIEW:
        raise PermissionDenied("这批已经入库或撤回，不能再改。")


def _address(pk: int) -> str:
    from django.urls import reverse

    return reverse("exchange:preview", args=[pk])


def _download(data: bytes, name: str) -> HttpResponse:
    response = HttpResponse(data, content_type=XLSX)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return response
