"""过去某一天卡在哪：从各步的日子倒推，哪些在等、当时的承诺日是哪天（补正停过表的扣回来）。"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Q

from xushi.permits.bottlenecks import WITHIN, Heap, Whole, kind_of
from xushi.permits.bottlenecks_wanted import Wanted
from xushi.permits.expected import not_started
from xushi.permits.figures import Board, Day, Permits, made
from xushi.permits.models import RUNNING, Supplement

OPEN = ("planned", *RUNNING)
Stop = tuple[date, date | None]  # a supplement: asked for, handed in


def waiting_at(seen: Any, wanted: Wanted, day: date) -> Any:
    """The steps that could be worked on and were not decided on that day, of projects that had not begun then."""
    undecided = Q(decided_on__gt=day) | Q(decided_on=None, state__in=OPEN)
    rows = seen.filter(undecided, wanted.condition(), ready_since__lte=day).order_by()
    if wanted.started == "1":
        return rows.filter(Q(project__removed_on=None) | Q(project__removed_on__gt=day))
    return rows.filter(not_started(day))


def board_at(seen: Any, wanted: Wanted, on: date) -> Board:
    """As it stood at the end of that day; what a project costs and who is answerable are today's."""
    day, scope = Day.of(on), wanted.scope()
    rows = waiting_at(seen, scope, on)
    found = list(
        rows.values_list(
            "pk", "permit_id", "project_id", "ready_since", "due_on", "project__total_investment"
        )
    )
    stops = _stops(rows, on)
    permits = Permits.of({row[1] for row in found})
    heaps, late, amounts = [], set(), {}
    for pk, permit, project, ready, due, amount in found:
        kind = kind_of(over_at(due, stops.get(pk, ()), day))
        heaps.append(
            Heap(permits.codes[permit], permits.units[permit], day.ruler.between(ready, on), kind, 1, amount)
        )
        amounts[project] = amount
        if kind != WITHIN:
            late.add(project)
    whole = Whole(len(amounts), len(late), sum(amounts.values()))
    return made(heaps, permits, whole, day, {}, scope)


def _stops(rows: Any, on: date) -> dict[int, list[Stop]]:
    """The supplements that moved, or held, a promise after that day."""
    asked = Supplement.objects.filter(step__in=rows.values("pk"))
    asked = asked.filter(Q(answered_on__gt=on) | Q(answered_on=None, asked_on__lte=on))
    found: dict[int, list[Stop]] = defaultdict(list)
    for step, start, end in asked.order_by("asked_on").values_list("step_id", "asked_on", "answered_on"):
        found[step].append((start, end))
    return found


def over_at(due: date | None, stops: Iterable[Stop], day: Day) -> int | None:
    """Working days past the promise as it was that day; None within it.

    Each supplement handed in since moved the promise on by as long as it had been owed; while one is owed the clock
    stands at the day it was asked for.
    """
    if due is None:
        return None
    clock = day.today
    for asked, answered in stops:
        held = day.ruler.between(asked, answered) if answered else 0
        if held > 0:
            due = day.ruler.add(due, -held)
        if asked <= day.today:
            clock = min(clock, asked)
    return day.ruler.between(due, clock) if due < clock else None
