"""排成一列：一份公文从上到下有哪些行、表、图；各种样子的文件都照这一列写，所以字字相同。"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from unicodedata import east_asian_width

from xushi.documents.tree import (
    Annex,
    Blank,
    Block,
    Document,
    Heading,
    Level,
    PageBreak,
    Paragraph,
    Picture,
    Role,
    Run,
    Runs,
    Table,
)
from xushi.documents.writing.styles import LOOKS, PITCH, TEXT_PT, Style

HEAD_PT, HEAD_SMALLEST_ON_ONE_LINE = 40.0, 25.0
HEAD_DOWN_MM = 35  # the top of the organ's name below the top margin
FORM_NUMBER_DOWN = (
    6.0  # points between the organ's name and the number of a form, which is to stay on one page
)
IMPRINT_CHARACTERS = int(TEXT_PT / 14) - 2  # of a line of the imprint, one free at each side
IMPRINT_CLOSE = 18.0  # the pitch in points of an imprint that takes more than a line for who printed it
DATE_RIGHT = 4.0  # characters
SEAL = "（盖章）"
OF_LEVEL = {Level.ONE: Style.ONE, Level.TWO: Style.TWO, Level.THREE: Style.THREE, Level.FOUR: Style.FOUR}
OF_ROLE = {
    Role.BODY: Style.BODY, Role.ADDRESSEE: Style.ADDRESSEE, Role.CENTRED: Style.CENTRED, Role.RIGHT: Style.RIGHT,
    Role.NOTE: Style.NOTE,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph; body runs on behind a heading in the body's type, and stands at the right of a HELD line.

    right in characters; size 0: the style's own.
    """

    style: Style
    runs: Runs = ()
    body: Runs = ()
    right: float = 0
    size: float = 0
    before: float = 0
    level: int = 0
    new_page: bool = False
    ruled: bool = False  # the red rule below


@dataclass(frozen=True, slots=True)
class Gap:
    """空一行."""


@dataclass(frozen=True, slots=True)
class Imprint:
    """版记: copies to, and who printed it when, between rules."""

    copies: str
    printed_by: str
    printed_on: str

    @property
    def long(self) -> bool:
        """Whether who printed it, and the day, take more than a line."""
        return width(f"{self.printed_by}　{self.printed_on}") > IMPRINT_CHARACTERS

    @property
    def below(self) -> bool:
        """Whether the day has no room behind the last line of the name, so that it stands on one of its own."""
        last = width(self.printed_by) % IMPRINT_CHARACTERS
        return self.long and last + width(f"　{self.printed_on}") > IMPRINT_CHARACTERS

    @property
    def pitch(self) -> float:
        """In points: the lines of a long name stand closer, so that it does not take the page."""
        return IMPRINT_CLOSE if self.long else LOOKS[Style.IMPRINT].pitch


Item = Line | Gap | Blank | Table | Picture | PageBreak | Imprint


def flow(document: Document) -> Iterator[Item]:
    """The whole document in the order it is read."""
    form = any(isinstance(block, Table) and block.form for block in document.blocks)
    yield from _mark(document) if document.minutes else _top(document, form=form)
    yield from _blocks(document.blocks)
    yield from _enclosed(document.annexes)
    yield from _attended(document)
    if not document.minutes:
        yield from _signed(document)
    for number, annex in enumerate(document.annexes, 1):
        yield from _annex(annex, number, len(document.annexes))
    yield from _imprint(document)


def _top(document: Document, *, form: bool) -> Iterator[Item]:
    marks = [words for words in (document.secrecy, document.urgency) if words]
    for words in marks:
        yield _line(Style.MARK, words)
    if document.head:
        lines, size = head_lines(document.head)
        down = 0 if form else max(HEAD_DOWN_MM * 72 / 25.4 - len(marks) * PITCH, 0)
        for number, words in enumerate(lines):
            yield Line(Style.HEAD, (Run(words),), size=size, before=0 if number else down)
        if not form:
            yield from (Gap(), Gap())
        yield Line(Style.NUMBER, (Run(document.number),), before=FORM_NUMBER_DOWN if form else 0, ruled=True)
        if not form:
            yield from (Gap(), Gap())
    elif document.number:
        yield _line(Style.NUMBER, document.number)
    for words in document.title:
        yield _line(Style.FORM_TITLE if form else Style.TITLE, words)
    if document.author:
        yield _line(Style.AUTHOR, document.author)
    if not form:
        yield Gap()
    if document.addressee:
        yield _line(Style.ADDRESSEE, document.addressee)


def _mark(document: Document) -> Iterator[Item]:
    """纪要标志: red, 35 mm below the margin; the organ at the left and the day at the right, over the red rule."""
    lines, size = head_lines("".join(document.title))
    for number, words in enumerate(lines):
        yield Line(Style.HEAD, (Run(words),), size=size, before=0 if number else HEAD_DOWN_MM * 72 / 25.4)
    yield Gap()
    day = day_words(document.signed_on) if document.signed_on else ""
    yield Line(Style.HELD, (Run(document.signed),), (Run(day),), ruled=True)
    yield Gap()


def _attended(document: Document) -> Iterator[Item]:
    """出席、请假、列席: one line below the text, two characters in."""
    if document.attended:
        yield Gap()
        yield from document.attended


def _line(style: Style, words: str) -> Line:
    return Line(style, (Run(words),))


def _blocks(blocks: tuple[Block, ...]) -> Iterator[Item]:
    for block in blocks:
        match block:
            case Heading():
                yield Line(OF_LEVEL[block.level], block.runs, block.body, level=int(block.level))
            case Paragraph():
                yield Line(OF_ROLE[block.role], block.runs)
            case Table():
                if block.caption:
                    yield _line(Style.CAPTION, block.caption)
                if block.unit:
                    yield _line(Style.UNIT, block.unit)
                yield block
            case _:
                yield block


def _enclosed(annexes: tuple[Annex, ...]) -> Iterator[Item]:
    """附件说明: one line below the text, two characters in."""
    if not annexes:
        return
    yield Gap()
    if len(annexes) == 1:
        yield _line(Style.ENCLOSED, f"附件：{annexes[0].title}")
        return
    for number, annex in enumerate(annexes, 1):
        yield _line(Style.ENCLOSED, f"{'附件：' if number == 1 else '　　　'}{number}. {annex.title}")


def _signed(document: Document) -> Iterator[Item]:
    """落款: the date four characters from the right, the organ centred over it, （盖章） left for the seal."""
    if not document.signed and document.signed_on is None:
        return
    organ = f"{document.signed}{SEAL}" if document.signed else ""
    day = day_words(document.signed_on) if document.signed_on else ""
    right = DATE_RIGHT + (width(day) - width(organ)) / 2 if day else DATE_RIGHT
    yield Gap()
    yield Gap()
    if organ:
        yield Line(Style.SIGNED, (Run(organ),), right=max(right, 0))
    if day:
        yield Line(Style.DATED, (Run(day),), right=DATE_RIGHT + max(-right, 0))
    if document.contact:
        yield _line(Style.CONTACT, f"（{document.contact.strip('（）')}）")


def _imprint(document: Document) -> Iterator[Item]:
    """On the last page, its last rule on the lower edge of the type area: the writers place it there."""
    if not document.copies and not document.printed_by:
        return
    printed = f"{day_words(document.printed_on)}印发" if document.printed_on else ""
    yield Imprint(document.copies, document.printed_by, printed)


def _annex(annex: Annex, number: int, of: int) -> Iterator[Item]:
    mark = f"附件{number}" if of > 1 else "附件"
    yield Line(Style.ANNEX_MARK, (Run(mark),), new_page=True)
    yield Gap()
    yield _line(Style.TITLE, annex.title)
    yield Gap()
    yield from _blocks(annex.blocks)


def head_lines(name: str) -> tuple[tuple[str, ...], float]:
    """The red head's lines and size: as large as one line allows, else two balanced lines; sixty characters fit."""
    on_one = _fitting(width(name))
    if on_one >= HEAD_SMALLEST_ON_ONE_LINE:
        return (name,), on_one
    half = _half(name)
    lines = (name[:half], name[half:])
    return lines, min(_fitting(max(map(width, lines))), 32.0)


def _fitting(characters: float) -> float:
    return min(HEAD_PT, int(2 * TEXT_PT / max(characters, 1)) / 2)


def _half(name: str) -> int:
    """Where the first of two lines ends: as wide as the second, never through a number or a foreign word."""
    total, run = width(name), 0.0
    for place, letter in enumerate(name):
        run += width(letter)
        if run >= total / 2 and not (letter.isascii() and name[place + 1 : place + 2].isascii()):
            return place + 1
    return len(name)


def width(text: str) -> float:
    """In characters: digits and other narrow ones are half of one."""
    return sum(1 if east_asian_width(one) in "WFA" else 0.5 for one in text)


def day_words(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def blank_words(blank: Blank) -> str:
    return f"〔填：{blank.label}〕"
