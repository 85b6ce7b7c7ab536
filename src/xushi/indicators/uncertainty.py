"""How sure a rank is: the same assessment built many times under what could have been decided or observed otherwise."""

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from .arrays import Array
from .data import Table, period_at
from .deriving import derived
from .engine import Result, build, ranked, staged, totals
from .plan import Plan, plan_of
from .refusals import refuse
from .scenario import with_changes
from .settling import Standings, drawn, ladders_of
from .spec import Choice, Spec
from .tracing import plain

CHUNK_BYTES = 48_000_000


@dataclass(frozen=True)
class Factor:
    """One thing that varies: a choice among values, the weights, or the observations known as intervals."""

    name: str
    choice: Choice | None = None


@dataclass(frozen=True)
class Study:
    """What an uncertainty or sensitivity run works with; `noise` is what the weights are multiplied by, set by set."""

    spec: Spec
    table: Table
    factors: tuple[Factor, ...]
    noise: Array
    seed: int
    every: bool = False
    """Treat and score anew in every draw, even where only weights differ."""


def study_of(
    spec: Spec, table: Table, *, seed: int, noise: Array | None = None, every: bool = False
) -> Study:
    wishes = spec.uncertainty
    plan = plan_of(spec, table)
    table = _with_gaps(plan) if wishes.gaps else plan.table
    factors = [Factor(choice.name or choice.path, choice) for choice in wishes.choices]
    if any(choice.path == "vintages" for choice in wishes.choices) and not table.seen:
        raise refuse("uncertainty.choices", "数据里没有两个以上的口径，换不了。")
    if wishes.weights is not None or noise is not None:
        factors.append(Factor("weights"))
    if wishes.intervals and bool((table.high > table.low).any()):
        factors.append(Factor("intervals"))
    if not factors:
        raise refuse(
            "uncertainty", "没有写什么会变：请写 choices 或 weights，或在数据里给区间（如 12..15）。"
        )
    sets = _noisy(plan, seed) if noise is None else noise
    return Study(spec, table, tuple(factors), sets, seed, every)


def _with_gaps(plan: Plan) -> Table:
    """The table in which a missing figure lies anywhere between the least and the most that its peers have."""
    table, at = plan.table, period_at(plan.table, plan.spec.period)
    low, high = table.low.copy(), table.high.copy()
    skip = plan.not_applicable([at])
    for leaf, code in enumerate(plan.leaves):
        column = table.columns.index(plan.spec.nodes[code].data or code)
        for members in plan.of_leaf[leaf]:
            x = table.values[at, members, column]
            gaps = np.isnan(x) if skip is None else np.isnan(x) & ~skip[0, members, leaf]
            if gaps.any() and not np.isnan(x).all():
                low[at, members[gaps], column] = np.fmin.reduce(x)
                high[at, members[gaps], column] = np.fmax.reduce(x)
    return replace(table, low=low, high=high)


def _noisy(plan: Plan, seed: int) -> Array:
    """Sets of factors for the weights, each somewhere within 1 ± noise; one set of ones, where none vary."""
    wishes = plan.spec.uncertainty.weights
    if wishes is None:
        return np.ones((1, len(plan.codes)))
    unknown = [code for code in wishes.nodes if code not in plan.codes]
    if unknown:
        raise refuse("uncertainty.weights.nodes", f"没有“{unknown[0]}”这个节点。")
    factor = np.random.default_rng(seed).uniform(
        1 - wishes.noise, 1 + wishes.noise, (wishes.sets, len(plan.codes))
    )
    if wishes.nodes:
        kept = [at for at, code in enumerate(plan.codes) if code not in wishes.nodes]
        factor[:, kept] = 1
    return np.asarray(factor)


def ranks_under(study: Study, draws: Array) -> Array:
    """The ranks under the topmost node: draws × units. `draws` are draws × factors, each in [0, 1)."""
    made = np.empty((len(draws), len(study.table.units)))
    varying = _column(study, "intervals") is not None
    for plan, places in _variants(study, draws):
        whole = plan.table.values.nbytes // max(len(plan.table.periods), 1) * 8
        size = max(1, CHUNK_BYTES // max(whole, 1))
        at = period_at(plan.table, plan.spec.period)
        skip, period = plan.not_applicable([at]), plan.table.periods[at]
        fixed = None if varying or study.every else _scores(study, plan, None, 1)
        for start in range(0, len(places), size):
            part = places[start : start + size]
            scores = fixed if fixed is not None else _scores(study, plan, draws[part], len(part))
            nodes = totals(plan, scores, _weights_of(study, plan, draws[part]), skip, (period,))
            top = nodes[:, :, plan.root : plan.root + 1]
            made[part] = ranked_top(plan, top, nodes)
    return made


def ranked_top(plan: Plan, top: Array, nodes: Array) -> Array:
    if not plan.spec.rank.breakers:
        return ranked(plan, top)[:, :, 0]
    return ranked(plan, nodes)[:, :, plan.root]


def _variants(study: Study, draws: Array) -> Iterator[tuple[Plan, np.ndarray]]:
    """Draws that agree in every choice share a plan."""
    choices = [(at, factor.choice) for at, factor in enumerate(study.factors) if factor.choice is not None]
    picks = np.zeros((len(draws), len(choices)), dtype=int)
    for column, (at, choice) in enumerate(choices):
        picks[:, column] = draws[:, at] * len(choice.values)
    kinds, which = np.unique(picks, axis=0, return_inverse=True)
    for number, kind in enumerate(kinds):
        changes = [
            (choice.path, choice.values[pick]) for (_, choice), pick in zip(choices, kind, strict=True)
        ]
        spec = with_changes(study.spec, changes) if changes else study.spec
        other = any(path == "vintages" for path, _ in changes)
        yield (
            plan_of(spec, study.table.under(spec.vintages) if other else study.table),
            np.flatnonzero(which.reshape(-1) == number),
        )


def _scores(study: Study, plan: Plan, draws: Array | None, count: int) -> Array:
    """Scored draws × units × indicators; the observations are drawn where they are intervals."""
    at = [period_at(plan.table, plan.spec.period)]
    column = _column(study, "intervals")
    if draws is None or column is None:
        x = derived(plan, plan.table.values, at)
        return staged(plan, np.repeat(x, count, axis=0), plan.not_applicable(at), at).scored
    ladders = list(ladders_of(plan.spec, plan.table))
    x = np.concatenate([derived(plan, _observed(study, plan, row[column], ladders), at) for row in draws])
    return staged(plan, x, plan.not_applicable(at), at).scored


def _column(study: Study, name: str) -> int | None:
    found = [at for at, factor in enumerate(study.factors) if factor.choice is None and factor.name == name]
    return found[0] if found else None


def _observed(study: Study, plan: Plan, draw: float, ladders: Sequence[Standings]) -> Array:
    """One possible set of observations: each interval somewhere within its ends, each ladder in its order; the same
    for the same draw."""
    table = plan.table
    chance = np.random.default_rng([study.seed, int(draw * 2**53)])
    share = chance.random(table.values.shape)
    made = np.where(table.high > table.low, table.low + share * (table.high - table.low), table.values)
    return drawn(table, made, ladders, chance)


def _weights_of(study: Study, plan: Plan, draws: Array) -> Array:
    column = _column(study, "weights")
    if column is None:
        return plan.weights[None]
    return np.asarray(plan.weights * study.noise[(draws[:, column] * len(study.noise)).astype(int)])


def uncertain(study: Study, *, draws: int) -> list[dict[str, object]]:
    """Each unit's rank as it is, and where it ends up: mean, middle, the middle 90 %, the chance of each place."""
    given = np.random.default_rng(study.seed).random((draws, len(study.factors)))
    ranks = ranks_under(study, given)
    nominal = nominal_ranks(build(study.spec, study.table))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a unit without a score has no rank to speak of
        low, middle, high = np.nanquantile(ranks, [0.05, 0.5, 0.95], axis=0)
        mean = np.nanmean(ranks, axis=0)
    return [
        {
            "unit": unit, "nominal": plain(nominal[at]), "mean": plain(mean[at]), "median": plain(middle[at]),
            "q5": plain(low[at]), "q95": plain(high[at]),
            "reach": {str(place): float((ranks[:, at] <= place).mean()) for place in study.spec.uncertainty.reach},
        }
        for at, unit in enumerate(study.table.units)
    ]  # fmt: skip


def nominal_ranks(result: Result) -> Array:
    return np.asarray(result.ranks[0, :, result.plan.root])
