"""一件事说的是什么：事件和它的明细指向哪些督办单、问题、待办、项目，各自牵涉哪些人。"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from django.urls import NoReverseMatch, reverse

from xushi.journal.models import Changes, Event
from xushi.notices.people import Directory, Readers
from xushi.notices.recipients import Who

AT_ONCE = 1000
Spoken = dict[int, Changes]  # subject → what the event says changed
Told = dict[Who, Readers]
Source = Callable[[Event, Directory], Iterator["Matter"]]


@dataclass(frozen=True, slots=True)
class Matter:
    """One subject of an event: how it is called, where it opens, who is what to it.

    readers: the only people who may know of it, where it is confidential; None where it is not.
    labels say a line of the table in words of its own (快到期 …); said is what the actor wrote.
    """

    kind: str
    pk: int
    called: str
    about: str
    url: str
    people: Told
    said: str = ""
    readers: Readers | None = None
    labels: Mapping[Who, str] = field(default_factory=dict)

    def hearing(self, who: Who) -> Readers:
        people = self.people.get(who, frozenset())
        return people if self.readers is None else people & self.readers


def spoken_of(event: Event, kind: str) -> Iterator[Spoken]:
    """The subjects of one kind that the event and its rows name, each with its changes, a thousand at a time."""
    found: Spoken = {}
    if event.subject_kind == kind and event.subject_id is not None:
        found[event.subject_id] = event.changes
    rows = event.rows.filter(subject_kind=kind).order_by("pk")
    for pk, changes in rows.values_list("subject_id", "changes"):
        found[pk] = changes
    items = list(found.items())
    for start in range(0, len(items), AT_ONCE):
        yield dict(items[start : start + AT_ONCE])


def address(name: str, *arguments: object) -> str:
    """Where a matter opens; "" where there is no such page."""
    try:
        return reverse(name, args=arguments)
    except NoReverseMatch:
        return ""


def said_in(changes: Changes) -> str:
    """What the actor wrote, as the journal keeps it."""
    pair = changes.get("写了") or changes.get("理由") or [None, ""]
    return str(pair[1] or "")


def together(*groups: Iterable[int]) -> Readers:
    return frozenset().union(*groups)
