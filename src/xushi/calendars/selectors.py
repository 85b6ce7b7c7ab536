"""工作日历的读法。"""

from collections import defaultdict
from datetime import date
from functools import lru_cache
from typing import Any

from django.db.models import QuerySet

from xushi.calendars.models import NoticeYear, SpecialDay
from xushi.calendars.preloading import digest_of
from xushi.calendars.rules import WorkingCalendar
from xushi.calendars.statutory import Day, expected
from xushi.kit.phrased import ask

Version = tuple[tuple[int, str], ...]  # each loaded year with the digest of its days


def calendar() -> WorkingCalendar:
    """The working calendar as it stands: one query; the days themselves are read only after a year has changed."""
    version: Version = tuple(ask(_years))
    try:
        return _kept(version)
    except (
        ReadMeanwhileError
    ) as changed:  # a notice was loaded between the two reads: right for now, not kept
        return changed.calendar


def _years() -> "QuerySet[Any]":
    return NoticeYear.objects.order_by("year").values_list("year", "digest")


class ReadMeanwhileError(Exception):
    """The days read are not those the version names."""

    def __init__(self, calendar: WorkingCalendar) -> None:
        super().__init__("读到一半，日历改了")
        self.calendar = calendar


@lru_cache(maxsize=8)
def _kept(version: Version) -> WorkingCalendar:
    """Named by the content of its days: the same version is the same calendar in every process and database."""
    years = dict(version)
    special = {
        day: working
        for day, working in SpecialDay.objects.order_by("day").values_list("day", "working")
        if day.year in years
    }
    by_year: dict[int, list[tuple[date, bool]]] = defaultdict(list)
    for day, working in special.items():
        by_year[day.year].append((day, working))
    found = WorkingCalendar(special, frozenset(years))
    if any(digest_of(by_year[year]) != digest for year, digest in version):
        raise ReadMeanwhileError(found)
    return found


def special_days(year: int) -> dict[date, Day]:
    """The special days of a year: of its notice, else those supposed; two queries at most."""
    if NoticeYear.objects.filter(year=year).exists():
        rows = SpecialDay.objects.filter(day__year=year).order_by("day")
        return {row.day: (row.working, row.name) for row in rows}
    return dict(expected(year))
