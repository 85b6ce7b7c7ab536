"""月份：报表、计划和序时都以月为刻度。"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from functools import total_ordering

_TEXT = re.compile(r"^(\d{4})-?(\d{2})$")


@total_ordering
@dataclass(frozen=True, slots=True)
class Month:
    """One calendar month, e.g. Month(2018, 8). Stored as the integer 201808."""

    year: int
    number: int

    def __post_init__(self) -> None:
        if not (1 <= self.number <= 12 and 1899 <= self.year <= 2201):
            raise ValueError(_none(self.year, self.number))

    @classmethod
    def parse(cls, text: str) -> "Month":
        """Read "2018-08" or "201808"; ValueError with a Chinese sentence otherwise."""
        found = _TEXT.match(text.strip())
        if not found:
            raise ValueError(f"看不懂月份“{text}”，请写成 2018-08 这样。")
        year, number = int(found[1]), int(found[2])
        if not 1900 <= year <= 2200:  # the months beside it exist, whatever is typed
            raise ValueError(_none(year, number))
        return cls(year, number)

    @classmethod
    def of(cls, day: date) -> "Month":
        return cls(day.year, day.month)

    @classmethod
    def from_key(cls, key: int) -> "Month":
        return cls(key // 100, key % 100)

    @property
    def key(self) -> int:
        """The stored integer, 201808: sorts as time does."""
        return self.year * 100 + self.number

    @property
    def first_day(self) -> date:
        return date(self.year, self.number, 1)

    @property
    def last_day(self) -> date:
        return date(self.year, self.number, monthrange(self.year, self.number)[1])

    def plus(self, months: int) -> "Month":
        years, zero_based = divmod(self.year * 12 + self.number - 1 + months, 12)
        return Month(years, zero_based + 1)

    @property
    def next(self) -> "Month":
        return self.plus(1)

    @property
    def previous(self) -> "Month":
        return self.plus(-1)

    def since(self, other: "Month") -> int:
        """Whole months from other to self: 2018-08 since 2018-03 is 5."""
        return (self.year - other.year) * 12 + self.number - other.number

    def __lt__(self, other: "Month") -> bool:
        return self.key < other.key

    def __str__(self) -> str:
        return f"{self.year}-{self.number:02d}"

    @property
    def label(self) -> str:
        """2018年8月"""
        return f"{self.year}年{self.number}月"

    @property
    def period(self) -> str:
        """The year up to this month: 2018年1—8月; January alone is 2018年1月."""
        return self.label if self.number == 1 else f"{self.year}年1—{self.number}月"


def _none(year: int, number: int) -> str:
    return f"没有这个月份：{year}年{number}月。月份写作 2018-08。"
