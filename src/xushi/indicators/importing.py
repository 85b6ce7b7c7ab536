"""指标数的表进来、出去：按表认出单位和指标，整张一起记或一个不记；出去的同 xushi score 读的一样。"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from django.db import transaction

from xushi.core.text import name_key
from xushi.indicators.actions import ObservationInput, observe
from xushi.indicators.models import Indicator, Observation, Participant, System
from xushi.indicators.refusals import Problem, Refused
from xushi.journal.actions import Actor

if TYPE_CHECKING:
    from xushi.indicators.observing import Seen


@dataclass(frozen=True, slots=True)
class Imported:
    """What a sheet brought: how many figures were written, how many stood already, what its author should look at."""

    written: int
    same: int
    notes: tuple[str, ...]


@transaction.atomic
def import_workbook(
    system: System, path: Path, *, actor: Actor, now: datetime, period: str = "", vintage: str = "", sheet: str = "",
    made_up: bool = False, source: str = "",
) -> Imported:  # fmt: skip
    """导入一张表: long, or units down, or indicators down. Refused names every unit, indicator and month that is unknown.

    What stands already, the same, is left alone: the same sheet twice writes nothing the second time.
    """
    from xushi.indicators.sheets import observations_in

    people = {name_key(one.name): one for one in system.participants.all()}
    names = tuple(one.name for one in people.values())
    read = observations_in(path, period=period, sheet=sheet, units=names)
    indicators = _known_indicators(system)
    rows, problems = [], []
    for one in read.seen:
        row = _row(one, people, indicators, vintage=vintage, made_up=made_up, source=source or path.name)
        if isinstance(row, Problem):
            problems.append(row)
        elif row is not None:
            rows.append(row)
    if problems:
        raise Refused(*dict.fromkeys(problems))
    fresh = _changed(system, rows)
    if fresh:
        observe(fresh, actor=actor, now=now)
    return Imported(len(fresh), len(rows) - len(fresh), read.notes)


def _known_indicators(system: System) -> dict[str, Indicator]:
    made: dict[str, Indicator] = {}
    for one in system.indicators.all():
        made.setdefault(name_key(one.name), one)
        made[name_key(one.code)] = one
    return made


def _row(
    seen: "Seen", people: dict[str, Participant], indicators: dict[str, Indicator], *, vintage: str, made_up: bool,
    source: str,
) -> ObservationInput | Problem | None:  # fmt: skip
    who, what = people.get(name_key(seen.unit)), indicators.get(name_key(seen.column))
    if who is None:
        return Problem(
            seen.where,
            f"没有“{seen.unit}”这个参评单位{_like(seen.unit, [one.name for one in people.values()])}。",
        )
    if what is None:
        return Problem(
            seen.where,
            f"没有“{seen.column}”这个指标{_like(seen.column, [one.name for one in indicators.values()])}。",
        )
    rank, exact = None, not math.isnan(seen.low)
    if seen.standing is not None and not exact:
        if seen.standing.first != seen.standing.last:
            return Problem(seen.where, "位次要写成一个数，如 #7。")
        rank = seen.standing.first
    if exact and not (math.isfinite(seen.low) and math.isfinite(seen.high)):
        return Problem(seen.where, "范围要写两头，如 12..15。")
    if rank is None and not exact and seen.status not in ("missing", "not_applicable"):
        return None  # an empty cell says nothing
    return ObservationInput(
        indicator=what.pk, participant=who.pk, period=seen.period, low=seen.low if exact else None,
        high=seen.high if exact else None, rank=rank, vintage=seen.vintage or vintage, made_up=made_up,
        status=seen.status if seen.status in Observation.Status.values else Observation.Status.FINAL,
        source=seen.source or source, where=seen.where,
    )  # fmt: skip


def _like(name: str, known: Sequence[str]) -> str:
    near = get_close_matches(name, known, 1, 0.5)
    return f"，是不是“{near[0]}”" if near else ""


def _changed(system: System, rows: Sequence[ObservationInput]) -> list[ObservationInput]:
    """Those that say something else than what stands; one query."""
    held = {
        (one.indicator_id, one.participant_id, one.period, one.vintage): (
            one.low,
            one.high,
            one.rank,
            one.status,
        )
        for one in Observation.objects.standing().filter(
            participant__system=system, period__in={r.period for r in rows}
        )
    }
    return [
        row
        for row in rows
        if held.get((row.indicator, row.participant, row.period, row.vintage))
        != (row.low, row.high, row.rank, row.status)
    ]
