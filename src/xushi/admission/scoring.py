"""准入的打分：每项比门槛多少、达不达标，差的怎样补，承诺到期兑现没有。只看所给的数，不看库。"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from enum import StrEnum
from statistics import median

from xushi.admission.measures import MILLI, Item, Measure, Numbers
from xushi.core.money import half_up, share


@dataclass(frozen=True, slots=True)
class Standard:
    """One criterion: threshold in thousandths of the measure's unit for a computed one, else None; words explain."""

    measure: Measure
    threshold: int | None = None
    words: str = ""


@dataclass(frozen=True, slots=True)
class Judged:
    """What was said of a criterion in words, and whether the office found it to hold; None: not yet."""

    words: str = ""
    holds: bool | None = None


@dataclass(frozen=True, slots=True)
class Scored:
    """One criterion of one application. met: None where it cannot be said (no land, not judged yet)."""

    measure: Measure
    value: Decimal | None
    threshold: Decimal | None
    met: bool | None
    words: str = ""

    @property
    def reached(self) -> Decimal | None:
        """How much of the threshold is reached, as a share: 1 is exactly met, for "less is better" inverted."""
        if self.value is None or self.threshold is None:
            return None
        if self.measure.at_most:
            return share(self.threshold, self.value) if self.value else Decimal(10)
        return share(self.value, self.threshold)

    @property
    def gap(self) -> Decimal | None:
        """value − threshold in the measure's unit; of a good "less is better" it is negative."""
        return None if self.value is None or self.threshold is None else self.value - self.threshold

    @property
    def gap_text(self) -> str:
        """+120, −4.2; never rounded to nothing where there is a difference."""
        gap = self.gap
        if gap is None:
            return "—"
        if not gap:
            return "0"
        places = self.measure.formula.places
        while not half_up(gap, places) and places < 6:
            places += 1
        sign = "+" if gap > 0 else "−"
        return f"{sign}{abs(half_up(gap, places)):,}"


def value_of(measure: Measure, numbers: Numbers) -> Decimal | None:
    """A computed measure, unrounded; None where its denominator is nothing (no land is used)."""
    formula = measure.formula
    found = share(numbers.worth(formula.top), numbers.worth(formula.bottom))
    return None if found is None else found * formula.times


def score(standards: Iterable[Standard], numbers: Numbers, judged: Mapping[Measure, Judged]) -> list[Scored]:
    """Every criterion in the order of Measure; compared unrounded."""
    rows = []
    for standard in sorted(standards, key=lambda one: list(Measure).index(one.measure)):
        if standard.measure.is_computed:
            rows.append(_computed(standard, numbers))
        else:
            said = judged.get(standard.measure, Judged())
            rows.append(Scored(standard.measure, None, None, said.holds, said.words))
    return rows


def _computed(standard: Standard, numbers: Numbers) -> Scored:
    value = value_of(standard.measure, numbers)
    threshold = Decimal(standard.threshold or 0) / MILLI
    if value is None:
        return Scored(
            standard.measure, None, threshold, None, f"没有{standard.measure.formula.bottom.label}，不考核"
        )
    met = value <= threshold if standard.measure.at_most else value >= threshold
    return Scored(standard.measure, value, threshold, met)


def missed(rows: Iterable[Scored]) -> list[Scored]:
    return [row for row in rows if row.met is False]


def median_reached(shares: Iterable[Decimal]) -> Decimal | None:
    """The middle one of the admitted, as a share of the threshold; None where none was."""
    held = list(shares)
    return median(held) if held else None


@dataclass(frozen=True, slots=True)
class Way:
    """One way to reach a threshold: an item from what is applied for to what would do; the rest stays."""

    measure: Measure
    item: Item
    before: int
    after: int

    @property
    def change(self) -> int:
        return self.after - self.before

    @property
    def before_text(self) -> str:
        return self.item.said(self.before)

    @property
    def after_text(self) -> str:
        return self.item.said(self.after)

    @property
    def change_text(self) -> str:
        return self.item.said(abs(self.change))

    @property
    def cuts(self) -> bool:
        return self.change < 0


def ways(row: Scored, numbers: Numbers) -> list[Way]:
    """怎样达标: cut the denominator or add to the numerator (the other way round where less is better).

    The amounts are rounded to the stored part on the side that meets the threshold.
    """
    if row.met is not False or row.threshold is None or not row.measure.is_computed:
        return []
    formula = row.measure.formula
    wanted = row.threshold / formula.times
    top = wanted * numbers.worth(formula.bottom) * formula.top.scale
    bottom = numbers.worth(formula.top) / wanted * formula.bottom.scale
    up, down = ROUND_CEILING, ROUND_FLOOR
    if row.measure.at_most:
        up, down = down, up
    found = [
        Way(row.measure, formula.bottom, numbers.of(formula.bottom), int(bottom.to_integral_value(down))),
        Way(row.measure, formula.top, numbers.of(formula.top), int(top.to_integral_value(up))),
    ]
    return [way for way in found if way.after > 0]


def land_that_does(rows: Sequence[Scored], numbers: Numbers) -> Way | None:
    """核减用地: the most land with which everything missed is met, where land alone mends all that is missed."""
    short = missed(rows)
    cuts = [way for row in short for way in ways(row, numbers) if way.item == Item.LAND]
    if not short or len(cuts) < len(short):
        return None
    return min(cuts, key=lambda way: way.after)


class Kept(StrEnum):
    """How a promise stands."""

    AHEAD = "ahead"
    UNKNOWN = "unknown"
    KEPT = "kept"
    SHORT = "short"
    BREACH = "breach"

    @property
    def label(self) -> str:
        return _KEPT[self][0]

    @property
    def mark(self) -> str:
        return _KEPT[self][1]


_KEPT = {
    Kept.AHEAD: ("未到期", "not_due"),
    Kept.UNKNOWN: ("待核对", "pending"),
    Kept.KEPT: ("兑现", "passed"),
    Kept.SHORT: ("不足", "needs_coordination"),
    Kept.BREACH: ("违约", "error"),
}


def delivered_share(item: Item, promised: int, delivered: int) -> Decimal:
    """What came of what was promised, as a share; inverted for land and energy, which are not to be exceeded."""
    top, bottom = (promised, delivered) if item.at_most else (delivered, promised)
    found = share(top, bottom)
    return Decimal(1) if found is None else found


def falls_short(item: Item, promised: int, delivered: int, needed: Decimal) -> bool:
    """Less than the needed share (0–1) of the promise, compared unrounded."""
    return delivered_share(item, promised, delivered) < needed


def kept(
    item: Item,
    promised: int,
    first_year: int,
    delivered: Mapping[int, int],
    *,
    needed: Decimal,
    years: int,
    this_year: int,
) -> Kept:
    """How a promise stands by the years checked so far; a breach is `years` years short one after another."""
    if not delivered:
        return Kept.AHEAD if this_year <= first_year else Kept.UNKNOWN
    latest = max(delivered)
    run = 0
    while (amount := delivered.get(latest - run)) is not None and falls_short(item, promised, amount, needed):
        run += 1
    if run >= years:
        return Kept.BREACH
    return Kept.SHORT if run else Kept.KEPT
