"""要盯的：波动比往常大、掉头、没赶上时间、目标没定、该报没报；都从数里看出来，不设固定的线。"""

import calendar
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from xushi.core.clock import local_day
from xushi.duties.followed import Follow
from xushi.indicators.board import volatile
from xushi.indicators.figures import Scored
from xushi.indicators.leaving_out import pending
from xushi.indicators.models import Indicator
from xushi.indicators.reading_board import Line, Room, lines_of
from xushi.indicators.reporting import OVERDUE, Item, items_of
from xushi.indicators.rules import period_words, shown

KINDS = {
    "behind": "没达目标或序时", "volatile": "波动比往常大", "turned": "掉头", "pending": "目标没定", "late": "该报没报",
}  # fmt: skip
MARKS = {
    "behind": "overdue",
    "volatile": "slipping",
    "turned": "slipping",
    "pending": "disputed",
    "late": "overdue",
}
LONG = 30  # days unreported, and it is grave


@dataclass(frozen=True, slots=True)
class Concern:
    """One reason to look at an indicator, with the figures that say so."""

    kind: str
    card: Indicator
    sentence: str
    since: date
    series: str = ""
    weight: float = 0.0
    grave: bool = False
    alert: int | None = None
    order: Follow | None = None

    @property
    def label(self) -> str:
        return KINDS[self.kind]

    @property
    def mark(self) -> str:
        return MARKS[self.kind]


def concerns(room: Room, board: Scored, today: date) -> list[Concern]:
    """Everything to look at, by kind and then the gravest first."""
    lines = lines_of(room, board)
    found = [*_behind(room, board, lines), *_moving(room, lines), *_pending(room, lines), *late(room, today)]
    order = list(KINDS)
    return sorted(found, key=lambda one: (order.index(one.kind), -one.weight))


def _behind(room: Room, board: Scored, lines: Sequence[Line]) -> Iterator[Concern]:
    for one in lines:
        since = end_of(one.value_period or board.period)
        share = board.reference(one.code, "schedule") if one.code in board.spec.nodes else None
        if one.lost > 0 and one.deducted and one.target is not None:
            said = f"{one.period_text}{one.value_text}，目标{one.target_text}，差{one.gap_text}，扣{one.lost_text}分"
            yield Concern("behind", one.card, said, since, weight=one.lost, grave=one.mark == "overdue")
        elif one.value is not None and share is not None and (one.value - share) * one.sign < 0:
            said = f"{one.period_text}{one.value_text}，序时应到{shown(share, one.card.places)}"
            yield Concern("behind", one.card, said, since)


def _moving(room: Room, lines: Sequence[Line]) -> Iterator[Concern]:
    for one in lines:
        held = room.own_series.get(one.card.code, {})
        months = sorted(month for month in held if month.startswith(str(room.version.year)))
        values = [float(low) for month in months if (low := held[month].low) is not None]
        if len(values) < 4:
            continue
        since = end_of(months[-1])
        told = " → ".join(shown(value, one.card.places) for value in values)
        if volatile(values, one.sign):
            before, now = shown(values[-2], one.card.places), shown(values[-1], one.card.places)
            said = f"{period_words(months[-2])}{before}，{period_words(months[-1])}{now}"
            yield Concern("volatile", one.card, said, since, told, abs(values[-1] - values[-2]))
        elif turned(values, one.sign):
            yield Concern("turned", one.card, f"到{period_words(months[-1])}由好转差", since, told)


def turned(values: Sequence[float], sign: int = 1) -> bool:
    """Whether it got better three times running and then worse: a turning point for the worse."""
    moves = [(after - before) * sign for before, after in pairwise(values)]
    return len(moves) >= 4 and all(move > 0 for move in moves[-4:-1]) and moves[-1] < 0


def _pending(room: Room, lines: Sequence[Line]) -> Iterator[Concern]:
    """Targets not given yet: those that keep an indicator out of the scores, and those that only leave it unclear."""
    since = local_day(room.version.used_at or room.version.at)
    for one in lines:
        if one.waits_for:
            yield Concern("pending", one.card, f"等{one.waits_for}给出目标值，现在不计分", since)
        elif owes := pending(room.spec, one.code, room.own):
            yield Concern("pending", one.card, f"等{owes}给出目标值", since)


def late(room: Room, today: date) -> Iterator[Concern]:
    """该报没报: figures of the district that are past their day, neither here nor waived; one concern an indicator."""
    owed: dict[int, list[Item]] = {}
    for one in items_of(room.version, today):
        if one.state == OVERDUE and one.target is None:
            owed.setdefault(one.card.pk, []).append(one)
    for items in owed.values():
        first = items[0]
        said = f"{period_words(first.period)}的数该在{first.due_on.month}月{first.due_on.day}日前报"
        more = f"，连同以后的共{len(items)}个没报" if len(items) > 1 else ""
        days = (today - first.due_on).days
        yield Concern("late", first.card, said + more, first.due_on, weight=days, grave=days > LONG)


def end_of(period: str) -> date:
    year, month = map(int, period.split("-"))
    return date(year, month, calendar.monthrange(year, month)[1])
