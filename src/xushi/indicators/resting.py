"""How much a result rests on what nobody has seen: guesses by unit, by indicator, and up the tree by weight."""

import numpy as np

from .arrays import Array, Flags
from .engine import Result
from .settling import by_place

KINDS = ("imputed", "missing", "intervals", "places", "preliminary")
"""补的、缺的、只知道范围的、只知道位次的、初步的."""


def guesses(result: Result, period: int = 0) -> dict[str, Flags]:
    """For each kind, units × indicators: true where the figure is no more than that."""
    plan, table = result.plan, result.plan.table
    at = table.periods.index(result.periods[period])
    columns = np.array([table.columns.index(plan.spec.nodes[code].data or code) for code in plan.leaves])
    absent = np.isnan(result.stages.derived[period])
    skip = plan.not_applicable([at])
    if skip is not None:
        absent = absent & ~skip[0]
    filled = absent & ~np.isnan(result.stages.imputed[period])
    placed = _marked(result, table.settled or (), at, columns)
    for leaf, code in enumerate(plan.leaves):
        if placed[:, leaf].any() and by_place(plan.spec, plan.spec.nodes[code]):
            placed[:, leaf] &= ~_exact(result, at, columns[leaf])
    wide = ((table.high - table.low)[at][:, columns] > 0) & ~placed
    early = [key for key, status in table.status.items() if status == "preliminary"]
    given = [key for key, status in table.status.items() if status == "imputed"]
    return {
        "imputed": filled | _marked(result, given, at, columns),
        "missing": absent & ~filled,
        "intervals": wide,
        "places": placed,
        "preliminary": _marked(result, early, at, columns),
    }


def _marked(result: Result, keys: object, at: int, columns: np.ndarray) -> Flags:
    table = result.plan.table
    made = np.zeros((len(table.units), len(columns)), dtype=bool)
    for unit, column, period in keys:  # type: ignore[attr-defined]
        if period == table.periods[at] and unit in table.units:
            made[table.units.index(unit)] |= columns == table.columns.index(column)
    return made


def _exact(result: Result, at: int, column: int) -> Flags:
    """Whose place is known exactly: where only places are scored, nothing is guessed of them."""
    table = result.plan.table
    keys = [(unit, table.columns[column], table.periods[at]) for unit in table.units]
    found = [table.standings.get(key) for key in keys]
    return np.array([one is not None and one.first == one.last for one in found])


def by_unit(result: Result, period: int = 0) -> dict[str, Array]:
    """For each kind, the share of each unit's indicators."""
    return {kind: found.mean(1) for kind, found in guesses(result, period).items()}


def by_node(result: Result, period: int = 0) -> dict[str, Array]:
    """For each kind, units × nodes: the share of the node's weight that rests on it.

    `peers` is what the place under a node rests on besides: the share of the others in the cohort's weight there that
    rests on anything of the kind.
    """
    found = guesses(result, period)
    up = {kind: _upwards(result, flags.astype(float)) for kind, flags in found.items()}
    soft = _upwards(result, np.logical_or.reduce(list(found.values())).astype(float))
    peers = np.zeros(soft.shape)
    for members in result.plan.cohorts:
        if len(members) > 1:
            peers[members] = (soft[members].sum(0) - soft[members]) / (len(members) - 1)
    return {**up, "peers": np.maximum(peers, 0)}


def _upwards(result: Result, leaves: Array) -> Array:
    plan = result.plan
    made = np.zeros((len(leaves), len(plan.codes)))
    made[:, : len(plan.leaves)] = leaves
    full = plan.full
    for group in plan.groups:
        weights = plan.weights[group.members]
        if group.weighting not in ("given", "relative"):
            weights = np.ones(len(group.members))
        if group.combine.form == "sum" and not np.isnan(full[group.members]).any():
            weights = weights * full[group.members]
        total = weights.sum()
        if total > 0:
            made[:, group.at] = made[:, group.members] @ weights / total
    return made
