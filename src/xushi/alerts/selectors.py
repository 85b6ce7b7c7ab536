"""预警的读取：几条、比上月多几条、最要紧的几条、聚在哪里。"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Case, Count, IntegerField, Q, Value, When
from django.db.models.functions import Coalesce

from xushi.alerts.models import Alert, AlertQuerySet
from xushi.alerts.rules import Cause, Level

if TYPE_CHECKING:
    from xushi.units.models import User

# 最要紧的在前：先级别，再原因，再差得多、拖得久
CAUSE_ORDER = (
    Cause.OVERDUE_START,
    Cause.SLIPPING,
    Cause.OVERDUE_COMPLETION,
    Cause.REPORT_MISSING,
    Cause.NOT_IN_STATISTICS,
    Cause.ANOMALY,
)
_LEVEL_RANK = Case(When(level=Level.RED, then=0), default=1, output_field=IntegerField())
_CAUSE_RANK = Case(
    *(When(cause=cause, then=rank) for rank, cause in enumerate(CAUSE_ORDER)),
    default=len(CAUSE_ORDER),
    output_field=IntegerField(),
)
WORST_FIRST = (
    _LEVEL_RANK.asc(),
    _CAUSE_RANK.asc(),
    Coalesce("points", Value(0), output_field=Alert._meta.get_field("points")).asc(),
    "since",
    "subject_name",
    "pk",
)


def month_before(now: datetime) -> datetime:
    """The same hour on the same day of last month, or on its last day."""
    last_day = now.replace(day=1) - timedelta(days=1)
    return last_day.replace(day=min(now.day, last_day.day))


def counts(user: "User", now: datetime) -> dict[str, dict[str, int]]:
    """{cause: {open, red, change}}: change against the same moment a month ago. Every cause is there; one query."""
    then = month_before(now)
    stands = Q(cleared_at=None)
    stood = Q(opened_at__lte=then) & (Q(cleared_at=None) | Q(cleared_at__gt=then))
    found = (
        Alert.objects.visible_to(user)
        .filter(stands | stood)
        .order_by()
        .values("cause")
        .annotate(
            open=Count("pk", filter=stands),
            red=Count("pk", filter=stands & Q(level=Level.RED)),
            before=Count("pk", filter=stood),
        )
    )
    tallies = {cause.value: {"open": 0, "red": 0, "change": 0} for cause in CAUSE_ORDER}
    for row in found:
        tallies[row["cause"]] = {
            "open": row["open"],
            "red": row["red"],
            "change": row["open"] - row["before"],
        }
    return tallies


def worst_first(alerts: AlertQuerySet) -> AlertQuerySet:
    return alerts.order_by(*WORST_FIRST)


def worst(user: "User", n: int) -> list[Alert]:
    """The n open alerts to look at first: red before yellow, then by cause, by points behind, by age; one query."""
    seen = Alert.objects.open().visible_to(user).select_related("territory", "leader")
    return list(worst_first(seen)[:n])


@dataclass(slots=True)
class TerritoryAlerts:
    """The open alerts of one territory, by cause."""

    territory: int | None
    name: str
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return sum(self.counts.values())


def open_by_territory(user: "User") -> list[TerritoryAlerts]:
    """Where the open alerts are, most first; one grouped query."""
    grouped = (
        Alert.objects.open()
        .visible_to(user)
        .order_by()
        .values("territory", "territory__name", "territory__short_name", "cause")
        .annotate(n=Count("pk"))
    )
    places: dict[Any, TerritoryAlerts] = {}
    for row in grouped:
        name = row["territory__short_name"] or row["territory__name"] or "未填属地"
        place = places.setdefault(row["territory"], TerritoryAlerts(row["territory"], name))
        place.counts[row["cause"]] = row["n"]
    return sorted(places.values(), key=lambda place: (-place.total, place.name))
