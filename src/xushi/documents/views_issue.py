"""送签、退回、签发、发送、催签收、下载、核验、替换。"""

from hashlib import sha256
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from xushi.config import clock
from xushi.core.clock import local_day
from xushi.core.text import row_number
from xushi.documents import policy, selectors
from xushi.documents.acting import newest
from xushi.documents.actions import PaperInput, begin_paper, figures_in, marked
from xushi.documents.files import attachment
from xushi.documents.forms import LetterheadForm, VerifyForm
from xushi.documents.issuing import LetterheadInput, issue_paper, return_paper, set_letterhead, submit_paper
from xushi.documents.laying import laid
from xushi.documents.models import IssuedFile, Paper
from xushi.documents.months import month_of
from xushi.documents.moved import moved
from xushi.documents.panel import figure_spans
from xushi.documents.printing import files_of, printed
from xushi.documents.sendings import note_download, remind_readers, send_paper, sign_for
from xushi.documents.table import FIXED, State
from xushi.documents.views_papers import WRITERS, ask_reader, ask_writer, done, how, visible
from xushi.documents.writing import NoFont, Unset
from xushi.journal.actions import Actor
from xushi.kit.views_limits import refuse, too_often
from xushi.registry.checking import Conflict, Refused
from xushi.units.access import person
from xushi.units.models import Unit, User

KINDS = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "pdf": "application/pdf",
}  # fmt: skip


def issued_page(request: HttpRequest, held: Paper) -> HttpResponse:
    """An issued paper; a unit's person who opens it has signed for it."""
    user = person(request)
    signed = sign_for(held, **how(request)) if held.state == State.ISSUED else []
    last = newest(held)
    figures = figures_in(last)
    rows = selectors.sendings_of(user, held)
    context = {
        "paper": held, "last": last, "lines": laid(last.text, list(figure_spans(marked(last).marks, figures))),
        "files": list(held.files.order_by("form")), "sendings": rows, "signed": signed,
        "unsigned": [one for one in rows if one.read_at is None], "writes": policy.can_write(user),
        "inside": policy.sees_drafts(user), **_replaced(user, held),
        "answers": list(held.answers.select_related("by")) if policy.sees_drafts(user) else [],
        "downloads": list(held.downloads.all()[:20]) if policy.sees_drafts(user) else [],
    }  # fmt: skip
    return render(request, "documents/issued.html", context)


def _replaced(user: User, held: Paper) -> dict[str, Any]:
    """What replaces it, and whether this person has it already: a unit has it once it is sent there."""
    found: Paper | None = getattr(held, "replaced_by", None)
    seen = found is not None and Paper.objects.visible_to(user).filter(pk=found.pk).exists()
    return {"replaced": found, "replaced_seen": seen}


@require_POST
def submit(request: HttpRequest, pk: int) -> HttpResponse:
    """送签."""
    visible(request, pk)
    ask_writer(request)
    able, chosen = selectors.signers(person(request)), request.POST.get("signer", "")
    signer = next((one for one in able if str(one.pk) == chosen), None)
    seen = row_number(request.POST.get("seen", "")) or 0
    words = f"送{signer.name}签发了。" if signer else "送签了。"
    return done(request, pk, lambda: submit_paper(pk, signer, seen=seen, **how(request)), words)


@require_POST
def send_back(request: HttpRequest, pk: int) -> HttpResponse:
    """退回."""
    _ask_signer(request, visible(request, pk))
    words = request.POST.get("words", "")
    return done(request, pk, lambda: return_paper(pk, words, **how(request)), "退回起草了。")


def _ask_signer(request: HttpRequest, held: Paper) -> None:
    if not policy.can_issue(person(request), held):
        raise PermissionDenied("由请签的领导或区重大办签发、退回。")


@require_POST
def issue(request: HttpRequest, pk: int) -> HttpResponse:
    """签发: number, date and files are fixed."""
    _ask_signer(request, visible(request, pk))
    seen = row_number(request.POST.get("seen", "")) or 0
    try:
        user, now = person(request), clock.now()
        held = issue_paper(
            pk, seen=seen, make=lambda paper: files_of(paper, user, now), actor=Actor.of(request), now=now
        )
    except (Refused, Conflict, NoFont, Unset) as wrong:
        messages.error(request, str(wrong))
    else:
        messages.success(request, f"签发了，{held.number}。")
    return redirect("documents:paper", pk)


@require_POST
def replace(request: HttpRequest, pk: int) -> HttpResponse:
    """另发一份替换: a draft that begins as the issued text stands; the old one keeps its number."""
    old = visible(request, pk)
    ask_writer(request)
    office = selectors.office_of(person(request))
    if office is None:
        raise PermissionDenied(WRITERS)
    last = newest(old)
    row = PaperInput(
        kind=old.kind, title=old.title, draft=marked(last), office=office, month=month_of(old.month),
        figures=figures_in(last), replaces=old, template=old.template, addressee=old.addressee,
        note=f"替换{old.number}", token=request.POST.get("token", "")[:40],
    )  # fmt: skip
    try:
        made = begin_paper(row, **how(request))
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("documents:paper", pk)
    messages.success(request, f"照{old.number}起了一份，改好签发后替换它。")
    return redirect("documents:paper", made.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def send(request: HttpRequest, pk: int) -> HttpResponse:
    """发送: the units that the text names are chosen already."""
    held = visible(request, pk)
    ask_writer(request)
    if held.state not in FIXED:
        raise Http404
    sentence = ""
    if request.method == "POST":
        units = [key for key in map(row_number, request.POST.getlist("units")) if key]
        stances = {key: request.POST.get(f"stance-{key}", "") for key in units}
        try:
            made = send_paper(
                pk, list(Unit.objects.standing().filter(pk__in=units).order_by("path")), **how(request),
                named=[key for key, said in stances.items() if said == "named"],
                praised=[key for key, said in stances.items() if said == "praised"],
            )  # fmt: skip
        except Refused as refused:
            sentence = str(refused)
        else:
            messages.success(request, f"发给了{len(made)}个单位。")
            return redirect("documents:paper", pk)
    rows = selectors.addressees(held, newest(held).text, person(request))
    context = {"paper": held, "rows": rows, "sentence": sentence}
    return render(request, "documents/send.html", context, status=422 if sentence else 200)


@require_POST
def remind(request: HttpRequest, pk: int) -> HttpResponse:
    """催签收."""
    visible(request, pk)
    ask_writer(request)
    return done(request, pk, lambda: remind_readers(pk, **how(request)), "催了没签收的单位。")


@require_safe
def file(request: HttpRequest, pk: int, form: str) -> HttpResponse:
    """The fixed bytes of an issued paper, or a draft with its watermark; who took it is noted."""
    held = visible(request, pk)
    if form not in KINDS:
        raise Http404
    if held.state in FIXED:
        kept: IssuedFile = get_object_or_404(held.files, form=form)
        with kept.file.open("rb") as opened:
            data = opened.read()
    else:
        if wait := too_often(request, "print"):
            return refuse(request, wait)
        try:
            data = printed(held, form, person(request), clock.now())
        except (NoFont, Unset) as wrong:
            messages.error(request, str(wrong))
            return redirect("documents:paper", pk)
    note_download(held, form, **how(request))
    name = f"{held.number + ' ' if held.number else ''}{held.title}{'' if held.number else '（草稿）'}.{form}"
    return attachment(data, name, KINDS[form], inline="inline" in request.GET)


@require_safe
def moved_figures(request: HttpRequest, pk: int) -> HttpResponse:
    """变动了的数: what the paper prints against what the data say by now, for those who see the whole of both."""
    held = visible(request, pk)
    if not policy.sees_drafts(person(request)):
        raise Http404
    month = month_of(held.month)
    figures = figures_in(newest(held))
    rows = moved(figures, person(request), month, now=clock.now()) if month and figures else []
    return render(request, "documents/moved.html", {"paper": held, "rows": rows, "printed": len(figures)})


@require_http_methods(["GET", "HEAD", "POST"])
def letterhead(request: HttpRequest) -> HttpResponse:
    """红头与机关代字."""
    ask_writer(request)
    office = selectors.office_of(person(request))
    if office is None:
        raise PermissionDenied(WRITERS)
    form = LetterheadForm(request.POST or None, instance=selectors.letterhead_of(office))
    if request.method == "POST" and form.is_valid():
        set_letterhead(office, LetterheadInput(**form.cleaned_data), actor=Actor.of(request), now=clock.now())
        messages.success(request, "红头定好了，以后签发的照它印。")
        return redirect("documents:papers")
    return render(
        request,
        "documents/letterhead.html",
        {"form": form, "office": office},
        status=422 if form.errors else 200,
    )


@require_safe
def record(request: HttpRequest) -> HttpResponse:
    """年度记录: how often each unit was named, praised, and has not signed."""
    ask_reader(request)
    if not policy.sees_drafts(person(request)):
        raise PermissionDenied("各单位的通报记录由区重大办和区领导看。")
    this_year = local_day(clock.now()).year
    year = row_number(request.GET.get("year", "")) or this_year
    rows = selectors.year_of_units(person(request), year)
    return render(
        request, "documents/record.html", {"rows": rows, "year": year, "years": [this_year, this_year - 1]}
    )


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest, code: str) -> HttpResponse:
    """核验: who may read the paper sees which it is; anybody learns whether a file is the one that was issued."""
    held = get_object_or_404(Paper.objects.issued().select_related("office"), code=code)
    form = VerifyForm(request.POST or None, request.FILES or None)
    same: bool | None = None
    if request.method == "POST" and form.is_valid():
        print_ = _fingerprint(form)
        if print_:
            same = held.files.filter(sha256=print_).exists()
        else:
            form.add_error("sha256", "选那份文件，或填它的指纹。")
    known = (
        isinstance(request.user, User) and Paper.objects.visible_to(request.user).filter(pk=held.pk).exists()
    )
    context: dict[str, Any] = {"form": form, "same": same, "known": known}
    if known:
        context |= {"paper": held, "files": list(held.files.order_by("form"))}
    return render(request, "documents/verify.html", context)


def _fingerprint(form: VerifyForm) -> str:
    file = form.cleaned_data["file"]
    if file is None:
        return "".join(form.cleaned_data["sha256"].split()).lower()
    digest = sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    return digest.hexdigest()
