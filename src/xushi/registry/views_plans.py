"""年度计划的页：各版、提调整、逐份批，和一次批许多份。"""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from xushi.config import clock
from xushi.core.text import row_number
from xushi.journal.actions import Actor
from xushi.registry import actions, plans, policy, selectors
from xushi.registry.forms import PlanForm
from xushi.registry.models import AnnualPlan, Project
from xushi.registry.views import lay_on, visible, year_of
from xushi.units.access import person

PER_PAGE = 50
DECISIONS = {"approve": True, "refuse": False}


@require_http_methods(["GET", "POST"])
def plan(request: HttpRequest, pk: int) -> HttpResponse:
    """年度计划: its versions, the first plan of a year, or a proposal to revise it."""
    project, year = visible(request, pk), year_of(request)
    current = _current(project, year)
    form = PlanForm(request.POST or None, initial=PlanForm.initial_of(current))
    if request.method == "POST":
        if not policy.can_propose_plan(person(request)):
            raise PermissionDenied("计划由区重大办下达，属地可以提调整；您的角色只能查看。")
        if form.is_valid() and _save_plan(request, form, project, year, current):
            return redirect(f"{request.path}?year={year}")
        current = _current(project, year)
    context = {
        "project": project,
        "year": year,
        "current": current,
        "versions": selectors.versions_of(project.pk, year),
        "form": form,
        "may_propose": policy.can_propose_plan(person(request)),
        "may_decide": policy.can_decide_plan(person(request)),
        "me": person(request),
    }
    return render(request, "registry/plan.html", context, status=400 if form.errors else 200)


def _current(project: Project, year: int) -> AnnualPlan | None:
    return AnnualPlan.objects.filter(project=project, year=year, state=AnnualPlan.State.IN_FORCE).first()


def _save_plan(
    request: HttpRequest, form: PlanForm, project: Project, year: int, current: AnnualPlan | None
) -> bool:
    row, actor, now = form.input(project.pk, year), Actor.of(request), clock.now()
    seen = row_number(request.POST.get("seen_version", ""))
    if current is None and not policy.can_keep_registry(person(request)):
        raise PermissionDenied("第一版计划由区重大办下达；下达以后属地可以提调整。")
    try:
        if current is not None:
            reason = form.cleaned_data["reason"]
            plans.propose_plan_revision(row, reason=reason, actor=actor, now=now, seen_version=seen)
            messages.success(request, "调整已提出，等区重大办另一位同事批。旧计划照旧执行。")
        else:
            actions.set_plans([row], reason=form.cleaned_data["reason"], actor=actor, now=now)
            messages.success(request, f"{year}年计划已下达。")
    except actions.Refused as refusal:
        lay_on(form, refusal)
        return False
    except actions.Conflict as conflict:
        form.add_error(None, str(conflict))
        return False
    return True


@require_POST
def decide_plan(request: HttpRequest, pk: int) -> HttpResponse:
    """批或不批一份调整."""
    _ask_decider(request)
    project = visible(request, pk)
    number = row_number(request.POST.get("plan", ""))
    waiting = get_object_or_404(AnnualPlan, project=project, pk=number)
    try:
        decided = plans.decide_plan_revision(
            waiting,
            approve=_approves(request),
            reason=request.POST.get("reason", "")[:300],
            actor=Actor.of(request),
            now=clock.now(),
        )
    except actions.Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"第{decided.version}版：{decided.get_state_display()}。")
    return redirect(f"{reverse('registry:plan', args=[pk])}?year={waiting.year}")


@require_http_methods(["GET", "POST"])
def waiting(request: HttpRequest) -> HttpResponse:
    """在等批的计划调整: what each would change; the office decides many at once, with one reason."""
    if not policy.can_propose_plan(person(request)):
        raise PermissionDenied("计划调整由属地提、区重大办批。")
    wanted, refused = selectors.Wanted.read(request.GET), ""
    if request.method == "POST":
        _ask_decider(request)
        try:
            decided = _decide_chosen(request, selectors.waiting_revisions(person(request), wanted))
        except actions.Refused as refusal:
            refused = str(refusal)
        else:
            word = "批准" if _approves(request) else "不批"
            messages.success(request, f"已{word}{len(decided)}份计划调整。")
            return redirect(request.get_full_path())
    context = _waiting_context(request, wanted) | {"refused": refused}
    return render(request, "registry/waiting.html", context, status=400 if refused else 200)


def _decide_chosen(request: HttpRequest, rows: "QuerySet[AnnualPlan]") -> list[AnnualPlan]:
    """Those that were ticked, or all that the person had before them: none proposed since, none of their own."""
    if request.POST.get("all"):
        last_seen = row_number(request.POST.get("last_seen", "")) or 0
        chosen = list(rows.filter(pk__lte=last_seen).exclude(proposed_by=person(request)))
    else:
        chosen = _ticked(request)
    if not chosen:
        raise actions.Refused([actions.RowProblem(0, "plan", "还没选要批的，先勾选再批。")])
    return plans.decide_plan_revisions(
        chosen,
        approve=_approves(request),
        reason=request.POST.get("reason", "")[:300],
        actor=Actor.of(request),
        now=clock.now(),
    )


def _ticked(request: HttpRequest) -> list[AnnualPlan]:
    """The ticked ones within sight; whoever ticks what they may not see ticks nothing."""
    numbers = [number for text in request.POST.getlist("plan") if (number := row_number(text)) is not None]
    within = Project.objects.visible_to(person(request)).values("pk")
    return list(AnnualPlan.objects.filter(pk__in=numbers[:PER_PAGE], project__in=within))


def _waiting_context(request: HttpRequest, wanted: selectors.Wanted) -> dict[str, Any]:
    user = person(request)
    rows = selectors.waiting_revisions(user, wanted)
    before, after = selectors.sums(rows)
    related = rows.select_related("project__territory", "proposed_by")
    page = Paginator(related, PER_PAGE).get_page(request.GET.get("page"))
    return {
        "page": page,
        "versions": selectors.beside_those_in_force(list(page.object_list)),
        "before": before,
        "after": after,
        "change": after - before,
        "wanted": wanted,
        "choices": selectors.choices(user),
        "may_decide": policy.can_decide_plan(user),
        "decidable": rows.exclude(proposed_by=user).count(),
        "last_seen": rows.values_list("pk", flat=True).last() or 0,
        "ticked": set(request.POST.getlist("plan")),
        "reason": request.POST.get("reason", ""),
        "me": user,
    }


def _approves(request: HttpRequest) -> bool:
    """True for approve; what is neither yes nor no decides nothing."""
    decision = DECISIONS.get(request.POST.get("decision", ""))
    if decision is None:
        raise PermissionDenied("没说批还是不批，没有写入；请回上一页再点一次。")
    return decision


def _ask_decider(request: HttpRequest) -> None:
    if not policy.can_decide_plan(person(request)):
        raise PermissionDenied("计划调整由区重大办批。")
