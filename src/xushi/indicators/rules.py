"""指标页上的判断：到几月怎么说，差多少，余下几天要几天，省里的进展归哪一类。不碰数据库。"""

import calendar
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from itertools import pairwise

WORDS = {3: "一季度", 6: "上半年", 9: "前三季度", 12: "全年"}


def period_words(period: str) -> str:
    """2018-06 → 2018年上半年; 2018-07 → 2018年1—7月; anything else as it is."""
    year, _, month = period.partition("-")
    if not (year.isdigit() and month.isdigit()):
        return period
    number = int(month)
    return f"{year}年{WORDS.get(number, f'1—{number}月' if number > 1 else '1月')}"


def shown(value: float | None, places: int = 1) -> str:
    """Half up at the given places, as it is printed; — where there is none."""
    if value is None:
        return "—"
    exact = Decimal(repr(round(value, 9))).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    return f"{exact:,}".replace("-", "−")


@dataclass(frozen=True, slots=True)
class DaysLeft:
    """What a share of days still needs by the end of the year, as the share is printed."""

    passed: int
    good: int
    left: int
    needed: int

    @property
    def possible(self) -> bool:
        return self.needed <= self.left

    @property
    def all_year(self) -> int:
        return self.good + self.needed


def days_left(share: float, target: float, period: str, places: int = 1) -> DaysLeft:
    """The share of good days so far and the one aimed for, both in per cent; the target is met once it prints so."""
    year, month = map(int, period.split("-"))
    passed = (date(year, month, calendar.monthrange(year, month)[1]) - date(year - 1, 12, 31)).days
    whole = 366 if calendar.isleap(year) else 365
    good = round(share * passed / 100)
    least = target - 0.5 * 10**-places
    return DaysLeft(passed, good, whole - passed, max(math.ceil(least * whole / 100 - 1e-9) - good, 0))


class Standing(StrEnum):
    """How an indicator of the province stands."""

    DONE = "done"
    ON_SCHEDULE = "on_schedule"
    UPPER = "upper"
    BEHIND = "behind"
    UNCLEAR = "unclear"

    @property
    def label(self) -> str:
        return LABELS[self]


LABELS = {
    Standing.DONE: "已完成", Standing.ON_SCHEDULE: "按序时推进", Standing.UPPER: "中上",
    Standing.BEHIND: "未达序时", Standing.UNCLEAR: "目标不明确等",
}  # fmt: skip


def standing_of(
    value: float | None,
    target: float | None,
    schedule: float | None,
    rank: int | None,
    among: int,
    sign: int = 1,
) -> Standing:
    """已完成 where the year's target is met; else by the schedule where there is one; else by the place among peers.

    中上 is a place in the upper half; without target, schedule and such a place it is 不明确.
    """
    if value is not None and target is not None and (value - target) * sign >= 0:
        return Standing.DONE
    if value is not None and schedule is not None:
        return Standing.ON_SCHEDULE if (value - schedule) * sign >= 0 else Standing.BEHIND
    if rank is not None and target is None and rank * 2 > among:
        return Standing.UNCLEAR
    if rank is not None and rank * 2 <= among:
        return Standing.UPPER
    return Standing.UNCLEAR


@dataclass(frozen=True, slots=True)
class Rung:
    """One cell of a rank ladder."""

    number: int
    own: bool
    tried: bool = False


def ladder(rank: int | None, among: int, tried: int | None = None) -> list[Rung]:
    return [Rung(n, n == rank, n == tried and tried != rank) for n in range(1, among + 1)]


def gap_words(value: float | None, target: float | None, *, sign: int, places: int, measure: str) -> str:
    """How far from the target: −16.2, 反向 where it moved the other way; — where either is unknown."""
    if value is None or target is None:
        return "—"
    if sign < 0 and target <= 0 < value and measure == "%":
        return "反向"
    far = value - target
    return f"{'+' if far > 0 else ''}{shown(far, places)}"


def usual_range(values: Sequence[float]) -> tuple[float, float] | None:
    """Where the next figure usually lies: the last one and five times the usual movement either way."""
    if len(values) < 3:
        return None
    moves = sorted(abs(after - before) for before, after in pairwise(values))
    usual = max(moves[len(moves) // 2], abs(values[-1]) * 0.01) * 5
    return values[-1] - usual, values[-1] + usual


TARGET_AT = 77
"""Where the target stands along the bar of a unit, in per cent of its width."""


@dataclass(frozen=True, slots=True)
class Bar:
    """What a unit has come to beside its own target, in per cent of the width; `gap` lies between the two."""

    filled: float
    gap_from: float
    gap: float


def bar_of(value: float, target: float, sign: int) -> Bar | None:
    """One scale for all units, that of their targets. None where they give none: a target of nothing, a loss."""
    if target <= 0 or value < 0:
        return None
    at = min(round(value / target * TARGET_AT, 1), 100)
    if (target - value) * sign <= 0:
        return Bar(at, at, 0)
    low, high = min(at, TARGET_AT), max(at, TARGET_AT)
    return Bar(low, low, max(round(high - low, 1), 1))
