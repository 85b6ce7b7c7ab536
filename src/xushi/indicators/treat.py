"""Outliers: where both |skew| and kurtosis pass their trigger, winsorise point by point, else transform.

Arrays are draws × units × indicators; every column of every draw is judged by its own figures.
"""

import numpy as np

from .arrays import Array
from .spec_rules import Treat


def moments(columns: Array) -> tuple[Array, Array]:
    """Skewness and excess kurtosis along the last axis, corrected for small samples (type 2); NaN left out."""
    absent = np.isnan(columns)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        if absent.any():
            count = (~absent).sum(-1).astype(float)
            off = columns - (np.where(absent, 0, columns).sum(-1) / count)[..., None]
            off[absent] = 0
        else:
            count = np.asarray(float(columns.shape[-1]))
            off = columns - columns.mean(-1, keepdims=True)
        square = off * off
        second = square.sum(-1) / count
        third = np.einsum("...i,...i->...", square, off) / count
        fourth = np.einsum("...i,...i->...", square, square) / count
        skew = third / second**1.5 * np.sqrt(count * (count - 1)) / (count - 2)
        excess = fourth / second**2 - 3
        kurtosis = (count - 1) / ((count - 2) * (count - 3)) * ((count + 1) * excess + 6)
    return skew, kurtosis


def treat(x: Array, rule: Treat) -> Array:
    """The figures with their outliers treated; what needs nothing is given back as it is."""
    columns = np.ascontiguousarray(x.transpose(0, 2, 1)).reshape(-1, x.shape[1])
    if rule.always != "no":
        columns = _transform(columns, rule.always)
    else:
        failing = np.flatnonzero(_outlying(*moments(columns), rule))
        if failing.size:
            columns[failing] = _mended(columns[failing], rule)
    back = columns.reshape(x.shape[0], x.shape[2], x.shape[1])
    return np.ascontiguousarray(back.transpose(0, 2, 1))


def _outlying(skew: Array, kurtosis: Array, rule: Treat) -> np.ndarray:
    return np.asarray((np.abs(skew) > rule.skew) & (kurtosis > rule.kurtosis))


def _mended(original: Array, rule: Treat) -> Array:
    columns = original.copy()
    left = np.arange(len(columns))
    skew, _ = moments(columns)
    for _step in range(rule.winsorise):
        columns[left] = _winsorised(columns[left], skew)
        skew, kurtosis = moments(columns[left])
        still = _outlying(skew, kurtosis, rule)
        left, skew = left[still], skew[still]
        if not left.size:
            return columns
    columns[left] = original[left] if rule.then == "keep" else _transform(original[left], rule.then)
    return columns


def _winsorised(columns: Array, skew: Array) -> Array:
    """The outermost point, on the side the column leans to, drawn in to the next one."""
    side = np.where(skew > 0, 1.0, -1.0)[:, None]
    turned = columns * side
    top = np.fmax.reduce(turned, axis=1)[:, None]
    outermost = turned == top
    inner = np.fmax.reduce(np.where(outermost, -np.inf, turned), axis=1)[:, None]
    return np.asarray(np.where(outermost & np.isfinite(inner), inner, turned) * side)


def _transform(columns: Array, how: str) -> Array:
    low = np.fmin.reduce(columns, axis=1)[:, None]
    high = np.fmax.reduce(columns, axis=1)[:, None]
    shifted = columns - low + 0.01 * (high - low)
    if how == "log":
        with np.errstate(divide="ignore"):
            return np.asarray(np.where(high > low, np.log(shifted), columns))
    return np.array([_boxcox(column, was) for column, was in zip(shifted, columns, strict=True)])


def _boxcox(shifted: Array, was: Array) -> Array:
    from scipy import stats

    held = ~np.isnan(shifted)
    if np.unique(shifted[held]).size < 2:
        return was
    made = was.copy()
    made[held] = stats.boxcox(shifted[held])[0]
    return made
