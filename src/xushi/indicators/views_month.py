"""报一个月的数：一页一行一项，手机上填，或下载表填了传回来；报来待审。"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from xushi.config import clock
from xushi.core.clock import local_day
from xushi.indicators import month_sheet, policy
from xushi.indicators.actions import PERIOD
from xushi.indicators.actions_reporting import note_sheet
from xushi.indicators.actions_units import may_report, report_month
from xushi.indicators.models import Version
from xushi.indicators.month_page import Entry, MonthRow, asked_of, figures_in, owed_of, rows_of, typed_in
from xushi.indicators.refusals import Refused
from xushi.indicators.reporting import Item, items_of
from xushi.indicators.rules import period_words
from xushi.indicators.views_reporting import entered, version_of
from xushi.journal.actions import Actor
from xushi.units.models import Unit, User


@require_http_methods(["GET", "POST"])
def month(request: HttpRequest, unit: int, period: str) -> HttpResponseBase:
    """Every figure a unit is asked for of a month; a sheet that is handed in fills the page first."""
    user, today = entered(request), local_day(clock.now())
    version = version_of(user, request.GET.get("system", "city"))
    holder = get_object_or_404(Unit, pk=unit)
    every = items_of(version, today, policy.in_calendar(user))
    items = _own(user, every, holder, period)
    if "sheet" in request.GET and request.method == "GET":
        rows = rows_of(version, items, None, {})
        note_sheet(version, holder, period_words(period), len(rows), actor=Actor.of(request), now=clock.now())
        return month_sheet.answer(
            rows, holder.name, period, f"{version}，{holder.name}{period_words(period)}的数"
        )
    filled = Filled()
    if request.method == "POST":
        filled = _filled(request, version, items)
        if not filled.read and not filled.problem:
            try:
                _report(request, version, holder, period, rows_of(version, items, filled.typed, {}))
            except Refused as refusal:
                filled = _refused(filled, refusal, items)
            else:
                return redirect(_calendar(version, holder, period))
    context = _context(request, version, holder, period, every) | {
        "rows": rows_of(version, items, filled.typed, filled.errors), "problem": filled.problem,
        "notice": f"表里认出{filled.read}项，填在下面了；看过再报上去。" if filled.read else "",
        "checks": not policy.can_keep(user),
    }  # fmt: skip
    return render(request, "indicators/report_month.html", context, status=422 if filled.problem else 200)


@dataclass(frozen=True, slots=True)
class Filled:
    """What the page holds: what was typed or read out of a sheet, and what is wrong with it, row by row."""

    typed: dict[str, Entry] | None = None
    read: int = 0
    errors: dict[str, str] = field(default_factory=dict)
    problem: str = ""


def _filled(request: HttpRequest, version: Version, items: Sequence[Item]) -> Filled:
    """A sheet fills the page; else it holds what was typed."""
    if not request.FILES and request.POST.get("act") != "read":
        return Filled(typed_in(request.POST.dict()))
    try:
        read = month_sheet.entries_in(request.FILES.get("file"), rows_of(version, items, None, {}))
    except Refused as refusal:
        return _refused(Filled(), refusal, items)
    return Filled(read, len(read))


def _refused(filled: Filled, refusal: Refused, items: Sequence[Item]) -> Filled:
    known = {one.key_text for one in items}
    errors = {one.path: one.sentence for one in refusal.problems if one.path in known}
    others = [one.sentence for one in refusal.problems if one.path not in known]
    return replace(filled, errors=errors, problem="；".join(others) or f"有{len(errors)}项要改，看标红的。")


def _own(user: User, every: Sequence[Item], unit: Unit, period: str) -> list[Item]:
    """What this person reports of the unit's month; 404 where nothing is asked, 403 where it is others' to report."""
    asked = asked_of(every, unit, period) if PERIOD.match(period) else []
    if not asked:
        raise Http404
    items = [one for one in asked if may_report(user, one)]
    if not items:
        raise PermissionDenied(f"{unit.name}的数由{unit.name}自己报，您的角色可以在报数日历里查看。")
    return items


def _report(
    request: HttpRequest, version: Version, unit: Unit, period: str, rows: Sequence[MonthRow]
) -> None:
    report_month(
        version, unit, period, figures_in(rows), source=request.POST.get("source", ""),
        actor=Actor.of(request), now=clock.now(),
    )  # fmt: skip


def _context(
    request: HttpRequest, version: Version, unit: Unit, period: str, every: Sequence[Item]
) -> dict[str, object]:
    mine = [one for one in owed_of(every) if one.unit.pk == unit.pk and one.period != period]
    return {
        "version": version, "system": version.system, "unit": unit, "period": period,
        "period_words": period_words(period), "today": local_day(clock.now()), "others": mine,
        "source": request.POST.get("source", ""), "back": _calendar(version, unit, period),
    }  # fmt: skip


def _calendar(version: Version, unit: Unit, period: str) -> str:
    return (
        f"{reverse('indicators:calendar')}?system={version.system.code}&unit={unit.pk}&period={period}#list"
    )
