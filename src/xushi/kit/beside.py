"""一页旁边的卡片：上面的房间在启动时登记到下面房间的页上；那一页只问，不往上看。"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class Bar:
    """One line of a card: how many, and the list behind it."""

    name: str
    count: int
    url: str


@dataclass(frozen=True, slots=True)
class Card:
    """What belongs beside a page and is counted in a room above it."""

    title: str
    note: str
    url: str
    bars: tuple[Bar, ...]
    foot: str = ""


Finder = Callable[[Any, date], Card | None]  # of what this person sees on this day
_FINDERS: dict[str, dict[str, Finder]] = {}


def stands_beside(page: str, name: str, finder: Finder) -> None:
    """Name who makes a card beside a page ("permits", "signings")."""
    _FINDERS.setdefault(page, {})[name] = finder


def cards(page: str, user: Any, today: date) -> list[Card]:
    """In the order of their names; a fixed number of queries each."""
    finders = _FINDERS.get(page, {})
    found = (finders[name](user, today) for name in sorted(finders))
    return [card for card in found if card]
