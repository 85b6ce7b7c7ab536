"""由记录成文时共用的：一格、一行、单位的全称、文件的名字。"""

import re
from collections.abc import Sequence

from xushi.documents.tree import Cell, Heading, Level, Paragraph, Role, Run, Runs, Table

FORM = (16.0, 34.0, 16.0, 34.0)  # the form's columns: label, words, label, words
BY_HAND = "年　　月　　日"
BAD_IN_NAMES = re.compile(r'[\\/:*?"<>|\x00-\x1f]+')
LONGEST_NAME = 100


def runs(words: str) -> Runs:
    return (Run(words),)


def said(words: str) -> Paragraph:
    return Paragraph(runs(words))


def note(words: str) -> Paragraph:
    return Paragraph(runs(words), Role.NOTE)


def heading(words: str) -> Heading:
    return Heading(Level.ONE, runs(words))


def label(words: str, *, across: int = 1) -> Cell:
    return Cell(runs(words), label=True, across=across)


def cell(words: str, *, across: int = 1, align: str = "", height: int = 0) -> Cell:
    return Cell(runs(words), across=across, align=align, height_mm=height)


def whole(name: str, words: str, *, height: int = 0) -> tuple[Cell, ...]:
    """A row of the form with one field over its whole width."""
    return (label(name), cell(words, across=3, align="left", height=height))


def pair(name: str, words: str, other: str, others: str) -> tuple[Cell, ...]:
    return (label(name), cell(words, align="left"), label(other), cell(others, align="left"))


def form(*rows: tuple[Cell, ...]) -> Table:
    return Table((), rows, FORM, form=True)


def listed(
    heads: tuple[str, ...], rows: Sequence[tuple[str, ...]], widths: tuple[float, ...], caption: str = ""
) -> Table:
    """A table of words."""
    head = (tuple(label(words) for words in heads),)
    return Table(head, tuple(tuple(cell(words) for words in row) for row in rows), widths, caption=caption)


def file_name(*words: str) -> str:
    """浦重大督〔2018〕16号 督办单: without what no file system takes; the ending follows."""
    name = " ".join(BAD_IN_NAMES.sub("", word).strip(". ") for word in words if word)
    return name[:LONGEST_NAME] or "公文"
