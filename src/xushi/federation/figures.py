"""各区的数：收到的和，加起来、排位次；缺的区用它上一次的数单列，不进合计。"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db.models import Q

from xushi.core.clock import local_day
from xushi.core.months import Month
from xushi.federation.models import District, Received, ReceivedSum
from xushi.federation.rules import COLUMNS
from xushi.progress.scope import LEVELS, Filters
from xushi.progress.specs import Group

RANKED_BY: dict[str, Callable[[Group], Decimal | None]] = {
    "gap": lambda group: group.gap_points,
    "completion": lambda group: group.completion_rate,
    "start": lambda group: group.start_rate_under_way,
}


@dataclass(slots=True)
class Line:
    """One district's row. rank is its place among those that are in; late: days past the due day."""

    district: District
    group: Group | None
    received: Received | None
    rank: int | None = None
    late: int = 0


@dataclass(slots=True)
class City:
    """A month over all districts: those that are in, those that are not, and the sum of the former."""

    month: Month
    level: str
    due_on: date
    total: Group
    lines: list[Line] = field(default_factory=list)
    missing: list[Line] = field(default_factory=list)
    overdue_starts: int = 0
    slipping: int = 0

    @property
    def enrolled(self) -> int:
        return len(self.lines) + len(self.missing)

    @property
    def behind(self) -> list[Line]:
        return [line for line in self.lines if line.group and not line.group.on_schedule]


@dataclass(frozen=True, slots=True)
class Point:
    """The sum of the same districts in an earlier month; districts: how many of them were in."""

    month: Month
    total: Group
    districts: int


def group_of(month: Month, level: str, sums: Iterable[ReceivedSum], label: str) -> Group:
    """Several districts' sums as one group: every rate is computed anew from the added sums."""
    made = Group(month, True, Filters(level=level), label=f"{label}{LEVELS[level]}", whole=True)
    for one in sums:
        for name in COLUMNS:
            setattr(made, name, getattr(made, name) + getattr(one, name))
    return made


def due_day(month: Month, day: int) -> date:
    """The day of the following month by which a month is to be in."""
    following = month.next
    return date(following.year, following.number, min(day, following.last_day.day))


def city(month: Month, level: str, *, today: date, due: int, by: str = "gap") -> City:
    """The month's rows and their sum, a few queries however many districts.

    One that left still stands in the months that it sent, so that these do not move, and is awaited in none; one that
    was enrolled after a month was due is not late with it.
    """
    here = {one.district_id: one for one in _in_force(month, month)}
    districts = list(District.objects.filter(Q(left_at=None) | Q(pk__in=list(here))))
    before = {one.district_id: one for one in _in_force(Month(month.year, 1), month) if one.month < month}
    wanted = [*here.values(), *(one for pk, one in before.items() if pk not in here)]
    sums = {
        one.received_id: one
        for one in ReceivedSum.objects.filter(received__in=wanted, level=level, category="")
    }
    due_on = due_day(month, due)
    late = max(0, (today - due_on).days)
    made = City(month, level, due_on, Group(month, True, Filters(level=level)))
    for one in districts:
        received = here.get(one.pk) or before.get(one.pk)
        group = (
            group_of(received.month, level, [sums[received.pk]], one.name)
            if received and received.pk in sums
            else None
        )
        if one.pk in here:
            made.lines.append(Line(one, group, received))
        else:
            awaited = local_day(one.enrolled_at) <= due_on
            made.missing.append(Line(one, group, received, late=late if awaited else 0))
    made.total = group_of(
        month, level, [sums[one.pk] for one in here.values() if one.pk in sums], f"{len(made.lines)}个区"
    )
    made.overdue_starts = sum(one.overdue_starts for one in here.values())
    made.slipping = sum(one.slipping for one in here.values())
    _rank(made.lines, RANKED_BY[by])
    return made


def _in_force(first: Month, last: Month) -> Sequence[Received]:
    """What is in force of these months, later ones last; without the texts, which may be long."""
    found = Received.objects.in_force().filter(month__gte=first, month__lte=last)
    return list(found.defer("body").order_by("month"))


def _rank(lines: list[Line], value: Callable[[Group], Decimal | None]) -> None:
    """Unrounded; equal ones share a place. Those without a value (no plan) come last and have none."""

    def of(line: Line) -> Decimal | None:
        return value(line.group) if line.group else None

    lines.sort(key=lambda line: (of(line) is None, -(of(line) or 0), line.district.code))
    place: int | None = None
    for number, line in enumerate(lines, 1):
        if of(line) is None:
            continue
        if number == 1 or of(line) != of(lines[number - 2]):
            place = number
        line.rank = place


def curve(found: City) -> list[Point]:
    """The year up to the month, of the districts that are in; a month where one of them is missing says so."""
    ids = [line.district.pk for line in found.lines]
    rows = ReceivedSum.objects.filter(
        received__in=Received.objects.in_force().filter(
            district__in=ids, month__gte=Month(found.month.year, 1), month__lte=found.month
        ),
        level=found.level,
        category="",
    ).select_related("received")
    by_month: dict[Month, list[ReceivedSum]] = {}
    for one in rows.defer("received__body"):
        by_month.setdefault(one.received.month, []).append(one)
    return [
        Point(month, group_of(month, found.level, sums, "各区"), len(sums))
        for month, sums in sorted(by_month.items())
    ]
