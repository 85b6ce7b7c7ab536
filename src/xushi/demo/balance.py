"""把完成投资摆平：各部分的合计一分不差，各属地的完成率尽量合意。万元。"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from xushi.demo.row import Row
from xushi.demo.spread import spread

ROUNDS, HALVINGS, WIDEST = 40, 34, 1.0
SLOWEST, FASTEST, MOST = 0.575, 1.1, 1.25  # 不算滞缓的，离红线留一点；超得太多的不像话


@dataclass(slots=True)
class Free:
    """A row whose investment is still open: its own rate, moved by what its part and its territory need."""

    row: Row
    own: float
    of_part: float = 0.0
    of_place: float = 0.0

    @property
    def rate(self) -> float:
        return min(max(self.own + self.of_part + self.of_place, SLOWEST), FASTEST)

    @property
    def amount(self) -> float:
        return self.row.plan * self.rate


def balance(rows: Sequence[Row], part: Callable[[Row], str], sums: dict[str, int],
            wishes: dict[str, float], wanted: Callable[[], float]) -> None:  # fmt: skip
    """Give every steady row without investment its done, so that each part sums exactly.

    part: the part a row belongs to; sums: what each part must come to; wishes: completion rate (share) of each
    territory, met as nearly as the bounds allow; wanted: a first rate for one row.
    """
    free = [Free(row, wanted()) for row in rows if row.steady and not row.done]
    within = _gathered(free, lambda one: part(one.row))
    left = {key: total - sum(row.done for row in rows if part(row) == key) for key, total in sums.items()}
    places = _gathered(free, lambda one: one.row.territory)
    aims = _aims(rows, wishes, sum(left.values()))
    for _ in range(ROUNDS):
        for place, some in places.items():
            _shift(some, "of_place", aims[place])
        for key, some in within.items():
            _shift(some, "of_part", left[key])
    for key, some in within.items():
        _settle(some, left[key])


def _gathered(free: Sequence[Free], key: Callable[[Free], str]) -> dict[str, list[Free]]:
    found: dict[str, list[Free]] = {}
    for one in free:
        found.setdefault(key(one), []).append(one)
    return found


def _aims(rows: Sequence[Row], wishes: dict[str, float], left: int) -> dict[str, float]:
    """What the open rows of each territory should come to; where the wishes do not add up, all give way alike."""
    plans = {place: sum(row.plan for row in rows if row.territory == place) for place in wishes}
    fixed = {place: sum(row.done for row in rows if row.territory == place) for place in wishes}
    aims = {place: wishes[place] * plans[place] - fixed[place] for place in wishes}
    missing = left - sum(aims.values())
    whole = sum(plans.values())
    return {place: aim + missing * plans[place] / whole for place, aim in aims.items()}


def _shift(some: Sequence[Free], name: str, aim: float) -> None:
    """Move one of the two shifts, the same for all of these rows, until they come to the aim (by halving)."""
    low, high = -WIDEST, WIDEST
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        for one in some:
            setattr(one, name, middle)
        if sum(one.amount for one in some) < aim:
            low = middle
        else:
            high = middle


def _settle(some: Sequence[Free], total: int) -> None:
    """Whole 万元 that add up, each as near as can be to its rate."""
    low = [int(one.amount) for one in some]
    spare = total - sum(low)
    if 0 <= spare <= len(some):
        parts = [amount + (i < spare) for i, amount in enumerate(low)]
    else:  # 上下限顶住了，摆不平的分给大家
        floor = [int(one.row.plan * SLOWEST) + 1 for one in some]
        ceiling = [int(one.row.plan * MOST) for one in some]
        parts = spread(
            total, [max(one.amount - at, 0.01) for one, at in zip(some, floor, strict=True)], floor, ceiling
        )
    for one, done in zip(some, parts, strict=True):
        one.row.done = done
