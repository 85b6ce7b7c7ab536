"""工作日：2018年的调休，年头年尾，没出通知的年份。"""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xushi.calendars.rules import WorkingCalendar
from xushi.calendars.statutory import expected, known, known_years
from xushi.core.clock import BEIJING

PUBLISHED = WorkingCalendar(
    {day: working for year in known_years() for day, (working, _) in known(year).items()}, known_years()
)
NOTHING_KNOWN = WorkingCalendar({}, frozenset())
DAYS = st.dates(date(2004, 3, 1), date(2040, 12, 31))


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2018, 9, 24), False),  # 中秋
        (date(2018, 9, 28), True),
        (date(2018, 9, 29), True),  # Saturday, made up
        (date(2018, 9, 30), True),  # Sunday, made up
        (date(2018, 10, 1), False),
        (date(2018, 10, 7), False),
        (date(2018, 10, 8), True),
        (date(2018, 10, 13), False),
        (date(2018, 12, 29), True),  # by the notice of 2019
        (date(2018, 12, 31), False),
    ],
)
def test_makeup_days_work_and_holidays_rest(day: date, works: bool) -> None:
    assert PUBLISHED.is_working(day) is works


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        (date(2018, 9, 27), 3, date(2018, 9, 30)),  # through the made-up weekend
        (date(2018, 9, 27), 4, date(2018, 10, 8)),  # over the golden week
        (date(2018, 10, 8), -1, date(2018, 9, 30)),
        (date(2018, 10, 3), 0, date(2018, 10, 8)),  # a holiday: the next working day
        (date(2018, 9, 12), 0, date(2018, 9, 12)),
        (date(2018, 12, 28), 2, date(2019, 1, 2)),  # over the year's end
        (date(2019, 1, 2), -2, date(2018, 12, 28)),
        (date(2018, 2, 14), 1, date(2018, 2, 22)),  # over 春节
    ],
)
def test_counting_working_days(start: date, count: int, end: date) -> None:
    assert PUBLISHED.add(start, count) == end


def test_working_days_between() -> None:
    assert PUBLISHED.between(date(2018, 9, 27), date(2018, 10, 8)) == 4
    assert PUBLISHED.between(date(2018, 10, 1), date(2018, 10, 7)) == 0
    assert PUBLISHED.between(date(2018, 9, 12), date(2018, 9, 12)) == 0
    assert PUBLISHED.between(date(2018, 10, 8), date(2018, 9, 27)) == -4  # 30, 29, 28, 27


@pytest.mark.parametrize("calendar", [PUBLISHED, NOTHING_KNOWN], ids=["published", "nothing known"])
@given(day=DAYS, count=st.integers(-80, 80).filter(bool))
def test_adding_and_counting_are_inverse(calendar: WorkingCalendar, day: date, count: int) -> None:
    end = calendar.add(day, count)
    assert calendar.is_working(end)
    assert calendar.between(day, end) == count


def test_a_deadline_is_at_five_in_beijing() -> None:
    late = datetime(2018, 9, 12, 23, 50, tzinfo=BEIJING)  # in UTC still the 12th, 15:50
    assert PUBLISHED.deadline(late, 3) == datetime(2018, 9, 17, 17, 0, tzinfo=BEIJING)
    before_eight = datetime(2018, 9, 13, 1, 0, tzinfo=BEIJING)  # in UTC the 12th
    assert PUBLISHED.deadline(before_eight, 1) == datetime(2018, 9, 14, 17, 0, tzinfo=BEIJING)


def test_a_year_without_a_notice_is_computed_and_provisional() -> None:
    beyond = max(known_years()) + 1
    assert PUBLISHED.is_provisional(date(beyond, 3, 1))
    assert not PUBLISHED.is_provisional(date(2018, 3, 1))
    assert not PUBLISHED.is_working(date(2027, 2, 6))  # 正月初一
    assert not PUBLISHED.is_working(date(2027, 2, 5))  # 除夕
    assert not PUBLISHED.is_working(date(2027, 10, 4))  # 10月2日是星期六，补假
    assert PUBLISHED.is_working(date(2027, 10, 6))


@pytest.mark.parametrize("year", [1, 1899, 1950, 2003, 2027, 2100, 2101, 2500, 9998])
def test_no_year_is_unknown(year: int) -> None:
    assert not NOTHING_KNOWN.is_working(date(year, 1, 1))
    assert NOTHING_KNOWN.is_provisional(date(year, 1, 1))
    assert NOTHING_KNOWN.add(date(year, 6, 1), 10) > date(year, 6, 10)


@pytest.mark.parametrize("year", [2014, 2015, 2016, 2017, 2018, 2019, 2021, 2022, 2023, 2024, 2025, 2026])
def test_the_statutory_days_are_in_every_notice(year: int) -> None:
    from xushi.calendars.statutory import _statutory

    rests = {day for day, (working, _) in known(year).items() if not working}
    assert set(_statutory(year)) <= rests


def test_what_is_expected_covers_the_year_alone() -> None:
    assert {day.year for day in expected(2030)} == {2030}
    assert expected(2018) == known(2018)
