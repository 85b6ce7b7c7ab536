"""What the months left must bring to reach a target, and from when on that can no longer be."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from .data import period_at
from .refusals import refuse
from .trying import Start
from .ways import Lever

Pace = Literal["cumulative", "monthly", "mean", "level"]
"""How months make up the year: a running total, parts that add up, parts whose mean counts, a level at its end."""
MONTH = re.compile(r"^(\d{4})-?(0[1-9]|1[0-2])$")


@dataclass(frozen=True)
class Outlook:
    """`needed` is what each month left must bring on average (for a level: by how much it must change a month)."""

    target: float
    so_far: float
    months_left: int
    needed: float
    best: float
    usual: float
    possible: bool
    """Whether the target is reached where every month left is as good as the best."""
    at_usual: float
    """What the year ends with where the months left are as usual."""
    lost_after: int | None
    """After how many more usual months even the best ones no longer do; 0: already now; None: never."""


def still_needed(*, target: float, so_far: float, months_left: int, best_month: float) -> tuple[float, bool]:
    """What each month left must bring to reach a yearly target, and whether the best month so far could do that."""
    short = max(target - so_far, 0)
    if months_left <= 0:
        return short, short == 0
    return short / months_left, short / months_left <= best_month


def outlook(
    series: Sequence[float],
    *,
    target: float,
    pace: Pace = "cumulative",
    months: int = 12,
    positive: bool = True,
    best: float | None = None,
) -> Outlook:
    """`series` is what was reported month by month; `best` what a month can bring at most, else the best month so far."""
    if not series or len(series) > months:
        raise refuse("", f"要有 1 到 {months} 个月的数，给了 {len(series)} 个。")
    sign, left = 1.0 if positive else -1.0, months - len(series)
    parts = np.diff([0.0, *series]) if pace == "cumulative" else np.array(series, dtype=float)
    if pace == "level":
        parts = np.diff(series) if len(series) > 1 else np.zeros(1)
    so_far = float(series[-1]) if pace in ("cumulative", "level") else float(parts.sum())
    goal = target * months if pace == "mean" else target
    most = float((parts * sign).max()) * sign if best is None else best
    usual = float(parts.mean())
    ends = [(so_far + usual * m + most * (left - m) - goal) * sign for m in range(left + 1)]
    close = -1e-9 * max(abs(goal), 1.0)
    lost = next((m for m, over in enumerate(ends) if over < close), None)
    needed = (goal - so_far) / max(left, 1)
    needed = max(needed, 0.0) if positive and pace != "mean" else needed
    final = so_far + usual * left
    shown = so_far / len(series) if pace == "mean" else so_far
    return Outlook(target, shown, left, needed, most, usual, ends[0] >= close,
                   final / months if pace == "mean" else final, lost)  # fmt: skip


def outlook_of(start: Start, code: str, lever: Lever) -> Outlook:
    """The same out of the data: the unit's months of the scored year, up to the scored one."""
    table, pace = start.result.plan.table, lever.pace or "cumulative"
    name = table.periods[period_at(table, start.spec.period)]
    now = MONTH.match(name)
    if now is None:
        raise refuse(f"levers.{code}.pace", f"时期“{name}”不是月份（如 2018-08），算不出还剩几个月。")
    series = []
    for number in range(1, int(now[2]) + 1):
        at = next((i for i, one in enumerate(table.periods) if (found := MONTH.match(one))
                   and found[1] == now[1] and int(found[2]) == number), None)  # fmt: skip
        value = np.nan if at is None else table.values[at, start.who, start.column(code)]
        if np.isnan(value):
            raise refuse(f"levers.{code}.pace", f"“{start.unit}”的“{code}”缺 {now[1]}年{number}月的数。")
        series.append(float(value))
    leaf = start.result.plan.leaves.index(code)
    target = (
        float(start.result.plan.reference(leaf, "target")[start.who])
        if lever.target is None
        else lever.target
    )
    return outlook(
        series, target=target, pace=pace, positive=bool(start.result.plan.sign[leaf] > 0), best=lever.best
    )
