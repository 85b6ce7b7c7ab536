"""筛选框里的选项：哪些级别、类别、属地、单位、人可选，现在选的是哪个。"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from xushi.home.wanted import Wanted
from xushi.progress.scope import LEVELS, STATES
from xushi.registry.models import Category, Ceremony, IndustryChain, Project, Tag
from xushi.units.models import Role, Unit, User

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


def choices(wanted: Wanted) -> list[Choice]:
    """The selects of the list; six queries."""
    f = wanted.filters
    units = list(Unit.objects.exclude(kind__in=(Unit.Kind.ENTERPRISE, Unit.Kind.DISTRICT)))
    territories = [unit for unit in units if unit.kind in Unit.TERRITORY_KINDS]
    made = [
        _choice("level", "级别", _levels(), f.level if f.level != "district" else "", first=True),
        _choice("stage", "阶段", STAGES, f.stage, first=True),
        _choice("category", "类别", _categories(), f.category, first=True),
        _choice("territory", "属地", _named(territories), f.territory, first=True),
        _choice("state", "状态", STATES.items(), f.state, first=True),
        _choice("unit", "责任单位", _named(units), f.unit),
        _choice("leader", "挂钩领导", _leaders(), f.leader),
        _choice("chain", "产业链", _named(IndustryChain.objects.order_by("name")), f.chain),
        _choice("owner_kind", "投资主体", Project.OwnerKind.choices, f.owner_kind),
        _choice("size", "总投资", SIZES, f.size),
        _choice("tag", "标签", _named(Tag.objects.order_by("name")), wanted.tag),
        _choice("ceremony", "集中仪式", _named(Ceremony.objects.order_by("-held_on")), wanted.ceremony),
    ]
    return [choice for choice in made if choice.options]


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
        for category in Category.objects.all()
    ]


def _leaders() -> list[tuple[int, str]]:
    held = Q(appointments__role=Role.LEADER, appointments__ended_at=None)
    return list(User.objects.filter(held).distinct().order_by("pk").values_list("pk", "name"))


def _named(rows: Iterable[Any]) -> list[tuple[int, str]]:
    return [(row.pk, str(row)) for row in rows]
