"""计划的网址：2019 是几个区共用的（或唯一那个区的），2019-34 是 34 号单位那个区自己的。"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ProgrammeKey:
    """The year, and the district whose own it is."""

    year: int
    district: int | None = None

    def __str__(self) -> str:
        return f"{self.year}-{self.district}" if self.district else f"{self.year}"


class ProgrammeConverter:
    """<programme:plan> in a path."""

    regex = "[0-9]{4}(?:-[1-9][0-9]{0,17})?"

    def to_python(self, value: str) -> ProgrammeKey:
        year, _, district = value.partition("-")
        return ProgrammeKey(int(year), int(district) if district else None)

    def to_url(self, value: object) -> str:
        return str(value)
