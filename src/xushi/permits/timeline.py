"""全部经过：这个项目的手续上做过什么，新的在上；人和单位都是当时的名字。"""

from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from xushi.journal.models import Event, EventRow
from xushi.permits.selectors import Steps
from xushi.permits.table import TABLE
from xushi.registry.models import Project

PROJECT = Project._meta.label_lower
NAMES = {act.event: act.name for act in TABLE} | {"reported": "按表更新", "transferred": "移交"}


@dataclass(frozen=True, slots=True)
class Passed:
    """One thing that was done: to a step, or to the whole track."""

    event: Event
    what: str
    changes: dict[str, Any]


def passed(steps: Steps, *, whole: bool) -> list[Passed]:
    """Everything done to the steps that this person sees; whole: also when the track was laid out and moved.

    One query at most: what was done to each step has been read with the steps.
    """
    found = [
        Passed(row.event, f"{one.step.permit.name}：{_name(row.event)}", row.changes or {})
        for one in steps.rows
        for row in one.said
    ]
    if whole:
        found += [Passed(event, event.summary, event.changes or {}) for event in _of_track(steps)]
    return sorted(found, key=lambda one: (one.event.at, one.event.pk), reverse=True)


def _name(event: Event) -> str:
    return NAMES.get(event.verb.rpartition(".")[2], event.summary)


def _of_track(steps: Steps) -> Any:
    """By itself, or as one of many projects at once."""
    pk = steps.track.project_id
    among = EventRow.objects.filter(subject_kind=PROJECT, subject_id=pk).values("event")
    own = Q(subject_kind=PROJECT, subject_id=pk) | Q(pk__in=among)
    return Event.objects.filter(own, verb__startswith="permits.track.")
