"""像是停工的卡片：两张画面、这些天的动静、旁边摆着月报报的数。"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from xushi.core.clock import local_day
from xushi.core.money import share
from xushi.core.months import Month
from xushi.progress.standing import last_facts
from xushi.registry.models import Project
from xushi.sites.models import CameraDay, Standstill
from xushi.sites.rules import Standing, Verdict
from xushi.sites.standstill import visit_words

if TYPE_CHECKING:
    from xushi.units.models import User

MOST = 6  # cards on one page
EARLIER = 12  # days before the stretch that are shown with it
WIDEST = 42  # days of a card


@dataclass(frozen=True, slots=True)
class Reported:
    """What the last closed month's report says of the project, in 元; done is a share of the annual plan."""

    month: Month
    added: int
    done: Decimal | None

    @property
    def contradicts(self) -> bool:
        """Money was reported for a month in which nothing moved."""
        return self.added > 0


@dataclass(frozen=True, slots=True)
class Card:
    """One stretch without activity, as a person is to judge it."""

    held: Standstill
    days: tuple[tuple[date, str], ...]
    reported: Reported | None
    visit: str = ""  # what became of the wish that somebody goes and looks

    @property
    def waiting(self) -> bool:
        return self.held.state == Standing.HINT

    @property
    def unseen(self) -> int:
        return sum(word == Verdict.UNKNOWN for day, word in self.days if day >= self.held.since)

    @property
    def contradicted(self) -> bool:
        """The report tells of progress in a month that lies within the stretch, at least half of it."""
        found = self.reported
        return bool(found and found.contradicts and self.held.since <= _middle(found.month))


def cards(user: "User", now: datetime, *, project: Project | None = None) -> list[Card]:
    """The open ones in sight, the longest first; a fixed number of queries."""
    seen = Standstill.objects.open().visible_to(user).exclude(state=Standing.REFUTED)
    if project is not None:
        seen = seen.filter(project=project)
    related = ("project", "camera", "last_active", "latest", "decided_by")
    held = list(seen.select_related(*related).order_by("-days", "pk")[:MOST])
    if not held:
        return []
    last = local_day(now) - timedelta(days=1)
    days, reported, visits = _days(held, last), _reported(held), visit_words(held)
    return [
        Card(
            one,
            _strip(one, days.get(one.camera_id, {}), last),
            reported.get(one.project_id),
            visits.get(one.project_id, ""),
        )
        for one in held
    ]  # fmt: skip


def _days(held: Sequence[Standstill], last: date) -> dict[int, dict[date, str]]:
    rows = CameraDay.objects.filter(
        camera__in=[one.camera_id for one in held], day__gt=last - timedelta(days=WIDEST), day__lte=last
    )
    found: dict[int, dict[date, str]] = {}
    for camera, day, verdict in rows.values_list("camera", "day", "verdict"):
        found.setdefault(camera, {})[day] = verdict
    return found


def _strip(one: Standstill, known: dict[date, str], last: date) -> tuple[tuple[date, str], ...]:
    """The days from some before the stretch until yesterday; what is not known is unknown."""
    first = max(one.since - timedelta(days=EARLIER), last - timedelta(days=WIDEST - 1))
    length = (last - first).days + 1
    return tuple(
        (day, known.get(day, Verdict.UNKNOWN)) for day in (first + timedelta(n) for n in range(length))
    )


def _reported(held: Sequence[Standstill]) -> dict[int, Reported]:
    facts = last_facts([one.project_id for one in held])
    return {
        project: Reported(
            fact.month,
            fact.cumulative - fact.previous_cumulative,
            share(fact.cumulative, fact.annual_plan) if fact.annual_plan else None,
        )
        for project, fact in facts.items()
    }


def _middle(month: Month) -> date:
    return date(month.year, month.number, 16)
