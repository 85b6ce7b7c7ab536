"""怎样加分最划算。"""

import itertools
import random
from typing import Any

import pytest

from tests.indicators.making import table
from xushi.indicators.engine import build
from xushi.indicators.paying import alone, cheapest, cheapest_by, gains, still_needed, thresholds
from xushi.indicators.reading import spec_of, validated
from xushi.indicators.refusals import Refused
from xushi.indicators.trying import start_of
from xushi.indicators.ways import Means, adds_up

SPEC = spec_of(
    {
        "name": "x",
        "nodes": {
            "总": {"combine": "sum"},
            "好天": {"parent": "总", "marks": 10, "score": {"form": "brackets", "steps": [
                {"at": 80, "score": 100}, {"at": 70, "score": 60}]}},
            "投资": {"parent": "总", "marks": 20, "score": {"form": "affine", "worst": 0, "best": 100, "cap": 100}},
            "能耗": {"parent": "总", "marks": 20, "direction": "negative",
                     "score": {"form": "affine", "worst": 10, "best": 0, "cap": 100}},
        },
    }
)  # fmt: skip
DATA = table("unit,好天,投资,能耗\n浦口,78,100,4\n江宁,80,100,3\n六合,60,50,6\n")


def test_points_for_a_step_and_who_is_saturated() -> None:
    found = gains(SPEC, DATA, unit="浦口", steps={"好天": 2, "投资": 10, "能耗": 1})
    assert [(gain.node, round(gain.points, 9), gain.places, gain.saturated) for gain in found] == [
        ("好天", 4, 0, False), ("能耗", 2, 0, False), ("投资", 0, 0, True),
    ]  # fmt: skip


def test_a_threshold_nearby() -> None:
    (one,) = thresholds(SPEC, DATA, unit="浦口")
    assert (one.node, one.at, one.missing, one.points) == ("好天", 80, 2, 4)


def test_the_cheapest_way_to_the_first_place() -> None:
    way = cheapest(
        SPEC, DATA, unit="浦口", rank=1, steps={"好天": 2, "能耗": 1}, costs={"好天": 3, "能耗": 1},
        most={"好天": 1, "能耗": 4},
    )  # fmt: skip
    assert way.reached and way.rank == 1
    assert way.steps == {"能耗": 3} and way.cost == 3


def test_out_of_reach() -> None:
    way = cheapest(SPEC, DATA, unit="六合", rank=1, steps={"好天": 1}, costs={"好天": 1}, most={"好天": 2})
    assert not way.reached and way.rank == 3


@pytest.mark.parametrize(
    ("so_far", "months", "best", "expected"),
    [(60, 4, 10, (10, True)), (59, 4, 10, (10.25, False)), (100, 0, 1, (0, True)), (99, 0, 9, (1, False))],
)
def test_what_the_months_left_must_bring(
    so_far: float, months: int, best: float, expected: tuple[float, bool]
) -> None:
    assert still_needed(target=100, so_far=so_far, months_left=months, best_month=best) == expected


def test_one_of_each_where_no_steps_are_given() -> None:
    found = {gain.node: gain for gain in gains(SPEC, DATA, unit="六合")}
    assert (found["投资"].before, found["投资"].after) == (50, 51)
    assert (found["能耗"].before, found["能耗"].after) == (6, 5)
    assert found["投资"].points == pytest.approx(0.2)


def test_the_batch_says_what_a_whole_build_says() -> None:
    start = start_of(SPEC, DATA, "浦口")
    ways = [{"好天": 2.0}, {"能耗": 1.5, "投资": 3.0}, {}]
    together, places = start.tried(ways)
    for at, steps in enumerate(ways):
        alone_built = build(SPEC, start.improved(steps))
        assert together[at].tolist() == alone_built.scores[0, :, alone_built.plan.root].tolist()
        assert places[at].tolist() == alone_built.ranks[0, :, alone_built.plan.root].tolist()


STEPPED = spec_of({
    "name": "x", "period": "2018",
    "nodes": {
        "总": {"combine": "sum"},
        "空气": {"parent": "总", "marks": 40, "references": {"target": 240},
               "score": {"form": "deduct", "points": True, "full": 40, "take": 2, "whole": "down"}},
        "增长": {"parent": "总", "data": "产值", "derive": "growth",
               "score": {"form": "bonus", "give": 1, "per": 2, "whole": "down", "cap": 5}, "references": {"target": 4}},
        "位次": {"parent": "总", "data": "产值", "marks": 10, "score": {"form": "rank", "step": 10}},
    },
})  # fmt: skip
YEARS = table(
    "unit,indicator,period,value\n"
    "甲,空气,2018,236.5\n甲,产值,2017,100\n甲,产值,2018,107\n"
    "乙,空气,2018,241\n乙,产值,2017,100\n乙,产值,2018,110\n"
)


def test_thresholds_of_deductions_bonuses_and_places() -> None:
    """空气差 3.5 天按 3 天扣，差得不足 3 天就少扣 2 分；增长到 8% 再加 1 分，要产值多 1；追平乙，产值要多 3。"""
    found = {(one.node, one.passes): one for one in thresholds(STEPPED, YEARS, unit="甲")}
    air = found["空气", ""]
    assert (air.at, air.missing, air.points, air.total) == (237, 0.5, 2, 2)
    assert 0.5 < air.by < 0.50001, "正好 237 天还不行"
    growth = found["增长", ""]
    assert (growth.at, growth.missing) == (8, pytest.approx(1)) and growth.by == pytest.approx(1)
    assert growth.points == 1 and growth.total == pytest.approx(1)
    peer = found["位次", "乙"]
    assert peer.by == pytest.approx(3) and peer.total == pytest.approx(2 + 1)


def test_what_alone_would_reach_the_rank() -> None:
    found = {one.node: one for one in alone(SPEC, DATA, unit="浦口", rank=1)}
    assert found["能耗"].by == pytest.approx(3, rel=1e-3) and found["能耗"].value == pytest.approx(
        1, abs=0.01
    )
    assert found["好天"].by is None and found["投资"].by is None
    assert all(one.by == 0 for one in alone(SPEC, DATA, unit="江宁", rank=1))
    assert all(one.by is None and one.value is None for one in alone(SPEC, DATA, unit="六合", rank=1))


def test_a_department_that_cannot_pay() -> None:
    """能耗一步 1 元最省，归发改局；只给 2 元就差一步，环保局的好天来补。"""
    wishes: dict[str, Any] = {
        "unit": "浦口", "rank": 1, "steps": {"好天": 2, "能耗": 1}, "costs": {"好天": 3, "能耗": 1},
        "most": {"好天": 1, "能耗": 4}, "departments": {"好天": "环保局", "能耗": "发改局"},
    }  # fmt: skip
    way = cheapest(SPEC, DATA, **wishes, budgets={"发改局": 2})
    assert way.steps == {"好天": 2, "能耗": 1} and way.proof == "least"
    assert way.spent == {"环保局": 3, "发改局": 1} and way.cost == 4
    poor = cheapest(SPEC, DATA, **wishes, budgets={"发改局": 2, "环保局": 2})
    assert not poor.reached and poor.proof == "none" and poor.spent.get("发改局", 0) <= 2
    short = cheapest(SPEC, DATA, **wishes, budget=2)
    assert not short.reached and short.cost <= 2


def a_district(chance: random.Random, combine: str) -> tuple[Any, Any]:
    codes = ["a", "b", "c", "d"]
    nodes: dict[str, Any] = {"总": {"combine": combine}}
    rules: list[Any] = [
        "rank", {"form": "minmax", "low": 1}, {"form": "affine", "worst": 0, "best": 20, "floor": 1, "cap": 100},
        {"form": "brackets", "steps": [{"at": 6, "score": 50}, {"at": 9, "score": 80}], "otherwise": 5},
    ]  # fmt: skip
    nodes |= {code: {"parent": "总", "score": chance.choice(rules)} for code in codes}
    rows = "\n".join(f"区{at}," + ",".join(str(chance.randint(0, 12)) for _ in codes) for at in range(6))
    return spec_of({"name": "x", "nodes": nodes}), table("unit,a,b,c,d\n" + rows + "\n区末,0,0,1,13\n")


@pytest.mark.parametrize("combine", ["arithmetic", "sum", "geometric"])
@pytest.mark.parametrize("seed", range(6))
def test_no_cheaper_set_reaches_it(seed: int, combine: str) -> None:
    """与把所有组合一个个试过来的最省相同；加得起来的用整数规划，加不起来的按价钱试。"""
    chance = random.Random(seed)
    spec, figures = a_district(chance, combine)
    costs = {code: chance.randint(1, 5) for code in "abcd"}
    steps = {code: float(chance.randint(1, 4)) for code in "abcd"}
    departments = {"a": "甲局", "b": "甲局", "c": "乙局", "d": "乙局"}
    rank, limit = chance.randint(1, 3), chance.randint(4, 12)
    start = start_of(spec, figures, "区末")
    assert adds_up(start, list("abcd")) == (combine != "geometric")
    least = float("inf")
    for counts in itertools.product(range(4), repeat=4):
        used = dict(zip("abcd", counts, strict=True))
        cost = sum(costs[code] * n for code, n in used.items())
        if costs["a"] * used["a"] + costs["b"] * used["b"] > limit or cost >= least:
            continue
        place = start.tried([{code: steps[code] * n for code, n in used.items() if n}])[1][0, start.who]
        least = cost if place <= rank else least
    way = cheapest(spec, figures, unit="区末", rank=rank, steps=steps, costs=costs,
                   most=dict.fromkeys("abcd", 3), departments=departments, budgets={"甲局": limit})  # fmt: skip
    assert way.reached == (least < float("inf"))
    assert not way.reached or way.cost == least
    assert way.proof == ("least" if way.reached else "none")


def test_what_was_not_searched_through_is_said() -> None:
    spec, figures = a_district(random.Random(1), "geometric")
    way = cheapest(spec, figures, unit="区末", rank=1, steps=dict.fromkeys("abc", 2.0), costs=dict.fromkeys("abc", 1.0),
                   most=dict.fromkeys("abc", 9), tries=20)  # fmt: skip
    assert way.proof == "some" and way.at_least >= 2
    assert way.cost == sum(step / 2 for step in way.steps.values())


@pytest.mark.parametrize(
    ("means", "said"),
    [
        ({"levers": {}}, "levers：至少要 1 项"),
        ({"levers": {"好天": {"step": -1}}}, "levers.好天.step：要大于 0"),
        ({"levers": {"好天": {"most": 1.5}}}, "levers.好天.most：要一个整数"),
        ({"levers": {"好天": {"prise": 1}}}, "levers.好天.prise：没有这一项"),
    ],
)
def test_means_that_are_none(means: dict[str, Any], said: str) -> None:
    with pytest.raises(Refused, match=said):
        validated(Means, means)


def test_levers_that_are_not_there() -> None:
    for means, said in (
        ({"levers": {"坏天": {}}}, "levers.坏天：没有“坏天”这个指标"),
        ({"levers": {"好天": {}}, "budgets": {"水务局": 1}}, "budgets.水务局：没有哪一项是这个部门的"),
    ):
        with pytest.raises(Refused, match=said):
            cheapest_by(SPEC, DATA, unit="浦口", rank=1, means=validated(Means, means))
    with pytest.raises(Refused, match="没有“丁”这个单位"):
        gains(SPEC, DATA, unit="丁")
    gap = table("unit,好天,投资,能耗\n浦口,78,,4\n江宁,80,100,3\n")
    with pytest.raises(Refused, match="steps.投资：“浦口”的“投资”没有数"):
        gains(SPEC, gap, unit="浦口", steps={"投资": 1})


def test_no_further_than_there_is() -> None:
    """适度的往区间里走；有 range 的到头为止。"""
    nodes = {"总": {}, "比": {"parent": "总", "direction": "interval", "interval": [40, 60]},
             "率": {"parent": "总", "range": [0, 100], "score": "value"}}  # fmt: skip
    start = start_of(
        spec_of({"name": "x", "nodes": nodes}), table("unit,比,率\n甲,70,98\n乙,30,50\n丙,50,1\n"), "甲"
    )
    assert (start.better("比", 4), start.better("比", 40), start.better("率", 9)) == (66, 60, 100)


def test_references_that_move_with_the_figures() -> None:
    """参照值是全体最好的，自己提高了它也跟着高：逐个整算，不走近路。"""
    nodes = {
        "总": {},
        "a": {"parent": "总", "references": {"top": {"of": "best"}}, "score": {"form": "ratio", "to": "top"}},
    }
    spec, figures = spec_of({"name": "x", "nodes": nodes}), table("unit,a\n甲,50\n乙,40\n")
    start = start_of(spec, figures, "甲")
    assert start.tried([{"a": 50}])[0].tolist() == [[100, 40]]
