"""数字怎么印：亿元、万元、百分比、个百分点、日期。没有的数印“—”。"""

from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from xushi.core import money
from xushi.core.clock import local_day
from xushi.core.months import Month

NONE = "—"
MINUS = "−"


def decimal_of(value: object) -> Decimal | None:
    """A Decimal from whatever a template holds; None for nothing or for what is not a number."""
    if value is None or value == "" or isinstance(value, bool):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def signed(number: Decimal, *, plus: bool = False) -> str:
    """A rounded number with thousands separators, U+2212 below zero and + above it when asked."""
    sign = MINUS if number < 0 else "+" if plus and number > 0 else ""
    return f"{sign}{abs(number):,}"


def yi(yuan: object, places: int = 1) -> str:
    """元 → 亿元, half-up: 61280000000 → "612.8"."""
    number = decimal_of(yuan)
    return NONE if number is None else signed(money.half_up(number / money.YUAN_PER_YI, places))


def wan(yuan: object) -> str:
    """元 → 万元 as a whole number with separators: 166600000 → "16,660"."""
    number = decimal_of(yuan)
    return NONE if number is None else signed(money.half_up(number / money.YUAN_PER_WAN, 0))


def yi_or_wan(yuan: object, places: int = 1) -> tuple[str, str]:
    """The text and its unit: 亿元, or 万元 for what 亿元 would print as 0.0; ("—", "") for nothing."""
    number = decimal_of(yuan)
    if number is None:
        return NONE, ""
    if number and money.half_up(number / money.YUAN_PER_YI, places) == 0:
        return wan(number), "万元"
    return yi(number, places), "亿元"


def pct(share: object, places: int = 1) -> str:
    """A share (0–1) → "67.2%"."""
    number = decimal_of(share)
    return NONE if number is None else f"{signed(money.half_up(number * 100, places))}%"


def points(value: object) -> str:
    """Points (percentage points) with their sign: "+0.6", "−8.3", "0.0"."""
    number = decimal_of(value)
    return NONE if number is None else signed(money.half_up(number, 1), plus=True)


def fast_slow(value: object) -> str:
    """Points against the schedule as a sentence says them: "快0.6个百分点"; "持平" at 0.0."""
    number = decimal_of(value)
    if number is None:
        return NONE
    rounded = money.half_up(number, 1)
    if rounded == 0:
        return "持平"
    return f"{'快' if rounded > 0 else '慢'}{abs(rounded):,}个百分点"


def month_of(value: object) -> Month | None:
    """A Month from a Month, a date, the stored key 201808 or "2018-08"."""
    if isinstance(value, Month):
        return value
    if isinstance(value, date):
        return Month.of(day_of(value))
    try:
        return Month.from_key(value) if isinstance(value, int) else Month.parse(str(value))
    except ValueError:
        return None


def day_of(value: date) -> date:
    """The Beijing day of a date or an aware moment."""
    if not isinstance(value, datetime):
        return value
    return local_day(value) if value.tzinfo else value.date()


def cn_date(value: object, today: object = None) -> str:
    """9月12日, with the year when it is not today's: 2019年1月3日."""
    if not isinstance(value, date):
        return NONE
    day = day_of(value)
    short = f"{day.month}月{day.day}日"
    if isinstance(today, date) and day_of(today).year == day.year:
        return short
    return f"{day.year}年{short}" if isinstance(today, date) else short
