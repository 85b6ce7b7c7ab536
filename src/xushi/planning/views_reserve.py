"""储备的页：清单、提入、修改、出库、转成项目、建议列入计划。"""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from xushi.config import clock
from xushi.core.clock import local_day
from xushi.core.text import row_number
from xushi.journal.actions import Actor
from xushi.planning import figures, policy, proposing, reserve, selectors
from xushi.planning.cover import programme_over
from xushi.planning.forms import CompileForm, ReserveForm
from xushi.planning.models import Programme, Proposal, Reserve
from xushi.planning.proposing import ProposalInput
from xushi.planning.wanted import Wanted
from xushi.registry.checking import Conflict, Refused
from xushi.registry.containers import place_of
from xushi.units.access import person
from xushi.units.districts import denied
from xushi.units.models import User

VERBS = ("leave", "register", "propose")


def ask_reader(request: HttpRequest) -> None:
    if not policy.can_read(person(request)):
        raise PermissionDenied("储备和年度计划由区重大办、属地和部门办，您的角色不看这一页。")


def ask_keeper(request: HttpRequest) -> None:
    if not policy.can_keep(person(request)):
        raise PermissionDenied("编计划、审建议、办申报的是区重大办，您的角色可以查看，不能办。")


def ask_compiler(request: HttpRequest) -> None:
    user = person(request)
    if not policy.can_compile(user):
        raise PermissionDenied(denied(user, "年度计划由区重大办编制、审定。"))


def ask_proposer(request: HttpRequest) -> None:
    if not policy.can_propose(person(request)):
        raise PermissionDenied("提储备、提建议的是区重大办、属地和部门，您的角色可以查看。")


def visible(request: HttpRequest, pk: int) -> Reserve:
    rows = Reserve.objects.visible_to(person(request)).select_related("category", "territory", "project")
    found: Reserve = get_object_or_404(rows, pk=pk)
    return found


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """储备 by maturity, its list, and the programmes that are compiled or adopted."""
    ask_reader(request)
    user, now = person(request), clock.now()
    wanted = Wanted.read(request.GET)
    today = local_day(now)
    nearest, compiling = selectors.nearest_programmes(user), policy.can_compile(user)
    context = {
        "wanted": wanted, "now": now, "choices": selectors.choices(user),
        "ripeness": figures.ripeness(user, wanted, today),
        "page": selectors.page_of(selectors.reserve_rows(user, wanted), request.GET.get("page", "1")),
        "programmes": nearest, "next_year": today.year + 1,
        "every": Programme.objects.visible_to(user).count(),
        "declared": selectors.declarations(user).exclude(state="refused").count(),
        "may_propose": policy.can_propose(user), "compiling": compiling,
        "compile_form": CompileForm(initial=_last_compiled(user, today.year + 1)) if compiling else None,
    }  # fmt: skip
    return render(request, "planning/index.html", context)


def _last_compiled(user: User, year: int) -> dict[str, Any]:
    """The form as it was when this person's office last compiled the year."""
    mine = Programme.objects.kept_by(place_of(user)).filter(year=year)
    return {"year": year, "proposals_due": mine.values_list("proposals_due", flat=True).first()}


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """提入储备."""
    ask_proposer(request)
    form = ReserveForm(request.POST or None, user=person(request))
    if request.method == "POST" and form.is_valid() and _placed(request, form):
        try:
            entry = reserve.propose_reserves([form.input()], actor=Actor.of(request), now=clock.now())[0]
        except Refused as refusal:
            _lay_on(form, refusal)
        else:
            messages.success(request, f"“{entry.name}”已提入储备。")
            return redirect("planning:index")
    return _entry_page(request, form, None)


@require_http_methods(["GET", "POST"])
def entry(request: HttpRequest, pk: int) -> HttpResponse:
    """一条储备; whoever saves on an old version is told and keeps what they typed."""
    ask_reader(request)
    held = visible(request, pk)
    form = ReserveForm(
        request.POST or None, user=person(request), kept=held, initial=ReserveForm.initial_of(held)
    )
    if request.method == "POST":
        ask_proposer(request)
        if form.is_valid() and _placed(request, form):
            seen = row_number(request.POST.get("version", "")) or 0
            try:
                rows = [(pk, form.input(held.project_id))]
                reserve.amend_reserves(rows, seen={pk: seen}, actor=Actor.of(request), now=clock.now())
            except Refused as refusal:
                _lay_on(form, refusal)
            except Conflict as conflict:
                form.add_error(None, f"{conflict}再点一次保存，就以您填的为准。")
            else:
                messages.success(request, "已保存。")
                return redirect("planning:entry", pk)
    return _entry_page(request, form, held)


def _entry_page(
    request: HttpRequest, form: ReserveForm, held: Reserve | None, problem: str = "", status: int = 200
) -> HttpResponse:
    user = person(request)
    context = {
        "form": form, "entry": held, "may_propose": policy.can_propose(user), "office": policy.can_keep(user),
        "draft": _open_to(user, held) if held else None,
        "problem": problem, "typed": request.POST.get("reason", "")[:200],
    }  # fmt: skip
    return render(request, "planning/entry.html", context, status=422 if form.errors else status)


def _open_to(user: User, held: Reserve) -> Programme | None:
    """The programme that this person may propose an entry for: the one that takes in its territory."""
    draft = programme_over(held.territory)
    if draft is None or not policy.can_propose_to(user, draft):
        return None
    seen: Programme | None = Programme.objects.visible_to(user).filter(pk=draft.pk).own_first().first()
    return seen


def _placed(request: HttpRequest, form: ReserveForm) -> bool:
    """Whether the entry stands with this person's own unit; says so at the field where not."""
    data = form.cleaned_data
    if policy.may_place(person(request), data["territory"], data["responsible_unit"]):
        return True
    form.add_error("territory", "属地和责任单位里要有一个是您自己的单位，别人的请他们提。")
    return False


def _lay_on(form: Form, refusal: Refused) -> None:
    for problem in refusal.problems:
        form.add_error(problem.field if problem.field in form.fields else None, problem.sentence)


@require_POST
def step(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """出库, 转成项目 by the office; 建议列入计划 by whom it concerns."""
    ask_proposer(request) if verb == "propose" else ask_keeper(request)
    if verb not in VERBS:
        raise Http404
    held = visible(request, pk)
    try:
        return _stepped(request, held, verb)
    except (Refused, Conflict) as refusal:
        form = ReserveForm(user=person(request), kept=held, initial=ReserveForm.initial_of(held))
        return _entry_page(request, form, held, str(refusal), 409 if isinstance(refusal, Conflict) else 422)


def _stepped(request: HttpRequest, held: Reserve, verb: str) -> HttpResponse:
    how: dict[str, Any] = {"actor": Actor.of(request), "now": clock.now()}
    seen = {held.pk: row_number(request.POST.get("version", "")) or 0}
    reason = request.POST.get("reason", "")
    if verb == "leave":
        reserve.leave_reserve(seen, reason, **how)
        messages.success(request, f"“{held.name}”已出库。")
        return redirect("planning:index")
    if verb == "register":
        project = reserve.register_reserves(seen, **how)[0]
        messages.success(request, f"“{project.name}”已转成项目。")
        return redirect("registry:edit", project.pk)
    draft = _open_to(person(request), held)
    unit = policy.proposing_unit(person(request), draft) if draft else None
    if verb != "propose" or draft is None or unit is None:
        raise PermissionDenied("现在没有在编的计划，不用提建议。")
    row = ProposalInput(Proposal.Kind.ADD, reason, reserve=held)
    proposing.make_proposals(draft, [row], unit=unit, **how)
    messages.success(request, f"已建议把“{held.name}”列入{draft}，等重大办审。")
    return redirect("planning:proposals", draft.key)
