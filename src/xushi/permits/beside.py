"""排队图旁边的卡片：上面的房间（问题事项）在启动时登记，这里只问，不往上看。"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xushi.units.models import User


@dataclass(frozen=True, slots=True)
class Bar:
    """One line of a card: how many, and the list behind it."""

    name: str
    count: int
    url: str


@dataclass(frozen=True, slots=True)
class Card:
    """What holds projects up, counted another way than by steps."""

    title: str
    note: str
    url: str
    bars: tuple[Bar, ...]
    foot: str = ""


Finder = Callable[["User"], Card | None]
_FINDERS: dict[str, Finder] = {}


def stands_beside(name: str, finder: Finder) -> None:
    """Name who makes a card of what this person sees."""
    _FINDERS[name] = finder


def cards(user: "User") -> list[Card]:
    """In the order of their names; a fixed number of queries each."""
    found = (_FINDERS[name](user) for name in sorted(_FINDERS))
    return [card for card in found if card]
