"""Why a score is what it is: input → references → rule → raw → clamped → rounded, for any cell, without recomputing."""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from .engine import Result
from .plan import OF_COHORT
from .rounding import rounded
from .scoring import cohort_anchor
from .spec_rules import Rule

ANCHORS = ("worst", "best", "against", "at", "lower", "upper", "to")


def trace(result: Result, *, period: int = 0) -> list[dict[str, Any]]:
    """Every indicator of every unit, then every group: what each was made of."""
    units, leaves = result.plan.table.units, result.plan.leaves
    cells = [cell(result, unit, leaf, period) for unit in range(len(units)) for leaf in range(len(leaves))]
    return [*cells, *_groups(result, period)]


def cell(result: Result, unit: int, leaf: int, period: int = 0) -> dict[str, Any]:
    plan, stages = result.plan, result.stages
    code = plan.leaves[leaf]
    node = plan.spec.nodes[code]
    column = node.data or code
    key = plan.table.units[unit], column, result.periods[period]
    at = period, unit, leaf
    rule = next(rule for rule, columns in plan.rules if leaf in columns)
    figures = {
        "input": plan.table.values[plan.table.periods.index(key[2]), unit, plan.table.columns.index(column)],
        "derived": stages.derived[at], "imputed": stages.imputed[at], "treated": stages.treated[at],
        "raw": stages.raw[at], "clamped": stages.clamped[at],
        "rounded": rounded(stages.clamped[at].reshape(1), rule.decimals)[0], "scored": stages.scored[at],
        "score": result.scores[period, unit, leaf],
    }  # fmt: skip
    return {
        "unit": key[0], "node": code, "period": key[2], "vintage": plan.table.vintage.get(key, ""),
        "status": _status(result, key, at), "rule": rule.form,  # type: ignore[attr-defined]
        "references": references(result, unit, leaf, rule, period),
        **{name: plain(value) for name, value in figures.items()},
    }  # fmt: skip


def _status(result: Result, key: tuple[str, str, str], at: tuple[int, int, int]) -> str:
    if np.isnan(result.stages.derived[at]):
        return "missing" if np.isnan(result.stages.imputed[at]) else "imputed"
    return result.plan.table.status.get(key, "final")


def references(result: Result, unit: int, leaf: int, rule: Rule, period: int) -> dict[str, float | None]:
    """The figures a rule measures by, each under its own name."""
    names = [value for name in ANCHORS if (value := getattr(rule, name, None)) is not None]
    names += [step.at for step in getattr(rule, "steps", ())]
    plan = result.plan
    members = next(members for members in plan.cohorts if unit in members)
    x = result.stages.treated[period : period + 1, members, leaf : leaf + 1]
    found: dict[str, float | None] = {}
    for name in names:
        if not isinstance(name, str):
            found[f"{name:g}"] = name
        elif name in OF_COHORT:
            value = cohort_anchor(name, x, plan.sign[leaf : leaf + 1])
            found[name] = None if value is None else plain(value.item())
        else:
            found[name] = plain(plan.reference(leaf, name)[unit])
    return found


def _groups(result: Result, period: int) -> Iterator[dict[str, Any]]:
    plan = result.plan
    for unit, name in enumerate(plan.table.units):
        for group in plan.groups:
            scores = result.scores[period, unit]
            yield {
                "unit": name, "node": group.code, "period": result.periods[period], "rule": group.combine.form,
                "members": {plan.codes[at]: plain(scores[at]) for at in group.members},
                "weights": {plan.codes[at]: float(plan.weights[at]) for at in group.members},
                "adjustments": [one.model_dump(mode="json", exclude_none=True) for one in plan.spec.adjustments
                                if one.node == group.code and one.unit in (None, name)],
                "score": plain(scores[group.at]),
            }  # fmt: skip


def answer(result: Result, *, period: int = 0) -> list[dict[str, Any]]:
    """Scores and ranks of every unit under every node, and what part of them rests on guesses."""
    plan = result.plan
    rests = resting(result, period)
    return [
        {
            "unit": unit,
            "scores": {code: plain(result.scores[period, at, node]) for node, code in enumerate(plan.codes)},
            "ranks": {code: place(result.ranks[period, at, node]) for node, code in enumerate(plan.codes)},
            "rests_on": {name: float(share[at]) for name, share in rests.items()},
        }
        for at, unit in enumerate(plan.table.units)
    ]


def resting(result: Result, period: int) -> dict[str, np.ndarray]:
    """For each unit, the share of its indicators that are imputed, missing, or known as an interval only."""
    plan, table = result.plan, result.plan.table
    absent = np.isnan(result.stages.derived[period])
    filled = absent & ~np.isnan(result.stages.imputed[period])
    columns = [table.columns.index(plan.spec.nodes[code].data or code) for code in plan.leaves]
    at = table.periods.index(result.periods[period])
    wide = (table.high - table.low)[at][:, columns] > 0
    early = np.zeros(absent.shape, dtype=bool)
    for (unit, column, period_name), status in table.status.items():
        if status == "preliminary" and period_name == table.periods[at] and unit in table.units:
            early[table.units.index(unit)] |= np.array(columns) == table.columns.index(column)
    kinds = {"imputed": filled, "missing": absent & ~filled, "intervals": wide, "preliminary": early}
    return {name: found.mean(1) for name, found in kinds.items()}


def plain(value: float) -> float | None:
    return None if math.isnan(value) else float(value)


def place(value: float) -> int | float | None:
    """A place is a whole number, except where those who tie share the middle."""
    if math.isnan(value):
        return None
    return int(value) if float(value).is_integer() else float(value)
