"""表的格子怎么排：数靠右，序号和栏目名居中，字靠左。"""

import re

from xushi.documents.tree import Cell, Table

_NUMBER = re.compile(r"[\s+\-−—~≈<>≤≥]*[\d,，.．]*\d[\d,，.．]*\s*(%|％|个百分点|‰)?[\s]*|—|-|")
_NONE = re.compile(r"—|-|")
SERIAL = ("序号", "序", "编号", "号")
FORM_ROW_MM = 7  # the least height of a form's row
LONG = 400  # characters: a cell that may break over pages


def words_of(cell: Cell) -> str:
    return "".join(run.words for run in cell.runs)


def aligns(table: Table) -> tuple[str, ...]:
    """The side of each column by what its rows hold."""
    found = []
    for column in range(len(table.widths)):
        held = [words_of(row[column]) for row in table.rows if _plain(row) and len(row) == len(table.widths)]
        told = [words for words in held if not _NONE.fullmatch(words.strip())]
        numbers = bool(told) and all(_NUMBER.fullmatch(words) for words in told)
        serial = any(len(row) > column and words_of(row[column]) in SERIAL for row in table.head)
        found.append("center" if serial else "right" if numbers else "left")
    return tuple(found)


def _plain(row: tuple[Cell, ...]) -> bool:
    return all(cell.across == 1 for cell in row)


def side(cell: Cell, column: int, sides: tuple[str, ...], *, head: bool) -> str:
    if cell.align:
        return cell.align
    return "center" if head or cell.label or (cell.across > 1 and not words_of(cell)) else sides[column]


def breaks(row: tuple[Cell, ...]) -> bool:
    """A row so long that it may run on over the page's end."""
    return any(len(words_of(cell)) > LONG for cell in row)


def shares(table: Table) -> tuple[float, ...]:
    """The widths as parts of one."""
    whole = sum(table.widths) or 1
    return tuple(one / whole for one in table.widths)
