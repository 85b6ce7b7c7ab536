"""分解台账、分解一个指标、催签：重大办分，别的角色看。"""

from collections.abc import Mapping

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from xushi.config import clock
from xushi.core.clock import local_day
from xushi.core.text import row_number
from xushi.indicators import actions_targets, policy
from xushi.indicators.actions_targets import TargetInput
from xushi.indicators.forms import typed_number
from xushi.indicators.handing import STATES, UnitRow, conclusion, handed_of, one_of, unit_rows, unsigned_of
from xushi.indicators.models import Indicator
from xushi.indicators.reading_board import Room, room_of
from xushi.indicators.refusals import Refused, refuse
from xushi.indicators.views import reader
from xushi.indicators.views_desk import seen_indicator
from xushi.journal.actions import Actor
from xushi.units.districts import denied
from xushi.units.models import Unit


@require_http_methods(["GET", "POST"])
def handing(request: HttpRequest) -> HttpResponse:
    """分解台账: what is not yet handed down, what does not add up, who has not signed; 催签 from here."""
    user, now = reader(request), clock.now()
    room = room_of(user, request.GET.get("system", "city"))
    problem = ""
    if request.method == "POST":
        wanted = [pk for text in request.POST.getlist("target") if (pk := row_number(text)) is not None]
        try:
            actions_targets.urge_targets(wanted, actor=Actor.of(request), now=now)
        except Refused as refusal:
            problem = str(refusal)
        else:
            return redirect(request.get_full_path())
    rows, today = handed_of(room), local_day(now)
    waiting = unsigned_of(rows, today)
    state = request.GET.get("state", "")
    title, note = conclusion(rows, waiting)
    context = {
        "room": room, "title": title, "note": note, "waiting": waiting, "today": today, "problem": problem,
        "rows": [one for one in rows if state not in STATES or one.state == state], "all": len(rows), "state": state,
        "states": [(key, word, sum(one.state == key for one in rows)) for key, word in STATES.items()],
        "may": policy.can_keep(user), "urgeable": any(not one.urged_today for one in waiting),
    }  # fmt: skip
    return render(request, "indicators/handing.html", context, status=422 if problem else 200)


@require_http_methods(["GET", "POST"])
def hand_down(request: HttpRequest, pk: int) -> HttpResponse:
    """分解一个指标: every unit a row; a form that is refused keeps what was typed."""
    user = reader(request)
    held = seen_indicator(user, pk)
    if not policy.can_keep(user):
        raise PermissionDenied(denied(user, "目标由区重大办分解，您的角色可以查看。"))
    room = room_of(user, held.system.code)
    one = one_of(room, held)
    if one is None:
        raise Http404
    typed, errors, problem = None, dict[int, str](), ""
    if request.method == "POST":
        typed = request.POST.dict()
        rows = unit_rows(one.targets, typed, {})
        try:
            _hand(request, room, held, rows, one.target, one.waits_for, errors)
        except Refused as refusal:
            problem = str(refusal.problems[0].sentence)
        else:
            return redirect(f"{reverse('indicators:indicator', args=[pk])}#shares")
    rows = unit_rows(one.targets, typed, errors)
    context = {
        "held": held, "one": one, "room": room, "problem": problem,
        "places": [row for row in rows if row.unit.kind in Unit.TERRITORY_KINDS],
        "others": [row for row in rows if row.unit.kind not in Unit.TERRITORY_KINDS],
        "adds_up": bool(typed.get("adds_up")) if typed is not None else held.adds_up,
        "others_open": any(row.chosen and row.unit.kind not in Unit.TERRITORY_KINDS for row in rows),
    }  # fmt: skip
    return render(request, "indicators/hand_down.html", context, status=422 if problem else 200)


def _hand(
    request: HttpRequest, room: Room, held: Indicator, rows: list[UnitRow], target: float | None, waits_for: str,
    errors: dict[int, str],
) -> None:  # fmt: skip
    wanted = _inputs(rows, errors)
    total = None
    if request.POST.get("adds_up"):
        if target is None:
            owing = f"等{waits_for}给了再分" if waits_for else "先在体系里写明"
            raise refuse("", f"全区目标还没定，{owing}；或者不勾“合计等于全区”，各单位各定各的。")
        total = target
    actions_targets.hand_down(
        held, room.version.year, wanted, total=total, actor=Actor.of(request), now=clock.now()
    )


def _inputs(rows: list[UnitRow], errors: dict[int, str]) -> list[TargetInput]:
    made = []
    for row in rows:
        if not row.chosen:
            continue
        try:
            made.append(TargetInput(row.unit.pk, _number(row.value), row.person.strip()))
        except ValueError as wrong:
            errors[row.unit.pk] = str(wrong)
    if errors:
        first: Mapping[int, str] = errors
        raise refuse("", f"有{len(first)}个单位的目标没填对，改了再交。")
    return made


def _number(text: str) -> float:
    if not text.strip().rstrip("%％"):
        raise ValueError("写了责任人，没写目标。")
    return typed_number(text)
