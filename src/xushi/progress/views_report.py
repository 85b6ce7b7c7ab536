"""报进度：手机上的一张表，逐项存草稿，一按送审；没有脚本也能用。"""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from xushi.config import clock
from xushi.core.clock import local_day
from xushi.core.months import Month
from xushi.core.text import row_number
from xushi.journal.actions import Actor
from xushi.kit.phrased import Key, ask_first
from xushi.progress import actions, policy, selectors
from xushi.progress import photos as pictures
from xushi.progress.actions import Refused, ReportConflict
from xushi.progress.asking import Request
from xushi.progress.forms import ENTERED, MONTH, ReportForm, amount_of, cumulative_of, entered_of, typed_of
from xushi.progress.models_reports import ReportDraft, ReportPhoto
from xushi.progress.rules_report import DIFFICULTY_KINDS, unexplained, wan
from xushi.progress.selectors import Sheet
from xushi.registry.actions import RowProblem
from xushi.registry.models import Project

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from xushi.units.models import User


def month_of(text: str) -> Month:
    try:
        return Month.parse(text)
    except ValueError as problem:
        raise Http404(str(problem)) from problem


def _sheet(request: Request, project_id: int, month: str) -> Sheet:
    project = ask_first(_seen, request.user, Key(project_id))
    if project is None:
        raise Http404("没有这个项目，或它不在您看得到的范围里。")
    return selectors.sheet(project, month_of(month), clock.now())


def _seen(user: "User", project: int) -> "QuerySet[Project]":
    found: QuerySet[Project] = Project.objects.visible_to(user).filter(pk=project)
    return found.select_related("territory", "owner_unit")


def _writable(request: Request, sheet: Sheet, today: date) -> bool:
    return (
        not sheet.closed
        and sheet.listed
        and sheet.month <= Month.of(today)
        and policy.can_report(request.user, sheet.project)
    )


def _why_not(sheet: Sheet, today: date) -> str:
    """Why there is no report of this month and cannot be; "" where there is one, or could be."""
    if sheet.month > Month.of(today):
        return f"{sheet.month.label}还没到，不能报；到了那个月再来。"
    if sheet.report is None and not sheet.listed:
        return f"“{sheet.project.name}”不在{sheet.month.year}年的项目名单里，那时的月份不能报；要报请重大办先列入名单。"
    return ""


def _sheet_to_write(request: Request, project_id: int, month: str) -> Sheet:
    sheet = _sheet(request, project_id, month)
    if not _writable(request, sheet, local_day(clock.now())):
        raise PermissionDenied("这个月已经关账，或不是自己单位的项目，不能再填。")
    return sheet


@require_http_methods(["GET", "POST"])
def report(request: Request, project_id: int, month: str) -> HttpResponse:
    """The form for who reports, the report as it is for everybody else."""
    sheet = _sheet(request, project_id, month)
    today = local_day(clock.now())
    if why := _why_not(sheet, today):
        return render(request, "progress/report_none.html", {"sheet": sheet, "why": why}, status=404)
    if not _writable(request, sheet, today):
        if request.method == "POST":
            raise PermissionDenied("这个月已经关账，或不是自己单位的项目，不能再填。")
        return render(request, "progress/report_read.html", _read_context(request, sheet))
    if request.method == "POST":
        return _posted(request, sheet)
    held = ReportDraft.objects.filter(project=sheet.project, month=sheet.month, user=request.user).first()
    typed = held.typed if held else typed_from(sheet)
    return _page(request, sheet, typed, based_on=held.based_on if held else sheet.version, held=held)


def typed_from(sheet: Sheet) -> dict[str, Any]:
    """What the form shows before anything is typed: the report already in, else nothing."""
    report = sheet.report
    if report is None or report.state == report.State.CARRIED:
        return {"entered": MONTH}
    return {
        "entered": MONTH,
        "amount": wan(report.cumulative - sheet.past.cumulative),
        "physical_progress": report.physical_progress,
        "facts": report.facts,
        "started_on": str(report.started_on or ""),
        "completed_on": str(report.completed_on or ""),
        "explanation": report.explanation,
        "has_difficulty": "yes" if report.difficulty_kinds else "no",
        "difficulty_kinds": report.difficulty_kinds,
        "difficulty": report.difficulty,
    }


def _page(
    request: Request,
    sheet: Sheet,
    typed: dict[str, Any],
    *,
    based_on: int,
    problems: Sequence[RowProblem] = (),
    form: ReportForm | None = None,
    conflict: ReportConflict | None = None,
    held: ReportDraft | None = None,
) -> HttpResponse:
    errors: dict[str, str] = {name: str(found[0]) for name, found in form.errors.items()} if form else {}
    errors |= {problem.field: problem.sentence for problem in problems}
    kinds = typed.get("difficulty_kinds", [])
    context = {
        "sheet": sheet,
        "typed": typed,
        "based_on": based_on,
        "errors": errors,
        "conflict": conflict,
        "outdated": conflict is None and held is not None and held.based_on != sheet.version,
        "held": held,
        "kinds": [(key, label, key in kinds) for key, label in DIFFICULTY_KINDS.items()],
        "troubled": typed.get("has_difficulty") == "yes",
        "explaining": bool(typed.get("explanation")) or "explain" in request.GET,
        "days_left": selectors.days_left(sheet.month, clock.now(), sheet.project.territory),
        "draft_key": f"report-{sheet.project.pk}-{sheet.month}-v{based_on}",
        "fact_fields": [
            ("started_on", "开工日期", sheet.project.started_on, typed.get("started_on", "")),
            ("completed_on", "竣工日期", sheet.project.completed_on, typed.get("completed_on", "")),
        ],
    } | investment(sheet, typed, errors)
    return render(request, "progress/report.html", context, status=422 if errors or conflict else 200)


def investment(sheet: Sheet, typed: dict[str, Any], errors: dict[str, str] | None = None) -> dict[str, Any]:
    """The amount field and what it would mean; a doubt brings its fix as a button."""
    entered = typed.get("entered") if typed.get("entered") in ENTERED else MONTH
    text, problem, preview, fix = str(typed.get("amount", "")), "", None, ""
    try:
        amount = amount_of(text)
        if amount is not None:
            preview = sheet.preview(cumulative_of(amount, str(entered), sheet.past))
    except ValueError as wrong:
        problem = str(wrong)
    doubt = unexplained(preview.doubt if preview else None, str(typed.get("explanation", "")))
    if doubt:
        problem = doubt.sentence
        if doubt.proposed is not None:
            fix = wan(entered_of(doubt.proposed, str(entered), sheet.past))
    problem = problem or (errors or {}).get("amount", "") or (errors or {}).get("cumulative", "")
    lead, _, rest = problem.partition("。")
    return {
        "sheet": sheet,
        "entered": entered,
        "options": ENTERED,
        "amount_text": text,
        "preview": preview or sheet.preview(sheet.past.cumulative),
        "blank": preview is None,
        "lead": f"{lead}。" if lead else "",
        "rest": rest,
        "fix": fix,
        "explainable": bool(doubt and doubt.explainable),
    }


def _posted(request: Request, sheet: Sheet) -> HttpResponse:
    """Every button of the form: send, keep, mend, explain, reuse last month's words, photos."""
    typed, based_on = typed_of(request.POST), _based_on(request)
    here = redirect("progress:report", sheet.project.pk, sheet.month)
    try:
        _take_photos(request, sheet)
    except Refused as refused:
        return _page(request, sheet, typed, based_on=based_on, problems=refused.problems)
    if request.POST.get("act") == "submit":
        return _submit(request, sheet, typed, based_on)
    if "fix" in request.POST:
        typed["amount"] = request.POST["fix"][:40]
    elif "use_last" in request.POST and sheet.last:
        typed["physical_progress"] = sheet.last.physical_progress
    _save(request, sheet, typed, based_on)
    if "explain" in request.POST:
        return redirect(f"{here.url}?explain=1#explanation")
    if request.POST.get("act") == "draft":
        messages.info(request, f"{sheet.month.label}草稿已存，还没有送审。")
        return redirect("progress:mine")
    return here


def _submit(request: Request, sheet: Sheet, typed: dict[str, Any], based_on: int) -> HttpResponse:
    form = ReportForm(request.POST)
    if not form.is_valid():
        held = _save(request, sheet, typed, based_on)
        return _page(request, sheet, typed, based_on=based_on, form=form, held=held)
    row = form.report(sheet.project.pk, sheet.month, sheet.past)
    try:
        actions.submit_reports([row], actor=Actor.of(request), now=clock.now())
    except Refused as refused:
        held = _save(request, sheet, typed, based_on)
        return _page(request, sheet, typed, based_on=based_on, problems=refused.problems, held=held)
    except ReportConflict as conflict:
        fresh = selectors.sheet(sheet.project, sheet.month, clock.now())
        held = _save(request, sheet, typed, fresh.version)
        return _page(request, fresh, typed, based_on=fresh.version, conflict=conflict, held=held)
    messages.success(request, f"{sheet.month.label}月报已送审：{sheet.project.name}")
    return redirect(f"{reverse('progress:mine')}?month={sheet.month}&sent={sheet.project.pk}")


def _save(request: Request, sheet: Sheet, typed: dict[str, Any], based_on: int) -> ReportDraft:
    return actions.save_draft(
        sheet.project, sheet.month, typed, actor=Actor.of(request), now=clock.now(), based_on=based_on
    )


def _based_on(request: Request) -> int:
    return row_number(request.POST.get("based_on", "")) or 0


def _take_photos(request: Request, sheet: Sheet) -> None:
    actor, now = Actor.of(request), clock.now()
    files = request.FILES.getlist("photos")
    if files:
        pictures.add_photos(sheet.project, sheet.month, files, actor=actor, now=now)
    gone = request.POST.get("remove_photo", "")
    for photo in sheet.photos:
        if str(photo.pk) == gone:
            pictures.remove_photo(photo, actor=actor, now=now)


@require_POST
def draft(request: Request, project_id: int, month: str) -> HttpResponse:
    """Keep what is typed, valid or not; answers with the line that says when."""
    sheet = _sheet_to_write(request, project_id, month)
    held = _save(request, sheet, typed_of(request.POST), _based_on(request))
    return render(request, "progress/_draft_note.html", {"held": held})


@require_POST
def preview(request: Request, project_id: int, month: str) -> HttpResponse:
    """What the typed amount means; writes nothing."""
    sheet = _sheet_to_write(request, project_id, month)
    return render(request, "progress/_calc.html", investment(sheet, typed_of(request.POST)))


@require_POST
def switch(request: Request, project_id: int, month: str) -> HttpResponse:
    """From the month's amount to the cumulative and back: the typed number follows."""
    sheet = _sheet_to_write(request, project_id, month)
    typed = typed_of(request.POST)
    was, to = request.POST.get("shown", MONTH), str(typed.get("entered", MONTH))
    try:
        amount = amount_of(str(typed.get("amount", "")))
    except ValueError:
        amount = None
    if amount is not None and was != to:
        typed["amount"] = wan(entered_of(cumulative_of(amount, was, sheet.past), to, sheet.past))
    held = _save(request, sheet, typed, _based_on(request))
    return render(request, "progress/_investment.html", investment(sheet, typed) | {"held": held})


@require_POST
def photos(request: Request, project_id: int, month: str) -> HttpResponse:
    """Add or remove photos; answers with the strip of them, and with what was wrong."""
    sheet = _sheet_to_write(request, project_id, month)
    problems: Sequence[RowProblem] = ()
    try:
        _take_photos(request, sheet)
    except Refused as refused:
        problems = refused.problems
    held = ReportPhoto.objects.filter(project=sheet.project, month=sheet.month).order_by("pk")
    error = "；".join(problem.sentence for problem in problems)
    context = {"sheet": sheet, "photos": held, "photo_error": error}
    return render(request, "progress/_photos.html", context)


@require_GET
def photo(request: Request, pk: int) -> HttpResponseBase:
    """One picture, only for those who may see its project."""
    visible = ReportPhoto.objects.filter(project__in=Project.objects.visible_to(request.user).values("pk"))
    found = get_object_or_404(visible, pk=pk)
    try:
        response = FileResponse(found.file.open("rb"), content_type="image/jpeg")
    except FileNotFoundError as gone:
        raise Http404("这张照片的文件不在了。") from gone
    response["Cache-Control"] = "private, max-age=86400"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _read_context(request: Request, sheet: Sheet) -> dict[str, Any]:
    report = sheet.report
    reviewing = policy.can_review(request.user) and not sheet.closed and report is not None
    return {
        "sheet": sheet,
        "report": report,
        "preview": sheet.preview(report.cumulative if report else sheet.past.cumulative),
        "blank": report is None,
        "kinds": selectors.kind_labels(report.difficulty_kinds) if report else [],
        "photos": sheet.photos,
        "days_left": selectors.days_left(sheet.month, clock.now(), sheet.project.territory),
        "can_accept": reviewing and report is not None and report.state == report.State.SUBMITTED,
        "can_return": reviewing and report is not None and report.state in ("submitted", "accepted"),
    }
