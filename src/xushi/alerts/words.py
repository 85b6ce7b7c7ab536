"""预警的话：形、色、逾几天、慢几个点。"""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q
from django.urls import NoReverseMatch

from xushi.alerts.models import Alert
from xushi.alerts.rules import OF_INDICATORS, OWED, Cause, Level
from xushi.core.money import half_up
from xushi.duties.followed import Follow
from xushi.kit.addresses import address_of

MARKS = {
    Cause.NOT_IN_STATISTICS: "warning",
    Cause.ANOMALY: "disputed",
    Cause.ORDER_DUE: "overdue",
    Cause.PROBLEM_DUE: "overdue",
    Cause.INSTRUCTION_DUE: "instruction",
    Cause.STEP_OVERDUE: "overdue",
    Cause.REQUEST_OVERDUE: "overdue",
    Cause.SITE_IDLE: "disputed",
    Cause.RECTIFICATION_DUE: "overdue",
    Cause.CAMERA_OUT: "warning",
    Cause.SNAPSHOTS_STOPPED: "warning",
    Cause.INDICATOR_BEHIND: "behind",
    Cause.INDICATOR_VOLATILE: "warning",
    Cause.INDICATOR_TURNED: "warning",
    Cause.INDICATOR_PENDING: "disputed",
    Cause.INDICATOR_LATE: "report_missing",
}
PAGES = {
    "registry.project": "home:project",
    "sites.camera": "sites:camera",
    "indicators.indicator": "indicators:indicator",
    "inspections.finding": "inspections:finding",
    "problems.problem": "problems:problem",
    "guarantees.resourcerequest": "guarantees:request",
    "permits.permitstep": "permits:step",
    "supervision.supervisionorder": "supervision:order",
    "supervision.instruction": "supervision:instruction",
}
TONES = {
    Cause.SLIPPING: "amber", Cause.NOT_IN_STATISTICS: "amber", Cause.ANOMALY: "accent", Cause.SITE_IDLE: "accent",
    Cause.CAMERA_OUT: "amber", Cause.SNAPSHOTS_STOPPED: "amber", Cause.INDICATOR_BEHIND: "amber",
    Cause.INDICATOR_VOLATILE: "amber", Cause.INDICATOR_TURNED: "amber", Cause.INDICATOR_PENDING: "accent",
}  # fmt: skip
SINCE = frozenset({Cause.SITE_IDLE, Cause.CAMERA_OUT, Cause.SNAPSHOTS_STOPPED, *OF_INDICATORS}) - {
    Cause.INDICATOR_LATE
}  # 自何日起，不是期限


@dataclass(frozen=True, slots=True)
class Age:
    """How long an alert has stood, in days since the day it counts from; most is None for no limit."""

    key: str
    label: str
    least: int
    most: int | None

    def condition(self, today: date) -> Q:
        oldest = Q() if self.most is None else Q(since__gte=today - timedelta(days=self.most))
        return oldest if self.least <= 0 else oldest & Q(since__lte=today - timedelta(days=self.least))


AGES = (
    Age("over180", "180天以上", 181, None),
    Age("180", "91—180天", 91, 180),
    Age("90", "31—90天", 31, 90),
    Age("30", "30天以内", 0, 30),
)


def mark_of(cause: str) -> str:
    """The status mark that the cause wears (kit/marks.py)."""
    return MARKS.get(Cause(cause), cause)


def tone_of(cause: str) -> str:
    return TONES.get(Cause(cause), "red")


def amount_of(alert: Alert, today: date) -> str:
    """逾165天 for a day passed, 慢15.0个百分点 for a slip, 待核 for an odd figure."""
    if alert.cause == Cause.SLIPPING and alert.points is not None:
        return f"慢{half_up(abs(alert.points), 1)}个百分点"
    if alert.cause == Cause.ANOMALY:
        return "待核"
    if alert.cause in (*OWED, Cause.RECTIFICATION_DUE) and alert.since >= today:
        left = (alert.since - today).days
        return f"还剩{left}天" if left else "今天到期"
    if alert.cause in SINCE:
        days = (today - alert.since).days
        return f"{days}天" if days > 0 else "今天起"
    return f"逾{max((today - alert.since).days, 0)}天"


def url_of(alert: Alert) -> str:
    """The page of what the alert is about; "" where its room has none."""
    name = PAGES.get(alert.subject_kind)
    try:
        return address_of(name, alert.subject_id) if name else ""
    except NoReverseMatch:
        return ""


@dataclass(frozen=True, slots=True)
class Row:
    """One alert as the list shows it."""

    alert: Alert
    mark: str
    tone: str
    cause: str
    level: str
    red: bool
    amount: str
    url: str
    order: Follow | None = None  # 督办17号, where one is running

    @property
    def orderable(self) -> bool:
        """Whether an order can begin here: what is owed already is somebody's order, problem or instruction."""
        return self.alert.cause not in OWED


def row_of(alert: Alert, today: date, order: Follow | None = None) -> Row:
    return Row(
        alert=alert,
        mark=mark_of(alert.cause),
        tone=tone_of(alert.cause),
        cause=Cause(alert.cause).label,
        level=Level(alert.level).label,
        red=alert.level == Level.RED,
        amount=amount_of(alert, today),
        url=url_of(alert),
        order=order,
    )
