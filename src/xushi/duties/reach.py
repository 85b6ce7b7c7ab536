"""一棵树里几个区：一个人够得着哪些单位、哪些人；没有别的区并着的，都够得着。"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import reduce
from itertools import pairwise
from operator import or_

from django.db.models import Q, QuerySet

from xushi.units.models import Appointment, Unit, User
from xushi.units.tree import above, topmost


@dataclass(frozen=True, slots=True)
class Reach:
    """Where a person acts: homes are the paths of their districts, beside those of the districts that are neither above
    nor within any of them. Nothing lies beside where a tree has one district, and whoever has all districts below them
    has none beside them either: then everything is within reach.
    """

    districts: tuple[str, ...] = ()
    homes: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()

    def holds(self, unit: Unit) -> bool:
        """Whether a unit lies in one of the person's districts, or belongs to what is above these."""
        return not self.beside or set(self.beside).isdisjoint(above(unit.path))

    def units(self, prefix: str = "") -> Q:
        """holds() as a condition; prefix leads from the row to its unit, as "unit__"."""
        return ~_under(topmost(self.beside), prefix) if self.beside else Q()

    def units_or(self, kept: Iterable[int | None]) -> Q:
        """units(), and those with these primary keys wherever they are."""
        return self.units() | Q(pk__in=[pk for pk in kept if pk]) if self.beside else Q()

    def own(self, prefix: str = "") -> Q:
        """Of these the units in the person's districts alone, without what is above them."""
        return _under(self.homes, prefix) if self.beside else Q()

    def also(self, place: str) -> "Reach":
        """The same with the district that this path lies in."""
        return (
            _reach(self.districts, (*self.homes, _district(place, self.districts))) if self.beside else self
        )


EVERYWHERE = Reach()


def reach_of(user: User | None, *roles: str) -> Reach:
    """How far a person reaches in these roles, in all they hold where none is named or held; the system everywhere.

    One query.
    """
    held = user.appointments_in_force if user else []
    acting = [one for one in held if one.role in roles] or held
    if not acting:
        return EVERYWHERE
    known = tuple(
        Unit.objects.filter(kind=Unit.Kind.DISTRICT).order_by("path").values_list("path", flat=True)
    )
    if all(lower.startswith(upper) for upper, lower in pairwise(known)):
        return EVERYWHERE
    return _reach(known, tuple(_district(one.scope.path, known) for one in acting))


def places_for(user: User, *kept: int | None, dissolved: bool = False) -> QuerySet[Unit]:
    """街道、场、园区 to narrow a list by, in the tree's order: those within reach, and whichever is chosen already.

    For whoever has the whole tree nothing is asked beside them; for others one query more.
    """
    whole = any(held.scope.is_root for held in user.appointments_in_force)
    near = EVERYWHERE if whole else reach_of(user)
    rows = Unit.objects.all() if dissolved else Unit.objects.standing()
    found: QuerySet[Unit] = rows.filter(near.units_or(kept), kind__in=Unit.TERRITORY_KINDS)
    return found.order_by("path")


def beyond(
    near: Reach, units: Iterable[Unit | None], kept: Collection[int | None] = ()
) -> Iterator[tuple[Unit, str]]:
    """Each of these units that is out of reach, with the sentence that says so; kept (primary keys) stay where they
    are named already."""
    for unit in dict.fromkeys(units):
        if unit and unit.pk not in kept and not near.holds(unit):
            yield (
                unit,
                f"{unit.name}不在您管的区里，请改选本区或上级的单位；确要那个区办的，请上一级重大办来派。",
            )


def _reach(known: tuple[str, ...], homes: tuple[str, ...]) -> Reach:
    beside = [one for one in known if not any(one.startswith(own) or own.startswith(one) for own in homes)]
    return Reach(known, homes, tuple(beside))


def _district(path: str, known: Collection[str]) -> str:
    """The nearest district at or above a place; the place itself where there is none."""
    return max((one for one in known if path.startswith(one)), key=len, default=path)


def _under(paths: Iterable[str], prefix: str) -> Q:
    return reduce(or_, (Q(**{f"{prefix}path__under": path}) for path in paths))


def in_office(units: Q, *roles: str) -> Q:
    """Of a person: they hold one of these roles (any where none is named) in a unit of which this is true, as Reach
    says it of "unit__"."""
    held = Appointment.objects.filter(units, ended_at=None)
    if roles:
        held = held.filter(role__in=roles)
    return Q(pk__in=held.order_by().values("user"))


def known_to(near: Reach, *roles: str, kept: Iterable[int | None] = ()) -> Q:
    """Of a person: they hold such a role within reach, or are named already (kept, primary keys); nothing is asked of
    anybody where nothing is out of reach."""
    if not near.beside:
        return Q()
    return in_office(near.units("unit__"), *roles) | Q(pk__in=[pk for pk in kept if pk])


def strangers(near: Reach, people: Iterable[User]) -> list[User]:
    """Those who hold no office within reach; one query, none where nothing is out of it."""
    wanted = {one.pk: one for one in people}
    if not near.beside or not wanted:
        return []
    known = set(User.objects.filter(known_to(near), pk__in=wanted).values_list("pk", flat=True))
    return [one for pk, one in wanted.items() if pk not in known]
