"""拼音：一个名字怎么念，全拼与首字母。词典占五十多兆内存，所以单放一处，用到拼音的进程才装。"""

import re
from functools import cache, lru_cache
from itertools import product

from pypinyin import Style, pinyin
from pypinyin.constants import PHRASES_DICT, RE_HANS
from pypinyin.seg.mmseg import p_set

_HANS = RE_HANS.pattern.removeprefix("^(?:").removesuffix(")+$")
_RUNS = re.compile(f"{_HANS}+|[^{_HANS[1:]}+")
_READINGS_AT_MOST = 4


def spellings(word: str) -> list[str]:
    """Up to four full spellings of a short word, then as many of its initials."""
    return _spellings(word, Style.NORMAL) + _spellings(word, Style.FIRST_LETTER)


def two_spellings(word: str) -> list[str]:
    """Full and initials of a long word in one look-up; what is no character stays as it is in both."""
    if word.isascii():
        return [word]
    spelled = [_spelled(part) for part in _phrases(word)]
    return ["".join([full for full, _ in spelled]), "".join([initials for _, initials in spelled])]


def _phrases(word: str) -> list[str]:
    """Runs without characters as they are, characters cut by the longest phrase first, as pypinyin's own seg does."""
    parts: list[str] = []
    for run in _RUNS.findall(word):
        parts += _cut(run) if RE_HANS.match(run) else [run]
    return parts


def _cut(run: str) -> list[str]:
    """A look-up per two characters rather than per prefix: most pairs begin no phrase."""
    parts: list[str] = []
    at, end, begun = 0, len(run), _begun()
    while at < end:
        longest = begun.get(run[at : at + 2])
        part = run[at : at + longest] if longest else run[at]
        while len(part) > 1 and part not in PHRASES_DICT:
            part = part[:-1]
        if longest and len(part) == 1 and run[at:] in p_set:  # the run ends within a phrase
            return [*parts, *run[at:]]
        parts.append(part)
        at += len(part)
    return parts


@cache
def _begun() -> dict[str, int]:
    """The length of the longest phrase by its first two characters."""
    begun: dict[str, int] = {}
    for phrase in PHRASES_DICT:
        start = phrase[:2]
        if len(phrase) > begun.get(start, 0):
            begun[start] = len(phrase)
    return begun


@lru_cache(maxsize=32_768)
def _spelled(part: str) -> tuple[str, str]:
    """The syllables of one phrase and their initials; a run without characters as it is."""
    if not RE_HANS.match(part):
        return part, part
    marked = pinyin(part, style=Style.NORMAL, errors=lambda run: "\0" + run)
    readings = [reading[0] for reading in marked]
    full = "".join([reading.removeprefix("\0") for reading in readings])
    return full, "".join([r[1:] if r.startswith("\0") else r[0] for r in readings])


def _spellings(word: str, style: Style) -> list[str]:
    readings = pinyin(word, style=style, heteronym=False)
    first = "".join(reading[0] for reading in readings)
    many = pinyin(word, style=style, heteronym=True)
    spelled = ["".join(choice) for _, choice in zip(range(_READINGS_AT_MOST), product(*many), strict=False)]
    return list(dict.fromkeys([first, *spelled]))
