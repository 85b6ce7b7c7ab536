"""标记文字：人在网页上改的那份稿子，一行一段；读成公文的树，也能从树写回来。

    # 一、标题            ## （一）标题。后文接着写          ### 1.…        #### （1）…
    **粗**               > 小一号的说明                    ===（另起一页）
    表：标题（单位：亿元）  | 甲 | 乙 |  |---|---:|          〔填：标签〕    ![说明](chart:名称)
    附件：标题（单独一行，往后都是附件）

Any text can be read: what is no markup is words. Nothing that was typed is lost, and marks stay on their words.
"""

import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from unicodedata import east_asian_width

from xushi.documents.marking import Mark, Marked
from xushi.documents.tree import (
    Annex,
    Blank,
    Block,
    Cell,
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

TOTALS = ("合计", "小计", "总计")
NARROWEST, WIDEST, LINE = 6, 50, 72  # of a column, of all columns together; in half-width characters
_HEADING = re.compile(r"(#{1,4})[ 　]+(?=\S)")
_BOLD = re.compile(r"\*\*([^*\n]+)\*\*")
_BLANK = re.compile(r"〔填：([^〔〕\n]+)〕")
_CHART = re.compile(r"!\[([^\[\]\n]*)\]\(chart:([^()\s]+)\)")
_CAPTION = re.compile(r"表：(?P<words>.*?)(?:（单位：(?P<unit>[^（）]+)）)?$")
_ANNEX = re.compile(r"附件：[ 　]*(?=\S)")
_BREAK = re.compile(r"={3,}$")
_RULE = re.compile(r":?-{3,}:?$")
_SPACES = " \t\r　"
# 写不进 .docx 的控制字符，读的时候略过
_CONTROLS = dict.fromkeys((*range(32), 0x7F, *range(0xD800, 0xE000), 0xFFFE, 0xFFFF))
Span = tuple[int, int]
Pictures = Mapping[str, Picture]


@dataclass(frozen=True, slots=True)
class Body:
    """What stands between title and signature, and the annexes behind it."""

    blocks: tuple[Block, ...]
    annexes: tuple[Annex, ...] = ()


def blocks_of(draft: Marked, pictures: Pictures | None = None) -> tuple[Block, ...]:
    """The blocks of a draft that has no annex; those of its annexes follow, each under its name."""
    body = body_of(draft, pictures)
    behind = [(Heading(Level.ONE, (Run(f"附件：{one.title}"),)), *one.blocks) for one in body.annexes]
    return body.blocks + tuple(block for blocks in behind for block in blocks)


def body_of(draft: Marked, pictures: Pictures | None = None) -> Body:
    """The draft as blocks and annexes; pictures holds the charts that it may name."""
    return _Reader(draft, pictures or {}).body()


def blanks_in(text: str) -> list[str]:
    """The labels of the places still to be filled, as they come."""
    return [found[1].strip() for found in _BLANK.finditer(text)]


@dataclass(slots=True)
class _Reader:
    draft: Marked
    pictures: Pictures
    blocks: list[Block] = field(default_factory=list)
    annexes: list[tuple[str, list[Block]]] = field(default_factory=list)

    def body(self) -> Body:
        lines, place = self._lines(), 0
        while place < len(lines):
            place = self._take(lines, place)
        return Body(tuple(self.blocks), tuple(Annex(title, tuple(own)) for title, own in self.annexes))

    def _lines(self) -> list[Span]:
        """Where each line that says something begins and ends, blanks around it left out; an empty one is (n, n)."""
        found, start = [], 0
        for line in self.draft.text.split("\n"):
            found.append(self._bare(start, start + len(line)))
            start += len(line) + 1
        return found

    def _bare(self, start: int, end: int) -> Span:
        text = self.draft.text
        while start < end and text[start] in _SPACES:
            start += 1
        while end > start and text[end - 1] in _SPACES:
            end -= 1
        return start, end

    def _put(self, block: Block) -> None:
        (self.annexes[-1][1] if self.annexes else self.blocks).append(block)

    def _take(self, lines: Sequence[Span], place: int) -> int:
        """One block; gives the line after it."""
        start, end = lines[place]
        line = self.draft.text[start:end]
        if line.startswith("|"):
            return self._table(lines, place, None)
        if line.startswith("表：") and place + 1 < len(lines) and self._begins(lines[place + 1], "|"):
            return self._table(lines, place + 1, line)
        if annex := _ANNEX.match(line):
            self.annexes.append((line[annex.end() :].translate(_CONTROLS), []))
        elif line:
            self._put(self._line(start, end, line))
        return place + 1

    def _line(self, start: int, end: int, line: str) -> Block:
        if heading := _HEADING.match(line):
            return self._heading(Level(len(heading[1])), start + heading.end(), end)
        if blank := _BLANK.fullmatch(line):
            return Blank(blank[1].strip().translate(_CONTROLS))
        chart = _CHART.fullmatch(line)
        if chart and chart[2] in self.pictures:
            return self.pictures[chart[2]]
        if _BREAK.match(line):
            return PageBreak()
        if line.startswith("> ") and line[2:].strip(_SPACES):
            return Paragraph(self._runs(*self._bare(start + 2, end)), Role.NOTE)
        return Paragraph(self._runs(start, end))

    def _heading(self, level: Level, start: int, end: int) -> Heading:
        """From the second level on, what follows the first 。 runs on in the same paragraph."""
        stop = self.draft.text.find("。", start, end) if level > Level.ONE else -1
        middle = end if stop < 0 else stop + 1
        return Heading(level, self._runs(start, middle), self._runs(*self._bare(middle, end)))

    def _begins(self, span: Span, word: str) -> bool:
        return self.draft.text.startswith(word, span[0], span[1])

    def _table(self, lines: Sequence[Span], place: int, caption: str | None) -> int:
        rows, end = [], place
        while end < len(lines) and self._begins(lines[end], "|"):
            rows.append(self._cells(*lines[end]))
            end += 1
        rule = next((n for n, row in enumerate(rows[:4]) if self._is_rule(row)), -1)
        head, body = ([], rows) if rule < 0 else (rows[:rule], rows[rule + 1 :])
        aligns = self._aligns(rows[rule]) if rule >= 0 else []
        self._put(self._made(head, body, aligns, caption or ""))
        return end

    def _cells(self, start: int, end: int) -> list[Span]:
        """Where the cells of a line lie: between the bars, the outer ones left out."""
        text = self.draft.text
        first = start + 1
        last = end - 1 if end - 1 > start and text[end - 1] == "|" else end
        found = []
        while True:
            bar = text.find("|", first, last)
            found.append(self._bare(first, last if bar < 0 else bar))
            if bar < 0:
                return found
            first = bar + 1

    def _is_rule(self, row: Sequence[Span]) -> bool:
        return all(_RULE.match(self.draft.text[start:end]) for start, end in row)

    def _aligns(self, row: Sequence[Span]) -> list[str]:
        words = {(False, False): "", (True, False): "left", (False, True): "right", (True, True): "center"}
        cells = [self.draft.text[start:end] for start, end in row]
        return [words[cell.startswith(":"), cell.endswith(":")] for cell in cells]

    def _made(self, head: list[list[Span]], body: list[list[Span]], aligns: list[str], caption: str) -> Table:
        columns = max((len(row) for row in (*head, *body)), default=len(aligns))
        aligns = [*aligns, *[""] * columns]

        def cell(span: Span, column: int, *, label: bool) -> Cell:
            return Cell(self._runs(*span), label=label, align="" if label else aligns[column])

        def row(spans: list[Span], *, label: bool = False) -> tuple[Cell, ...]:
            made = [cell(span, column, label=label) for column, span in enumerate(spans)]
            return (*made, *[Cell((), label=label)] * (columns - len(made)))

        rows = tuple(row(one) for one in body)
        heads = tuple(row(one, label=True) for one in head)
        named = _CAPTION.match(caption.translate(_CONTROLS))
        return Table(
            head=heads, rows=rows, widths=_widths((*heads, *rows), columns), totals=_totals(rows),
            caption=named["words"].strip() if named else "", unit=(named["unit"] or "") if named else "",
        )  # fmt: skip

    def _runs(self, start: int, end: int) -> Runs:
        """The words from start to end, cut where boldness or the figure changes."""
        made: list[Run] = []
        place = start
        for bold in _BOLD.finditer(self.draft.text, start, end):
            made += self._plain(place, bold.start(), bold=False)
            made += self._plain(bold.start() + 2, bold.end() - 2, bold=True)
            place = bold.end()
        return (*made, *self._plain(place, end, bold=False))

    def _plain(self, start: int, end: int, *, bold: bool) -> list[Run]:
        marks, made, place = self.draft.marks, [], start
        number = bisect_left(marks, start, key=lambda mark: mark.start)
        while number < len(marks) and marks[number].start < end:
            mark = marks[number]
            if mark.start >= place and place < mark.end <= end:
                made.append(self._run(place, mark.start, bold, ""))
                made.append(self._run(mark.start, mark.end, bold, mark.key))
                place = mark.end
            number += 1
        made.append(self._run(place, end, bold, ""))
        return [run for run in made if run.words]

    def _run(self, start: int, end: int, bold: bool, figure: str) -> Run:
        return Run(self.draft.text[start:end].translate(_CONTROLS), bold, figure)


def _totals(rows: Sequence[tuple[Cell, ...]]) -> int:
    """How many rows at the end are totals, by their first cell."""
    count = 0
    for row in reversed(rows):
        if not row or not words_of(row[0].runs).startswith(TOTALS):
            break
        count += 1
    return count


def _widths(rows: Sequence[tuple[Cell, ...]], columns: int) -> tuple[float, ...]:
    """Each column by its longest words, within bounds; a head may stand in two lines. Together 1."""
    if not columns:
        return ()
    longest = [NARROWEST] * columns
    for row in rows:
        for column, cell in enumerate(row):
            words = _width(words_of(cell.runs))
            longest[column] = max(longest[column], min((words + 1) // 2 if cell.label else words, WIDEST) + 2)
    room = max(LINE, columns)
    most = _at_most(longest, room) if sum(longest) > room else WIDEST + 2
    held = [min(width, most) for width in longest]
    return tuple(width / sum(held) for width in held)


def _at_most(widths: Sequence[int], room: int) -> float:
    """How wide the widest columns may be, so that all fit: the narrow ones keep what they need."""
    left, columns = float(room), sorted(widths)
    for place, width in enumerate(columns):
        even = left / (len(columns) - place)
        if width > even:
            return even
        left -= width
    return float(columns[-1])


def _width(words: str) -> int:
    """In half-width characters, with the little space that is set between a digit or letter and a character."""
    seams = sum(one.isascii() != two.isascii() for one, two in pairwise(words))
    return sum(2 if east_asian_width(one) in "WFA" else 1 for one in words) + (seams + 1) // 2


def words_of(runs: Runs) -> str:
    return "".join(run.words for run in runs)


def written(body: Body) -> Marked:
    """The body as text that reads back to the same blocks; a picture is written by its name only where it is a chart."""
    pen = _Writer()
    for block in body.blocks:
        pen.block(block)
    for annex in body.annexes:
        pen.line(f"附件：{annex.title}")
        for block in annex.blocks:
            pen.block(block)
    return Marked("\n".join(pen.lines), tuple(pen.marks))


@dataclass(slots=True)
class _Writer:
    lines: list[str] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    length: int = 0

    def line(self, before: str, *parts: Runs, between: str = "", after: str = "") -> None:
        """One line; the parts stand with `between` among them."""
        words = [before]
        length = self.length + len(before)
        for number, runs in enumerate(parts):
            if number:
                words.append(between)
                length += len(between)
            for run in runs:
                length = self._run(run, words, length)
        words.append(after)
        self.lines.append("".join(words))
        self.length += len(self.lines[-1]) + 1

    def _run(self, run: Run, words: list[str], length: int) -> int:
        edge = "**" if run.bold else ""
        if run.figure:
            start = length + len(edge)
            self.marks.append(Mark(start, start + len(run.words), run.figure))
        said = run.words.replace("\n", " ")  # a line is a paragraph, or a row of a table
        words.append(f"{edge}{said}{edge}")
        return length + len(words[-1])

    def block(self, block: Block) -> None:
        match block:
            case Heading(level, runs, body):
                self.line("#" * level + " ", runs, body)
            case Paragraph(runs, role):
                self.line("> " if role is Role.NOTE else "", runs)
            case Blank(label):
                self.line(f"〔填：{label}〕")
            case PageBreak():
                self.line("===")
            case Picture():
                self.line(f"（图：{block.alt}）")
            case Table():
                self._table(block)

    def _table(self, table: Table) -> None:
        if table.caption or table.unit:
            self.line(f"表：{table.caption}" + (f"（单位：{table.unit}）" if table.unit else ""))
        for row in table.head:
            self._cells(row)
        sample = table.rows[0] if table.rows else ()
        ends = {"": "---", "left": ":---", "right": "---:", "center": ":---:"}
        cells = [*sample, *[Cell(())] * (len(table.widths) - len(sample))]
        self.line("|" + "|".join(ends[cell.align] for cell in cells) + "|")
        for row in table.rows:
            self._cells(row)
        self.line("")  # 挨着的两张表各是各的

    def _cells(self, row: tuple[Cell, ...]) -> None:
        self.line("| ", *(cell.runs for cell in row), between=" | ", after=" |")
