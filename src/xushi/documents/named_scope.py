"""名数的底子：问的是谁、哪个月、到哪一天；一个数怎么印、印了算谁的。"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.urls import reverse

from xushi.core.clock import BEIJING, local_day
from xushi.core.figure import Figure, FigureUnit
from xushi.core.money import half_up, plain
from xushi.core.months import Month
from xushi.documents.sourced import Sourced
from xushi.progress.closed import closing_for
from xushi.progress.figures import Filters, Group, total
from xushi.progress.models import MonthClosing

if TYPE_CHECKING:
    from xushi.units.models import User

Cell = str | Sourced
Row = Mapping[str, Cell]
ABSENT = "—"


@dataclass(frozen=True, slots=True)
class Name:
    """One number of a part: its name in templates, what it is called, what exactly is counted."""

    name: str
    label: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Part:
    """Numbers that are read together: district.start_rate is the name start_rate of the part district."""

    code: str
    title: str
    names: tuple[Name, ...]
    read: "Callable[[Asked], Mapping[str, Sourced]]"


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows for a loop or a table: columns say what each cell is; read gives (what the row is known by, its cells)."""

    code: str
    title: str
    columns: Mapping[str, str]
    read: "Callable[[Asked], Iterable[tuple[str, Row]]]"


@dataclass(frozen=True)
class Asked:
    """Who asks for which month. closed: the projects' figures are facts that no later edit moves.

    latest: no later month is closed, so that what is not closed by months (orders, signings) is told up to now;
    else up to the end of that month.
    """

    user: "User"
    month: Month
    now: datetime
    closed: bool
    latest: bool
    kept: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)

    @cached_property
    def day(self) -> date:
        """Up to this day, this one included."""
        return local_day(self.now) if self.latest else self.month.last_day

    @cached_property
    def until(self) -> datetime:
        """The same as a moment."""
        return self.now if self.latest else datetime.combine(self.month.last_day, time.max, BEIJING)

    @property
    def year(self) -> int:
        return self.month.year

    @cached_property
    def first_moment(self) -> datetime:
        return datetime(self.year, 1, 1, tzinfo=BEIJING)

    def total(self, level: str, category: str = "", month: Month | None = None) -> Group:
        """The sums of a scope, read once."""
        wanted = month or self.month
        key = ("total", level, category, wanted)
        if key not in self.kept:
            self.kept[key] = total(self.user, wanted, Filters(level=level, category=category or None))
        made: Group = self.kept[key]
        return made

    @cached_property
    def closing(self) -> MonthClosing | None:
        """The closing that fixed the month for this person."""
        return closing_for(self.user, self.month) if self.closed else None

    def is_closed(self, month: Month) -> bool:
        key = ("closed", month)
        if key not in self.kept:
            self.kept[key] = closing_for(self.user, month) is not None
        return bool(self.kept[key])


def address(view: str, query: str = "", *args: Any) -> str:
    """The whole address of the list behind a number."""
    return reverse(view, args=args) + (f"?{query}" if query else "")


def printed(value: Decimal | None, unit: str, places: int = 1) -> str:
    """As running text prints it: 亿元 without needless noughts (412亿元, 205.56亿元), points without their sign."""
    if value is None:
        return ABSENT
    if unit == FigureUnit.SHARE:
        return f"{half_up(value * 100, places)}%"
    if unit == FigureUnit.POINTS:
        return f"{half_up(abs(value), places)}{unit}"
    return f"{_short(value, places)}{unit}"


def _short(value: Decimal, places: int) -> str:
    """Exact where it needs no more places than these, else rounded to them with every nought kept."""
    rounded = half_up(value, places)
    return plain(value) if rounded == value else str(rounded)


def number(
    asked: Asked, key: str, name: Name, value: Decimal | int | None, *, unit: str = "个", scope: str, rows: str = "",
    closed: bool = False, as_of: str = "", places: int = 1, words: str = "",
) -> Sourced:  # fmt: skip
    """A number of a room that is not closed by months: as of the day it was told up to."""
    exact = None if value is None else Decimal(value)
    return Sourced(
        key=key, label=name.label, printed=words or printed(exact, unit, places), value=exact, unit=unit, scope=scope,
        as_of=as_of or str(asked.day), closed=closed, meaning=name.meaning, rows=rows if asked.latest or closed else "",
    )  # fmt: skip


def of_figure(
    asked: Asked, key: str, name: Name, figure: Figure, *, rows: str = "", unit: str = "", scope: str = "",
    places: int = 1, by_month: bool = False,
) -> Sourced:  # fmt: skip
    """A room's Figure under the name that templates use; by_month: it speaks of the month, not of the day."""
    word = unit or str(figure.unit)
    base = f"分母：{figure.denominator}。" if figure.denominator and figure.unit is FigureUnit.SHARE else ""
    return Sourced(
        key=key, label=name.label, printed=printed(figure.value, word, places), value=figure.value, unit=word,
        scope=scope or figure.scope, as_of=str(figure.as_of if by_month else asked.day), closed=figure.closed,
        meaning=f"{name.meaning}{base}", rows=rows if asked.latest or by_month else "",
    )  # fmt: skip


def told(key: str, label: str, words: str, *, asked: Asked, scope: str, meaning: str) -> Sourced:
    """A number nobody can give: printed as a dash."""
    return Sourced(key, label, words, None, "", scope, str(asked.day), False, meaning)


def cell(
    asked: Asked, at: tuple[str, object, str], label: str, value: Decimal | int | None, *, unit: str = "个",
    scope: str = "", rows: str = "", meaning: str = "", closed: bool = False, as_of: str = "", places: int = 1,
) -> Sourced:  # fmt: skip
    """A number in a row; at: the list, what the row is known by, the column."""
    code, row, column = at
    return number(
        asked, f"lists.{code}.{row}.{column}", Name(column, label, meaning or label), value, unit=unit,
        scope=scope or label, rows=rows, closed=closed, as_of=as_of, places=places,
    )  # fmt: skip


def cell_of(
    asked: Asked, at: tuple[str, object, str], figure: Figure, *, rows: str = "", scope: str = "", unit: str = "",
    meaning: str = "", by_month: bool = False, places: int = 1,
) -> Sourced:  # fmt: skip
    """A room's Figure in a row."""
    code, row, column = at
    name = Name(column, figure.label, meaning or f"{figure.label}。")
    return of_figure(
        asked, f"lists.{code}.{row}.{column}", name, figure, rows=rows, scope=scope, unit=unit, by_month=by_month,
        places=places,
    )  # fmt: skip
