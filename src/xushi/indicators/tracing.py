"""Why a score is what it is: input → references → rule → raw → clamped → rounded, for any cell, without recomputing."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from .arrays import Array
from .data import Key
from .engine import Result, weights_of
from .plan import OF_COHORT, Group
from .resting import by_node, by_unit
from .rounding import rounded
from .scoring import cohort_anchor
from .settling import by_place
from .spec_rules import Rule

ANCHORS = ("worst", "best", "against", "at", "lower", "upper", "to")


@dataclass(frozen=True)
class Traced:
    """Everything that was worked out of every cell: arrays of periods × units × indicators, and what was measured by."""

    result: Result
    figures: dict[str, Array]
    references: tuple[dict[str, Array], ...]
    """For each indicator, under each name: periods × units."""

    def period(self, period: int) -> list[dict[str, Any]]:
        """One period's cells in words, unit by unit."""
        figures = {name: _plainly(figure[period]) for name, figure in self.figures.items()}
        measured = [{name: _plainly(one[period]) for name, one in of.items()} for of in self.references]
        heads = [_head(self.result, leaf) for leaf in range(len(self.references))]
        told = _Told(self.result, period)
        return [
            {
                **told.of(unit, leaf, *head),
                "references": {name: one[unit] for name, one in measured[leaf].items()},
                **told.shown(
                    {name: figure[unit][leaf] for name, figure in figures.items()}, unit, head[0], head[1]
                ),
            }
            for unit in range(len(self.result.plan.table.units))
            for leaf, head in enumerate(heads)
        ]


def traced(result: Result) -> Traced:
    plan, stages = result.plan, result.stages
    at = [plan.table.periods.index(name) for name in result.periods]
    columns = [plan.table.columns.index(plan.spec.nodes[code].data or code) for code in plan.leaves]
    cut = np.array(stages.clamped)
    for rule, leaves in plan.rules:
        cut[:, :, leaves] = rounded(stages.clamped[:, :, leaves], rule.decimals)
    figures = {
        "input": plan.table.values[at][:, :, columns],
        "derived": stages.derived, "imputed": stages.imputed, "treated": stages.treated, "raw": stages.raw,
        "clamped": stages.clamped, "rounded": cut, "scored": stages.scored,
        "score": result.scores[:, :, : len(plan.leaves)],
    }  # fmt: skip
    return Traced(result, figures, tuple(references(result, leaf) for leaf in range(len(plan.leaves))))


def trace(result: Result, *, period: int = 0) -> list[dict[str, Any]]:
    """Every indicator of every unit, then every group: what each was made of."""
    return [*traced(result).period(period), *_groups(result, period)]


def cell(result: Result, unit: int, leaf: int, period: int = 0) -> dict[str, Any]:
    """One indicator of one unit, without looking at the others more than its references need."""
    plan, stages, at = result.plan, result.stages, (period, unit, leaf)
    column, form, rule = _head(result, leaf)
    seen = plan.table.periods.index(result.periods[period]), unit, plan.table.columns.index(column)
    figures = {
        "input": plan.table.values[seen],
        "derived": stages.derived[at], "imputed": stages.imputed[at], "treated": stages.treated[at],
        "raw": stages.raw[at], "clamped": stages.clamped[at],
        "rounded": rounded(stages.clamped[at].reshape(1), rule.decimals)[0], "scored": stages.scored[at],
        "score": result.scores[at],
    }  # fmt: skip
    told = _Told(result, period)
    return {
        **told.of(unit, leaf, column, form, rule),
        "references": {name: plain(one[period, unit]) for name, one in references(result, leaf).items()},
        **told.shown({name: plain(value) for name, value in figures.items()}, unit, column, form),
    }


def _head(result: Result, leaf: int) -> tuple[str, str, Rule]:
    """The column of an indicator, the form of its rule, and the rule."""
    code = result.plan.leaves[leaf]
    rule = result.plan.spec.nodes[code].score or result.plan.spec.defaults.score
    return result.plan.spec.nodes[code].data or code, rule.form, rule


class _Told:
    """What is said of a cell besides its figures."""

    def __init__(self, result: Result, period: int) -> None:
        self.result, self.period, self.name = result, period, result.periods[period]
        self.at = result.plan.table.periods.index(self.name)
        self.special = bool(result.plan.table.settled)
        self.columns = {name: at for at, name in enumerate(result.plan.table.columns)}

    def of(self, unit: int, leaf: int, column: str, form: str, rule: Rule) -> dict[str, Any]:
        table, code = self.result.plan.table, self.result.plan.leaves[leaf]
        key = table.units[unit], column, self.name
        return {
            "unit": key[0], "node": code, "period": self.name, "vintage": table.vintage.get(key, ""),
            "source": table.source.get(key, ""), "status": self._status(key, unit, leaf),
            **self._known(key, unit, form), "rule": form,
        }  # fmt: skip

    def shown(self, figures: dict[str, Any], unit: int, column: str, form: str) -> dict[str, Any]:
        """The figures; none where only the place is known and scored, since the one worked with says nothing."""
        if self.special and self._no_figure((self.result.plan.table.units[unit], column, self.name), form):
            return figures | dict.fromkeys(("input", "derived", "imputed", "treated"))
        return figures

    def _status(self, key: Key, unit: int, leaf: int) -> str:
        stages, at = self.result.stages, (self.period, unit, leaf)
        if np.isnan(stages.derived[at]):
            return "missing" if np.isnan(stages.imputed[at]) else "imputed"
        return self.result.plan.table.status.get(key, "final")

    def _no_figure(self, key: Key, form: str) -> bool:
        plan = self.result.plan
        if form != "rank" or key not in (plan.table.settled or ()):
            return False
        nodes = [node for code, node in plan.spec.nodes.items() if (node.data or code) == key[1]]
        return all(node.range is None and by_place(plan.spec, node) for node in nodes)

    def _known(self, key: Key, unit: int, form: str) -> dict[str, Any]:
        """What was known of a figure that is no more than a range or a place."""
        table, seen = self.result.plan.table, (self.at, unit, self.columns[key[1]])
        made: dict[str, Any] = {}
        if table.high[seen] > table.low[seen] and not self._no_figure(key, form):
            made["between"] = [float(table.low[seen]), float(table.high[seen])]
        if (standing := table.standings.get(key)) is not None and (
            key not in table.fixed or key in (table.settled or ())
        ):
            made["standing"] = {"first": standing.first, "last": standing.last, "of": standing.of}
        return made


def references(result: Result, leaf: int) -> dict[str, Array]:
    """The figures an indicator's rule measures by, each under its own name, for every period and unit."""
    plan, rule = result.plan, _head(result, leaf)[2]
    names = [value for name in ANCHORS if (value := getattr(rule, name, None)) is not None]
    names += [step.at for step in getattr(rule, "steps", ())]
    shape = result.stages.treated.shape[:2]
    at = [plan.table.periods.index(name) for name in result.periods]
    found: dict[str, Array] = {}
    for name in names:
        if not isinstance(name, str):
            found[f"{name:g}"] = np.broadcast_to(float(name), shape)
        elif name in OF_COHORT:
            found[name] = _of_cohort(result, leaf, name)
        else:
            found[name] = np.broadcast_to(plan.references(leaf, name, at), shape)
    return found


def _of_cohort(result: Result, leaf: int, name: str) -> Array:
    made = np.empty(result.stages.treated.shape[:2])
    for members in result.plan.of_leaf[leaf]:
        x = result.stages.treated[:, members, leaf : leaf + 1]
        value = cohort_anchor(name, x, result.plan.sign[leaf : leaf + 1])
        assert value is not None
        made[:, members] = value[:, :, 0]
    return made


def _groups(result: Result, period: int) -> Iterator[dict[str, Any]]:
    plan, now = result.plan, result.periods[period]
    used = {group.code: _used(result, group, period) for group in plan.groups}
    for unit, name in enumerate(plan.table.units):
        for group in plan.groups:
            scores = result.scores[period, unit]
            yield {
                "unit": name, "node": group.code, "period": now, "rule": group.combine.form,
                "members": {plan.codes[at]: plain(scores[at]) for at in group.members},
                "weights": used[group.code],
                "adjustments": [one.model_dump(mode="json", exclude_none=True) for one in plan.spec.adjustments
                                if one.node == group.code and one.unit in (None, name)
                                and one.period in (None, now)],
                "score": plain(scores[group.at]),
            }  # fmt: skip


def _used(result: Result, group: Group, period: int) -> dict[str, float]:
    """The weights a group was added up with: as written, alike, or found out of the figures."""
    plan = result.plan
    x = result.scores[period : period + 1][:, :, group.members]
    found = weights_of(plan, group, x, plan.weights[None])[0]
    return {plan.codes[at]: float(weight) for at, weight in zip(group.members, found, strict=True)}


def _plainly(figures: Array) -> list[Any]:
    """NaN is null."""
    made = figures.astype(object)
    made[np.isnan(figures)] = None
    return list(made.tolist())


def answer(result: Result, *, period: int = 0) -> list[dict[str, Any]]:
    """Scores and ranks of every unit under every node, and what part of them rests on guesses."""
    plan = result.plan
    shares, nodes = by_unit(result, period), by_node(result, period)
    return [
        {
            "unit": unit,
            "scores": {code: plain(result.scores[period, at, node]) for node, code in enumerate(plan.codes)},
            "ranks": _ranks(result, result.ranks[period, at]),
            **_within(result, period, at),
            "rests_on": {name: float(share[at]) for name, share in shares.items()},
            "rests_by_node": {code: kinds for node, code in enumerate(plan.codes)
                              if (kinds := _kinds(nodes, at, node))},
        }
        for at, unit in enumerate(plan.table.units)
    ]  # fmt: skip


def _ranks(result: Result, row: np.ndarray) -> dict[str, Any]:
    return {code: place(row[node]) for node, code in enumerate(result.plan.codes)}


def _within(result: Result, period: int, unit: int) -> dict[str, Any]:
    if not result.within:
        return {}
    return {
        "ranks_within": {name: _ranks(result, ranks[period, unit]) for name, ranks in result.within.items()}
    }


def _kinds(nodes: dict[str, np.ndarray], unit: int, node: int) -> dict[str, float]:
    return {kind: float(share[unit, node]) for kind, share in nodes.items() if share[unit, node] > 0}


def plain(value: float) -> float | None:
    return None if math.isnan(value) else float(value)


def place(value: float) -> int | float | None:
    """A place is a whole number, except where those who tie share the middle."""
    if math.isnan(value):
        return None
    return int(value) if float(value).is_integer() else float(value)
