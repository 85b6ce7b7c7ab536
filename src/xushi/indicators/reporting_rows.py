"""报数日历的格：一个单位一个月报了几项、应报几项；页首一句话。"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from xushi.core.months import Month
from xushi.indicators.reporting import (
    AHEAD,
    MARKS,
    OPEN,
    OVERDUE,
    STATES,
    WAITING,
    WAIVED,
    Item,
    period_of,
)
from xushi.units.models import Unit


@dataclass(frozen=True, slots=True)
class Cell:
    """A unit's figures of one month, counted."""

    unit: Unit | None
    month: Month
    items: tuple[Item, ...]

    def count(self, state: str) -> int:
        return sum(one.state == state for one in self.items)

    @property
    def reported(self) -> int:
        return sum(one.reported for one in self.items)

    @property
    def asked(self) -> int:
        return len(self.items) - self.count(WAIVED)

    @property
    def late(self) -> int:
        return sum(one.late for one in self.items)

    @property
    def state(self) -> str:
        """The gravest of what its figures are."""
        held = {one.state for one in self.items}
        return next(one for one in STATES if one in held)

    @property
    def mark(self) -> str:
        return MARKS[self.state]

    @property
    def text(self) -> str:
        """3/6, or how many there will be; what is waived is asked of nobody."""
        if self.state == AHEAD:
            return f"{len(self.items)}项"
        return f"{self.reported}/{self.asked}" if self.asked else f"免{len(self.items)}项"

    @property
    def words(self) -> str:
        """过期2 待审1 迟1; nothing where all of it is waived."""
        if not self.asked:
            return ""
        said = [
            (self.count(OVERDUE), "过期"), (self.count(OPEN), "要报"), (self.count(WAIVED), "免"),
            (self.count(WAITING), "待审"), (self.late, "迟"),
        ]  # fmt: skip
        return " ".join(f"{word}{count}" for count, word in said if count)

    @property
    def period(self) -> str:
        return period_of(self.month)


@dataclass(frozen=True, slots=True)
class Row:
    unit: Unit | None
    cells: tuple[Cell | None, ...]

    @property
    def name(self) -> str:
        return self.unit.name if self.unit else "没定责任单位"


def rows_of(items: Sequence[Item], year: int) -> list[Row]:
    """A unit a row, a month a column; a month without anything to report is None."""
    by_unit: dict[int, Unit | None] = {}
    held: dict[tuple[int, int], list[Item]] = {}
    for one in items:
        unit = one.reporter
        key = unit.pk if unit else 0
        by_unit[key] = unit
        held.setdefault((key, one.month.number), []).append(one)
    order = sorted(by_unit, key=lambda key: (key == 0, unit.path if (unit := by_unit[key]) else ""))
    return [
        Row(by_unit[key], tuple(
            Cell(by_unit[key], Month(year, number), tuple(some)) if (some := held.get((key, number))) else None
            for number in months_shown(items)
        ))
        for key in order
    ]  # fmt: skip


def months_shown(items: Iterable[Item]) -> list[int]:
    """The columns: from the first month of which anything is asked to the end of the year."""
    return list(range(min((one.month.number for one in items), default=1), 13))


def conclusion(counts: Mapping[str, int], items: Sequence[Item]) -> tuple[str, str]:
    """页首: 3项过了日子没报；下一行还有几项要报、最早哪天前，几项待审."""
    title = f"{counts[OVERDUE]}项过了日子没报" if counts[OVERDUE] else "没有过期没报的"
    said = []
    if counts[OPEN]:
        first = min(one.due_on for one in items if one.state == OPEN)
        said.append(f"还有{counts[OPEN]}项要报，最早的{first.month}月{first.day}日前")
    if counts[WAITING]:
        said.append(f"{counts[WAITING]}项报了待审")
    return title, "；".join(said)


def counted(items: Iterable[Item]) -> dict[str, int]:
    made = dict.fromkeys(STATES, 0)
    for one in items:
        made[one.state] += 1
    return made
