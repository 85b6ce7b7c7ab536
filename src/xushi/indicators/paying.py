"""What pays: points and places gained for each step of improvement, thresholds nearby, what alone would reach a rank."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from .data import Table
from .deriving import derived
from .engine import Result
from .outlook import Outlook, outlook, still_needed
from .spec import Spec
from .steps_ahead import Threshold, ahead
from .trying import Start, able, start_of
from .ways import Lever, Means, Way, cheapest, cheapest_by

__all__ = [
    "Alone", "Gain", "Lever", "Means", "Outlook", "Threshold", "Way", "alone", "cheapest", "cheapest_by", "gains",
    "improved", "outlook", "still_needed", "thresholds",
]  # fmt: skip

FINER, ROUNDS = 24, 5


@dataclass(frozen=True)
class Gain:
    """One indicator of one unit, improved by a step: what the unit gains under the topmost node."""

    node: str
    step: float
    points: float
    places: int
    saturated: bool
    before: float = 0.0
    after: float = 0.0


@dataclass(frozen=True)
class Alone:
    """How much better one indicator must be to reach a rank by itself; None where it never does."""

    node: str
    by: float | None
    value: float | None


def gains(spec: Spec, table: Table, *, unit: str, steps: Mapping[str, float] | None = None) -> list[Gain]:
    """Gains for the given improvements (one unit of each where none are), the best first; what is saturated last."""
    start = start_of(spec, table, unit)
    if steps is None:
        steps = {code: 1.0 for code in start.result.plan.leaves if start.known(code)}
    able(start, list(steps), "steps")
    scores, ranks = start.tried([{code: step} for code, step in steps.items()])
    top, place = (x[start.who] for x in start.tops())
    found = []
    for (code, step), score, rank in zip(
        steps.items(), scores[:, start.who], ranks[:, start.who], strict=True
    ):
        points = float(score - top)
        found.append(
            Gain(
                code,
                step,
                points,
                int(place - rank),
                points <= 0,
                start.value(code),
                start.better(code, step),
            )
        )
    return sorted(found, key=lambda gain: -gain.points)


def improved(result: Result, unit: str, steps: Mapping[str, float]) -> Table:
    """The table in which a unit is better by these steps, each in the direction of its indicator."""
    return Start(result.plan.spec, result.plan.table, result, unit).improved(steps)


def thresholds(spec: Spec, table: Table, *, unit: str) -> list[Threshold]:
    """The next step of each indicator that is scored by steps or places, the nearest by share of its height first."""
    start = start_of(spec, table, unit)
    reach = [(one, by) for one in ahead(start) if (by := _raw(start, one)) is not None]
    if not reach:
        return []
    scores, ranks = start.tried([{one.node: by} for one, by in reach])
    top, place = (x[start.who] for x in start.tops())
    found = [
        replace(
            one, by=by, total=float(scores[at, start.who] - top), places=int(place - ranks[at, start.who])
        )
        for at, (one, by) in enumerate(reach)
    ]
    return sorted(found, key=lambda one: one.missing / max(abs(one.at), 1e-12))


def _raw(start: Start, one: Threshold) -> float | None:
    """By how much the reported figure must be better for the judged one to get there (they differ by what is derived)."""
    plan = start.result.plan
    leaf = plan.leaves.index(one.node)
    by, wanted = one.missing + one.hair, one.at + one.hair * plan.sign[leaf]
    for _ in range(30):
        got = _judged(start, leaf, one.node, by)
        short = (wanted - got) * plan.sign[leaf]
        if short <= abs(wanted) * 1e-12 + 1e-15:
            return by
        slope = (got - _judged(start, leaf, one.node, 0)) * plan.sign[leaf] / by
        if slope <= 0:
            return None
        by += float(short / slope) * (1 + 1e-12)
    return None


def _judged(start: Start, leaf: int, code: str, by: float) -> float:
    values = start.result.plan.table.values.copy()
    values[start.period, start.who, start.column(code)] = start.better(code, by) if by else start.value(code)
    return float(derived(start.result.plan, values, [start.period], [leaf])[0, start.who, 0])


def alone(spec: Spec, table: Table, *, unit: str, rank: int) -> list[Alone]:
    """For each indicator the least improvement that by itself reaches the rank, the smallest share of its figure first.

    Found by narrowing down between nothing and 64 times the spread among the units (or the range); the score is taken
    to rise with the indicator.
    """
    start = start_of(spec, table, unit)
    codes = [code for code in start.result.plan.leaves if start.known(code)]
    if start.tops()[1][start.who] <= rank:
        return [Alone(code, 0.0, start.value(code)) for code in codes]
    spans = {code: (0.0, _farthest(start, code)) for code in codes}
    for round_ in range(ROUNDS):
        spans = _narrowed(start, spans, rank, geometric=round_ == 0)
    found = [Alone(code, spans[code][1], start.better(code, spans[code][1])) if code in spans
             else Alone(code, None, None) for code in codes]  # fmt: skip
    return sorted(
        found, key=lambda one: np.inf if one.by is None else one.by / max(abs(start.value(one.node)), 1e-12)
    )


def _farthest(start: Start, code: str) -> float:
    column = start.result.plan.table.values[start.period, :, start.column(code)]
    spread = float(np.nanmax(column) - np.nanmin(column)) or abs(start.value(code)) or 1.0
    return 64 * spread


def _narrowed(
    start: Start, spans: dict[str, tuple[float, float]], rank: int, *, geometric: bool
) -> dict[str, tuple[float, float]]:
    tries = {
        code: np.geomspace(high * 1e-6, high, FINER) if geometric else np.linspace(low, high, FINER)[1:]
        for code, (low, high) in spans.items()
    }
    ways = [{code: float(by)} for code, amounts in tries.items() for by in amounts]
    reached = iter(start.tried(ways)[1][:, start.who] <= rank)
    found = {}
    for code, amounts in tries.items():
        there = [next(reached) for _ in amounts]
        if any(there):
            first = there.index(True)
            found[code] = (float(amounts[first - 1]) if first else spans[code][0], float(amounts[first]))
    return found
