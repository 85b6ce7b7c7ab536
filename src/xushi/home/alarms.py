"""总览上的预警：几个，比上月多几个，聚在哪里，最该盯谁。"""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db.models import Count, QuerySet

from xushi.alerts import selectors
from xushi.alerts.models import Alert
from xushi.alerts.rules import Cause
from xushi.home import words
from xushi.home.lists import PROJECT
from xushi.registry.models import Project

if TYPE_CHECKING:
    from xushi.units.models import User

LOOKED_AT = (Cause.OVERDUE_START, Cause.SLIPPING)
COMMON = 3  # a block named by fewer projects is no pattern
FIRST = 200  # of each cause, the alerts whose blocks are counted


@dataclass(slots=True)
class Alarms:
    """Open alerts of the two causes of the first screen, and what changed in a month."""

    counts: dict[str, int] = field(default_factory=dict)
    change: dict[str, int] = field(default_factory=dict)
    places: dict[int | None, dict[str, int]] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return sum(self.counts.get(cause, 0) for cause in LOOKED_AT)

    def tile(self, cause: Cause) -> dict[str, object]:
        return {
            "cause": cause.value,
            "label": cause.label,
            "count": self.counts.get(cause, 0),
            "change": self.change.get(cause, 0),
            "tone": words.tone_of(cause),
        }

    @property
    def tiles(self) -> list[dict[str, object]]:
        return [self.tile(cause) for cause in LOOKED_AT]

    def at(self, territory: int | None) -> int:
        return sum(self.places.get(territory, {}).values())


def alarms(user: "User", now: datetime) -> Alarms:
    """The alerts open now, where they are, and the change on the same hour a month ago: four queries."""
    made = Alarms()
    for cause, tally in selectors.counts(user, now).items():
        if cause in LOOKED_AT:
            made.counts[cause] = tally["open"]
            made.change[cause] = tally["change"]
    for place in selectors.open_by_territory(user):
        made.places[place.territory] = {c: n for c, n in place.counts.items() if c in LOOKED_AT}
    return made


def worst(user: "User", today: date, count: int, *, short: bool = False) -> list[words.Warned]:
    """The alerts to look at first: 应开未开 by days, then 进度滞缓 by points, with what blocks each; three queries."""
    open_now = _looked_at(Alert.objects.open().visible_to(user)).select_related("territory")
    late = list(open_now.filter(cause=Cause.OVERDUE_START).order_by("since", "-amount", "pk")[:count])
    slow = list(open_now.filter(cause=Cause.SLIPPING).order_by("points", "pk")[:count])
    wanted = late[: count - min(count // 3, len(slow))]
    chosen = wanted + slow[: count - len(wanted)]
    names = {alert.subject_id for alert in chosen}
    blocks = dict(Project.objects.filter(pk__in=names).values_list("pk", "difficulty"))
    return [words.warned(alert, today, short=short, why=blocks.get(alert.subject_id, "")) for alert in chosen]


def common_blocks(user: "User") -> list[str]:
    """What blocks most often, where several projects name the same thing, among those to look at first.

    These are the 200 longest overdue and the 200 furthest behind: all of them in a district of a few hundred
    projects, and no more to read in a large one. Three queries.
    """
    open_now = _looked_at(Alert.objects.open().visible_to(user))
    late = open_now.filter(cause=Cause.OVERDUE_START).order_by("since", "-amount", "pk")
    slow = open_now.filter(cause=Cause.SLIPPING).order_by("points", "pk")
    first = {pk for some in (late, slow) for pk in some.values_list("subject_id", flat=True)[:FIRST]}
    found = Project.objects.filter(pk__in=first).exclude(difficulty="").values("difficulty")
    often = found.annotate(n=Count("pk")).filter(n__gte=COMMON).order_by("-n", "difficulty")
    return [row["difficulty"] for row in often[:2]]


def _looked_at(alerts: "QuerySet[Alert]") -> "QuerySet[Alert]":
    return alerts.filter(subject_kind=PROJECT, cause__in=LOOKED_AT)
