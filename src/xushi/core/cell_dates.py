"""单元格里的年月和日期：2018.8、2018年8月、43313；分不清就问。"""

import re
import unicodedata
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from xushi.core.months import Month
from xushi.core.readings import (
    BLANKS,
    NOTHING,
    Ask,
    Choice,
    Reading,
    Understood,
    Wrong,
    formula_error,
    short,
    written,
)

FIRST_SERIAL, LAST_SERIAL = 18_264, 73_415  # 1950-01-01 至 2100-12-31 的 Excel 日期序号
_EPOCH = date(1899, 12, 30)
_YEAR_MONTH = re.compile(r"(\d{4}|\d{2}(?=年))[年./-](\d{1,2})(?:月(?:份|底|初|中旬|上旬|下旬|末)?)?")
_YEAR_MONTH_DAY = re.compile(
    r"(\d{4}|\d{2}(?=年))[年./-](\d{1,2})[月./-](\d{1,2})[日号]?(?:[ T]?\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?"
)
_MONTH_ALONE = re.compile(r"(\d{1,2})月(?:份|底|初)?")
_QUARTER = re.compile(r"(\d{4})年?第?([1-4])季度")
_SLASHED = re.compile(r"\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}\b.*")
_COMPACT = re.compile(r"((?:19|20)\d{2})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])?")
_CHINESE_DIGITS = str.maketrans("〇零○一二三四五六七八九", "000123456789")


def read_month(cell: Any, *, year: int | None = None) -> Reading:
    """A Month from 2018.8, 2018年8月, 2018.08.15, 43313, 201808 or a date cell. 2018.1 is January or October: asked.

    year completes “8月” standing alone.
    """
    if isinstance(cell, datetime | date):
        return _month(cell.year, cell.month, written(cell))
    if isinstance(cell, bool | time | timedelta):
        return Wrong("这一格不是年月。请写成 2018年8月。")
    return _month_text(written(cell), isinstance(cell, float | int), year)


@lru_cache(maxsize=8192)
def _month_text(cell: str, numeric: bool, year: int | None) -> Reading:  # noqa: PLR0911 - one line per writing
    text = _flat_date(cell)
    if text in BLANKS:
        return NOTHING
    if numeric and (serial := _serial(text)):
        return Understood(Month.of(serial), f"日期序号{text}当作{Month.of(serial).label}", "date")
    if compact := _COMPACT.fullmatch(text):
        return _month(int(compact[1]), int(compact[2]), cell)
    if re.fullmatch(r"\d{4}\.1", text):
        return _january_or_october(text)
    if found := _YEAR_MONTH.fullmatch(text) or _YEAR_MONTH_DAY.fullmatch(text):
        return _month(_full_year(found[1]), int(found[2]), cell)
    if found := _QUARTER.fullmatch(text):
        months = [Month(int(found[1]), 3 * int(found[2]) - 2 + i) for i in range(3)]
        return Ask(f"“{short(cell)}”只到季度。", tuple(Choice(month.label, str(month)) for month in months))
    if found := _MONTH_ALONE.fullmatch(text):
        if year is None:
            return Wrong(f"“{short(cell)}”没写年份。请写成 2018年{found[1]}月。")
        return _month(year, int(found[1]), cell)
    if re.fullmatch(r"(19|20)\d{2}年?", text):
        return Wrong(f"“{short(cell)}”只有年份。请写到月，如 {text[:4]}年8月。")
    return _not_a_date(text, "年月", "2018年8月")


def _january_or_october(text: str) -> Ask:
    year = int(text[:4])
    months = (Month(year, 1), Month(year, 10))
    return Ask(f"“{text}”分不清是1月还是10月。", tuple(Choice(month.label, str(month)) for month in months))


def _month(year: int, number: int, cell: str) -> Reading:
    try:
        month = Month(year, number)
    except ValueError:
        return Wrong(f"没有“{short(cell)}”这个月份。请写成 2018年8月。")
    usual = cell in (f"{year}.{number}", f"{year}.{number:02d}", str(month)) or cell.startswith(str(month))
    return Understood(month) if usual else Understood(month, f"“{short(cell)}”当作{month.label}", "date")


def read_day(cell: Any, *, formats: tuple[str, ...] = (), year: int | None = None) -> Reading:
    """A date from a date cell, 2018.08.15, 2018年8月15日, 20180815 or 43313; US writings only under formats.

    formats are strptime patterns, tried first. A month alone is asked: first or last day.
    """
    if isinstance(cell, datetime):
        return Understood(cell.date())
    if isinstance(cell, date):
        return Understood(cell)
    if isinstance(cell, bool | time | timedelta):
        return Wrong("这一格不是日期。请写成 2018年8月15日。")
    return _day_text(written(cell), isinstance(cell, float | int), formats, year)


@lru_cache(maxsize=8192)
def _day_text(cell: str, numeric: bool, formats: tuple[str, ...], year: int | None) -> Reading:  # noqa: PLR0911 - one line per writing
    for pattern in formats:
        try:
            return Understood(datetime.strptime(cell.strip(), pattern).date())  # noqa: DTZ007 - a day, no moment
        except ValueError:
            continue
    text = _flat_date(cell)
    if text in BLANKS:
        return NOTHING
    if numeric and (serial := _serial(text)):
        return Understood(serial, f"日期序号{text}当作{serial.isoformat()}", "date")
    if compact := _COMPACT.fullmatch(text):
        if compact[3]:
            return _day(int(compact[1]), int(compact[2]), int(compact[3]), cell)
    elif found := _YEAR_MONTH_DAY.fullmatch(text):
        return _day(_full_year(found[1]), int(found[2]), int(found[3]), cell)
    month = _month_text(cell, numeric, year)
    if isinstance(month, Understood) and month.value:
        first, last = month.value.first_day, month.value.last_day
        return Ask(
            f"“{short(cell)}”只到月，没有日。",
            (Choice(_said(first), first.isoformat()), Choice(_said(last), last.isoformat())),
        )
    if isinstance(month, Ask):
        return Ask(
            month.question + "也没有日。",
            tuple(
                Choice(f"{choice.label}1日", Month.parse(choice.answer).first_day.isoformat())
                for choice in month.choices
            ),
        )
    return _not_a_date(text, "日期", "2018年8月15日")


def _day(year: int, month: int, number: int, cell: str) -> Reading:
    try:
        day = date(year, month, number)
    except ValueError:
        return Wrong(f"没有“{short(cell)}”这一天。请核对，写成 2018年8月15日。")
    usual = cell.startswith(day.isoformat())
    return Understood(day) if usual else Understood(day, f"“{short(cell)}”当作{_said(day)}", "date")


def _not_a_date(text: str, what: str, example: str) -> Wrong:
    if text.startswith("#"):
        return formula_error(text)
    if _SLASHED.fullmatch(text):
        return Wrong(f"“{short(text)}”分不清月和日的先后。请写成 {example}，或在列对照里写明日期格式。")
    return Wrong(f"“{short(text)}”不是{what}。请写成 {example}。")


def _serial(text: str) -> date | None:
    """An Excel day number as its day; None for any other number."""
    number = Decimal(text) if re.fullmatch(r"\d{5}(\.\d+)?", text) else Decimal(0)
    return _EPOCH + timedelta(days=int(number)) if FIRST_SERIAL <= number <= LAST_SERIAL else None


def _full_year(text: str) -> int:
    return int(text) if len(text) == 4 else 2000 + int(text)


def _flat_date(text: str) -> str:
    flat = text.strip() if text.isascii() else unicodedata.normalize("NFKC", text).strip()
    if not flat.isascii():
        flat = re.sub(r"(?<!\d)十([一二])(?=月)", r"1\1", flat)
        flat = flat.replace("十月", "10月").translate(_CHINESE_DIGITS)
    return re.sub(r"\s+(?!\d{1,2}:)", "", flat).rstrip(".")


def _said(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
