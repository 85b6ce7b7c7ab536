"""写消息：一件事、一个读者、一条；与反应同在一个事务里。"""

from dataclasses import dataclass, field

from xushi.core.clock import local_day
from xushi.journal.models import Event
from xushi.kit.bulk import insert_all
from xushi.notices import (
    matters_accounts,
    matters_admission,
    matters_documents,
    matters_duties,
    matters_exports,
    matters_guarantees,
    matters_indicators,
    matters_inspections,
    matters_meetings,
    matters_operations,
    matters_permits,
    matters_planning,
    matters_problems,
    matters_progress,
    matters_signings,
    matters_sites,
    matters_supervision,
)
from xushi.notices.matters import Matter, Source, address
from xushi.notices.models import Mute, Notice
from xushi.notices.people import Directory
from xushi.notices.recipients import VERBS, Hears, Who, heard
from xushi.notices.topics import Topic, topic_of

# 哪一类事件，由谁说清它讲的是什么
SOURCES: dict[str, Source] = {
    "orders": matters_supervision.matters,
    "instructions": matters_supervision.matters,
    "meetings": matters_meetings.matters,
    "problems": matters_problems.matters,
    "guarantees": matters_guarantees.matters,
    "inspections": matters_inspections.matters,
    "indicators": matters_indicators.matters,
    "permits": matters_permits.matters,
    "signings": matters_signings.matters,
    "sites": matters_sites.matters,
    "admission": matters_admission.matters,
    "planning": matters_planning.matters,
    "documents": matters_documents.matters,
    "deadlines": matters_duties.matters,
    "operations": matters_operations.matters,
    "reports": matters_progress.matters,
    "months": matters_progress.matters,
    "accounts": matters_accounts.matters,
    "exports": matters_exports.matters,
}
NAMED = 3  # so many are named, the rest counted


@dataclass(slots=True)
class Heard:
    """What one reader hears of one event."""

    by_name: bool = False
    parts: dict[tuple[str, int], tuple[Matter, Who]] = field(default_factory=dict)

    def add(self, matter: Matter, hears: Hears) -> None:
        self.by_name |= hears.by_name
        self.parts.setdefault((matter.kind, matter.pk), (matter, hears.who))


def write_notices(event: Event) -> list[Notice]:
    """消息: one for each reader who hears of the event; called in the transaction of the reaction.

    Whoever did it does not hear of it. A reader who has muted the topic hears only what is addressed to them.
    What has been written before is not written again.
    """
    lines = heard(event.verb)
    if not lines:
        return []
    told = _told(event, lines)
    told.pop(event.actor_id or 0, None)
    topic = topic_of(event.verb)
    passed_over = _passed_over(event, topic.key, told)
    notices = [
        _notice(event, topic, reader, one)
        for reader, one in sorted(told.items())
        if reader not in passed_over
    ]
    insert_all(notices)
    return notices


def _told(event: Event, lines: tuple[Hears, ...]) -> dict[int, Heard]:
    found: dict[int, Heard] = {}
    for matter in SOURCES[topic_of(event.verb).key](event, Directory(local_day(event.at))):
        for line in lines:
            for reader in matter.hearing(line.who):
                found.setdefault(reader, Heard()).add(matter, line)
    return found


def _passed_over(event: Event, topic: str, told: dict[int, Heard]) -> set[int]:
    """Readers who muted the topic and are not named, and those who have the notice already."""
    muted = set(Mute.objects.filter(topic=topic).values_list("user", flat=True))
    written = set(Notice.objects.filter(event=event).values_list("reader", flat=True))
    return {
        reader for reader, one in told.items() if reader in written or (reader in muted and not one.by_name)
    }


def _notice(event: Event, topic: Topic, reader: int, one: Heard) -> Notice:
    matters = [matter for matter, _ in one.parts.values()]
    first, who = next(iter(one.parts.values()))
    label = first.labels.get(who, VERBS[event.verb])
    alone = len(matters) == 1
    return Notice(
        reader_id=reader,
        event=event,
        topic=topic.key,
        title=(f"{label}：{first.called}" if alone else f"{label}{len(matters)}件")[:120],
        words=(_words(first) if alone else _names(matters))[:300],
        url=first.url if alone else address(topic.many),
        subject_kind=first.kind if alone else "",
        subject_id=first.pk if alone else None,
        by_name=one.by_name,
        confidential=any(matter.readers is not None for matter in matters),
        at=event.at,
    )


def _words(matter: Matter) -> str:
    return "。".join(filter(None, [matter.about, matter.said]))


def _names(matters: list[Matter]) -> str:
    names = "、".join(matter.called for matter in matters[:NAMED])
    return f"{names}等{len(matters)}件" if len(matters) > NAMED else names
