"""文字归一：全角、空白、换行、拼音。"""

import re
import unicodedata
from functools import cache, lru_cache
from itertools import product

from pypinyin import Style, pinyin
from pypinyin.constants import PHRASES_DICT, RE_HANS
from pypinyin.seg.mmseg import p_set

_HANS = RE_HANS.pattern.removeprefix("^(?:").removesuffix(")+$")
_RUNS = re.compile(f"{_HANS}+|[^{_HANS[1:]}+")
_READINGS_AT_MOST = 4
NUMBER_AT_MOST = 12  # digits
_HALF_WIDTH = {
    full: full - 0xFEE0
    for first, last in ((0xFF10, 0xFF19), (0xFF21, 0xFF3A), (0xFF41, 0xFF5A))
    for full in range(first, last + 1)
}


_OFTEN = (("（", "("), ("）", ")"), ("，", ","), ("：", ":"), ("；", ";"))


def nfkc(text: str) -> str:
    """Unicode's NFKC. The commonest full-width marks first: what is regular then costs a fortieth of the rest."""
    for full, half in _OFTEN:
        text = text.replace(full, half)
    return unicodedata.normalize("NFKC", text)


def tidy(text: str) -> str:
    """What a person typed, made regular: half-width letters and digits, single spaces, trimmed; punctuation stays."""
    if not unicodedata.is_normalized("NFKC", text):
        text = text.translate(_HALF_WIDTH)
    return " ".join(text.split())


def regular(text: str) -> str:
    """A cell as machines read it: NFKC throughout (full-width points and brackets too), single spaces, trimmed."""
    return " ".join(nfkc(text).split())


def row_number(text: str) -> int | None:
    """A row's number as an address or a form carries it; None for anything else (², a number no table holds)."""
    tidied = text.strip()
    return int(tidied) if tidied.isdecimal() and len(tidied) <= NUMBER_AT_MOST else None


@lru_cache(maxsize=32_768)
def name_key(text: str) -> str:
    """Two names with one key are the same name: no spaces, no case, no full-width forms."""
    return "".join(nfkc(text).split()).casefold()


def search_text(*parts: str) -> str:
    """The one column that search looks into: the words, their full pinyin and their initials.

    浦口大道 → "浦口大道 pukoudadao pkdd". Characters with several readings give up to four spellings.
    """
    words = [name_key(part) for part in parts if part]
    spellings: list[str] = []
    for word in words:
        if len(word) > 4:
            spellings += _two_spellings(word)
        else:
            spellings += _spellings(word, Style.NORMAL) + _spellings(word, Style.FIRST_LETTER)
    return " ".join(dict.fromkeys(words + spellings))


def _two_spellings(word: str) -> list[str]:
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
