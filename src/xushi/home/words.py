"""预警的话：逾几天，慢几个点。"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from xushi.alerts.models import Alert
from xushi.alerts.rules import Cause
from xushi.core.money import half_up

TONES = {Cause.SLIPPING: "amber", Cause.NOT_IN_STATISTICS: "amber", Cause.ANOMALY: "accent"}


@dataclass(frozen=True, slots=True)
class Warned:
    """One alert as a row shows it: which project, why, how much."""

    pk: int
    project: int
    name: str
    cause: str
    cause_label: str
    level: str
    tone: str
    amount: str
    place: str
    why: str


def tone_of(cause: str) -> str:
    return TONES.get(Cause(cause), "red")


def amount_of(alert: Alert, today: date, *, short: bool = False) -> str:
    return amount(alert.cause, alert.points, alert.since, today, short=short)


def amount(cause: str, points: Decimal | None, since: date, today: date, *, short: bool = False) -> str:
    """逾165天 for a date passed, 慢15.0个百分点 for a slip (慢15.0 where short)."""
    if cause == Cause.SLIPPING and points is not None:
        behind = half_up(abs(points), 1)
        return f"慢{behind}" if short else f"慢{behind}个百分点"
    if cause == Cause.ANOMALY:
        return "待核"
    days = (today - since).days
    return f"逾{days}天" if days > 0 else Cause(cause).label


def warned(alert: Alert, today: date, *, short: bool = False, why: str = "") -> Warned:
    return Warned(
        pk=alert.pk,
        project=alert.subject_id,
        name=alert.subject_name,
        cause=alert.cause,
        cause_label=Cause(alert.cause).label,
        level=alert.level,
        tone=tone_of(alert.cause),
        amount=amount_of(alert, today, short=short),
        place=str(alert.territory or ""),
        why=why or alert.note,
    )
