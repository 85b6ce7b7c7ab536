"""The fixed order: choose vintage → derive → impute → treat → score → combine → adjust → round → rank.

Every step works on draws × units × nodes; a plain build is one draw, several periods are several.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np

from .adjusting import adjusted
from .arrays import Array, Flags, Places, places
from .combining import combined, found_weights
from .data import Table, period_at
from .deriving import derived, imputed
from .findings import blocked, look, look_at_totals, thin
from .plan import OF_COHORT, Group, Plan, chosen, planned, reordered
from .refusals import refuse
from .rounding import rounded
from .scoring import Anchors, clamped, cohort_anchor, lowest_score, raw_score
from .spec import Spec
from .treat import treat


@dataclass(frozen=True)
class Stages:
    """Everything between the table and the score, kept for whoever asks why."""

    derived: Array
    imputed: Array
    treated: Array
    raw: Array
    clamped: Array
    scored: Array


@dataclass(frozen=True)
class Result:
    """Scores and ranks of all nodes: periods × units × nodes, in the order of `plan.codes`."""

    plan: Plan
    periods: tuple[str, ...]
    stages: Stages
    scores: Array
    ranks: Array
    within: dict[str, Array] = field(default_factory=dict)
    """The ranks among those that share an attribute, for every attribute that `rank.within` names."""


def build(spec: Spec, table: Table, *, periods: tuple[str, ...] | None = None) -> Result:
    """Score the specification's period, or the given ones; what cannot be scored is refused by name."""
    table = chosen(spec, table)
    wanted = [period_at(table, one) for one in periods] if periods else [period_at(table, spec.period)]
    names = tuple(table.periods[at] for at in wanted)
    ordered = tuple(sorted(table.units))
    if ordered == table.units:
        return _built(planned(spec, table), wanted, names)
    there = _built(planned(spec, table.only(ordered)), wanted, names)
    return _as_given(there, reordered(there.plan, table), [ordered.index(unit) for unit in table.units])


def _built(plan: Plan, wanted: list[int], names: tuple[str, ...]) -> Result:
    skip = plan.not_applicable(wanted)
    stages = staged(plan, derived(plan, plan.table.values, wanted), skip, wanted)
    look(plan, stages.imputed, stages.treated, stages.raw)
    scores = totals(plan, stages.scored, skip=skip, periods=names)
    look_at_totals(plan, scores)
    within = {name: ranked(plan, scores, groups) for name, groups in plan.within}
    return Result(plan, names, stages, scores, ranked(plan, scores), within)


def _as_given(result: Result, plan: Plan, order: list[int]) -> Result:
    """Worked out in the order of names, so that sums come out the same to the last digit however units are listed."""
    stages = Stages(*(getattr(result.stages, one.name)[:, order] for one in fields(Stages)))
    within = {name: ranks[:, order] for name, ranks in result.within.items()}
    return Result(plan, result.periods, stages, result.scores[:, order], result.ranks[:, order], within)


def staged(plan: Plan, x: Array, skip: Flags | None, periods: Sequence[int]) -> Stages:
    """All steps of the indicators; `skip` marks what does not apply, which stays empty whatever the policy."""
    filled = imputed(plan, x)
    if skip is not None:
        filled = np.where(skip, np.nan, filled)
    cleaned = treated(plan, filled)
    raw, bounded = scored(plan, cleaned, periods)
    done = finished(plan, bounded)
    return Stages(x, filled, cleaned, raw, bounded, done if skip is None else np.where(skip, np.nan, done))


def treated(plan: Plan, x: Array) -> Array:
    if not plan.treating:
        return x
    made = x.copy()
    for groups, rule, columns in plan.treating:
        for members in groups:
            cells = _cells(plan, x, members, columns)
            made[cells] = treat(made[cells], rule)
    return made


def _cells(plan: Plan, x: Array, members: Places, columns: Places) -> Any:
    if len(members) == x.shape[1] and len(columns) == x.shape[2]:
        return ...
    return np.ix_(np.arange(len(x)), members, columns)


def scored(plan: Plan, x: Array, periods: Sequence[int]) -> tuple[Array, Array]:
    """Raw and clamped score of every indicator, each cohort by itself."""
    raw, bounded = np.empty(x.shape), np.empty(x.shape)
    for groups, rule, columns in plan.scoring:
        for members in groups:
            cells = _cells(plan, x, members, columns)
            part, sign = x[cells], plan.sign[columns]
            made = raw_score(rule, part, sign, _anchors(plan, members, columns, part, periods))
            raw[cells], bounded[cells] = made, clamped(rule, made)
    return raw, bounded


def _anchors(plan: Plan, members: Places, columns: Places, x: Array, periods: Sequence[int]) -> Anchors:
    def anchor(name: float | str) -> Array:
        if not isinstance(name, str):
            return np.full((1, 1, 1), name)
        if name in OF_COHORT:
            found = cohort_anchor(name, x, plan.sign[columns])
            assert found is not None
            return found
        given = [plan.references(leaf, name, periods)[:, members] for leaf in columns]
        return np.stack(np.broadcast_arrays(*given), axis=2)

    return anchor


def finished(plan: Plan, bounded: Array) -> Array:
    """Rounded where the rule says so, missing ones by their policy, times full marks."""
    made = bounded
    for rule, columns in plan.rules:
        if rule.decimals is not None:
            made = made.copy() if made is bounded else made
            made[:, :, columns] = rounded(bounded[:, :, columns], rule.decimals)
    made = _by_policy(plan, made)
    if (plan.marks != 1).any():
        made = made * plan.marks
    for leaf, code in enumerate(plan.leaves):
        decimals = plan.spec.nodes[code].decimals
        if decimals is not None:
            made = made.copy()
            made[:, :, leaf] = rounded(made[:, :, leaf], decimals)
    return made


def _by_policy(plan: Plan, scores: Array) -> Array:
    absent = np.isnan(scores)
    if not absent.any():
        return scores
    made = scores.copy()
    for rule, columns in plan.rules:
        for leaf in columns:
            policy = plan.spec.nodes[plan.leaves[leaf]].missing or plan.spec.defaults.missing
            if policy in ("zero", "floor"):
                made[absent[:, :, leaf], leaf] = 0.0 if policy == "zero" else lowest_score(rule)
    return made


def totals(
    plan: Plan,
    scores: Array,
    weights: Array | None = None,
    skip: Flags | None = None,
    periods: tuple[str, ...] | None = None,
) -> Array:
    """All nodes from the bottom up; `weights` may be those of many draws (draws × nodes)."""
    w = plan.weights[None] if weights is None else weights
    draws = max(len(scores), len(w))
    made = np.empty((draws, scores.shape[1], len(plan.codes)))
    made[:, :, : len(plan.leaves)] = scores  # as they are, for the gates that look at them
    made[:, :, : len(plan.leaves)] = adjusted(plan, scores, tuple(plan.leaves), made, periods)
    for group in plan.groups:
        x = made[:, :, group.members]
        own = weights_of(plan, group, x, w)
        node = combined(x, own, group.combine) * _shouldered(plan, group, x) * group.times
        node[blocked(plan, group, x, skip) | thin(plan, group, x, own, skip)] = np.nan
        made[:, :, group.at] = node
        made[:, :, group.at] = _rounded_node(
            plan, group, adjusted(plan, node[:, :, None], (group.code,), made, periods)
        )
    return made


def _rounded_node(plan: Plan, group: Group, node: Array) -> Array:
    return rounded(node[:, :, 0], plan.spec.nodes[group.code].decimals)


def weights_of(plan: Plan, group: Group, x: Array, weights: Array) -> Array:
    if group.weighting in ("entropy", "critic"):
        found = np.stack([found_weights(one, group.weighting) for one in x])
        if not np.isfinite(found).all():
            raise refuse(
                f"nodes.{group.code}.weighting",
                "有缺数、负数、各单位都一样的，或只有一个单位，算不出客观权重；可先写 impute。",
            )
        return found
    if group.weighting == "equal":
        return np.ones((1, len(group.members)))
    return np.asarray(weights[:, group.members])


def _shouldered(plan: Plan, group: Group, x: Array) -> Array | float:
    """In a sum the full marks of what is missing are borne by the others in proportion."""
    absent = np.isnan(x)
    if group.combine.form != "sum" or not absent.any():
        return 1.0
    full = plan.full[group.members]
    if np.isnan(full).any():
        return 1.0
    there = np.where(absent, 0, full).sum(-1)
    return np.asarray(full.sum() / np.where(there > 0, there, 1))


def ranked(plan: Plan, scores: Array, groups: tuple[Places, ...] | None = None) -> Array:
    """The place of every unit under every node, within its cohort or the given groups."""
    rule = plan.spec.rank
    by = rounded(scores, rule.decimals)
    made = np.empty(scores.shape)
    for members in plan.cohorts if groups is None else groups:
        made[:, members] = places(by[:, members], ties=rule.ties)
        for code in rule.breakers:
            breaker = scores[:, members, plan.codes.index(code)][:, :, None]
            made[:, members] = _untied(made[:, members], places(breaker, ties=rule.ties), rule.ties)
    return made


def _untied(first: Array, breaker: Array, ties: str) -> Array:
    """Where two share a place, the one better at the breaker comes before."""
    size = first.shape[1] + 1
    return places(-(first * size + np.nan_to_num(breaker, nan=size)), ties=ties)
