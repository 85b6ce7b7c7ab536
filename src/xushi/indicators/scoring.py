"""Score rules on arrays of draws × units × indicators, within one cohort.

A rule is given the figures, the direction of each column (+1, −1) and a way to ask for its anchors.
"""

from collections.abc import Callable
from functools import singledispatch

import numpy as np

from .arrays import Array, deviation, highest, lowest, mean, median, places
from .spec_rules import (
    Affine,
    Bonus,
    Brackets,
    Curve,
    Deduct,
    Distance,
    Interval,
    Pass,
    Place,
    Ratio,
    Rule,
    Value,
    ZScore,
)

Anchors = Callable[[float | str], Array]
COHORT = {"min": lowest, "max": highest, "mean": mean, "median": median}


def cohort_anchor(name: str, x: Array, sign: Array) -> Array | None:
    """What the cohort itself gives: its min, max, mean, median; best and worst follow the direction."""
    if name in COHORT:
        return COHORT[name](x)
    if name in ("best", "worst"):
        up = sign > 0 if name == "best" else sign < 0
        return np.asarray(np.where(up, highest(x), lowest(x)))
    return None


def flat_or_missing(rule: Rule) -> float:
    return np.nan if rule.flat is None else rule.flat


@singledispatch
def raw_score(rule: Rule, x: Array, sign: Array, anchor: Anchors) -> Array:
    raise TypeError(f"没有 {type(rule).__name__} 的算法")


@raw_score.register
def _(rule: Affine, x: Array, sign: Array, anchor: Anchors) -> Array:
    worst, best = anchor(rule.worst), anchor(rule.best)
    with np.errstate(invalid="ignore", divide="ignore"):  # what has no logarithm is told of by name later
        if rule.transform == "log":
            x, worst, best = np.log(x), np.log(worst), np.log(best)
        span = best - worst
        even = span == 0
        if isinstance(rule, Distance):
            made = rule.high - (rule.high - rule.low) * ((best - x) / np.where(even, 1, span))
        else:
            made = _along(rule, (x - worst) / np.where(even, 1, span))
    if even.any():
        made = np.where(even & ~np.isnan(x), flat_or_missing(rule), made)
    return np.asarray(made)


def _along(rule: Affine, way: Array) -> Array:
    """The score at a share of the way from worst to best; what lies before the start bends as what lies after it."""
    if rule.power != 1:
        way = np.sign(way) * np.abs(way) ** rule.power
    if rule.shape == "exponential":
        with np.errstate(over="ignore"):
            return np.asarray(rule.low * (rule.high / rule.low) ** way)
    return np.asarray(rule.low + (rule.high - rule.low) * way)


def _steps(far: Array, per: float, whole: str) -> Array:
    steps = np.maximum(far, 0) / per
    if whole == "no":
        return np.asarray(steps)
    nearest = np.round(steps, 9)  # 3.0000000000000004 steps are three
    return np.asarray(np.floor(nearest) if whole == "down" else np.ceil(nearest))


def _beyond(rule: Deduct | Bonus, x: Array, sign: Array, anchor: Anchors) -> Array:
    """How far beyond the reference, in its own unit or in per cent of it; short of it is negative."""
    against = anchor(rule.against)
    far = (x - against) * sign
    if not rule.relative:
        return np.asarray(far)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(against == 0, np.nan, far / np.abs(against) * 100))


@raw_score.register
def _(rule: Deduct, x: Array, sign: Array, anchor: Anchors) -> Array:
    return rule.full - rule.take * _steps(-_beyond(rule, x, sign, anchor), rule.per, rule.whole)


@raw_score.register
def _(rule: Bonus, x: Array, sign: Array, anchor: Anchors) -> Array:
    return rule.base + rule.give * _steps(_beyond(rule, x, sign, anchor), rule.per, rule.whole)


def _reached(x: Array, sign: Array, at: Array) -> Array:
    return np.asarray((x - at) * sign >= 0)


@raw_score.register
def _(rule: Brackets, x: Array, sign: Array, anchor: Anchors) -> Array:
    made = np.full(x.shape, rule.otherwise)
    for step in rule.steps:
        reached = _reached(x, sign, anchor(step.at))
        made = np.where(reached, np.maximum(made, step.score), made)
    return np.asarray(np.where(np.isnan(x), np.nan, made))


@raw_score.register
def _(rule: Pass, x: Array, sign: Array, anchor: Anchors) -> Array:
    made = np.where(_reached(x, sign, anchor(rule.at)), rule.score, rule.otherwise)
    return np.asarray(np.where(np.isnan(x), np.nan, made))


@raw_score.register
def _(rule: Interval, x: Array, sign: Array, anchor: Anchors) -> Array:
    outside = np.maximum(anchor(rule.lower) - x, x - anchor(rule.upper))
    return rule.full - rule.take * _steps(outside, rule.per, "no")


@raw_score.register
def _(rule: Place, x: Array, sign: Array, anchor: Anchors) -> Array:
    place = places(x * sign, ties=rule.ties)
    if rule.by == "steps":
        return np.asarray(rule.first - rule.step * (place - 1))
    if rule.by == "table":
        return _by_table(rule, place)
    from_below = places(-x * sign, ties=rule.ties)  # the last has 1, as borda counts
    if rule.by == "place":
        return from_below
    count = (~np.isnan(x)).sum(1, keepdims=True)
    if rule.by == "borda":
        return from_below - 1
    return np.asarray(np.where(count > 1, (from_below - 1) / np.maximum(count - 1, 1), flat_or_missing(rule)))


def _by_table(rule: Place, place: Array) -> Array:
    """The score of each place; places beyond the table have what the last one has."""
    table = np.array(rule.table)
    absent = np.isnan(place)
    at = np.clip(np.where(absent, 1, place) - 1, 0, len(table) - 1)
    return np.asarray(np.where(absent, np.nan, np.interp(at, np.arange(len(table)), table)))


@raw_score.register
def _(rule: ZScore, x: Array, sign: Array, anchor: Anchors) -> Array:
    spread = deviation(x, rule.ddof)
    even = ~(spread > 0)
    made = rule.mean + rule.deviation * sign * (x - mean(x)) / np.where(even, 1, spread)
    if even.any():
        made = np.where(even & ~np.isnan(x), flat_or_missing(rule), made)
    return np.asarray(made)


@raw_score.register
def _(rule: Ratio, x: Array, sign: Array, anchor: Anchors) -> Array:
    to = anchor(rule.to)
    with np.errstate(invalid="ignore", divide="ignore"):
        made = np.where(sign > 0, x / to, to / x) * rule.times
    return np.asarray(np.where(np.isfinite(made), made, np.nan))


@raw_score.register
def _(rule: Curve, x: Array, sign: Array, anchor: Anchors) -> Array:
    along, up = zip(*rule.points_at, strict=True)
    return np.asarray(np.interp(x, along, up))


@raw_score.register
def _(rule: Value, x: Array, sign: Array, anchor: Anchors) -> Array:
    return np.asarray(x * rule.times)


def clamped(rule: Rule, raw: Array) -> Array:
    """No lower than the floor, no higher than the cap."""
    floor, cap = rule.floor, rule.cap
    if isinstance(rule, Affine) and getattr(rule, "clamp", False):
        floor = min(rule.low, rule.high) if floor is None else floor
        cap = max(rule.low, rule.high) if cap is None else cap
    if isinstance(rule, Place) and rule.by not in ("steps", "table"):
        floor = None
    if floor is None and cap is None:
        return raw
    return np.asarray(np.clip(raw, floor, cap))


def lowest_score(rule: Rule) -> float:
    """What a missing value gets under the policy `floor`."""
    if rule.floor is not None:
        return rule.floor
    return min(rule.low, rule.high) if isinstance(rule, Affine) else 0.0
