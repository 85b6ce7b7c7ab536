"""数字勾稽：别人写的一千六百三十段（平铺直叙的、绕着弯说的，对错各半），报出的有几成是真的、错的查出几成。"""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from xushi.documents.checking import check
from xushi.documents.checking.reading import Table

SENTENCES = Path(__file__).with_name("sentences_by_others.jsonl")
PRECISION, RECALL = 0.98, 0.9


def _cases() -> Iterator[dict[str, Any]]:
    """A line each: the text, its table if it has one, and what is wrong as printed (alternatives by bars)."""
    return (json.loads(line) for line in SENTENCES.read_text(encoding="utf-8").splitlines())


def _met(found: list[str], wrong: list[str]) -> int:
    """How many of the wrong numbers were found; a number counts where it is part of what is printed, or holds it."""
    left = [set(one.split("|")) for one in wrong]
    met = 0
    for text in found:
        hit = next(
            (one for one in left if any(text in way or (way in text and len(way) > 1) for way in one)), None
        )
        if hit is not None:
            left.remove(hit)
            met += 1
    return met


def test_sentences_of_other_hands() -> None:
    count: Counter[str] = Counter()
    for case in _cases():
        tables = [Table(tuple(tuple(row) for row in case["table"]))] if "table" in case else []
        found = [one.claimed for one in check(case["text"], tables).findings]
        met = _met(found, case["wrong"])
        count.update(right=met, false=len(found) - met, missed=len(case["wrong"]) - met, read=1)
    assert count["read"] == 1630
    assert count["right"] / (count["right"] + count["false"]) >= PRECISION
    assert count["right"] / (count["right"] + count["missed"]) >= RECALL
