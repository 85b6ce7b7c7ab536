"""What pays: points and places gained for each step of improvement, thresholds nearby, the cheapest way to a rank."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from .data import Table, period_at
from .engine import Result, build
from .spec import Spec
from .spec_rules import Brackets, Pass


@dataclass(frozen=True)
class Gain:
    """One indicator of one unit, improved by a step: what the unit gains under the topmost node."""

    node: str
    step: float
    points: float
    places: int
    saturated: bool


@dataclass(frozen=True)
class Threshold:
    """A step of the score that lies ahead, and what is missing to reach it."""

    node: str
    at: float
    missing: float
    points: float


def gains(spec: Spec, table: Table, *, unit: str, steps: Mapping[str, float]) -> list[Gain]:
    """Gains for the given improvements, the best first; what is saturated, gaining nothing, comes last."""
    before = build(spec, table)
    found = []
    for code, step in steps.items():
        points, places = _between(before, build(spec, improved(before, unit, {code: step})), unit)
        found.append(Gain(code, step, points, places, points <= 0))
    return sorted(found, key=lambda gain: -gain.points)


def improved(result: Result, unit: str, steps: Mapping[str, float]) -> Table:
    """The table in which a unit is better by these steps, each in the direction of its indicator."""
    plan, table = result.plan, result.plan.table
    period = period_at(table, plan.spec.period)
    who = table.units.index(unit)
    for code, step in steps.items():
        column = table.columns.index(plan.spec.nodes[code].data or code)
        value = table.values[period, who, column] + step * plan.sign[plan.leaves.index(code)]
        table = table.with_value(who, column, period, value, value)
    return table


def _between(before: Result, after: Result, unit: str) -> tuple[float, int]:
    at, root = before.plan.table.units.index(unit), before.plan.root
    points = after.scores[0, at, root] - before.scores[0, at, root]
    return float(points), int(before.ranks[0, at, root] - after.ranks[0, at, root])


def thresholds(spec: Spec, table: Table, *, unit: str) -> list[Threshold]:
    """The next step of each indicator that is scored by steps, the nearest by share of its own height first."""
    result = build(spec, table)
    found = []
    for rule, leaves in result.plan.rules:
        if isinstance(rule, Brackets | Pass):
            places = [(step.at, step.score) for step in rule.steps] if isinstance(rule, Brackets) else None
            for leaf in leaves:
                ahead = _next(result, unit, int(leaf), places or [(rule.at, rule.score)])  # type: ignore[union-attr]
                found += [ahead] if ahead else []
    return sorted(found, key=lambda one: one.missing / max(abs(one.at), 1e-12))


def _next(result: Result, unit: str, leaf: int, steps: list[tuple[float | str, float]]) -> Threshold | None:
    plan = result.plan
    who, sign = plan.table.units.index(unit), plan.sign[leaf]
    x, score = result.stages.treated[0, who, leaf], result.stages.raw[0, who, leaf]
    ahead = []
    for at, points in steps:
        height = plan.reference(leaf, at)[who] if isinstance(at, str) else at
        if (height - x) * sign > 0 and points > score:
            gain = (points - score) * plan.marks[leaf]
            ahead.append(Threshold(plan.leaves[leaf], float(height), float((height - x) * sign), float(gain)))
    return min(ahead, key=lambda one: one.missing, default=None)


@dataclass(frozen=True)
class Way:
    """A set of improvements, what it costs, and the rank it leads to."""

    steps: dict[str, float]
    cost: float
    rank: int
    reached: bool


def cheapest(
    spec: Spec,
    table: Table,
    *,
    unit: str,
    rank: int,
    steps: Mapping[str, float],
    costs: Mapping[str, float],
    most: Mapping[str, int],
) -> Way:
    """Step by step the improvement with most points per cost, until the rank is reached; then what was needless is
    taken back, the dearest first. `most` bounds the steps of each indicator. A search, not a proof of the least cost."""
    start = build(spec, table)
    taken = dict.fromkeys(steps, 0)
    now = start
    while _rank(now, unit) > rank:
        better = [
            (_between(now, after, unit)[0] / max(costs[code], 1e-12), code, after)
            for code in steps
            if taken[code] < most[code]
            for after in [build(spec, _with(start, unit, steps, {**taken, code: taken[code] + 1}))]
        ]
        best = max(better, key=lambda one: one[0], default=None)
        if best is None or best[0] <= 0:
            break
        taken[best[1]] += 1
        now = best[2]
    taken = _spared(spec, start, unit, rank, steps, costs, taken) if _rank(now, unit) <= rank else taken
    final = _rank(build(spec, _with(start, unit, steps, taken)), unit)
    used = {code: count * steps[code] for code, count in taken.items() if count}
    return Way(used, sum(costs[code] * count for code, count in taken.items()), final, final <= rank)


def _spared(
    spec: Spec,
    start: Result,
    unit: str,
    rank: int,
    steps: Mapping[str, float],
    costs: Mapping[str, float],
    taken: dict[str, int],
) -> dict[str, int]:
    for code in sorted(taken, key=lambda code: -costs[code]):
        while taken[code]:
            fewer = {**taken, code: taken[code] - 1}
            if _rank(build(spec, _with(start, unit, steps, fewer)), unit) > rank:
                break
            taken = fewer
    return taken


def _with(start: Result, unit: str, steps: Mapping[str, float], taken: Mapping[str, int]) -> Table:
    return improved(start, unit, {code: steps[code] * count for code, count in taken.items() if count})


def _rank(result: Result, unit: str) -> int:
    return int(np.ceil(result.ranks[0, result.plan.table.units.index(unit), result.plan.root]))


def still_needed(*, target: float, so_far: float, months_left: int, best_month: float) -> tuple[float, bool]:
    """What each month left must bring to reach a yearly target, and whether the best month so far could do that."""
    short = max(target - so_far, 0)
    if months_left <= 0:
        return short, short == 0
    return short / months_left, short / months_left <= best_month
