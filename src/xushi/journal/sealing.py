"""封印：按提交先后把事件串成一条散列链；查验时指出第一条断处。"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models import Exists, OuterRef

from xushi.core.clock import BEIJING
from xushi.journal.models import ChainHead, Event, EventRow, Seal, Unsealed

BATCH = 500
HEAD = 1
FIELDS = (
    "verb", "actor_id", "actor_name", "actor_unit", "channel", "address",
    "subject_kind", "subject_id", "subject_name", "summary", "changes",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Break:
    """The first place where the chain does not hold: its position (0: outside the chain), its event, a sentence."""

    position: int
    event_id: int
    sentence: str


def canonical(event: Event, rows: list[EventRow]) -> bytes:
    """One event and its rows as the bytes that are sealed: sorted keys, no spaces, Beijing time to the microsecond."""
    content: dict[str, Any] = {name: getattr(event, name) for name in FIELDS}
    content["id"] = event.pk
    content["at"] = event.at.astimezone(BEIJING).isoformat(timespec="microseconds")
    content["rows"] = [
        [row.pk, row.subject_kind, row.subject_id, row.subject_name, row.changes] for row in rows
    ]
    return json.dumps(
        content, cls=DjangoJSONEncoder, ensure_ascii=False, sort_keys=True, separators=(",", ":")
    ).encode()


def link(previous: str, event: Event, rows: list[EventRow]) -> str:
    """sha256 of the previous digest and this event, as 64 hex digits."""
    return sha256(previous.encode() + canonical(event, rows)).hexdigest()


def seal_events(limit: int = BATCH) -> int:
    """Seal what has been committed and not yet sealed, at most limit events; returns how many.

    One sealer at a time: the chain's head is locked first, and only then is the list of waiting events read,
    so an event that commits later comes later in the chain, whatever its id.
    """
    if not Unsealed.objects.exists():
        return 0
    with transaction.atomic():
        ChainHead.objects.get_or_create(pk=HEAD)
        head = ChainHead.objects.select_for_update().get(pk=HEAD)
        waiting = list(Unsealed.objects.select_related("event").order_by("pk")[:limit])
        having = _having_rows([unsealed.event_id for unsealed in waiting])
        Seal.objects.bulk_create(
            _appended(head, one.event, _rows_of(one.event_id) if one.event_id in having else [])
            for one in waiting
        )
        head.save()
        Unsealed.objects.filter(pk__in=[unsealed.pk for unsealed in waiting]).delete()
    return len(waiting)


def _appended(head: ChainHead, event: Event, rows: list[EventRow]) -> Seal:
    previous = head.digest
    head.position += 1
    head.digest = link(previous, event, rows)
    return Seal(position=head.position, event=event, previous=previous, digest=head.digest)


def _having_rows(events: list[int]) -> set[int]:
    """Few events have rows, and one may have ten thousand: those are read one event at a time."""
    rows = EventRow.objects.filter(event__in=events).order_by()
    return set(rows.values_list("event", flat=True).distinct())


def verify() -> Break | None:
    """The first broken entry, or None where the whole chain holds: changed, missing, out of the chain, cut off."""
    position, digest = 0, ""
    for seal, event, rows in _sealed():
        position += 1
        if broken := _broken_link(position, digest, seal, event, rows):
            return broken
        digest = seal.digest
    return _broken_end(position, digest)


def _broken_link(
    position: int, digest: str, seal: Seal, event: Event | None, rows: list[EventRow]
) -> Break | None:
    number = seal.event_id
    if seal.position != position:
        return Break(position, 0, f"第{position}条封印不见了。")
    if event is None:
        return Break(position, number, f"第{position}条（事件{number}）不见了。")
    if seal.previous != digest:
        return Break(position, number, f"第{position}条（事件{number}）与前一条接不上，封印被改过。")
    if link(digest, event, rows) != seal.digest:
        return Break(
            position, number, f"第{position}条（事件{number}：{event.summary_shown}）的内容或明细被改过。"
        )
    return None


def _broken_end(position: int, digest: str) -> Break | None:
    """What a walk along the seals cannot see: a tail cut off, an event that never asked to be sealed."""
    head = ChainHead.objects.filter(pk=HEAD).first() or ChainHead()
    if (head.position, head.digest) != (position, digest):
        return Break(position + 1, 0, f"链尾被截：应有{head.position}条，只剩{position}条。")
    loose = Event.objects.filter(
        ~Exists(Seal.objects.filter(event=OuterRef("pk"))),
        ~Exists(Unsealed.objects.filter(event=OuterRef("pk"))),
    ).first()
    if loose is None:
        return None
    return Break(0, loose.pk, f"事件{loose.pk}（{loose.summary_shown}）不在链里，也不在待封之列。")


def _sealed() -> Iterator[tuple[Seal, Event | None, list[EventRow]]]:
    """Every seal in order with what it seals, read in batches."""
    seals = Seal.objects.order_by("position").iterator(chunk_size=BATCH)
    while batch := list(islice(seals, BATCH)):
        numbers = [seal.event_id for seal in batch]
        events = Event.objects.in_bulk(numbers)
        rows: dict[int, list[EventRow]] = {}
        for row in EventRow.objects.filter(event__in=numbers).order_by("event", "pk").iterator():
            rows.setdefault(row.event_id, []).append(row)
        for seal in batch:
            yield seal, events.get(seal.event_id), rows.get(seal.event_id, [])


def _rows_of(event_id: int) -> list[EventRow]:
    return list(EventRow.objects.filter(event=event_id).order_by("pk"))
