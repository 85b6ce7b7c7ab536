"""单位、类别、人：表里的叫法对到库里的那一行；没有的说出最像的几个。"""

from collections import defaultdict
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from xushi.core.cells import Ask, Choice, Reading, Understood, Wrong, read_text
from xushi.core.text import name_key
from xushi.duties.reach import Reach, known_to, reach_of
from xushi.registry.models import Category, Project
from xushi.units.models import Role, Unit, User

_UNIT_TAILS = ("街道办事处", "街道办", "街道", "管委会", "园区", "农场", "林场", "场", "镇", "局", "委", "办")
_CATEGORY_TAILS = ("项目", "类项目", "类", "工程", "建设")


@dataclass(slots=True)
class Names:
    """Full names and other ways of saying them, each leading to one value; several values make a question."""

    what: str
    full: dict[str, Any] = field(default_factory=dict)
    loose: dict[str, set[Any]] = field(default_factory=lambda: defaultdict(set))
    labels: dict[Any, str] = field(default_factory=dict)
    added: dict[str, Any] = field(default_factory=dict)
    may_add: bool = False
    known: dict[str, Reading] = field(default_factory=dict)

    def add(self, value: Any, label: str, *others: str, tails: tuple[str, ...] = ()) -> None:
        self.labels[value] = label
        for text in (label, *others):
            if key := name_key(text):
                self.full.setdefault(key, value)
                for tail in tails:
                    if key.endswith(tail) and len(key) > len(tail):
                        self.loose[key.removesuffix(tail)].add(value)

    def read(self, cell: Any) -> Reading:
        text = read_text(cell)
        if not isinstance(text, Understood) or text.value is None:
            return text
        if text.value not in self.known:
            self.known[text.value] = self._looked_up(text.value)
        return self.known[text.value]

    def _looked_up(self, text: str) -> Reading:  # noqa: PLR0911 - from sure to unsure
        key = name_key(text)
        if key in self.full:
            return Understood(self.full[key])
        if key in self.added:
            return Understood(self.added[key])
        values = self.loose.get(key) or self._shortened(key)
        if len(values) == 1:
            value = next(iter(values))
            return Understood(value, f"“{text}”当作{self.labels[value]}", "names")
        if values:
            return Ask(
                f"“{text}”有好几个{self.what}。",
                tuple(self._choice(value) for value in sorted(values, key=str)),
            )
        if self.may_add:
            self.added[key] = -len(self.added) - 1
            self.labels[self.added[key]] = text
            return Understood(self.added[key], f"新增{self.what}“{text}”", "added")
        near = get_close_matches(key, list(self.full), n=3, cutoff=0.5)
        if near:
            found = dict.fromkeys(self.full[name] for name in near)
            return Ask(f"{self.what}里没有“{text}”。", tuple(self._choice(value) for value in found))
        return Wrong(f"{self.what}里没有“{text}”。请改成库里的名称，或先把它建好。")

    def _shortened(self, key: str) -> set[Any]:
        """桥林 names 桥林街道 where it is the beginning of exactly one."""
        if len(key) < 2:
            return set()
        return {value for name, value in self.full.items() if name.startswith(key)}

    def _choice(self, value: Any) -> Choice:
        return Choice(self.labels[value], self.labels[value])


@dataclass(slots=True)
class Lookups:
    """Everything that words in cells may stand for; read once per import."""

    units: Names
    categories: Names
    people: Names

    @classmethod
    def load(cls, create: dict[str, Any], user: User | None = None) -> "Lookups":
        """user: who brings the sheet; None is the command line, for which nothing is out of reach."""
        near = reach_of(user, Role.OFFICE)
        units = Names("单位表", may_add=bool(create.get("territory")))
        known = Unit.objects.filter(dissolved_on=None).only("name", "short_name", "path")
        within = {unit.pk for unit in known if near.holds(unit)}
        for unit in sorted(known, key=lambda unit: unit.pk not in within):  # of one name, that within reach
            units.add(unit.pk, unit.name, unit.short_name, tails=_UNIT_TAILS if unit.pk in within else ())
        categories = Names("类别表")
        for code, name in Category.objects.values_list("code", "name"):
            categories.add(code, name, code, tails=_CATEGORY_TAILS)
            for tail in _CATEGORY_TAILS:
                categories.full.setdefault(name_key(name) + tail, code)
        if create.get("category"):
            for code, name in DEFAULT_CATEGORIES.items():
                if code not in categories.labels:
                    categories.add(code, name, code, tails=_CATEGORY_TAILS)
        return cls(units, categories, _leaders(user, near))


def _leaders(user: User | None, near: Reach) -> Names:
    """Leaders within reach by name; after them those out of it whom a project that the person sees has already."""
    people = Names("区领导名单")
    leaders = User.objects.filter(appointments__role=Role.LEADER, appointments__ended_at=None)
    leaders = leaders.distinct().order_by("pk")
    for pk, name in leaders.filter(known_to(near, Role.LEADER)).values_list("pk", "name"):
        people.add(pk, name)
    if user is not None and near.beside:
        led = Project.objects.visible_to(user).exclude(leader=None).order_by().values("leader")
        others = leaders.filter(pk__in=led).exclude(pk__in=list(people.labels))
        for pk, name in others.values_list("pk", "name"):
            people.add(pk, name)
    return people


DEFAULT_CATEGORIES = {
    "industrial": "产业",
    "infrastructure": "基础设施",
    "livelihood": "民生社会事业",
    "environment": "环境整治",
}
