"""数字：一个能被追问的数，带着口径、截止月、分母和它背后的清单。"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from xushi.core.money import half_up, plain
from xushi.core.months import Month


class FigureUnit(StrEnum):
    COUNT = "个"
    YI = "亿元"
    SHARE = "%"
    POINTS = "个百分点"
    DAYS = "个工作日"
    CALENDAR_DAYS = "天"


@dataclass(frozen=True, slots=True)
class Figure:
    """One number with everything needed to believe it.

    value is unrounded: a count, 亿元, a share (0–1), points (0–100), working or calendar days; None: there is none.
    rows is the query string of the list (projects, orders) that this number counts or sums.
    published is what a document or an imported total printed, where that disagrees (待核).
    recounted is what today's rows would give for a closed month, where that differs.
    """

    name: str
    label: str
    value: Decimal | None
    unit: FigureUnit
    as_of: Month
    scope: str
    closed: bool
    denominator: str = ""
    rows: str = ""
    published: Decimal | None = None
    published_source: str = ""
    recounted: Decimal | None = None

    @property
    def disputed(self) -> bool:
        """待核: a published value and its own parts do not agree."""
        return self.published is not None

    def text(self, places: int = 1) -> str:
        """The number as pages print it, without its unit; — where there is none."""
        return shown(self.value, self.unit, places)


def shown(value: Decimal | None, unit: FigureUnit, places: int = 1) -> str:
    if value is None:
        return "—"
    if unit is FigureUnit.COUNT:
        return f"{int(value):,}"
    if unit is FigureUnit.SHARE:
        return f"{half_up(value * 100, places)}%"
    if unit is FigureUnit.POINTS:
        rounded = half_up(value, places)
        return f"{'−' if rounded < 0 else '+'}{abs(rounded)}"
    if unit in (FigureUnit.DAYS, FigureUnit.CALENDAR_DAYS):
        return plain(half_up(value, places))
    return f"{half_up(value, places):,}"
