"""月报页要读的：一张表、我要报的、待审的、没报的；查询次数与项目多少无关。"""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from xushi.alerts.thresholds import thresholds_at
from xushi.core.clock import local_day
from xushi.core.money import share
from xushi.core.months import Month
from xushi.kit.phrased import Key, ask, ask_first
from xushi.progress import policy
from xushi.progress.closed import is_closed_at, last_month_for
from xushi.progress.closing import must_report
from xushi.progress.history import plan_of
from xushi.progress.intake import past_of
from xushi.progress.models import FactDrift, MonthClosing, MonthlyReport, SummaryCell
from xushi.progress.models_reports import Reminder, ReportDecision, ReportDraft, ReportPhoto
from xushi.progress.rules_report import (
    DIFFICULTY_KINDS,
    USUAL_FACTOR,
    Doubt,
    Past,
    ReportInput,
    Standard,
    doubt_of_amount,
)
from xushi.progress.schedule import scheduled_share
from xushi.progress.standing import COUNTED
from xushi.progress.warning_rules import due_on
from xushi.registry.models import AnnualPlan, Listing, Project
from xushi.units.models import Unit
from xushi.units.policy import scoped

if TYPE_CHECKING:
    from xushi.units.models import User

State = MonthlyReport.State


def reporting_month(user: "User", today: date) -> Month:
    """The month this person's projects are reported for: the one after the last closed, never later than today's;
    else today's.
    """
    closed = last_month_for(user)
    current = Month.of(today)
    return min(closed.next, current) if closed and closed.year in (today.year, today.year - 1) else current


def days_left(month: Month, now: datetime, unit: Unit | None = None) -> int:
    """Days until the reports of a month are due, by the day of the next month that the unit's district has set."""
    return (due_on(month, thresholds_at(now, unit).report_due_day) - local_day(now)).days


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything the form of one report shows. Money in 元."""

    project: Project
    month: Month
    plan: AnnualPlan | None
    listed: bool
    past: Past
    last: MonthlyReport | None
    report: MonthlyReport | None
    closed: bool
    factor: Decimal = USUAL_FACTOR
    photos: list[ReportPhoto] = field(default_factory=list)
    decisions: list[ReportDecision] = field(default_factory=list)
    reminded: Reminder | None = None

    @property
    def standard(self) -> Standard:
        return Standard(
            name=self.project.name,
            plan=self.plan.planned_investment if self.plan else None,
            past=self.past,
            started_on=self.project.started_on,
            completed_on=self.project.completed_on,
            listed=self.listed,
            total=self.project.total_investment,
        )

    @property
    def returned(self) -> ReportDecision | None:
        """Why it came back, while it has not been sent again."""
        waiting = self.report is not None and self.report.state == State.RETURNED
        return (
            next((d for d in self.decisions if d.kind == ReportDecision.Kind.RETURNED), None)
            if waiting
            else None
        )

    @property
    def version(self) -> int:
        return self.report.version if self.report else 0

    def preview(self, cumulative: int) -> "Preview":
        """What a cumulative would mean against the schedule; of the proposed one where this is doubted."""
        row = ReportInput(self.project.pk, self.month, cumulative)
        doubt = doubt_of_amount(row, self.standard, factor=self.factor)
        taken = doubt.proposed if doubt and doubt.proposed is not None else cumulative
        done = share(taken, self.plan.planned_investment) if self.plan else None
        due = scheduled_share(self.plan.curve, self.month.number) if self.plan else None
        return Preview(
            taken,
            taken - self.past.cumulative,
            done,
            due,
            doubt,
            guessed=taken != cumulative,
            typed=cumulative,
        )


@dataclass(frozen=True, slots=True)
class Preview:
    """cumulative and amount in 元; done and due as shares (0–1) of the annual plan, None without one."""

    cumulative: int
    amount: int
    done: Decimal | None
    due: Decimal | None
    doubt: Doubt | None
    guessed: bool
    typed: int

    @property
    def typed_amount(self) -> int:
        """The month's amount of what was typed, 元."""
        return self.typed - self.cumulative + self.amount

    @property
    def due_at(self) -> Decimal:
        """Where the word 序时 stands under the bar, in percent: kept clear of both ends."""
        return min(max((self.due or Decimal(0)) * 100, Decimal(36)), Decimal(86)).quantize(Decimal("0.1"))

    @property
    def gap_points(self) -> Decimal | None:
        return None if self.done is None or self.due is None else (self.done - self.due) * 100


def sheet(project: Project, month: Month, now: datetime) -> Sheet:
    """The sheet of one project and month, in a fixed number of queries."""
    key = Key(project.pk)
    reports = ask(_of_year_until, key, month)
    counted = [r for r in reports if r.state in COUNTED and r.month < month]
    report = next((r for r in reports if r.month == month), None)
    return Sheet(
        project=project,
        month=month,
        plan=ask_first(plan_of, key, month.year),
        listed=bool(ask(_listed_in, key, month.year)),
        past=past_of({r.month.number: r.cumulative for r in counted}, month),
        last=counted[-1] if counted else None,
        report=report,
        closed=is_closed_at(project.territory_id, month),
        factor=thresholds_at(now, project.territory).anomaly_factor,
        photos=ask(_photos_of, key, month),
        decisions=ask(_decisions_on, Key(report.pk)) if report else [],
        reminded=ask_first(_reminders_of, key, month),
    )


def _of_year_until(project: int, month: Month) -> "QuerySet[MonthlyReport]":
    found = MonthlyReport.objects.filter(project=project, month__gte=Month(month.year, 1), month__lte=month)
    return found.select_related("submitted_by").order_by("month")


def _decisions_on(report: int) -> "QuerySet[ReportDecision]":
    return ReportDecision.objects.filter(report=report).select_related("by").order_by("-at", "-pk")


def _listed_in(project: int, year: int) -> "QuerySet[Any]":
    return Listing.objects.filter(project=project, year=year).order_by().values_list("pk")[:1]


def _photos_of(project: int, month: Month) -> "QuerySet[ReportPhoto]":
    return ReportPhoto.objects.filter(project=project, month=month).order_by("pk")


def _reminders_of(project: int, month: Month) -> "QuerySet[Reminder]":
    """The newest."""
    return Reminder.objects.filter(project=project, month=month).select_related("by").order_by("-at")[:1]


@dataclass(slots=True)
class Owed:
    """One project in the reporter's list or in the inbox."""

    project: Project
    report: MonthlyReport | None = None
    draft_at: datetime | None = None
    reminded_at: datetime | None = None
    reason: str = ""

    @property
    def state(self) -> str:
        """missing, drafted, or the report's own state."""
        if self.report:
            return str(self.report.state)
        return "drafted" if self.draft_at else "missing"


_ORDER = {"returned": 0, "missing": 1, "drafted": 2, "submitted": 3, "accepted": 4, "carried": 5}


def mine(user: "User", month: Month) -> list[Owed]:
    """我要报的: every under-way project this person reports for, the most urgent first; five queries."""
    projects = must_report(month).filter(policy.reportable(user)).select_related("territory").order_by("pk")
    rows = {project.pk: Owed(project) for project in projects}
    own = Q(month=month, project_id__in=list(rows))
    _fill(rows, own)
    for project, at in ReportDraft.objects.filter(own, user=user).values_list("project_id", "updated_at"):
        rows[project].draft_at = at
    return sorted(rows.values(), key=lambda row: (_ORDER[row.state], row.reminded_at is None, row.project.pk))


def _fill(rows: dict[int, Owed], own: Q) -> None:
    for report in MonthlyReport.objects.filter(own).select_related("submitted_by"):
        rows[report.project_id].report = report
    for project, at in Reminder.objects.filter(own).order_by("at").values_list("project_id", "at"):
        rows[project].reminded_at = at
    reports = [row.report.pk for row in rows.values() if row.report and row.report.state == State.RETURNED]
    decisions = ReportDecision.objects.filter(report_id__in=reports, kind=State.RETURNED).order_by("at")
    for project, reason in decisions.values_list("report__project_id", "reason"):
        rows[project].reason = reason


TABS = {
    "submitted": ("待审", [State.SUBMITTED]),
    "returned": ("退回", [State.RETURNED]),
    "missing": ("未报", []),
    "settled": ("已审", [State.ACCEPTED, State.CARRIED]),
}


def inbox_reports(user: "User", month: Month, tab: str) -> "QuerySet[MonthlyReport]":
    """Reports of a tab, each with last month's cumulative and the plan beside it."""
    before = MonthlyReport.objects.filter(
        project=OuterRef("project"),
        month__lt=OuterRef("month"),
        month__gte=Month(month.year, 1),
        state__in=COUNTED,
    ).order_by("-month")
    plan = AnnualPlan.objects.filter(project=OuterRef("project"), year=month.year, state="in_force")
    found: QuerySet[Any] = (
        MonthlyReport.objects.visible_to(user)
        .filter(month=month, state__in=TABS[tab][1])
        .select_related("project__territory", "submitted_by")
        .annotate(
            before=Subquery(before.values("cumulative")[:1]),
            planned=Subquery(plan.values("planned_investment")[:1]),
            curve=Subquery(plan.values("curve")[:1]),
        )
    )
    return found.order_by(F("submitted_at").asc(nulls_last=True), "pk")


def missing(user: "User", month: Month) -> "QuerySet[Project]":
    """Under-way projects from which nothing has come for the month."""
    here = MonthlyReport.objects.filter(project=OuterRef("pk"), month=month)
    owing = must_report(month).filter(scoped(user)).filter(~Exists(here))
    return owing.select_related("territory", "responsible_unit").order_by("territory__path", "pk")


def tab_counts(user: "User", month: Month) -> dict[str, int]:
    """{tab: count}; two queries."""
    by_state = dict(
        MonthlyReport.objects.visible_to(user)
        .filter(month=month)
        .values_list("state")
        .annotate(n=Count("pk"))
        .order_by()
    )
    counts = {tab: sum(by_state.get(state, 0) for state in states) for tab, (_, states) in TABS.items()}
    return counts | {"missing": missing(user, month).count()}


def last_reminders(projects: list[Project], month: Month) -> dict[int, datetime]:
    found = Reminder.objects.filter(project__in=projects, month=month).order_by("at")
    return dict(found.values_list("project_id", "at"))


def last_reasons(reports: list[MonthlyReport]) -> dict[int, str]:
    """{report: the reason of its last decision that gave one}."""
    found = ReportDecision.objects.filter(report__in=reports).exclude(reason="").order_by("at")
    return dict(found.values_list("report_id", "reason"))


def kind_labels(kinds: list[str]) -> list[str]:
    return [DIFFICULTY_KINDS.get(kind, kind) for kind in kinds]


def _of_parts(rows: "QuerySet[Any]", counted: Any) -> Coalesce:
    """What is counted of a closing's own rows, else of those of its districts' closings."""
    of_it, of_parts = (
        rows.filter(**{whose: OuterRef("pk")}).values(whose).annotate(n=counted).values("n")
        for whose in ("closing", "closing__wholes")
    )
    return Coalesce(Subquery(of_it), Subquery(of_parts))


def closings(place: Unit | None = None) -> "QuerySet[MonthClosing]":
    """Every version of every closed month of a district or city (of the whole tree where none is given), latest first,
    with how many facts it fixed.
    """
    cells, drifts = SummaryCell.objects.order_by(), FactDrift.objects.order_by()
    found: QuerySet[MonthClosing] = (
        MonthClosing.objects.of(place)
        .select_related("closed_by", "reopened_by", "district")
        .annotate(
            projects=_of_parts(cells, Sum("projects")),
            drifted=_of_parts(drifts, Count("pk")),
        )
        .order_by("-month", "-version")
    )
    return found
