"""要盯的变成预警：对象是指标，看得出来就开，没有了就解除；点开是这个指标和它的走势。"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from xushi.alerts.actions import Applied, apply_findings
from xushi.alerts.models import Alert
from xushi.alerts.rules import OF_INDICATORS, Cause, Finding, Level, SubjectInfo
from xushi.core.clock import local_day
from xushi.duties.followed import followed
from xushi.indicators.models import Indicator, Version
from xushi.indicators.reading_board import Room, room_of_version
from xushi.indicators.refusals import Refused
from xushi.indicators.watching import Concern, concerns, late

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from xushi.indicators.models import System
    from xushi.units.models import User

INDICATOR = Indicator._meta.label_lower
CAUSES = {
    "behind": Cause.INDICATOR_BEHIND,
    "volatile": Cause.INDICATOR_VOLATILE,
    "turned": Cause.INDICATOR_TURNED,
    "pending": Cause.INDICATOR_PENDING,
    "late": Cause.INDICATOR_LATE,
}


def judge_all(now: datetime) -> Applied:
    """Every system in use judged anew; six queries a system, and nothing written where nothing new is said."""
    done = Applied()
    for version in in_use():
        room = room_of_version(version)
        found, causes = _found(room, now)
        one = apply_findings(_findings(room, found), causes=causes, now=now)
        done.opened += one.opened
        done.relevelled += one.relevelled
        done.updated += one.updated
        done.cleared += one.cleared
    return done


def in_use(systems: "QuerySet[System] | None" = None) -> Iterator[Version]:
    """Of each system (of these, where any are given) the version in use, of its latest year."""
    rows = Version.objects.exclude(used_at=None).select_related("system")
    rows = rows if systems is None else rows.filter(system__in=systems)
    seen: set[int] = set()
    for held in rows.order_by("system__place", "system_id", "-year", "-used_at"):
        if held.system_id not in seen:
            seen.add(held.system_id)
            yield held


def _found(room: Room, now: datetime) -> tuple[Sequence[Concern], Sequence[Cause]]:
    """What there is to say, and what could be judged: a system that cannot be scored still knows who has not reported."""
    today = local_day(now)
    try:
        return concerns(room, room.scored(room.periods[0] if room.periods else ""), today), OF_INDICATORS
    except Refused:
        return list(late(room, today)), (Cause.INDICATOR_LATE,)


def _findings(room: Room, found: Iterable[Concern]) -> dict[SubjectInfo, Sequence[Finding]]:
    """By indicator, every one of the system; the gravest of a kind where two lines rest on one indicator."""
    said: dict[int, dict[Cause, Finding]] = {}
    for one in found:
        said.setdefault(one.card.pk, {}).setdefault(CAUSES[one.kind], _finding(room, one))
    return {_subject(card): list(said.get(card.pk, {}).values()) for card in room.cards.values()}


def _finding(room: Room, one: Concern) -> Finding:
    words = f"{one.sentence}；{one.series}" if one.series else one.sentence
    level = Level.RED if one.grave else Level.YELLOW
    return Finding(CAUSES[one.kind], level, one.since, note=f"{room.system.name}：{words}")


def _subject(card: Indicator) -> SubjectInfo:
    """Those who oversee the whole district see it, the department that answers for it, and the group that leads it."""
    unit, group = card.lead_id or card.group_id, card.group_id
    return SubjectInfo(INDICATOR, card.pk, card.name, responsible_unit=unit, group=group)


def with_alerts(found: Sequence[Concern], user: "User") -> list[Concern]:
    """Each with its open alert and the order that runs about it, as this person sees them; two queries."""
    rows = list(
        Alert.objects.open()
        .visible_to(user)
        .filter(subject_kind=INDICATOR, subject_id__in={one.card.pk for one in found})
    )
    orders = followed(user, rows)
    by_key = {(row.subject_id, row.cause): row for row in rows}
    made = []
    for one in found:
        row = by_key.get((one.card.pk, CAUSES[one.kind]))
        made.append(replace(one, alert=row.pk, order=orders.get(row.pk)) if row else one)
    return made
