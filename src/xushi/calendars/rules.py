"""工作日：周一到周五，加上调休上班的，去掉放假的；期限到那天17:00。"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from xushi.calendars.statutory import expected
from xushi.core.clock import BEIJING, local_day

CLOSING = time(17, 0)  # a deadline's hour
ONE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """工作日历. special: deviations from Monday–Friday, True works (a make-up day), False rests.

    published: the years whose notice is out. A day of any other year is counted by statutory.expected and is
    provisional (暂定); no day is ever unknown.
    """

    special: Mapping[date, bool]
    published: frozenset[int]

    def is_working(self, day: date) -> bool:
        if day in self.special:
            return self.special[day]
        if day.year not in self.published and (guessed := expected(day.year).get(day)):
            return guessed[0]
        return day.weekday() < 5

    def is_provisional(self, day: date) -> bool:
        return day.year not in self.published

    def add(self, day: date, count: int) -> date:
        """The count-th working day after day, before it where count is negative; 0: day itself or the next working."""
        step = -ONE if count < 0 else ONE
        if count == 0:
            while not self.is_working(day):
                day += step
            return day
        left = abs(count)
        while left:
            day += step
            left -= self.is_working(day)
        return day

    def between(self, start: date, end: date) -> int:
        """The working days after start up to and including end; negative, counted backwards, where end is earlier.

        between(day, add(day, n)) == n for every day and every n but 0.
        """
        step = -ONE if end < start else ONE
        found, day = 0, start
        while day != end:
            day += step
            found += self.is_working(day)
        return found if end >= start else -found

    def deadline(self, moment: datetime, count: int) -> datetime:
        """17:00 in Beijing of the count-th working day after the moment's day."""
        return closing_of(self.add(local_day(moment), count))


def closing_of(day: date) -> datetime:
    """17:00 in Beijing of a day."""
    return datetime.combine(day, CLOSING, BEIJING)
