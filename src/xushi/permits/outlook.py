"""何时能开工：还没办完的各步各剩几天，连起来最早、多半、最晚哪天；关键一步快一周，值几天、值多少投资。"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum

from xushi.core.money import half_up
from xushi.core.months import Month
from xushi.permits.durations import Durations, Ruler
from xushi.permits.path import Graph, chain, graph_of, starts
from xushi.progress.schedule import scheduled_share

WEEK = 5  # working days
Left = tuple[int, int, int]  # early, likely, late
NOTHING: Left = (0, 0, 0)


class Standing(Enum):
    """How far one step is, as far as its remaining days go."""

    DONE = 0  # approved, or not needed
    WAITING = 1  # can be worked on: its days run
    AHEAD = 2  # waits for others, or must begin again


def before_start(needs: Mapping[str, Iterable[str]], needed: Iterable[str]) -> Graph:
    """Of the whole catalogue what must be done before ground is broken: the steps needed for it and all before them."""
    whole = {key: tuple(before) for key, before in needs.items()}
    found: set[str] = set()
    ahead = [key for key in needed if key in whole]
    while ahead:
        key = ahead.pop()
        if key not in found:
            found.add(key)
            ahead.extend(before for before in whole[key] if before in whole)
    return graph_of({key: before for key, before in whole.items() if key in found})


def left_of(standing: Standing, takes: Durations, elapsed: int) -> Left:
    """The working days a step still takes: what has run off is taken away.

    Whatever has run off, a step that waits is not done before the next working day.
    """
    if standing is Standing.DONE:
        return NOTHING
    if standing is Standing.AHEAD:
        return takes.early, takes.likely, takes.late
    return max(takes.early - elapsed, 1), max(takes.likely - elapsed, 1), max(takes.late - elapsed, 1)


@dataclass(frozen=True, slots=True)
class Outlook:
    """Working days until the start can be made, three times; the place in the graph of the step it hangs on.

    gain: by how many working days the likely start comes earlier if that step takes a week less.
    """

    early: int
    likely: int
    late: int
    critical: int | None
    gain: int


def outlook(graph: Graph, left: Sequence[Left]) -> Outlook:
    """Of one project; left: the remaining days of each step in the graph's order."""
    early, late = (starts(graph, [days[n] for days in left])[1] for n in (0, 2))
    days = [one[1] for one in left]
    begun, likely = starts(graph, days)
    hangs_on = chain(graph, days, begun, likely)
    if not hangs_on:
        return Outlook(early, likely, late, None, 0)
    critical = hangs_on[0]
    days[critical] = max(days[critical] - WEEK, 0)
    return Outlook(early, likely, late, critical, likely - starts(graph, days)[1])


def opens(ruler: Ruler, today: date, days: int) -> date:
    """The day the last permit is in hand; where nothing is left to do, today or the next working day."""
    return ruler.add(today, days)


def worth(plan: int, curve: Sequence[str] | None, year: int, sooner: date, later: date) -> int:
    """What the year's schedule puts on the days from the one start up to the other (元): days of other years are none.

    plan in 元; a month's part of it is spread evenly over the month's days.
    """
    first, last = max(sooner, date(year, 1, 1)), min(later, date(year + 1, 1, 1))
    if first >= last:
        return 0
    return int(half_up(plan * (_due(curve, year, last) - _due(curve, year, first)), 0))


def _due(curve: Sequence[str] | None, year: int, day: date) -> Decimal:
    """The share of the year's plan due before this day begins."""
    if day.year > year:
        return scheduled_share(curve, 12)
    before = scheduled_share(curve, day.month - 1) if day.month > 1 else Decimal(0)
    part = Decimal(day.day - 1) / Month.of(day).last_day.day
    return before + (scheduled_share(curve, day.month) - before) * part
