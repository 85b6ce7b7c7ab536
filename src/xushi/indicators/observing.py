"""What was seen: a figure of a unit, as a number, as a range, or as no more than its place among its peers."""

import math
import re
from dataclasses import dataclass

from .refusals import refuse

ABSENT = {"", "NA", "N/A", "-", "—", "null", "None", "缺", "无"}
STATUSES = {"": "", "final": "final", "preliminary": "preliminary", "imputed": "imputed",
            "missing": "missing", "not_applicable": "not_applicable"}  # fmt: skip
MOST = 1e100
RANGE = re.compile(r"^(\S*?)\s*\.\.\s*(\S*)$")
BOUND = re.compile(r"^(>=|≥|<=|≤)\s*(\S+)$")
PLACE = re.compile(
    r"^(?P<figure>.*?)\s*[#第]\s*(?P<first>\d{1,6})(?:\s*\.\.\s*(?P<last>\d{1,6}))?\s*[位名]?(?:\s*/\s*(?P<of>\d{1,6}))?$"
)


@dataclass(frozen=True)
class Standing:
    """位次: from `first` to `last` (the same where it is known), among `of` units where that is said."""

    first: int
    last: int
    of: int | None = None


@dataclass(frozen=True)
class Known:
    """What a cell says: the ends of the figure (equal for a number, infinite where open, NaN for none), and a place."""

    low: float
    high: float
    standing: Standing | None = None


@dataclass(frozen=True)
class Seen:
    """One observation as it was read."""

    unit: str
    column: str
    period: str
    low: float
    high: float
    vintage: str = ""
    status: str = ""
    where: str = ""
    source: str = ""
    standing: Standing | None = None


def known_of(text: str, where: str) -> Known:
    """`12.5`; `12..15`, `12..`, `≤15`; `#7/11`, `第5..8位`; or both, `60.8#9/11`."""
    text = text.strip()
    if text in ABSENT:
        return Known(math.nan, math.nan)
    if "#" not in text and "第" not in text:
        return Known(*_ends(text, where))
    found = PLACE.match(text)
    if found is None:
        raise refuse(where, f"“{text[:40]}”的位次看不懂；写成 #7、#7/11 或 #5..8。")
    figure = found["figure"].strip()
    low, high = _ends(figure, where) if figure not in ABSENT else (math.nan, math.nan)
    first, of = int(found["first"]), int(found["of"]) if found["of"] else None
    last = int(found["last"]) if found["last"] else first
    if not 1 <= first <= last <= (of or last):
        raise refuse(where, f"“{text[:40]}”的位次不对：要从 1 数起，不超过单位个数。")
    return Known(low, high, Standing(first, last, of))


def ends_of(text: str, where: str) -> tuple[float, float]:
    """The two ends of a figure that is a number or a closed range."""
    known = known_of(text, where)
    if known.standing is not None or math.isinf(known.low) or math.isinf(known.high):
        raise refuse(where, f"“{text.strip()[:40]}”要写成数，或两头都有的范围，如 12..15。")
    return known.low, known.high


def _ends(text: str, where: str) -> tuple[float, float]:
    if ".." in text and (found := RANGE.match(text)) and (found[1] or found[2]):
        low = _number(found[1], where) if found[1] else -math.inf
        high = _number(found[2], where) if found[2] else math.inf
    elif found := BOUND.match(text):
        value = _number(found[2], where)
        low, high = (value, math.inf) if found[1] in (">=", "≥") else (-math.inf, value)
    else:
        low = high = _number(text, where)
    if low > high:
        raise refuse(where, f"区间“{text}”的下限比上限大。")
    return low, high


def _number(text: str, where: str) -> float:
    try:
        value = float(text.replace(",", "").replace("，", ""))
    except ValueError as problem:
        raise refuse(
            where, f"“{text[:40]}”不是数；没有的请空着，文字列请写进 columns.attributes。"
        ) from problem
    if not math.isfinite(value):
        raise refuse(where, f"“{text}”不是有限的数；没有的请空着。")
    if abs(value) > MOST:
        raise refuse(where, f"“{text[:40]}”大得不像数，请看单位。")
    return value
