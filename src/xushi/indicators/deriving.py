"""From the table to what is judged: level, growth, completion, per something else; and what fills a gap."""

import numpy as np

from .arrays import Array, mean, median
from .plan import Plan, attribute
from .refusals import refuse
from .spec_rules import Derive, Impute


def derived(plan: Plan, values: Array, periods: list[int]) -> Array:
    """Periods × units × indicators. `values` are those of the table, or a draw of them."""
    table, spec = plan.table, plan.spec
    made = np.empty((len(periods), len(table.units), len(plan.leaves)))
    at = {name: place for place, name in enumerate(table.columns)}
    for leaf, code in enumerate(plan.leaves):
        node = spec.nodes[code]
        x = values[periods, :, at[node.data or code]]
        rule = node.derive or spec.defaults.derive
        if rule.form != "level":
            x = _derived(plan, leaf, rule, x, values, periods)
        if node.interval is not None:
            low, high = node.interval
            x = -np.maximum(np.maximum(low - x, x - high), 0)
        made[:, :, leaf] = x
    return made


def _derived(plan: Plan, leaf: int, rule: Derive, x: Array, values: Array, periods: list[int]) -> Array:
    below, path = _below(plan, leaf, rule, values, periods), f"nodes.{plan.leaves[leaf]}.derive"
    if rule.form == "time_share":
        if rule.elapsed is None:
            raise refuse(f"{path}.elapsed", "要写已过去的时间占全期的几成，如 0.5。")
        below = below * rule.elapsed
    if np.any((below == 0) & ~np.isnan(x)):
        where = np.argwhere((np.broadcast_to(below, x.shape) == 0) & ~np.isnan(x))[0]
        raise refuse(path, f"“{plan.table.units[where[1]]}”的分母是零，除不了。")
    if rule.form == "growth":
        return np.asarray((x - below) / np.abs(below) * (100 if rule.times is None else rule.times))
    usual = 1 if rule.form == "per" else 100
    return np.asarray(x / below * (usual if rule.times is None else rule.times))


def _below(plan: Plan, leaf: int, rule: Derive, values: Array, periods: list[int]) -> Array:
    """What it is divided by: another column, an earlier period, or a reference."""
    table, path = plan.table, f"nodes.{plan.leaves[leaf]}.derive"
    if rule.form == "per":
        if rule.by not in table.columns:
            raise refuse(f"{path}.by", f"数据里没有“{rule.by}”这一列。")
        return np.asarray(values[periods][:, :, table.columns.index(str(rule.by))])
    against = rule.against or ("previous" if rule.form == "growth" else "target")
    if rule.form == "growth" and (against == "previous" or against in table.periods):
        column = table.columns.index(plan.spec.nodes[plan.leaves[leaf]].data or plan.leaves[leaf])
        return _earlier(plan, path, against, column, values, periods)
    return plan.reference(leaf, against)[None, :]


def _earlier(plan: Plan, path: str, against: str, column: int, values: Array, periods: list[int]) -> Array:
    if against != "previous":
        return np.asarray(values[[plan.table.periods.index(against)] * len(periods), :, column])
    if min(periods) == 0:
        raise refuse(f"{path}.against", "没有更早一期的数，算不了增长；可写 against: 某一期，或一个参照值。")
    return np.asarray(values[[period - 1 for period in periods], :, column])


def imputed(plan: Plan, x: Array) -> Array:
    if not plan.imputing or not np.isnan(x).any():
        return x
    made = x.copy()
    for rule, columns in plan.imputing:
        for members in _imputing_groups(plan, rule):
            cells = np.ix_(np.arange(len(x)), members, columns)
            made[cells] = _filled(made[cells], rule)
    return made


def _imputing_groups(plan: Plan, rule: Impute) -> tuple[np.ndarray, ...]:
    if rule.group is None:
        return plan.cohorts
    values = np.array(attribute(plan.table, rule.group, "impute.group"))
    return tuple(np.flatnonzero(values == value) for value in dict.fromkeys(values))


def _filled(x: Array, rule: Impute) -> Array:
    if rule.by == "number":
        if rule.number is None:
            raise refuse("impute.number", "by: number 要写用哪个数。")
        return np.asarray(np.where(np.isnan(x), rule.number, x))
    return np.asarray(np.where(np.isnan(x), mean(x) if rule.by == "mean" else median(x), x))
