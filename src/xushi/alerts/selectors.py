"""预警的读取：几条、比上月多几条、最要紧的几条、聚在哪里。"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Case, Count, Q, QuerySet, Sum, When
from django.db.models.functions import Coalesce, Substr

from xushi.alerts import tally
from xushi.alerts.models import CAUSE_ORDER, Alert, AlertQuerySet
from xushi.alerts.rules import Level
from xushi.kit.phrased import ask
from xushi.units.models import STEP, Unit
from xushi.units.policy import sees_everything

if TYPE_CHECKING:
    from xushi.units.models import User

__all__ = [
    "CAUSE_ORDER",
    "WORST_FIRST",
    "counts",
    "month_before",
    "open_by_region",
    "open_by_territory",
    "open_of_stage",
    "own_first",
    "worst",
    "worst_first",
]

WORST_FIRST = ("level_rank", "cause_rank", "behind", "since", "subject_name", "pk")


def month_before(now: datetime) -> datetime:
    """The same hour on the same day of last month, or on its last day."""
    last_day = now.replace(day=1) - timedelta(days=1)
    return last_day.replace(day=min(now.day, last_day.day))


def counts(user: "User", now: datetime, within: Q = tally.EVERYTHING) -> dict[str, dict[str, int]]:
    """{cause: {open, red, change}}: change against the same moment a month ago. Every cause is there; two queries,
    three for whoever sees everything.
    within narrows by territory or unit.

    What stood then and stands no more was cleared since; what stands and did not stand then was opened since.
    """
    then = month_before(now)
    tallies = {cause.value: {"open": 0, "red": 0, "change": 0} for cause in CAUSE_ORDER}
    for row in tally.by_level(user) if within == tally.EVERYTHING else _by_level(user, within):
        tallies[row["cause"]]["open"] += row["n"]
        tallies[row["cause"]]["red"] += row["n"] if row["level"] == Level.RED else 0
    for asked, step in (
        ((_opened_since, 1), (_cleared_since, -1)) if sees_everything(user) else ((_moved_since, 1),)
    ):
        for cause, count in ask(asked, user, within, then):
            tallies[cause]["change"] += step * count
    return tallies


def _by_level(user: "User", within: Q) -> "QuerySet[Any]":
    return tally.grouped(user, "cause", "level", within=within)


def _opened_since(user: "User", within: Q, then: datetime) -> "QuerySet[Any]":
    return _by_cause(Alert.objects.visible_to(user).filter(within, cleared_at=None, opened_at__gt=then))


def _cleared_since(user: "User", within: Q, then: datetime) -> "QuerySet[Any]":
    return _by_cause(Alert.objects.visible_to(user).filter(within, _cleared(then)))


def _cleared(then: datetime) -> Q:
    return Q(cleared_at__isnull=False, cleared_at__gt=then, opened_at__lte=then)


def _moved_since(user: "User", within: Q, then: datetime) -> "QuerySet[Any]":
    """Opened less cleared, for whoever sees a part: gone through once, the part first. By the moment the databases
    would go through everybody's alerts of the last month."""
    came = When(cleared_at=None, opened_at__gt=then, then=1)
    step = Case(came, When(_cleared(then), then=-1), default=0)
    by_cause = Alert.objects.visible_to(user).filter(within).order_by().values_list("cause")
    moved: QuerySet[Any] = by_cause.annotate(n=Sum(step))
    return moved


def own_first(user: "User", column: Any, *more: Any) -> tuple[Any, ...]:
    """For order_by(): these columns. Whoever sees a part has the part looked up and put in order: by the index of this
    order the databases would go through everybody's until a page of the part's is full."""
    whole = sees_everything(user) or not isinstance(column, str)  # what is reckoned has no index
    return (column if whole else Coalesce(column, column), *more)


def _by_cause(alerts: AlertQuerySet) -> "QuerySet[Any]":
    # 数行，不数编号：编号不在索引里，PostgreSQL 要为每一条去翻表
    counted: QuerySet[Any] = alerts.order_by().values_list("cause").annotate(n=Count("*"))
    return counted


def worst_first(alerts: AlertQuerySet) -> AlertQuerySet:
    return alerts.order_by(*WORST_FIRST)


def worst(user: "User", n: int) -> list[Alert]:
    """The n open alerts to look at first: red before yellow, then by cause, by points behind, by age; one query."""
    seen = Alert.objects.open().visible_to(user).select_related("territory", "leader")
    return list(seen.order_by(*own_first(user, *WORST_FIRST))[:n])


def open_of_stage(
    user: "User", causes: Collection[str], closings: Collection[int], stage: int
) -> dict[str, int] | None:
    """{cause: open alerts of projects that stood at this stage of the district's list in these closings}; one query
    of the tally. None where one was judged by another closing, or by none: then the alerts themselves must be asked.
    """
    counts = dict.fromkeys(causes, 0)
    for row in tally.grouped(user, "cause", "basis", "stage", within=Q(cause__in=causes)):
        if row["basis"] not in closings:
            return None
        counts[row["cause"]] += row["n"] if row["stage"] == stage else 0
    return counts


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
    """Where the open alerts are, most first; one query of the tally."""
    places: dict[Any, TerritoryAlerts] = {}
    for row in ask(_by_territory, user):
        name = row["territory__short_name"] or row["territory__name"] or "未填属地"
        place = places.setdefault(row["territory"], TerritoryAlerts(row["territory"], name))
        place.counts[row["cause"]] = place.counts.get(row["cause"], 0) + row["n"]
    return sorted(places.values(), key=lambda place: (-place.total, place.name))


def _by_territory(user: "User") -> "QuerySet[Any]":
    return tally.grouped(user, "territory", "territory__name", "territory__short_name", "cause")


def open_by_region(user: "User", split: Unit, causes: Collection[str]) -> dict[str, dict[str, int]]:
    """{path of a direct child of this unit: {cause: open alerts in its subtree}}; one query of the tally."""
    places: dict[str, dict[str, int]] = {}
    within, path = (
        Q(territory__path__under=split.path, cause__in=causes),
        Substr("territory__path", 1, len(split.path) + STEP + 1),
    )
    for row in tally.grouped(user, "cause", within=within, place=path):
        place = places.setdefault(row["place"], {})
        place[row["cause"]] = place.get(row["cause"], 0) + row["n"]
    return places
