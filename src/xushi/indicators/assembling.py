"""把一个个数摆成一张表：算到哪个月就取到那个月为止最近的数，同 xushi score 读的一样。"""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

HEADER = ("unit", "indicator", "period", "value", "vintage", "status")
Key = tuple[str, str]  # unit, indicator


@dataclass(frozen=True, slots=True)
class Held:
    """One observation as it is held: a value, an interval, or only a rank."""

    unit: str
    indicator: str
    period: str
    vintage: str = ""
    low: float | None = None
    high: float | None = None
    rank: int | None = None
    status: str = "final"
    made_up: bool = False


@dataclass(frozen=True, slots=True)
class Assembled:
    """What is scored: the text that `xushi score` reads too, and what each cell of it rests on."""

    text: str
    period: str
    cells: dict[Key, Held] = field(default_factory=dict)

    @property
    def carried(self) -> int:
        """How many figures are of an earlier month than the one that is scored."""
        return sum(one.period != self.period for one in self.cells.values())

    @property
    def ranked_only(self) -> int:
        return sum(one.rank is not None for one in self.cells.values())

    @property
    def made_up(self) -> int:
        return sum(one.made_up for one in self.cells.values())


def assembled(rows: Iterable[Held], period: str, *, vintages: Sequence[str] = ()) -> Assembled:
    """The table of a period: of this year the latest at or before it, of other years as they are."""
    latest: dict[tuple[str, str, str], Held] = {}
    earlier: list[Held] = []
    for one in rows:
        if one.period[:4] != period[:4]:
            earlier.append(one)
            continue
        key = one.unit, one.indicator, one.vintage
        if one.period <= period and (key not in latest or latest[key].period < one.period):
            latest[key] = one
    chosen = _chosen(latest.values(), vintages)
    return Assembled(_text([*latest.values(), *earlier], period), period, chosen)


def _chosen(rows: Iterable[Held], vintages: Sequence[str]) -> dict[Key, Held]:
    """Which vintage counts, as the engine chooses: the first that is named, else whatever there is."""
    order = {name: place for place, name in enumerate(vintages)}
    made: dict[Key, Held] = {}
    for one in rows:
        if one.vintage and order and one.vintage not in order:
            continue
        key, place = (one.unit, one.indicator), order.get(one.vintage, len(order))
        if key not in made or place < order.get(made[key].vintage, len(order)):
            made[key] = one
    return made


def _text(rows: Iterable[Held], period: str) -> str:
    made = io.StringIO()
    writer = csv.writer(made, lineterminator="\n")
    writer.writerow(HEADER)
    for one in rows:
        at = period if one.period[:4] == period[:4] else one.period
        writer.writerow((one.unit, one.indicator, at, _value(one), one.vintage, one.status))
    return made.getvalue()


def _value(one: Held) -> str:
    if one.rank is not None:
        return f"#{one.rank}"
    if one.low is None or one.high is None:
        return ""
    return repr(one.low) if one.low == one.high else f"{one.low!r}..{one.high!r}"
