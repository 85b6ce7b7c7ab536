"""记分规则，在它们的边上。"""

from typing import Any

import pytest

from tests.indicators.making import one, ranks, scores, table
from xushi.indicators.engine import build
from xushi.indicators.reading import spec_of
from xushi.indicators.refusals import Refused
from xushi.indicators.rounding import half_up

TARGET = {"references": {"target": 80}}


@pytest.mark.parametrize(
    ("score", "node", "values", "expected"),
    [
        ("minmax", {}, [1, 2, 5], [0, 25, 100]),
        ("minmax", {"direction": "negative"}, [1, 2, 5], [100, 75, 0]),
        ("distance", {}, [1, 2, 5], [0, 0.25, 1]),
        ("efficacy", {"references": {"disallowed": 50, "satisfactory": 90}}, [50, 70, 90, 110], [60, 80, 100, 120]),
        ({"form": "efficacy", "floor": 40, "cap": 100}, {"references": {"disallowed": 50, "satisfactory": 90}},
         [0, 30, 90, 110], [40, 40, 100, 100]),
        ({"form": "goalposts", "worst": 20, "best": 85}, {}, [10, 20, 52.5, 85, 90], [0, 0, 0.5, 1, 1]),
        ({"form": "goalposts", "worst": 1, "best": 100, "transform": "log"}, {}, [1, 10, 100], [0, 0.5, 1]),
        ({"form": "deduct", "take": 5}, TARGET, [80, 79, 78.5, 50, 90], [100, 95, 92.5, 0, 100]),
        ({"form": "deduct", "take": 5, "whole": "down"}, TARGET, [79.5, 79, 78.5], [100, 95, 95]),
        ({"form": "deduct", "take": 5, "whole": "up"}, TARGET, [80, 79.5, 79, 78.5], [100, 95, 95, 90]),
        ({"form": "deduct", "take": 1, "relative": True, "full": 10}, TARGET, [72, 80, 8], [0, 10, 0]),
        ({"form": "bonus", "give": 2, "per": 5, "cap": 6}, TARGET, [80, 85, 100, 70], [0, 2, 6, 0]),
        ({"form": "brackets", "steps": [{"at": 90, "score": 100}, {"at": "target", "score": 60}]}, TARGET,
         [90, 89.9, 80, 79.9], [100, 60, 60, 0]),
        ("pass", TARGET, [80, 79.99], [100, 0]),
        ("pass", {**TARGET, "direction": "negative"}, [80, 80.01], [100, 0]),
        ({"form": "interval", "lower": 2, "upper": 4, "take": 10}, {}, [1, 2, 3, 4, 6], [90, 100, 100, 100, 80]),
        ({"form": "rank"}, {}, [9, 7, 7, 1], [100, 95, 95, 85]),
        ({"form": "rank", "ties": "average"}, {}, [9, 7, 7, 1], [100, 92.5, 92.5, 85]),
        ({"form": "rank", "by": "table", "table": [10, 8, 5]}, {}, [9, 7, 5, 1], [10, 8, 5, 5]),
        ({"form": "zscore", "mean": 100, "deviation": 10, "ddof": 0}, {}, [1, 3], [90, 110]),
        ("ratio", TARGET, [40, 80], [50, 100]),
        ("ratio", {**TARGET, "direction": "negative"}, [40, 80], [200, 100]),
        ({"form": "curve", "points_at": [[0, 0], [10, 80], [20, 100]]}, {}, [-1, 5, 15, 30], [0, 40, 90, 100]),
        ({"form": "value", "decimals": 2}, {}, [2.675, -2.675, 1.005], [2.68, -2.68, 1.01]),
    ],
)  # fmt: skip
def test_rules(score: Any, node: dict[str, Any], values: list[float], expected: list[float]) -> None:
    result = one(score, {f"单位{at}": value for at, value in enumerate(values)}, **node)
    assert scores(result) == pytest.approx(expected, abs=1e-12)


def test_interval_direction() -> None:
    """适度指标：离区间越远越差。"""
    result = one("minmax", {"甲": 1, "乙": 3, "丙": 6}, direction="interval", interval=[2, 4])
    assert scores(result) == [50, 100, 0]


@pytest.mark.parametrize(
    ("value", "expected"), [(0.125, 0.13), (2.6749999999999998, 2.68), (-0.125, -0.13), (0.1249, 0.12)]
)
def test_half_up(value: float, expected: float) -> None:
    assert half_up(value, 2) == expected


DATA = "unit,a,b,区\n甲,10,90,东\n乙,20,60,东\n丙,40,,西\n丁,80,30,西\n"


def built(**more: Any) -> Any:
    node = {
        "总": more.pop("总", {}),
        "a": {"parent": "总", "score": "value"},
        "b": {"parent": "总", "score": "value"},
    }
    spec = spec_of({"name": "x", "columns": {"attributes": ["区"]}, "nodes": node, **more})
    return build(spec, table(DATA, attributes=["区"]))


@pytest.mark.parametrize(
    ("combine", "expected"),
    [
        ("arithmetic", [50, 40, 40, 55]),
        ("geometric", [30, 1200**0.5, 40, 2400**0.5]),
        ("harmonic", [18, 30, 40, 48 * 80 / 88]),
        ({"form": "power", "p": 2}, [4100**0.5, 2000**0.5, 40, 3650**0.5]),
        ("sum", [100, 80, 40, 110]),
        ("minimum", [10, 20, 40, 30]),
        ("penalty", [50 - 1600 / 50, 40 - 400 / 40, 40, 55 - 625 / 55]),
    ],
)
def test_combining(combine: Any, expected: list[float]) -> None:
    """缺的由别的担起来。"""
    got = scores(built(总={"combine": combine}), "总")
    assert got == pytest.approx([e if e != 48 * 80 / 88 else 2 / (1 / 80 + 1 / 30) for e in expected])


@pytest.mark.parametrize(("missing", "expected"), [("redistribute", 40.0), ("zero", 20.0), ("block", None)])
def test_missing(missing: str, expected: float | None) -> None:
    got = scores(built(defaults={"missing": missing}), "总")[2]
    assert (got == expected) if expected is not None else got != got


def test_cohorts_are_ranked_apart() -> None:
    assert ranks(built(cohort={"by": "区"}), "总") == {"甲": 1, "乙": 2, "丙": 2, "丁": 1}


def test_adjustments_come_before_the_next_level() -> None:
    change = [
        {"node": "b", "unit": "甲", "points": 5, "on": "2018-06-30", "evidence": "表彰"},
        {"node": "总", "unit": "乙", "veto": 0, "evidence": "一票否决"},
        {"node": "总", "gate": "b", "below": 40, "limit": 50},
    ]
    assert scores(built(adjustments=change), "总") == [52.5, 0, 40, 50]


def test_bonus_is_capped() -> None:
    change = [
        {"node": "总", "unit": "甲", "points": 9, "evidence": "一"},
        {"node": "总", "unit": "甲", "points": 9, "evidence": "二"},
    ]
    assert scores(built(总={"adjust_cap": 10}, adjustments=change), "总")[0] == 60


def test_ties_and_their_breaker() -> None:
    data = "unit,a,b\n甲,1,3\n乙,3,1\n丙,2,2\n"
    nodes = {"总": {}, "a": {"parent": "总", "score": "value"}, "b": {"parent": "总", "score": "value"}}
    plain = build(spec_of({"name": "x", "nodes": nodes}), table(data))
    assert ranks(plain, "总") == {"甲": 1, "乙": 1, "丙": 1}
    broken = build(spec_of({"name": "x", "nodes": nodes, "rank": {"tie_breaker": "a"}}), table(data))
    assert ranks(broken, "总") == {"甲": 3, "乙": 1, "丙": 2}


def test_growth_and_completion() -> None:
    data = "unit,indicator,period,value\n甲,GDP,2017,100\n甲,GDP,2018,110\n乙,GDP,2017,50\n乙,GDP,2018,60\n"
    nodes = {
        "总": {},
        "水平": {"parent": "总", "data": "GDP", "score": "value"},
        "发展": {"parent": "总", "data": "GDP", "derive": "growth", "score": "value"},
        "完成": {"parent": "总", "data": "GDP", "derive": "completion", "score": "value",
                 "references": {"target": {"units": {"甲": 100}, "others": 80}}},
    }  # fmt: skip
    result = build(spec_of({"name": "x", "period": "2018", "nodes": nodes}), table(data))
    assert scores(result, "水平") == [110, 60]
    assert scores(result, "发展") == pytest.approx([10, 20])
    assert scores(result, "完成") == pytest.approx([110, 75])


@pytest.mark.parametrize("how", ["entropy", "critic"])
def test_weights_out_of_the_figures(how: str) -> None:
    data = "unit,a,b\n甲,1,30\n乙,2,31\n丙,9,29\n"
    nodes = {
        "总": {"weighting": how},
        "a": {"parent": "总", "score": "value"},
        "b": {"parent": "总", "score": "value"},
    }
    got = scores(build(spec_of({"name": "x", "nodes": nodes}), table(data)), "总")
    assert all(low < value < high for value, low, high in zip(got, [1, 2, 9], [30, 31, 29], strict=True))


def test_what_does_not_apply_is_nobodys_fault() -> None:
    """不适用的不补、不扣、不卡，权重由别的担起来。"""
    data = "unit,indicator,value,status\n甲,a,10,\n甲,b,,not_applicable\n乙,a,20,\n乙,b,60,\n丙,a,30,\n丙,b,,missing\n"
    nodes = {"总": {}, "a": {"parent": "总", "score": "value"}, "b": {"parent": "总", "score": "value"}}
    for missing, expected in [("block", [10, 40, None]), ("zero", [10, 40, 15])]:
        got = scores(
            build(spec_of({"name": "x", "defaults": {"missing": missing}, "nodes": nodes}), table(data)), "总"
        )
        assert [None if value != value else value for value in got] == expected
    filled = spec_of({"name": "x", "defaults": {"impute": {}}, "nodes": nodes})
    assert scores(build(filled, table(data)), "总") == [10, 40, 45]


def test_in_a_sum_the_others_bear_the_marks_of_what_is_missing() -> None:
    rule = {"form": "affine", "worst": 0, "best": 10}
    nodes = {
        "总": {"combine": "sum"},
        "a": {"parent": "总", "marks": 30, "score": rule},
        "b": {"parent": "总", "marks": 10, "score": rule},
    }
    result = build(spec_of({"name": "x", "nodes": nodes}), table("unit,a,b\n甲,5,10\n乙,5,\n"))
    assert scores(result, "总") == [25, 20]


def test_a_table_whose_first_column_names_the_units() -> None:
    assert table("国家,a\n甲,1\n").units == ("甲",)


@pytest.mark.parametrize(
    ("node", "gate", "fits"), [("b", "a", True), ("总", "a", True), ("a", "总", False), ("总", "总", False)]
)
def test_a_gate_looks_only_at_what_is_there(node: str, gate: str, fits: bool) -> None:
    change = [{"node": node, "gate": gate, "below": 1000, "limit": 1}]
    if fits:
        assert scores(built(adjustments=change), node)[0] == 1
    else:
        with pytest.raises(Refused, match="当不了它的门槛"):
            built(adjustments=change)
