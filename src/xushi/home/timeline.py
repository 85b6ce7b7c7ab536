"""时间线：这个项目身上发生过的事，人和单位都是当时的名字。"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from xushi.journal.models import Event, EventRow
from xushi.registry.models import Project

AT_MOST = 60
KIND = "registry.project"


@dataclass(frozen=True, slots=True)
class Moment:
    """One event of a project: who and where as they were called then."""

    at: datetime
    who: str
    unit: str
    text: str
    name_then: str
    changes: dict[str, list[Any]]

    @property
    def shown(self) -> list[tuple[str, str, str]]:
        """(field, before, after) of the changes that fit a line."""
        pairs = [
            (name, pair) for name, pair in self.changes.items() if isinstance(pair, list) and len(pair) == 2
        ]
        return [(name, _short(old), _short(new)) for name, (old, new) in pairs[:6]]


def _short(value: Any) -> str:
    text = "空" if value in (None, "") else str(value)
    return text if len(text) <= 40 else f"{text[:39]}…"


def timeline(project: Project) -> list[Moment]:
    """The latest sixty events, newest first: its own and its rows of plural ones; two queries.

    People's own watching is theirs, not the project's history.
    """
    rows = {
        row.event_id: row
        for row in EventRow.objects.filter(subject_kind=KIND, subject_id=project.pk)
        .order_by("-event_id")
        .only("event_id", "subject_name", "changes")[:AT_MOST]
    }
    own = Q(subject_kind=KIND, subject_id=project.pk)
    events = Event.objects.filter(own | Q(pk__in=list(rows)))
    shown = events.exclude(verb__in=("registry.project.watched", "registry.project.unwatched"))
    return [_moment(event, rows.get(event.pk)) for event in shown.order_by("-at", "-pk")[:AT_MOST]]


def _moment(event: Event, row: EventRow | None) -> Moment:
    return Moment(
        at=event.at,
        who=event.actor_name,
        unit=event.actor_unit,
        text=event.summary,
        name_then=row.subject_name if row else event.subject_name,
        changes=(row.changes if row else event.changes) or {},
    )
