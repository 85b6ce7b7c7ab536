"""Half up, by decimal, on what a reader would take the number for: its first 12 significant digits."""

from decimal import ROUND_HALF_UP, Decimal

import numpy as np

from .arrays import Array

WHOLE = 1e15
"""From here on a float has no digits left behind its point."""


def half_up(value: float, decimals: int) -> float:
    """`half_up(2.675, 2)` is 2.68, and so is what arithmetic made of it, 2.6749999999999998."""
    if abs(value) * 10.0**decimals >= WHOLE:
        return value
    return float(Decimal(f"{value:.12g}").quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP))


def rounded(x: Array, decimals: int | None) -> Array:
    """The same for a whole array: only what lies near a half needs decimals."""
    if decimals is None:
        return x
    scale = 10.0**decimals
    with np.errstate(over="ignore", invalid="ignore"):
        scaled = np.abs(x) * scale
        made = np.asarray(np.copysign(np.floor(scaled + 0.5) / scale, x))
        near = np.abs(scaled - np.floor(scaled) - 0.5) <= np.maximum(scaled, 1) * 1e-10
    whole = scaled >= WHOLE
    made[whole], near[whole] = x[whole], False
    for place in zip(*np.nonzero(near), strict=True):
        made[place] = half_up(float(x[place]), decimals)
    return made
