"""Which decision moves the ranks: Sobol's first and total order indices of the mean shift in rank, by SALib."""

import warnings
from dataclasses import dataclass

import numpy as np

from .arrays import Array
from .data import Table
from .engine import build, totals
from .plan import Plan
from .refusals import refuse
from .spec import Spec
from .uncertainty import Study, nominal_ranks, ranked_top, ranks_under

BOOTSTRAP, CONFIDENCE = 100, 0.90


@dataclass(frozen=True)
class Index:
    factor: str
    first: float
    total: float
    first_bounds: tuple[float, float]
    total_bounds: tuple[float, float]


def sensitive(study: Study, *, base: int) -> list[Index]:
    """`base` × (factors + 2) rebuilds; the base is raised to a power of two, as Sobol's sequence wants it."""
    from SALib.analyze import sobol as analysing
    from SALib.sample import sobol as sampling

    names = [factor.name for factor in study.factors]
    problem = {"num_vars": len(names), "names": names, "bounds": [[0, 1]] * len(names)}
    size = 1 << max(base - 1, 1).bit_length()
    draws = sampling.sample(problem, size, calc_second_order=False, seed=study.seed)
    shift = _shift(study, np.minimum(draws, np.nextafter(1.0, 0.0)))
    if not shift.std() > 0:
        raise refuse("uncertainty", "所写的变化都不改变位次，分不出哪一样要紧。")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = analysing.analyze(
            problem, shift, calc_second_order=False, num_resamples=BOOTSTRAP, conf_level=CONFIDENCE,
            seed=study.seed + 1,
        )  # fmt: skip
    return [_index(name, at, found) for at, name in enumerate(names)]


def _index(name: str, at: int, found: dict[str, Array]) -> Index:
    first, total = float(found["S1"][at]), float(found["ST"][at])
    around, about = float(found["S1_conf"][at]), float(found["ST_conf"][at])
    return Index(name, first, total, (first - around, first + around), (total - about, total + about))


def _shift(study: Study, draws: Array) -> Array:
    """How many places the units move on average, against the assessment as it is."""
    nominal = nominal_ranks(build(study.spec, study.table))
    return np.asarray(np.nanmean(np.abs(ranks_under(study, draws) - nominal), axis=1))


def leave_one_out(spec: Spec, table: Table) -> dict[str, float]:
    """For each indicator, how many places the units move on average where it is left out."""
    result = build(spec, table)
    nominal = nominal_ranks(result)
    moved = {}
    for leaf, code in enumerate(result.plan.leaves):
        moved[code] = _without(result.plan, leaf, result.stages.scored, nominal)
    return moved


def _without(plan: Plan, leaf: int, scored: Array, nominal: Array) -> float:
    left = scored.copy()
    left[:, :, leaf] = np.nan
    skip = np.zeros(left.shape, dtype=bool)
    skip[:, :, leaf] = True
    nodes = totals(plan, left, skip=skip)
    ranks = ranked_top(plan, nodes[:, :, plan.root : plan.root + 1], nodes)[0]
    moved = np.abs(ranks - nominal)
    return float(moved[~np.isnan(moved)].mean()) if not np.isnan(moved).all() else 0.0
