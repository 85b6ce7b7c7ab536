"""数字勾稽：别人写的五千段（平铺直叙的、绕着弯说的，对错各半）、自己写的三百多段和从没拿来调过的二百段，报出的有几成是真的、错的查出几成。"""

import json
import random
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from xushi.documents.checking import check
from xushi.documents.checking.reading import Table

SENTENCES = {"sentences_by_others.jsonl": 5030, "sentences_of_ours.jsonl": 335, "sentences_unseen.jsonl": 200}
# sentences_unseen.jsonl has been used for no change of the check, and is to stay so: what it misses is not mended by it
PRECISION, RECALL = 0.98, 0.9


def _cases(name: str) -> Iterator[dict[str, Any]]:
    """A line each: the text, its table if it has one, and what is wrong as printed (alternatives by bars)."""
    return (
        json.loads(line) for line in Path(__file__).with_name(name).read_text(encoding="utf-8").splitlines()
    )


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


@pytest.mark.parametrize("name", SENTENCES)
def test_sentences_of_other_hands(name: str) -> None:
    count: Counter[str] = Counter()
    for case in _cases(name):
        tables = [Table(tuple(tuple(row) for row in case["table"]))] if "table" in case else []
        found = [one.claimed for one in check(case["text"], tables).findings]
        met = _met(found, case["wrong"])
        count.update(right=met, false=len(found) - met, missed=len(case["wrong"]) - met, read=1)
    assert count["read"] == SENTENCES[name]
    assert count["right"] / (count["right"] + count["false"]) >= PRECISION
    assert count["right"] / (count["right"] + count["missed"]) >= RECALL


def test_clauses_thrown_together_break_nothing() -> None:
    """Clauses of all these texts in any order, cut anywhere: whatever they say, the check says something of them."""
    chance = random.Random(2018)
    texts = [case["text"] for name in SENTENCES for case in _cases(name)]
    for _ in range(1500):
        clauses = [one for text in chance.sample(texts, 2) for one in re.split(r"(?<=[，。；、：])", text)]
        chance.shuffle(clauses)
        thrown = "".join(clauses[: chance.randrange(1, 14)])
        assert all(
            0 <= one.start <= one.end <= len(thrown) for one in check(thrown).findings if one.start >= 0
        )
