"""A specification laid beside a table: which column, rule and reference each indicator has, in which order to add up."""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from .arrays import Array, Flags, Places
from .checks import children_of
from .data import Table
from .refusals import Problem, Refused, refuse
from .scoring import COHORT
from .spec import Node, Pending, PerUnit, Reference, Spec
from .spec_rules import Combine, Impute, Rule, Treat

T = TypeVar("T", bound=Hashable)
OF_COHORT = {*COHORT, "best", "worst"}


@dataclass(frozen=True)
class Group:
    """A node with children: where it and they stand among all nodes."""

    code: str
    at: int
    members: Places
    combine: Combine
    weighting: str


@dataclass(frozen=True)
class Plan:
    spec: Spec
    table: Table
    codes: tuple[str, ...]  # indicators first, then groups from the bottom up
    leaves: tuple[str, ...]
    groups: tuple[Group, ...]
    sign: Array
    weights: Array
    marks: Array
    cohorts: tuple[Places, ...]
    imputing: tuple[tuple[Impute, Places], ...]
    treating: tuple[tuple[Treat, Places], ...]
    rules: tuple[tuple[Rule, Places], ...]

    def not_applicable(self, periods: list[int]) -> Flags | None:
        """Periods × units × indicators, true where the indicator does not apply; None where all apply."""
        cells = self.table.cells_not_applicable
        if not cells:
            return None
        made = np.zeros(self.table.values.shape, dtype=bool)
        made[tuple(zip(*cells, strict=True))] = True
        columns = [self.table.columns.index(self.spec.nodes[code].data or code) for code in self.leaves]
        return np.asarray(made[periods][:, :, columns])

    @property
    def full(self) -> Array:
        """Full marks of every node: its own, else those of its members together; NaN where nobody has any."""
        made = np.array([self.spec.nodes[code].marks or np.nan for code in self.codes], dtype=float)
        for group in self.groups:
            if np.isnan(made[group.at]):
                made[group.at] = made[group.members].sum()
        return made

    @property
    def root(self) -> int:
        """The node the units are first ranked by: the topmost written first."""
        return next(i for i, code in enumerate(self.codes) if code == self.top)

    @property
    def top(self) -> str:
        return next(code for code, node in self.spec.nodes.items() if node.parent is None)

    def reference(self, leaf: int, name: str) -> Array:
        """A reference of an indicator for each unit; one that is missing or pending is refused."""
        code = self.leaves[leaf]
        return np.array([_given(self.spec.nodes[code], code, name, unit) for unit in self.table.units])


def plan_of(spec: Spec, table: Table) -> Plan:
    if spec.cohort.only:
        unknown = [unit for unit in spec.cohort.only if unit not in table.units]
        if unknown:
            raise refuse("cohort.only", f"数据里没有“{unknown[0]}”。")
        table = table.only(spec.cohort.only)
    children = children_of(spec)
    leaves = tuple(code for code in spec.nodes if code not in children)
    codes = (*leaves, *_from_below(spec, children))
    at = {code: place for place, code in enumerate(codes)}
    rules = [_rule(spec, spec.nodes[code]) for code in leaves]
    _known(spec, table, leaves, rules)
    _gates(spec, at, len(leaves))
    return Plan(
        spec, table, codes, leaves,
        tuple(_group(spec, code, children[code], at) for code in codes[len(leaves):]),
        np.array([_sign(spec, spec.nodes[code]) for code in leaves]),
        np.array([1.0 if (w := spec.nodes[code].weight) is None else w for code in codes]),
        np.array([_marks(spec.nodes[code], rule) for code, rule in zip(leaves, rules, strict=True)]),
        _cohorts(spec, table),
        _alike(_of(spec, leaves, "impute")), _alike(_of(spec, leaves, "treat")), _alike(rules),
    )  # fmt: skip


def _from_below(spec: Spec, children: dict[str, list[str]]) -> list[str]:
    done: list[str] = []

    def visit(code: str) -> None:
        for one in children[code]:
            if one in children:
                visit(one)
        done.append(code)

    for code, node in spec.nodes.items():
        if node.parent is None and code in children:
            visit(code)
    return done


def _group(spec: Spec, code: str, members: list[str], at: dict[str, int]) -> Group:
    node = spec.nodes[code]
    return Group(
        code, at[code], np.array([at[one] for one in members]), node.combine or spec.defaults.combine,
        node.weighting or spec.defaults.weighting,
    )  # fmt: skip


def _rule(spec: Spec, node: Node) -> Rule:
    return node.score or spec.defaults.score


def _sign(spec: Spec, node: Node) -> float:
    return -1.0 if (node.direction or spec.defaults.direction) == "negative" else 1.0


def _marks(node: Node, rule: Rule) -> float:
    """What a score is multiplied by: full marks are given by per cent, unless the rule gives points."""
    return 1.0 if node.marks is None or rule.points else node.marks / 100


def _of(spec: Spec, leaves: Iterable[str], word: str) -> list[Any]:
    found = []
    for code in leaves:
        own = getattr(spec.nodes[code], word)
        found.append(None if own == "none" else getattr(spec.defaults, word) if own is None else own)
    return found


def _alike(wants: Sequence[T | None]) -> tuple[tuple[T, Places], ...]:
    """Columns that want the same are done in one go."""
    by_want: dict[T, list[int]] = {}
    for place, want in enumerate(wants):
        if want is not None:
            by_want.setdefault(want, []).append(place)
    return tuple((want, np.array(found)) for want, found in by_want.items())


def _cohorts(spec: Spec, table: Table) -> tuple[Places, ...]:
    if spec.cohort.by is None:
        return (np.arange(len(table.units)),)
    values = attribute(table, spec.cohort.by, "cohort.by")
    return tuple(np.array([i for i, v in enumerate(values) if v == value]) for value in dict.fromkeys(values))


def attribute(table: Table, name: str, path: str) -> tuple[str, ...]:
    if name not in table.attributes:
        raise refuse(path, f"“{name}”不是单位的属性；请写进 columns.attributes。")
    return table.attributes[name]


def _known(spec: Spec, table: Table, leaves: tuple[str, ...], rules: list[Rule]) -> None:
    problems = []
    for code, rule in zip(leaves, rules, strict=True):
        column = spec.nodes[code].data or code
        if column not in table.columns:
            problems.append(Problem(f"nodes.{code}.data", f"数据里没有“{column}”这个指标。"))
        if getattr(rule, "by", "") == "table" and not getattr(rule, "table", ()):
            problems.append(Problem(f"nodes.{code}.score.table", "by: table 要写各位次的得分。"))
    for place, one in enumerate(spec.adjustments):
        if one.unit is not None and one.unit not in table.units:
            problems.append(Problem(f"adjustments.{place}.unit", f"数据里没有“{one.unit}”。"))
    if problems:
        raise Refused(*problems)


def _gates(spec: Spec, at: dict[str, int], leaves: int) -> None:
    for place, one in enumerate(spec.adjustments):
        if one.gate is not None and at[one.gate] >= max(at[one.node], leaves):
            raise refuse(
                f"adjustments.{place}.gate", f"“{one.gate}”在“{one.node}”之后才算出来，当不了它的门槛。"
            )


def _given(node: Node, code: str, name: str, unit: str) -> float:
    path = f"nodes.{code}.references.{name}"
    if name not in node.references:
        raise refuse(path, "规则要用这个参照值，但没有写。")
    value: Reference | None = node.references[name]
    if isinstance(value, PerUnit):
        value = value.units.get(unit, value.others)
        path = f"{path}.{unit}"
    if isinstance(value, Pending):
        raise refuse(path, f"还没有定，等{value.pending}给出；在那以前这一项算不了。")
    if value is None:
        raise refuse(path, "规则要用这个参照值，但没有写。")
    return float(value)  # type: ignore[arg-type]
