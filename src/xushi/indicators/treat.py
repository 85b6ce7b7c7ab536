"""Outliers: where both |skew| and kurtosis pass their trigger, winsorise point by point, else transform.

Arrays are draws × units × indicators; every column of every draw is judged by its own figures.
"""

import warnings

import numpy as np

from .arrays import Array
from .spec_rules import Treat

BLOCK = 32_768
"""Figures looked at together: with what is worked out of them they fit the processor's cache."""


def moments(columns: Array) -> tuple[Array, Array]:
    """Skewness and excess kurtosis of each row, corrected for small samples (type 2); NaN left out."""
    rows = max(1, BLOCK // max(columns.shape[1], 1))
    if len(columns) <= rows:
        return _moments(columns)
    parts = [_moments(columns[at : at + rows]) for at in range(0, len(columns), rows)]
    return np.concatenate([one[0] for one in parts]), np.concatenate([one[1] for one in parts])


def _moments(columns: Array) -> tuple[Array, Array]:
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
    if rule.quantiles is not None:
        columns = _within_quantiles(columns, *rule.quantiles)
    if rule.always != "no":
        columns = _transform(columns, rule.always)
    else:
        skew, kurtosis = moments(columns)
        failing = np.flatnonzero(_outlying(skew, kurtosis, rule))
        rows = max(1, BLOCK // max(columns.shape[1], 1))
        for at in range(0, failing.size, rows):
            part = failing[at : at + rows]
            columns[part] = _mended(columns[part], skew[part], rule)
    back = columns.reshape(x.shape[0], x.shape[2], x.shape[1])
    return np.ascontiguousarray(back.transpose(0, 2, 1))


def _within_quantiles(columns: Array, low: float, high: float) -> Array:
    with np.errstate(invalid="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a column of nothing has no quantiles
        ends = np.nanquantile(columns, [low, high], axis=1)
    return np.asarray(np.clip(columns, ends[0][:, None], ends[1][:, None]))


def _outlying(skew: Array, kurtosis: Array, rule: Treat) -> np.ndarray:
    return np.asarray((np.abs(skew) > rule.skew) & (kurtosis > rule.kurtosis))


def _mended(original: Array, skew: Array, rule: Treat) -> Array:
    """Columns that fail, winsorised until they pass; those that never do, as they were or transformed."""
    made = original.copy()
    left = np.arange(len(original))
    side = np.where(skew > 0, 1.0, -1.0)[:, None]
    turned = original * side  # each column with its long tail upwards
    for _step in range(rule.winsorise):
        _draw_in(turned)
        skew, kurtosis = moments(turned)
        still = _outlying(skew, kurtosis, rule)
        if not still.all():
            made[left[~still]] = turned[~still] * side[~still]
            left, skew, side, turned = left[still], skew[still], side[still], turned[still]
        if not left.size:
            return made
        if (skew < 0).any():
            other = np.where(skew < 0, -1.0, 1.0)[:, None]
            side, turned = side * other, turned * other
    made[left] = original[left] if rule.then == "keep" else _transform(original[left], rule.then)
    return made


def _draw_in(turned: Array) -> None:
    """The outermost point of each column drawn in to the next one; a column of one figure stays."""
    outermost = turned == np.fmax.reduce(turned, axis=1)[:, None]
    inner = np.fmax.reduce(turned, axis=1, where=~outermost, initial=-np.inf)
    outermost[np.isneginf(inner)] = False
    np.copyto(turned, inner[:, None], where=outermost)


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
