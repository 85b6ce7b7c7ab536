"""标记：一段稿子里哪几个字是哪个数。稿子改了，没动过的数仍认得出是谁。"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import accumulate

# 模板印数时用的三个私用字符：开、名与字之间、合。它们不会出现在稿子里
OPEN, BETWEEN, SHUT = "\ue000", "\ue001", "\ue002"
MOST_WORK = 1_000_000  # characters of the one times characters of the other
PART_OF_A_NUMBER = "0123456789０１２３４５６７８９.．,%％万亿千百十"


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """text[start:end] prints the figure named key."""

    start: int
    end: int
    key: str


@dataclass(frozen=True, slots=True)
class Marked:
    """Text with its marks, in order, none over another."""

    text: str
    marks: tuple[Mark, ...] = ()


def wrapped(key: str, printed: str) -> str:
    """What a template prints for a figure, to be read back by `unwrapped`."""
    return f"{OPEN}{key}{BETWEEN}{printed}{SHUT}"


def unwrapped(words: str) -> Marked:
    """The text without the three characters, and where each figure stands in it."""
    parts: list[str] = []
    marks: list[Mark] = []
    length = 0
    for number, piece in enumerate(words.split(OPEN)):
        shown = piece
        if number and BETWEEN in piece and SHUT in piece:
            key, _, rest = piece.partition(BETWEEN)
            printed, _, after = rest.partition(SHUT)
            marks.append(Mark(length, length + len(printed), key))
            shown = printed + after
        shown = shown.replace(BETWEEN, "").replace(SHUT, "")
        parts.append(shown)
        length += len(shown)
    return Marked("".join(parts), tuple(marks))


def carried(before: Marked, text: str) -> Marked:
    """The marks that still stand after an edit: those whose own words, and their order, nobody touched.

    A digit, point or unit typed right beside a number makes another number of it: that mark is dropped.
    """
    moved = _moved(before.marks, list(_blocks(before.text, text)))
    kept = (new for old, new in moved if not _joined(before.text, old, text, new))
    return Marked(text, tuple(sorted(kept)))


def _blocks(before: str, after: str) -> Iterator[tuple[int, int, int]]:
    """(old, new, length) of what stands in both: whole lines first, then what is left of lines that changed."""
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    at, to = _starts(old), _starts(new)
    for word, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if word == "equal":
            yield at[a], to[c], at[b] - at[a]
        elif word == "replace":
            yield from _within(before, at[a], at[b], after, to[c], to[d])


def _starts(lines: list[str]) -> list[int]:
    return [0, *accumulate(map(len, lines))]


def _within(before: str, a: int, b: int, after: str, c: int, d: int) -> Iterator[tuple[int, int, int]]:
    """Character by character where that is little work; else only what begins and ends alike."""
    if (b - a) * (d - c) <= MOST_WORK:
        found = SequenceMatcher(None, before[a:b], after[c:d], autojunk=False).get_matching_blocks()
        yield from ((a + old, c + new, size) for old, new, size in found if size)
        return
    head = _alike(before[a:b], after[c:d])
    tail = _alike(before[a + head : b][::-1], after[c + head : d][::-1])
    yield a, c, head
    yield b - tail, d - tail, tail


def _alike(one: str, other: str) -> int:
    """How many characters they begin with alike."""
    return next(
        (n for n, (x, y) in enumerate(zip(one, other, strict=False)) if x != y), min(len(one), len(other))
    )


def _moved(marks: Iterable[Mark], blocks: Sequence[tuple[int, int, int]]) -> Iterator[tuple[Mark, Mark]]:
    starts = [old for old, _, _ in blocks]
    for mark in marks:
        place = bisect_right(starts, mark.start) - 1
        if place >= 0:
            old, new, size = blocks[place]
            if mark.end <= old + size:
                yield mark, Mark(mark.start - old + new, mark.end - old + new, mark.key)


def _joined(before: str, old: Mark, after: str, new: Mark) -> bool:
    """Whether what stands beside the number is new and makes another number of it."""
    left = before[max(0, old.start - 1) : old.start], after[max(0, new.start - 1) : new.start]
    right = before[old.end : old.end + 1], after[new.end : new.end + 1]
    return any(was != now and now in PART_OF_A_NUMBER and now for was, now in (left, right))
