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
_PUNCTUATION = re.compile(r"[\s\-—_·.,，、()（）\[\]【】“”\"'《》:：/]+")


@dataclass(slots=True)
class Index:
    """All projects by code, name and looser keys. visible: what this person may touch; None is all."""

    by_code: dict[str, int] = field(default_factory=dict)
    by_name: dict[str, int] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)
    codes: dict[int, str] = field(default_factory=dict)
    visible: set[int] | None = None
    _loose: dict[str, list[int]] | None = None
    _starts: dict[str, list[int]] | None = None

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
        loose, starts = self._indexes()
        key = loose_key(name)
        for pk in loose.get(key, ()):
            if pk not in taken and self.may(pk):
                return pk
        numbers = sorted(re.findall(r"\d+", key))
        best, found = NEAR, None
        pool = dict.fromkeys(pk for part in _pieces(key) for pk in starts.get(part, ())[:MOST_SEARCHED])
        for pk in pool:
            other = loose_key(self.names[pk])
            if pk in taken or not self.may(pk) or sorted(re.findall(r"\d+", other)) != numbers:
                continue
            likeness = SequenceMatcher(None, key, other).ratio()
            if likeness > best:
                best, found = likeness, pk
        return found

    def _indexes(self) -> tuple[dict[str, list[int]], dict[str, list[int]]]:
        if self._loose is None or self._starts is None:
            self._loose, self._starts = defaultdict(list), defaultdict(list)
            for pk, name in self.names.items():
                key = loose_key(name)
                self._loose[key].append(pk)
                for part in _pieces(key):
                    self._starts[part].append(pk)
        return self._loose, self._starts


def loose_key(name: str) -> str:
    """A name without punctuation, 项目/工程 at its end, and with numerals as digits: 二期 is 2期."""
    text = _PUNCTUATION.sub("", name_key(name)).replace("十", "10" if name.endswith("十") else "1")
    text = text.translate(_NUMERALS)
    for tail in ("建设项目", "项目", "工程"):
        if text.endswith(tail) and len(text) > len(tail) + 2:
            return text.removesuffix(tail)
    return text


def _pieces(key: str) -> tuple[str, ...]:
    """The beginnings and ends that two writings of one name share."""
    return (key[:3], key[-4:], key[2:5]) if len(key) > 4 else (key[:2],)
