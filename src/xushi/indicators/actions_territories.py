"""记街场园区的数：分到了才记，没有参评过的先列为参评单位；旧的换下留着。"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max

from xushi.indicators import policy
from xushi.indicators.actions import ObservationInput, observe
from xushi.indicators.models import Indicator, Observation, Participant
from xushi.indicators.refusals import refuse
from xushi.journal.actions import Actor
from xushi.units.districts import denied
from xushi.units.models import Unit


@dataclass(frozen=True, slots=True)
class PlaceFigure:
    unit: int
    value: float


@transaction.atomic
def keep_territory_figures(
    indicator: Indicator,
    period: str,
    rows: Sequence[PlaceFigure],
    *,
    source: str,
    actor: Actor,
    now: datetime,
) -> list[Observation]:
    """记街园的数: of units that carry the indicator in the year of the month; Refused says what is missing."""
    if actor.by is not None and not policy.can_keep(actor.by):
        raise PermissionDenied(denied(actor.by, "街场园区的数由区重大办记，您的角色可以查看。"))
    if not rows:
        raise refuse("value", "至少填一个单位的数。")
    if not source.strip():
        raise refuse("source", "写明来源，如区环保局月通报。")
    people = _participants(indicator, period[:4], [row.unit for row in rows])
    made = [
        ObservationInput(
            indicator=indicator.pk, participant=people[row.unit].pk, period=period, low=row.value, high=row.value,
            source=source, where=people[row.unit].name,
        )
        for row in rows
    ]  # fmt: skip
    return observe(made, actor=actor, now=now)


def _participants(indicator: Indicator, year: str, wanted: Sequence[int]) -> dict[int, Participant]:
    """Those units as participants of the system; Refused where one of them does not carry the indicator."""
    carrying = indicator.targets.filter(year=int(year) if year.isdigit() else 0, replaced_at=None)
    units = Unit.objects.filter(kind__in=Unit.TERRITORY_KINDS, pk__in=carrying.values("unit")).in_bulk(wanted)
    if strangers := set(wanted) - set(units):
        raise refuse("unit", f"有{len(strangers)}个单位{year}年没有分到“{indicator.name}”，先分解再记数。")
    return participants_of(indicator.system_id, {pk: units[pk] for pk in dict.fromkeys(wanted)})


def participants_of(system: int, units: Mapping[int, Unit]) -> dict[int, Participant]:
    """Units below as participants of a system, entered where they were not yet; by their keys."""
    held = Participant.objects.filter(system=system)
    known = {pk: one for one in held.filter(unit__in=units) if (pk := one.unit_id) is not None}
    last = held.aggregate(last=Max("place"))["last"] or 0
    fresh = [
        Participant(system_id=system, name=unit.name, unit=unit, place=last + number)
        for number, unit in enumerate((unit for pk, unit in units.items() if pk not in known), 1)
    ]
    Participant.objects.bulk_create(fresh)
    return known | {one.unit.pk: one for one in fresh if one.unit is not None}
