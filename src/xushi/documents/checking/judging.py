"""一条断言：写的数、它由哪几个数来、算得多少、四舍五入容许到哪里；容不下的就是一处发现。"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from xushi.documents.checking.facts import Fact
from xushi.documents.checking.quantities import Kind, Quantity

Interval = tuple[Decimal, Decimal]


class Severity(StrEnum):
    """error: the text contradicts itself; warning: it may well, a person looks."""

    ERROR = "error"
    WARNING = "warning"


class Claimed(StrEnum):
    """The kinds of claims that are computed anew."""

    RATIO = "ratio"
    MEAN = "mean"
    SUM = "sum"
    WITHIN = "within"
    DIFFERENCE = "difference"
    GROWTH = "growth"
    DIRECTION = "direction"
    RANK = "rank"
    DATE = "date"
    SERIAL = "serial"
    TWICE = "twice"
    ADJECTIVE = "adjective"
    TABLE = "table"
    DATABASE = "database"


WORDS = {
    Claimed.RATIO: "率与两数相除对不上", Claimed.MEAN: "平均数对不上", Claimed.SUM: "合计与各部分之和对不上",
    Claimed.WITHIN: "其中的数大过了全部", Claimed.DIFFERENCE: "相差的数对不上", Claimed.GROWTH: "增减幅度与基数对不上",
    Claimed.DIRECTION: "升降与前后两数相反", Claimed.RANK: "位次超出了参评的个数", Claimed.DATE: "没有这个日子",
    Claimed.SERIAL: "编号与件数对不上", Claimed.TWICE: "同一个数前后说得不一样", Claimed.ADJECTIVE: "这句话与数对不上",
    Claimed.TABLE: "表里的合计对不上", Claimed.DATABASE: "与库里的数对不上",
}  # fmt: skip
WORKED_OUT = (Claimed.RATIO, Claimed.DIFFERENCE, Claimed.GROWTH, Claimed.MEAN, Claimed.SUM)


@dataclass(frozen=True, slots=True)
class Claim:
    """What a text says of one quantity (or of a place, where it is words) and what follows from its operands."""

    kind: Claimed
    start: int
    end: int
    printed: str
    held: bool
    operands: tuple[Quantity, ...] = ()
    computed: Decimal | None = None
    allowed: Interval | None = None
    unit: str = ""
    severity: Severity = Severity.ERROR
    words: str = ""
    about: int | None = None  # start of the quantity whose wrongness carries this one along
    value: Decimal | None = None  # what is printed, in its unit
    source: Fact | None = None  # what the database says of it
    named: tuple[str, ...] = ()  # operands that are no quantities of the text: a schedule, a row of a table


@dataclass(frozen=True, slots=True)
class Finding:
    """A claim that does not hold, ready to be shown; dependents are the words that fall with it."""

    kind: Claimed
    start: int
    end: int
    sentence: str
    claimed: str
    computed: str
    allowed: tuple[str, str] | None
    operands: tuple[str, ...]
    severity: Severity
    words: str
    spans: tuple[tuple[int, int], ...] = ()
    dependents: tuple[tuple[int, int, str], ...] = ()
    source: Fact | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """The answer of a check. unlinked: quantities that no claim says anything of; notes: of the month compared with."""

    claims: tuple[Claim, ...]
    findings: tuple[Finding, ...]
    unlinked: tuple[Quantity, ...] = field(default=())
    notes: tuple[str, ...] = field(default=())

    @property
    def by_text(self) -> tuple[Claim, ...]:
        """What the text was held to by itself."""
        return tuple(one for one in self.claims if one.kind is not Claimed.DATABASE)

    @property
    def by_database(self) -> tuple[Claim, ...]:
        """What the text was held to by the database; each claim with its source."""
        return tuple(one for one in self.claims if one.kind is Claimed.DATABASE)

    @property
    def errors(self) -> int:
        return sum(one.severity is Severity.ERROR for one in self.findings)


_DIVISION = Decimal("1e-20")


def overlap(claimed: Interval, allowed: Interval) -> bool:
    """Whether a printed number and what was computed may be the same; rounded up at a half, so the upper bound is out."""
    if claimed[0] < claimed[1] and allowed[0] < allowed[1]:
        return claimed[0] < allowed[1] and claimed[1] > allowed[0]
    slack = abs(claimed[1]) * _DIVISION  # 23450 / 7 has 28 places, and then is no 3350
    return claimed[0] <= allowed[1] + slack and claimed[1] >= allowed[0] - slack


def of(quantity: Quantity) -> Interval:
    return quantity.low, quantity.high


def divided(part: Interval, whole: Interval) -> Interval | None:
    """part / whole; None where the whole may be nothing."""
    if whole[0] <= 0:
        return None
    corners = [one / other for one in part for other in whole]
    return min(corners), max(corners)


def scaled(interval: Interval, factor: int | Decimal) -> Interval:
    return interval[0] * factor, interval[1] * factor


def added(intervals: Iterable[Interval]) -> Interval:
    listed = list(intervals)
    return sum((one[0] for one in listed), Decimal(0)), sum((one[1] for one in listed), Decimal(0))


def taken(one: Interval, other: Interval) -> Interval:
    return one[0] - other[1], one[1] - other[0]


def directed_by(sign: int, interval: Interval) -> Interval:
    """The interval told the other way round where sign is −1."""
    one, other = interval[0] * sign, interval[1] * sign
    return min(one, other), max(one, other)


def shown(value: Decimal, unit: str, like: str = "") -> str:
    """A computed value in the unit of the printed one, with as many places (two more where that would hide it)."""
    if unit == "元":
        name, factor = next(
            (
                (name, Decimal(size))
                for name, size in (("亿元", 10**8), ("万元", 10**4))
                if name in like or (not like and abs(value) >= size)
            ),
            ("元", Decimal(1)),
        )
        value, unit = value / factor, name
    places = _places(like)
    quantized = value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return (
        f"{quantized.normalize():f}{unit}"
        if places and quantized == quantized.to_integral()
        else f"{quantized}{unit}"
    )


def _places(like: str) -> int:
    digits = like.partition(".")[2]
    count = 0
    for mark in digits:
        if not mark.isdigit():
            break
        count += 1
    return max(count, 1) if "%" in like or "百分点" in like else count


_SLIPS = (Decimal(1), Decimal(10), Decimal(100), Decimal("0.1"), Decimal("0.01"))
_NEAR = (Decimal("0.4"), Decimal("2.5"))


def likely(claim: Claim) -> bool:
    """Whether what was computed is near enough to be what was meant: within 2.5 times, or off by a decimal place.

    Further off the numbers are more likely of two matters than one of them wrong.
    """
    if claim.kind not in (Claimed.RATIO, Claimed.MEAN, Claimed.GROWTH, Claimed.DIFFERENCE):
        return True
    if claim.computed is None or claim.value is None or abs(claim.computed - claim.value) <= 1:
        return True
    if slipped(claim):
        return True
    if claim.kind is Claimed.DIFFERENCE:
        size = max((abs(one.value) for one in claim.operands), default=abs(claim.computed) * 5)
        return abs(claim.computed - claim.value) <= size / 5
    if claim.value <= 0 or claim.computed <= 0:
        turned = abs(claim.computed + claim.value) <= 1  # 增长 where it has fallen by as much
        return claim.kind is Claimed.GROWTH and (turned or abs(claim.computed - claim.value) <= 30)
    times = claim.computed / claim.value
    slip = any(abs(times / one - 1) < Decimal("0.05") for one in _SLIPS)
    return _NEAR[0] <= times <= _NEAR[1] or slip or _once_more(claim.unit, claim.computed, claim.value)


_DIGITS = re.compile(r"\d[\d,]*(?:\.\d+)?")


def written(printed: str) -> tuple[str, int]:
    """The digits of a number as printed and how many of them stand behind the point; ("", 0) without any."""
    found = _DIGITS.search(printed)
    whole, _, rest = found[0].replace(",", "").partition(".") if found else ("", "", "")
    return whole + rest, len(rest)


def slipped(claim: Claim) -> bool:
    """Whether what is printed is one digit, or two neighbours that changed places, off what was computed."""
    digits, _ = written(claim.printed)
    if len(digits) < 2 or not claim.value or claim.computed is None or claim.allowed is None:
        return False
    if claim.computed * claim.value < 0:
        return False
    unit = claim.value / Decimal(int(digits) or 1)  # of the last digit
    meant = int(claim.computed / unit)
    for value in (meant, meant + 1):
        near = ((value - Decimal("0.5")) * unit, (value + Decimal("0.5")) * unit)
        if overlap(near, claim.allowed) and one_off(digits, str(value).zfill(len(digits))):
            return True
    return False


def one_off(printed: str, meant: str) -> bool:
    """Whether two rows of digits are one digit apart, or two neighbours of them have changed places."""
    if len(printed) != len(meant):
        return False
    apart = [at for at in range(len(printed)) if printed[at] != meant[at]]
    turned = len(apart) == 2 and apart[1] - apart[0] == 1 and sorted(printed) == sorted(meant)
    return len(apart) == 1 or turned


def apart_by_a_slip(one: Quantity, other: Quantity) -> bool:
    """Whether two numbers of three digits or more, with the point in the same place, are a slip of the pen apart."""
    (first, point), (second, same) = written(one.text), written(other.text)
    return point == same and len(first) >= 3 and one_off(first, second)


def swapped(one: Quantity, other: Quantity) -> bool:
    """Whether two neighbouring digits have changed places."""
    (first, point), (second, same) = written(one.text), written(other.text)
    return point == same and first != second and sorted(first) == sorted(second) and one_off(first, second)


def close_by(claim: Claim, share: Decimal) -> bool:
    """Whether what was computed is no further off than such a share of what is printed."""
    value, computed = claim.value, claim.computed
    return value is not None and computed is not None and abs(computed - value) <= value * share


def _once_more(unit: str, computed: Decimal, value: Decimal) -> bool:
    """增长1.5倍 where it has come to 1.5 times."""
    return unit == "倍" and abs(computed + 1 - value) <= Decimal("0.06")


def claim_of(
    kind: Claimed,
    quantity: Quantity,
    operands: tuple[Quantity, ...],
    computed: Decimal,
    allowed: Interval,
    *,
    severity: Severity = Severity.ERROR,
    words: str = "",
    named: tuple[str, ...] = (),
) -> Claim:
    """A claim of one quantity, held to its interval."""
    return Claim(
        kind, quantity.start, quantity.end, quantity.text, overlap(of(quantity), allowed), operands, computed, allowed,
        quantity.unit if quantity.kind is not Kind.RANK else "名", severity, words, value=quantity.value, named=named,
    )  # fmt: skip
