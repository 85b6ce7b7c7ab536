"""预警的话：逾几天，慢几个点。"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from xushi.alerts.models import Alert
from xushi.alerts.rules import Cause
from xushi.core.money import half_up
from xushi.duties.followed import Follow
from xushi.home.rows import Row

TONES = {Cause.SLIPPING: "amber", Cause.NOT_IN_STATISTICS: "amber", Cause.ANOMALY: "accent"}


@dataclass(frozen=True, slots=True)
class Warned:
    """One alert as a row shows it: which project, why, how much."""

    project: int
    name: str
    cause: str
    cause_label: str
    tone: str
    amount: str
    place: str
    why: str
    order: Follow | None = None  # 督办17号, where one is open for the project


def tone_of(cause: str) -> str:
    return TONES.get(Cause(cause), "red")


def amount_of(alert: Alert, today: date) -> str:
    return amount(alert.cause, alert.points, alert.since, today)


def amount(cause: str, points: Decimal | None, since: date, today: date) -> str:
    """逾165天 for a date passed, 慢15.0个百分点 for a slip."""
    if cause == Cause.SLIPPING and points is not None:
        return slip(points)
    if cause == Cause.ANOMALY:
        return "待核"
    days = (today - since).days
    return f"逾{days}天" if days > 0 else Cause(cause).label


def slip(points: Decimal) -> str:
    return f"慢{half_up(abs(points), 1)}个百分点"


def warned(alert: Alert, today: date, *, why: str = "") -> Warned:
    return Warned(
        project=alert.subject_id,
        name=alert.subject_name,
        cause=alert.cause,
        cause_label=Cause(alert.cause).label,
        tone=tone_of(alert.cause),
        amount=amount_of(alert, today),
        place=str(alert.territory or ""),
        why=why or alert.note,
    )


def slipped(row: Row) -> Warned:
    """A project's 进度滞缓 as the facts of an older month show it."""
    return Warned(
        project=row.pk,
        name=row.name,
        cause=Cause.SLIPPING,
        cause_label=Cause.SLIPPING.label,
        tone=tone_of(Cause.SLIPPING),
        amount=row.alerts[Cause.SLIPPING],
        place=row.territory,
        why="",
    )
