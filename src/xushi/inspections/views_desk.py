"""督查的台面：一句话、几个数、这个月的计划、覆盖、月报与现场、整改前后。"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from xushi.alerts.models import Alert
from xushi.alerts.words import Row, row_of
from xushi.calendars.selectors import calendar
from xushi.config import clock
from xushi.core.clock import local_day
from xushi.core.months import Month
from xushi.inspections import conclusions, coverage, figures, policy, selectors_plan
from xushi.inspections.comparing import NOTHING, Compared, compared
from xushi.inspections.models import Round, Visit
from xushi.inspections.returning import Contradicted, contradicted
from xushi.inspections.selectors import mending
from xushi.inspections.views_finding import ask_reader
from xushi.inspections.views_lists import findings
from xushi.inspections.words import VisitState
from xushi.problems.rules import Horizon
from xushi.units.access import person
from xushi.units.models import User

MOST_PLANNED, MOST_COMPARED, MOST_MENDING = 8, 6, 2


@dataclass(frozen=True, slots=True)
class Planned:
    """One visit of the plan: the project's worst alert, and what came of it."""

    visit: Visit
    alert: Row | None
    beside: Compared
    against: Contradicted | None = None  # the report that it speaks against and that may be returned

    @property
    def mark(self) -> str:
        if self.alert:
            return self.alert.mark
        return "completed" if self.visit.project.completed_on else "on_schedule"

    @property
    def state(self) -> tuple[str, str]:
        """(mark, word) of how it stands."""
        return conclusions.state_of(self.visit, self.beside)


@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """The office's, the leaders' and the inspectors' page; everybody else has their findings."""
    ask_reader(request)
    user, now = person(request), clock.now()
    if not policy.sees_plan(user):
        return findings(request)
    today, odd = local_day(now), ""
    month = Month.of(today)
    try:
        month = Month.parse(request.GET["month"]) if request.GET.get("month") else month
    except ValueError as wrong:
        odd = str(wrong)
    held = selectors_plan.current_round(user, month)
    context = _context(user, month, held, now) | {"odd": odd, "now": now, "today": today}
    return render(request, "inspections/desk.html", context, status=400 if odd else 200)


def _context(user: User, month: Month, held: Round | None, now: datetime) -> dict[str, Any]:
    today, horizon = local_day(now), Horizon.at(now, calendar())
    plan = planned(user, held, now) if held else []
    over = coverage.coverage(user, Month.of(today), today)  # 覆盖说的是今天
    seen = [one for one in plan if one.beside.points is not None]
    seen.sort(key=lambda one: one.beside.points or 0)
    against = contradicted(user, [one.visit for one in seen[:MOST_COMPARED]])
    told = [replace(one, against=against.get(one.visit.pk)) for one in seen[:MOST_COMPARED]]
    due = {one.beside.due for one in seen}
    unfinished, running = mending(user, MOST_MENDING)
    return {
        "month": month, "held": held, "plan": plan[:MOST_PLANNED], "planned": len(plan), "over": over,
        "compared": told, "one_due": next(iter(due)) if len(due) == 1 else None,
        "compared_month": next((one.beside.month for one in seen), None),
        "headline": conclusions.headline(held, plan, month), "why": conclusions.why(held, over),
        "strip": figures.strip(user, month, horizon, held), "unfinished": unfinished, "mending": running,
        "horizon": horizon, "office": policy.can_plan(user), "months": _months(user, month, today),
        "waiting": _waiting(user),
    }  # fmt: skip


def _waiting(user: User) -> list[Visit]:
    """Visits with two records, of which somebody has to choose one; one query."""
    rows = Visit.objects.visible_to(user).filter(entries__outcome="conflict").select_related("project")
    return list(rows.distinct().order_by("pk")[:5])


def _months(user: User, month: Month, today: Any) -> list[Month]:
    """The months that have a round, the present and the one shown; latest first."""
    held = set(Round.objects.visible_to(user).values_list("month", flat=True).distinct().order_by())
    return sorted({*held, month, Month.of(today)}, reverse=True)[:24]


def planned(user: User, held: Round, now: datetime) -> list[Planned]:
    """The visits of a round as the plan lists them: going on, to come, seen, not gone to."""
    related = ("team", "project__territory", "record", "round")
    visits = list(Visit.objects.visible_to(user).filter(round=held).select_related(*related))
    today, far = local_day(now), datetime.max.replace(tzinfo=now.tzinfo)

    def rank(one: Visit) -> int:
        if one.state == VisitState.PLANNED:
            return 1 if one.planned_at and local_day(one.planned_at) <= today else 2
        return {VisitState.UNDER_WAY: 0, VisitState.DONE: 3, VisitState.SKIPPED: 4}[VisitState(one.state)]

    visits.sort(key=lambda one: (rank(one), one.planned_at or far, one.order, one.pk))
    alarms = worst_alerts(user, visits)
    beside = compared(visits)
    return [
        Planned(one, row_of(alarms[one.project_id], today) if one.project_id in alarms else None,
                beside.get(one.pk, NOTHING))
        for one in visits
    ]  # fmt: skip


def worst_alerts(user: User, visits: list[Visit]) -> dict[int, Alert]:
    """{project: its worst open alert}; one query."""
    rows = (
        Alert.objects.open()
        .visible_to(user)
        .filter(subject_kind=selectors_plan.PROJECT, subject_id__in={one.project_id for one in visits})
    )
    found: dict[int, Alert] = {}
    for alert in rows.order_by("level_rank", "cause_rank", "behind", "since"):
        found.setdefault(alert.subject_id, alert)
    return found
