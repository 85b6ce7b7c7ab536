"""年度计划的页：对比、清单、成批审、建议、下达与撤回。"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from xushi.config import clock
from xushi.core.clock import local_day
from xushi.core.money import plain, wan
from xushi.core.text import row_number
from xushi.journal.actions import Actor
from xushi.planning import adopting, discarding, exporting, figures, policy, programme, proposing, selectors
from xushi.planning.addresses import ProgrammeKey
from xushi.planning.forms import CompileForm, ItemForm, ProposalForm, picked
from xushi.planning.models import Programme, ProgrammeItem, Proposal
from xushi.planning.proposing import ProposalInput
from xushi.planning.rules import conclusion
from xushi.planning.views_reserve import ask_compiler, ask_proposer, ask_reader
from xushi.planning.wanted import Wanted
from xushi.registry.checking import Conflict, Refused
from xushi.registry.containers import stands_alone
from xushi.units.access import person
from xushi.units.look import called
from xushi.units.views_exporting import hand_out

if TYPE_CHECKING:
    pass

MOST_ON_PAPER = 2000


def _held(request: HttpRequest, plan: ProgrammeKey) -> Programme:
    """The one that an address names, where this person sees it."""
    rows = Programme.objects.visible_to(person(request)).select_related("district", "adopted_by")
    found: Programme = get_object_or_404(rows, year=plan.year, district=plan.district)
    return found


@require_safe
def programmes(request: HttpRequest) -> HttpResponse:
    """各区各年的计划, for whoever sees many."""
    ask_reader(request)
    user, year, q = person(request), request.GET.get("year", "")[:4], request.GET.get("q", "").strip()[:60]
    page = selectors.page_of(selectors.programmes(user, year, q), request.GET.get("page", "1"))
    counted = selectors.lines_in(user, list(page))
    context = {
        "page": page, "rows": [(one, counted.get(one.pk, 0)) for one in page], "year": year, "q": q,
        "years": selectors.years(user), "now": clock.now(),
    }  # fmt: skip
    return render(request, "planning/programmes.html", context)


@require_safe
def one(request: HttpRequest, plan: ProgrammeKey) -> HttpResponse:
    """一年的计划: the conclusion, both years side by side, what is in it."""
    ask_reader(request)
    return _page(request, _held(request, plan))


def _page(request: HttpRequest, held: Programme, problem: str = "", status: int = 200) -> HttpResponse:
    user, now = person(request), clock.now()
    wanted = Wanted.read(request.GET)
    by = request.GET.get("by", "category")
    by = by if by in figures.DIMENSIONS else "category"
    compared, today = figures.compare(user, held, by), local_day(now)
    context = {
        "programme": held, "wanted": wanted, "by": by, "dimensions": figures.DIMENSIONS, "compared": compared,
        "said": conclusion(compared.whole, compared.upper, held.year), "base": held.year - 1,
        "sources": [one for one in figures.programme_figures(user, held, today) if one.value],
        "scope": figures.scope_of(user, held), "withdrawn": selectors.withdrawn(held),
        "left_out": selectors.left_out(held),
        "totals": figures.comparison_figures(compared, held, today),
        "page": selectors.page_of(selectors.item_rows(user, held, wanted), request.GET.get("page", "1")),
        "asked": selectors.asked(user, held), "choices": selectors.choices(user, held.district), "problem": problem,
        "waiting": selectors.proposals_of(user, held).filter(state=Proposal.State.OPEN).count(),
        "office": policy.can_settle(user, held), "now": now,
        "undoable": held.adopted and today.year < held.year, "typed": request.POST.get("reason", "")[:200],
        "picked": {text.partition(":")[0] for text in request.POST.getlist("pick")},
    }  # fmt: skip
    return render(request, "planning/programme.html", context, status=status)


@require_POST
def compile_year(request: HttpRequest) -> HttpResponse:
    """编制, or take in what is new since."""
    ask_compiler(request)
    form = CompileForm(request.POST)
    if not form.is_valid():
        messages.error(
            request, "".join(str(sentence) for errors in form.errors.values() for sentence in errors)
        )
        return redirect("planning:index")
    data = form.cleaned_data
    how: dict[str, Any] = {"actor": Actor.of(request), "now": clock.now()}
    try:
        held = programme.compile_programme(data["year"], proposals_due=data["proposals_due"], **how)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("planning:index")
    messages.success(request, f"{held}已编好，各属地的待办里有报建议这一项。")
    return redirect("planning:programme", held.key)


@require_POST
def act(request: HttpRequest, plan: ProgrammeKey, verb: str) -> HttpResponse:
    """审、下达、撤回 by the office; 报完了 by a territory. Whoever was slower keeps what they typed."""
    ask_proposer(request)
    held = _held(request, plan)
    if verb != "finish":
        programme.ask_settler(held, Actor.of(request))
    if verb not in DOING:
        raise Http404
    try:
        messages.success(request, DOING[verb](request, held))
    except (Refused, Conflict) as refusal:
        return _page(request, held, str(refusal), 409 if isinstance(refusal, Conflict) else 422)
    if verb == "discard":
        return redirect("planning:index")
    kept = Wanted.read(request.GET).address
    return redirect(f"{reverse('planning:programme', args=[held.key])}{f'?{kept}#list' if kept else ''}")


def _review(request: HttpRequest, held: Programme) -> str:
    dropped = request.POST.get("act") == "drop"
    chosen, reason = picked(request.POST), request.POST.get("reason", "")
    changed = programme.review_items(
        held, chosen, dropped=dropped, reason=reason, actor=Actor.of(request), now=clock.now()
    )
    return f"{changed}个已改成{'不列入' if dropped else '列入'}。" if changed else "没有改动，请先勾选项目。"


def _adopt(request: HttpRequest, held: Programme) -> str:
    adopting.adopt_programme(held, actor=Actor.of(request), now=clock.now())
    return f"{held}已下达，{held.year}年开始以前都可以撤回。"


def _undo(request: HttpRequest, held: Programme) -> str:
    reason = request.POST.get("reason", "")
    adopting.undo_adoption(held, reason=reason, actor=Actor.of(request), now=clock.now())
    return f"{held}已撤回，名单和计划都收回了，可以接着改。"


def _discard(request: HttpRequest, held: Programme) -> str:
    reason = request.POST.get("reason", "")
    discarding.discard_programme(held, reason=reason, actor=Actor.of(request), now=clock.now())
    return f"{held}已作废，里面的项目和储备都还在，可以重新编。"


def _finish(request: HttpRequest, held: Programme) -> str:
    units = policy.proposing_units(person(request), held)
    if not units:
        raise Conflict("您不代表这份计划里的哪个单位，不用报建议。")
    through = programme.finish_proposals(held, units, actor=Actor.of(request), now=clock.now())
    return f"{'、'.join(str(unit) for unit in through)}的建议已报完。"


DOING: dict[str, Callable[[HttpRequest, Programme], str]] = {
    "review": _review,
    "adopt": _adopt,
    "undo": _undo,
    "discard": _discard,
    "finish": _finish,
}


@require_http_methods(["GET", "POST"])
def item(request: HttpRequest, pk: int) -> HttpResponse:
    """计划里的一项: the office changes it, whom it concerns proposes."""
    ask_reader(request)
    user = person(request)
    rows = ProgrammeItem.objects.visible_to(user).filter(programme__in=Programme.objects.visible_to(user))
    related = rows.select_related("programme__district", "territory", "category", "project")
    held: ProgrammeItem = get_object_or_404(related, pk=pk)
    office = policy.can_settle(user, held.programme)
    may_propose = office or policy.can_propose_to(user, held.programme)
    typed: Any = (ItemForm if office else ProposalForm)(
        request.POST or None, initial={"planned": plain(wan(held.planned_investment)), "stage": held.stage}
    )
    if request.method == "POST":
        ask_proposer(request)
        if not may_propose:
            raise PermissionDenied(
                f"{held.programme.short}由{held.programme.whose}的单位提建议，您可以查看。"
            )
        if typed.is_valid() and _said(request, held, typed, office):
            return redirect("planning:item", pk)
    context = {
        "item": held, "form": typed, "office": office, "may_propose": may_propose,
        "proposals": selectors.proposals_of(user, held.programme).filter(item=held),
    }  # fmt: skip
    return render(request, "planning/item.html", context, status=422 if typed.errors else 200)


def _said(request: HttpRequest, held: ProgrammeItem, form: Any, office: bool) -> bool:
    data = form.cleaned_data
    how: dict[str, Any] = {"actor": Actor.of(request), "now": clock.now()}
    seen = row_number(request.POST.get("version", "")) or 0
    unit = policy.proposing_unit(person(request), held.programme)
    try:
        if office:
            programme.amend_item(held, data["planned"], data["stage"], data["reason"], seen=seen, **how)
            messages.success(request, f"“{held.name}”已改。")
        elif unit:
            amount = data["planned"] if data["kind"] == Proposal.Kind.CHANGE else None
            row = ProposalInput(data["kind"], data["reason"], item=held, planned_investment=amount)
            proposing.make_proposals(held.programme, [row], unit=unit, **how)
            messages.success(request, "建议已提，等重大办审。")
    except Refused as refusal:
        for problem in refusal.problems:
            form.add_error(problem.field if problem.field in form.fields else None, problem.sentence)
    except Conflict as conflict:
        form.add_error(None, str(conflict))
    return not form.errors


@require_http_methods(["GET", "POST"])
def proposals(request: HttpRequest, plan: ProgrammeKey) -> HttpResponse:
    """各单位的建议; the office decides one by one or in bulk."""
    ask_reader(request)
    user, held = person(request), _held(request, plan)
    problem, status = "", 200
    if request.method == "POST":
        programme.ask_settler(held, Actor.of(request))
        chosen = [key for text in request.POST.getlist("pick") if (key := row_number(text)) is not None]
        accept, answer = request.POST.get("act") == "accept", request.POST.get("answer", "")
        how: dict[str, Any] = {"actor": Actor.of(request), "now": clock.now()}
        try:
            done = proposing.decide_proposals(held, chosen, accept=accept, answer=answer, **how)
        except (Refused, Conflict) as refusal:
            problem, status = str(refusal), 409 if isinstance(refusal, Conflict) else 422
        else:
            messages.success(request, f"{'采纳' if accept else '不采纳'}{done}条建议。")
            return redirect("planning:proposals", held.key)
    context = {
        "programme": held, "problem": problem, "office": policy.can_settle(user, held) and not held.adopted,
        "page": selectors.page_of(selectors.proposals_of(user, held), request.GET.get("page", "1")),
        "answer": request.POST.get("answer", "")[:200], "picked": request.POST.getlist("pick"),
    }  # fmt: skip
    return render(request, "planning/proposals.html", context, status=status)


@require_safe
def export(request: HttpRequest, plan: ProgrammeKey) -> HttpResponseBase:
    """What the page lists, as a spreadsheet."""
    ask_reader(request)
    user, held = person(request), _held(request, plan)
    rows = selectors.item_rows(user, held, Wanted.read(request.GET)).select_related("responsible_unit")
    return hand_out(request, exporting.answer(held, rows))


@require_safe
def printed(request: HttpRequest, plan: ProgrammeKey) -> HttpResponse:
    """What the page lists, on paper."""
    ask_reader(request)
    user, held, now = person(request), _held(request, plan), clock.now()
    rows = list(selectors.item_rows(user, held, Wanted.read(request.GET))[:MOST_ON_PAPER])
    compared = figures.compare(user, held, "category")
    said = conclusion(compared.whole, compared.upper, held.year)
    alone = held.district is None and stands_alone(user)
    context = {
        "programme": held, "rows": rows, "now": now, "user": user, "said": said, "most": MOST_ON_PAPER,
        "whose": held.whose or called(user.unit if alone else None), "scope": figures.scope_of(user, held),
    }  # fmt: skip
    return render(request, "planning/print.html", context)
