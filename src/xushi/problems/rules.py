"""问题事项的规矩：期限内还是逾期、放行了哪些项目、像不像同一件事、分办写得对不对。都是纯判断。"""

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import TypeVar

from xushi.calendars.rules import CLOSING, WorkingCalendar
from xushi.core.clock import BEIJING, local_day
from xushi.core.text import name_key, tidy
from xushi.problems.table import AT_UNIT, State

SOON = 2  # working days
LONGEST_WORDS = 2000
LONGEST_TITLE = 60
TITLE_CUT = 16
ALIKE = Fraction(1, 4)
_STOPS = "。；;！!？?\n"
_COMMAS = "，,、"
Cell = TypeVar("Cell", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Horizon:
    """What a due day means at a moment: late before one day, soon up to another."""

    today: date
    late_before: date
    soon_until: date

    @classmethod
    def at(cls, now: datetime, calendar: WorkingCalendar) -> "Horizon":
        """Deadlines fall at 17:00 of the due day; soon is within SOON working days."""
        today = local_day(now)
        over = now.astimezone(BEIJING).time() > CLOSING
        return cls(today, today.fromordinal(today.toordinal() + over), calendar.add(today, SOON))

    def pressing(self, state: State, due_on: date | None) -> str:
        """overdue, soon, fine at the unit; waiting to be assigned; office while the office verifies; "" once ended."""
        if state in (State.REPORTED, State.SENT_BACK):
            return "waiting"
        if state in (State.SOLVED, State.VERIFIED):
            return "office"
        if state not in AT_UNIT or due_on is None:
            return ""
        if due_on < self.late_before:
            return "overdue"
        return "soon" if due_on <= self.soon_until else "fine"


PRESSING = {
    "overdue": "逾期",
    "soon": "两天内到期",
    "fine": "期限内",
    "office": "待核实",
    "waiting": "待分办",
}


def freed(waiting: Iterable[tuple[int, Cell]]) -> dict[Cell, set[int]]:
    """放行: for each cell the projects whose open problems all stand in it.

    waiting: (project, cell) of every open problem. A project with another open problem elsewhere is freed by nothing.
    """
    cells: dict[int, set[Cell]] = defaultdict(set)
    for project, cell in waiting:
        cells[project].add(cell)
    found: dict[Cell, set[int]] = defaultdict(set)
    for project, held in cells.items():
        if len(held) == 1:
            found[next(iter(held))].add(project)
    return dict(found)


def freed_by(chosen: Collection[int], open_ones: Iterable[tuple[int, int]]) -> set[int]:
    """The projects that have no open problem besides the chosen ones; open_ones: (problem, project), all of them."""
    picked: set[int] = set()
    others: set[int] = set()
    for problem, project in open_ones:
        (picked if problem in chosen else others).add(project)
    return picked - others


def likeness(one: str, other: str) -> Fraction:
    """How much of the shorter text's pairs of characters the other has: 0 to 1."""
    pairs, others = _pairs(one), _pairs(other)
    least = min(len(pairs), len(others))
    return Fraction(len(pairs & others), least) if least else Fraction(0)


def _pairs(text: str) -> set[str]:
    plain = "".join(c for c in name_key(text) if c.isalnum())
    return {plain[i : i + 2] for i in range(len(plain) - 1)}


def title_of(words: str) -> str:
    """The first sentence of what was typed, cut at a comma where it is long: what the list shows."""
    text = words.strip()
    for stop in _STOPS:
        text = text.split(stop)[0]
    text = tidy(text)
    if len(text) <= TITLE_CUT:
        return text
    cuts = [i for i, c in enumerate(text[: TITLE_CUT + 1]) if c in _COMMAS and i >= 4]
    return text[: cuts[-1]] if cuts else f"{text[: TITLE_CUT - 1]}…"


@dataclass(frozen=True, slots=True)
class ProblemInput:
    """A problem as it is reported; project and class by primary key; no title: it is taken from the words."""

    project: int
    problem_class: int
    words: str
    title: str = ""
    token: str = ""


def problems_of_report(row: ProblemInput) -> Iterator[tuple[str, str]]:
    """(field, sentence) of what is wrong."""
    words = row.words.strip()
    if len(words) < 4:
        yield "words", "写清卡在哪、要谁办，如“线杆未迁，请供电公司定迁改时间”。"
    elif len(words) > LONGEST_WORDS:
        yield "words", f"写了{len(words)}字，最多{LONGEST_WORDS}字，长的材料请当面交或附照片。"
    if len(row.title.strip()) > LONGEST_TITLE:
        yield "title", f"标题最多{LONGEST_TITLE}字。"


@dataclass(frozen=True, slots=True)
class Assignment:
    """分办: lead unit, co-handling units, the person and the due day; units by primary key."""

    lead: int
    due_on: date
    person: str = ""
    co_units: tuple[int, ...] = ()


def problems_of_assignment(
    wanted: Assignment, today: date, calendar: WorkingCalendar
) -> Iterator[tuple[str, str]]:
    """(field, sentence): the due day is a working day to come, the lead is not its own co-handler."""
    yield from problems_of_due(wanted.due_on, today, calendar)
    if wanted.lead in wanted.co_units:
        yield "co_units", "主办单位不用再列为协办，请从协办里去掉它。"
    if len(wanted.person.strip()) > 40:
        yield "person", "责任人最多40字，写科室和姓名就够，如“征地科 周工”。"


def problems_of_due(due_on: date, today: date, calendar: WorkingCalendar) -> Iterator[tuple[str, str]]:
    said = f"{due_on.month}月{due_on.day}日"
    if due_on < today:
        yield "due_on", f"期限{said}已经过了，请定在今天（{today.month}月{today.day}日）或以后。"
    elif (due_on - today).days > 730:
        yield "due_on", f"期限{due_on.year}年{said}在两年以后，请核对年份。"
    elif not calendar.is_working(due_on):
        before = calendar.add(due_on, -1)
        yield "due_on", f"{said}不上班，请改为{before.month}月{before.day}日或别的工作日。"
