"""哪些人：一个单位的人、它的负责人、重大办、区领导；请假的由受托的人一并听到。"""

from collections.abc import Iterable, Iterator
from datetime import date
from functools import cached_property

from xushi.duties.models import Delegation
from xushi.units.districts import is_whole
from xushi.units.models import STEP, Appointment, Role, Unit
from xushi.units.policy import DISTRICT_WIDE
from xushi.units.rules import ADMINISTRATORS

NOT_OF_A_UNIT = ADMINISTRATORS | {Role.LEADER}  # 区领导不代表所在单位办事
Readers = frozenset[int]


class Directory:
    """Everybody in office on one day: two queries however many people and units are asked about."""

    def __init__(self, today: date) -> None:
        self._today = today
        self._asked: dict[tuple[str, str], Readers] = {}

    @cached_property
    def _held(self) -> list[Appointment]:
        rows = Appointment.objects.filter(ended_at=None, user__is_active=True)
        return list(rows.select_related("unit", "scope").order_by("pk"))

    @cached_property
    def _by_path(self) -> dict[str, list[Appointment]]:
        found: dict[str, list[Appointment]] = {}
        for held in self._held:
            if held.role not in NOT_OF_A_UNIT:
                found.setdefault(held.unit.path, []).append(held)
        return found

    @cached_property
    def _stand_ins(self) -> dict[int, list[int]]:
        found: dict[int, list[int]] = {}
        for person, to in Delegation.objects.in_force(self._today).values_list("user", "to"):
            if self._may_stand_in(to, person):
                found.setdefault(person, []).append(to)
        return found

    def _may_stand_in(self, to: int, person: int) -> bool:
        """As Delegation.left_to: still colleagues, or of the office for a leader or another of it."""
        if not self._units_of.get(to, set()).isdisjoint(self._units_of.get(person, ())):
            return True
        office = self.in_role(Role.OFFICE)
        return to in office and person in office | self.in_role(Role.LEADER)

    @cached_property
    def _units_of(self) -> dict[int, set[int]]:
        found: dict[int, set[int]] = {}
        for held in self._held:
            found.setdefault(held.user_id, set()).add(held.unit_id)
        return found

    def of_unit(self, unit: Unit | None, role: str = "") -> Readers:
        """Who acts for a unit (in one role where given): the unit's own people and those of the units above it.

        A dissolved unit's duties are its successor's. The district's own people act for no unit but the district.
        """
        key = (unit.path if unit else "", role)
        if key not in self._asked:
            self._asked[key] = frozenset(
                held.user_id for held in self._acting(unit) if role in ("", held.role)
            )
        return self._asked[key]

    def heads_of(self, unit: Unit | None) -> Readers:
        """单位负责人; all of the unit's people where it has named no head."""
        heads = frozenset(held.user_id for held in self._acting(unit) if held.is_head)
        return heads or self.of_unit(unit)

    def unit_of(self, person: int) -> Unit | None:
        """Where a person works: the unit of the first appointment."""
        return next((held.unit for held in self._held if held.user_id == person), None)

    def in_role(self, role: str) -> Readers:
        return self._in_role.get(role, frozenset())

    @cached_property
    def _in_role(self) -> dict[str, Readers]:
        found: dict[str, set[int]] = {}
        for held in self._held:
            found.setdefault(held.role, set()).add(held.user_id)
        return {role: frozenset(people) for role, people in found.items()}

    def answering(self, role: str, *units: Unit | None) -> Readers:
        """Who holds a role for one of these units, or for everything: another district's people hear nothing of it.

        All who hold the role where no unit is named, and in a tree of one district.
        """
        paths = [path for unit in units if unit for path in _paths(unit)]
        if not paths or not self._several:
            return self.in_role(role)
        return frozenset(
            held.user_id
            for held in self._held
            if held.role == role
            and (held.scope.is_root or any(path.startswith(held.scope.path) for path in paths))
        )

    @cached_property
    def _several(self) -> bool:
        """Whether somebody in office stands for one district of several."""
        scopes = [held.scope for held in self._held if held.role in DISTRICT_WIDE and not held.scope.is_root]
        return any(not is_whole(scope) for scope in {scope.pk: scope for scope in scopes}.values())

    def overseeing(self, role: str, *units: Unit | None) -> Readers:
        """Who holds a role over a scope that one of these units lies in: they see what concerns them."""
        paths = [unit.path for unit in units if unit]
        return frozenset(
            held.user_id
            for held in self._held
            if held.role == role and any(path.startswith(held.scope.path) for path in paths)
        )

    def persons(self, *people: int | None) -> Readers:
        """Those of these people who are in office, and for each who is away whoever stands in."""
        named = frozenset(pk for pk in people if pk is not None and pk in self._units_of)
        away = (self._stand_ins.get(pk, ()) for pk in named)
        return frozenset(named).union(*away)

    def persons_as(self, role: str, *people: int | None) -> Readers:
        """The same, of those who still hold the role they had to do with the matter in."""
        return self.persons(*(self.in_role(role) & set(people)))

    def _acting(self, unit: Unit | None) -> Iterator[Appointment]:
        if unit is None:
            return
        if unit.dissolved_on and unit.successor:
            unit = unit.successor
        for path in upwards(unit.path):
            yield from self._by_path.get(path, ())


def _paths(unit: Unit) -> list[str]:
    """Where a unit stands, and where its duties passed to."""
    passed = unit.successor.path if unit.dissolved_on and unit.successor else ""
    return [unit.path, passed] if passed else [unit.path]


def upwards(path: str) -> Iterable[str]:
    """The unit itself and the units above it, the district left out unless it is the unit."""
    long = STEP + 1
    yield path
    for end in range(len(path) - long, long, -long):
        yield path[:end]
