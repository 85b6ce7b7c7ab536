"""Small helpers on arrays of draws × units × indicators, where NaN means missing and never warns."""

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]
Flags = npt.NDArray[np.bool_]


def lowest(x: Array) -> Array:
    return np.fmin.reduce(x, axis=1, keepdims=True)


def highest(x: Array) -> Array:
    return np.fmax.reduce(x, axis=1, keepdims=True)


def mean(x: Array) -> Array:
    held = ~np.isnan(x)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(held, x, 0).sum(1, keepdims=True) / held.sum(1, keepdims=True))


def median(x: Array) -> Array:
    with np.errstate(invalid="ignore"):
        ordered = np.sort(x, axis=1)
    count = (~np.isnan(x)).sum(1, keepdims=True)
    at = np.maximum(count - 1, 0)
    low = np.take_along_axis(ordered, at // 2, axis=1)
    high = np.take_along_axis(ordered, np.minimum((at + 1) // 2, x.shape[1] - 1), axis=1)
    return np.asarray(np.where(count > 0, (low + high) / 2, np.nan))


def deviation(x: Array, ddof: int) -> Array:
    held = ~np.isnan(x)
    off = np.where(held, x - mean(x), 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.sqrt((off * off).sum(1, keepdims=True) / (held.sum(1, keepdims=True) - ddof)))


def places(x: Array, *, ties: str, axis: int = 1) -> Array:
    """Rank by size, the largest first; the missing have no place."""
    from scipy import stats

    absent = np.isnan(x)
    found = stats.rankdata(np.where(absent, np.inf, -x), method=ties, axis=axis).astype(float)
    found[absent] = np.nan
    return np.asarray(found)
