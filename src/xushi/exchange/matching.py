"""认项目：先看项目代码，再看归一名称；像而不同的，问。"""

import re
from collections import defaultdict
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any

from xushi.core.text import name_key

NEAR = 0.78
MOST_SEARCHED = 300
_NUMERALS = str.maketrans("〇零一二三四五六七八九", "00123456789")
_CHINESE_NUMERAL = re.compile(r"[〇零一二三四五六七八九十]")
_WORDS = re.compile(r"[^\s\-—_·.,，、()（）\[\]【】“”\"'《》:：/]+")
_DIGITS = re.compile(r"\d+")


@dataclass(slots=True)
class Index:
    """All projects by code, name and looser keys. visible: what this person may touch; None is all."""

    by_code: dict[str, int] = field(default_factory=dict)
    by_name: dict[str, int] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)
    codes: dict[int, str] = field(default_factory=dict)
    visible: set[int] | None = None
    _loose: dict[str, list[int]] | None = None
    _alike: dict[tuple[str, str], list[int]] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: Any, visible: set[int] | None) -> "Index":
        """rows: (pk, code, name, name_key)."""
        index = cls(visible=visible)
        for pk, code, name, key in rows:
            if code:
                index.by_code[code] = pk
                index.codes[pk] = code
            index.by_name[key] = pk
            index.names[pk] = name
        return index

    def has_code(self, pk: int) -> bool:
        return bool(self.code_of(pk))

    def code_of(self, pk: int) -> str:
        return self.codes.get(pk, "")

    def may(self, pk: int) -> bool:
        return self.visible is None or pk in self.visible

    def near(self, name: str, *, taken: set[int]) -> int | None:
        """The one project most like this name, its numbers being the same; None where nothing is like it."""
        key = loose_key(name)
        for pk in self._by_loose_key().get(key, ()):
            if pk not in taken and self.may(pk):
                return pk
        numbers = _numbers(key)
        pool: dict[int, None] = {}
        for part in _pieces(key):
            pool |= dict.fromkeys(self._alike.get((part, numbers), ())[:MOST_SEARCHED])
        return self._likest(key, [pk for pk in pool if pk not in taken and self.may(pk)]) if pool else None

    def _likest(self, key: str, pool: list[int]) -> int | None:
        best, found = NEAR, None
        matcher = SequenceMatcher(b=key)
        for pk in pool:
            matcher.set_seq1(loose_key(self.names[pk]))
            if matcher.real_quick_ratio() > best and matcher.quick_ratio() > best:
                likeness = matcher.ratio()
                if likeness > best:
                    best, found = likeness, pk
        return found

    def _by_loose_key(self) -> dict[str, list[int]]:
        """Projects by loose key; on the way, by the pieces and numbers of it that a likely one would share."""
        if self._loose is None:
            self._loose, self._alike = defaultdict(list), defaultdict(list)
            for pk, name in self.names.items():
                key = loose_key(name)
                self._loose[key].append(pk)
                numbers = _numbers(key)
                for part in _pieces(key):
                    self._alike[part, numbers].append(pk)
        return self._loose


def loose_key(name: str) -> str:
    """A name without punctuation, 项目/工程 at its end, and with numerals as digits: 二期 is 2期."""
    text = "".join(_WORDS.findall(name_key(name)))
    if _CHINESE_NUMERAL.search(text):
        text = text.replace("十", "10" if name.endswith("十") else "1").translate(_NUMERALS)
    for tail in ("建设项目", "项目", "工程"):
        if text.endswith(tail) and len(text) > len(tail) + 2:
            return text.removesuffix(tail)
    return text


def _numbers(key: str) -> str:
    """The numbers in a key, whatever their order: 第3号2期 and 2期3号 have the same."""
    found = _DIGITS.findall(key)
    return found[0] if len(found) == 1 else " ".join(sorted(found))


def _pieces(key: str) -> tuple[str, ...]:
    """The beginnings and ends that two writings of one name share."""
    return (key[:3], key[-4:], key[2:5]) if len(key) > 4 else (key[:2],)
