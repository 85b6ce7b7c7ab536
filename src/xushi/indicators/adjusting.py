"""加减分、门槛、一票否决: what is added to a node's own score, after it is added up."""

import numpy as np

from .arrays import Array
from .plan import Plan


def adjusted(
    plan: Plan, scores: Array, codes: tuple[str, ...], nodes: Array, periods: tuple[str, ...] | None = None
) -> Array:
    """The scores of some nodes with what is dated against them; `nodes` are those already worked out, for the gates.

    `periods` are those of the first axis; one stands for all, as where the first axis holds draws.
    """
    wanted = [one for one in plan.spec.adjustments if one.node in codes]
    if not wanted:
        return scores
    if periods and len(periods) > 1 and any(one.period is not None for one in wanted):
        rows = [(scores[at : at + 1], nodes[at : at + 1], (name,)) for at, name in enumerate(periods)]
        return np.concatenate([adjusted(plan, row, codes, there, name) for row, there, name in rows])
    now = periods[0] if periods else plan.spec.period
    wanted = [one for one in wanted if one.period in (None, now)]
    made = scores.copy()
    bonus = np.zeros(made.shape[1:])
    for one in wanted:
        if one.points is not None:
            bonus[_units(plan, one.unit), codes.index(one.node)] += one.points
    for place, code in enumerate(codes):
        cap = plan.spec.nodes[code].adjust_cap
        if cap is not None:
            bonus[:, place] = np.clip(bonus[:, place], -cap, cap)
    made += bonus
    for one in wanted:
        at, who = codes.index(one.node), _units(plan, one.unit)
        if one.gate is not None and one.below is not None and one.limit is not None:
            low = nodes[:, who, plan.codes.index(one.gate)] < one.below
            made[:, who, at] = np.where(low, np.minimum(made[:, who, at], one.limit), made[:, who, at])
        if one.veto is not None:
            made[:, who, at] = one.veto
    return made


def _units(plan: Plan, unit: str | None) -> list[int]:
    return list(range(len(plan.table.units))) if unit is None else [plan.table.units.index(unit)]
