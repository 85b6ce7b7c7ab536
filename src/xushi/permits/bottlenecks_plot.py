"""排队图的尺子：一根轴，一个项目一个图形；挤不下的合成一个带数字的。只算位置，不碰库，不画。"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from xushi.core.money import half_up
from xushi.permits.bottlenecks import LONG_PAST, PAST, WITHIN, Heap, Queue

BINS, WIDE_BINS = 48, 20  # places side by side on the axis; wide enough for numbers where there are many
STACK = 5  # marks above one another at one place
BUDGET = 480  # marks of single projects on a page
TICKS = (2, 5, 10, 15, 30, 60, 90, 120, 180, 240, 360, 480, 720)
MOST_TICKS = 7
EDGE = Decimal(2)  # per cent left free at either end of the axis
OFFSETS = (0, 1, -1, 2, -2)  # in marks, from the line


@dataclass(frozen=True, slots=True)
class Axis:
    """Working days from 0 to last, in ticks of step."""

    last: int
    step: int
    bins: int = BINS

    @property
    def ticks(self) -> list[tuple[int, Decimal]]:
        return [(day, self.at(day)) for day in range(0, self.last + 1, self.step)]

    def at(self, days: int) -> Decimal:
        """Where a number of days stands, in per cent of the width."""
        return self._percent(Decimal(min(days, self.last)) / self.last)

    def bin_of(self, days: int) -> int:
        return min(days * self.bins // self.last, self.bins - 1)

    def middle(self, place: int) -> Decimal:
        return self._percent((Decimal(place) + Decimal("0.5")) / self.bins)

    @staticmethod
    def _percent(part: Decimal) -> Decimal:
        return half_up(EDGE + part * (100 - 2 * EDGE), 2)


def axis_for(rows: Sequence[Queue]) -> Axis:
    """One axis for all rows: long enough for the longest wait and every limit."""
    longest = max([1, *(queue.longest for queue in rows), *(queue.step.limit for queue in rows)])
    step = next((tick for tick in TICKS if longest <= tick * (MOST_TICKS - 1)), TICKS[-1])
    return Axis(-(-longest // step) * step, step, BINS if _together(rows) <= BUDGET else WIDE_BINS)


def _together(rows: Sequence[Queue]) -> int:
    return sum(queue.waiting for queue in rows)


@dataclass(frozen=True, slots=True)
class Place:
    """One place on the axis of one queue: whoever waits from..to days; single: each project has its own mark."""

    queue: Queue
    number: int
    heaps: tuple[Heap, ...]
    single: bool

    @property
    def count(self) -> int:
        return sum(heap.count for heap in self.heaps)

    @property
    def days(self) -> tuple[int, int]:
        return self.heaps[0].days, self.heaps[-1].days

    @property
    def kind(self) -> str:
        """The worst that stands here."""
        held = {heap.kind for heap in self.heaps}
        return next(kind for kind in (LONG_PAST, PAST, WITHIN) if kind in held)


def places(queue: Queue, axis: Axis, most: int) -> list[Place]:
    """The places of a queue from left to right; those that wait longest are single first, most marks in all."""
    bins: dict[int, list[Heap]] = {}
    for heap in queue.heaps:
        bins.setdefault(axis.bin_of(heap.days), []).append(heap)
    made = []
    for number in sorted(bins, reverse=True):
        count = sum(heap.count for heap in bins[number])
        single = count <= min(STACK, most)
        most -= count if single else 0
        made.append(Place(queue, number, tuple(bins[number]), single))
    return made[::-1]


def share_of(rows: Sequence[Queue]) -> int:
    """How many single marks each row may have: all where they are few enough together."""
    together = _together(rows)
    return together if together <= BUDGET else max(BUDGET // max(len(rows), 1), STACK)


def single_days(drawn: Iterable[Place]) -> Iterator[tuple[Queue, int, int]]:
    """What must be known by name: (queue, from, to) in days waited, neighbouring places joined."""
    open_run: tuple[Queue, int, int] | None = None
    for place in drawn:
        first, last = place.days
        if place.single and open_run and open_run[0] is place.queue:
            open_run = (place.queue, open_run[1], last)
            continue
        if open_run:
            yield open_run
        open_run = (place.queue, first, last) if place.single else None
    if open_run:
        yield open_run
