"""模板里拿得到的东西：一个数、一组数、一行、一张表。各有哪些名字可取，都写在这里，别的取不到。"""

import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from xushi.core.figure import FigureUnit
from xushi.core.months import Month
from xushi.documents.language_errors import TemplateProblem, unknown
from xushi.documents.marking import BETWEEN, OPEN, SHUT, wrapped
from xushi.documents.named_scope import printed as printed_as
from xushi.documents.sourced import Sourced

MOST_LAPS = 50_000
MOST_SECONDS = 2.0
MOST_CHARACTERS = 1_000_000
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?%?$")


@dataclass(slots=True)
class Budget:
    """What one rendering may use: laps of loops, seconds of its own (reading figures is not counted), characters."""

    laps: int = MOST_LAPS
    seconds: float = MOST_SECONDS
    characters: int = MOST_CHARACTERS
    began: float = field(default_factory=time.monotonic)
    figures: dict[str, Sourced] = field(default_factory=dict)  # printed so far

    def lap(self) -> None:
        self.laps -= 1
        if self.laps < 0:
            raise TemplateProblem(
                f"循环转了{MOST_LAPS:,}圈还没有完，不再算了；请把循环套少一层或换一张短的表。"
            )
        self.look()

    def look(self) -> None:
        if time.monotonic() - self.began > self.seconds:
            raise TemplateProblem(f"模板算了{MOST_SECONDS:g}秒还没有完，不再算了；请把循环套少一层。")

    def write(self, words: str) -> None:
        self.characters -= len(words)
        if self.characters < 0:
            raise TemplateProblem("写出来的稿子超过一百万字，不再写了；请看看循环是不是套多了。")
        self.look()

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Time spent reading figures is not the template's."""
        start = time.monotonic()
        yield
        self.began += time.monotonic() - start


running: ContextVar[Budget] = ContextVar("running")


class Composed(str):
    """Words that were put together here, figures wrapped: printed as they are."""

    __slots__ = ()


class Readable:
    """Something a template may go into by name; `read` is the only way in."""

    def read(self, name: str) -> Any:
        raise NotImplementedError


@dataclass(frozen=True, slots=True, eq=False)
class Value(Readable):
    """One number: prints with its unit as its source does, compares and subtracts by its unrounded value.

    kept is the source as it is; words is what is printed here. Without a key it was worked out in the template.
    """

    kept: Sourced
    words: str = ""

    @property
    def number(self) -> Decimal | None:
        return self.kept.value

    def __str__(self) -> str:
        words = clean(self.words or self.kept.printed)
        if not self.kept.key:
            return words
        if budget := running.get(None):
            budget.figures[self.kept.key] = self.kept
        return wrapped(self.kept.key, words)

    def printing(self, words: str) -> "Value":
        return replace(self, words=words)

    def read(self, name: str) -> Any:
        allowed = {"label": self.kept.label, "unit": self.kept.unit, "scope": self.kept.scope,
                   "meaning": self.kept.meaning}  # fmt: skip
        if name not in allowed:
            raise TemplateProblem(unknown("写法", name, allowed, f"{self.kept.key}."))
        return allowed[name]

    def __bool__(self) -> bool:
        return bool(self.number)

    def __lt__(self, other: Any) -> bool:
        return self._compared(other, lambda one, two: one < two)

    def __le__(self, other: Any) -> bool:
        return self._compared(other, lambda one, two: one <= two)

    def __gt__(self, other: Any) -> bool:
        return self._compared(other, lambda one, two: one > two)

    def __ge__(self, other: Any) -> bool:
        return self._compared(other, lambda one, two: one >= two)

    def __eq__(self, other: object) -> bool:
        return self._compared(other, lambda one, two: one == two)

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = None  # type: ignore[assignment]

    def _compared(self, other: object, how: Callable[[Decimal, Decimal], bool]) -> bool:
        """A number that is not there is neither more nor less nor equal."""
        number = number_of(other)
        return self.number is not None and number is not None and how(self.number, number)

    def __sub__(self, other: Any) -> "Value":
        return self._worked_out(other, -1)

    def __add__(self, other: Any) -> "Value":
        return self._worked_out(other, 1)

    def __radd__(self, other: Any) -> "Value":
        return self._worked_out(other, 1)

    def __neg__(self) -> "Value":
        return made(None if self.number is None else -self.number, self.kept.unit, self.kept)

    def __abs__(self) -> "Value":
        return made(None if self.number is None else abs(self.number), self.kept.unit, self.kept)

    def _worked_out(self, other: Any, sign: int) -> "Value":
        """Two of one unit; two shares differ by percentage points."""
        unit = self.kept.unit
        if isinstance(other, Value) and other.kept.unit != unit:
            raise TemplateProblem(
                f"“{self.kept.label}”的单位是{unit}，“{other.kept.label}”的单位是{other.kept.unit}，不能相加减。"
            )
        number = number_of(other)
        if self.number is None or number is None:
            return made(None, unit, self.kept)
        result = self.number + sign * number
        if unit == FigureUnit.SHARE and isinstance(other, Value):
            return made(result * 100, FigureUnit.POINTS, self.kept)
        return made(result, unit, self.kept)


def made(value: Decimal | None, unit: str, like: Sourced) -> Value:
    """A number worked out in the template: it has no key, and prints as its unit does."""
    words = printed_as(value, unit)
    return Value(replace(like, key="", printed=words, value=value, unit=str(unit), rows=""))


def number_of(value: object) -> Decimal | None:
    """A value, a plain number, or words like 66.7%; TemplateProblem for anything else."""
    if isinstance(value, Value):
        return value.number
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float | Decimal):
        return Decimal(str(value))
    text = str(value)
    if not _NUMBER.match(text):
        raise TemplateProblem(f"“{text[:40]}”不是数，不能拿来和数比。")
    return Decimal(text[:-1]) / 100 if text.endswith("%") else Decimal(text)


@dataclass(frozen=True, slots=True)
class Names(Readable):
    """figures, last_month, last_year or a part of one: goes down by name until a number is reached."""

    mapping: Mapping[str, Sourced]
    keys: frozenset[str]
    root: str
    prefix: str = ""

    def read(self, name: str) -> Any:
        key = f"{self.prefix}{name}"
        if key in self.keys:
            with _budget().reading():
                return Value(self.mapping[key])
        if any(one.startswith(f"{key}.") for one in self.keys):
            return replace(self, prefix=f"{key}.")
        raise TemplateProblem(unknown("数", key, sorted(self.keys), f"{self.root}."))

    def __str__(self) -> str:
        raise TemplateProblem(f"“{self.root}.{self.prefix.rstrip('.')}”是一组数，要写到其中的一个。")


@dataclass(frozen=True, slots=True)
class Line(Readable):
    """One row of a list, or the facts of a unit, project or meeting."""

    cells: Mapping[str, Any]
    root: str

    def read(self, name: str) -> Any:
        if name not in self.cells:
            raise TemplateProblem(unknown("栏目", name, self.cells, f"{self.root}."))
        return shown(self.cells[name], f"{self.root}.{name}")

    def __str__(self) -> str:
        raise TemplateProblem(
            f"“{self.root}”是一行，要写明取哪一栏：{self.root}.{next(iter(self.cells), '')}。"
        )


@dataclass(frozen=True, slots=True)
class ListNames(Readable):
    """lists: each name gives the rows."""

    mapping: Mapping[str, Iterable[Mapping[str, Any]]]

    def read(self, name: str) -> Any:
        if name not in set(self.mapping):
            raise TemplateProblem(unknown("表", name, sorted(self.mapping), "lists."))
        with _budget().reading():
            return [Line(cells, "row") for cells in self.mapping[name]]


@dataclass(frozen=True, slots=True)
class Charts(Readable):
    """charts.progress prints the line of markup that stands for the picture; the mapping says what it shows."""

    mapping: Mapping[str, str]

    def read(self, name: str) -> str:
        if name not in self.mapping:
            raise TemplateProblem(unknown("图", name, sorted(self.mapping), "charts."))
        return Composed(f"![{clean(self.mapping[name])}](chart:{name})")


MONTH_NAMES = ("label", "period", "year", "number", "next", "previous")


@dataclass(frozen=True, slots=True)
class MonthName(Readable):
    """month prints 2018年8月; month.period 2018年1—8月; month.next is the month after."""

    month: Month

    def read(self, name: str) -> Any:
        if name not in MONTH_NAMES:
            raise TemplateProblem(unknown("写法", name, MONTH_NAMES, "month."))
        found = getattr(self.month, name)
        return MonthName(found) if isinstance(found, Month) else found

    def __str__(self) -> str:
        return self.month.label


def shown(value: Any, root: str) -> Any:
    """A cell as templates meet it."""
    if isinstance(value, Sourced):
        return Value(value)
    if isinstance(value, Mapping):
        return Line(value, root)
    if isinstance(value, Month):
        return MonthName(value)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [shown(one, "row") for one in value]
    return value


_BREAKS = re.compile(r"\s*[\r\n\v\f\u2028\u2029]+\s*")
_TAKEN = str.maketrans({OPEN: None, BETWEEN: None, SHUT: None, "|": "｜"})
_LEADING = str.maketrans("#>=", "＃＞＝")


def clean(words: str) -> str:
    """Words out of the database, so that they can't be taken for markup: one line, no bars, no marks."""
    text = _BREAKS.sub(" ", words).translate(_TAKEN).replace("**", "＊＊").replace("〔填：", "（填：")
    return text[:1].translate(_LEADING) + text[1:]


def _budget() -> Budget:
    return running.get(None) or Budget()
