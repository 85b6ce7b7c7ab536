"""总览上的预警：几个，比上月多几个，聚在哪里，最该盯谁。"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Count, QuerySet

from xushi.alerts.models import Alert
from xushi.alerts.rules import Cause
from xushi.home import words
from xushi.home.lists import PROJECT
from xushi.registry.models import Project

if TYPE_CHECKING:
    from xushi.units.models import User

LOOKED_AT = (Cause.OVERDUE_START, Cause.SLIPPING)
COMMON = 3  # a block named by fewer projects is no pattern


@dataclass(slots=True)
class Alarms:
    """Open alerts of the two causes of the first screen, and what changed in a month."""

    counts: dict[str, int] = field(default_factory=dict)
    before: dict[str, int] = field(default_factory=dict)
    known_before: bool = False
    places: dict[int | None, dict[str, int]] = field(default_factory=lambda: defaultdict(dict))

    @property
    def total(self) -> int:
        return sum(self.counts.get(cause, 0) for cause in LOOKED_AT)

    def tile(self, cause: Cause) -> dict[str, object]:
        count = self.counts.get(cause, 0)
        change = count - self.before.get(cause, 0) if self.known_before else None
        return {
            "cause": cause.value,
            "label": cause.label,
            "count": count,
            "change": change,
            "tone": words.tone_of(cause),
        }

    @property
    def tiles(self) -> list[dict[str, object]]:
        return [self.tile(cause) for cause in LOOKED_AT]

    def at(self, territory: int | None) -> int:
        return sum(self.places.get(territory, {}).values())


def alarms(user: "User", now: datetime) -> Alarms:
    """The alerts open now beside those open at the same hour a month ago: two queries."""
    made = Alarms()
    open_now = _looked_at(Alert.objects.open().visible_to(user))
    for row in open_now.values("cause", "territory").annotate(n=Count("pk")):
        made.counts[row["cause"]] = made.counts.get(row["cause"], 0) + row["n"]
        made.places[row["territory"]][row["cause"]] = row["n"]
    then = Alert.objects.open_at(month_before(now)).visible_to(user)
    for row in _looked_at(then).values("cause").annotate(n=Count("pk")):
        made.before[row["cause"]] = row["n"]
    made.known_before = bool(made.before)
    return made


def month_before(now: datetime) -> datetime:
    """The same hour on the same day of last month, or on its last day."""
    last_day = now.replace(day=1) - timedelta(days=1)
    return last_day.replace(day=min(now.day, last_day.day))


def worst(user: "User", today: date, count: int, *, short: bool = False) -> list[words.Warned]:
    """The alerts to look at first: 应开未开 by days, then 进度滞缓 by points, with what blocks each; two queries."""
    open_now = _looked_at(Alert.objects.open().visible_to(user)).select_related("territory")
    late = list(open_now.filter(cause=Cause.OVERDUE_START).order_by("since", "-amount", "pk")[:count])
    slow = list(open_now.filter(cause=Cause.SLIPPING).order_by("points", "pk")[:count])
    wanted = late[: count - min(count // 3, len(slow))]
    chosen = wanted + slow[: count - len(wanted)]
    names = {alert.subject_id for alert in chosen}
    blocks = dict(Project.objects.filter(pk__in=names).values_list("pk", "difficulty"))
    return [words.warned(alert, today, short=short, why=blocks.get(alert.subject_id, "")) for alert in chosen]


def common_blocks(user: "User") -> list[str]:
    """What blocks the alerted projects most often, where several name the same thing."""
    alerted = _looked_at(Alert.objects.open().visible_to(user)).values("subject_id")
    found = Project.objects.filter(pk__in=alerted).exclude(difficulty="").values("difficulty")
    often = found.annotate(n=Count("pk")).filter(n__gte=COMMON).order_by("-n", "difficulty")
    return [row["difficulty"] for row in often[:2]]


def _looked_at(alerts: "QuerySet[Alert]") -> "QuerySet[Alert]":
    return alerts.filter(subject_kind=PROJECT, cause__in=LOOKED_AT)
