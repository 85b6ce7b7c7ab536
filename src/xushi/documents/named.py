"""名数：一个月里叫得出名字的数，公文模板照名字取；用到哪一组才读哪一组。

figures_of(user, month, now=now)["district.start_rate"] is a Sourced: printed, value, scope, month, the list behind it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from functools import cache
from typing import TYPE_CHECKING

from xushi.core.clock import local_day
from xushi.core.months import Month
from xushi.documents import (
    lists_units,
    lists_work,
    named_admission,
    named_alerts,
    named_completions,
    named_indicators,
    named_inspections,
    named_permits,
    named_problems,
    named_projects,
    named_province,
    named_signings,
    named_supervision,
    named_tables,
)
from xushi.documents.named_scope import ABSENT, Asked, Cell, Part, Row, Rows, told
from xushi.documents.sourced import Sourced
from xushi.progress.closed import closing_for, last_month_for

if TYPE_CHECKING:
    from xushi.units.models import User

__all__ = [
    "Cell", "Entry", "Figures", "OpenMonth", "Row", "Rows", "UnknownFigure", "catalogue", "figures_if_closed",
    "figures_of", "lists",
]  # fmt: skip
_WITH_PARTS = (
    named_projects, named_completions, named_signings, named_admission, named_supervision, named_problems,
    named_inspections, named_permits, named_alerts, named_indicators, named_province,
)  # fmt: skip
_WITH_LISTS = (
    named_tables, named_completions, named_signings, named_supervision, named_problems, named_permits, named_alerts,
    named_indicators, named_province, lists_units, lists_work,
)  # fmt: skip
PARTS: dict[str, Part] = {one.code: one for room in _WITH_PARTS for one in room.PARTS}
LISTS: dict[str, Rows] = {one.code: one for room in _WITH_LISTS for one in room.LISTS}
ROWS = "lists"  # lists.signing_events.3.count: a cell of a list


@dataclass(frozen=True, slots=True)
class Entry:
    """One named number as the list of names shows it; group is what it belongs to, in words."""

    key: str
    label: str
    meaning: str
    group: str


class UnknownFigure(KeyError):
    """Nobody knows a number of that name; the sentence says which name is near."""

    def __init__(self, key: str, near: str = "") -> None:
        self.key, self.near = key, near
        hint = f"，是不是“{near}”" if near else "，可用的名字见“公文里的数”"
        self.sentence = f"没有叫“{key[:60]}”的数{hint}。"
        super().__init__(self.sentence)

    def __str__(self) -> str:
        return self.sentence


class OpenMonth(Exception):
    """The month is not closed, so that its numbers may still move."""


@cache
def catalogue() -> tuple[Entry, ...]:
    """Every named number, group by group."""
    return tuple(
        Entry(f"{part.code}.{one.name}", one.label, one.meaning, part.title)
        for part in PARTS.values()
        for one in part.names
    )


def lists() -> tuple[Rows, ...]:
    """Every list that templates may go through."""
    return tuple(LISTS.values())


class Lists(Mapping[str, tuple[Row, ...]]):
    """The lists of a month by name, each read when it is asked for; cells are words or Sourced numbers."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._kept: dict[str, dict[str, Row]] = {}

    def keyed(self, name: str) -> Mapping[str, Row]:
        """{what a row is known by: its cells}."""
        if name not in LISTS:
            raise UnknownFigure(f"{ROWS}.{name}", _near(name, [*LISTS]))
        if name not in self._kept:
            self._kept[name] = dict(LISTS[name].read(self._asked))
        return self._kept[name]

    def __getitem__(self, name: str) -> tuple[Row, ...]:
        return tuple(self.keyed(name).values())

    def columns(self, name: str) -> Mapping[str, str] | None:
        """{column: what it holds} of a list."""
        return LISTS[name].columns if name in LISTS else None

    def __iter__(self) -> Iterator[str]:
        return iter(LISTS)

    def __len__(self) -> int:
        return len(LISTS)


class Figures(Mapping[str, Sourced]):
    """The named numbers of a month as one person sees them."""

    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        self.lists = Lists(asked)
        self._kept: dict[str, Mapping[str, Sourced]] = {}

    @property
    def month(self) -> Month:
        return self.asked.month

    @property
    def closed(self) -> bool:
        return self.asked.closed

    def __getitem__(self, key: str) -> Sourced:
        code, _, name = key.partition(".")
        if code == ROWS:
            return self._cell(key)
        part = PARTS.get(code)
        known = next((one for one in part.names if one.name == name), None) if part else None
        if part is None or known is None:
            raise UnknownFigure(key, near(key))
        if code not in self._kept:
            self._kept[code] = part.read(self.asked)
        found = self._kept[code].get(key)
        return found or told(
            key, known.label, ABSENT, asked=self.asked, scope=part.title, meaning=known.meaning
        )

    def _cell(self, key: str) -> Sourced:
        """A cell of a list by its key: lists.name.row.column."""
        _, name, row, column = [*key.split(".", 3), "", "", ""][:4]
        cell = self.lists.keyed(name).get(row, {}).get(column)
        if not isinstance(cell, Sourced):
            raise UnknownFigure(key)
        return cell

    def __iter__(self) -> Iterator[str]:
        return (entry.key for entry in catalogue())

    def __len__(self) -> int:
        return len(catalogue())


class _Then(Mapping[str, Sourced]):
    """The numbers of another month: read when they are asked for, absent one and all where it is not closed."""

    def __init__(self, user: "User", month: Month, now: datetime) -> None:
        self._asked = (user, month, now)
        self._made: Figures | None = None
        self._absent = False

    def __getitem__(self, key: str) -> Sourced:
        user, month, now = self._asked
        if self._made is None and not self._absent:
            try:
                self._made = figures_of(user, month, now=now)
            except OpenMonth:
                self._absent = True
        if self._made is not None:
            return self._made[key]
        entry = next((one for one in catalogue() if one.key == key), None)
        if entry is None:
            raise UnknownFigure(key, near(key))
        return Sourced(key, entry.label, ABSENT, None, "", entry.group, str(month), False, entry.meaning)

    def __iter__(self) -> Iterator[str]:
        return (entry.key for entry in catalogue())

    def __len__(self) -> int:
        return len(catalogue())


def figures_if_closed(user: "User", month: Month, *, now: datetime) -> Mapping[str, Sourced]:
    """For comparisons: the numbers of a month, without a value each where that month is not closed."""
    return _Then(user, month, now)


def near(key: str) -> str:
    """The known name that is most like this one; a label in Chinese finds its name too. "" where none is near."""
    for entry in catalogue():
        if key in (entry.label, f"{entry.group}{entry.label}", f"{entry.group}.{entry.label}"):
            return entry.key
    return _near(key, [entry.key for entry in catalogue()])


def _near(key: str, known: Sequence[str]) -> str:
    return next(iter(get_close_matches(key, known, n=1, cutoff=0.5)), "")


def figures_of(user: "User", month: Month, *, now: datetime, open_month: bool = False) -> Figures:
    """The numbers of a closed month; of one that is not closed only where that is asked for (OpenMonth else)."""
    last = last_month_for(user)
    closed = closing_for(user, month) is not None
    if month > Month.of(local_day(now)) and not closed:
        raise OpenMonth(f"{month.label}还没有到，没有数可写。")
    if not closed and not open_month:
        known = f"最近关账的是{last.label}" if last else "还没有哪个月关过账"
        raise OpenMonth(f"{month.label}还没有关账，数还会动；{known}。要用未关账的数，请写明。")
    return Figures(Asked(user, month, now, closed=closed, latest=last is None or month >= last))
