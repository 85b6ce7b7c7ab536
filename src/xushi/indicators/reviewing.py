"""待审的数：报来的一个个列出来，和目标、上次比，写了什么原因；谁审。"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q

from xushi.indicators import policy
from xushi.indicators.actions import told
from xushi.indicators.models import Observation, Version
from xushi.indicators.models_tasks import Target
from xushi.indicators.rules import period_words, shown
from xushi.units.models import Unit

if TYPE_CHECKING:
    from xushi.units.models import User

MOST = 200


@dataclass(frozen=True, slots=True)
class Waiting:
    """A figure that waits for review, and whether this person reviews it."""

    one: Observation
    value: str
    words: str
    target: str
    may: bool


def waiting_of(version: Version, user: "User") -> list[Waiting]:
    """Of every participant this person has to do with, the longest waiting first. Two queries."""
    asked = policy.in_calendar(user)
    rows = Observation.objects.filter(
        indicator__system=version.system_id, state=Observation.State.WAITING, replaced_at=None
    )
    if asked is not policy.EVERYTHING:
        cards = version.system.indicators.filter(asked.cards).values("pk")
        units = Unit.objects.filter(asked.units).values("pk")
        rows = rows.filter(Q(indicator__in=cards) | Q(participant__unit__in=units))
    held = list(
        rows.select_related("indicator__group", "participant", "reported_by").order_by("reported_at", "pk")[
            :MOST
        ]
    )
    targets = {
        (one.indicator_id, one.unit_id): one.value
        for one in Target.objects.filter(
            indicator__in={one.indicator_id for one in held}, year=version.year, replaced_at=None
        )
    }
    return [_waiting(one, targets, user) for one in held]


def _waiting(one: Observation, targets: dict[tuple[int, int], float], user: "User") -> Waiting:
    value, unit = told(one.low, one.high, one.rank), one.participant.unit_id
    target = targets.get((one.indicator_id, unit)) if unit is not None else None
    aim = f"目标{shown(target, one.indicator.places)}" if target is not None else ""
    may = policy.can_review(user, one.indicator)
    return Waiting(
        one, value if value == "缺" else f"{value}{one.indicator.measure}", period_words(one.period), aim, may
    )
