"""One unit's figures moved many ways at once, everybody else's left as they are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from .arrays import Array
from .data import Table, period_at
from .deriving import derived
from .engine import Result, build, ranked, staged, totals
from .refusals import refuse
from .settling import only_places
from .spec import FromData, Spec

CHUNK_CELLS = 4_000_000
Steps = Mapping[str, float]
"""By which amount each indicator is better, in the unit of its column and in the direction that is good."""


@dataclass(frozen=True)
class Start:
    """The assessment as it is, seen by one unit."""

    spec: Spec
    table: Table
    result: Result
    unit: str

    @property
    def who(self) -> int:
        return self.result.plan.table.units.index(self.unit)

    @property
    def period(self) -> int:
        return period_at(self.result.plan.table, self.spec.period)

    def column(self, code: str) -> int:
        return self.result.plan.table.columns.index(self.spec.nodes[code].data or code)

    def value(self, code: str) -> float:
        return float(self.result.plan.table.values[self.period, self.who, self.column(code)])

    def known(self, code: str) -> bool:
        """The unit has a figure of it, and those of its peers lie somewhere: no mere places without a range."""
        table, column = self.result.plan.table, self.spec.nodes[code].data or code
        return not np.isnan(self.value(code)) and not only_places(
            self.spec, table, column, table.periods[self.period]
        )

    def tops(self) -> tuple[Array, Array]:
        """Everybody's score and place under the topmost node, as they are."""
        root = self.result.plan.root
        return self.result.scores[0, :, root], self.result.ranks[0, :, root]

    def better(self, code: str, step: float) -> float:
        """The figure after an improvement: the other way for a negative indicator, into the interval for one that has
        one, and no further than the range."""
        node, value = self.spec.nodes[code], self.value(code)
        if node.interval is not None:
            low, high = node.interval
            after = (
                min(value + step, low) if value < low else max(value - step, high) if value > high else value
            )
        else:
            after = value + step * float(self.result.plan.sign[self.result.plan.leaves.index(code)])
        return after if node.range is None else float(np.clip(after, *node.range))

    def improved(self, steps: Steps) -> Table:
        """The table in which the unit is better by these steps."""
        table = self.result.plan.table
        for code, step in steps.items():
            value = self.better(code, step)
            table = table.with_value(self.who, self.column(code), self.period, value, value)
        return table

    def tried(self, ways: Sequence[Steps]) -> tuple[Array, Array]:
        """Everybody's score and place under the topmost node in each way: ways × units."""
        if not ways:
            nothing = np.empty((0, len(self.result.plan.table.units)))
            return nothing, nothing
        if self.leans_on_itself():
            built = [build(self.spec, self.improved(steps)) for steps in ways]
            root = self.result.plan.root
            return (np.stack([one.scores[0, :, root] for one in built]),
                    np.stack([one.ranks[0, :, root] for one in built]))  # fmt: skip
        size = max(1, CHUNK_CELLS // max(self.result.stages.derived[0].size, 1))
        parts = [self._at_once(ways[at : at + size]) for at in range(0, len(ways), size)]
        return np.concatenate([one[0] for one in parts]), np.concatenate([one[1] for one in parts])

    def _at_once(self, ways: Sequence[Steps]) -> tuple[Array, Array]:
        plan, at = self.result.plan, [self.period]
        x = np.repeat(self.result.stages.derived, len(ways), axis=0)
        for draw, steps in enumerate(ways):
            values = plan.table.values.copy()
            for code, step in steps.items():
                values[self.period, self.who, self.column(code)] = self.better(code, step)
            moved = self.moved({self.column(code) for code in steps})
            if moved:
                x[draw, :, moved] = derived(plan, values, at, moved)[0].T
        skip = plan.not_applicable(at)
        names = (plan.table.periods[self.period],)
        nodes = totals(plan, staged(plan, x, skip, at).scored, skip=skip, periods=names)
        places = ranked(plan, nodes)
        return nodes[:, :, plan.root], places[:, :, plan.root]

    def moved(self, columns: set[int]) -> list[int]:
        """The indicators that are worked out of these columns."""
        names = {self.result.plan.table.columns[at] for at in columns}
        return [
            leaf
            for leaf, code in enumerate(self.result.plan.leaves)
            for derive in [self.spec.nodes[code].derive or self.spec.defaults.derive]
            if (self.spec.nodes[code].data or code) in names or derive.by in names
        ]

    def leans_on_itself(self) -> bool:
        """A reference is looked up in the figures that are moved, so that every way must be built whole."""
        return any(
            isinstance(reference, FromData) and reference.period in (None, self.spec.period)
            for node in self.spec.nodes.values()
            for reference in node.references.values()
        )


def start_of(spec: Spec, table: Table, unit: str) -> Start:
    result = build(spec, table)
    if unit not in result.plan.table.units:
        raise refuse("--pays", f"数据里没有“{unit}”这个单位。")
    if np.isnan(result.scores[0, result.plan.table.units.index(unit), result.plan.root]):
        raise refuse("--pays", f"“{unit}”没有得分，算不出怎样加分。")
    return Start(spec, table, result, unit)


def able(start: Start, codes: Sequence[str], path: str) -> None:
    """Refused where an indicator is not there, or the unit has no figure of it to improve."""
    for code in codes:
        if code not in start.result.plan.leaves:
            raise refuse(f"{path}.{code}", f"没有“{code}”这个指标。")
        if np.isnan(start.value(code)):
            raise refuse(f"{path}.{code}", f"“{start.unit}”的“{code}”没有数，谈不上提高。")
        if not start.known(code):
            raise refuse(
                f"{path}.{code}",
                f"“{code}”有的只知道位次，差多少不知道；请写 nodes.{code}.range: [最低, 最高]。",
            )
