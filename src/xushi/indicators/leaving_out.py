"""先不算的指标：目标还没定的、一个数也没有的；说得出等谁，别的照算。"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from .checks import children_of
from .reading import spec_of
from .spec import Node, Pending, PerUnit, Spec

ANCHORS = ("worst", "best", "against", "at", "lower", "upper", "to")


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An indicator that cannot be scored yet: whom it waits for, "" where it has no figure of anybody."""

    code: str
    waits_for: str

    @property
    def sentence(self) -> str:
        return f"目标值还没定，等{self.waits_for}" if self.waits_for else "还没有数"


def without_unready(spec: Spec, columns: Collection[str], unit: str) -> tuple[Spec, tuple[LeftOut, ...]]:
    """The specification without what cannot be scored yet, and what that is. Groups left empty go with it."""
    found = list(_unready(spec, columns, unit))
    if not found:
        return spec, ()
    gone = {one.code for one in found}
    tree = spec.model_dump(mode="json", exclude_unset=True)
    children = children_of(spec)
    while empty := [code for code, members in children.items() if code not in gone and set(members) <= gone]:
        gone |= set(empty)
    tree["nodes"] = {code: body for code, body in tree["nodes"].items() if code not in gone}
    return spec_of(tree), tuple(found)


def pending(spec: Spec, code: str, unit: str, name: str = "target") -> str:
    """Who owes this reference of an indicator; "" where it is given or not asked for."""
    value = spec.nodes[code].references.get(name)
    if isinstance(value, PerUnit):
        value = value.units.get(unit, value.others)
    return value.pending if isinstance(value, Pending) else ""


def _unready(spec: Spec, columns: Collection[str], unit: str) -> Iterator[LeftOut]:
    children = children_of(spec)
    for code, node in spec.nodes.items():
        if code in children:
            continue
        waits = next(filter(None, (pending(spec, code, unit, name) for name in _needed(spec, node))), "")
        if waits or (node.data or code) not in columns:
            yield LeftOut(code, waits)


def _needed(spec: Spec, node: Node) -> Iterator[str]:
    """The references that the rule and the derive of a node ask for by name."""
    rule, derive = node.score or spec.defaults.score, node.derive or spec.defaults.derive
    yield from (value for name in ANCHORS if isinstance(value := getattr(rule, name, None), str))
    yield from (step.at for step in getattr(rule, "steps", ()) if isinstance(step.at, str))
    if derive.form in ("completion", "time_share"):
        yield derive.against or "target"
