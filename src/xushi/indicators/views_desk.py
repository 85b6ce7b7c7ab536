"""指标页、报数、审数、任务、方案、版本、我的目标：一页一个函数，写的都交给动作。"""

from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from xushi.config import clock
from xushi.core.clock import local_day
from xushi.core.months import Month
from xushi.core.text import row_number
from xushi.indicators import actions, actions_targets, policy, versions
from xushi.indicators.actions_units import may_report
from xushi.indicators.alerting import in_use, with_alerts
from xushi.indicators.figures import Scored, spec_kept
from xushi.indicators.forms import ReportForm
from xushi.indicators.indicator_page import history, page_of
from xushi.indicators.models import Indicator, Observation, Participant, Scenario, System, Version
from xushi.indicators.models_tasks import Target
from xushi.indicators.month_page import Owed, owed_of
from xushi.indicators.reading_board import room_of, room_of_version
from xushi.indicators.refusals import Refused, refuse
from xushi.indicators.reporting import items_of
from xushi.indicators.rules import period_words, shown, usual_range
from xushi.indicators.sentences import sentence_of
from xushi.indicators.sources import sources_words
from xushi.indicators.spec import Spec
from xushi.indicators.views import order_address, period_of, reader
from xushi.indicators.watching import KINDS, concerns
from xushi.journal.actions import Actor
from xushi.units.access import person
from xushi.units.districts import denied
from xushi.units.models import User

LARGEST = 2_000_000  # 字节；市里97项的一份不到5万


def seen_indicator(user: User, pk: int) -> Indicator:
    rows = Indicator.objects.filter(system__in=System.objects.visible_to(user))
    return get_object_or_404(rows.select_related("system", "group", "lead"), pk=pk)


@require_safe
def indicator(request: HttpRequest, pk: int) -> HttpResponse:
    """One indicator: how its score came about, its series, its peers, what a level gives back, who carries it."""
    user = reader(request)
    held = seen_indicator(user, pk)
    return _page(request, user, held)


def _page(request: HttpRequest, user: User, held: Indicator, **more: Any) -> HttpResponse:
    room = room_of(user, held.system.code)
    latest = room.periods[0] if room.periods else ""
    period, odd = period_of(room, request.GET.get("period", "") or latest)
    try:
        page = page_of(room, room.scored(period), held, clock.now())
    except Refused as refusal:
        return render(
            request, "indicators/refused.html", {"room": room, "problems": refusal.problems}, status=422
        )
    if page is None:
        raise Http404
    context = {
        "room": room, "held": held, "page": page, "period": period, "period_words": period_words(period), "odd": odd,
        "may_report": policy.can_report(user, held), "may_review": policy.can_review(user, held),
        "office": policy.can_keep(user), "history": history(held), "sources": sources_words(room.spec),
        "order_url": order_address(user), "today": local_day(clock.now()),
    }  # fmt: skip
    return render(request, "indicators/indicator.html", context | more)


@require_safe
def watch(request: HttpRequest) -> HttpResponse:
    """要盯的: by kind, each with its figures and the way to an order."""
    user = reader(request)
    room = room_of(user, request.GET.get("system", "city"))
    latest = room.periods[0] if room.periods else ""
    try:
        found = with_alerts(concerns(room, room.scored(latest), local_day(clock.now())), user)
    except Refused as refusal:
        return render(
            request, "indicators/refused.html", {"room": room, "problems": refusal.problems}, status=422
        )
    kinds = [
        (label, rows) for kind, label in KINDS.items() if (rows := [one for one in found if one.kind == kind])
    ]
    context = {
        "room": room, "kinds": kinds, "period_words": period_words(latest),
        "order_url": order_address(user),
    }  # fmt: skip
    return render(request, "indicators/watch.html", context)


@require_http_methods(["GET", "POST"])
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """报数: the office's own is reviewed as it is kept, anybody else's waits for the working group."""
    user, now = person(request), clock.now()
    held = seen_indicator(user, pk)
    if not policy.can_report(user, held):
        raise PermissionDenied(f"“{held.name}”由牵头组和责任单位报，您的角色可以查看。")
    series = _own_values(held)
    periods = _months(local_day(now))
    form = ReportForm(
        periods,
        usual_range(series),
        request.POST or None,
        initial={"source": held.source, "period": request.GET.get("period") or periods[0][0]},
    )
    if request.method == "POST" and form.is_valid():
        own = get_object_or_404(Participant, system=held.system_id, own=True)
        waiting = not policy.can_keep(user)
        try:
            actions.observe([form.input(held, own.pk)], actor=Actor.of(request), now=now, waiting=waiting)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("indicators:indicator", pk)
    context = {"held": held, "form": form, "last": shown(series[-1], held.places) if series else ""}
    return render(request, "indicators/report.html", context, status=422 if form.errors else 200)


def _own_values(held: Indicator) -> list[float]:
    rows = Observation.objects.standing().filter(indicator=held, participant__own=True).exclude(low=None)
    return [float(low) for low in rows.order_by("period").values_list("low", flat=True) if low is not None]


def _months(today: date) -> list[tuple[str, str]]:
    """The months that can be reported: those that are over, of the last thirteen."""
    ended = [Month.of(today).plus(-back) for back in range(1, 14)]
    return [(text, period_words(text)) for month in ended if (text := f"{month.year}-{month.number:02d}")]


@require_POST
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """审: accept or return."""
    user = reader(request)
    rows = Observation.objects.filter(indicator__system__in=System.objects.visible_to(user))
    held = get_object_or_404(rows.select_related("indicator__system"), pk=pk)
    try:
        actions.review(held, accept=request.POST.get("decision") == "accept", words=request.POST.get("words", ""),
                       actor=Actor.of(request), now=clock.now())  # fmt: skip
    except Refused as refusal:
        return _page(request, user, seen_indicator(user, held.indicator_id), problem=str(refusal))
    return redirect("indicators:indicator", held.indicator_id)


@require_safe
def scenarios(request: HttpRequest) -> HttpResponse:
    """存下的方案: each worked out anew beside what stands; what cannot be worked out any more says why."""
    user = reader(request)
    rows = list(
        Scenario.objects.filter(dropped_at=None, version__system__in=System.objects.visible_to(user))
        .filter(Q(shared=True) | Q(by=user)).select_related("version__system", "by")[:30]
    )  # fmt: skip
    rooms = {
        version.pk: room_of_version(version)
        for version in {one.version_id: one.version for one in rows}.values()
    }
    told: list[tuple[Scenario, list[str], tuple[Any, ...] | None, str, str]] = []
    for one in rows:
        room = rooms[one.version_id]
        try:
            before = room.scored(one.period)
            after = room.scored(one.period, vintages=tuple(one.vintages), changes=one.changes)
        except Refused as refusal:
            told.append((one, _changes(one), None, str(refusal), ""))
            continue
        top = before.top
        figures = (shown(before.score(top), 2), before.rank(top), shown(after.score(top), 2), after.rank(top))
        said = [*_changes(one), *_moved(room.spec, before, after), *filter(None, [one.words])]
        words = sentence_of(room, before, after, vintages=one.vintages, changes=one.changes)
        told.append((one, said, figures, "", words))
    return render(
        request, "indicators/scenarios.html", {"rows": told, "me": user.pk, "may": policy.can_keep(user)}
    )


def _moved(spec: Spec, before: Scored, after: Scored) -> list[str]:
    """The parts of the whole that change: 争先进位6.00分第8 → 10.00分第6."""
    return [
        f"{node.name or code}{shown(before.score(code), 2)}分第{before.rank(code)} → "
        f"{shown(after.score(code), 2)}分第{after.rank(code)}"
        for code, node in spec.nodes.items()
        if node.parent == before.top and before.score(code) != after.score(code)
    ]


def _changes(one: Scenario) -> list[str]:
    said = [f"{path.rpartition('.')[2]}改为{value:g}" for path, value in one.changes.items()]
    return [f"先用{one.vintages[0]}", *said] if one.vintages else said


@require_POST
def drop_scenario(request: HttpRequest, pk: int) -> HttpResponse:
    user = reader(request)
    rows = Scenario.objects.filter(dropped_at=None).filter(Q(shared=True) | Q(by=user))
    actions.drop_scenario(get_object_or_404(rows, pk=pk), actor=Actor.of(request), now=clock.now())
    return redirect("indicators:scenarios")


@require_http_methods(["GET", "POST"])
def version_list(request: HttpRequest) -> HttpResponse:
    """各版: what each says, two beside each other, one copied into a new year, a draft put in use."""
    user = reader(request)
    problem = ""
    if request.method == "POST":
        try:
            _change(request)
        except Refused as refusal:
            problem = str(refusal)
        else:
            return redirect("indicators:versions")
    rows = list(
        Version.objects.filter(system__in=System.objects.visible_to(user)).select_related("system", "by")
    )
    chosen = [one for one in rows if str(one.pk) in (request.GET.get("a"), request.GET.get("b"))]
    found = None
    if len(chosen) == 2:
        after, before = chosen
        found = versions.differences(spec_kept(before), spec_kept(after))[:300]
    context = {
        "rows": rows,
        "chosen": chosen,
        "found": found,
        "problem": problem,
        "may": policy.can_keep(user),
        "systems": System.objects.visible_to(user) if policy.can_keep(user) else (),
        "typed": request.POST if problem else {},
    }
    return render(request, "indicators/versions.html", context, status=422 if problem else 200)


def _change(request: HttpRequest) -> None:
    if request.POST.get("act") == "upload":
        _upload(request)
        return
    pk = request.POST.get("version", "")
    held = get_object_or_404(Version.objects.select_related("system"), pk=pk if pk.isdigit() else 0)
    how: dict[str, Any] = {"actor": Actor.of(request), "now": clock.now()}
    match request.POST.get("act"):
        case "copy":
            year = request.POST.get("year", "")
            versions.copy_version(held, int(year) if year.isdigit() else 0, **how)
        case "adopt":
            versions.adopt_version(held, **how)
        case "discard":
            versions.discard_version(held, **how)
        case _:
            raise Http404


def _upload(request: HttpRequest) -> None:
    """起草一版 from a file of the specification's text."""
    user, file = person(request), request.FILES.get("file")
    if not policy.can_keep(user):
        raise PermissionDenied(denied(user, "考核体系由区重大办管，您的角色可以查看。"))
    pk, year = row_number(request.POST.get("system", "")), request.POST.get("year", "")
    system = get_object_or_404(System.objects.visible_to(user), pk=pk or 0)
    if not (year.isdigit() and 2000 < int(year) < 2100):
        raise refuse("year", "年度写成四位数，如 2019。")
    if file is None or file.size is None:
        raise refuse("file", "选一个体系说明文件（.yaml）。")
    if file.size > LARGEST:
        raise refuse("file", "文件超过2兆，体系说明没有这么大，请核对选的文件。")
    try:
        text = file.read().decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        raise refuse("file", "文件不是 UTF-8 文字，请另存为 UTF-8 再传。") from wrong
    versions.draft_version(
        system, int(year), text, source=request.POST.get("source", ""), note=request.POST.get("note", ""),
        actor=Actor.of(request), now=clock.now(),
    )  # fmt: skip


@require_safe
def version_text(request: HttpRequest, pk: int) -> HttpResponse:
    """一版的说明文字, as `xushi score` reads it."""
    from xushi.indicators.reading import yaml_of

    user = reader(request)
    held = get_object_or_404(Version.objects.filter(system__in=System.objects.visible_to(user)), pk=pk)
    return HttpResponse(yaml_of(spec_kept(held)), content_type="text/plain; charset=utf-8")


@require_http_methods(["GET", "POST"])
def mine(request: HttpRequest) -> HttpResponse:
    """我的目标: what is handed down to the person's unit, to be signed for."""
    user, now = person(request), clock.now()
    paths, problem = policy.own_paths(user), ""
    condition = Q(pk__in=[])
    for path in paths:
        condition |= Q(unit__path__under=path)
    rows = Target.objects.filter(replaced_at=None).filter(condition).select_related("indicator", "unit")
    if request.method == "POST":
        wanted = [row_number(text) or 0 for text in request.POST.getlist("target")]
        seen = list(rows.filter(pk__in=wanted).values_list("pk", flat=True))
        if len(seen) < len(set(wanted)):
            raise Http404
        try:
            actions_targets.sign_targets(seen, actor=Actor.of(request), now=now)
        except Refused as refusal:
            problem = str(refusal)
        else:
            return redirect("indicators:mine")
    if not paths:
        raise PermissionDenied("目标分给街道、场、园区和部门，您的角色在对标找差里看。")
    told = [(one, policy.can_sign(user, one), shown(one.value, one.indicator.places)) for one in rows]
    unsigned = [row for row in told if row[0].signed_at is None]
    context = {
        "unsigned": unsigned, "signed": [row for row in told if row[0].signed_at is not None], "problem": problem,
        "may_sign": any(may for _, may, _ in unsigned), "today": local_day(now), **_measured(user, local_day(now)),
    }  # fmt: skip
    return render(request, "indicators/mine.html", context, status=422 if problem else 200)


def _measured(user: User, today: date) -> dict[str, Any]:
    """The system whose calendar and scores the page leads to, if any is in use, and what is owed: see _owed."""
    used = list(in_use(policy.systems_of(user)))
    return {"system": used[0].system if used else None, "owed": _owed(user, used, today)}


def _owed(user: User, used: list[Version], today: date) -> list[tuple[System, Owed]]:
    """What the person's units have to report now, of every system they carry a part of."""
    asked = policy.Asked(Q(pk__in=[]), tuple(policy.own_paths(user)))
    return [
        (version.system, one)
        for version in used
        for one in owed_of([item for item in items_of(version, today, asked) if may_report(user, item)])
    ]
