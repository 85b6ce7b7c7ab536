"""稿子铺成一段一段的字：标记变成样子，查出来的几处各加一层；字的位置都是稿子里的位置。"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from xushi.documents.checkable import is_rule

_HEADING = re.compile(r"(#{1,4})[ 　]+(?=\S)")
_BREAK = re.compile(r"={3,}$")
_BLANK = re.compile(r"〔填：[^〔〕\n]+〕")
_CHART = re.compile(r"!\[([^\[\]\n]*)\]\(chart:[^()\s]+\)")
_SPACES = " \t　"
# 一个字上可以有几层，页上看得见的是最前的一层
ORDER = ("wrong", "leaning", "warned", "operand", "figure", "unlinked")


@dataclass(frozen=True, slots=True)
class Span:
    """text[start:end] is something: kind names its look, number the finding it belongs to, href opens its rows."""

    start: int
    end: int
    kind: str
    number: int = 0
    anchor: str = ""
    href: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class Piece:
    """Words of one look. last: the span ends with them, so that its number stands behind."""

    words: str
    bold: bool = False
    kind: str = ""
    number: int = 0
    anchor: str = ""
    href: str = ""
    title: str = ""
    last: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph (p, h1 … h4, note, caption, annex, blank, break), or a table with its rows of cells."""

    kind: str
    pieces: tuple[Piece, ...] = ()
    anchor: str = ""
    start: int = 0
    head: tuple[tuple[tuple[Piece, ...], ...], ...] = ()
    rows: tuple[tuple[tuple[Piece, ...], ...], ...] = ()

    @property
    def words(self) -> str:
        return "".join(piece.words for piece in self.pieces)


@dataclass(slots=True)
class _Layer:
    text: str
    spans: Sequence[Span]
    starts: list[int]
    table: list[tuple[int, int]] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)


def laid(text: str, spans: Sequence[Span] = ()) -> list[Line]:
    """The draft line by line; an empty line says nothing and is left out."""
    ordered = sorted(spans, key=lambda one: (one.start, one.end))
    layer = _Layer(text, ordered, [one.start for one in ordered])
    place = 0
    for words in text.split("\n"):
        start, end = _bare(text, place, place + len(words))
        place += len(words) + 1
        if text.startswith("|", start, end):
            layer.table.append((start, end))
            continue
        _shut(layer)
        if start < end:
            layer.lines.append(_line(layer, start, end))
    _shut(layer)
    return layer.lines


def _bare(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start] in _SPACES:
        start += 1
    while end > start and text[end - 1] in _SPACES:
        end -= 1
    return start, end


def _line(layer: _Layer, start: int, end: int) -> Line:
    words = layer.text[start:end]
    if heading := _HEADING.match(words):
        return _heading(layer, len(heading[1]), start + heading.end(), end)
    if _BREAK.match(words):
        return Line("break", start=start)
    if _BLANK.fullmatch(words):
        return Line("blank", (Piece(words[3:-1]),), start=start)
    if chart := _CHART.fullmatch(words):
        return Line("caption", (Piece(f"图：{chart[1]}"),), start=start)
    kind = "note" if words.startswith("> ") else "annex" if words.startswith("附件：") else ""
    kind = kind or ("caption" if words.startswith("表：") else "p")
    skip = 2 if kind in ("note", "caption") else 0
    return Line(kind, tuple(_pieces(layer, start + skip, end)), start=start)


def _heading(layer: _Layer, level: int, start: int, end: int) -> Line:
    """From the second level on what follows the first 。 runs on in the same paragraph."""
    stop = layer.text.find("。", start, end) if level > 1 else -1
    middle = end if stop < 0 else stop
    pieces = [*_pieces(layer, start, middle, bold=True), *_pieces(layer, middle, end)]
    return Line(f"h{level}", tuple(pieces), f"s{start}", start)


def _shut(layer: _Layer) -> None:
    """The rows gathered so far are a table."""
    if not layer.table:
        return
    cut = [list(_cells(layer.text, start, end)) for start, end in layer.table]
    rule = next((n for n, row in enumerate(cut) if is_rule([layer.text[a:b] for a, b in row])), 0)
    made = [tuple(tuple(_pieces(layer, *cell)) for cell in row) for row in cut]
    body = made[rule + 1 :] if rule else made
    layer.lines.append(Line("table", start=layer.table[0][0], head=tuple(made[:rule]), rows=tuple(body)))
    layer.table = []


def _cells(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    last = end - 1 if text[end - 1] == "|" and end - 1 > start else end
    first = start + 1
    while True:
        bar = text.find("|", first, last)
        yield _bare(text, first, last if bar < 0 else bar)
        if bar < 0:
            return
        first = bar + 1


def _pieces(layer: _Layer, start: int, end: int, *, bold: bool = False) -> Iterator[Piece]:
    """The words cut where a span begins or ends and at **, which itself is not shown."""
    here = _touching(layer, start, end)
    edges = {start, end}
    for one in here:
        edges |= {max(one.start, start), min(one.end, end)}
    stars = [place.start() for place in re.finditer(r"\*\*", layer.text[start:end])]
    for star in stars[: len(stars) // 2 * 2]:
        edges |= {start + star, start + star + 2}
    opened = {start + star for star in stars[: len(stars) // 2 * 2]}
    cuts, thick = sorted(edges), bold
    for left, right in pairwise(cuts):
        if left in opened:
            thick = not thick
            continue
        over = [one for one in here if one.start <= left and right <= one.end]
        yield _piece(layer.text, left, right, thick, over)


def _touching(layer: _Layer, start: int, end: int) -> list[Span]:
    first = bisect_left(layer.starts, start)
    found = []
    while first > 0 and layer.spans[first - 1].end > start:
        first -= 1
    while first < len(layer.spans) and layer.spans[first].start < end:
        if layer.spans[first].end > start:
            found.append(layer.spans[first])
        first += 1
    return found


def _piece(text: str, left: int, right: int, bold: bool, over: Sequence[Span]) -> Piece:
    words = text[left:right]
    if not over:
        return Piece(words, bold)
    top = min(over, key=lambda one: ORDER.index(one.kind))
    rows = next((one for one in over if one.href), top)
    return Piece(
        words, bold, top.kind, top.number, top.anchor if top.start == left else "", rows.href, rows.title or top.title,
        last=top.end == right,
    )  # fmt: skip
