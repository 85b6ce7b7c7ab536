"""项目页：一个项目的现状、走势、一生、月报、预警和时间线。"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet

from xushi.admission.performing import Standing as Promised
from xushi.admission.performing import of_project as promised_of
from xushi.alerts.models import Alert
from xushi.alerts.rules import Cause
from xushi.core.clock import local_day
from xushi.core.money import share
from xushi.core.months import Month
from xushi.guarantees.models import ResourceRequest
from xushi.guarantees.selectors import of_project as requests_of
from xushi.home import conclusions, curves, ordering, words
from xushi.home.lists import PROJECT
from xushi.home.months import Choice
from xushi.home.overview import CurveRow, curve_rows
from xushi.home.timeline import Moment, timeline
from xushi.inspections.policy import can_read as may_read_inspections
from xushi.inspections.selectors import Looked, looked_at
from xushi.kit import amounts
from xushi.kit.phrased import Key, ask
from xushi.permits import policy as permit_policy
from xushi.permits.expected import Detail, detail_of
from xushi.permits.selectors import Steps, steps_of
from xushi.permits.track import Line, line_of
from xushi.problems.models import Problem
from xushi.problems.selectors import of_project as problems_of
from xushi.progress.closed import closing_for
from xushi.progress.history import Point, project_history
from xushi.progress.models import MonthlyReport, StatisticsEntry
from xushi.progress.standing import Standing, standing_of
from xushi.progress.statistics import EVIDENCE
from xushi.registry.models import (
    AnnualPlan,
    Ceremony,
    Listing,
    Project,
    ProjectRevision,
    Stage,
    Tag,
    Watch,
)
from xushi.registry.plan_changes import PlanVersion, with_changes
from xushi.signings.models import Signing
from xushi.signings.selectors import of_project as signings_of
from xushi.sites import selectors as sites
from xushi.sites.policy import can_watch
from xushi.supervision.table import ENDED

if TYPE_CHECKING:
    from xushi.units.models import User

LIFE = (
    ("permit_on", "施工许可"),
    ("started_on", "政府认定开工"),
    ("statistics_entered_on", "统计入库"),
    ("planned_completion_on", "计划竣工"),
    ("completed_on", "竣工"),
    ("accepted_on", "竣工验收"),
    ("production_on", "投产"),
    ("capacity_on", "达产"),
)


@dataclass(frozen=True, slots=True)
class Revised:
    """One stated value of total investment or planned end, beside what it was before.

    disputed is the change that the source prints where it is not the difference of its own two values.
    """

    revision: ProjectRevision
    change: int | None
    disputed: int | None


@dataclass(frozen=True, slots=True)
class Gap:
    """入统差额 of a month, 元."""

    entry: StatisticsEntry
    reported: int | None

    @property
    def missing(self) -> str:
        return "、".join(EVIDENCE.get(kind, str(kind)) for kind in self.entry.missing)

    @property
    def gap(self) -> int | None:
        return None if self.reported is None else self.reported - self.entry.recorded


@dataclass(slots=True)
class ProjectPage:
    """Everything the page of one project shows at a month's end."""

    project: Project
    choice: Choice
    today: date
    standing: Standing | None
    points: list[Point]
    plans: list[PlanVersion]
    alerts: list[words.Warned]
    past_alerts: list[Alert]
    reports: list[MonthlyReport]
    watched: bool
    listings: list[Any]
    ceremonies: list[Any]
    tags: list[Any]
    moments: list[Moment]
    revised: list[Revised] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    requests: list[ResourceRequest] = field(default_factory=list)
    signings: list[Signing] = field(default_factory=list)
    inspections: Looked | None = None
    permits: Detail | None = None
    steps: Steps | None = None
    line: Line | None = None
    admission: Promised | None = None
    cameras: list[sites.Tile] = field(default_factory=list)
    orders: list[ordering.Ordered] = field(default_factory=list)
    instructions: list[ordering.Instructed] = field(default_factory=list)

    @property
    def state(self) -> str:
        """The mark in the head: the worst open alert, else what the month says."""
        found = self.standing
        if self.project.completed_on and self.project.completed_on <= self.today:
            return "completed"
        if self.alerts:
            return self.alerts[0].cause
        if found is None:
            return ""
        if not found.started:
            return "not_due"
        return "on_schedule" if found.cumulative * 12 >= found.due_twelfths else ""

    @property
    def rate(self) -> Decimal | None:
        return share(self.standing.cumulative, self.standing.annual_plan) if self.standing else None

    @property
    def due(self) -> Decimal | None:
        found = self.standing
        return share(found.due_twelfths, found.annual_plan * 12) if found else None

    @property
    def not_due(self) -> bool:
        found = self.standing
        if found is None or found.started:
            return False
        return found.start_month is None or found.start_month > self.choice.month

    @property
    def headline(self) -> str:
        """比序时慢15.0个百分点 / 计划10月开工，还没到时候."""
        found = self.standing
        if found is None:
            return f"{self.choice.month.year}年不在名单"
        if Stage.UNDER_WAY not in (found.provincial_stage, found.municipal_stage, found.district_stage):
            return "前期工作，不考核投资进度"
        if self.not_due:
            start = found.start_month
            return f"计划{start.label}开工，还没到时候" if start else "还没排开工月份"
        if not found.started and found.start_month:
            return f"应开未开，计划{found.start_month.label}开工"
        gap = share(found.cumulative * 12 - found.due_twelfths, found.annual_plan * 12)
        return conclusions.fast_or_slow(None if gap is None else gap * 100)

    @property
    def headline_tone(self) -> str:
        found = self.standing
        if found is None or self.not_due or not found.annual_plan:
            return ""
        if not found.started:
            return "t-red"
        return "" if found.cumulative * 12 >= found.due_twelfths else "t-amber"

    @property
    def total(self) -> tuple[str, str]:
        """总投资 with its unit."""
        held = self.standing or self.project
        return amounts.yi_or_wan(held.total_investment)

    @property
    def plan(self) -> tuple[str, str]:
        """年度计划 with its unit."""
        return amounts.yi_or_wan(self.standing.annual_plan if self.standing else None)

    @property
    def rate_text(self) -> str:
        return "—" if self.not_due else amounts.pct(self.rate)

    @property
    def anchors(self) -> list[tuple[str, str]]:
        """Where the tabs lead on this page; only to what is there."""
        found = [("progress", "进度"), ("alerts", f"预警{len(self.alerts) or ''}")]
        if self.steps or self.without_permits:
            found.append(("permits", "手续"))
        if self.problems:
            found.append(("problems", f"问题{len(self.problems)}"))
        if self.requests:
            found.append(("requests", f"要素{len(self.requests)}"))
        if self.cameras:
            found.append(("cameras", f"现场{len(self.cameras)}"))
        if self.orders or self.instructions:
            found.append(("orders", f"督办{self.running or ''}"))
        if self.inspections and self.inspections.any:
            found.append(("inspections", "督查"))
        found += [("facts", "资料"), ("reports", "月报"), ("plans", "计划")]
        if self.gaps:
            found.append(("statistics", "入统"))
        return [*found, ("timeline", "时间线")]

    @property
    def without_permits(self) -> bool:
        """Its permits are still to be laid out: not begun, and none there."""
        project = self.project
        gone = project.started_on or project.completed_on or project.removed_on
        return self.steps is None and not gone

    @property
    def running(self) -> int:
        """The orders shown that are still open."""
        return sum(row.order.state not in ENDED for row in self.orders)

    @property
    def why(self) -> str:
        if not self.standing or self.not_due:
            return ""
        return conclusions.slippage(self.curve, self.standing.annual_plan)

    @property
    def curve(self) -> list[conclusions.Point]:
        return [
            conclusions.Point(point.month, point.cumulative, int(curves.due_yuan(point)))
            for point in self.points
            if point.month <= self.choice.month
        ]

    @property
    def chart(self) -> dict[str, Any] | None:
        return curves.option(self.shown, hatched=True) if self.points else None

    @property
    def shown(self) -> list[Point]:
        return [point for point in self.points if point.month <= self.choice.month]

    @property
    def chart_words(self) -> str:
        return curves.sentence(self.shown, self.choice.month)

    @property
    def curve_rows(self) -> tuple[CurveRow, ...]:
        return curve_rows(self.shown)

    @property
    def life(self) -> list[tuple[str, date]]:
        found = [(label, getattr(self.project, name)) for name, label in LIFE]
        return [(label, day) for label, day in found if day]

    @property
    def levels(self) -> str:
        """省级、区级 of the year shown."""
        year = self.choice.month.year
        return "、".join(row.get_level_display() for row in self.listings if row.year == year)


def build(user: "User", project: Project, choice: Choice, now: datetime) -> ProjectPage:
    today = local_day(now)
    month = choice.month
    key = Key(project.pk)
    reports = ask(_reports, key)
    every_alert = ask(_alerts, user, key)
    detail = detail_of(project, now)
    steps = steps_of(user, project, today, with_past=False) if permit_policy.can_read(user) else None
    open_now = sorted((a for a in every_alert if a.cleared_at is None), key=_worst_first)
    return ProjectPage(
        project=project,
        choice=choice,
        today=today,
        standing=standing_of(project.pk, month, closing_for(user, month)),
        points=project_history(project, month.year),
        plans=_plans(project),
        alerts=[words.warned(alert, today) for alert in open_now],
        past_alerts=[alert for alert in every_alert if alert.cleared_at],
        reports=reports,
        watched=bool(ask(_watches, user, key)),
        listings=ask(_listings, key),
        ceremonies=ask(_ceremonies, key),
        tags=ask(_tags, key),
        moments=timeline(project),
        revised=revised(ask(_revisions, key)),
        gaps=_gaps(project, reports),
        problems=problems_of(user, project),
        requests=requests_of(user, project),
        signings=signings_of(user, project),
        inspections=looked_at(user, project) if may_read_inspections(user) else None,
        permits=detail,
        steps=steps,
        line=line_of(steps, detail.critical.step.permit.code if detail and detail.critical else "")
        if steps
        else None,
        admission=promised_of(user, project, local_day(now).year),
        cameras=sites.of_site(user, project, now) if can_watch(user) else [],
        orders=ordering.of_project(user, project, now),
        instructions=ordering.said_of(user, project),
    )


def _reports(project: int) -> "QuerySet[MonthlyReport]":
    reports = MonthlyReport.objects.filter(project=project).select_related("submitted_by")
    return reports.prefetch_related("decisions__by").order_by("-month")[:24]


def _alerts(user: "User", project: int) -> "QuerySet[Alert]":
    seen: QuerySet[Alert] = Alert.objects.visible_to(user).filter(subject_kind=PROJECT, subject_id=project)
    return seen.select_related("territory").order_by("-opened_at")


def _watches(user: "User", project: int) -> "QuerySet[Watch]":
    return Watch.objects.filter(user=user.pk, project=project)


def _listings(project: int) -> "QuerySet[Listing]":
    return Listing.objects.filter(project=project).order_by("-year", "level")


def _ceremonies(project: int) -> "QuerySet[Ceremony]":
    return Ceremony.objects.filter(projects=project).order_by("held_on")


def _tags(project: int) -> "QuerySet[Tag]":
    return Tag.objects.filter(projects=project)


def _revisions(project: int) -> "QuerySet[ProjectRevision]":
    return ProjectRevision.objects.filter(project=project).order_by("as_of")


def _worst_first(alert: Alert) -> tuple[int, int, date]:
    causes = [cause.value for cause in Cause]
    return (alert.level != "red", causes.index(alert.cause), alert.since)


def _plans(project: Project) -> list[PlanVersion]:
    return with_changes(ask(_every_plan, Key(project.pk)))


def _every_plan(project: int) -> "QuerySet[AnnualPlan]":
    plans = AnnualPlan.objects.filter(project=project).select_related("proposed_by", "decided_by")
    return plans.order_by("-year", "-version")


def revised(revisions: Sequence[ProjectRevision]) -> list[Revised]:
    """Each revision with its real change since the last known value; a stated change that differs is 待核."""
    made: list[Revised] = []
    before: int | None = None
    for revision in revisions:
        total = revision.total_investment
        change = total - before if total is not None and before is not None else None
        stated = revision.stated_change
        doubtful = stated is not None and change is not None and stated != change
        made.append(Revised(revision, change, stated if doubtful else None))
        before = total if total is not None else before
    return made


def _gaps(project: Project, reports: list[MonthlyReport]) -> list[Gap]:
    by_month: dict[Month, int] = {report.month: report.cumulative for report in reports}
    return [Gap(entry, by_month.get(entry.month)) for entry in ask(_entries, Key(project.pk))]


def _entries(project: int) -> "QuerySet[StatisticsEntry]":
    return (
        StatisticsEntry.objects.filter(project=project).select_related("helper_unit").order_by("-month")[:12]
    )
