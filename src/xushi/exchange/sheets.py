"""一张表：格子、合并、没算的公式，和格子的地址。"""

import re
from dataclasses import dataclass, field
from typing import Any

_ADDRESS = re.compile(r"([A-Z]{1,3})(\d{1,7})")


class Refused(Exception):
    """The whole file cannot be read; the sentence says why and what to hand in instead."""


@dataclass(slots=True)
class Sheet:
    """One worksheet as it stands; rows and columns count from 0, addresses (G9) from 1.

    formulas: formulas never calculated, by (row, column). merged: (first row, first column, last row, last column).
    """

    name: str
    rows: list[list[Any]]
    sheet_names: list[str]
    formulas: dict[tuple[int, int], str] = field(default_factory=dict)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    encoding: str = ""
    width: int = field(init=False)

    def __post_init__(self) -> None:
        self.width = max((len(row) for row in self.rows), default=0)

    def cell(self, row: int, column: int) -> Any:
        if 0 <= row < len(self.rows) and 0 <= column < len(self.rows[row]):
            return self.rows[row][column]
        return ""


def column_name(column: int) -> str:
    """0 → A, 26 → AA."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def address(row: int, column: int) -> str:
    """Row 8, column 6 → G9."""
    return f"{column_name(column)}{row + 1}"


def position(text: str) -> tuple[int, int]:
    """G9 → (8, 6); ValueError otherwise."""
    found = _ADDRESS.fullmatch(text.strip().upper())
    if not found:
        raise ValueError(f"“{text}”不是格子的地址。")
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - 64
    return int(found[2]) - 1, column - 1
