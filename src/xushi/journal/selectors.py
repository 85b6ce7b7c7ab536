"""日志的读法：按人、动作、日期筛，读一件事连同它的明细与封印。"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Count, Q, QuerySet

from xushi.core.clock import BEIJING
from xushi.journal.masking import said
from xushi.journal.models import Event


@dataclass(frozen=True, slots=True)
class EventFilter:
    """What the journal is narrowed by; first and last are Beijing days, both included."""

    person: str = ""
    verb: str = ""
    words: str = ""
    first: date | None = None
    last: date | None = None


def events(wanted: EventFilter) -> QuerySet[Event]:
    """Latest first, each with the number of its rows and its place in the chain."""
    found = Event.objects.select_related("actor", "seal").annotate(row_count=Count("rows"))
    if wanted.person:
        found = found.filter(Q(actor_name__icontains=wanted.person) | Q(actor__username=wanted.person))
    if wanted.verb:
        found = found.filter(verb=wanted.verb)
    if wanted.words:
        found = found.filter(said(wanted.words))
    if wanted.first:
        found = found.filter(at__gte=_midnight(wanted.first))
    if wanted.last:
        found = found.filter(at__lt=_midnight(wanted.last + timedelta(days=1)))
    return found.order_by("-pk")


def verbs() -> list[str]:
    """Every verb that has happened, in alphabetical order."""
    return list(Event.objects.order_by("verb").values_list("verb", flat=True).distinct())


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=BEIJING)
