"""时间线：这个项目身上发生过的事，人和单位都是当时的名字。"""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from xushi.journal.models import Event, EventRow
from xushi.kit import amounts
from xushi.kit.listed import listed
from xushi.kit.phrased import Key, Keys, ask
from xushi.progress.rules_report import DIFFICULTY_KINDS
from xushi.progress.statistics import EVIDENCE
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
        found = []
        for name, pair in self.changes.items():
            if isinstance(pair, list) and len(pair) == 2 and not _is_key(name, pair):
                found.append((_MONTH.sub("", name), _short(pair[0]), _short(pair[1])))
        return found[:4]


_MONTH = re.compile(r"^\d{4}-\d{2}(?=\D)")
_POINTING = (
    "单位",
    "属地",
    "类别",
    "领导",
    "产业链",
)  # these hold a row's number, which says nothing to a reader
_MONEY_FROM = 10_000
_WORDS = DIFFICULTY_KINDS | EVIDENCE


def _is_key(name: str, pair: list[Any]) -> bool:
    return name.endswith(_POINTING) and any(isinstance(value, int) for value in pair)


def _short(value: Any) -> str:
    """One value as a line holds it; whole numbers from 10,000 on are 元 and shown in 万元."""
    if value in (None, "", []):
        return "空"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, int) and abs(value) >= _MONEY_FROM:
        return f"{amounts.wan(value)}万元"
    if isinstance(value, list):
        value = "、".join(_WORDS.get(str(one), str(one)) for one in value)
    text = str(value)
    return text if len(text) <= 40 else f"{text[:39]}…"


def timeline(project: Project) -> list[Moment]:
    """The latest sixty events, newest first: its own and its rows of plural ones; two queries.

    People's own watching is theirs, not the project's history.
    """
    rows = {row.event_id: row for row in ask(_rows, Key(project.pk))}
    events = ask(_events, Key(project.pk), Keys(rows))
    return [_moment(event, rows.get(event.pk)) for event in events]


def _rows(project: int) -> "QuerySet[EventRow]":
    rows = EventRow.objects.filter(subject_kind=KIND, subject_id=project).order_by("-event_id")
    return rows.only("event_id", "subject_name", "changes")[:AT_MOST]


def _events(project: int, in_rows: list[int]) -> "QuerySet[Event]":
    events = Event.objects.filter(Q(subject_kind=KIND, subject_id=project) | Q(listed("pk", in_rows)))
    shown = events.exclude(verb__in=("registry.project.watched", "registry.project.unwatched"))
    return shown.order_by("-at", "-pk")[:AT_MOST]


def _moment(event: Event, row: EventRow | None) -> Moment:
    return Moment(
        at=event.at,
        who=event.actor_name,
        unit=event.actor_unit,
        text=event.summary,
        name_then=row.subject_name if row else event.subject_name,
        changes=(row.changes if row else event.changes) or {},
    )
