"""一棵树里几个区：每个区关哪些属地的账，上面哪一级要等哪些区关齐。"""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet

from xushi.core.months import Month
from xushi.progress.models import MonthClosing, ProjectMonth
from xushi.progress.standing import live_rows
from xushi.registry.models import Project
from xushi.units.models import Unit
from xushi.units.tree import above

if TYPE_CHECKING:
    from xushi.units.models import User

Kind = MonthClosing.Kind


class Districts:
    """The districts of the tree by their places in it; one query. A city and a province are of this kind as well."""

    def __init__(self) -> None:
        self.all = list(Unit.objects.filter(kind=Unit.Kind.DISTRICT).order_by("path"))
        self._by_path = {one.path: one for one in self.all}

    @property
    def several(self) -> bool:
        """Whether two of them stand side by side: then each closes its own months."""
        return sum(not self.below(one) for one in self.all) > 1

    def below(self, district: Unit) -> list[Unit]:
        return [one for one in self.all if one.path.startswith(district.path) and one.pk != district.pk]

    def kind(self, district: Unit) -> Kind:
        """What a district closes: all of its own, or only what stands in none of the districts below it."""
        return Kind.DIRECT if self.below(district) else Kind.OWN

    def of(self, path: str) -> Unit | None:
        """The nearest district above a unit, or itself."""
        return next((self._by_path[one] for one in reversed(above(path)) if one in self._by_path), None)

    def over(self, district: Unit) -> list[Unit]:
        """The cities and provinces whose month waits for this district's, the nearest first."""
        paths = reversed(above(district.path))
        return [one for path in paths if (one := self._by_path.get(path)) and self.below(one)]

    def territories(self, district: Unit) -> "QuerySet[Unit]":
        """The units of which this is the nearest district."""
        found: QuerySet[Unit] = Unit.objects.under(district.path)
        for one in self.below(district):
            found = found.exclude(path__under=one.path)
        return found

    def still_open(self, month: Month) -> list[Unit]:
        """Those with projects of the month that no closing fixes yet, in the order of the tree; two queries.

        A project that came to a district after its closing is a later change there, and no reason to wait.
        """
        closed = MonthClosing.objects.in_force().filter(Q(district=None) | ~Q(kind=Kind.SUMMED), month=month)
        done = set(closed.values_list("district", flat=True))
        if None in done:
            return []
        fixed = ProjectMonth.objects.filter(project=OuterRef("pk"), month=month, closing__reopened_at=None)
        places = Unit.objects.filter(pk__in=live_rows(month).filter(~Exists(fixed)).values("territory"))
        found = {self.of(path) for path in places.values_list("path", flat=True)}
        return [one for one in self.all if one in found and one.pk not in done]


@dataclass(frozen=True, slots=True)
class Place:
    """Whose month is closed: a district's, a city's over those of its districts (SUMMED), or the whole tree's (None)."""

    district: Unit | None
    districts: Districts
    over: Kind | None = None

    @property
    def kind(self) -> Kind:
        if self.district is None:
            return Kind.SUMMED if self.districts.several else Kind.OWN
        return self.over or self.districts.kind(self.district)

    @property
    def named(self) -> str:
        """甲区; 某市本级 where only what is beside the districts of a city is meant; nothing for the whole tree."""
        if self.district is None:
            return ""
        return f"{self.district}本级" if self.kind == Kind.DIRECT else str(self.district)

    def to_fix(self, month: Month) -> "QuerySet[Project]":
        """The live rows that a closing fixes here.

        A project that has moved since is fixed where it was first: no month counts it twice.
        """
        rows = live_rows(month)
        if self.district is None:
            return rows
        fixed = ProjectMonth.objects.filter(project=OuterRef("pk"), month=month, closing__reopened_at=None)
        elsewhere = fixed.exclude(closing__in=self._own())
        here = rows.filter(territory__in=self.districts.territories(self.district).values("pk"))
        return here.filter(~Exists(elsewhere))

    def closing(self, month: Month) -> MonthClosing | None:
        """That in force here, a district's own before one of the whole tree."""
        found: MonthClosing | None = (
            self._all().in_force().filter(month=month).order_by(F("district").asc(nulls_last=True)).first()
        )
        return found

    def ever_closed(self, month: Month) -> bool:
        """Whether an earlier month of the year was closed here, be it reopened since."""
        return bool(self._all().filter(month__gte=Month(month.year, 1), month__lt=month).exists())

    def closed_after(self, month: Month) -> bool:
        closings = MonthClosing.objects.all() if self.district is None else self._all()
        return bool(closings.in_force().filter(month__gt=month).exists())

    def next_version(self, month: Month, by: "User | None", now: datetime) -> MonthClosing:
        """The next closing of a month here, still without facts and parts."""
        last = self._all().filter(month=month).aggregate(last=Max("version"))["last"]
        closing: MonthClosing = MonthClosing.objects.create(
            month=month,
            district=self.district,
            kind=self.kind,
            version=(last or 0) + 1,
            closed_by=by,
            closed_at=now,
        )
        return closing

    def _own(self) -> "QuerySet[MonthClosing]":
        found: QuerySet[MonthClosing] = MonthClosing.objects.filter(district=self.district, kind=self.kind)
        return found

    def _all(self) -> Any:
        """Every closing that was ever made here, those of the whole tree at once among them."""
        if self.district is None:
            return MonthClosing.objects.filter(district=None)
        at_once = Q(district=None, kind=Kind.OWN)
        return MonthClosing.objects.filter(at_once | Q(district=self.district, kind=self.kind))
