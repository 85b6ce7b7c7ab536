"""大屏上的数：一根轴，全区、分类、属地排在一起。"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Count, Q

from xushi.core.clock import local_day
from xushi.home import overview as overviews
from xushi.home.lists import find
from xushi.home.months import Choice
from xushi.home.ordering import Ordered
from xushi.home.overview import Overview
from xushi.home.wanted import Wanted
from xushi.home.words import Warned
from xushi.progress.figures import Group
from xushi.progress.scope import Filters
from xushi.supervision.models import SupervisionOrder
from xushi.supervision.table import AT_UNIT, ISSUED_ONES
from xushi.supervision.words import said

if TYPE_CHECKING:
    from xushi.units.models import User

ROWS_AT_MOST = 16
NAMES_AT_MOST = 5
ORDERS_AT_MOST = 4
WORST_AT_MOST = 3


@dataclass(frozen=True, slots=True)
class Bar:
    """One row on the shared axis."""

    label: str
    group: Group
    band: str  # whole, kind or place

    @property
    def rate(self) -> Decimal | None:
        return self.group.completion_rate


@dataclass(frozen=True, slots=True)
class Handed:
    """The orders at the units, nearest deadline first, and how the year's stand; confidential ones hang on no wall."""

    rows: list[Ordered]
    issued: int
    on_time: int
    running: int

    @property
    def any(self) -> bool:
        return bool(self.issued or self.running)


@dataclass(frozen=True, slots=True)
class Wall:
    """The whole display."""

    overview: Overview
    bars: list[Bar]
    worst: list[Warned]
    handed: Handed
    due_month: int
    due_count: int
    due_names: list[str]

    @property
    def months(self) -> list[tuple[int, bool]]:
        current = self.overview.choice.month.number
        return [(number, number == current) for number in range(1, 13)]


def build(user: "User", choice: Choice, now: datetime) -> Wall:
    page = overviews.overview(user, choice, now)
    due = choice.month.next if choice.closed else choice.month
    handed = _handed(user, now)
    starting = find(user, choice.month, Wanted(filters=Filters(stage="under_way"), start=due)).rows
    return Wall(
        overview=page,
        bars=_bars(page),
        worst=page.worst[:WORST_AT_MOST] if handed.any else page.worst,
        handed=handed,
        due_month=due.number,
        due_count=starting.count(),
        due_names=list(
            starting.order_by("-total_investment", "pk").values_list("project_name", flat=True)[
                :NAMES_AT_MOST
            ]
        ),
    )


def _handed(user: "User", now: datetime) -> Handed:
    """Two queries."""
    seen = SupervisionOrder.objects.visible_to(user).filter(confidential=False)
    year = Q(year=local_day(now).year, state__in=ISSUED_ONES)
    running = Q(state__in=AT_UNIT)
    counted = seen.aggregate(
        issued=Count("pk", filter=year),
        on_time=Count("pk", filter=year & Q(on_time=True)),
        running=Count("pk", filter=running),
    )
    orders = seen.filter(running).select_related("lead", "project").order_by("due_at", "serial")
    return Handed([Ordered(order, said(order, now)) for order in orders[:ORDERS_AT_MOST]], **counted)


def _bars(page: Overview) -> list[Bar]:
    district = Filters()
    lines = [line for line in page.lines if line.group.filters != district]
    kinds = [Bar(line.short, line.group, "kind") for line in lines if not line.label.startswith("其中")]
    places = [Bar(place.label, place.group, "place") for place in page.places]
    return [Bar("全区", page.district, "whole"), *kinds, *places[: ROWS_AT_MOST - len(kinds)]]
