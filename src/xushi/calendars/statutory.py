"""没出放假通知的年份：按放假办法推算，只作暂定。"""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache

import chinese_calendar
from borax.calendars.lunardate import LunarDate, TermUtils
from chinese_calendar import constants

Day = tuple[bool, str]  # whether it works, and why

_LUNAR_YEARS = range(1900, 2101)  # what borax reaches
_FOUR_DAYS_OF_SPRING = 2025  # 《全国年节及纪念日放假办法》: from this year 除夕 and 5月2日 rest too


@lru_cache(maxsize=1)
def known_years() -> frozenset[int]:
    """The years whose notice the chinesecalendar package carries."""
    return frozenset(day.year for day in constants.holidays)


@lru_cache(maxsize=64)
def known(year: int) -> Mapping[date, Day]:
    """A year's notice as the package carries it; empty for a year it does not know."""
    rests = {day: (False, _chinese(name)) for day, name in constants.holidays.items() if day.year == year}
    works = {
        day: (True, f"{_chinese(name)}调休") for day, name in constants.workdays.items() if day.year == year
    }
    return dict(sorted((rests | works).items()))


@lru_cache(maxsize=256)
def expected(year: int) -> Mapping[date, Day]:
    """What a year without a loaded notice will be like: the package's word, else the statutory days.

    The law moves nothing: a statutory day that falls on a weekend is made up for on the next working day.
    Make-up days (which only a notice decides) are not guessed. Never raises, whatever the year.
    """
    if year in known_years():
        return known(year)
    days = _statutory(year)
    rests: dict[date, Day] = {day: (False, name) for day, name in days.items()}
    for day, name in days.items():
        if day.weekday() >= 5 and (free := _next_free(day, rests)):
            rests[free] = (False, f"{name}补假")
    return dict(sorted(rests.items()))


def _next_free(day: date, rests: Mapping[date, Day]) -> date | None:
    while day < date.max:
        day += timedelta(days=1)
        if day.weekday() < 5 and day not in rests:
            return day
    return None


def _statutory(year: int) -> dict[date, str]:
    longer = year >= _FOUR_DAYS_OF_SPRING
    found = {date(year, 1, 1): "元旦"}
    found |= {date(year, 5, number): "劳动节" for number in (1, 2)[: 2 if longer else 1]}
    found |= {date(year, 10, number): "国庆节" for number in (1, 2, 3)}
    if year in _LUNAR_YEARS:
        spring = _lunar(year, 1, 1)
        found |= {spring + timedelta(days=after): "春节" for after in range(-1 if longer else 0, 3)}
        found |= {_lunar(year, 5, 5): "端午节", _lunar(year, 8, 15): "中秋节", _bright(year): "清明节"}
    return dict(sorted(found.items()))


def _lunar(year: int, month: int, day: int) -> date:
    solar: date = LunarDate(year, month, day).to_solar_date()
    return solar


def _bright(year: int) -> date:
    """清明, the seventh solar term counted from 小寒 as the first."""
    day: date = TermUtils.nth_term_day(year, 6)
    return day


def _chinese(name: str) -> str:
    word: str = chinese_calendar.Holiday(name).chinese
    return word
