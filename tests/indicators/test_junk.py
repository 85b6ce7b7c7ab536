"""随便改坏哪一处，出来的不是结果就是一句话，从不是一串出错的堆栈。"""

import contextlib
import copy
import json
import random
from typing import Any

import pytest
import yaml

from tests.indicators.making import table
from xushi.indicators.data import Table
from xushi.indicators.engine import build
from xushi.indicators.paying import cheapest, gains, thresholds
from xushi.indicators.reading import spec_of, tree_of
from xushi.indicators.refusals import Refused
from xushi.indicators.sensitivity import leave_one_out
from xushi.indicators.spec import Spec
from xushi.indicators.tracing import answer, trace
from xushi.indicators.uncertainty import study_of, uncertain

TREE: dict[str, Any] = {
    "name": "x", "period": "2018", "rank": {"ties": "min"}, "cohort": {"by": "区"}, "columns": {"attributes": ["区"]},
    "defaults": {"impute": {"by": "mean"}, "treat": {"winsorise": 2}, "weighting": "relative"},
    "nodes": {
        "总": {"combine": {"form": "power", "p": 2}}, "乙": {"parent": "总", "weight": 2, "combine": "penalty"},
        "a": {"parent": "乙", "score": {"form": "minmax", "flat": 5}}, "b": {"parent": "乙", "score": "rank"},
        "c": {"parent": "总", "weight": 1, "score": {"form": "deduct", "take": 1}, "references": {"target": 3}},
        "d": {"parent": "总", "weight": 1, "data": "c", "derive": {"form": "per", "by": "a"},
              "score": {"form": "brackets", "steps": [{"at": 1, "score": 3}]}},
    },
    "adjustments": [{"node": "总", "points": 1, "evidence": "据"}, {"node": "总", "gate": "a", "below": 1, "limit": 0}],
}  # fmt: skip
DATA = "unit,区,a,b,c\n甲,东,1,4,2\n乙,东,2,,3\n丙,西,3,5,9\n丁,西,4,5,8\n"
JUNK: list[Any] = [
    *(
        None,
        "",
        0,
        -1,
        1e308,
        -1e308,
        1e-308,
        float("inf"),
        True,
        [],
        {},
        [1, 2],
        {"form": "x"},
        "a",
        "总",
        "2018",
    ),
    *("minmax", "geometric", "harmonic", "copeland", "entropy", "growth", "zscore", "ratio", "interval"),
]


def places(tree: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    keys = tree.keys() if isinstance(tree, dict) else range(len(tree)) if isinstance(tree, list) else ()
    return [found for key in keys for found in [(*way, key), *places(tree[key], (*way, key))]]


def spoiled(chance: random.Random) -> dict[str, Any]:
    tree = copy.deepcopy(TREE)
    for _ in range(chance.randint(1, 3)):
        *way, last = chance.choice(places(tree))
        at: Any = tree
        for step in way:
            at = at[step]
        if chance.random() < 0.25 and isinstance(at, dict):
            del at[last]
        else:
            at[last] = copy.deepcopy(chance.choice(JUNK))
    return tree


@pytest.mark.parametrize("seed", range(8))
def test_a_result_or_a_sentence(seed: int) -> None:
    chance, told = random.Random(seed), 0
    figures = table(DATA, attributes=["区"])
    for _ in range(120):
        tree = spoiled(chance)
        try:
            result = build(spec_of(tree), figures)
            json.dumps([answer(result), trace(result)], allow_nan=False)
        except Refused as refusal:
            told += 1
            assert refusal.problems and all(problem.sentence for problem in refusal.problems)
    assert told


@pytest.mark.parametrize("seed", range(4))
def test_broken_text(seed: int) -> None:
    chance = random.Random(seed)
    whole = yaml.safe_dump(TREE, allow_unicode=True)
    for _ in range(60):
        text = list(whole)
        for _ in range(chance.randint(1, 6)):
            text[chance.randrange(len(text))] = chance.choice("{}[]:,&*!|>'\"%@`\t\n \0\ud800é中-?#")
        try:
            spec_of(tree_of("".join(text)))
        except Refused as refusal:
            assert refusal.problems


KNOWN = ["1", "2", "3.5", "", "#1", "#2", "#1..3", "2#2", "1..5", "3..", "≥2", "0", "-1", "第4位", "1e9"]


def asked_of(spec: Spec, figures: Table) -> None:
    """Everything that can be asked of an assessment; each may refuse for itself."""
    steps = {"a": 1.0, "c": 1.0}
    for ask in (
        lambda: gains(spec, figures, unit="甲"),
        lambda: thresholds(spec, figures, unit="甲"),
        lambda: cheapest(
            spec, figures, unit="甲", rank=1, steps=steps, costs=steps, most={"a": 2, "c": 2}, budget=3
        ),
        lambda: uncertain(study_of(spec, figures, seed=1), draws=3),
        lambda: leave_one_out(spec, figures),
    ):
        with contextlib.suppress(Refused):
            ask()


@pytest.mark.parametrize("seed", range(4))
def test_whatever_is_asked_of_whatever_is_known(seed: int) -> None:
    """说明改坏一两处，数里掺进范围、位次、缺数：怎样加分、有多稳，也不是结果就是一句话。"""
    chance, done = random.Random(seed), 0
    for _ in range(25):
        rows = [
            f"{unit},{area}," + ",".join(chance.choice(KNOWN) if chance.random() < 0.12 else str(chance.randint(1, 9))
                                         for _ in "abc")
            for unit, area in zip("甲乙丙丁", "东东西西", strict=True)
        ]  # fmt: skip
        tree = spoiled(chance) if chance.random() < 0.4 else copy.deepcopy(TREE)
        with contextlib.suppress(Refused):
            figures = table("unit,区,a,b,c\n" + "\n".join(rows) + "\n", attributes=["区"])
            spec = spec_of({**tree, "uncertainty": {"gaps": True, "weights": {"noise": 0.2}}})
            result = build(spec, figures)
            json.dumps([answer(result), trace(result)], allow_nan=False)
            asked_of(spec, figures)
            done += 1
    assert done
