"""排督查：提名单、分组、逐点改、开始结束、印路线；加点、排进下月。"""

import re
from datetime import date, datetime, time

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from xushi.config import clock
from xushi.core.clock import BEIJING, local_day
from xushi.core.months import Month
from xushi.core.text import row_number
from xushi.inspections import arranging, policy, selectors_plan
from xushi.inspections.arranging import TeamInput, VisitInput
from xushi.inspections.models import Round, Team, Visit
from xushi.inspections.rules_plan import Proposed, kind_of, propose, reasons_of
from xushi.inspections.views_finding import ask_reader
from xushi.inspections.words import Kind
from xushi.journal.actions import Actor
from xushi.problems.forms import day_of
from xushi.registry.checking import Conflict, Refused
from xushi.registry.models import Project
from xushi.units.access import person

USUAL, MOST = 12, 60
MOST_FOUND, MOST_WHY = 30, 60
HOUR = re.compile(r"([01]?[0-9]|2[0-3])[:：]([0-5][0-9])(?:[:：][0-5][0-9])?")


def ask_planner(request: HttpRequest) -> None:
    if not policy.can_plan(person(request)):
        raise PermissionDenied("督查计划由区重大办来排。")


def _month(text: str, today: date) -> Month:
    try:
        return Month.parse(text) if text else Month.of(today)
    except ValueError:
        return Month.of(today)


@require_http_methods(["GET", "POST"])
def plan(request: HttpRequest) -> HttpResponse:
    """排一次: the projects proposed, each with its reason; what is ticked is planned."""
    ask_planner(request)
    user, now = person(request), clock.now()
    asked = request.POST if request.method == "POST" else request.GET
    month = _month(asked.get("month", ""), local_day(now))
    size = min(max(row_number(asked.get("size", "")) or USUAL, 1), MOST)
    seed = asked.get("seed", "").strip()[:40] or f"{month}-{size}"
    proposed = propose(selectors_plan.candidates(user, month, now), size, seed)
    problem, status = "", 200
    if request.method == "POST":
        try:
            held = _planned(request, month, seed, proposed, now)
        except (Refused, Conflict, ValueError) as refused:
            problem, status = str(refused), 409 if isinstance(refused, Conflict) else 422
        else:
            messages.success(request, f"{held}排好了，路线和时间可以逐点再改。")
            return redirect("inspections:round", held.pk)
    named = {project.pk: project for project in Project.objects.filter(pk__in=[one.project for one in proposed])
             .select_related("territory")}  # fmt: skip
    context = {
        "month": month, "size": size, "seed": seed, "problem": problem, "now": now,
        "people": selectors_plan.lookers(user),
        "rows": [(one, named[one.project]) for one in proposed], "first_day": max(local_day(now), month.first_day),
        "months": [Month.of(local_day(now)), Month.of(local_day(now)).next], "team_numbers": (1, 2),
    }  # fmt: skip
    return render(request, "inspections/plan.html", context, status=status)


def _planned(request: HttpRequest, month: Month, seed: str, proposed: list[Proposed], now: datetime) -> Round:
    ticked = {row_number(text) for text in request.POST.getlist("project")}
    visits = [_row(one) for one in proposed if one.project in ticked]
    first = day_of(request.POST.get("first_day", "")) or month.first_day
    return arranging.plan_round(
        month=month,
        teams=_teams(request),
        visits=visits,
        first_day=first,
        seed=seed,
        actor=Actor.of(request),
        now=now,
    )


def _row(one: Proposed) -> VisitInput:
    return VisitInput(one.project, one.kind, tuple({"kind": r.kind, "words": r.words} for r in one.reasons))


def _teams(request: HttpRequest) -> list[TeamInput]:
    made = []
    for n in (1, 2, 3):
        lead = row_number(request.POST.get(f"lead{n}", ""))
        members = [key for text in request.POST.getlist(f"members{n}") if (key := row_number(text))]
        if lead:
            made.append(TeamInput(lead, tuple(members)))
    return made


@require_safe
def round_page(request: HttpRequest, pk: int) -> HttpResponse:
    """一次督查: its route team by team; the office changes it here."""
    ask_reader(request)
    if not policy.sees_plan(person(request)):
        raise PermissionDenied("督查的安排事先不公布；看过的点位在“督查点位”里看。")
    return _round(request, _seen(request, pk))


def _seen(request: HttpRequest, pk: int) -> Round:
    rows = Round.objects.visible_to(person(request)).select_related("district")
    held: Round = get_object_or_404(rows, pk=pk)
    return held


def _round(request: HttpRequest, held: Round, problem: str = "", status: int = 200) -> HttpResponse:
    user, now = person(request), clock.now()
    context = {
        "held": held, "visits": selectors_plan.planned_visits(user, held), "teams": list(held.teams.select_related("lead")
        .prefetch_related("members")), "kinds": Kind.choices, "office": policy.can_plan(user, held), "now": now,
        "today": local_day(now), "problem": problem, "counts": selectors_plan.state_counts(user, held),
    }  # fmt: skip
    return render(request, "inspections/round.html", context, status=status)


@require_safe
def route(request: HttpRequest, pk: int) -> HttpResponse:
    """路线单: on paper, a team a sheet."""
    ask_reader(request)
    user = person(request)
    if not policy.sees_plan(user):
        raise PermissionDenied("督查的安排事先不公布；看过的点位在“督查点位”里看。")
    held = _seen(request, pk)
    visits = selectors_plan.planned_visits(user, held)
    teams = [(team, [one for one in visits if one.team_id == team.pk])
             for team in held.teams.select_related("lead").prefetch_related("members")]  # fmt: skip
    if left := [one for one in visits if one.team_id is None]:
        teams.append((Team(name="还没分组"), left))
    context = {"held": held, "teams": teams, "now": clock.now(), "user": user}
    return render(request, "inspections/route.html", context)


@require_POST
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """改一个点的安排."""
    ask_planner(request)
    visit: Visit = get_object_or_404(Visit.objects.visible_to(person(request)).select_related("round"), pk=pk)
    data = request.POST
    team = Team.objects.filter(pk=row_number(data.get("team", "")) or 0).first()
    try:
        arranging.change_visit(
            pk, team=team, kind=data.get("kind", visit.kind), order=_order(data.get("order", ""), visit.order),
            planned_at=_moment(data.get("day", ""), data.get("time", "")), version=row_number(data.get("version", "")),
            actor=Actor.of(request), now=clock.now(),
        )  # fmt: skip
    except (Refused, Conflict, ValueError) as refused:
        status = 409 if isinstance(refused, Conflict) else 422
        return _round(request, visit.round, str(refused), status)
    messages.success(request, "安排已改。")
    return redirect("inspections:round", visit.round_id)


def _moment(day: str, hour: str) -> datetime | None:
    on = day_of(day)
    if on is None:
        return None
    told = HOUR.fullmatch(hour.strip() or "9:00")
    if told is None:
        raise ValueError(f"时间“{hour[:10]}”看不懂，请写成 9:30 这样。")
    return datetime.combine(on, time(int(told[1]), int(told[2])), BEIJING)


def _order(text: str, usual: int) -> int:
    if not text.strip():
        return usual
    found = row_number(text)
    if not found:
        raise ValueError(f"“{text[:12]}”不能当路线上第几，请填1到{arranging.LAST_IN_ROUTE}的整数。")
    return found


@require_POST
def move(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """开始、结束."""
    ask_planner(request)
    if verb not in ("start", "end"):
        raise Http404
    held = _seen(request, pk)
    actor, now = Actor.of(request), clock.now()
    try:
        if verb == "start":
            arranging.start_round(pk, actor=actor, now=now)
        else:
            arranging.end_round(pk, request.POST.get("reason", ""), actor=actor, now=now)
    except Refused as refused:
        return _round(request, held, str(refused), 422)
    messages.success(request, f"{held}{'开始了，各组手机上有今天的点' if verb == 'start' else '已结束'}。")
    return redirect("inspections:round", pk)


@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """加点: to the round that is under way or planned."""
    ask_planner(request)
    user, now = person(request), clock.now()
    open_ones = (
        Round.objects.visible_to(user).open().select_related("district").order_by("year", "serial", "pk")
    )
    rounds = [one for one in open_ones if policy.can_plan(user, one)]
    words, problem = request.GET.get("q", "").strip()[:60], ""
    if request.method == "POST":
        held = next((one for one in rounds if one.pk == row_number(request.POST.get("round", ""))), None)
        try:
            if held is None:
                raise ValueError("没有排着的督查，请先排一次。")
            arranging.add_visits(held, [_wanted(request)], actor=Actor.of(request), now=now)
        except (Refused, ValueError) as refused:
            problem = str(refused)
        else:
            messages.success(request, f"已加到{held}。")
            return redirect("inspections:round", held.pk)
    found = Project.objects.visible_to(user).filter(removed_on=None).select_related("territory")
    for word in words.split():
        found = found.filter(search_text__contains=word.casefold())
    context = {
        "rounds": rounds, "q": words, "kinds": Kind.choices, "problem": problem,
        "projects": list(found.order_by("name")[:MOST_FOUND]) if words else [],
    }  # fmt: skip
    return render(request, "inspections/add.html", context, status=422 if problem else 200)


def _wanted(request: HttpRequest) -> VisitInput:
    project = row_number(request.POST.get("project", ""))
    if project is None:
        raise ValueError("选一个项目。")
    why = request.POST.get("why", "").strip() or "临时加点"
    if len(why) > MOST_WHY:
        raise ValueError(f"为什么看写了{len(why)}字，最多{MOST_WHY}字，请精简。")
    return VisitInput(project, request.POST.get("kind", Kind.PROGRESS), ({"kind": "added", "words": why},))


@require_POST
def put_into_next(request: HttpRequest) -> HttpResponse:
    """排进下月: what was ticked among those unseen."""
    ask_planner(request)
    user, now = person(request), clock.now()
    ticked = {key for text in request.POST.getlist("project") if (key := row_number(text))}
    month = Month.of(local_day(now))
    known = [one for one in selectors_plan.candidates(user, month, now) if one.project in ticked]
    rows = [_row(Proposed(one, kind_of(one, by_lot=False), reasons_of(one))) for one in known]
    try:
        if not rows:
            raise ValueError("先勾选项目；已经排着的不用再排。")
        held, added = arranging.put_into_next(rows, month=month, actor=Actor.of(request), now=now)
    except (Refused, Conflict, ValueError) as refused:
        messages.error(request, str(refused))
        return redirect("inspections:unseen")
    messages.success(request, f"{len(added)}个排进了{held.month.label}的{held}。")
    return redirect("inspections:round", held.pk)
