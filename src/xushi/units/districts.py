"""一棵树里几个区：谁管得到全部，一件事归哪个区、哪个重大办。"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Protocol

from django.db.models import QuerySet

from xushi.kit.phrased import Word, ask_first
from xushi.units.models import Role, Unit
from xushi.units.tree import above, nearest_districts

if TYPE_CHECKING:
    from xushi.units.models import Appointment, User

FOR_ALL = "，这是几个区共用的，由管全部的重大办来办；您管的是其中一部分。"


def is_whole(scope: Unit) -> bool:
    """Whether no other district stands beside a scope: the root's, and any in a tree of one district.

    Where there is but one district nobody's matters can be mixed up with another's.
    """
    if scope.is_root:
        return True
    return ask_first(_beside, *map(Word, above(scope.path))) is None


def _beside(*places: str) -> "QuerySet[Any]":
    """The districts that are neither among these paths, from the root down to a scope, nor below the last."""
    others = Unit.objects.filter(kind=Unit.Kind.DISTRICT).exclude(path__under=places[-1])
    return others.exclude(path__in=places).values_list("pk")[:1]


def keeps_whole(user: "User", *roles: str) -> bool:
    """Whether this person, in one of these roles (区重大办 where none is named), acts for all districts at once.

    What the districts of one tree share is theirs alone to change: the months, the calendar, the catalogues.
    """
    wanted = roles or (Role.OFFICE,)
    return any(held.role in wanted and _is_whole(held) for held in user.appointments_in_force)


def _is_whole(held: "Appointment") -> bool:
    """is_whole() of its scope, which an appointment that was read as one in force knows without a query."""
    beside: bool | None = getattr(held, "stands_beside", None)
    return is_whole(held.scope) if beside is None else held.scope.is_root or not beside


def denied(user: "User", sentence: str) -> str:
    """The sentence of a refusal; an office whose scope is too narrow is told that this is why."""
    if not user.has_role(Role.OFFICE):
        return sentence
    return sentence.split("，您的角色", 1)[0].rstrip("。") + FOR_ALL


def overseen_by_office(user: "User", unit: Unit) -> bool:
    """Whether the person is of an office whose scope this unit lies in."""
    held = [one.scope for one in user.appointments_in_force if one.role == Role.OFFICE]
    path = unit.successor.path if unit.dissolved_on and unit.successor else unit.path
    return any(path.startswith(scope.path) or is_whole(scope) for scope in held)


def own_district(user: "User", *roles: str) -> Unit | None:
    """The one district that is this person's whole scope in these roles; None where it is all or no district."""
    for held in user.appointments_in_force:
        if (not roles or held.role in roles) and held.scope.kind == Unit.Kind.DISTRICT:
            return None if _is_whole(held) else held.scope
    return None


def keeps(user: "User", district: Unit | None) -> bool:
    """Whether this person, as 区重大办, keeps what is a district's own; None: what all have in common."""
    return keeps_whole(user) or (district is not None and own_district(user, Role.OFFICE) == district)


def home_district(user: "User") -> Unit | None:
    """The one district that a person has to do with, in whatever role; None where it is all of them or none."""
    if any(map(_is_whole, user.appointments_in_force)):
        return None
    found = (district_of(held.scope) for held in user.appointments_in_force)
    return next((one for one in found if one is not None and not one.is_root), None)


def of_others(units: Iterable[Unit], district: Unit) -> set[int]:
    """Which of these units lie in a district that is neither this one, nor above it, nor within it. One query."""
    known = Unit.objects.filter(kind=Unit.Kind.DISTRICT).values_list("path", flat=True)
    here = above(district.path)
    others = {path for path in known if path not in here and not path.startswith(district.path)}
    return {one.pk for one in units if not others.isdisjoint(above(one.path))}


def districts_below() -> list[Unit]:
    """The districts of the tree, the root apart."""
    below = Unit.objects.standing().filter(kind=Unit.Kind.DISTRICT, parent__isnull=False)
    return list(below.order_by("path"))


def district_of(unit: Unit) -> Unit | None:
    """The nearest district at or above a unit; None where no district stands there. One query."""
    found: QuerySet[Unit] = Unit.objects.filter(kind=Unit.Kind.DISTRICT, path__in=above(unit.path))
    return found.order_by("-path").first()


def in_one_district(first: int, second: int) -> bool:
    """Whether two units, by their numbers, are of the same district; one that is not there is of none."""
    nearest = nearest_districts({first, second})
    return nearest.keys() == {first, second} and len(set(nearest.values())) == 1


def districts_of(units: Iterable[Unit]) -> list[Unit]:
    """The nearest district of each of these units, each district once, in the tree's order. One query."""
    ways = {one.path: above(one.path) for one in units}
    over = {path for way in ways.values() for path in way}
    known = {one.path: one for one in Unit.objects.filter(kind=Unit.Kind.DISTRICT, path__in=over)}
    nearest = {max(found, key=len) for way in ways.values() if (found := known.keys() & set(way))}
    return [known[path] for path in sorted(nearest)]


def office_of(unit: Unit | None) -> Unit | None:
    """区重大办 that a unit's matters are brought to; one query."""
    return Offices().of(unit)


class Placed(Protocol):
    """What stands on a territory."""

    @property
    def territory(self) -> Any: ...


class Offices:
    """The offices in the tree, and which of them a unit's matters are brought to; one query for any number of units."""

    def __init__(self) -> None:
        found = Unit.objects.standing().filter(kind=Unit.Kind.OFFICE)
        self._all: list[Unit] = list(found.select_related("parent").order_by("path"))

    def of(self, unit: Unit | None) -> Unit | None:
        """The nearest up the tree; the first of all where the unit stands under none, None where there is none."""
        if unit is not None:
            near = [one for one in self._all if unit.path.startswith(_over(one))]
            if near:
                return max(near, key=lambda one: len(one.path))
        return self.first

    def of_place(self, placed: "Placed") -> Unit | None:
        """That of a project's or an application's territory, which is not asked for where there is but one office."""
        return self.of(placed.territory) if self.several else self.first

    def of_person(self, person: "User") -> Unit | None:
        """That of where a person works, which is not asked for where there is but one office."""
        return self.of(person.unit) if self.several else self.first

    @property
    def several(self) -> bool:
        return len(self._all) > 1

    @property
    def first(self) -> Unit | None:
        return self._all[0] if self._all else None


def _over(office: Unit) -> str:
    """The path of what an office is the office of: the unit above it."""
    return office.parent.path if office.parent else office.path
