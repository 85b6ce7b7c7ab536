"""公文的树：一份公文由哪些块组成。只写一次，.docx、PDF、网页三种样子都从它来。

Runs carry the key of the figure they print, so that every writer can say where a number comes from.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum, StrEnum

from xushi.documents.sourced import Sourced


@dataclass(frozen=True, slots=True)
class Run:
    """Words in one style; figure is the key of the Sourced number these words print, or empty."""

    words: str
    bold: bool = False
    figure: str = ""


Runs = tuple[Run, ...]


class Level(IntEnum):
    """一、黑体 · （一）楷体 · 1. 仿宋 · （1）仿宋."""

    ONE = 1
    TWO = 2
    THREE = 3
    FOUR = 4


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; body is what runs on behind it in the same paragraph (（一）开工情况。全区……)."""

    level: Level
    runs: Runs
    body: Runs = ()


class Role(StrEnum):
    BODY = "body"
    ADDRESSEE = "addressee"  # 主送机关，顶格
    CENTRED = "centred"
    RIGHT = "right"
    NOTE = "note"  # 小一号的说明


@dataclass(frozen=True, slots=True)
class Paragraph:
    runs: Runs
    role: Role = Role.BODY


@dataclass(frozen=True, slots=True)
class Blank:
    """A place for the office's own words, marked until it is filled; never made up by the product."""

    label: str
    lead: str = ""  # what stands before it: 出席：


@dataclass(frozen=True, slots=True)
class Cell:
    runs: Runs
    across: int = 1
    label: bool = False  # 黑体，居中：表单左边的栏目名、表头
    align: str = ""  # left · center · right; empty: by what the column holds
    height_mm: int = 0  # at least this high, for handwriting


@dataclass(frozen=True, slots=True)
class Table:
    """Head rows repeat on every page; widths are shares of the 156 mm between the margins, one a column."""

    head: tuple[tuple[Cell, ...], ...]
    rows: tuple[tuple[Cell, ...], ...]
    widths: tuple[float, ...]
    caption: str = ""
    unit: str = ""  # 单位：亿元
    totals: int = 0  # so many rows at the end are totals
    form: bool = False  # a form to be filled and signed, not a list of numbers


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart or photo as PNG or JPEG bytes; alt says in words what it shows."""

    data: bytes
    alt: str
    width_mm: int = 156


@dataclass(frozen=True, slots=True)
class PageBreak:
    pass


Block = Heading | Paragraph | Blank | Table | Picture | PageBreak


@dataclass(frozen=True, slots=True)
class Annex:
    """附件：each begins on a new page."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """One official document. head is the red organ name on top (empty: none, as a report has);
    signed is the organ at the end, where （盖章） is left for the seal; copies, printed_by and printed_on make 版记.
    minutes: 纪要, whose title is the red mark with the organ and the day below it; nothing is sealed.
    """

    title: tuple[str, ...]
    blocks: tuple[Block, ...]
    head: str = ""
    number: str = ""
    urgency: str = ""
    secrecy: str = ""
    author: str = ""  # under the title: 浦口区发改局局长　王江生
    addressee: str = ""
    signed: str = ""
    signed_on: date | None = None
    contact: str = ""
    annexes: tuple[Annex, ...] = ()
    copies: str = ""
    printed_by: str = ""
    printed_on: date | None = None
    watermark: str = ""
    minutes: bool = False
    attended: tuple[Blank, ...] = ()  # 出席、请假、列席, below the text
    figures: Mapping[str, Sourced] = field(default_factory=dict)
