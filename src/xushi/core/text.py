"""文字归一：全角、空白、换行、拼音。"""

import unicodedata
from functools import lru_cache

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
    from xushi.core.spelling import spellings, two_spellings  # a dictionary that many processes never need

    words = [name_key(part) for part in parts if part]
    spelled: list[str] = []
    for word in words:
        spelled += two_spellings(word) if len(word) > 4 else spellings(word)
    return " ".join(dict.fromkeys(words + spelled))
