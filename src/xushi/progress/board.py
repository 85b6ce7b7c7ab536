"""各区关账到哪了：哪些关了，哪些没关、还差什么。"""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, OuterRef, QuerySet

from xushi.core.months import Month
from xushi.progress.closing import must_report, not_ready
from xushi.progress.models import FactDrift, MonthClosing, ProjectMonth
from xushi.progress.places import Districts, Place
from xushi.registry.models import Project
from xushi.units.models import Unit


@dataclass(frozen=True, slots=True)
class Row:
    """One district's month. owed: reports due; lacking: of those neither accepted nor carried over; drifted: projects
    whose present rows say another thing than was fixed.
    """

    place: Place
    closing: MonthClosing | None
    owed: int
    lacking: int
    drifted: int = 0

    @property
    def district(self) -> Unit:
        assert self.place.district is not None  # a board has rows of districts alone
        return self.place.district

    @property
    def named(self) -> str:
        return self.place.named


@dataclass(frozen=True, slots=True)
class Board:
    """The districts of a city, a province or the whole tree in one month, in the order of the tree."""

    month: Month
    rows: list[Row]

    @property
    def closed(self) -> list[Row]:
        return [row for row in self.rows if row.closing]

    @property
    def open(self) -> list[Row]:
        return [row for row in self.rows if not row.closing]

    @property
    def ready(self) -> list[Row]:
        return [row for row in self.open if not row.lacking]

    @property
    def drifted(self) -> int:
        return sum(row.drifted for row in self.rows)

    @property
    def opens_on(self) -> date:
        return self.month.next.first_day


def board(month: Month, over: Unit | None = None, districts: Districts | None = None) -> Board:
    """The districts under a city (of the whole tree where none is given) in which projects of the month stand; seven
    queries for any number of them. Nothing where the tree has but one district.
    """
    districts = districts or Districts()
    if not districts.several:
        return Board(month, [])
    path = over.path if over else ""
    closed = _in_force(month)
    stand = {one.pk for one in districts.still_open(month)} | closed.keys()
    owed, lacking = _counts(month, districts)
    drifted = Counter(
        FactDrift.objects.filter(closing__in=closed.values()).values_list("closing__district", flat=True)
    )
    rows = [
        Row(Place(one, districts), closed.get(one.pk), owed[one.pk], lacking[one.pk], drifted[one.pk])
        for one in districts.all
        if one.pk in stand and one.path.startswith(path)
    ]
    return Board(month, rows)


def _in_force(month: Month) -> dict[int, MonthClosing]:
    found = MonthClosing.objects.in_force().fixing().filter(month=month, district__isnull=False)
    return {one.district_id: one for one in found.select_related("closed_by") if one.district_id}


def _counts(month: Month, districts: Districts) -> tuple[Counter[int], Counter[int]]:
    """district → reports due and, of those, not settled; what a closing has fixed is settled."""
    fixed = ProjectMonth.objects.filter(project=OuterRef("pk"), month=month, closing__reopened_at=None)
    waiting = not_ready(month).filter(~Exists(fixed))
    return _by_district(must_report(month), districts), _by_district(waiting, districts)


def _by_district(projects: "QuerySet[Project]", districts: Districts) -> Counter[int]:
    of_territory = projects.order_by().values_list("territory__path").annotate(n=Count("pk"))
    made: Counter[int] = Counter()
    for path, count in of_territory:
        if near := districts.of(path):
            made[near.pk] += count
    return made
