"""From the table to what is judged: level, growth, completion, per something else; and what fills a gap."""

from collections.abc import Sequence

import numpy as np

from .arrays import Array, mean, median
from .plan import Plan
from .refusals import refuse
from .spec_rules import Derive, Impute


def derived(plan: Plan, values: Array, periods: list[int], only: Sequence[int] | None = None) -> Array:
    """Periods × units × indicators. `values` are those of the table, or a draw of them; `only` some indicators."""
    table, spec = plan.table, plan.spec
    leaves = range(len(plan.leaves)) if only is None else only
    made = np.empty((len(periods), len(table.units), len(leaves)))
    at = {name: place for place, name in enumerate(table.columns)}
    for place, leaf in enumerate(leaves):
        code = plan.leaves[leaf]
        node = spec.nodes[code]
        x = values[periods, :, at[node.data or code]]
        rule = node.derive or spec.defaults.derive
        if rule.form != "level":
            x = _derived(plan, leaf, rule, x, values, periods)
        if node.interval is not None:
            low, high = node.interval
            x = -np.maximum(np.maximum(low - x, x - high), 0)
        made[:, :, place] = x
    return made


def _derived(plan: Plan, leaf: int, rule: Derive, x: Array, values: Array, periods: list[int]) -> Array:
    path = f"nodes.{plan.leaves[leaf]}.derive"
    if rule.by is not None and rule.form != "per":
        x = x / _nonzero(plan, path, _beside(plan, path, rule, values, periods), x)
    below = _below(plan, leaf, rule, values, periods)
    if rule.form == "difference":
        return np.asarray((x - below) * (1 if rule.times is None else rule.times))
    if rule.form == "time_share":
        if rule.elapsed is None:
            raise refuse(f"{path}.elapsed", "要写已过去的时间占全期的几成，如 0.5。")
        below = below * rule.elapsed
    below = _nonzero(plan, path, below, x)
    if rule.form == "growth":
        grown = _a_year(plan, path, x, below, rule.years) if rule.years else (x - below) / np.abs(below)
        return np.asarray(grown * (100 if rule.times is None else rule.times))
    usual = 1 if rule.form == "per" else 100
    return np.asarray(x / below * (usual if rule.times is None else rule.times))


def _nonzero(plan: Plan, path: str, below: Array, x: Array) -> Array:
    zero = (np.broadcast_to(below, x.shape) == 0) & ~np.isnan(x)
    if zero.any():
        raise refuse(path, f"“{plan.table.units[np.argwhere(zero)[0][1]]}”的分母是零，除不了。")
    return below


def _a_year(plan: Plan, path: str, x: Array, below: Array, years: float) -> Array:
    """年均增长: the yearly growth that leads from the one to the other."""
    with np.errstate(invalid="ignore"):
        ratio = np.asarray(x / below)
    if (ratio < 0).any():
        unit = plan.table.units[np.argwhere(ratio < 0)[0][1]]
        raise refuse(path, f"“{unit}”前后两个数一正一负，算不出年均增长。")
    return np.asarray(ratio ** (1 / years) - 1)


def _beside(plan: Plan, path: str, rule: Derive, values: Array, periods: list[int]) -> Array:
    if rule.by is None or rule.by not in plan.table.columns:
        raise refuse(f"{path}.by", f"数据里没有“{rule.by}”这一列。" if rule.by else "要写 by：除以哪个指标。")
    return np.asarray(values[periods][:, :, plan.table.columns.index(rule.by)])


def _below(plan: Plan, leaf: int, rule: Derive, values: Array, periods: list[int]) -> Array:
    """What it is compared with: another column, an earlier period, or a reference."""
    path = f"nodes.{plan.leaves[leaf]}.derive"
    if rule.form == "per":
        return _beside(plan, path, rule, values, periods)
    over_time = rule.form in ("growth", "difference")
    against = rule.against or ("previous" if over_time else "target")
    if over_time and (against == "previous" or against in plan.table.periods):
        column = plan.table.columns.index(plan.spec.nodes[plan.leaves[leaf]].data or plan.leaves[leaf])
        before = _before(plan, path, against, periods)
        x = np.asarray(values[before, :, column])
        if rule.by is not None:
            x = x / _nonzero(plan, path, _beside(plan, path, rule, values, before), x)
        return x
    return plan.references(leaf, against, periods)


def _before(plan: Plan, path: str, against: str, periods: list[int]) -> list[int]:
    if against != "previous":
        return [plan.table.periods.index(against)] * len(periods)
    if min(periods) == 0:
        raise refuse(f"{path}.against", "没有更早一期的数，算不了增长；可写 against: 某一期，或一个参照值。")
    return [period - 1 for period in periods]


def imputed(plan: Plan, x: Array) -> Array:
    if not plan.imputing or not np.isnan(x).any():
        return x
    made = x.copy()
    for groups, rule, columns in plan.imputing:
        for members in groups:
            cells = np.ix_(np.arange(len(x)), members, columns)
            made[cells] = _filled(made[cells], rule)
    return made


def _filled(x: Array, rule: Impute) -> Array:
    if rule.by == "number":
        if rule.number is None:
            raise refuse("impute.number", "by: number 要写用哪个数。")
        return np.asarray(np.where(np.isnan(x), rule.number, x))
    return np.asarray(np.where(np.isnan(x), mean(x) if rule.by == "mean" else median(x), x))
