"""一步要办多久：照本区办过的来，够五件用实际天数，不够用承诺时限；数工作日的尺子。"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate
from statistics import quantiles

from xushi.calendars.rules import WorkingCalendar

ENOUGH = 5  # decided steps of a kind, before they are believed rather than the promise
ONE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Durations:
    """Working days a step takes: one in five is done within early, half within likely, four in five within late.

    known: how many decided steps of the district this is from; 0 past: the promise alone, three times the same.
    """

    early: int
    likely: int
    late: int
    known: int = 0
    past: bool = False

    @property
    def source(self) -> str:
        return f"本区办过的{self.known}件" if self.past else "承诺时限"


def durations(taken: Sequence[int], promised: int) -> Durations:
    """From the days that decided steps took; the promised days where fewer than five are known.

    Quantiles are interpolated between the values, both ends included, and rounded half up to whole days.
    """
    if len(taken) < ENOUGH:
        return Durations(promised, promised, promised, len(taken))
    tenths = quantiles(taken, n=10, method="inclusive")
    early, likely, late = (int(tenths[place] + 0.5) for place in (1, 4, 7))
    return Durations(early, likely, late, len(taken), past=True)


def by_code(taken: Iterable[tuple[str, int]], promised: Mapping[str, int]) -> dict[str, Durations]:
    """Of every step by its code; taken: (code, days) of each decided one."""
    found: dict[str, list[int]] = {}
    for code, days in taken:
        found.setdefault(code, []).append(max(days, 0))
    return {code: durations(found.get(code, ()), days) for code, days in promised.items()}


class Ruler:
    """A stretch of the working calendar counted once, so that each question after costs nothing.

    Answers as the calendar does, asking it only for what lies outside the stretch.
    """

    def __init__(self, calendar: WorkingCalendar, first: date, last: date) -> None:
        self._calendar, self._first = calendar, first.toordinal()
        days = [first + n * ONE for n in range((last - first).days + 1)]
        self._upto = list(accumulate(calendar.is_working(day) for day in days))
        self._size = len(days)

    def between(self, start: date, end: date) -> int:
        """The working days after start up to and including end; negative where end is earlier."""
        a, b = start.toordinal() - self._first, end.toordinal() - self._first
        if 0 <= a < self._size and 0 <= b < self._size:
            counted = self._upto[b] - self._upto[a]
            if b >= a:
                return counted
        return self._calendar.between(start, end)

    def add(self, day: date, count: int) -> date:
        """The count-th working day after day (count 0: day itself or the next working one)."""
        a = day.toordinal() - self._first
        if count > 0 and 0 <= a < self._size and self._upto[a] + count <= self._upto[-1]:
            place = bisect_right(self._upto, self._upto[a] + count - 1)
            return date.fromordinal(self._first + place)
        return self._calendar.add(day, count)
