"""报数日历：各月横着，单位竖着，每格点开是它数的那几项；审、免、再要都从这里；导出和打印同一张。"""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from xushi.config import clock
from xushi.core.clock import local_day
from xushi.core.text import row_number
from xushi.indicators import actions, actions_waiving, exporting_reporting, policy
from xushi.indicators.actions_units import may_report
from xushi.indicators.models import Version
from xushi.indicators.month_page import owed_of
from xushi.indicators.refusals import Refused
from xushi.indicators.reporting import OVERDUE, STATES, WAIVED, Item, Key, items_of, owed_now
from xushi.indicators.reporting_rows import conclusion, counted, months_shown, rows_of
from xushi.indicators.reviewing import waiting_of
from xushi.indicators.rules import period_words
from xushi.indicators.views import order_address
from xushi.journal.actions import Actor
from xushi.units.access import person
from xushi.units.models import User
from xushi.units.views_exporting import hand_out

MOST_LISTED = 400


def entered(request: HttpRequest) -> User:
    """Whoever reads how the district is measured, and whoever carries a part of it."""
    user = person(request)
    if not policy.can_enter_calendar(user):
        raise PermissionDenied("报数日历由各部门、工作组和街道、场、园区看，您的角色看不到。")
    return user


@require_http_methods(["GET", "POST"])
def calendar(request: HttpRequest) -> HttpResponse:
    """Who reports what when; a cell, or a state, opens the figures it counts."""
    user = entered(request)
    version, problem = version_of(user, request.GET.get("system", "city")), ""
    if request.method == "POST":
        try:
            _act(request, version)
        except Refused as refusal:
            problem = str(refusal.problems[0].sentence)
        else:
            return redirect(request.get_full_path())
    context = _context(request, user, version) | {"problem": problem}
    return render(request, "indicators/calendar.html", context, status=422 if problem else 200)


def _act(request: HttpRequest, version: Version) -> None:
    how: dict[str, Any] = {"actor": Actor.of(request), "now": clock.now()}
    chosen = [pk for text in request.POST.getlist("one") if (pk := row_number(text)) is not None]
    words, again = request.POST.get("words", ""), row_number(request.POST.get("again", ""))
    if again is not None:
        actions_waiving.ask_again([again], **how)
        return
    match request.POST.get("act"):
        case "accept" | "return":
            accept = request.POST["act"] == "accept"
            actions.review_many(chosen, accept=accept, words=words, **how)
        case "waive":
            keys = [key for text in request.POST.getlist("key") if (key := _key(text)) is not None]
            actions_waiving.waive(version, keys, reason=words, **how)
        case _:
            raise Http404


def _key(text: str) -> Key | None:
    card, _, rest = text.partition("-")
    unit, _, period = rest.partition("-")
    found = row_number(card), row_number(unit)
    return None if found[0] is None or found[1] is None else (found[0], found[1] or None, period)


def _context(request: HttpRequest, user: User, version: Version) -> dict[str, Any]:
    now = clock.now()
    today = local_day(now)
    items = items_of(version, today, policy.in_calendar(user))
    state, period = request.GET.get("state", ""), request.GET.get("period", "")
    chosen, opened = _chosen(items, request.GET.get("unit", ""), period, state)
    if not opened and not user.has_role(*policy.OVERSEERS):
        chosen = [one for one in owed_now(items) if may_report(user, one)]
    one_unit = row_number(request.GET.get("unit", "")) is not None
    counts = counted(items)
    title, note = conclusion(counts, items)
    months = owed_of([one for one in chosen if may_report(user, one)])
    waiting = waiting_of(version, user)
    return {
        "version": version, "system": version.system, "title": title, "note": note, "today": today, "now": now,
        "rows": rows_of(items, version.year), "months": months_shown(items), "user_name": user.name,
        "states": [(key, word, counts[key]) for key, word in STATES.items() if counts[key]], "state": state,
        "chosen": [_listed(user, one) for one in chosen[:MOST_LISTED]], "chosen_count": len(chosen),
        "opened": opened, "list_title": _title(period, state) if opened else "现在要报的" if chosen else "",
        "waivable": any(one.owed and policy.can_review(user, one.card) for one in chosen[:MOST_LISTED]),
        "owed": months if one_unit or not user.has_role(*policy.OVERSEERS) else [], "one_unit": one_unit,
        "waiting": waiting, "reviews": any(one.may for one in waiting), "reads": policy.can_read(user),
        "order_url": order_address(user),
        "systems": policy.systems_of(user).exclude(pk=version.system_id),
    }  # fmt: skip


@require_safe
def export(request: HttpRequest) -> HttpResponseBase:
    """The calendar as xlsx: a unit and month a row."""
    user, now = entered(request), clock.now()
    version = version_of(user, request.GET.get("system", "city"))
    items = items_of(version, local_day(now), policy.in_calendar(user))
    return hand_out(request, exporting_reporting.answer(version, rows_of(items, version.year), now))


def version_of(user: User, code: str) -> Version:
    """The version in use of a system that this person reads or reports for; 404 where there is none."""
    rows = Version.objects.filter(system__in=policy.systems_of(user), system__code=code)
    held = rows.exclude(used_at=None).select_related("system").order_by("-year", "-used_at").first()
    if held is None:
        raise Http404
    return held


def _listed(user: User, one: Item) -> dict[str, Any]:
    """A figure in the list with what this person may do about it."""
    reviews = policy.can_review(user, one.card)
    return {
        "item": one, "unit": one.reporter, "report": may_report(user, one) and one.owed,
        "waive": reviews and one.owed, "ask": reviews and one.state == WAIVED,
        "order": one.state == OVERDUE and policy.can_keep(user),
    }  # fmt: skip


def _chosen(items: Sequence[Item], unit: str, period: str, state: str) -> tuple[list[Item], bool]:
    """The figures a cell or a state counts, and whether one was asked for; "0": without a responsible unit."""
    key = row_number(unit)
    if key is None and unit != "0" and not period and state not in STATES:
        return [], False
    found = []
    for one in items:
        held = one.reporter
        if unit and (held.pk if held else 0) != (key or 0):
            continue
        if (not period or one.period == period) and (state not in STATES or one.state == state):
            found.append(one)
    return found, True


def _title(period: str, state: str) -> str:
    return (
        f"{period_words(period)}的数" if period else f"{STATES[state]}的" if state in STATES else "全年的数"
    )
