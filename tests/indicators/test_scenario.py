"""情景：换几处再算；路径不在就是错；撤掉就一位不差。"""

from typing import Any

import numpy as np
import pytest

from tests.indicators.making import sentences, table
from xushi.indicators.engine import build
from xushi.indicators.reading import spec_of
from xushi.indicators.refusals import Refused
from xushi.indicators.scenario import overlaid, scenario_of
from xushi.indicators.uncertainty import study_of, uncertain

TREE = {
    "name": "x",
    "nodes": {
        "总": {"combine": "sum"},
        "a": {
            "parent": "总",
            "marks": 10,
            "score": "efficacy",
            "references": {"disallowed": 0, "satisfactory": 10},
        },
        "b": {"parent": "总", "marks": 10, "score": "minmax"},
    },
}
DATA = "unit,a,b\n甲,5,1\n乙,10,3\n丙,0,2\n"


def under(changes: dict[str, Any]) -> list[float]:
    spec, figures = overlaid(spec_of(TREE), table(DATA), scenario_of({"set": changes}))
    return [float(value) for value in build(spec, figures).scores[0, :, -1]]


def test_each_kind_of_path() -> None:
    assert under({"observations.甲.b": 3}) == [18, 20, 6]
    assert under({"nodes.a.references.satisfactory": 5}) == [10, 24, 11]
    assert under({"nodes.a.marks": 20}) == [16, 30, 17]
    assert under({"nodes.b.score.high": 50}) == [8, 15, 8.5]
    assert under({"defaults.missing": "zero", "rank.ties": "dense"}) == [8, 20, 11]


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("observations.丁.b", "observations.丁.b：数据里没有“丁”"),
        ("observations.甲.c", "数据里没有“c”"),
        ("nodes.c.marks", "nodes.c.marks：没有“c”"),
        ("nodes.a.mark", "没有“mark”这一项"),
        ("nodes.a.references.target", "没有“target”"),
        ("nodes.a.marks.x", "已经没有下一级"),
        ("adjustments.0.points", "只有 0 项"),
    ],
)
def test_a_path_that_is_not_there(path: str, said: str) -> None:
    with pytest.raises(Refused) as refusal:
        under({path: 1})
    assert said in sentences(refusal)


def test_names_with_points_in_them() -> None:
    tree = {"name": "x", "nodes": {"空气": {"data": "PM2.5", "score": "value"}}}
    change = scenario_of({"set": {"observations.甲.PM2.5": 30}})
    spec, figures = overlaid(spec_of(tree), table("unit,PM2.5\n甲,40\n"), change)
    assert build(spec, figures).scores.tolist() == [[[30]]]


def test_undone_every_digit_is_back() -> None:
    spec, figures = spec_of(TREE), table(DATA)
    before = build(spec, figures).scores.tobytes()
    overlaid(spec, figures, scenario_of({"set": {"observations.甲.a": 9, "nodes.a.marks": 3}}))
    assert build(spec, figures).scores.tobytes() == before


def test_peers_known_as_intervals() -> None:
    """对手的数只知道一个范围：位次有它的范围，同一种子同一结果。"""
    tree = {**TREE, "uncertainty": {"reach": [1]}}
    figures = table("unit,a,b\n甲,5,1\n乙,2..10,3\n丙,0,2\n")
    spec = spec_of(tree)
    first = uncertain(study_of(spec, figures, seed=7), draws=200)
    assert first == uncertain(study_of(spec, figures, seed=7), draws=200)
    assert first[1]["nominal"] == 1 and first[1]["reach"] == {"1": 1.0}
    spread = {row["unit"]: (row["q5"], row["q95"]) for row in first}
    assert spread["甲"] == (3, 3)


def test_a_factor_nobody_wrote() -> None:
    with pytest.raises(Refused) as refusal:
        study_of(spec_of(TREE), table(DATA), seed=1)
    assert "没有写什么会变" in sentences(refusal)


def test_noise_on_weights_moves_only_who_is_near() -> None:
    tree = {"name": "x", "uncertainty": {"weights": {"noise": 0.3}, "reach": [1, 2]},
            "defaults": {"score": "value"},
            "nodes": {"总": {}, "a": {"parent": "总"}, "b": {"parent": "总"}}}  # fmt: skip
    figures = table("unit,a,b\n甲,5,6\n乙,6,5\n丙,0,0\n")
    rows = uncertain(study_of(spec_of(tree), figures, seed=1), draws=500)
    assert [row["q95"] for row in rows] == [2, 2, 3]
    first = [row["reach"]["1"] for row in rows]  # type: ignore[index]
    assert 0.4 < first[0] < 0.6 and first[2] == 0
    assert np.isclose(first[0] + first[1], 1)


def test_a_choice_among_weights_is_followed() -> None:
    tree = {
        "name": "x", "defaults": {"score": "value", "weighting": "relative"},
        "uncertainty": {"choices": [{"path": "nodes.a.weight", "values": [1, 9]}], "reach": [1]},
        "nodes": {"总": {}, "a": {"parent": "总", "weight": 1}, "b": {"parent": "总", "weight": 2}},
    }  # fmt: skip
    rows = uncertain(study_of(spec_of(tree), table("unit,a,b\n甲,5,6\n乙,6,5\n"), seed=1), draws=400)
    chance = [row["reach"]["1"] for row in rows]  # type: ignore[index]
    assert 0.4 < chance[0] < 0.6 and np.isclose(sum(chance), 1)
