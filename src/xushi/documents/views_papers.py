"""报告通报：清单、起稿、改稿、稿次与比较。"""

from secrets import token_urlsafe
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from xushi.config import clock
from xushi.core.clock import local_day
from xushi.core.months import Month
from xushi.core.text import row_number
from xushi.documents import policy, selectors
from xushi.documents.acting import newest
from xushi.documents.actions import PaperInput, begin_paper, drop_paper, go_back, reopen_paper, save_draft
from xushi.documents.comparing import changes_between
from xushi.documents.drafting import NoTemplate
from xushi.documents.drafts import Unreadable, read_draft
from xushi.documents.forms import EditForm, PasteForm
from xushi.documents.intake import Taken, taken_in
from xushi.documents.kinds.finding import circular_printed
from xushi.documents.language import TemplateProblem
from xushi.documents.marking import Marked
from xushi.documents.models import Paper, PaperVersion
from xushi.documents.months import closed_months, month_of
from xushi.documents.named import OpenMonth
from xushi.documents.policy_templates import can_read_templates, may_print
from xushi.documents.selectors import TABS, Wanted
from xushi.documents.starting import begin_circular, begin_from, starters
from xushi.journal.actions import Actor
from xushi.registry.checking import Conflict, Refused
from xushi.units.access import person

WRITERS = "文稿由区重大办起草、改稿，您可以看发给您单位的。"


def ask_reader(request: HttpRequest) -> None:
    if not policy.can_read(person(request)):
        raise PermissionDenied("报告通报由区重大办、区领导和收文单位看，您的角色不看这一页。")


def ask_writer(request: HttpRequest) -> None:
    if not policy.can_write(person(request)):
        raise PermissionDenied(WRITERS)


def visible(request: HttpRequest, pk: int) -> Paper:
    """The paper where this person may see it; 404 where not."""
    ask_reader(request)
    rows = Paper.objects.visible_to(person(request)).select_related(
        "office", "template__template", "signer", "made_by", "issued_by", "replaces", "replaced_by"
    )
    found: Paper = get_object_or_404(rows, pk=pk)
    return found


def how(request: HttpRequest) -> dict[str, Any]:
    return {"actor": Actor.of(request), "now": clock.now()}


@require_safe
def papers(request: HttpRequest) -> HttpResponse:
    """The list: what is drafted, what is issued, what came in; an odd address gets all and a sentence."""
    ask_reader(request)
    user, odd = person(request), ""
    try:
        wanted = Wanted.read(request.GET)
    except ValueError as wrong:
        wanted, odd = Wanted(), str(wrong)
    told = selectors.counts(user)
    numbers = {"open": told["draft"] + told["signing"], "issued": told["issued"], "dropped": told["dropped"]}
    context = {
        "wanted": wanted, "odd": odd, "page": selectors.page_of(user, wanted), "counts": told,
        "tabs": [("", "全部", numbers["open"] + numbers["issued"])]
        + [(tab, label, numbers[tab]) for tab, (label, _) in TABS.items()],
        "kinds": Paper.Kind.choices, "writes": policy.can_write(user), "today": local_day(clock.now()),
        "inside": policy.sees_drafts(user), "templates": can_read_templates(user), "sheets": may_print(user, "unit"),
    }  # fmt: skip
    return render(request, "documents/papers.html", context, status=400 if odd else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """起稿: from a template in one tap, or from a file or pasted words."""
    ask_writer(request)
    months = closed_months(person(request))
    first = {"kind": Paper.Kind.LETTER, "token": token_urlsafe(16), "month": ""}
    form = PasteForm(months, request.POST or None, request.FILES or None, initial=first)
    if request.method == "POST" and form.is_valid():
        try:
            taken = _taken(form)
        except Unreadable as wrong:
            form.add_error("file", str(wrong))
        else:
            if paper := _begun(request, form, taken):
                return redirect("documents:paper", paper.pk)
    context = {
        "form": form, "months": months, "starters": starters(person(request)), "month": request.GET.get("month", ""),
        "token": token_urlsafe(16),
    }  # fmt: skip
    return render(request, "documents/new.html", context, status=422 if form.errors else 200)


@require_POST
def start(request: HttpRequest, code: str) -> HttpResponse:
    """From a template and a closed month, in one tap."""
    ask_writer(request)
    try:
        month = Month.parse(request.POST.get("month", ""))
        paper = begin_from(code, month, token=request.POST.get("token", "")[:40], **how(request))
    except (ValueError, Refused, NoTemplate, OpenMonth, TemplateProblem) as wrong:
        messages.error(request, str(wrong))
        return redirect("documents:new")
    return redirect("documents:paper", paper.pk)


@require_POST
def start_circular(request: HttpRequest, pk: int) -> HttpResponse:
    """督查通报 of a round that this person sees."""
    ask_writer(request)
    made = circular_printed(person(request), pk, clock.now())
    if made is None:
        raise Http404
    paper = begin_circular(made, token=request.POST.get("token", "")[:40], **how(request))
    return redirect("documents:paper", paper.pk)


def _taken(form: PasteForm) -> Taken:
    """What was handed in: the file where there is one."""
    held = form.cleaned_data["file"]
    if held is None:
        return taken_in(read_draft("粘贴的稿子", form.cleaned_data["text"].encode()))
    return taken_in(read_draft(str(held.name), held.read()))


def _begun(request: HttpRequest, form: PasteForm, taken: Taken) -> Paper | None:
    data = form.cleaned_data
    office = selectors.office_of(person(request))
    if office is None:
        raise PermissionDenied(WRITERS)
    title = data["title"].strip() or taken.title
    row = PaperInput(
        kind=data["kind"], title=title, draft=Marked(taken.text), office=office, month=month_of(data["month"]),
        note="；".join(taken.notes) or "收稿", token=data["token"],
    )  # fmt: skip
    try:
        paper = begin_paper(row, **how(request))
    except Refused as refused:
        for wrong in refused.problems:
            form.add_error(wrong.field if wrong.field in form.fields else None, wrong.sentence)
        return None
    for note in taken.notes:
        messages.info(request, note)
    return paper


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """改稿 as text; whoever was slower sees what the other saved, and keeps what they typed."""
    paper = visible(request, pk)
    ask_writer(request)
    last = newest(paper)
    first = {"title": paper.title, "addressee": paper.addressee, "text": last.text, "seen": last.number}
    form = EditForm(request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            save_draft(
                pk, data["text"], seen=data["seen"], title=data["title"], addressee=data["addressee"],
                note=data["note"], **how(request),
            )  # fmt: skip
        except Refused as refused:
            for wrong in refused.problems:
                form.add_error(wrong.field if wrong.field in form.fields else None, wrong.sentence)
        except Conflict as conflict:
            return _overtaken(request, visible(request, pk), form, str(conflict))
        else:
            messages.success(request, "存了新的一稿。")
            return redirect("documents:paper", pk)
    context = {"paper": paper, "form": form, "last": last}
    return render(request, "documents/edit.html", context, status=422 if form.errors else 200)


def _overtaken(request: HttpRequest, paper: Paper, form: EditForm, sentence: str) -> HttpResponse:
    """The newer 稿 beside what was typed; saving again puts a 稿 on top of it, knowingly."""
    last = newest(paper)
    typed = form.cleaned_data["text"].replace("\r\n", "\n")
    data = {**{name: form.cleaned_data[name] for name in ("title", "addressee", "note")}, "text": typed}
    context = {
        "paper": paper, "last": last, "form": EditForm(initial={**data, "seen": last.number}), "overtaken": sentence,
        "changes": changes_between(last.text, typed),
    }  # fmt: skip
    return render(request, "documents/edit.html", context, status=409)


@require_safe
def versions(request: HttpRequest, pk: int) -> HttpResponse:
    """稿次: every 稿, and two of them side by side."""
    paper = visible(request, pk)
    if not policy.sees_drafts(person(request)):
        raise Http404
    held = selectors.versions_of(paper)
    after = _number(request, "b", paper.version)
    before = _number(request, "a", max(after - 1, 1))
    texts = {
        one.number: one.text for one in PaperVersion.objects.filter(paper=paper, number__in=[before, after])
    }
    if {before, after} - set(texts):
        raise Http404
    context = {
        "paper": paper, "versions": held, "before": before, "after": after,
        "changes": changes_between(texts[before], texts[after]) if before != after else [],
        "may_edit": policy.can_write(person(request)) and paper.state == "draft",
    }  # fmt: skip
    return render(request, "documents/versions.html", context)


def _number(request: HttpRequest, name: str, usual: int) -> int:
    return row_number(request.GET.get(name, "")) or usual


@require_POST
def restore(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """回到某一稿, as a new one."""
    visible(request, pk)
    ask_writer(request)
    seen = row_number(request.POST.get("seen", "")) or 0
    return done(request, pk, lambda: go_back(pk, number, seen=seen, **how(request)), f"回到了第{number}稿。")


@require_POST
def drop(request: HttpRequest, pk: int) -> HttpResponse:
    visible(request, pk)
    ask_writer(request)
    return done(request, pk, lambda: drop_paper(pk, **how(request)), "收起来了，可以随时捡回。")


@require_POST
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    visible(request, pk)
    ask_writer(request)
    return done(request, pk, lambda: reopen_paper(pk, **how(request)), "捡回来了。")


def done(request: HttpRequest, pk: int, act: Any, words: str) -> HttpResponse:
    """One act, and back to the paper; what was refused is said there."""
    try:
        act()
    except (Refused, Conflict) as wrong:
        messages.error(request, str(wrong))
    else:
        messages.success(request, words)
    return redirect("documents:paper", pk)
