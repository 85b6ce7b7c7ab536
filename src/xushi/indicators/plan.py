"""A specification laid beside a table: which column, rule and reference each indicator has, in which order to add up."""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import numpy as np

from .arrays import Array, Flags, Places
from .checks import children_of
from .data import Table, period_at
from .referring import referred
from .refusals import Problem, Refused, refuse
from .scoring import COHORT
from .settling import cohorts, settled
from .spec import Node, Spec
from .spec_rules import Combine, Impute, Rule, Treat

T = TypeVar("T", bound=Hashable)
Groups = tuple[Places, ...]
OF_COHORT = {*COHORT, "best", "worst"}


@dataclass(frozen=True)
class Group:
    """A node with children: where it and they stand among all nodes."""

    code: str
    at: int
    members: Places
    combine: Combine
    weighting: str
    times: float = 1.0
    """From per cent to its own full marks, where it has any and they are not the sum of its members'."""


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
    cohorts: Groups
    of_leaf: tuple[Groups, ...]  # whom each indicator compares
    imputing: tuple[tuple[Groups, Impute, Places], ...]
    treating: tuple[tuple[Groups, Treat, Places], ...]
    scoring: tuple[tuple[Groups, Rule, Places], ...]
    rules: tuple[tuple[Rule, Places], ...]
    within: tuple[tuple[str, Groups], ...] = ()
    known: dict[tuple[int, str, tuple[int, ...]], Array] = field(default_factory=dict, compare=False)

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

    def references(self, leaf: int, name: str, periods: Sequence[int]) -> Array:
        """A reference of an indicator, (periods or 1) × units; one that is missing or pending is refused."""
        key = leaf, name, tuple(periods)
        if key not in self.known:
            code = self.leaves[leaf]
            self.known[key] = referred(
                self.spec.nodes[code], code, name, self.table, periods, self.of_leaf[leaf], self.sign[leaf]
            )
        return self.known[key]

    def reference(self, leaf: int, name: str, period: int | None = None) -> Array:
        """The same for one period, that of the specification where none is named: one figure for each unit."""
        at = period_at(self.table, self.spec.period) if period is None else period
        return np.asarray(self.references(leaf, name, [at])[0])


def plan_of(spec: Spec, table: Table) -> Plan:
    return planned(spec, chosen(spec, table))


def chosen(spec: Spec, table: Table) -> Table:
    """The table with its places laid out, of the units that are scored."""
    table = settled(spec, table)
    if not spec.cohort.only:
        return table
    unknown = [unit for unit in spec.cohort.only if unit not in table.units]
    if unknown:
        raise refuse("cohort.only", f"数据里没有“{unknown[0]}”。")
    return table.only(spec.cohort.only)


def planned(spec: Spec, table: Table) -> Plan:
    """The plan for a table as `chosen` gives it."""
    children = children_of(spec)
    leaves = tuple(code for code in spec.nodes if code not in children)
    codes = (*leaves, *_from_below(spec, children))
    at = {code: place for place, code in enumerate(codes)}
    rules = [_rule(spec, spec.nodes[code]) for code in leaves]
    _known(spec, table, leaves, rules)
    _gates(spec, at, len(leaves))
    own = cohorts(table, spec.cohort.by, "cohort.by")
    others = {by: cohorts(table, None if by == "all" else by, f"nodes.{code}.cohort")
              for code in leaves if (by := spec.nodes[code].cohort) is not None}  # fmt: skip
    of_leaf = tuple(own if (by := spec.nodes[code].cohort) is None else others[by] for code in leaves)
    return Plan(
        spec, table, codes, leaves,
        tuple(_group(spec, code, children[code], at) for code in codes[len(leaves):]),
        np.array([_sign(spec, spec.nodes[code]) for code in leaves]),
        np.array([1.0 if (w := spec.nodes[code].weight) is None else w for code in codes]),
        np.array([_marks(spec.nodes[code], rule) for code, rule in zip(leaves, rules, strict=True)]),
        own, of_leaf,
        _jobs(_of(spec, leaves, "impute"), of_leaf, table), _jobs(_of(spec, leaves, "treat"), of_leaf, table),
        _jobs(rules, of_leaf, table), _alike(rules),
        tuple((name, cohorts(table, name, "rank.within")) for name in spec.rank.within),
    )  # fmt: skip


def reordered(plan: Plan, table: Table) -> Plan:
    """The same plan for the same table whose units stand in another order."""
    to = np.array([table.units.index(unit) for unit in plan.table.units])
    moved = {id(groups): tuple(np.sort(to[members]) for members in groups)
             for groups in (plan.cohorts, *plan.of_leaf, *(job[0] for job in plan.imputing),
                            *(groups for _, groups in plan.within))}  # fmt: skip
    return replace(
        plan, table=table, cohorts=moved[id(plan.cohorts)],
        of_leaf=tuple(moved[id(groups)] for groups in plan.of_leaf),
        imputing=tuple((moved[id(groups)], rule, columns) for groups, rule, columns in plan.imputing),
        treating=tuple((moved[id(groups)], rule, columns) for groups, rule, columns in plan.treating),
        scoring=tuple((moved[id(groups)], rule, columns) for groups, rule, columns in plan.scoring),
        within=tuple((name, moved[id(groups)]) for name, groups in plan.within), known={},
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
    combine = node.combine or spec.defaults.combine
    return Group(
        code, at[code], np.array([at[one] for one in members]), combine,
        node.weighting or spec.defaults.weighting,
        1.0 if node.marks is None or combine.form == "sum" else node.marks / 100,
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


def _jobs(
    wants: Sequence[T | None], of_leaf: Sequence[Groups], table: Table
) -> tuple[tuple[Groups, T, Places], ...]:
    """What is done to which columns of which cohorts, those alike in one go."""
    named: dict[str, Groups] = {}
    kinds: list[Groups] = []
    jobs: list[tuple[T, int] | None] = []
    for want, own in zip(wants, of_leaf, strict=True):
        groups = own
        if isinstance(want, Impute) and want.group:
            if want.group not in named:
                named[want.group] = cohorts(table, want.group, "impute.group")
            groups = named[want.group]
        if not any(groups is one for one in kinds):
            kinds.append(groups)
        at = next(place for place, one in enumerate(kinds) if one is groups)
        jobs.append(None if want is None else (want, at))
    return tuple((kinds[at], want, columns) for (want, at), columns in _alike(jobs))


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
