"""单元格：表格里一格怎么读。读得懂、要问、看错，三样必居其一，从不猜。"""

import math
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from xushi.core.money import YUAN_PER_WAN, YUAN_PER_YI, half_up, plain
from xushi.core.months import Month
from xushi.core.text import tidy

BLANKS = frozenset(
    ("", "-", "--", "—", "——", "–", "−", "/", "\\", "无", "暂无", "N/A", "n/a", "NULL", "null", "…")
)
TICKS = frozenset(("√", "✓", "✔", "☑", "是", "有", "Y", "y", "Yes", "yes", "TRUE", "True", "true", "1"))
CROSSES = frozenset(
    ("×", "✗", "✘", "x", "X", "☐", "否", "N", "n", "No", "no", "FALSE", "False", "false", "0")
)
UNITS = {"元": 1, "千元": 1000, "万元": YUAN_PER_WAN, "百万元": 100 * YUAN_PER_WAN, "亿元": YUAN_PER_YI}
MOST_YUAN = 10**15  # 一千万亿元以上的单个数必是错的
FIRST_SERIAL, LAST_SERIAL = 18_264, 73_415  # 1950-01-01 至 2100-12-31 的 Excel 日期序号
_EPOCH = date(1899, 12, 30)
_UNIT_WORDS = {"亿": "亿元", "百万": "百万元", "万": "万元", "千": "千元", "": ""} | {
    name: name for name in UNITS
}
_AMOUNT = re.compile(
    r"(?P<sign>[+-]?)[¥$]?(?P<digits>\d{1,3}(?:,\d{3})+|\d+)(?P<part>\.\d+)?(?P<power>[eE][+-]?\d{1,2})?"
    r"(?:人民币)?(?P<unit>亿元|亿|百万元|百万|千元|千|万元|万|元)?"
)
_ABOUT = re.compile(r"^(?:约|近|超|超过|大约|不少于|≥|>|~)(.+)$|^(.+?)(?:左右|以上|余|多)$")
_YEAR_MONTH = re.compile(r"(\d{4}|\d{2}(?=年))[年./-](\d{1,2})(?:月(?:份|底|初|中旬|上旬|下旬|末)?)?")
_YEAR_MONTH_DAY = re.compile(
    r"(\d{4}|\d{2}(?=年))[年./-](\d{1,2})[月./-](\d{1,2})[日号]?(?:[ T]?\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?"
)
_MONTH_ALONE = re.compile(r"(\d{1,2})月(?:份|底|初)?")
_QUARTER = re.compile(r"(\d{4})年?第?([1-4])季度")
_SLASHED = re.compile(r"\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}\b.*")
_COMPACT = re.compile(r"((?:19|20)\d{2})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])?")
_CHINESE_DIGITS = str.maketrans("〇零○一二三四五六七八九", "000123456789")


@dataclass(frozen=True, slots=True)
class Understood:
    """What the cell means. note says what was made of an unusual writing; sort groups such notes."""

    value: Any
    note: str = ""
    sort: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """One possible answer: label for the button, answer the text that the same reader reads without asking."""

    label: str
    answer: str


@dataclass(frozen=True, slots=True)
class Ask:
    """The cell can mean several things and only its author knows."""

    question: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Wrong:
    """The cell cannot be used; the sentence says why and how to mend it."""

    sentence: str


Reading = Understood | Ask | Wrong
NOTHING = Understood(None)


def is_blank(cell: Any) -> bool:
    """Nothing is said: empty, white space, a dash or a slash."""
    return cell is None or (isinstance(cell, str) and _flat(cell) in BLANKS)


def written(cell: Any) -> str:
    """The cell as a person sees it: 12.0 is 12, a date is 2018-08-15."""
    if cell is None:
        return ""
    if isinstance(cell, float):
        return plain(Decimal(repr(cell))) if math.isfinite(cell) else str(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ")
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def read_text(cell: Any) -> Reading:
    """A name or sentence without line breaks, full-width forms and doubled spaces; None where blank."""
    if cell is None or cell == "":
        return NOTHING
    if not isinstance(cell, str):
        return Understood(written(cell))
    text = tidy(cell)
    if text in BLANKS:
        return NOTHING
    if text.startswith("#") and text.rstrip("!?").isupper():
        return _formula_error(text)
    if text != cell and any(mark in cell for mark in "\n\r\u3000\t"):
        return Understood(text, "换行和空格去掉", "name")
    return Understood(text)


def read_tick(cell: Any) -> Reading:
    """√ or 是 is True; ×, 否 and blank are False."""
    if isinstance(cell, bool):
        return Understood(cell)
    if is_blank(cell):
        return Understood(False)
    text = _flat(written(cell))
    if text in TICKS or text in CROSSES:
        return Understood(text in TICKS)
    return Wrong(f"“{_short(text)}”看不出是不是。是请打√，不是请留空。")


def read_amount(cell: Any, *, unit: str = "万元", negative: bool = False) -> Reading:
    """An amount as integer 元; unit is the column's when the cell names none. None where blank.

    12,345.6 · １２３ · 105亿元 · 1.2万 (asked in a 万元 column) · — . Negative amounts only where negative allows them.
    """
    if isinstance(cell, float | int) and not isinstance(cell, bool):
        if isinstance(cell, float) and not math.isfinite(cell):
            return Wrong("这一格不是一个数，多半是公式出错。请填上算好的数。")
        return _in_yuan(Decimal(repr(cell)), unit, negative, written(cell))
    if isinstance(cell, bool | date | time | timedelta):
        return Wrong(f"这一格存成了{'是否' if isinstance(cell, bool) else '日期'}，不是金额。请改成数字。")
    return _amount_text(str(cell or ""), unit, negative)


@lru_cache(maxsize=8192)
def _amount_text(cell: str, unit: str, negative: bool) -> Reading:
    text = _flat(cell)
    if text in BLANKS:
        return NOTHING
    if text.startswith("#"):
        return _formula_error(text)
    if text in TICKS:
        return Wrong(f"“{text}”不是金额。请填数字，没有就留空。")
    if len(text) > 2 and text[0] == "(" and text[-1] == ")":
        text = "-" + text[1:-1]
    text = re.sub(r"(?<=\d)[,、](?=\d{3}(?!\d))", ",", text)
    found = _AMOUNT.fullmatch(text)
    if not found:
        return _not_an_amount(text, unit, negative)
    number = Decimal(
        f"{found['sign']}{found['digits'].replace(',', '')}{found['part'] or ''}{found['power'] or ''}"
    )
    if found["unit"] == "万" and unit == "万元":
        return _wan_in_a_wan_column(number, text)
    named = _named_unit(found["unit"] or "", unit)
    reading = _in_yuan(number, named or unit, negative, text)
    if not isinstance(reading, Understood):
        return reading
    if named:
        as_read = plain(Decimal(reading.value) / UNITS[unit])
        return Understood(reading.value, f"“{_short(tidy(cell))}”当作{_grouped(as_read)}{unit}", "unit")
    if text != cell.strip() and not cell.isascii():
        return Understood(reading.value, f"全角“{_short(cell.strip())}”当作{text}", "width")
    return reading


def _named_unit(word: str, column_unit: str) -> str:
    """105亿元 and 105亿 name their own unit; one that repeats the column's says nothing new."""
    named = _UNIT_WORDS[word]
    return "" if named == column_unit else named


def _wan_in_a_wan_column(number: Decimal, text: str) -> Ask:
    """6.0万 under 单位：万元 is 6.0万元 or sixty thousand 万元: the two differ ten-thousandfold."""
    many, plainly = f"{plain(number * YUAN_PER_WAN)}万元", f"{plain(number)}万元"
    return Ask(
        f"“{_short(text)}”在万元栏里，分不清是{_grouped(many)}还是{plainly}。",
        (Choice(_grouped(many), many), Choice(plainly, plainly)),
    )


def _not_an_amount(text: str, unit: str, negative: bool) -> Reading:
    about = _ABOUT.match(text)
    if about:
        inner = _amount_text(about[1] or about[2], unit, negative)
        if isinstance(inner, Understood) and inner.value is not None:
            amount = f"{plain(Decimal(inner.value) / UNITS[unit])}{unit}"
            return Ask(f"“{_short(text)}”是个约数。", (Choice(f"按{_grouped(amount)}", amount),))
    if re.fullmatch(r"[\d,]+(\.\d+)?", text):
        straight = text.replace(",", "")
        return Ask(f"“{_short(text)}”的千分号位置不对。", (Choice(f"按{_grouped(straight)}", straight),))
    if text.startswith("="):
        return Wrong(f"公式“{_short(text)}”没有算出结果。请在表里算好再传，或在这里填数。")
    return Wrong(f"“{_short(text)}”不是金额。请填数字，如 12345.6；单位与表头不同的写明，如 1.2亿元。")


def _in_yuan(number: Decimal, unit: str, negative: bool, text: str) -> Reading:
    try:
        yuan = int(half_up(number * UNITS[unit], 0))
    except InvalidOperation:
        return Wrong(f"“{_short(text)}”大得不像金额。请核对位数和单位。")
    if abs(yuan) > MOST_YUAN:
        return Wrong(f"“{_short(text)}”{unit}大得不像金额。请核对位数和单位。")
    if yuan < 0 and not negative:
        return Wrong(f"金额不能是负数“{_short(text)}”。请核对，没有就留空。")
    return Understood(yuan)


def read_percent(cell: Any) -> Reading:
    """A share (0–1) from 0.672, 67.2 or "67.2%". Plain numbers from 1 up to 2 can be either: asked."""
    if is_blank(cell):
        return NOTHING
    if isinstance(cell, bool | date | time | timedelta):
        return Wrong("这一格不是百分数。请写成 67.2%。")
    text = _flat(written(cell))
    bare = text.rstrip("%").removesuffix("百分点")
    try:
        number = Decimal(bare.replace(",", ""))
    except InvalidOperation:
        return Wrong(f"“{_short(text)}”不是百分数。请写成 67.2%。")
    if not number.is_finite() or abs(number) > 10_000:
        return Wrong(f"“{_short(text)}”不是百分数。请写成 67.2%。")
    if text.endswith("%"):
        return Understood(number / 100)
    if 1 <= abs(number) < 2:
        return Ask(
            f"“{text}”分不清是{plain(number)}%还是{plain(number * 100)}%。",
            (
                Choice(f"{plain(number)}%", f"{plain(number)}%"),
                Choice(f"{plain(number * 100)}%", f"{plain(number * 100)}%"),
            ),
        )
    share = number if abs(number) < 1 else number / 100
    return Understood(
        share, "" if not share else f"“{text}”当作{plain(share * 100)}%", "percent" if share else ""
    )


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
def _month_text(cell: str, numeric: bool, year: int | None) -> Reading:
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
        return Ask(f"“{_short(cell)}”只到季度。", tuple(Choice(month.label, str(month)) for month in months))
    if found := _MONTH_ALONE.fullmatch(text):
        if year is None:
            return Wrong(f"“{_short(cell)}”没写年份。请写成 2018年{found[1]}月。")
        return _month(year, int(found[1]), cell)
    if re.fullmatch(r"(19|20)\d{2}年?", text):
        return Wrong(f"“{_short(cell)}”只有年份。请写到月，如 {text[:4]}年8月。")
    return _not_a_date(text, "年月", "2018年8月")


def _january_or_october(text: str) -> Ask:
    year = int(text[:4])
    months = (Month(year, 1), Month(year, 10))
    return Ask(f"“{text}”分不清是1月还是10月。", tuple(Choice(month.label, str(month)) for month in months))


def _month(year: int, number: int, cell: str) -> Reading:
    try:
        month = Month(year, number)
    except ValueError:
        return Wrong(f"没有“{_short(cell)}”这个月份。请写成 2018年8月。")
    usual = cell in (f"{year}.{number}", f"{year}.{number:02d}", str(month)) or cell.startswith(str(month))
    return Understood(month) if usual else Understood(month, f"“{_short(cell)}”当作{month.label}", "date")


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
def _day_text(cell: str, numeric: bool, formats: tuple[str, ...], year: int | None) -> Reading:
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
            f"“{_short(cell)}”只到月，没有日。",
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
        return Wrong(f"没有“{_short(cell)}”这一天。请核对，写成 2018年8月15日。")
    usual = cell.startswith(day.isoformat())
    return Understood(day) if usual else Understood(day, f"“{_short(cell)}”当作{_said(day)}", "date")


def _not_a_date(text: str, what: str, example: str) -> Wrong:
    if text.startswith("#"):
        return _formula_error(text)
    if _SLASHED.fullmatch(text):
        return Wrong(f"“{_short(text)}”分不清月和日的先后。请写成 {example}，或在列对照里写明日期格式。")
    return Wrong(f"“{_short(text)}”不是{what}。请写成 {example}。")


def read_integer(cell: Any, *, least: int, most: int, what: str) -> Reading:
    """A whole number within bounds, e.g. a year; 年, 个 after it are dropped."""
    if is_blank(cell):
        return NOTHING
    text = _flat(written(cell)).rstrip("年个度级")
    if not re.fullmatch(r"\d{1,9}", text) or not least <= int(text) <= most:
        return Wrong(f"“{_short(text)}”不是{what}。请填{least}到{most}之间的整数。")
    return Understood(int(text))


def answered(reader: Callable[[Any], Reading], answer: str) -> Reading:
    """What an answer given to a question means: read by the reader that asked."""
    return reader(answer)


def _serial(text: str) -> date | None:
    """An Excel day number as its day; None for any other number."""
    number = Decimal(text) if re.fullmatch(r"\d{5}(\.\d+)?", text) else Decimal(0)
    return _EPOCH + timedelta(days=int(number)) if FIRST_SERIAL <= number <= LAST_SERIAL else None


def _full_year(text: str) -> int:
    return int(text) if len(text) == 4 else 2000 + int(text)


def _flat(text: str) -> str:
    """NFKC without any white space: １２，３４５ → 12,345."""
    if text.isascii():
        return text.strip().replace(" ", "").replace("\n", "")
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).replace("−", "-").replace("￥", "¥")


def _flat_date(text: str) -> str:
    flat = text.strip() if text.isascii() else unicodedata.normalize("NFKC", text).strip()
    if not flat.isascii():
        flat = re.sub(r"(?<!\d)十([一二])(?=月)", r"1\1", flat)
        flat = flat.replace("十月", "10月").translate(_CHINESE_DIGITS)
    return re.sub(r"\s+(?!\d{1,2}:)", "", flat).rstrip(".")


def _formula_error(text: str) -> Wrong:
    return Wrong(f"这一格是公式错误“{_short(text)}”。请在表里改好公式，或填上算好的数。")


def _grouped(text: str) -> str:
    found = re.match(r"(-?)(\d+)(.*)", text)
    return f"{found[1]}{int(found[2]):,}{found[3]}" if found else text


def _said(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _short(text: str) -> str:
    return text if len(text) <= 30 else text[:29] + "…"
