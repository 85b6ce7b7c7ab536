"""记一笔：每个动作都以 record 收尾，与它写的数据同在一个事务里。"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from importlib import import_module
from typing import Any, Protocol

from django.db import models, transaction

from xushi.journal.models import Changes, Event, EventRow, Reaction, Unsealed
from xushi.kit.bulk import insert_all, maker

_modules: list[str] = []  # that register reactions, loaded when the first event is written
_reactions: dict[str, list[str]] = {}
_by_steps: set[str] = set()
_whole: ContextVar[Event | None] = ContextVar("whole", default=None)


class Person(Protocol):
    """What the journal needs to know of an actor (the user model stands on a higher floor)."""

    pk: Any
    name: str

    @property
    def unit_name(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, through which channel, from where. by=None is the system itself."""

    by: Any = None
    channel: str = Event.Channel.WEB
    address: str = ""

    @classmethod
    def of(cls, request: Any) -> "Actor":
        return cls(by=request.user, address=request.META.get("REMOTE_ADDR", ""))


SYSTEM = Actor(channel=Event.Channel.SYSTEM)


@dataclass(frozen=True, slots=True)
class RowChange:
    """One changed row of a plural action."""

    subject: models.Model
    name: str
    changes: Changes = field(default_factory=dict)


def react_to(
    *verbs: str, by_steps: bool = False
) -> Callable[[Callable[[Event], None]], Callable[[Event], None]]:
    """Register a reaction by its function's dotted name; the worker calls it once per event.

    by_steps: it goes over everything there is and may run twice; each of its actions is a transaction of its own
    (journal.steps), and one that is broken off begins again.
    """

    def register(reaction: Callable[[Event], None]) -> Callable[[Event], None]:
        name = f"{reaction.__module__}.{reaction.__qualname__}"
        for verb in verbs:
            names = _reactions.setdefault(verb, [])
            if name not in names:
                names.append(name)
        if by_steps:
            _by_steps.add(name)
        return reaction

    return register


def react_in(module: str) -> None:
    """Name a module that registers reactions. It reaches into every room, so that it is loaded when the first event is
    written: who only reads need not have it."""
    if module not in _modules:
        _modules.append(module)


def load_reactions() -> None:
    """Have every reaction registered; another thread that is still loading them is waited for."""
    for module in _modules:
        import_module(module)


def goes_by_steps(name: str) -> bool:
    return name in _by_steps


@contextmanager
def parts_of(event: Event) -> Iterator[Event]:
    """Within, what actions record becomes rows and reactions of this one event: an import of many actions is one."""
    token = _whole.set(event)
    try:
        yield event
    finally:
        _whole.reset(token)


def record(
    verb: str,
    *,
    actor: Actor,
    now: datetime,
    summary: str,
    subject: models.Model | None = None,
    subject_name: str = "",
    changes: Changes | None = None,
    rows: Iterable[RowChange] = (),
) -> Event:
    """Write one event, its row changes and the reactions it sets off; call it inside the action's transaction."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("record() 要与它记录的写入同在一个事务里")
    if whole := _whole.get():
        parts = list(rows)
        if subject and not parts:
            parts = [RowChange(subject, subject_name or str(subject), changes or {})]
        _attach(whole, parts, verb, now)
        return whole
    event = Event.objects.create(
        verb=verb,
        at=now,
        actor=actor.by,
        actor_name=actor.by.name if actor.by else "系统",
        actor_unit=actor.by.unit_name if actor.by else "",
        channel=actor.channel,
        address=actor.address,
        subject_kind=subject._meta.label_lower if subject else "",
        subject_id=subject.pk if subject else None,
        subject_name=(subject_name or str(subject or ""))[:300],
        summary=summary[:500],
        changes=changes or {},
    )
    Unsealed.objects.create(event=event)
    _attach(event, rows, verb, now)
    return event


def _attach(event: Event, rows: Iterable[RowChange], verb: str, now: datetime) -> None:
    load_reactions()
    make = maker(EventRow)
    insert_all(
        [
            make(
                {
                    "event_id": event.pk,
                    "subject_kind": row.subject._meta.label_lower,
                    "subject_id": row.subject.pk,
                    "subject_name": row.name[:300],
                    "changes": row.changes,
                }
            )
            for row in rows
        ]
    )
    Reaction.objects.bulk_create(
        (Reaction(event=event, name=name, not_before=now) for name in _reactions.get(verb, [])),
        ignore_conflicts=True,
    )
