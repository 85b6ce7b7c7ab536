"""读一格的结果：读懂了、要问、看错，三样必居其一。"""

import math
import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from xushi.core.money import YUAN_PER_WAN, YUAN_PER_YI, plain

BLANKS = frozenset(
    ("", "-", "--", "—", "——", "–", "−", "/", "\\", "无", "暂无", "N/A", "n/a", "NULL", "null", "…")
)
UNIT_YUAN = {"元": 1, "千元": 1000, "万元": YUAN_PER_WAN, "百万元": 100 * YUAN_PER_WAN, "亿元": YUAN_PER_YI}


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
    return cell is None or (isinstance(cell, str) and flat(cell) in BLANKS)


def written(cell: Any) -> str:
    """The cell as a person sees it: 12.0 is 12, a date is 2018-08-15."""
    if cell is None:
        return ""
    if isinstance(cell, float):
        return plain(Decimal(repr(cell))) if math.isfinite(cell) else str(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ")
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def flat(text: str) -> str:
    """NFKC without any white space: １２，３４５ → 12,345."""
    if text.isascii():
        return text.strip().replace(" ", "").replace("\n", "")
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).replace("−", "-").replace("￥", "¥")


def formula_error(text: str) -> Wrong:
    return Wrong(f"这一格是公式错误“{short(text)}”。请在表里改好公式，或填上算好的数。")


def short(text: str) -> str:
    return text if len(text) <= 30 else text[:29] + "…"


def grouped(text: str) -> str:
    found = re.match(r"(-?)(\d+)(.*)", text)
    return f"{found[1]}{int(found[2]):,}{found[3]}" if found else text
