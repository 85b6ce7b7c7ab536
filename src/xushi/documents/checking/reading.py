"""读文：分段、分句、分“其中”，每个数带上左右的词、所在的层和月份；隔着制表符或竖线的行是表。"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from itertools import groupby

from xushi.documents.checking.quantities import Quantity, plain, quantities
from xushi.documents.checking.roles import Mention, role_after

_SENTENCE = re.compile(r"[。！？；\n]")
_CLAUSE = re.compile(r"[，、：（）。！？；\n\t|]")
_AMONG = re.compile(r"其中")
_PERIODS = (
    (re.compile(r"(?P<first>\d{1,2})\s*[—\-至到]\s*(?P<last>\d{1,2})\s*月"), None),
    (re.compile(r"截[至止]到?(?:目前)?[^，。；]{0,6}?(?P<last>\d{1,2})\s*月(?!\s*\d)"), None),
    (re.compile(r"前(?P<last>\d{1,2}|[一二三四五六七八九十]{1,2})个月"), None),
    (re.compile(r"(?P<last>\d{1,2})\s*月\s*(?:末|底|份)?(?!\s*[\d前末底份])"), None),
    (re.compile(r"上半年"), (1, 6)),
    (re.compile(r"前三季度|三季度末"), (1, 9)),
    (re.compile(r"一季度"), (1, 3)),
    (re.compile(r"全年(?!计划|目标|任务|投资)"), (1, 12)),
)
_SINGLE = 3  # the pattern of a month by its own name: a period of that month alone unless it says 末 or 底
_MONTHS = {name: number for number, name in enumerate("一二三四五六七八九十", start=1)} | {
    "十一": 11,
    "十二": 12,
}
_ROUGHLY = re.compile(r"约(占|为|达|合|有|相当于)[^，。]{0,10}$")
LONGEST = 4000  # characters of a paragraph
LOOK_BACK = 300  # characters of a sentence that a number looks back on
WIDEST_CELL = 40  # characters of a cell, beyond which a row is prose laid out in columns
_NUMBER = re.compile(r"[\d零〇一二两三四五六七八九十百千万半]")
_SPACED = re.compile(
    r" *[\u4e00-\u9fff\d]{1,12}(?: +\d+(?:\.\d+)?(?:%|亿元|万元|元|个|项|家|户|人|亩|公里|分|件)?){1,8} *"
)
_WORD = re.compile(r"\S+")
_OFF = re.compile(r"[\s　]+")


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of a table as text; the header may take more than one row. places: where each cell starts in the text."""

    rows: tuple[tuple[str, ...], ...]
    places: tuple[tuple[int, ...], ...] = ()


@dataclass(frozen=True)
class Text:
    """The text as given, what was read out of it, and where its sentences are."""

    given: str
    regular: str
    mentions: tuple[Mention, ...]
    sentences: tuple[tuple[int, int], ...]
    tables: tuple[Table, ...] = ()

    @cached_property
    def paragraphs(self) -> list[list[Mention]]:
        """The mentions by paragraph: claims reach no further."""
        return [list(group) for _, group in groupby(self.mentions, key=lambda one: one.paragraph)]

    @cached_property
    def starts(self) -> list[int]:
        """Where each mention starts, in order."""
        return [one.quantity.start for one in self.mentions]

    def between(self, since: int, until: int) -> Sequence[Mention]:
        """The mentions that start at one place or behind it and before another."""
        return self.mentions[bisect_left(self.starts, since) : bisect_left(self.starts, until)]

    def sentence_of(self, place: int) -> str:
        """The sentence (or the row of a table) that holds a place, as given."""
        index = bisect_right(self.sentences, (place, len(self.given))) - 1
        if index < 0 or not self.sentences[index][0] <= place < self.sentences[index][1]:
            return ""
        start, end = self.sentences[index]
        return _OFF.sub(" ", self.given[start:end]).strip()


def read(text: str, tables: Sequence[Table] = ()) -> Text:
    """A text with a paragraph a line; lines with tabs or bars are rows of a table."""
    regular = plain(text)
    mentions: list[Mention] = []
    sentences: list[tuple[int, int]] = []
    found: list[Table] = list(tables)
    rows: list[tuple[int, tuple[tuple[int, str], ...]]] = []
    place = scope = 0
    for number, line in enumerate(_lines(regular)):
        cells = _cells(line)
        if cells:
            rows.append((place, cells))
            sentences.append((place, place + len(line)))
        else:
            found += _tabled(rows)
            rows = []
            scope += 1
            spans = list(_spans(line))
            read_here, scope = _mentions(line, place, number, len(sentences), scope, spans)
            mentions.extend(read_here)
            sentences.extend((place + start, place + end) for start, end in spans)
        place += len(line)
    found += _tabled(rows)
    return Text(text, regular, tuple(mentions), tuple(sentences), tuple(found))


def _tabled(rows: list[tuple[int, tuple[tuple[int, str], ...]]]) -> list[Table]:
    if len(rows) < 2:
        return []
    return [
        Table(
            tuple(tuple(cell for _, cell in cells) for _, cells in rows),
            tuple(tuple(place + start for start, _ in cells) for place, cells in rows),
        )
    ]


def _lines(text: str) -> Iterator[str]:
    """Line by line, ends kept; what has no ends for pages is cut at its sentences."""
    for whole in text.splitlines(keepends=True):
        start = 0
        while len(whole) - start > LONGEST:
            ends = _SENTENCE.finditer(whole, start + LONGEST // 2, start + LONGEST)
            cut = max((match.end() for match in ends), default=start + LONGEST)
            yield whole[start:cut]
            start = cut
        if start < len(whole):
            yield whole[start:]


def _cells(line: str) -> tuple[tuple[int, str], ...]:
    """The cells of a row with where each starts; nothing where the line is prose."""
    bare = line.strip("\n\r")
    if " " in bare and _SPACED.fullmatch(bare):  # 建设局 18 14
        return tuple((found.start(), found.group()) for found in _WORD.finditer(bare))
    for mark, least in (("\t", 1), ("|", 2)):
        if bare.count(mark) < least:
            continue
        found, start = [], 0
        for cell in bare.split(mark):
            found.append((start + len(cell) - len(cell.lstrip()), cell.strip()))
            start += len(cell) + 1
        if mark == "|":  # a bar at either side is a border
            found = found[not found[0][1] : len(found) - (not found[-1][1])]
        if all(len(cell) <= WIDEST_CELL for _, cell in found):
            return tuple(found)
    return ()


def _spans(line: str) -> Iterator[tuple[int, int]]:
    start = 0
    for match in _SENTENCE.finditer(line):
        yield start, match.end()
        start = match.end()
    if start < len(line):
        yield start, len(line)


def _mentions(
    line: str, place: int, paragraph: int, first: int, scope: int, spans: list[tuple[int, int]]
) -> tuple[list[Mention], int]:
    among = [match.start() for match in _AMONG.finditer(line)]
    quantities_here = quantities(line) if _NUMBER.search(line) else []
    if not quantities_here:
        return [], scope + len(among)
    marks = [match.start() for match in _CLAUSE.finditer(line)]
    periods = _periods(line)
    starts = [start for start, _ in spans]
    found: list[Mention] = []
    for index, one in enumerate(quantities_here):
        before = quantities_here[index - 1].end if index else 0
        after = quantities_here[index + 1].start if index + 1 < len(quantities_here) else len(line) + 1
        left, right = _clause(marks, one, len(line))
        number = bisect_right(starts, one.start) - 1
        label = _label(line, marks, left, max(before, left), one.start)
        tail = line[one.end : min(after, right)].strip()
        clause = bisect_left(marks, one.start)
        previous = found[-1] if found and found[-1].sentence == first + number else None
        joined = previous is not None and previous.clause == clause
        came = bisect_left(periods, (one.start,)) - 1
        shared = after <= right  # the words up to the next number of the clause are the next one's as well
        own = "" if shared else tail
        role = role_after(one.kind, label, own, previous, line[left : one.start], same_clause=joined)
        found.append(
            Mention(
                quantity=_moved(_rough(one, label), place),
                label=label,
                tail=tail,
                lead=line[max(starts[number], one.start - LOOK_BACK) : one.start],
                clause=clause,
                sentence=first + number,
                scope=scope + bisect_left(among, one.start),
                paragraph=paragraph,
                period=periods[came][1] if came >= 0 else None,
                role=role,
                phrase=line[max(left, one.start - LOOK_BACK) : one.start],
                shared=shared,
            )
        )
    return found, scope + len(among)


def _clause(marks: list[int], one: Quantity, end: int) -> tuple[int, int]:
    """From behind the last mark before a quantity to the first one after it."""
    left, right = bisect_left(marks, one.start), bisect_left(marks, one.end)
    return marks[left - 1] + 1 if left else 0, marks[right] if right < len(marks) else end


def _label(line: str, marks: list[int], left: int, since: int, start: int) -> str:
    """The words right before; in a bracket and behind it, those before it too: 低于全市平均（74.6%）4.4个百分点."""
    label = line[since:start].strip()
    if left and since == left and line[left - 1] == "（" and not label:
        outer = marks[bisect_left(marks, left - 1) - 1] + 1 if bisect_left(marks, left - 1) else 0
        return re.split(r"\d[\d.,]*\s*[%\u4e00-\u9fff]", line[max(outer, left - 41) : left - 1])[-1].strip()
    if left and since == left and line[left - 1] == "）" and len(label) <= 8:
        opened = line.rfind("（", max(0, left - 60), left)
        if opened > 0:
            outer = marks[bisect_left(marks, opened) - 1] + 1 if bisect_left(marks, opened) else 0
            words = re.split(r"\d[\d.,]*\s*[%\u4e00-\u9fff]", line[max(outer, opened - 40) : opened])[-1]
            return words.strip() + label
    return label


def _rough(one: Quantity, label: str) -> Quantity:
    """约占45%: what is told roughly may be a twentieth off."""
    if one.hedged or not _ROUGHLY.search(label):
        return one
    wide = max(one.high - one.value, abs(one.value) * Decimal("0.05"))
    return replace(one, low=one.value - wide, high=one.value + wide, hedged=True)


def _moved(one: Quantity, place: int) -> Quantity:
    return replace(one, start=one.start + place, end=one.end + place)


def _periods(line: str) -> list[tuple[int, tuple[int, int]]]:
    found: dict[int, tuple[int, int]] = {}
    for number, (pattern, months) in enumerate(_PERIODS):
        for match in pattern.finditer(line):
            if months:
                found.setdefault(match.end(), months)
                continue
            last = _MONTHS.get(match["last"]) or int(match["last"])
            first = int(match.groupdict().get("first") or 1)
            if number == _SINGLE and not match.group().endswith(("末", "底")):
                first = last
            if 1 <= first <= last <= 12:
                found.setdefault(match.end() - (match.group()[-1] in "末底份"), (first, last))
    return sorted(found.items())
