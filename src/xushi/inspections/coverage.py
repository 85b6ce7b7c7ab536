"""覆盖：在建的项目里，多少个60天没人看过，哪里最多，其中有预警的几个。"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Exists, OuterRef, Q, Subquery

from xushi.alerts.models import Alert
from xushi.alerts.rules import OWED
from xushi.core.clock import BEIJING
from xushi.core.months import Month
from xushi.inspections.models import Visit
from xushi.inspections.rules import UNSEEN_AFTER, Age
from xushi.inspections.selectors_plan import PROJECT, under_way
from xushi.units.models import Unit

if TYPE_CHECKING:
    from xushi.units.models import User


@dataclass(frozen=True, slots=True)
class Place:
    """One territory: under way, unseen for sixty days, of these with an open alert; widths of the longest bar."""

    unit: Unit
    under_way: int
    unseen: int
    alarmed: int
    most: int

    @property
    def width(self) -> int:
        return round(100 * self.under_way / self.most) if self.most else 0

    @property
    def unseen_width(self) -> int:
        return round(100 * self.unseen / self.most) if self.most else 0


@dataclass(frozen=True, slots=True)
class Coverage:
    places: Sequence[Place]

    @property
    def under_way(self) -> int:
        return sum(place.under_way for place in self.places)

    @property
    def unseen(self) -> int:
        return sum(place.unseen for place in self.places)

    @property
    def worst(self) -> list[Place]:
        """The two with the most unseen."""
        return [place for place in self.places[:2] if place.unseen]


def seen_since(today: date, days: int = UNSEEN_AFTER) -> Exists:
    """Somebody looked within the last sixty days, or so many."""
    moment = datetime.combine(today - timedelta(days=days), time.max, BEIJING)
    return Exists(_looks().filter(done_at__gt=moment))


def seen_ever() -> Exists:
    return Exists(_looks())


def _looks() -> Any:
    return Visit.objects.done().filter(project=OuterRef("pk"))


def alarmed() -> Exists:
    return Exists(
        Alert.objects.open().filter(subject_kind=PROJECT, subject_id=OuterRef("pk")).exclude(cause__in=OWED)
    )


def unseen(user: "User", month: Month, today: date, age: Age | None = None) -> Any:
    """The very projects that are counted: under way, nobody there for sixty days; the last visit and alarms with them."""
    rows = under_way(user, month).filter(~seen_since(today))
    if age is Age.NEVER:
        rows = rows.filter(~seen_ever())
    elif age is not None and age.days is not None:
        since, below = age.days
        rows = rows.filter(seen_ever(), ~seen_since(today, since))
        rows = rows if below is None else rows.filter(seen_since(today, below))
    return _told(rows)


def seen(user: "User", month: Month, today: date) -> Any:
    """Under way, and somebody was there within sixty days."""
    return _told(under_way(user, month).filter(seen_since(today)))


def all_under_way(user: "User", month: Month) -> Any:
    return _told(under_way(user, month))


def _told(rows: Any) -> Any:
    last = Subquery(_looks().order_by("-done_at").values("done_at")[:1])
    return rows.annotate(last_seen=last, is_alarmed=alarmed()).select_related("territory")


def coverage(user: "User", month: Month, today: date) -> Coverage:
    """By territory, those with the most unseen first; two queries."""
    rows = under_way(user, month).annotate(seen=seen_since(today), warned=alarmed()).order_by()
    counted = list(
        rows.values("territory").annotate(
            n=Count("pk"), unseen=Count("pk", filter=Q(seen=False)),
            alarmed=Count("pk", filter=Q(seen=False, warned=True)),
        )
    )  # fmt: skip
    units = Unit.objects.in_bulk([row["territory"] for row in counted])
    most = max((row["n"] for row in counted), default=0)
    places = [
        Place(units[row["territory"]], row["n"], row["unseen"], row["alarmed"], most) for row in counted
    ]
    return Coverage(sorted(places, key=lambda place: (-place.unseen, place.unit.path)))
