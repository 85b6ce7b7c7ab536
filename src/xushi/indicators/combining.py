"""From children to parent: draws × units × children and their weights in, draws × units out. NaN is missing."""

from collections.abc import Callable

import numpy as np

from .arrays import Array
from .spec_rules import Combine


def _shares(x: Array, weights: Array) -> tuple[Array, Array]:
    """Figures with nothing missing, and weights that sum to 1 over what is there."""
    w = weights[:, None, :]
    absent = np.isnan(x)
    if not absent.any():
        return x, w / w.sum(-1, keepdims=True)
    w = np.where(absent, 0, w)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(absent, 1, x), w / w.sum(-1, keepdims=True)  # 1 hurts neither logarithm nor quotient


def _dot(x: Array, shares: Array) -> Array:
    """Summed child by child, so that a unit's figure does not depend on who stands beside it."""
    return np.asarray((x * shares).sum(-1))


def _arithmetic(x: Array, weights: Array, rule: Combine) -> Array:
    return _dot(*_shares(x, weights))


def _geometric(x: Array, weights: Array, rule: Combine) -> Array:
    held, shares = _shares(x, weights)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.exp(_dot(np.log(held), shares)))


def _harmonic(x: Array, weights: Array, rule: Combine) -> Array:
    held, shares = _shares(x, weights)
    with np.errstate(invalid="ignore", divide="ignore"):
        return 1 / _dot(1 / held, shares)


def _power(x: Array, weights: Array, rule: Combine) -> Array:
    if rule.p == 0:
        return _geometric(x, weights, rule)
    held, shares = _shares(x, weights)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        return np.asarray(_dot(held**rule.p, shares) ** (1 / rule.p))


def _sum(x: Array, weights: Array, rule: Combine) -> Array:
    absent = np.isnan(x)
    made = (np.where(absent, 0, x) * weights[:, None, :]).sum(-1)
    return np.asarray(np.where(absent.all(-1), np.nan, made))


def _penalty(x: Array, weights: Array, rule: Combine) -> Array:
    """Mean ± deviation × coefficient of variation (Mazziotta–Pareto): who is uneven pays for it."""
    held, shares = _shares(x, weights)
    middle = _dot(held, shares)
    square = _dot((held - middle[..., None]) ** 2, shares)
    if rule.ddof:
        count = (~np.isnan(x)).sum(-1)
        square = square * count / np.maximum(count - 1, 1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(middle + rule.sign * square / middle)


def _copeland(x: Array, weights: Array, rule: Combine) -> Array:
    """How many others a unit outranks by weight, less how many outrank it. A tie in a column is half for each."""
    made = np.zeros(x.shape[:2])
    w = np.broadcast_to(weights / weights.sum(-1, keepdims=True), (x.shape[0], x.shape[2]))
    for unit in range(x.shape[1]):
        mine = x[:, unit : unit + 1, :]
        won = ((mine > x) + 0.5 * (mine == x)) * w[:, None, :]
        share = np.round(won.sum(-1), 12)
        made[:, unit] = (share > 0.5).sum(-1) - (share < 0.5).sum(-1)
    return made


def _minimum(x: Array, weights: Array, rule: Combine) -> Array:
    return np.asarray(np.fmin.reduce(x, axis=-1))


def _maximum(x: Array, weights: Array, rule: Combine) -> Array:
    return np.asarray(np.fmax.reduce(x, axis=-1))


FORMS: dict[str, Callable[[Array, Array, Combine], Array]] = {
    "sum": _sum, "arithmetic": _arithmetic, "geometric": _geometric, "harmonic": _harmonic, "power": _power,
    "penalty": _penalty, "copeland": _copeland, "minimum": _minimum, "maximum": _maximum,
}  # fmt: skip


def combined(x: Array, weights: Array, rule: Combine) -> Array:
    return FORMS[rule.form](x, weights, rule)


def needs_positive(rule: Combine) -> bool:
    return rule.form in ("geometric", "harmonic") or (rule.form == "power" and rule.p != 1)


def found_weights(x: Array, how: str) -> Array:
    """Weights out of the figures themselves (units × children), by entropy or CRITIC; NaN where they cannot tell."""
    from pymcdm import weights

    if how == "critic" and (x.max(0) == x.min(0)).any():
        return np.full(x.shape[1], np.nan)  # what is the same everywhere has no correlation with anything
    find = weights.entropy_weights if how == "entropy" else weights.critic_weights
    try:
        with np.errstate(all="ignore"):
            return np.asarray(find(x))
    except ValueError:  # a column that sums to nothing, or less
        return np.full(x.shape[1], np.nan)
