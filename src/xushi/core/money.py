"""金额：库里是整数元，录入用万元，对外用亿元；率只用未舍入的数算。"""

from decimal import ROUND_HALF_UP, Decimal

YUAN_PER_WAN = 10_000
YUAN_PER_YI = 100_000_000


def half_up(value: Decimal, places: int) -> Decimal:
    """Round half away from zero, as Chinese statistics do: 0.25 at 1 place is 0.3."""
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def yi(yuan: int) -> Decimal:
    """元 → 亿元, exact."""
    return Decimal(yuan) / YUAN_PER_YI


def wan(yuan: int) -> Decimal:
    """元 → 万元, exact."""
    return Decimal(yuan) / YUAN_PER_WAN


def from_wan(amount: Decimal) -> int:
    """万元 → 元, to the nearest 元."""
    return int(half_up(amount * YUAN_PER_WAN, 0))


def from_yi(amount: Decimal) -> int:
    """亿元 → 元, to the nearest 元."""
    return int(half_up(amount * YUAN_PER_YI, 0))


def plain(value: Decimal) -> str:
    """An exact decimal string without exponent or trailing zeros: 412.0000 → "412"."""
    text = format(value.normalize(), "f")
    return "0" if text == "-0" else text


def share(part: int | Decimal, whole: int | Decimal) -> Decimal | None:
    """part / whole as a share (0–1), unrounded; None where the whole is 0."""
    return Decimal(part) / Decimal(whole) if whole else None
