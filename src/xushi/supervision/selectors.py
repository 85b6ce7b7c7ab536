"""督办清单右边那一栏：单位表现、本办自己的时限、延期申请；新单子从哪里来。"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import QuerySet

from xushi.core.clock import local_day
from xushi.duties.models import Duty
from xushi.duties.words import deadline_words
from xushi.kit.phrased import ask
from xushi.supervision.figures import UnitRow, unit_rows
from xushi.supervision.following import ROUTE
from xushi.supervision.handing import CLOSE, DECIDE, REROUTE, VERIFY
from xushi.supervision.models import Extension
from xushi.supervision.rules import Terms, Urgency
from xushi.supervision.sight import Sight, in_sight, sight_of
from xushi.supervision.words import tone_of
from xushi.units.models import User

BESIDE = 6  # rows of each part beside the list
OWN_KINDS = (VERIFY, REROUTE, CLOSE, DECIDE, ROUTE)


@dataclass(frozen=True, slots=True)
class Bar:
    """A unit's median days of replying against the ordinary limit; shares of the whole width in percent."""

    row: UnitRow
    width: Decimal
    limit: Decimal

    @property
    def late(self) -> bool:
        return self.width > self.limit


def performance(user: User, now: datetime, terms: Terms) -> list[Bar]:
    """This year's units, those with the most orders first."""
    rows, _ = unit_rows(user, str(local_day(now).year), now, ("reply",), BESIDE)
    limit = Decimal(terms.reply_days(Urgency.ORDINARY))
    whole = limit * Decimal("1.25")
    return [
        Bar(row, min((row["reply"].value or Decimal(0)) / whole * 100, Decimal(100)), limit / whole * 100)
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class Clock:
    """One thing the office itself owes."""

    duty: Duty
    words: str
    tone: str


def own_clocks(user: User, now: datetime) -> tuple[list[Clock], int]:
    """What this person's office owes: verifying, rerouting, closing, extensions, instructions; and how many more."""
    found = ask(_owed, user, local_day(now), BESIDE + 1)
    more = _owed(user, local_day(now), None).count() - BESIDE if len(found) > BESIDE else 0
    shown = [
        Clock(duty, deadline_words(duty.due_at, now), tone_of(duty.due_at, now)) for duty in found[:BESIDE]
    ]
    return shown, more


def _owed(user: User, today: date, most: int | None) -> "QuerySet[Duty]":
    owed: QuerySet[Duty] = Duty.objects.open().filter(kind__in=OWN_KINDS).of(user, today).by_deadline()
    return owed[:most]


def asked_extensions(user: User) -> list[Extension]:
    """The first 延期申请 that wait for an answer, of orders in sight, nearest deadline first."""
    return ask(_asked_extensions, user, sight_of(user))


def _asked_extensions(user: User, sight: Sight) -> "QuerySet[Extension]":
    seen = in_sight(user, sight).order_by().values("pk")
    asked = Extension.objects.filter(state=Extension.State.ASKED, order__in=seen)
    return asked.select_related("order__lead").order_by("due_before", "pk")[:BESIDE]
