"""数字勾稽的页：一份文稿的勾稽，改一处、写说明保留、导出带标注稿；任何一段文字的勾稽。"""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from xushi.config import clock
from xushi.core.text import row_number
from xushi.documents import long_drafts, policy, selectors
from xushi.documents.acting import newest
from xushi.documents.actions import figures_in, keep_finding, marked, set_month, take_back_answer
from xushi.documents.actions_findings import mend_finding
from xushi.documents.annotating import annotated
from xushi.documents.drafts import Draft, Unreadable, read_draft
from xushi.documents.files import attachment
from xushi.documents.forms import SourceForm
from xushi.documents.intake import Taken, taken_in
from xushi.documents.models import Paper
from xushi.documents.months import closed_months, month_of
from xushi.documents.panel import page_of
from xushi.documents.review import Reviewed, check_text, key_of, reviewed
from xushi.documents.table import FIXED, State
from xushi.documents.telling import told
from xushi.documents.views_issue import issued_page
from xushi.documents.views_papers import ask_reader, ask_writer, done, how, visible
from xushi.kit.views_limits import refuse, too_often
from xushi.registry.checking import Refused
from xushi.units.access import person

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@require_safe
def paper(request: HttpRequest, pk: int) -> HttpResponse:
    """One paper: its check while it is a draft, the fixed text once it is issued."""
    held = visible(request, pk)
    return issued_page(request, held) if held.state in FIXED else _page(request, held)


def _page(
    request: HttpRequest, held: Paper, *, keeping: str = "", problem: str = "", typed: str = ""
) -> HttpResponse:
    user = person(request)
    last = newest(held)
    found = reviewed(held, user, clock.now())
    page = page_of(last.text, found, marked(last).marks, figures_in(last))
    context = {
        **told(page, signing=held.state == State.SIGNING), "paper": held, "last": last,
        "months": closed_months(person(request)),
        "writes": policy.can_write(user),
        "drafting": held.state == State.DRAFT, "may_issue": policy.can_issue(user, held),
        "signers": selectors.signers(user) if held.state == State.DRAFT and policy.can_write(user) else [],
        "keeping": keeping, "problem": problem, "typed": typed, "dropped": held.state == State.DROPPED,
    }  # fmt: skip
    return render(request, "documents/check.html", context, status=422 if problem else 200)


@require_POST
def mend(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    """改为算得的数, as a new 稿."""
    visible(request, pk)
    ask_writer(request)
    seen = row_number(request.POST.get("seen", "")) or 0
    return done(
        request, pk, lambda: mend_finding(pk, key, seen=seen, **how(request)), "改好了，存了新的一稿。"
    )


@require_POST
def keep(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    """写说明保留; what was refused is said where it was typed."""
    held = visible(request, pk)
    ask_writer(request)
    found = next(
        (one for one in reviewed(held, person(request), clock.now()).checked.findings if key_of(one) == key),
        None,
    )
    if found is None:
        messages.error(request, "这一处已经改过，稿里没有它了。")
        return redirect("documents:paper", pk)
    words = request.POST.get("words", "")
    try:
        keep_finding(pk, key, words, claimed=found.claimed, sentence=found.sentence, **how(request))
    except Refused as refused:
        return _page(request, held, keeping=key, problem=str(refused), typed=words)
    messages.success(request, f"{found.claimed}写了说明，保留。")
    return redirect("documents:paper", pk)


@require_POST
def take_back(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    """撤销说明."""
    visible(request, pk)
    ask_writer(request)
    return done(
        request, pk, lambda: take_back_answer(pk, key, **how(request)), "说明撤销了，这一处又待处理。"
    )


@require_POST
def month(request: HttpRequest, pk: int) -> HttpResponse:
    """截止月."""
    visible(request, pk)
    ask_writer(request)
    try:
        chosen = month_of(request.POST.get("month", ""))
    except ValueError as wrong:
        messages.error(request, str(wrong))
        return redirect("documents:paper", pk)
    words = f"按{chosen.label}核对。" if chosen else "不与库里的数比。"
    return done(request, pk, lambda: set_month(pk, chosen, **how(request)), words)


@require_safe
def annotated_draft(request: HttpRequest, pk: int) -> HttpResponse:
    """导出带标注稿: a Word file with the wrong numbers marked and the reasons behind; not for who received the paper."""
    held = visible(request, pk)
    if not policy.sees_drafts(person(request)):
        raise Http404
    if wait := too_often(request, "print"):
        return refuse(request, wait)
    last = newest(held)
    page = page_of(
        last.text,
        reviewed(held, person(request), clock.now()),
        marked(last).marks,
        figures_in(last),
    )
    return attachment(annotated(held.title, page), f"{held.title}（第{last.number}稿，带标注）.docx", WORD)


@require_http_methods(["GET", "HEAD", "POST"])
def tool(request: HttpRequest) -> HttpResponse:
    """数字勾稽 of any text: checked and shown, nothing kept."""
    if not policy.can_check(person(request)):
        ask_reader(request)
    if "drop" in request.POST:
        long_drafts.clear(person(request))
        return redirect("documents:check")
    form = SourceForm(closed_months(person(request)), request.POST or None, request.FILES or None)
    context: dict[str, Any] = {"form": form, "writes": policy.can_write(person(request))}
    if request.method != "POST":
        return _standing(request, context)
    wait = too_often(request, "check")
    if wait:
        form.add_error("text", wait.sentence)
        return wait.on(render(request, "documents/tool.html", context))
    if form.is_valid() and _is_long(form):
        return _begun(request, form)
    if form.is_valid():
        try:
            taken = _taken(form)
        except Unreadable as wrong:
            form.add_error("file", str(wrong))
        else:
            found = check_text(taken.text, form.cleaned_data["month"], person(request), clock.now())
            context |= {
                **told(page_of(taken.text, Reviewed(found, {}), (), {})),
                "taken": taken,
                "tool": True,
            }
    return render(request, "documents/tool.html", context, status=422 if form.errors else 200)


def _standing(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    """The empty page, or how far this person's long draft is, or what was found in it."""
    user = person(request)
    standing = long_drafts.standing_of(user, clock.real())
    if request.headers.get("HX-Request") and not (standing and standing.runs):
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    if standing is None:
        return render(request, "documents/tool.html", context)
    shown = {"text": standing.typed, "month": standing.month}
    context |= {"form": SourceForm(closed_months(user), initial=shown), "standing": standing}
    if standing.is_done:
        found = long_drafts.found_of(user, standing)
        context |= {"taken": found, **found, "shown": SafeString(found.get("shown", ""))}
    return render(request, "documents/tool.html", context)


def _is_long(form: SourceForm) -> bool:
    held = form.cleaned_data["file"]
    if held is not None:
        return long_drafts.is_long_file(held, held.size)
    return long_drafts.is_long(form.cleaned_data["text"])


def _begun(request: HttpRequest, form: SourceForm) -> HttpResponse:
    """Read in the background; what was uploaded is taken before the request and its file are gone."""
    held, data = form.cleaned_data["file"], form.cleaned_data
    name, text = (str(held.name) if held else ""), str(data["text"])
    content = held.read() if held else b""
    long_drafts.begin(
        person(request), lambda: taken_in(read_draft(name, content) if name else Draft(text)),
        name=name, month=data["month"], typed=text, now=clock.now(), clock=clock.real,
    )  # fmt: skip
    return redirect("documents:check")


def _taken(form: SourceForm) -> Taken:
    held = form.cleaned_data["file"]
    if held is not None:
        return taken_in(read_draft(str(held.name), held.read()))
    return taken_in(Draft(form.cleaned_data["text"]))
