"""对手只知道位次或范围：位次夹在哪两个数之间，算出来靠它多少，处处说得清。"""

from typing import Any

import numpy as np
import pytest

from tests.indicators.making import ranks, scores, sentences, table
from xushi.indicators.engine import Result, build
from xushi.indicators.ladders import Ladder, Rung
from xushi.indicators.paying import alone, gains, thresholds
from xushi.indicators.reading import spec_of
from xushi.indicators.refusals import Refused
from xushi.indicators.scenario import overlaid, scenario_of
from xushi.indicators.tracing import answer, trace
from xushi.indicators.uncertainty import study_of, uncertain

NAN = float("nan")


def ladder(*rungs: Rung, of: int | None = None, ends: tuple[float, float] | None = (0, 100)) -> Ladder:
    return Ladder("数据里的“a”", rungs, of or len(rungs), ends)


def known(unit: str, value: float, place: int = 0) -> Rung:
    return Rung(unit, value, value, place, place)


def hidden(unit: str, first: int, last: int | None = None) -> Rung:
    return Rung(unit, NAN, NAN, first, last or first)


@pytest.mark.parametrize(
    ("rungs", "of", "expected"),
    [
        ((known("甲", 60), hidden("乙", 2), known("丙", 40)), None, [60, 50, 40]),
        ((known("甲", 60), hidden("乙", 2), hidden("丁", 3), known("丙", 30)), None, [60, 50, 40, 30]),
        ((hidden("甲", 1), known("乙", 60), hidden("丙", 3)), None, [80, 60, 30]),
        ((hidden("甲", 1), hidden("乙", 2), hidden("丙", 3)), None, [75, 50, 25]),
        ((known("甲", 60), hidden("乙", 2), hidden("丙", 2), known("丁", 30)), None, [60, 50, 50, 30]),
        ((known("甲", 60, 2), hidden("乙", 2), known("丁", 30)), 4, None),
        ((known("甲", 60, 2), hidden("乙", 2), known("丁", 30, 4)), 4, [60, 60, 30]),
        ((known("甲", 80, 1), hidden("乙", 5), known("丙", 40, 9)), 11, [80, 60, 40]),
        ((known("甲", 90), hidden("乙", 2, 4), known("丙", 70), known("丁", 50)), None, [90, 60, 70, 50]),
    ],
)
def test_what_a_place_says_of_the_figure(
    rungs: tuple[Rung, ...], of: int | None, expected: list[float] | None
) -> None:
    """均匀地落在两边知道的数之间；并列的同数；十一个里排的，位次隔几位就隔几份。"""
    if expected is None:
        with pytest.raises(Refused, match="等有数的单位也写上位次"):
            ladder(*rungs, of=of).laid()
    else:
        assert ladder(*rungs, of=of).laid() == pytest.approx(expected)


def test_drawn_figures_keep_the_order_and_the_bounds() -> None:
    one = ladder(hidden("甲", 1), Rung("乙", 60, 70), hidden("丙", 3, 4), hidden("丁", 3, 4), known("戊", 20))
    chance, third = np.random.default_rng(1), []
    for _ in range(300):
        a, b, c, d, e = one.laid(chance)
        assert 100 >= a >= b and 60 <= b <= 70 and e == 20
        assert b >= max(c, d) and min(c, d) >= 20
        third.append(c > d)
    assert 0.4 < np.mean(third) < 0.6
    assert one.bounds(one.laid()) == [(60, 100), (60, 70), (20, 70), (20, 70), (20, 20)]


@pytest.mark.parametrize(
    ("rungs", "said"),
    [
        ((known("甲", 10, 1), known("乙", 20, 2)), "“甲”和“乙”的数与位次（1、2）对不上"),
        ((hidden("甲", 1), hidden("乙", 1), hidden("丙", 2)), "位次 2 与“甲”的对不上"),
        ((hidden("甲", 1), hidden("乙", 2), hidden("丙", 1, 2)), "“丙”的位次 1..2 已被别的单位占满"),
    ],
)
def test_places_that_contradict(rungs: tuple[Rung, ...], said: str) -> None:
    with pytest.raises(Refused, match=said):
        ladder(*rungs).laid()


TREE: dict[str, Any] = {
    "name": "x", "uncertainty": {"reach": [2]},
    "nodes": {
        "总": {"combine": "sum"},
        "a": {"parent": "总", "marks": 10, "score": "minmax", "range": [0, 100]},
        "b": {"parent": "总", "marks": 10, "score": "rank"},
    },
}  # fmt: skip
DATA = "unit,a,b\n甲,60,#2/6\n乙,#1,#1/6\n丙,第3位,#3\n丁,40,#5..6\n戊,#5,#5..6\n己,12..20,第4名/6\n"


def built(tree: dict[str, Any] = TREE, data: str = DATA) -> Result:
    return build(spec_of(tree), table(data))


def test_places_are_observations() -> None:
    result = built()
    assert ranks(result, "a") == {"甲": 2, "乙": 1, "丙": 3, "丁": 4, "戊": 5, "己": 6}
    assert [score * 10 for score in scores(result, "b")[:4]] == [95, 100, 90, 80]
    assert scores(result, "a") == pytest.approx([10 * (x - 16) / 64 for x in (60, 80, 50, 40, 28, 16)])


def test_each_result_says_how_much_it_rests_on_them() -> None:
    units = {one["unit"]: one for one in answer(built())}
    assert units["甲"]["rests_on"]["places"] == 0, "b 按位次记分，位次是确数，没有猜"
    assert units["乙"]["rests_by_node"]["总"] == {"places": 0.5, "peers": pytest.approx(2.5 / 5)}
    assert units["己"]["rests_by_node"]["a"] == {"intervals": 1, "peers": pytest.approx(3 / 5)}
    assert units["丁"]["rests_by_node"]["b"]["places"] == 1


def test_a_trace_shows_the_place_and_what_it_lies_between() -> None:
    cells = {(one["unit"], one["node"]): one for one in trace(built())}
    a, b = cells["乙", "a"], cells["乙", "b"]
    assert a["standing"] == {"first": 1, "last": 1, "of": None} and a["between"] == [60, 100]
    assert b["input"] is None and b["score"] == 10, "没有数就不编一个给人看"
    assert "between" not in b and cells["甲", "a"]["input"] == 60


def test_the_chance_of_a_place_when_peers_are_places() -> None:
    rows = {
        str(row["unit"]): row for row in uncertain(study_of(spec_of(TREE), table(DATA), seed=1), draws=200)
    }
    assert rows["甲"]["reach"] == {"2": 1.0} and rows["丙"]["reach"] == {"2": 0.0}
    assert (rows["戊"]["q5"], rows["戊"]["q95"]) != (5, 5)


def test_who_moves_in_a_scenario_moves_past_peers_who_stay() -> None:
    """乙只知道是第一；甲提到 90，乙还在 80，甲就是第一。"""
    spec, figures = overlaid(spec_of(TREE), table(DATA), scenario_of({"set": {"observations.甲.a": 90}}))
    result = build(spec, figures)
    assert ranks(result, "a")["甲"] == 1 and ranks(result, "a")["乙"] == 2


def test_peers_are_drawn_where_they_were_whoever_moves() -> None:
    """乙在 60 到 100 之间：甲提到 90，大约四分之三的可能超过它；甲掉到 1，别人也不跟着掉。"""
    tree = {**TREE, "nodes": {"a": {**TREE["nodes"]["a"], "parent": None}}, "uncertainty": {"reach": [1]}}
    spec = spec_of(tree)
    up = overlaid(spec, table(DATA), scenario_of({"set": {"observations.甲.a": 90}}))
    rows = uncertain(study_of(*up, seed=1), draws=400)
    assert 0.68 < rows[0]["reach"]["1"] < 0.82  # type: ignore[index]
    down = overlaid(spec, table(DATA), scenario_of({"set": {"observations.甲.a": 1}}))
    rows = uncertain(study_of(*down, seed=1), draws=50)
    assert (rows[0]["q5"], rows[0]["q95"]) == (6, 6) and rows[1]["reach"] == {"1": 1.0}


@pytest.mark.parametrize(
    ("nodes", "data", "said"),
    [
        ({"a": {}}, "unit,a\n甲,60\n乙,#1\n丙,10\n", "nodes.a.range：“乙”只知道位次，比它好的都没有数"),
        ({"a": {}}, "unit,a\n甲,60\n乙,50\n丙,#3\n", "比它差的都没有数"),
        ({"a": {}}, "unit,a\n甲,60\n乙,>=50\n丙,1\n", "nodes.a.range：“乙”只知道不小于 50"),
        ({"a": {}}, "unit,a\n甲,60\n乙,..50\n丙,1\n", "“乙”只知道不大于 50"),
        ({"a": {"range": [0, 9]}}, "unit,a\n甲,60\n乙,..-1\n丙,1\n", "“乙”的数在 range 之外"),
        ({"a": {"range": [9, 0]}}, "unit,a\n甲,60\n", "nodes.a.range：前一个要小于后一个"),
        ({"a": {}}, "unit,a\n甲,60\n乙,#0\n", "位次不对：要从 1 数起"),
        ({"a": {}}, "unit,a\n甲,60\n乙,#3/2\n", "位次不对"),
        ({"a": {}}, "unit,a\n甲,60\n乙,第几位\n", "位次看不懂"),
        ({"a": {}}, "unit,a\n甲,60\n乙,#1/3\n丙,#2/4\n", "一处说是 3 个里排的，一处说是 4 个"),
        ({"a": {}}, "unit,a\n甲,60\n乙,#1/2\n丙,50\n", "有数的却有 3 个"),
        ({"总": {}, "a": {"parent": "总", "data": "x"}, "b": {"parent": "总", "data": "x", "direction": "negative"}},
         "unit,x\n甲,60\n乙,#1\n丙,1\n", "nodes.b.direction：“x”在“a”里方向相反"),
    ],
)  # fmt: skip
def test_places_that_cannot_be_used(nodes: dict[str, Any], data: str, said: str) -> None:
    with pytest.raises(Refused) as refusal:
        built({"name": "x", "nodes": nodes}, data)
    assert said in sentences(refusal)


def test_open_ends_are_closed_by_the_range() -> None:
    result = built(
        {"name": "x", "nodes": {"a": {"range": [0, 100], "score": "value"}}},
        "unit,a\n甲,≥60\n乙,..20\n丙,7..\n",
    )
    assert scores(result, "a") == [80, 10, 53.5]


def test_negative_indicators_are_placed_the_other_way_round() -> None:
    nodes = {"a": {"direction": "negative", "range": [0, 100], "score": "value"}}
    result = built({"name": "x", "nodes": nodes}, "unit,a\n甲,20\n乙,#1\n丙,#3\n丁,40\n")
    assert scores(result, "a") == [20, 10, 30, 40]


def test_only_within_the_own_cohort() -> None:
    tree = {"name": "x", "columns": {"attributes": ["区"]}, "cohort": {"by": "区"},
            "nodes": {"a": {"range": [0, 100], "score": "value"}}}  # fmt: skip
    data = "unit,区,a\n甲,东,60\n乙,东,#2\n丙,西,#1\n丁,西,20\n"
    assert scores(build(spec_of(tree), table(data, attributes=["区"])), "a") == [60, 30, 60, 20]


def test_missing_figures_as_ranges() -> None:
    """缺的数也可当作范围：在别人最小到最大之间取。"""
    tree = {"name": "x", "defaults": {"score": "value", "missing": "zero"}, "nodes": {"a": {}},
            "uncertainty": {"gaps": True, "reach": [1]}}  # fmt: skip
    rows = uncertain(study_of(spec_of(tree), table("unit,a\n甲,10\n乙,30\n丙,\n"), seed=2), draws=300)
    assert rows[2]["nominal"] == 3 and (rows[2]["q5"], rows[2]["q95"]) == (2, 2)


def test_a_choice_of_vintage() -> None:
    tree = {"name": "x", "vintages": ["年报", "快报"], "nodes": {"a": {"score": "value"}},
            "uncertainty": {"choices": [{"path": "vintages", "values": [["年报", "快报"], ["快报"]]}],
                            "reach": [1]}}  # fmt: skip
    data = "unit,indicator,value,vintage\n甲,a,5,年报\n甲,a,9,快报\n乙,a,7,快报\n"
    rows = uncertain(study_of(spec_of(tree), table(data, vintages=("年报", "快报")), seed=1), draws=400)
    assert rows[0]["nominal"] == 2 and 0.4 < rows[0]["reach"]["1"] < 0.6  # type: ignore[index]
    with pytest.raises(Refused, match="没有两个以上的口径"):
        study_of(spec_of(tree), table("unit,indicator,value\n甲,a,5\n"), seed=1)


def test_nobody_is_told_how_much_to_gain_where_only_places_are_known() -> None:
    """b 只有位次，差多少不知道：不给“好 1 得几分”，也不说再好多少追平谁；要算就先写 range。"""
    spec, figures = spec_of(TREE), table(DATA)
    assert [one.node for one in gains(spec, figures, unit="甲")] == ["a"]
    assert not thresholds(spec, figures, unit="甲")
    assert [one.node for one in alone(spec, figures, unit="甲", rank=1)] == ["a"]
    with pytest.raises(Refused, match="steps.b：“b”有的只知道位次，差多少不知道；请写 nodes.b.range"):
        gains(spec, figures, unit="甲", steps={"b": 1})


PLACED = "unit,b\n甲,#4\n乙,#1\n丙,#2\n丁,#3\n戊,#5\n"


@pytest.mark.parametrize(("place", "expected"), [(1, 100), (2, 95), (3, 90), (4, 85), (5, 80)])
def test_what_if_the_place_were_another(place: int, expected: float) -> None:
    """用半年数位次由 8 进到 6：只知道位次的，情景里写位次；被超过的各退一位。"""
    spec = spec_of({"name": "x", "nodes": {"b": {"score": "rank"}}, "uncertainty": {"weights": {}}})
    other, figures = overlaid(spec, table(PLACED), scenario_of({"set": {"observations.甲.b": f"#{place}"}}))
    result = build(other, figures)
    assert scores(result, "b")[0] == expected
    assert sorted(ranks(result, "b").values()) == [1, 2, 3, 4, 5]
    cell = trace(result)[0]
    assert cell["input"] is None and cell["standing"]["first"] == place
    assert uncertain(study_of(other, figures, seed=1), draws=5)[0]["nominal"] == place


def test_what_if_a_number_where_only_places_are_known() -> None:
    spec = spec_of({"name": "x", "nodes": {"b": {"score": "rank"}}})
    with pytest.raises(Refused, match="observations.甲.b：“b”有的只知道位次，数比不出来：请写位次，如 '#6'"):
        overlaid(spec, table(PLACED), scenario_of({"set": {"observations.甲.b": 7}}))


def test_two_directions_trouble_only_what_is_known_by_place() -> None:
    nodes = {"总": {}, "水平": {"parent": "总", "data": "x", "score": "value"},
             "反向": {"parent": "总", "data": "x", "direction": "negative", "score": "minmax"},
             "b": {"parent": "总", "score": "rank"}}  # fmt: skip
    result = build(spec_of({"name": "x", "nodes": nodes}), table("unit,x,b\n甲,1,#2\n乙,2,#1\n"))
    assert scores(result, "反向") == [100, 0]
