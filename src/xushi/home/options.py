"""筛选框里的选项：哪些级别、类别、属地、单位、人可选，现在选的是哪个。"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from xushi.home.regions import districts_below
from xushi.home.wanted import Wanted
from xushi.kit.phrased import Key, Word, ask, ask_first
from xushi.progress.scope import LEVELS, STATES
from xushi.registry.containers import of_several, stands_alone
from xushi.registry.models import Category, Ceremony, IndustryChain, Project, Tag
from xushi.units.models import Role, Unit, User
from xushi.units.policy import overseen
from xushi.units.tree import above

SIZES = ((10, "10亿元以上"), (50, "50亿元以上"), (100, "100亿元以上"))
STAGES = (("under_way", "当年实施"), ("preliminary", "前期工作"))


@dataclass(frozen=True, slots=True)
class Choice:
    """One select of the filter bar: its chosen value, or none, and what may be chosen."""

    name: str
    label: str
    options: tuple[tuple[str, str], ...]
    chosen: str
    first: bool = False  # always in sight; the others fold away

    @property
    def word(self) -> str:
        return next((label for value, label in self.options if value == self.chosen), "")


def choices(wanted: Wanted, user: User) -> list[Choice]:
    """The selects of the list: of units and leaders those of the tier looked at; seven queries, for a part of a
    district up to two more."""
    f, here = wanted.filters, _looked_at(user, wanted.filters.region)
    units = here.units(f.territory, f.unit)
    territories = [unit for unit in units if unit.kind in Unit.TERRITORY_KINDS]
    made = [
        _choice("level", "级别", _levels(), f.level if f.level != "district" else "", first=True),
        _choice("stage", "阶段", STAGES, f.stage, first=True),
        _choice("category", "类别", _categories(), f.category, first=True),
        _choice("region", "地区", _named(here.regions), f.region, first=True),
        _choice("territory", "属地", _named(territories), f.territory, first=True),
        _choice("state", "状态", STATES.items(), f.state, first=True),
        _choice("unit", "责任单位", _named(units), f.unit),
        _choice("leader", "挂钩领导", here.leaders(f.leader), f.leader),
        _choice("chain", "产业链", _named(ask(_chains)), f.chain),
        _choice("owner_kind", "投资主体", Project.OwnerKind.choices, f.owner_kind),
        _choice("size", "总投资", SIZES, f.size),
        _choice("tag", "标签", _named(ask(_tags)), wanted.tag),
        _choice(
            "ceremony", "集中仪式", _of_districts(ask(_ceremonies, user, stands_alone(user))), wanted.ceremony
        ),
    ]
    return [choice for choice in made if choice.options]


@dataclass(frozen=True, slots=True)
class _Tier:
    """What may be chosen from: of a district all of its units, of a city or province its regions and what is its own.

    unit is None where a person sees several tiers: then it is everything.
    """

    unit: Unit | None
    regions: tuple[Unit, ...] = ()
    parted: bool = False

    def units(self, *chosen: int | None) -> list[Unit]:
        """Territories and departments, and whichever is chosen already; one query, one more where that is elsewhere."""
        if self.unit is None:
            return ask(_units)
        below, within = (_units_below, Key(self.unit.pk)), (_units_within, Word(self.unit.path))
        found = ask(*(below if self.parted else within))
        if missing := {pk for pk in chosen if pk} - {unit.pk for unit in found}:
            found = sorted([*found, *_units().filter(pk__in=missing)], key=lambda unit: unit.path)
        return found

    def leaders(self, chosen: int | None) -> list[tuple[int, str]]:
        """Who leads here or above, and whoever is chosen already; one query."""
        places = above(self.unit.path) if self.unit else ()
        return ask(_leaders, self.parted, Key(chosen) if chosen else None, *map(Word, places))


def _leaders(parted: bool, chosen: int | None, *places: str) -> "QuerySet[Any]":
    """places are the paths from the root down to the unit; of parted places only those who lead the unit or above."""
    held = Q(appointments__role=Role.LEADER, appointments__ended_at=None)
    if places:
        above_it = Q(appointments__scope__path__in=places)
        held &= above_it if parted else above_it | Q(appointments__scope__path__under=places[-1])
    found = User.objects.filter(held | Q(pk=chosen) if chosen else held).distinct().order_by("pk")
    return found.values_list("pk", "name")


def _units() -> "QuerySet[Unit]":
    return Unit.objects.exclude(kind__in=(Unit.Kind.ENTERPRISE, Unit.Kind.DISTRICT))


def _units_below(parent: int) -> "QuerySet[Unit]":
    return _units().filter(parent=parent)


def _units_within(path: str) -> "QuerySet[Unit]":
    return _units().filter(path__under=path)


def _looked_at(user: User, asked: int | None) -> _Tier:
    """The region asked for in it, else the district, city or province that all of this person's scopes stand in."""
    own = overseen(user) or _around(user)
    within = Unit.objects.under(own.path) if own else Unit.objects.all()
    chosen = within.filter(pk=asked).first() if asked else None
    unit = chosen or own
    below = tuple(ask(districts_below, Key(unit.pk))) if unit else ()
    return _Tier(unit, (chosen, *below) if chosen else below, parted=bool(below))


def _around(user: User) -> Unit | None:
    """The nearest district above every scope of this person."""
    scopes = [held.scope.path for held in user.appointments_in_force]
    shared = (
        [path for path in above(scopes[0]) if all(one.startswith(path) for one in scopes)] if scopes else []
    )
    found: Unit | None = ask_first(_nearest_district, *map(Word, shared))
    return found


def _nearest_district(*places: str) -> "QuerySet[Unit]":
    return Unit.objects.filter(path__in=places, kind=Unit.Kind.DISTRICT).order_by("-path")[:1]


def _choice(
    name: str, label: str, options: Iterable[tuple[Any, Any]], chosen: Any, *, first: bool = False
) -> Choice:
    pairs = tuple((str(value), str(text)) for value, text in options)
    return Choice(name, label, pairs, "" if chosen is None else str(chosen), first)


def _levels() -> list[tuple[str, str]]:
    return [(key, label) for key, label in LEVELS.items() if key != "district"]


def _categories() -> list[tuple[str, str]]:
    """The tree in order, branches indented under their roots."""
    return [
        (category.code, "　" * (category.path.count(".") - 1) + category.name)
        for category in ask(_in_tree_order)
    ]


def _in_tree_order() -> "QuerySet[Category]":
    return Category.objects.all()


def _chains() -> "QuerySet[IndustryChain]":
    return IndustryChain.objects.order_by("name")


def _tags() -> "QuerySet[Tag]":
    return Tag.objects.order_by("name")


def _ceremonies(user: User, alone: bool) -> "QuerySet[Ceremony]":
    seen: QuerySet[Ceremony] = Ceremony.objects.visible_to(user, alone).select_related("district")
    return seen.order_by("-held_on")


def _of_districts(rows: list[Any]) -> list[tuple[int, str]]:
    """With the district after the name where they are of several."""
    several = of_several(rows)
    return [(row.pk, f"{row}（{row.district}）" if several and row.district else str(row)) for row in rows]


def _named(rows: Iterable[Any]) -> list[tuple[int, str]]:
    return [(row.pk, str(row)) for row in rows]
