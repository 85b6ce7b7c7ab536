"""每一种规则、每一种汇总都该成立的事：好了不会少得分，出不了上下限，次序不要紧，情景撤掉一位不差。"""

import contextlib
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.indicators.making import table
from xushi.indicators.engine import Result, build
from xushi.indicators.reading import spec_of
from xushi.indicators.refusals import Refused
from xushi.indicators.scenario import overlaid, scenario_of
from xushi.indicators.spec import Spec

RULES: dict[str, Any] = {
    "affine": {"form": "affine", "worst": -50, "best": 50},
    "minmax": {"form": "minmax", "flat": 50},
    "distance": {"form": "distance", "flat": 1},
    "goalposts": {"form": "goalposts", "worst": -20, "best": 30},
    "efficacy": {"form": "efficacy", "worst": -10, "best": 40, "floor": 40, "cap": 100},
    "exponential": {"form": "efficacy", "worst": -10, "best": 40, "shape": "exponential"},
    "power": {"form": "affine", "worst": -50, "best": 50, "power": 2},
    "deduct": {"form": "deduct", "take": 3},
    "deduct down": {"form": "deduct", "take": 3, "per": 2, "whole": "down"},
    "deduct up": {"form": "deduct", "take": 3, "whole": "up", "relative": True},
    "bonus": {"form": "bonus", "give": 2, "per": 3, "cap": 20},
    "bonus down": {"form": "bonus", "give": 2, "per": 3, "whole": "down"},
    "bonus up": {"form": "bonus", "give": 2, "per": 3, "whole": "up"},
    "brackets": {"form": "brackets", "steps": [{"at": -5, "score": 20}, {"at": "target", "score": 70}]},
    "pass": {"form": "pass"},
    "rank": "rank",
    "rank table": {"form": "rank", "by": "table", "table": [10, 8, 5, 1]},
    "rank average": {"form": "rank", "ties": "average", "step": 3},
    "place": {"form": "rank", "by": "place"},
    "borda": {"form": "rank", "by": "borda"},
    "percentile": {"form": "rank", "by": "percentile"},
    "zscore": {"form": "zscore", "mean": 100, "deviation": 10, "flat": 100},
    "curve": {"form": "curve", "points_at": [[-50, 0], [0, 70], [50, 100]]},
    "value": "value",
}
COMBINES = [
    "sum",
    "arithmetic",
    {"form": "power", "p": 3},
    "geometric",
    "harmonic",
    "minimum",
    "maximum",
    "copeland",
]
figure = st.integers(-400, 400).map(lambda n: n / 4)
columns = st.lists(figure, min_size=3, max_size=8)


def of_one(rule: Any, direction: str) -> Spec:
    node = {"score": rule, "direction": direction, "references": {"target": 10}}
    return spec_of({"name": "x", "nodes": {"a": node}})


def built(spec: Spec, figures: list[float]) -> Result:
    return build(spec, table("unit,a\n" + "".join(f"区{at},{value!r}\n" for at, value in enumerate(figures))))


@pytest.mark.parametrize("direction", ["positive", "negative"])
@pytest.mark.parametrize("name", RULES)
@given(figures=columns, quarters=st.integers(0, 400))
@settings(max_examples=25, deadline=None)
def test_better_never_scores_less(name: str, direction: str, figures: list[float], quarters: int) -> None:
    """标好方向的规则：数好一点，得分不减、位次不退。写死 worst、best 的，方向就在两个数里，只看正向。"""
    if direction == "negative" and name in (
        "affine", "goalposts", "efficacy", "exponential", "power", "curve", "value",
    ):  # fmt: skip
        return
    spec = of_one(RULES[name], direction)
    before = built(spec, figures)
    better = figures[0] + quarters / 4 * (1 if direction == "positive" else -1)
    after = built(spec, [better, *figures[1:]])
    slack = 1e-9 * max(abs(float(before.scores[0, 0, 0])), 1)
    if name == "power" and figures[0] < -50:  # before its start a square bends the other way on purpose
        slack = np.inf
    assert after.scores[0, 0, 0] >= before.scores[0, 0, 0] - slack
    assert after.ranks[0, 0, 0] <= before.ranks[0, 0, 0] or slack == np.inf


@pytest.mark.parametrize("name", RULES)
@given(figures=columns, ends=st.tuples(st.integers(-200, 100), st.integers(0, 200)))
@settings(max_examples=15, deadline=None)
def test_within_floor_and_cap(name: str, figures: list[float], ends: tuple[int, int]) -> None:
    floor, cap = ends[0], ends[0] + ends[1]
    rule = RULES[name] if isinstance(RULES[name], dict) else {"form": RULES[name]}
    if name in ("place", "borda", "percentile"):  # the place itself has no floor
        return
    scored = built(of_one({**rule, "floor": floor, "cap": cap}, "positive"), figures).scores
    assert scored.min() >= floor and scored.max() <= cap


@pytest.mark.parametrize("combine", COMBINES, ids=str)
@given(
    figures=st.lists(st.tuples(*[st.integers(1, 400).map(lambda n: n / 4)] * 3), min_size=2, max_size=7),
    column=st.integers(0, 2),
    quarters=st.integers(0, 400),
)
@settings(max_examples=25, deadline=None)
def test_a_better_part_never_makes_a_worse_whole(
    combine: Any, figures: list[tuple[float, float, float]], column: int, quarters: int
) -> None:
    nodes: dict[str, Any] = {"总": {"combine": combine, "weighting": "relative"}}
    for code, weight in zip("abc", (3, 1, 2), strict=True):
        nodes[code] = {"parent": "总", "weight": weight, "score": "value"}
    spec = spec_of({"name": "x", "nodes": nodes})
    better = [list(row) for row in figures]
    better[0][column] += quarters / 4
    results = []
    for rows in (figures, better):
        text = "unit,a,b,c\n" + "".join(f"区{at},{a!r},{b!r},{c!r}\n" for at, (a, b, c) in enumerate(rows))
        results.append(build(spec, table(text)))
    before, after = results
    assert after.scores[0, 0, -1] >= before.scores[0, 0, -1] - 1e-9 * abs(before.scores[0, 0, -1])
    if combine not in ("minimum", "maximum"):
        low, high = before.scores[0, :, :3].min(), before.scores[0, :, :3].max()
        whole = before.scores[0, :, -1]
        assert combine in ("sum", "copeland") or (whole.min() >= low - 1e-9 and whole.max() <= high + 1e-9)


MANY = {
    "name": "x", "columns": {"attributes": ["区"]}, "rank": {"within": ["区"]},
    "defaults": {"impute": {"by": "mean"}, "treat": {"winsorise": 2}, "weighting": "relative"},
    "nodes": {
        "总": {"combine": "penalty"}, "组": {"parent": "总"},
        **{f"n{at}": {"parent": "组" if at % 2 else "总", "data": f"c{at % 3}", "score": rule,
                      "references": {"target": 10}} for at, rule in enumerate(RULES.values())},
    },
}  # fmt: skip


@given(
    figures=st.lists(st.tuples(figure, figure, figure), min_size=4, max_size=9),
    chance=st.randoms(use_true_random=False),
)
@settings(max_examples=40, deadline=None)
def test_the_order_of_units_and_columns_does_not_matter(
    figures: list[tuple[float, float, float]], chance: Any
) -> None:
    """所有规则一起上，行列怎么排，每个数的每一位都不变。"""
    spec = spec_of(MANY)
    rows = [[f"区{at}", "东西"[at % 2], *map(repr, row)] for at, row in enumerate(figures)]
    header = ["unit", "区", "c0", "c1", "c2"]
    places = [1, 2, 3, 4]
    found = []
    for _ in range(2):
        text = "\n".join(",".join([row[0], *(row[at] for at in places)]) for row in [header, *rows])
        result = build(spec, table(text + "\n", attributes=["区"]))
        order = np.argsort(result.plan.table.units)
        found.append((result.scores[0][order].tobytes(), result.ranks[0][order].tobytes(),
                      result.within["区"][0][order].tobytes()))  # fmt: skip
        chance.shuffle(rows)
        chance.shuffle(places)
    assert found[0] == found[1]


CHANGES = [
    ("observations.区0.c0", 7.5), ("observations.区1.c1", "1..9"), ("observations.区2.c2", None),
    ("nodes.n7.references.target", 3), ("nodes.n0.score.high", 80), ("nodes.组.combine", "geometric"),
    ("defaults.treat.winsorise", 0), ("nodes.n3.weight", 4), ("rank.ties", "dense"),
]  # fmt: skip


@given(picked=st.lists(st.sampled_from(CHANGES), min_size=1, max_size=6, unique_by=lambda one: one[0]))
@settings(max_examples=40, deadline=None)
def test_a_scenario_undone_restores_every_digit(picked: list[tuple[str, Any]]) -> None:
    text = "unit,区,c0,c1,c2\n区0,东,1,2,3\n区1,西,4,5,6\n区2,东,7,8,9\n区3,西,9,1,2\n"
    spec, figures = spec_of(MANY), table(text, attributes=["区"])
    before = build(spec, figures)
    other, moved = overlaid(spec, figures, scenario_of({"set": dict(picked)}))
    with contextlib.suppress(Refused):  # what it asks for cannot be scored: it must leave no trace either
        build(other, moved)
    again = build(spec, figures)
    assert (
        again.scores.tobytes() == before.scores.tobytes() and again.ranks.tobytes() == before.ranks.tobytes()
    )
    back = {path: _was(figures, path) for path, _ in picked if path.startswith("observations.")}
    if back and len(back) == len(picked):
        restored, same = overlaid(other, moved, scenario_of({"set": back}))
        assert build(restored, same).scores.tobytes() == before.scores.tobytes()


def _was(figures: Any, path: str) -> float:
    _, unit, column = path.split(".")
    return float(figures.values[0, figures.units.index(unit), figures.columns.index(column)])
