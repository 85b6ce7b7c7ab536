"""The step of a score that lies next before a unit: a bracket, a whole deduction or bonus, the nearest peer."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from .plan import OF_COHORT
from .spec_rules import Bonus, Brackets, Deduct, Pass, Place, Rule
from .trying import Start

HAIR = 1e-6


@dataclass(frozen=True)
class Threshold:
    """A step of the score that lies ahead: where, how far the figure as judged is from it, the points of the node;
    how far the reported figure is, and what it brings under the topmost node."""

    node: str
    at: float
    missing: float
    points: float
    by: float = 0.0
    total: float = 0.0
    places: int = 0
    passes: str = ""
    """Whom the unit draws level with, where the step is a place."""
    hair: float = 0.0
    """By what the figure must be exceeded, where reaching it will not do."""


Height = tuple[float, float, float]
"""A figure at which the score steps, the score there, and by what the figure must be exceeded (0: reached will do)."""


def ahead(start: Start) -> Iterator[Threshold]:
    """For every indicator what lies next, with the points of the indicator itself; nothing where outliers are treated."""
    for rule, leaves in start.result.plan.rules:
        for leaf in leaves:
            if start.known(start.result.plan.leaves[leaf]):
                yield from _of(start, rule, int(leaf))


def _of(start: Start, rule: Rule, leaf: int) -> Iterator[Threshold]:
    plan, stages, who = start.result.plan, start.result.stages, start.who
    x, score = float(stages.treated[0, who, leaf]), float(stages.clamped[0, who, leaf])
    untouched = np.array_equal(stages.treated[0, :, leaf], stages.imputed[0, :, leaf], equal_nan=True)
    if np.isnan(stages.derived[0, who, leaf]) or not untouched:
        return
    if isinstance(rule, Place) and rule.by in ("steps", "table"):
        yield from _next_peer(start, leaf, x)
        return
    found = [
        Threshold(plan.leaves[leaf], height, missing, (points - score) * float(plan.marks[leaf]), hair=hair)
        for height, points, hair in _heights(start, rule, leaf, x)
        if (missing := (height - x) * float(plan.sign[leaf])) + hair > 1e-12 and points > score
    ]
    if found:
        yield min(found, key=lambda one: one.missing)


def _heights(start: Start, rule: Rule, leaf: int, x: float) -> Iterator[Height]:
    def height(anchor: float | str) -> float:
        if isinstance(anchor, str):
            return float(start.result.plan.reference(leaf, anchor)[start.who])
        return anchor

    if isinstance(rule, Pass) and rule.at not in OF_COHORT:
        yield height(rule.at), rule.score, 0.0
    elif isinstance(rule, Brackets):
        yield from ((height(step.at), step.score, 0.0) for step in rule.steps if step.at not in OF_COHORT)
    elif isinstance(rule, Deduct | Bonus) and rule.whole != "no" and rule.against not in OF_COHORT:
        yield from _whole_steps(rule, height(rule.against), x, float(start.result.plan.sign[leaf]))


def _whole_steps(rule: Deduct | Bonus, against: float, x: float, sign: float) -> Iterator[Height]:
    """The next whole step: of what is deducted one less, of what is given one more."""
    one = rule.per * (abs(against) / 100 if rule.relative else 1)
    beyond = round((x - against) * sign / one, 9)
    whole = np.floor if rule.whole == "down" else np.ceil
    if isinstance(rule, Bonus):
        given = float(whole(max(beyond, 0)))
        at, points = given + (rule.whole == "down"), rule.base + rule.give * (given + 1)
    else:
        taken = float(whole(max(-beyond, 0)))
        if taken == 0:
            return
        at, points = -taken + (rule.whole == "up"), rule.full - rule.take * (taken - 1)
    points = points if rule.cap is None else min(points, rule.cap)
    opened = (rule.whole == "up") == isinstance(
        rule, Bonus
    )  # the figure itself still counts as the step before
    yield against + sign * one * at, points, one * HAIR if opened else 0.0


def _next_peer(start: Start, leaf: int, x: float) -> Iterator[Threshold]:
    """The nearest of those before the unit: draw level, and their place is shared."""
    plan = start.result.plan
    sign, figures = float(plan.sign[leaf]), start.result.stages.treated[0, :, leaf]
    members = next(members for members in plan.of_leaf[leaf] if start.who in members)
    above = [int(at) for at in members if (figures[at] - x) * sign > 0]
    if above:
        nearest = min(above, key=lambda at: (figures[at] - x) * sign)
        far = float((figures[nearest] - x) * sign)
        yield Threshold(
            plan.leaves[leaf], float(figures[nearest]), far, 0.0, passes=plan.table.units[nearest]
        )
