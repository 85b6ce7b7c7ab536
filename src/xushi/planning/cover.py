"""一份计划管到哪里：共用的管没有自己编的各区，一个区的管本区；一个项目一年只在一份里。"""

from dataclasses import dataclass

from django.db.models import Q

from xushi.planning.models import Programme
from xushi.units.models import Unit
from xushi.units.tree import topmost


@dataclass(frozen=True, slots=True)
class Cover:
    """The subtree of a path ("" is the whole tree) without the districts in it that have a programme of their own."""

    path: str
    without: tuple[str, ...] = ()

    def units(self) -> Q:
        """Of a unit: it lies in here."""
        condition = Q(path__under=self.path) if self.path else Q()
        for path in self.without:
            condition &= ~Q(path__under=path)
        return condition

    def on(self, column: str) -> Q:
        """Of a row that names its territory in this column: it is in here; no condition where that is everything."""
        if not self.path and not self.without:
            return Q()
        return Q(**{f"{column}__in": Unit.objects.filter(self.units()).order_by().values("pk")})

    def holds(self, unit: Unit) -> bool:
        return unit.path.startswith(self.path) and not unit.path.startswith(self.without or ("-",))


def cover_of(programme: Programme) -> Cover:
    """What it takes in, counts and asks for proposals; one query."""
    path = programme.district.path if programme.district else ""
    own = Programme.objects.filter(year=programme.year, district__isnull=False, district__path__under=path)
    paths = own.exclude(district__path=path).values_list("district__path", flat=True)
    return Cover(path, tuple(topmost(paths)))


def programme_over(place: Unit) -> Programme | None:
    """The latest that is being compiled and takes in what stands here; one query."""
    years: set[int] = set()
    for one in Programme.objects.at(place.path).own_first():
        if one.year not in years and not one.adopted:
            return one  # type: ignore[no-any-return]
        years.add(one.year)
    return None
