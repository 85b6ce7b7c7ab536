"""体系说明里的每个概念，写得出来，算得对：谁和谁比、参照值从哪来、导出、满分、缺数、位次。"""

from typing import Any

import numpy as np
import pytest

from tests.indicators.making import one, ranks, scores, sentences, table
from xushi.indicators.engine import Result, build
from xushi.indicators.reading import spec_of, tree_of, yaml_of
from xushi.indicators.refusals import Refused
from xushi.indicators.tracing import answer, trace

HEAD = "unit,indicator,period,value,片区,类型\n"
ROWS = [("甲", 10, "东", "大"), ("乙", 20, "东", "小"), ("丙", 40, "西", "大"), ("丁", 80, "西", "小")]
GROUPED = HEAD + "".join(f"{unit},a,2018,{value},{area},{kind}\n" for unit, value, area, kind in ROWS)


def grouped(tree: dict[str, Any]) -> Result:
    attributes = ["片区", "类型"]
    spec = spec_of({"name": "x", "columns": {"attributes": attributes}, **tree})
    return build(spec, table(GROUPED, attributes=attributes))


@pytest.mark.parametrize(
    ("by", "expected"),
    [(None, [4, 3, 2, 1]), ("片区", [2, 1, 2, 1]), ("类型", [2, 2, 1, 1]), (["片区", "类型"], [1, 1, 1, 1])],
)
def test_who_is_compared_with_whom(by: Any, expected: list[int]) -> None:
    result = grouped({"cohort": {"by": by}, "nodes": {"a": {"score": "value"}}})
    assert list(ranks(result, "a").values()) == expected


def test_one_indicator_compares_others_than_the_rest() -> None:
    """总位次排全体；甲项在片区里比，乙项在全体里比。"""
    nodes = {"总": {}, "区内": {"parent": "总", "data": "a", "cohort": "片区"}, "全体": {"parent": "总", "data": "a"},
             "全比": {"parent": "总", "data": "a", "cohort": "all", "score": "rank"}}  # fmt: skip
    result = grouped({"nodes": nodes})
    assert scores(result, "区内") == [0, 100, 0, 100]
    assert scores(result, "全体") == pytest.approx([0, 100 / 7, 300 / 7, 100])
    assert scores(result, "全比") == [85, 90, 95, 100]
    assert ranks(result, "总") == {"甲": 4, "乙": 2, "丙": 3, "丁": 1}


def test_places_within_several_groupings_beside_the_whole() -> None:
    result = grouped({"rank": {"within": ["片区", "类型"]}, "nodes": {"a": {"score": "value"}}})
    units = {one["unit"]: one for one in answer(result)}
    assert units["乙"]["ranks"] == {"a": 3}
    assert units["乙"]["ranks_within"] == {"片区": {"a": 1}, "类型": {"a": 2}}
    assert units["丁"]["ranks_within"] == {"片区": {"a": 1}, "类型": {"a": 1}}


def test_an_attribute_is_said_once() -> None:
    with pytest.raises(Refused, match="“甲”的“片区”前面是东，这里是西"):
        table(HEAD + "甲,a,2018,1,东,大\n甲,b,2018,1,西,大\n", attributes=["片区", "类型"])


YEARS = (
    "unit,indicator,period,value\n"
    "甲,产值,2015,100\n甲,产值,2017,110\n甲,产值,2018,121\n甲,人口,2017,10\n甲,人口,2018,11\n甲,目标,2018,120\n"
    "乙,产值,2015,100\n乙,产值,2017,200\n乙,产值,2018,160\n乙,人口,2017,20\n乙,人口,2018,20\n乙,目标,2018,200\n"
)


def in_years(node: dict[str, Any]) -> Result:
    tree = {"name": "x", "period": "2018", "nodes": {"甲标": {"data": "产值", "score": "value", **node}}}
    return build(spec_of(tree), table(YEARS))


@pytest.mark.parametrize(
    ("derive", "expected"),
    [
        ("growth", [10, -20]),
        ("difference", [11, -40]),
        ({"form": "difference", "against": "2015"}, [21, 60]),
        (
            {"form": "growth", "against": 2015, "years": 3},
            [100 * (1.21 ** (1 / 3) - 1), 100 * (1.6 ** (1 / 3) - 1)],
        ),
        ({"form": "per", "by": "人口"}, [11, 8]),
        ({"form": "growth", "by": "人口"}, [0, -20]),
        ({"form": "difference", "by": "人口", "times": 2}, [0, -4]),
        ({"form": "completion", "against": "定"}, [121 / 1.2, 80]),
        ({"form": "time_share", "against": "定", "elapsed": 0.5}, [121 / 0.6, 160]),
    ],
)
def test_what_is_judged(derive: Any, expected: list[float]) -> None:
    found = in_years({"derive": derive, "references": {"定": {"data": "目标"}}})
    assert scores(found) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ({"data": "目标"}, [100 * 121 / 120, 80]),
        ({"period": "previous"}, [110, 80]),
        ({"period": 2015, "times": 1.1}, [110, 1600 / 11]),
        ({"period": "previous", "plus": 11}, [100, 16000 / 211]),
        ({"of": "max"}, [121 / 1.6, 100]),
        ({"of": "mean", "period": "2017"}, [12100 / 155, 16000 / 155]),
        ({"of": "worst", "data": "目标"}, [100 * 121 / 120, 16000 / 120]),
    ],
)
def test_references_out_of_the_data(reference: Any, expected: list[float]) -> None:
    result = in_years({"references": {"target": reference}, "score": "ratio"})
    assert scores(result) == pytest.approx(expected)
    cell = trace(result)[0]
    assert cell["references"]["target"] == pytest.approx(12100 / expected[0])


def test_each_period_has_its_own_references() -> None:
    node = {"data": "产值", "score": "ratio", "references": {"target": {"period": "previous"}}}
    spec = spec_of({"name": "x", "nodes": {"甲标": node}})
    result = build(spec, table(YEARS), periods=("2017", "2018"))
    assert result.scores[:, 0, 0].tolist() == pytest.approx([110, 110])
    assert result.scores[:, 1, 0].tolist() == pytest.approx([200, 80])
    assert trace(result, period=1)[1]["references"] == {"target": 200}


@pytest.mark.parametrize(
    ("node", "said"),
    [
        ({"references": {"target": {}}, "score": "ratio"}, "要写 data（哪一列）、period（哪一期）或 of"),
        ({"references": {"target": {"data": "没有"}}, "score": "ratio"}, "references.target.data：数据里没有“没有”"),
        ({"references": {"target": {"period": "2011"}}, "score": "ratio"}, "references.target.period：数据里没有 2011"),
        ({"data": "人口", "references": {"target": {"period": "2015"}}, "score": "ratio"}, "”在 2015 没有“人口”的数"),
        ({"derive": {"form": "growth", "by": "没有"}}, "nodes.甲标.derive.by：数据里没有“没有”"),
        ({"derive": "per"}, "nodes.甲标.derive.by：要写 by"),
        ({"derive": "time_share", "references": {"target": 5}}, "nodes.甲标.derive.elapsed"),
    ],
)  # fmt: skip
def test_references_that_are_not_there(node: dict[str, Any], said: str) -> None:
    with pytest.raises(Refused) as refusal:
        in_years(node)
    assert said in sentences(refusal)


def test_yearly_growth_of_what_turned_negative() -> None:
    text = YEARS.replace("甲,产值,2015,100", "甲,产值,2015,-100")
    tree = {"name": "x", "period": "2018",
            "nodes": {"产值": {"derive": {"form": "growth", "against": 2015, "years": 3}, "score": "value"}}}  # fmt: skip
    with pytest.raises(Refused, match="“甲”前后两个数一正一负，算不出年均增长"):
        build(spec_of(tree), table(text))


@pytest.mark.parametrize(
    ("score", "expected"),
    [
        # 指数型功效系数: 60 at the disallowed, 100 at the satisfactory, 60·(100/60)^0.5 half way
        (
            {"form": "efficacy", "worst": 0, "best": 10, "shape": "exponential"},
            [60, 60 * (100 / 60) ** 0.5, 100],
        ),
        ({"form": "affine", "worst": 0, "best": 10, "power": 2}, [0, 25, 100]),
        ({"form": "affine", "worst": 10, "best": 0, "power": 0.5}, [100, 100 * 0.5**0.5, 0]),
    ],
)
def test_bent_lines(score: Any, expected: list[float]) -> None:
    assert scores(one(score, {"甲": 0, "乙": 5, "丙": 10})) == pytest.approx(expected)


def test_an_exponential_needs_something_to_grow_from() -> None:
    with pytest.raises(Refused, match="nodes.甲标.score：shape: exponential 要求 low 和 high 都大于零"):
        one({"form": "affine", "shape": "exponential"}, {"甲": 1, "乙": 2})


def test_marks_of_a_group() -> None:
    """组的满分：算术平均的百分数折成分；求和的要和下级的满分合得上。"""
    rule = {"form": "affine", "worst": 0, "best": 10}
    nodes = {
        "总": {"combine": "sum", "marks": 100}, "质量": {"parent": "总", "marks": 60},
        "a": {"parent": "质量", "score": rule}, "b": {"parent": "质量", "score": rule},
        "c": {"parent": "总", "marks": 40, "score": rule},
    }  # fmt: skip
    result = build(spec_of({"name": "x", "nodes": nodes}), table("unit,a,b,c\n甲,5,10,10\n"))
    assert scores(result, "质量") == [45] and scores(result, "总") == [85]
    nodes["c"]["marks"] = 30
    with pytest.raises(Refused, match="nodes.总.marks：各下级满分合计 90，和它自己的 100 不等"):
        spec_of({"name": "x", "nodes": nodes})


@pytest.mark.parametrize(("coverage", "expected"), [(0.5, 7), (0.6, None)])
def test_too_little_to_score_a_group(coverage: float, expected: float | None) -> None:
    nodes = {"总": {"coverage": coverage, "weighting": "relative"},
             "a": {"parent": "总", "weight": 1, "score": "value"}, "b": {"parent": "总", "weight": 1, "score": "value"},
             "c": {"parent": "总", "weight": 9, "score": "value"}}  # fmt: skip
    text = "unit,indicator,value,status\n甲,a,7,\n甲,b,,missing\n甲,c,,not_applicable\n乙,a,1,\n乙,b,1,\n乙,c,1,\n"
    found = scores(build(spec_of({"name": "x", "nodes": nodes}), table(text)), "总")[0]
    assert found == expected if expected is not None else found != found


def test_an_adjustment_of_one_period() -> None:
    tree = {"name": "x", "nodes": {"总": {}, "产值": {"parent": "总", "score": "value"}},
            "adjustments": [{"node": "总", "unit": "甲", "points": 9, "period": 2017, "evidence": "据"}]}  # fmt: skip
    result = build(spec_of(tree), table(YEARS), periods=("2017", "2018"))
    assert result.scores[:, 0, -1].tolist() == [119, 121]
    assert build(spec_of({**tree, "period": "2018"}), table(YEARS)).scores[0, 0, -1] == 121


def test_several_breakers_of_ties() -> None:
    nodes = {"总": {}, **{code: {"parent": "总", "score": "value"} for code in "abc"}}
    spec = spec_of({"name": "x", "nodes": nodes, "rank": {"tie_breaker": ["a", "b"]}})
    result = build(spec, table("unit,a,b,c\n甲,1,2,3\n乙,1,3,2\n丙,2,1,3\n丁,2,2,2\n"))
    assert ranks(result, "总") == {"甲": 4, "乙": 3, "丙": 2, "丁": 1}


@pytest.mark.parametrize(
    ("ties", "expected"), [("min", [1, 1, 3]), ("dense", [1, 1, 2]), ("average", [1.5, 1.5, 3])]
)
def test_ties(ties: str, expected: list[float]) -> None:
    spec = spec_of({"name": "x", "nodes": {"a": {"score": "value"}}, "rank": {"ties": ties}})
    assert build(spec, table("unit,a\n甲,2\n乙,2\n丙,1\n")).ranks[0, :, 0].tolist() == expected


def test_ranked_before_or_after_rounding() -> None:
    text = "unit,a\n甲,2.444\n乙,2.4449\n丙,2.4451\n"
    for rank, node, expected in (
        ({}, {}, [3, 2, 1]),
        ({"decimals": 2}, {}, [2, 2, 1]),
        ({}, {"decimals": 2}, [2, 2, 1]),
    ):
        spec = spec_of({"name": "x", "nodes": {"a": {"score": "value", **node}}, "rank": rank})
        assert build(spec, table(text)).ranks[0, :, 0].tolist() == expected


def test_drawn_in_to_quantiles() -> None:
    tree = {"name": "x", "defaults": {"treat": {"quantiles": [0.25, 0.75], "winsorise": 0, "then": "keep"}},
            "nodes": {"a": {"score": "value"}}}  # fmt: skip
    text = "unit,a\n" + "".join(f"区{at},{value}\n" for at, value in enumerate([0, 1, 2, 3, 100]))
    assert scores(build(spec_of(tree), table(text)), "a") == [1, 1, 2, 3, 3]
    tree["defaults"]["treat"]["quantiles"] = [0.9, 0.1]  # type: ignore[index]
    with pytest.raises(Refused, match="defaults.treat.quantiles：前一个要小于后一个"):
        spec_of(tree)


def test_a_source_is_kept_for_the_trace() -> None:
    text = "unit,indicator,value,source,vintage\n甲,a,5,市统计局,快报\n"
    cell = trace(build(spec_of({"name": "x", "nodes": {"a": {"score": "value"}}}), table(text)))[0]
    assert (cell["source"], cell["vintage"]) == ("市统计局", "快报")


def test_the_same_specification_out_of_yaml() -> None:
    tree = {
        "name": "x", "cohort": {"by": ["片区"]}, "rank": {"tie_breaker": ["a"], "within": ["片区"]},
        "columns": {"attributes": ["片区"]},
        "nodes": {"总": {"coverage": 0.5}, "a": {"parent": "总", "range": [0, 9], "cohort": "all", "references": {
            "target": {"period": "previous", "times": 2},
            "base": {"units": {"甲": 1}, "others": {"pending": "统计局"}}}}},
    }  # fmt: skip
    spec = spec_of(tree)
    assert spec_of(tree_of(yaml_of(spec))) == spec


def test_level_and_development_are_told_apart() -> None:
    """水平与发展各有位次，合起来又有位次。"""
    nodes = {"综合": {}, "水平": {"parent": "综合", "data": "产值"},
             "发展": {"parent": "综合", "data": "产值", "derive": "growth"}}  # fmt: skip
    result = build(spec_of({"name": "x", "period": "2018", "nodes": nodes}), table(YEARS))
    assert ranks(result, "水平") == {"甲": 2, "乙": 1} and ranks(result, "发展") == {"甲": 1, "乙": 2}
    assert ranks(result, "综合") == {"甲": 1, "乙": 1}
    assert np.isfinite(result.scores).all()
