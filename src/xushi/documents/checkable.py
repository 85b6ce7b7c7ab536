"""可查的字：与稿子一样长，标记、待填处和表格的字换成空格，表另给；查出来在第几个字，稿子里就在第几个字。"""

import re
from collections.abc import Sequence

from xushi.documents.checking.reading import Table

_HEADING = re.compile(r"[ \t　]*#{1,4}[ 　]+")
_ASIDE = re.compile(r"〔填：[^〔〕\n]*〕|!\[[^\[\]\n]*\]\([^()\n]*\)|\*\*")
_RULE = re.compile(r":?-{3,}:?$")


def checkable(text: str) -> tuple[str, tuple[Table, ...]]:
    """The draft without its markup, of the same length, and its tables in order."""
    lines: list[str] = []
    tables: list[Table] = []
    rows: list[tuple[str, ...]] = []
    for line in text.split("\n"):
        if line.lstrip().startswith("|"):
            rows.append(cells_of(line))
            lines.append(" " * len(line))
            continue
        _put(tables, rows)
        rows = []
        lines.append(_bare(line))
    _put(tables, rows)
    return "\n".join(lines), tuple(tables)


def cells_of(line: str) -> tuple[str, ...]:
    """The words between the bars of one line of a table."""
    return tuple(
        cell.strip().replace("**", "") for cell in line.strip().removeprefix("|").removesuffix("|").split("|")
    )


def is_rule(cells: Sequence[str]) -> bool:
    """The line under the head of a table: |---|---:|."""
    return bool(cells) and all(_RULE.match(cell) for cell in cells)


def _put(tables: list[Table], rows: list[tuple[str, ...]]) -> None:
    if said := tuple(row for row in rows if not is_rule(row)):
        tables.append(Table(said))


def _bare(line: str) -> str:
    if heading := _HEADING.match(line):
        line = " " * heading.end() + line[heading.end() :]
    return _ASIDE.sub(lambda found: " " * len(found.group()), line)
