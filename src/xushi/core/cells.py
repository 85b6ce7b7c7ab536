"""单元格：表格里一格怎么读。读得懂、要问、看错，三样必居其一，从不猜。"""

import math
import re
from collections.abc import Sequence
from datetime import date, time, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from xushi.core.cell_dates import read_day, read_month
from xushi.core.money import YUAN_PER_WAN, half_up, plain
from xushi.core.readings import (
    BLANKS,
    NOTHING,
    UNIT_YUAN,
    Ask,
    Choice,
    Reading,
    Understood,
    Wrong,
    flat,
    formula_error,
    grouped,
    is_blank,
    short,
    written,
)
from xushi.core.text import nfkc, regular

__all__ = [
    "Ask",
    "Choice",
    "Reading",
    "Understood",
    "Wrong",
    "is_blank",
    "ordinary_texts",
    "read_amount",
    "read_day",
    "read_integer",
    "read_month",
    "read_percent",
    "read_text",
    "read_tick",
    "written",
]

TICKS = frozenset(("√", "✓", "✔", "☑", "是", "有", "Y", "y", "Yes", "yes", "TRUE", "True", "true", "1"))
CROSSES = frozenset(
    ("×", "✗", "✘", "x", "X", "☐", "否", "N", "n", "No", "no", "FALSE", "False", "false", "0")
)
MOST_YUAN = 10**15  # 一千万亿元以上的单个数必是错的
_EXACT = MOST_YUAN / 10**8  # 小于它的整数，哪种单位都不会超过上限
_UNIT_WORDS = {"亿": "亿元", "百万": "百万元", "万": "万元", "千": "千元", "": ""} | {
    name: name for name in UNIT_YUAN
}
_AMOUNT = re.compile(
    r"(?P<sign>[+-]?)[¥$]?(?P<digits>\d{1,3}(?:,\d{3})+|\d+)(?P<part>\.\d+)?(?P<power>[eE][+-]?\d{1,2})?"
    r"(?:人民币)?(?P<unit>亿元|亿|百万元|百万|千元|千|万元|万|元)?"
)
_ABOUT = re.compile(r"^(?:约|近|超|超过|大约|不少于|≥|>|~)(.+)$|^(.+?)(?:左右|以上|余|多)$")


def read_text(cell: Any) -> Reading:
    """A name or sentence without line breaks, full-width forms and doubled spaces; None where blank."""
    if cell is None or cell == "":
        return NOTHING
    if not isinstance(cell, str):
        return Understood(written(cell))
    text = regular(cell)
    if text in BLANKS:
        return NOTHING
    if text.startswith("#") and text.rstrip("!?").isupper():
        return formula_error(text)
    if text != cell and any(mark in cell for mark in "\n\r\u3000\t"):
        return Understood(text, "换行和空格去掉", "name")
    return Understood(text)


def ordinary_texts(cells: Sequence[Any]) -> list[str] | None:
    """What read_text makes of many texts, read as one; None where one of them needs a closer look or a note."""
    if not {*map(type, cells)} <= {str}:
        return None
    whole = "\n".join(cells)
    if whole.count("\n") >= max(len(cells), 1) or any(mark in whole for mark in "\r\u3000\t"):
        return None
    text = f"\n{nfkc(whole)}\n"
    if any(odd in text for odd in ("  ", "\n ", " \n", "\n#")) or not text.replace("\n", "").isprintable():
        return None
    values = text[1:-1].split("\n")
    return values if BLANKS.isdisjoint(values) else None


def read_tick(cell: Any) -> Reading:
    """√ or 是 is True; ×, 否 and blank are False."""
    if isinstance(cell, bool):
        return Understood(cell)
    if is_blank(cell):
        return Understood(False)
    text = flat(written(cell))
    if text in TICKS or text in CROSSES:
        return Understood(text in TICKS)
    return Wrong(f"“{short(text)}”看不出是不是。是请打√，不是请留空。")


def read_amount(cell: Any, *, unit: str = "万元", negative: bool = False) -> Reading:
    """An amount as integer 元; unit is the column's when the cell names none. None where blank.

    12,345.6 · １２３ · 105亿元 · 1.2万 (asked in a 万元 column) · — . Negative amounts only where negative allows them.
    """
    if cell.__class__ is float and 0 <= cell < _EXACT and cell.is_integer():
        return Understood(int(cell) * UNIT_YUAN[unit])  # most cells of most sheets
    if isinstance(cell, float | int) and not isinstance(cell, bool):
        if isinstance(cell, float) and not math.isfinite(cell):
            return Wrong("这一格不是一个数，多半是公式出错。请填上算好的数。")
        return _in_yuan(Decimal(repr(cell)), unit, negative, written(cell))
    if isinstance(cell, bool | date | time | timedelta):
        return Wrong(f"这一格存成了{'是否' if isinstance(cell, bool) else '日期'}，不是金额。请改成数字。")
    return _amount_text(str(cell or ""), unit, negative)


@lru_cache(maxsize=8192)
def _amount_text(cell: str, unit: str, negative: bool) -> Reading:  # noqa: PLR0911 - one line per writing
    text = flat(cell)
    if text in BLANKS:
        return NOTHING
    if text.startswith("#"):
        return formula_error(text)
    if text in TICKS and text != "1":
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
        as_read = plain(Decimal(reading.value) / UNIT_YUAN[unit])
        return Understood(reading.value, f"“{short(regular(cell))}”当作{grouped(as_read)}{unit}", "unit")
    if text != cell.strip() and not cell.isascii():
        return Understood(reading.value, f"全角“{short(cell.strip())}”当作{text}", "width")
    return reading


def _named_unit(word: str, column_unit: str) -> str:
    """105亿元 and 105亿 name their own unit; one that repeats the column's says nothing new."""
    named = _UNIT_WORDS[word]
    return "" if named == column_unit else named


def _wan_in_a_wan_column(number: Decimal, text: str) -> Ask:
    """6.0万 under 单位：万元 is 6.0万元 or sixty thousand 万元: the two differ ten-thousandfold."""
    many, plainly = f"{plain(number * YUAN_PER_WAN)}万元", f"{plain(number)}万元"
    return Ask(
        f"“{short(text)}”在万元栏里，分不清是{grouped(many)}还是{plainly}。",
        (Choice(grouped(many), many), Choice(plainly, plainly)),
    )


def _not_an_amount(text: str, unit: str, negative: bool) -> Reading:
    about = _ABOUT.match(text)
    if about:
        inner = _amount_text(about[1] or about[2], unit, negative)
        if isinstance(inner, Understood) and inner.value is not None:
            amount = f"{plain(Decimal(inner.value) / UNIT_YUAN[unit])}{unit}"
            return Ask(f"“{short(text)}”是个约数。", (Choice(f"按{grouped(amount)}", amount),))
    if re.fullmatch(r"[\d,]+(\.\d+)?", text):
        straight = text.replace(",", "")
        return Ask(f"“{short(text)}”的千分号位置不对。", (Choice(f"按{grouped(straight)}", straight),))
    if text.startswith("="):
        return Wrong(f"公式“{short(text)}”没有算出结果。请在表里算好再传，或在这里填数。")
    return Wrong(f"“{short(text)}”不是金额。请填数字，如 12345.6；单位与表头不同的写明，如 1.2亿元。")


def _in_yuan(number: Decimal, unit: str, negative: bool, text: str) -> Reading:
    try:
        yuan = int(half_up(number * UNIT_YUAN[unit], 0))
    except InvalidOperation:
        return Wrong(f"“{short(text)}”大得不像金额。请核对位数和单位。")
    if abs(yuan) > MOST_YUAN:
        return Wrong(f"“{short(text)}”{unit}大得不像金额。请核对位数和单位。")
    if yuan < 0 and not negative:
        return Wrong(f"金额不能是负数“{short(text)}”。请核对，没有就留空。")
    return Understood(yuan)


def read_percent(cell: Any) -> Reading:  # noqa: PLR0911 - one line per writing
    """A share (0–1) from 0.672, 67.2 or "67.2%". Plain numbers from 1 up to 2 can be either: asked."""
    if is_blank(cell):
        return NOTHING
    if isinstance(cell, bool | date | time | timedelta):
        return Wrong("这一格不是百分数。请写成 67.2%。")
    text = flat(written(cell))
    bare = text.rstrip("%").removesuffix("百分点")
    try:
        number = Decimal(bare.replace(",", ""))
    except InvalidOperation:
        return Wrong(f"“{short(text)}”不是百分数。请写成 67.2%。")
    if not number.is_finite() or abs(number) > 10_000:
        return Wrong(f"“{short(text)}”不是百分数。请写成 67.2%。")
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


def read_integer(cell: Any, *, least: int, most: int, what: str) -> Reading:
    """A whole number within bounds, e.g. a year; 年, 个 after it are dropped."""
    if is_blank(cell):
        return NOTHING
    text = flat(written(cell)).rstrip("年个度级")
    if not re.fullmatch(r"\d{1,9}", text) or not least <= int(text) <= most:
        return Wrong(f"“{short(text)}”不是{what}。请填{least}到{most}之间的整数。")
    return Understood(int(text))
