"""一件事后面跟着什么：上面的房间（督办）在启动时登记怎么找，下面的房间（预警、问题）只问，不往上看。"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Model

if TYPE_CHECKING:
    from xushi.units.models import User


@dataclass(frozen=True, slots=True)
class Follow:
    """What is running about a subject: 督办17号 and where it opens."""

    name: str
    url: str
    due_at: datetime | None = None

    @property
    def short(self) -> str:
        """17号, where the head of the column says 督办."""
        return self.name.removeprefix("督办")


@dataclass(frozen=True, slots=True)
class Heard:
    """What was last heard about a subject from whoever has it in hand: when, what, and where it was said."""

    at: datetime
    words: str
    url: str


Finder = Callable[["User", Collection[Model]], dict[int, Follow]]
Listener = Callable[["User", Collection[Model]], dict[int, Heard]]
_FINDERS: dict[str, Finder] = {}
_LISTENERS: dict[str, Listener] = {}


def follows(kind: str, finder: Finder) -> None:
    """Name who finds, for subjects of a kind (a model's label), what this person sees running about each."""
    _FINDERS[kind] = finder


def followed(user: "User", subjects: Collection[Model]) -> dict[int, Follow]:
    """By key of the subject, all of one kind: what runs about it, nearest deadline first; one query at most."""
    first = next(iter(subjects), None)
    finder = _FINDERS.get(first._meta.label_lower) if first is not None else None
    return finder(user, subjects) if finder else {}


def hears(kind: str, listener: Listener) -> None:
    """Name who finds what was last heard about subjects of a kind."""
    _LISTENERS[kind] = listener


def heard(user: "User", subjects: Collection[Model]) -> dict[int, Heard]:
    """最近一次反馈, by key of the subject, all of one kind; a fixed number of queries."""
    first = next(iter(subjects), None)
    listener = _LISTENERS.get(first._meta.label_lower) if first is not None else None
    return listener(user, subjects) if listener else {}
