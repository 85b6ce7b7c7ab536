"""形成决定，看当时凭什么定的，报条件落实，印会审表。"""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from xushi.admission import deciding, policy, promising, snapshots
from xushi.admission.drawing import LIMIT_LINE, LINE, row_of
from xushi.admission.forms import DecideForm
from xushi.admission.measures import Item
from xushi.admission.models import Application, Condition, Decision
from xushi.admission.page import build, votes_text
from xushi.admission.table import Answer
from xushi.admission.views_application import seen_in, show, visible
from xushi.admission.views_apply import lay_on
from xushi.admission.views_desk import ask_reader
from xushi.config import clock
from xushi.core.clock import local_day
from xushi.journal.actions import Actor
from xushi.registry.checking import Conflict, Refused
from xushi.units.access import person


@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """形成决定; of two offices at once the second is told what the first has decided and keeps what it typed."""
    held = visible(request, pk)
    if not policy.can_keep(person(request)):
        raise PermissionDenied("会审决定由区重大办形成，您的角色可以查看。")
    form = DecideForm(request.POST, prefix="decide")
    if not form.is_valid():
        return show(request, held, verb="decide", posted=form)
    try:
        decision = deciding.decide(seen_in(request, pk), form.row, actor=Actor.of(request), now=clock.now())
    except Refused as refusal:
        lay_on(form, refusal)
        return show(request, held, verb="decide", posted=form)
    except Conflict as conflict:
        return show(request, visible(request, pk), verb="decide", posted=form, overtaken=str(conflict))
    messages.success(request, f"{held}：会审{decision.get_outcome_display()}，当时所知已存档。")
    return redirect("admission:application", pk)


@require_safe
def decision(request: HttpRequest, pk: int) -> HttpResponse:
    """当时凭什么定的: from the snapshot alone."""
    ask_reader(request)
    seen = Application.objects.visible_to(person(request)).values("pk")
    rows = Decision.objects.filter(application__in=seen).select_related("application", "sitting")
    held: Decision = get_object_or_404(rows.prefetch_related("conditions"), pk=pk)
    known = held.snapshot
    applied, agreed = snapshots.numbers_in(known, "numbers"), snapshots.numbers_in(known)
    context = {
        "decision": held, "application": held.application, "known": known, "votes": votes_text(held), "now": clock.now(),
        "rows": [row_of(one.scored, one.median) for one in snapshots.scored_in(known)],
        "items": [(item.label, item.said(applied.of(item)), item.said(agreed.of(item))) for item in Item],
        "opinions": [{**one, "mark": Answer(one["answer"]).mark, "label": Answer(one["answer"]).label}
                     for one in known["opinions"]],
        "conditions": list(held.conditions.all()), "line": LINE, "today": local_day(clock.now()),
    }  # fmt: skip
    return render(request, "admission/decision.html", context)


@require_POST
def meet(request: HttpRequest, pk: int) -> HttpResponse:
    """报条件落实."""
    ask_reader(request)
    seen = Application.objects.visible_to(person(request)).values("pk")
    rows = Condition.objects.filter(decision__application__in=seen).select_related("decision__application")
    held: Condition = get_object_or_404(rows, pk=pk)
    words = request.POST.get("words", "")[:300]
    try:
        promising.meet_condition(held, words, actor=Actor.of(request), now=clock.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"条件{held.number}已报落实。")
    return redirect("admission:application", held.decision.application_id)


@require_safe
def sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """会审表, to be printed for the meeting and signed."""
    held = visible(request, pk)
    now = clock.now()
    context = {
        "held": held, "page": build(held, now), "now": now, "line": LINE, "limit_line": LIMIT_LINE,
        "items": [(item.label, item.said(held.numbers.of(item))) for item in Item],
    }  # fmt: skip
    return render(request, "admission/sheet.html", context)
