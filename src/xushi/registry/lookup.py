"""人们叫的名字对应库里的行：类别、产业链、标签、单位。"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from xushi.duties.reach import beyond, reach_of
from xushi.journal.actions import Actor
from xushi.registry.checking import RowProblem
from xushi.registry.models import Category, IndustryChain, Tag
from xushi.registry.rules import ProjectInput
from xushi.units.models import Role, Unit


@dataclass
class Lookup:
    """Categories, chains and tags by what people call them; chains and tags not yet known are added."""

    categories: dict[str, int]
    chains: dict[str, int]
    tags: dict[str, int]
    units: set[int]

    @classmethod
    def of(cls, rows: Sequence[ProjectInput]) -> "Lookup":
        return cls(
            categories=dict(Category.objects.values_list("code", "pk")),
            chains=_ensured(IndustryChain, {row.chain for row in rows if row.chain}),
            tags=_ensured(Tag, {tag for row in rows for tag in row.tags}),
            units=set(Unit.objects.values_list("pk", flat=True)),
        )

    def unknown(self, rows: Sequence[ProjectInput]) -> Iterator[RowProblem]:
        for i, row in enumerate(rows):
            if row.category not in self.categories:
                yield RowProblem(i, "category", f"没有“{row.category}”这个类别，请从类别表里选。")
            for name, label in (("territory", "属地"), ("responsible_unit", "责任单位")):
                if getattr(row, name) not in self.units:
                    yield RowProblem(i, name, f"{label}不在单位表里，请先建单位或改选一个。")


def out_of_reach(
    rows: Sequence[ProjectInput], actor: Actor, kept: Callable[[int], Collection[int | None]]
) -> Iterator[RowProblem]:
    """The units of each row that the actor's office does not reach, beside those that it has already (kept, by its
    place); two queries, one where nothing is out of reach."""
    if actor.by is None or not actor.by.has_role(Role.OFFICE):
        return  # who else registers does so by a step that was asked about itself
    near = reach_of(actor.by, Role.OFFICE)
    if not near.beside:
        return
    named = ("responsible_unit", "owner_unit")
    units = Unit.objects.in_bulk({pk for row in rows for name in named if (pk := getattr(row, name))})
    for i, row in enumerate(rows):
        for name in named:
            for _, said in beyond(near, [units.get(getattr(row, name) or 0)], kept(i)):
                yield RowProblem(i, name, said)


def _ensured(model: Any, names: set[str]) -> dict[str, int]:
    held = dict(model.objects.filter(name__in=names).values_list("name", "pk"))
    model.objects.bulk_create(
        [model(name=name) for name in sorted(names - held.keys())], ignore_conflicts=True
    )
    return dict(model.objects.filter(name__in=names).values_list("name", "pk"))
