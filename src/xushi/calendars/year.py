"""一年的样子：十二个月的格子，放假调休的单子。"""

from calendar import Calendar
from dataclasses import dataclass
from datetime import date, timedelta

from xushi.calendars.models import NoticeYear
from xushi.calendars.rules import WorkingCalendar
from xushi.calendars.selectors import calendar, special_days
from xushi.calendars.statutory import Day

REST, WORK, PLAIN, WEEKEND = "rest", "work", "", "weekend"
WORDS = {REST: "休", WORK: "班", PLAIN: "", WEEKEND: ""}


@dataclass(frozen=True, slots=True)
class Cell:
    """A day as drawn: look is rest, work, weekend or ""; word 休 or 班 stands with it; None days pad a week."""

    day: date | None
    look: str = PLAIN
    name: str = ""
    today: bool = False

    @property
    def word(self) -> str:
        return WORDS[self.look]


@dataclass(frozen=True, slots=True)
class MonthGrid:
    number: int
    weeks: list[list[Cell]]
    working_days: int


@dataclass(frozen=True, slots=True)
class Span:
    """Days in a row of one name and kind: 10月1日—7日 休 国庆节."""

    first: date
    last: date
    working: bool
    name: str

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def words(self) -> str:
        """10月1日—7日, 4月29日—5月1日."""
        first, last = self.first, self.last
        begin = f"{first.month}月{first.day}日"
        if first == last:
            return begin
        return f"{begin}—{last.day}日" if first.month == last.month else f"{begin}—{last.month}月{last.day}日"


@dataclass(frozen=True, slots=True)
class Year:
    number: int
    notice: NoticeYear | None
    months: list[MonthGrid]
    spans: list[Span]
    working_days: int

    @property
    def provisional(self) -> bool:
        return self.notice is None


def year_of(number: int, today: date) -> Year:
    """Three queries."""
    days, working = special_days(number), calendar()
    months = [_month(number, month, days, working, today) for month in range(1, 13)]
    notice = NoticeYear.objects.filter(year=number).first()
    return Year(number, notice, months, _spans(days), sum(month.working_days for month in months))


def _month(year: int, month: int, days: dict[date, Day], working: WorkingCalendar, today: date) -> MonthGrid:
    weeks = [
        [_cell(date(year, month, number), days, today) if number else Cell(None) for number in week]
        for week in Calendar().monthdayscalendar(year, month)
    ]
    own = [cell.day for week in weeks for cell in week if cell.day]
    return MonthGrid(month, weeks, sum(working.is_working(day) for day in own))


def _cell(day: date, days: dict[date, Day], today: date) -> Cell:
    if day in days:
        working, name = days[day]
        return Cell(day, WORK if working else REST, name, day == today)
    return Cell(day, WEEKEND if day.weekday() >= 5 else PLAIN, "", day == today)


def _spans(days: dict[date, Day]) -> list[Span]:
    spans: list[Span] = []
    for day, (working, name) in sorted(days.items()):
        last = spans[-1] if spans else None
        if last and last.last + timedelta(days=1) == day and (last.working, last.name) == (working, name):
            spans[-1] = Span(last.first, day, working, name)
        else:
            spans.append(Span(day, day, working, name))
    return spans
