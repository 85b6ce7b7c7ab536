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
    """Rank by size, the largest first; the missing have no place. ties: of equals, "min" gives 1 1 3, "dense" 1 1 2,
    "average" 1.5 1.5 3.

    As scipy.stats.rankdata, and a test holds them together: the import of that alone takes half a second, longer than
    all boards of a report.
    """
    ahead = -np.moveaxis(x, axis, -1)
    order = np.argsort(ahead, axis=-1)  # the missing last
    ordered = np.take_along_axis(ahead, order, axis=-1)
    first = np.ones(ordered.shape, bool)
    first[..., 1:] = ordered[..., 1:] != ordered[..., :-1]
    found = np.empty(ordered.shape)
    np.put_along_axis(found, order, _of_equals(first, ties), axis=-1)
    found[np.isnan(ahead)] = np.nan
    return np.asarray(np.moveaxis(found, -1, axis))


def _of_equals(first: Flags, ties: str) -> Array:
    """The places of what stands in order, first marking each that is not the equal of the one before."""
    if ties == "dense":
        return np.asarray(np.cumsum(first, axis=-1, dtype=float))
    number = np.arange(1.0, first.shape[-1] + 1)
    begin = np.maximum.accumulate(np.where(first, number, 0), axis=-1)
    if ties == "min":
        return begin
    last = np.ones(first.shape, bool)
    last[..., :-1] = first[..., 1:]
    back = np.where(last, number, np.inf)[..., ::-1]
    return np.asarray((begin + np.minimum.accumulate(back, axis=-1)[..., ::-1]) / 2)
