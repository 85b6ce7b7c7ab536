"""报一个月的数要看的：该报的一项一行，目标、上次报的、这次报过的，和填的一起。"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Q

from xushi.indicators.actions_units import MonthFigure
from xushi.indicators.forms import typed_number
from xushi.indicators.models import Observation, Version
from xushi.indicators.refusals import Problem, Refused
from xushi.indicators.reporting import AHEAD, Item, Key, present
from xushi.indicators.rules import period_words, shown
from xushi.units.models import Unit


@dataclass(frozen=True, slots=True)
class Entry:
    """What stands in a row of the form: as it was typed, or as it was reported."""

    value: str = ""
    explanation: str = ""
    evidence: str = ""
    absent: bool = False

    @property
    def empty(self) -> bool:
        return not (self.value.strip() or self.absent)


@dataclass(frozen=True, slots=True)
class MonthRow:
    """One figure of the month."""

    item: Item
    last: str
    returned: str
    entry: Entry
    held: Entry = Entry()
    error: str = ""

    @property
    def changed(self) -> bool:
        return self.entry != self.held

    @property
    def told(self) -> bool:
        """There is more to say than the number."""
        return bool(self.error or self.entry.explanation or self.entry.evidence or self.entry.absent)

    @property
    def target_text(self) -> str:
        """The unit's own target; of the district's figure none is said here."""
        if self.item.target is None:
            return ""
        return f"目标{shown(self.item.target.value, self.item.card.places)}{self.item.card.measure}"


def asked_of(items: Sequence[Item], unit: Unit, period: str) -> list[Item]:
    """What a unit is asked for of a month that is over, whether it is here or not."""
    return [
        one for one in items
        if one.period == period and one.reporter is not None and one.reporter.pk == unit.pk and one.state != AHEAD
    ]  # fmt: skip


def rows_of(
    version: Version, items: Sequence[Item], typed: Mapping[str, Entry] | None, errors: Mapping[str, str]
) -> list[MonthRow]:
    """One query."""
    known = _known(version, items)
    made = []
    for one in items:
        now, before = known.get(one.key), _before(known, one)
        back = now is not None and now.state == Observation.State.RETURNED
        held = _entry(now) if now is not None and not back else Entry()
        entry = typed.get(one.key_text, held) if typed is not None else held
        returned = f"报的{_said(now)}退回：{now.reviewed_words}" if now is not None and back else ""
        last = (
            f"上次{shown(before.value, one.card.places)}（{period_words(before.period)}）" if before else ""
        )
        made.append(MonthRow(one, last, returned, entry, held, errors.get(one.key_text, "")))
    return made


def _known(version: Version, items: Sequence[Item]) -> dict[Key, Observation]:
    """The standing figures of the year, the returned ones too."""
    rows = Observation.objects.filter(
        Q(participant__own=True) | Q(participant__unit__in={one.target.unit_id for one in items if one.target}),
        indicator__in={one.card.pk for one in items}, participant__system=version.system_id, replaced_at=None,
        period__startswith=f"{version.year}-",
    ).select_related("participant").order_by("reported_at", "pk")  # fmt: skip
    return {
        (one.indicator_id, None if one.participant.own else one.participant.unit_id, one.period): one
        for one in rows
    }


def _before(known: Mapping[Key, Observation], item: Item) -> Observation | None:
    card, unit, period = item.key
    found = [
        one for (a, b, month), one in known.items()
        if (a, b) == (card, unit) and month < period and one.value is not None
    ]  # fmt: skip
    return max(found, key=lambda one: one.period, default=None)


def _entry(one: Observation) -> Entry:
    return Entry("" if one.value is None else _said(one), one.explanation, one.evidence, one.value is None)


def _said(one: Observation) -> str:
    return "缺数" if one.value is None else f"{one.value:.12g}"


def typed_in(data: Mapping[str, str]) -> dict[str, Entry]:
    """What a form sends, by the row's key: v… the figure, x… the reason, e… the evidence, n… that there is none."""
    made = {}
    for name, value in data.items():
        if name.startswith("v") and name.count("-") == 3:
            key = name[1:]
            made[key] = Entry(
                value[:30], data.get(f"x{key}", "")[:1000], data.get(f"e{key}", "")[:300], bool(data.get(f"n{key}"))
            )  # fmt: skip
    return made


def figures_in(rows: Sequence[MonthRow]) -> list[MonthFigure]:
    """The rows that say something new; Refused names each that cannot be read."""
    made, problems = [], []
    for row in rows:
        if row.entry.empty or not row.changed:
            continue
        try:
            value = typed_number(row.entry.value, "60.8") if row.entry.value.strip() else None
        except ValueError as wrong:
            problems.append(Problem(row.item.key_text, str(wrong)))
            continue
        if value is not None and row.entry.absent:
            problems.append(Problem(row.item.key_text, "填了数，又勾了“没有数”，留一样。"))
            continue
        made.append(
            MonthFigure(
                indicator=row.item.card.pk, carried=row.item.target is not None, value=value,
                explanation=row.entry.explanation, evidence=row.entry.evidence,
            )
        )  # fmt: skip
    if problems:
        raise Refused(*problems)
    return made


@dataclass(frozen=True, slots=True)
class Owed:
    """What a unit still owes of one month."""

    unit: Unit
    period: str
    items: tuple[Item, ...]

    @property
    def words(self) -> str:
        return f"{period_words(self.period)}{len(self.items)}项"

    @property
    def overdue(self) -> bool:
        return any(one.due_on < one.today for one in self.items)


def owed_of(items: Sequence[Item]) -> list[Owed]:
    """By unit and month, the oldest first."""
    held: dict[tuple[str, int], list[Item]] = {}
    units: dict[int, Unit] = {}
    for one in items:
        unit = present(one.reporter)
        if one.owed and unit is not None:
            units[unit.pk] = unit
            held.setdefault((one.period, unit.pk), []).append(one)
    return [Owed(units[unit], period, tuple(some)) for (period, unit), some in sorted(held.items())]
