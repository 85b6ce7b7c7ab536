"""批示的页：写、清单、来龙去脉、转办、阅、打印。"""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from xushi.calendars.selectors import calendar
from xushi.config import clock
from xushi.core.clock import local_day
from xushi.core.text import row_number
from xushi.journal.actions import Actor
from xushi.supervision import instruction_pages as pages
from xushi.supervision import naming, policy
from xushi.supervision.drafting import next_number
from xushi.supervision.engine import Conflict, NotAllowed, Refused
from xushi.supervision.following import orders_of
from xushi.supervision.forms_instructions import (
    PHRASES,
    READERS_SHOWN,
    InstructionForm,
    RouteForms,
    day_choices,
    lay_on,
    readers_for,
    route_initial,
)
from xushi.supervision.instructing import WORDS_AT_MOST, read_feedback, route_instruction, send_instruction
from xushi.supervision.models import SupervisionOrder
from xushi.supervision.models_instructions import Instruction, InstructionState
from xushi.supervision.subjects import offered_units, subject_of
from xushi.supervision.subjects import understood as recognised_in
from xushi.units.access import person
from xushi.units.districts import office_of
from xushi.units.models import Role

PER_PAGE = 30


def visible(request: HttpRequest, pk: int) -> Instruction:
    rows = Instruction.objects.visible_to(person(request)).select_related("author", "project", "corrects")
    found: Instruction = get_object_or_404(rows, pk=pk)
    return found


# ---- 写


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """写批示: a sheet over the page it is written from where script runs, a page of its own without."""
    user, now = person(request), clock.now()
    if not policy.can_instruct(user):
        raise PermissionDenied("批示由区领导来写。有事要领导定的，请用“提请”。")
    subject = subject_of(user, request.GET, now)
    corrects = _corrected(request)
    near = naming.led(naming.reach_for(user), user, subject.project)
    form = InstructionForm(
        request.POST or None, subject=subject, days=day_choices(now, calendar()), near=near
    )
    if request.method == "POST" and form.is_valid():
        try:
            sent = send_instruction(form.input(corrects), actor=Actor.of(request), now=now)
        except Refused as refused:
            lay_on(form, refused)
        else:
            messages.success(request, _sent_words(sent))
            return redirect(f"{reverse('supervision:instruction', args=[sent.pk])}?kept={subject.key}")
    context = {
        "form": form,
        "subject": subject,
        "corrects": corrects,
        "phrases": PHRASES,
        "units": offered_units(near),
        "chosen": _chosen(form, "co_handlers"),
        "near": [unit for unit in subject.co_handlers if near.holds(unit)],
        "readers": readers_for(subject, near)[:READERS_SHOWN],
        "chosen_readers": _chosen(form, "readers"),
        "next_serial": next_number(office_of(person(request).unit), now),
        "action": request.get_full_path(),
    }
    sheet = request.headers.get("HX-Request") and request.method == "GET"
    template = "supervision/_instruction_sheet.html" if sheet else "supervision/instruction_new.html"
    return render(request, template, context, status=400 if form.errors else 200)


def _corrected(request: HttpRequest) -> Instruction | None:
    """更正: one's own earlier words, which stay as they are."""
    pk = row_number(request.GET.get("corrects", ""))
    return get_object_or_404(Instruction, pk=pk, author=person(request)) if pk else None


def _chosen(form: InstructionForm, name: str) -> set[str]:
    return {str(value) for value in form[name].value() or []}


def _sent_words(sent: Instruction) -> str:
    order = sent.orders.first() if not sent.via_office else None
    return f"已签发并下发，成{order.called}。" if order else "已发出。"


@require_POST
def understood(request: HttpRequest) -> JsonResponse:
    """Whom and by when the typed words name, so that the form can follow them; what was chosen by hand stays."""
    if not policy.can_instruct(person(request)):
        raise PermissionDenied("批示由区领导来写。")
    near = naming.reach_for(person(request))
    found = recognised_in(request.POST.get("words", "")[:WORDS_AT_MOST], clock.now(), calendar(), near)
    day = found.due_on.isoformat() if found.due_on else ""
    return JsonResponse({"lead": found.lead, "helpers": list(found.helpers), "due": day})


# ---- 看


@require_safe
def instructions(request: HttpRequest) -> HttpResponse:
    """批示清单: a leader's own first, the office's to route first, a unit's as addressed to it."""
    user, now = person(request), clock.now()
    leader = policy.can_instruct(user)
    mine = leader and request.GET.get("whose") != "all"
    tab = request.GET.get("tab") or "open"
    tab = tab if tab in pages.TABS else "open"
    words = request.GET.get("q", "").strip()[:60]
    counts = pages.counts(user, mine=mine)
    page = Paginator(pages.listed(user, tab, mine=mine, words=words), PER_PAGE).get_page(
        request.GET.get("page")
    )
    context = {
        "conclusion": pages.conclusion(counts, user),
        "tabs": [(key, label, counts[key]) for key, label in pages.TABS.items()],
        "tab": tab,
        "mine": mine,
        "leader": leader,
        "words": words,
        "page": page,
        "rows": [pages.row_of(instruction, now) for instruction in page],
        "waiting": pages.waiting(user, local_day(now)),
        "waiting_title": "待我批示" if leader else "等办的批示",
        "now": now,
    }
    return render(request, "supervision/instructions.html", context)


@require_safe
def instruction(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, visible(request, pk))


def _page(request: HttpRequest, found: Instruction, status: int = 200, **more: Any) -> HttpResponse:
    """The line from first words to closing, with what this person may do now; more keeps what was typed."""
    user, now = person(request), clock.now()
    reads = policy.can_read_feedback(user, found, local_day(now))
    parts = pages.parts_of(user, found, reads=reads)
    context = {
        "instruction": found,
        "row": pages.row_of(found, now),
        "moments": pages.timeline(found, user),
        "orders": orders_of(found).filter(pk__in=SupervisionOrder.objects.visible_to(user).values("pk")),
        "readers": pages.named_readers(found),
        "parts": parts,
        "forms": _route_forms(request, found) if parts.route else None,
        "kept": request.GET.get("kept", "")[:60],
        "now": now,
    } | more
    return render(request, "supervision/instruction.html", context, status=status)


@require_safe
def print_instruction(request: HttpRequest, pk: int) -> HttpResponse:
    """批示件."""
    found = visible(request, pk)
    moments = [m for m in pages.timeline(found, person(request)) if m.at > found.written_at or not m.serif]
    context = {"instruction": found, "row": pages.row_of(found, clock.now()), "moments": moments}
    return render(request, "supervision/instruction_print.html", context)


# ---- 办


@require_POST
def route(request: HttpRequest, pk: int) -> HttpResponse:
    """转办: one or several orders at once, or an answer without any; 再加一件 only lengthens the form."""
    found = visible(request, pk)
    if not person(request).has_role(Role.OFFICE):
        raise PermissionDenied("批示由区重大办转办。")
    how, words = request.POST.get("how", "orders"), request.POST.get("words", "")
    forms = _route_forms(request, found, request.POST)
    if how == "more":
        return _page(request, found, forms=_longer(request, found), route_words=words)
    if how == "orders" and not forms.is_valid():
        return _page(request, found, 400, forms=forms, route_words=words)
    rows = [form.input() for form in forms] if how == "orders" else []
    try:
        route_instruction(
            found, rows, actor=Actor.of(request), now=clock.now(), words=words, seen=_seen(request)
        )
    except Refused as refused:
        for problem in refused.problems:
            lay_on_row(forms, problem.row, problem.field, problem.sentence)
        return _page(request, found, 400, forms=forms, route_words=words, refused=refused.problems)
    except (Conflict, NotAllowed) as problem:
        return _page(request, visible(request, pk), 409, odd=str(problem), route_words=words)
    messages.success(request, f"已转办，成{len(rows)}件督办单，已签发。" if rows else "已答复，等领导阅。")
    return redirect("supervision:instruction", pk)


def _route_forms(request: HttpRequest, found: Instruction, typed: Any = None) -> Any:
    """As typed; else one, filled in from the words."""
    user = person(request)
    near = naming.led(naming.reach_for(user), user, found.project, found.author_id)
    if typed is not None:
        return RouteForms(typed, form_kwargs={"near": near})
    initial = route_initial(found, clock.now(), calendar(), near)
    return RouteForms(initial=[initial], form_kwargs={"near": near})


def lay_on_row(forms: Any, row: int, field: str, sentence: str) -> None:
    if forms.is_bound and row < len(forms.forms) and field in forms.forms[row].fields:
        forms.forms[row].add_error(field, sentence)


def _longer(request: HttpRequest, found: Instruction) -> Any:
    """The forms as typed with one more, filled in as the first one was."""
    typed = request.POST.copy()
    count = min(row_number(typed.get("form-TOTAL_FORMS", "")) or 1, 9)
    typed["form-TOTAL_FORMS"] = str(count + 1)
    typed[f"form-{count}-demand"] = found.words
    typed[f"form-{count}-urgency"] = "ordinary"
    return _route_forms(request, found, typed)


@require_POST
def read(request: HttpRequest, pk: int) -> HttpResponse:
    """阅结, or 阅后又批 with new words."""
    found = visible(request, pk)
    finished = request.POST.get("how") != "again"
    words = request.POST.get("words", "")
    try:
        read_feedback(
            found,
            actor=Actor.of(request),
            now=clock.now(),
            words=words,
            finished=finished,
            seen=_seen(request),
        )
    except Refused as refused:
        return _page(request, found, 400, odd=str(refused), read_words=words)
    except (Conflict, NotAllowed) as problem:
        return _page(request, visible(request, pk), 409, odd=str(problem), read_words=words)
    messages.success(request, "已阅结。" if finished else "已退回接着办，单位马上收到。")
    if finished and InstructionState(found.state) == InstructionState.FED_BACK:
        return redirect("supervision:instructions")
    return redirect("supervision:instruction", pk)


def _seen(request: HttpRequest) -> int | None:
    return row_number(request.POST.get("seen", ""))
