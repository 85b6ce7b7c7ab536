"""我要报的；重大办收月报：待审、退回、未报、已审，成批办。"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from xushi.config import clock
from xushi.core.clock import local_day
from xushi.core.money import share
from xushi.core.months import Month
from xushi.core.text import row_number
from xushi.journal.actions import Actor
from xushi.progress import actions, policy, selectors
from xushi.progress.asking import Request
from xushi.progress.closed import closing_for
from xushi.progress.models import MonthlyReport
from xushi.progress.schedule import scheduled_share
from xushi.progress.views_report import month_of
from xushi.registry.actions import Conflict, Refused
from xushi.registry.models import Project
from xushi.units.districts import own_district

PER_PAGE = 50


def _month(request: Request, today: date) -> Month:
    text = request.GET.get("month") or request.POST.get("month")
    return month_of(text) if text else selectors.reporting_month(request.user, today)


def choices(month: Month, today: date) -> list[Month]:
    """The months of the year that can be chosen, latest first."""
    last = Month.of(today) if month.year == today.year else Month(month.year, 12)
    return [Month(month.year, number) for number in range(last.number, 0, -1)]


@require_GET
def mine(request: Request) -> HttpResponse:
    """What this person must report this month, the most urgent first."""
    if not policy.is_reporter(request.user):
        raise PermissionDenied("月报由属地和项目单位填报；重大办在“月报”里收。")
    today = local_day(clock.now())
    month = _month(request, today)
    rows = selectors.mine(request.user, month)
    todo = [row for row in rows if row.state in ("missing", "drafted", "returned")]
    context = {
        "month": month,
        "months": choices(month, today),
        "closed": closing_for(request.user, month) is not None,
        "todo": todo,
        "done": [row for row in rows if row not in todo],
        "returned": sum(row.state == "returned" for row in rows),
        "total": len(rows),
        "days_left": selectors.days_left(month, clock.now(), own_district(request.user)),
        "sent": request.GET.get("sent", ""),
        "next": todo[0] if todo else None,
    }
    return render(request, "progress/mine.html", context)


@require_GET
def reports(request: Request) -> HttpResponse:
    """The inbox of a month, one tab at a time; everybody reads what they may see, the office acts."""
    today = local_day(clock.now())
    month = _month(request, today)
    tab = request.GET.get("tab", "submitted")
    tab = tab if tab in selectors.TABS else "submitted"
    counts = selectors.tab_counts(request.user, month)
    found: Any = (
        selectors.missing(request.user, month)
        if tab == "missing"
        else selectors.inbox_reports(request.user, month, tab)
    )
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    rows = list(page.object_list)
    closed = closing_for(request.user, month) is not None
    context = {
        "month": month,
        "months": choices(month, today),
        "tab": tab,
        "tabs": [(key, label, counts[key]) for key, (label, _) in selectors.TABS.items()],
        "counts": counts,
        "page": page,
        "rows": _missing_rows(rows, month) if tab == "missing" else _report_rows(rows, month),
        "closed": closed,
        "acting": policy.can_review(request.user) and not closed,
        "days_left": selectors.days_left(month, clock.now(), own_district(request.user)),
    }
    return render(request, "progress/reports.html", context)


def _missing_rows(projects: list[Project], month: Month) -> list[dict[str, Any]]:
    reminded = selectors.last_reminders(projects, month)
    return [{"project": project, "reminded_at": reminded.get(project.pk)} for project in projects]


def _report_rows(found: list[Any], month: Month) -> list[dict[str, Any]]:
    reasons = selectors.last_reasons(found)
    return [
        {
            "report": report,
            "project": report.project,
            "amount": report.cumulative - (report.before or 0),
            "done": share(report.cumulative, report.planned) if report.planned else None,
            "due": _due(report, month),
            "odd": bool(report.explanation) or report.cumulative < (report.before or 0),
            "reason": reasons.get(report.pk, ""),
            "kinds": selectors.kind_labels(report.difficulty_kinds),
        }
        for report in found
    ]


def _due(report: Any, month: Month) -> Decimal | None:
    return scheduled_share(report.curve, month.number) if report.planned else None


def _office(request: Request) -> None:
    if not policy.can_review(request.user):
        raise PermissionDenied("审核、退回、沿用和催报由重大办办理。")


def _back(request: Request, month: Month, tab: str) -> HttpResponse:
    return redirect(f"{reverse('progress:reports')}?month={month}&tab={tab}")


@require_POST
def accept(request: Request) -> HttpResponse:
    """Accept the ticked reports, each at the version that was read."""
    _office(request)
    month = _month(request, local_day(clock.now()))
    seen = dict(_pairs(request.POST.getlist("report")))
    found = list(MonthlyReport.objects.visible_to(request.user).filter(pk__in=seen).select_related("project"))
    for report in found:
        report.version = seen[report.pk]
    if not found:
        messages.warning(request, "还没选月报，先勾选再审。")
        return _back(request, month, "submitted")
    try:
        done = actions.accept_reports(found, actor=Actor.of(request), now=clock.now())
        messages.success(request, f"{len(done)}份{month.label}月报审核通过。")
    except (Refused, Conflict) as problem:
        messages.error(request, str(problem))
    return _back(request, month, "submitted")


def _pairs(texts: Sequence[str]) -> list[tuple[int, int]]:
    """ "12:3" is report 12 as of version 3; anything else is left out."""
    pairs = [[row_number(part) for part in text.split(":")] for text in texts]
    return [(p[0], p[1]) for p in pairs if len(p) == 2 and p[0] is not None and p[1] is not None]


@require_POST
def send_back(request: Request, pk: int) -> HttpResponse:
    """Return one report with a reason."""
    _office(request)
    report = get_object_or_404(
        MonthlyReport.objects.visible_to(request.user).select_related("project"), pk=pk
    )
    seen = row_number(request.POST.get("version", ""))
    report.version = report.version if seen is None else seen
    try:
        actions.return_report(
            report, request.POST.get("reason", "")[:300], actor=Actor.of(request), now=clock.now()
        )
        messages.success(request, f"已退回：{report.project.name}")
    except (Refused, Conflict) as problem:
        messages.error(request, str(problem))
    return _back(request, report.month, "submitted")


def _chosen(request: Request, month: Month) -> list[Project]:
    """The ticked projects, or all that have not reported where the button says so."""
    if request.POST.get("all"):
        return list(selectors.missing(request.user, month))
    ticked = [request.POST["only"]] if request.POST.get("only") else request.POST.getlist("project")
    wanted = [number for text in ticked if (number := row_number(text)) is not None]
    return list(Project.objects.visible_to(request.user).filter(pk__in=wanted))


@require_POST
def remind(request: Request) -> HttpResponse:
    """Ask once more for the reports that are not in: one project or all of them."""
    _office(request)
    month = _month(request, local_day(clock.now()))
    projects = _chosen(request, month)
    given = actions.remind_reporters(projects, month, actor=Actor.of(request), now=clock.now())
    if given:
        messages.success(request, f"已催{len(given)}个项目报{month.label}月报。")
    else:
        messages.info(request, "今天都催过了，或已经报来，没有再催。")
    return _back(request, month, "missing")


@require_POST
def carry(request: Request) -> HttpResponse:
    """Carry last month's cumulative over for the ticked projects, with a reason."""
    _office(request)
    month = _month(request, local_day(clock.now()))
    tab = "returned" if request.POST.get("tab") == "returned" else "missing"
    projects = _chosen(request, month)
    if not projects:
        messages.warning(request, "还没选项目，先勾选再沿用。")
        return _back(request, month, tab)
    try:
        done = actions.carry_over(
            projects, month, request.POST.get("reason", "")[:300], actor=Actor.of(request), now=clock.now()
        )
        messages.success(request, f"{len(done)}个项目的{month.label}月报沿用上月累计。")
    except (Refused, Conflict) as problem:
        messages.error(request, str(problem))
    return _back(request, month, tab)
