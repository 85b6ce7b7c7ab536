"""记分牌：得分、位次、扣分项、省监测；假如做到（滑块由服务器算），存为方案。"""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_POST, require_safe

from xushi.config import clock
from xushi.indicators import actions, policy
from xushi.indicators.board import (
    MOST_LOST,
    deductions,
    headline,
    kinds_words,
    kpis_of,
    outlook_of,
    province_of,
    rests_on,
    sliders_of,
    standings_of,
    tried_of,
    watched,
)
from xushi.indicators.charting import chart_of
from xushi.indicators.checks import children_of
from xushi.indicators.models import System, Version
from xushi.indicators.reading_board import Line, Room, Wanted, lines_of, room_of, saved_scenarios
from xushi.indicators.refusals import Refused
from xushi.indicators.rules import Standing, period_words, shown
from xushi.indicators.sources import sources_words
from xushi.journal.actions import Actor
from xushi.units.access import person
from xushi.units.models import User

ASSESSED, PENDING = "assessed", "pending"


def reader(request: HttpRequest) -> User:
    """Whoever may read how the district is measured."""
    user = person(request)
    if not policy.can_read(user):
        raise PermissionDenied("对标找差由区里各部门和工作组看，您的角色在“我的目标”里看分给本单位的。")
    return user


def order_address(user: User) -> str:
    """Where an order is written; "" for those who write none, or where that room is not there."""
    try:
        return reverse("supervision:new_order") if policy.can_keep(user) else ""
    except NoReverseMatch:
        return ""


def period_of(room: Room, wanted: str) -> tuple[str, str]:
    """The month a page is about, and a sentence where the address asks for one that has no figures."""
    if not wanted or wanted in room.periods:
        return wanted or room.stage_period, ""
    return room.stage_period, f"{wanted}没有数，先看{period_words(room.stage_period)}。"


@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """The scoreboard; other values in the address make it a what-if, without script too."""
    user = reader(request)
    if not Version.objects.filter(system__kind=System.Kind.CITY).exclude(used_at=None).exists():
        return render(request, "indicators/none.html", {"office": policy.can_keep(user)})
    room = room_of(user, request.GET.get("system", "city"))
    period, odd = period_of(room, request.GET.get("period", ""))
    try:
        wanted = Wanted.read({**request.GET.dict(), "period": period})
    except ValueError as wrong:
        wanted, odd = Wanted(period), str(wrong)
    try:
        context = _context(user, room, wanted)
    except Refused as refusal:
        return render(
            request, "indicators/refused.html", {"room": room, "problems": refusal.problems}, status=422
        )
    return render(request, "indicators/board.html", context | {"odd": odd}, status=400 if odd else 200)


def _context(user: User, room: Room, wanted: Wanted) -> dict[str, Any]:
    scored = room.scored(wanted.period)
    lines = lines_of(room, scored)
    lost = deductions(lines)
    of_parts = [one for one in lost if one.card.kind != "added"]
    after, tried = tried_of(room, scored, wanted)
    shown_first, rest = of_parts[:MOST_LOST], of_parts[MOST_LOST:]
    return {
        "room": room, "period": wanted.period, "period_words": period_words(wanted.period),
        "periods": [(one, period_words(one)) for one in room.periods if int(one[5:]) % 3 == 0 or one == room.periods[0]],
        "headline": headline(room, scored, lines, of_parts), "kpis": kpis_of(room, scored, after),
        "lost": shown_first, "rest": rest, "rest_points": shown(sum(one.lost for one in rest), 2),
        "rest_share": _share(rest),
        "rest_words": kinds_words(rest), "rest_made_up": any(one.invented for one in rest),
        "count": len([one for one in lines if one.card.kind != "other"]),
        "sliders": sliders_of(room, scored, of_parts, wanted), "tried": tried, "wanted": wanted,
        "vintages": [one for one in room.spec.vintages if one not in scored.spec.vintages[:1]],
        "rests": rests_on(scored), "left_out": scored.left_out, "watched": watched(room),
        "sources": sources_words(room.spec),
        "chart": _chart(room, scored, of_parts), "province": _province(user, room),
        "scenarios": saved_scenarios(user, room.version), "may_keep": policy.can_keep(user),
        "systems": _others(user, room),
    }  # fmt: skip


def _share(rest: list[Line]) -> int:
    full = sum(one.full or 0 for one in rest)
    return round(sum(one.lost for one in rest) / full * 100) if full else 0


def _others(user: User, room: Room) -> list[System]:
    return [one for one in System.objects.visible_to(user) if one.pk != room.system.pk]


def _province(user: User, room: Room) -> Any:
    held = (
        Version.objects.filter(system__kind=System.Kind.PROVINCE, year=room.version.year).exclude(used_at=None)
        .select_related("system").order_by("-used_at").first()
    )  # fmt: skip
    if held is None or held.pk == room.version.pk:
        return None
    from xushi.indicators.reading_board import room_of_version

    return province_of(room_of_version(held))


def _chart(room: Room, scored: Any, lost: list[Line]) -> dict[str, Any] | None:
    """The dearest deduction that has a series of the year."""
    for line in lost:
        series = room.own_series.get(line.card.code, {})
        values = {month: one.low for month, one in series.items() if one.low is not None}
        if sum(month.startswith(str(room.version.year)) for month in values) >= 3 and line.target is not None:
            target = line.target
            return {
                "card": line.card, "option": chart_of(values, target, room.version.year, sign=line.sign,
                                                       places=line.card.places, ahead=True),
                "sentence": f"{line.period_text}{line.value_text}，目标{line.target_text}，差{line.gap_text}",
                "points": [(period_words(m), shown(value, line.card.places)) for m, value in sorted(values.items())],
                "outlook": outlook_of(line.card, line.value or 0, target, line.value_period),
            }  # fmt: skip
    return None


@require_safe
def what_if(request: HttpRequest) -> HttpResponse:
    """The answer to a slider: the panel alone."""
    user = reader(request)
    room = room_of(user, request.GET.get("system", "city"))
    period, _ = period_of(room, request.GET.get("period", ""))
    try:
        wanted = Wanted.read({**request.GET.dict(), "period": period})
        scored = room.scored(period)
        _, tried = tried_of(room, scored, wanted)
        lost = [one for one in deductions(lines_of(room, scored)) if one.card.kind != "added"]
        sliders = sliders_of(room, scored, lost, wanted)
    except (ValueError, Refused) as wrong:
        return render(request, "indicators/_tried.html", {"problem": str(wrong)}, status=422)
    context = {"tried": tried, "kpis": kpis_of(room, scored), "sliders": sliders, "swapped": True}
    return render(request, "indicators/_tried.html", context)


@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """存为方案: what the panel holds, under a name."""
    user = reader(request)
    room = room_of(user, request.POST.get("system", "city"))
    period, _ = period_of(room, request.POST.get("period", ""))
    try:
        wanted = Wanted.read({**request.POST.dict(), "period": period})
        kept = actions.save_scenario(
            room.version, request.POST.get("name", ""), period=period, vintages=wanted.vintages(room),
            changes=dict(wanted.changes(room)), shared=bool(request.POST.get("shared")),
            actor=Actor.of(request), now=clock.now(),
        )  # fmt: skip
    except (ValueError, Refused) as wrong:
        context = _context(user, room, Wanted(period)) | {"odd": str(wrong)}
        return render(request, "indicators/board.html", context, status=422)
    return redirect(f"{reverse('indicators:scenarios')}#scenario-{kept.pk}")


@require_safe
def every(request: HttpRequest) -> HttpResponse:
    """All indicators and tasks of a system, by what they cost or by group."""
    user = reader(request)
    room = room_of(user, request.GET.get("system", "city"))
    period, odd = period_of(room, request.GET.get("period", ""))
    try:
        scored = room.scored(period)
    except Refused as refusal:
        return render(
            request, "indicators/refused.html", {"room": room, "problems": refusal.problems}, status=422
        )
    lines = lines_of(room, scored)
    asked = {
        name: request.GET.get(name, "") for name in ("kind", "group", "lost", "waits", "rest", "standing")
    }
    chosen = sorted(_narrowed(room, scored, lines, asked), key=lambda one: (-one.lost, one.score is None))
    context = {
        "room": room, "period": period, "period_words": period_words(period), "lines": chosen, "odd": odd,
        "groups": sorted({one.card.group.name for one in lines if one.card.group}), "group": asked["group"],
        "kind": asked["kind"], "kinds": [(ASSESSED, "指标与任务"), *_kinds(lines)], "rests": rests_on(scored),
        "sources": sources_words(room.spec), "rest": asked["rest"], "standing": asked["standing"],
        "standing_label": _standing_label(asked["standing"]),
        "only_lost": asked["lost"], "waits": asked["waits"], "all": len(lines),
    }  # fmt: skip
    return render(request, "indicators/every.html", context)


def _narrowed(room: Room, scored: Any, lines: list[Line], asked: dict[str, str]) -> list[Line]:
    """The lines an address asks for; rest: the deductions beyond those that the scoreboard names."""
    found = lines
    if asked["rest"]:
        found = [one for one in deductions(lines) if one.card.kind != "added"][MOST_LOST:]
    if asked["standing"]:
        groups, unclear = standings_of(room, scored)
        codes = unclear if asked["standing"] == PENDING else groups.get(asked["standing"], [])  # type: ignore[call-overload]
        found = [one for one in found if one.code in codes]
    kind, group = asked["kind"], asked["group"]
    return [
        one for one in found
        if (not kind or one.card.kind == kind or (kind == ASSESSED and one.card.kind != "other"))
        and (not group or (one.card.group is not None and one.card.group.name == group))
        and (not asked["lost"] or one.lost > 0) and (not asked["waits"] or one.waits_for)
    ]  # fmt: skip


def _standing_label(standing: str) -> str:
    """What a list of the province's is of; "" for any other."""
    if standing == PENDING:
        return "目标不具体、不明确"
    return Standing(standing).label if standing in set(Standing) else ""


def _kinds(lines: list[Line]) -> list[tuple[str, str]]:
    return list(dict.fromkeys((str(one.card.kind), one.card.get_kind_display()) for one in lines))


@require_safe
def peers(request: HttpRequest) -> HttpResponse:
    """同城比较和位次变化: every district under every part, and the own places month by month."""
    user = reader(request)
    room = room_of(user, request.GET.get("system", "city"))
    period, odd = period_of(room, request.GET.get("period", ""))
    try:
        scored = room.scored(period)
        months = [(one, room.scored(one)) for one in sorted(room.periods) if int(one[5:]) >= 3]
    except Refused as refusal:
        return render(
            request, "indicators/refused.html", {"room": room, "problems": refusal.problems}, status=422
        )
    codes = _groups(room)
    by_rank = sorted(scored.units, key=lambda unit: scored.rank(scored.top, unit) or 99)
    heads = [room.spec.nodes[code].name or code for code in codes]
    rows = [
        (unit, unit == room.own, _cells(scored, codes, unit))
        for unit in by_rank
    ]  # fmt: skip
    moves = [
        (period_words(month), month, _known(one, room.own), one.assembled.carried, _placed(room, one, codes))
        for month, one in months if one.score(one.top) is not None
    ]  # fmt: skip
    context = {
        "room": room, "period": period, "period_words": period_words(period), "heads": heads,
        "rows": rows, "moves": moves, "odd": odd,
        "rests": rests_on(scored),
    }  # fmt: skip
    return render(request, "indicators/peers.html", context)


def _cells(scored: Any, codes: list[str], unit: str) -> list[tuple[str, int | None, str]]:
    return [(shown(scored.score(code, unit), 2), scored.rank(code, unit), code) for code in codes]


def _placed(room: Room, scored: Any, codes: list[str]) -> list[tuple[str, int | None, str]]:
    """The same, without a place as long as less than half of what a node is made of has a figure."""
    known = {column for whose, column in scored.assembled.cells if whose == room.own}
    children = children_of(room.spec)

    def leaves(code: str) -> list[str]:
        return [leaf for one in children[code] for leaf in leaves(one)] if code in children else [code]

    made = []
    for score, rank, code in _cells(scored, codes, room.own):
        below = [room.spec.nodes[leaf].data or leaf for leaf in leaves(code)]
        enough = 2 * sum(column in known for column in below) >= len(below)
        made.append((score, rank if enough else None, code))
    return made


def _known(scored: Any, unit: str) -> int:
    return sum(whose == unit for whose, _ in scored.assembled.cells)


def _groups(room: Room) -> list[str]:
    """The nodes that have others below them, the topmost first, three levels deep at most."""
    parents = {node.parent for node in room.spec.nodes.values() if node.parent}
    return [code for code in room.spec.nodes if code in parents][:16]
