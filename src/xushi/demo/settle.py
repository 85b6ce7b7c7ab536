"""把当年实施的行落到各属地：个数、应开未开、进度滞缓都按定好的数。"""

import random
from collections.abc import Iterable, Sequence

from xushi.core.months import Month
from xushi.demo.names import COMPLETED_IN, SHAPE
from xushi.demo.row import AUGUST, Row


def settle_rows(rows: Sequence[Row], chance: random.Random) -> None:
    """Give every row a territory. Industrial ones go first, and mostly to the parks."""
    places = [place for place, *_ in SHAPE]
    room = {place: count for place, count, *_ in SHAPE}
    due = {place: count for place, _, _, count, *_ in SHAPE}
    slow = {place: count for place, _, _, _, count, _ in SHAPE}
    works = {place: count for place, *_, count in SHAPE}
    for row in rows:
        if row.territory:
            for quota in (room, *([due] if row.due else []), *([slow] if row.slipping else [])):
                quota[row.territory] -= 1
            works[row.territory] -= row.industrial
    homeless = [row for row in rows if not row.territory]
    for quota, some in ((due, [r for r in homeless if r.due]), (slow, [r for r in homeless if r.slipping])):
        slots = [place for place in places for _ in range(quota[place])]
        chance.shuffle(slots)
        for row in sorted(some, key=lambda row: not row.industrial):
            place = max(slots, key=lambda slot: works[slot]) if row.industrial else slots[0]
            slots.remove(place)
            _place(row, place, room, works)
    rest = [row for row in homeless if not row.territory]
    chance.shuffle(rest)
    for row in sorted(rest, key=lambda row: (not row.industrial, row.completed_on is None)):
        open_ = [place for place in _fitting(row, places) if room[place] > 0]
        weights = [max(works[place], 0.01) if row.industrial else room[place] for place in open_]
        _place(row, chance.choices(open_, weights)[0], room, works)
    _plan_august([row for row in homeless if row.due])


def _fitting(row: Row, places: Sequence[str]) -> Sequence[str]:
    return COMPLETED_IN if row.industrial and row.completed_on else places


def _place(row: Row, place: str, room: dict[str, int], works: dict[str, int]) -> None:
    row.territory = place
    room[place] -= 1
    works[place] -= row.industrial


def _plan_august(due: Iterable[Row]) -> None:
    """Two of those overdue were planned for August itself: with the five that began in August, 25 in July, 22 now."""
    for row in [row for row in due if not row.industrial][:2]:
        row.start = Month(AUGUST.year, AUGUST.number)
