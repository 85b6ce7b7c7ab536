"""表有多大：在整张造出来之前先量。几格写得极远、极多，也要占满内存的，不能先打开再看。"""

import re
from collections.abc import Iterator

# 行号不小于11万，或列在400列以外（OK起）的格子
_FAR = re.compile(rb'r="(?:(?:[A-Z]{3}|O[K-Z]|[P-Z][A-Z])\d|[A-Z]{1,2}(?:1[1-9]\d{4}|[2-9]\d{5}|\d{7}))')
_TAG = re.compile(
    rb"<(/?)table:(table|table-row|table-cell|covered-table-cell)(?=[\s/>])([^>]*?)(/?)>(?=(</table:)?)"
)
_ROWS = re.compile(rb"""table:number-rows-repeated\s*=\s*["'](\d+)""")
_COLUMNS = re.compile(rb"""table:number-columns-repeated\s*=\s*["'](\d+)""")
_FULL = re.compile(rb"office:value|table:formula|calcext:value")
_DIGITS = 9  # a count of more digits is as good as this one


def far_cell(xml: bytes) -> str:
    """The address of a cell of an xlsx sheet that stands beyond what is imported; "" where none does."""
    found = _FAR.search(xml)
    return (
        xml[found.start() + 3 : found.start() + 13].split(b'"')[0].decode("ascii", "replace") if found else ""
    )


def ods_extents(xml: bytes) -> Iterator[tuple[int, int]]:
    """(rows, columns) up to the last filled cell of each table, growing row by row; repeated cells are counted."""
    at = column = filled = times = height = width = 0
    for tag in _TAG.finditer(xml):
        closing, name, attributes, alone, shut = tag.groups()
        if name == b"table":
            at = height = width = 0
        elif name == b"table-row":
            if not closing:
                column, filled, times = 0, 0, _times(_ROWS, attributes)
            if closing or alone:
                at += times
                if filled:
                    height, width = at, max(width, filled)
                    yield height, width
        elif not closing:
            column += _times(_COLUMNS, attributes) if attributes else 1
            if not (alone or shut) or _FULL.search(attributes):
                filled = column


def ods_cells(xml: bytes) -> int:
    """How many cells are written out one by one, empty ones too; each costs time, however little it takes packed."""
    return xml.count(b"<table:table-cell") + xml.count(b"<table:covered-table-cell")


def _times(pattern: re.Pattern[bytes], attributes: bytes) -> int:
    found = pattern.search(attributes)
    return int(found[1][:_DIGITS]) if found else 1
