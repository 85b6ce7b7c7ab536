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
    """Rank by size, the largest first; the missing have no place. ties: min, max, average or dense, as statistics name
    them (held to scipy.stats.rankdata by a test; importing that for this alone costs half a second)."""
    absent = np.isnan(x)
    down = np.moveaxis(np.where(absent, np.inf, -x), axis, -1)
    order = np.argsort(down, axis=-1, kind="stable")
    ordered = np.take_along_axis(down, order, axis=-1)
    opens = np.ones(ordered.shape, dtype=bool)  # the first of its size
    opens[..., 1:] = ordered[..., 1:] != ordered[..., :-1]
    found = np.empty(ordered.shape)
    np.put_along_axis(found, order, _numbered(opens, ties), axis=-1)
    found = np.moveaxis(found, -1, axis)
    found[absent] = np.nan
    return found


def _numbered(opens: Flags, ties: str) -> Array:
    """The rank of each of the ordered: of those of one size the first's, the last's, the middle or just the next."""
    if ties == "dense":
        return np.cumsum(opens, axis=-1).astype(float)
    at = np.arange(1, opens.shape[-1] + 1)
    first = np.maximum.accumulate(np.where(opens, at, 0), axis=-1)
    closes = np.ones(opens.shape, dtype=bool)
    closes[..., :-1] = opens[..., 1:]
    last = np.minimum.accumulate(np.where(closes, at, opens.shape[-1])[..., ::-1], axis=-1)[..., ::-1]
    return {"min": first, "max": last, "average": (first + last) / 2}[ties].astype(float)
