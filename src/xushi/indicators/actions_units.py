"""各单位报一个月的数：分下来的报自己的，责任单位报全区的；差得多的写明原因，报来待审。"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q

from xushi.core.clock import local_day
from xushi.indicators import policy
from xushi.indicators.actions import ObservationInput, observe
from xushi.indicators.actions_territories import participants_of
from xushi.indicators.models import Indicator, Observation, Participant, Version
from xushi.indicators.refusals import Problem, Refused, refuse
from xushi.indicators.reporting import AHEAD, Item, items_of
from xushi.indicators.rules import period_words
from xushi.indicators.usual import usual_of
from xushi.journal.actions import Actor
from xushi.units.models import Unit, User


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthFigure:
    """One figure of a unit's month: its own of what it carries, or the district's it answers for; None: there is none."""

    indicator: int
    carried: bool
    value: float | None
    explanation: str = ""
    evidence: str = ""


@transaction.atomic
def report_month(
    version: Version, unit: Unit, period: str, rows: Sequence[MonthFigure], *, source: str, actor: Actor, now: datetime
) -> list[Observation]:  # fmt: skip
    """报一个月的数: several at once, all or none; the office's own stand at once, anybody else's wait for the group.

    Refused names every row by its indicator, PermissionDenied whose figure it is.
    """
    if not rows:
        raise refuse("", "至少填一个数；确实没有的勾“没有数”。")
    if not source.strip():
        raise refuse("source", "写明来源，如区环保局月通报、本单位台账。")
    asked = _asked(version, unit, period, rows, now)
    if actor.by is not None:
        _ask_reporter(actor.by, unit, list(asked.values()))
    if problems := _unexplained(version, rows, asked):
        raise Refused(*problems)
    people = _participants(version, asked.values())
    made = [_input(row, asked[_key(row, unit, period)], people, period, source) for row in rows]
    return observe(made, actor=actor, now=now, waiting=actor.by is not None and not policy.can_keep(actor.by))


def _key(row: MonthFigure, unit: Unit, period: str) -> tuple[int, bool, str]:
    return row.indicator, row.carried, period


def _asked(
    version: Version, unit: Unit, period: str, rows: Sequence[MonthFigure], now: datetime
) -> dict[tuple[int, bool, str], Item]:
    """What the version asks of the unit of that month, by row; Refused where it asks no such figure."""
    wanted = policy.Asked(Q(pk__in={row.indicator for row in rows}))
    held = {
        (one.card.pk, one.target is not None, one.period): one
        for one in items_of(version, local_day(now), wanted)
        if one.period == period and (one.reporter.pk if one.reporter else None) == unit.pk
    }
    strange = [row for row in rows if _key(row, unit, period) not in held]
    if strange:
        name = Indicator.objects.filter(pk=strange[0].indicator).values_list("name", flat=True).first()
        raise refuse("", f"{period_words(period)}没有要{unit.name}报的“{name or '这个指标'}”，请看报数日历。")
    if any(held[_key(row, unit, period)].state == AHEAD for row in rows):
        raise refuse("", f"{period_words(period)}还没过完，过完再报。")
    return {_key(row, unit, period): held[_key(row, unit, period)] for row in rows}


def may_report(user: User, one: Item) -> bool:
    """Whether this person reports a figure that is asked for."""
    if one.target is None:
        return policy.can_report(user, one.card)
    return one.reporter is not None and policy.can_report_for(user, one.reporter)


def _ask_reporter(user: User, unit: Unit, items: Sequence[Item]) -> None:
    if refused := next((one for one in items if not may_report(user, one)), None):
        raise PermissionDenied(f"“{refused.card.name}”由{unit.name}报，您的角色报不了。")


def _unexplained(
    version: Version, rows: Sequence[MonthFigure], asked: dict[tuple[int, bool, str], Item]
) -> list[Problem]:
    """What is far from the usual, or missing, and does not say why."""
    usual = usual_of(version, list(asked.values()))
    items = {(one.card.pk, one.target is not None): one for one in asked.values()}
    found = []
    for row in rows:
        one = items[row.indicator, row.carried]
        if row.explanation.strip():
            continue
        if row.value is None:
            found.append(Problem(one.key_text, f"{one.card.name}没有数，写一句为什么没有。"))
        elif (range_ := usual.get(one.key)) and not range_.low <= row.value <= range_.high:
            found.append(Problem(one.key_text, f"{one.card.name}{range_.words}，写一句原因，或核对填的数。"))
    return found


def _participants(version: Version, items: Iterable[Item]) -> dict[int | None, int]:
    """By the unit whose own figure it is (None: the district) the participant it is kept for."""
    units = {one.target.unit_id: one.target.unit for one in items if one.target is not None}
    own = Participant.objects.filter(system=version.system_id, own=True).values_list("pk", flat=True)
    made: dict[int | None, int] = {None: own.get()}
    return made | {unit: one.pk for unit, one in participants_of(version.system_id, units).items()}


def _input(
    row: MonthFigure, item: Item, people: dict[int | None, int], period: str, source: str
) -> ObservationInput:
    return ObservationInput(
        indicator=row.indicator, participant=people[item.key[1]], period=period, low=row.value, high=row.value,
        status=Observation.Status.FINAL if row.value is not None else Observation.Status.MISSING,
        source=source, evidence=row.evidence, explanation=row.explanation, where=item.card.name,
    )  # fmt: skip
