"""坏输入一样一句话，指出是说明里的哪条路径、数据的哪一行；不是堆栈，也不是默默算出一个数。"""

import time
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.indicators.making import one, scores, sentences, table
from xushi.indicators.engine import build
from xushi.indicators.reading import spec_of, tree_of
from xushi.indicators.refusals import Refused
from xushi.indicators.tracing import answer


def two(combine: Any, values: str, score: Any = "value", **more: Any) -> Any:
    nodes = {"总": {"combine": combine}, **{code: {"parent": "总", "score": score} for code in "ab"}}
    return build(spec_of({"name": "x", "nodes": nodes, **more}), table(f"unit,a,b\n{values}"))


@pytest.mark.parametrize(
    ("combine", "values", "said"),
    [
        ("geometric", "甲,4,-8\n", "nodes.总.combine：“甲”的“b”得分是 -8，geometric 平均要求得分不小于零"),
        ("harmonic", "甲,4,0\n", "nodes.总.combine：“甲”的“b”得分是 0"),
        ({"form": "power", "p": -1}, "甲,4,0\n", "nodes.总.combine：“甲”的“b”得分是 0"),
        ({"form": "power", "p": 0.5}, "甲,4,-1\n", "nodes.总.combine：“甲”的“b”得分是 -1"),
        ("penalty", "甲,4,-4\n", "nodes.总.combine：“甲”汇总出无穷大"),
    ],
)
def test_means_of_what_they_cannot_take(combine: Any, values: str, said: str) -> None:
    with pytest.raises(Refused) as refusal:
        two(combine, values)
    assert said in sentences(refusal)


@pytest.mark.parametrize(
    ("values", "node", "score", "said"),
    [
        ({"甲": 0, "乙": 5}, {}, {"form": "minmax", "transform": "log"}, "“甲”的值不大于零，取不了对数"),
        ({"甲": 5}, {"references": {"disallowed": 0, "satisfactory": 0}}, "efficacy", "disallowed 与 satisfactory 相等"),
        ({"甲": 5}, {"references": {"satisfactory": 0}}, "efficacy", "references.disallowed：规则要用这个参照值"),
        ({"甲": 5}, {"references": {"disallowed": {"pending": "市统计局"}, "satisfactory": 1}}, "efficacy",
         "nodes.甲标.references.disallowed：还没有定，等市统计局给出"),
        ({"甲": 5}, {"references": {"target": {"units": {"甲": {"pending": "发改委"}}}}}, "pass", "等发改委给出"),
        ({"甲": 0}, {}, {"form": "goalposts", "worst": 1, "best": 9, "transform": "log"}, "“甲”的值不大于零，取不了对数"),
        ({"甲": 5}, {}, {"form": "goalposts", "worst": -1, "best": 9, "transform": "log"}, "参照不大于零，取不了对数"),
        ({"甲": 5, "乙": 5}, {}, "zscore", "nodes.甲标.score：全部单位的值相同"),
        ({"甲": 5}, {}, {"form": "rank", "by": "percentile"}, "只有一个单位时请写 flat: 分数"),
        ({"甲": 5}, {"references": {"target": 0}}, {"form": "deduct", "take": 1, "relative": True}, "得分算不出来"),
        ({"甲": 1e308}, {}, "value", "“1e+308”大得不像数，请看单位"),
        ({"甲": 3}, {"derive": {"form": "completion"}, "references": {"target": 0}}, "value", "“甲”的分母是零，除不了"),
        ({"甲": 3}, {"derive": "growth"}, "value", "nodes.甲标.derive.against：没有更早一期的数"),
        ({"甲": 3}, {"derive": {"form": "per", "by": "人口"}}, "value", "nodes.甲标.derive.by：数据里没有“人口”"),
        ({"甲": ""}, {"missing": "redistribute"}, "value", "nodes.甲标：一个数也没有"),
        ({"甲": "", "乙": 1}, {"impute": {"by": "number"}}, "value", "impute.number：by: number 要写用哪个数"),
        ({"甲": 1}, {"impute": {"group": "区"}}, "value", "impute.group：“区”不是单位的属性"),
        ({"甲": 1}, {"cohort": "区"}, "value", "nodes.甲标.cohort：“区”不是单位的属性"),
    ],
)  # fmt: skip
def test_indicators(values: dict[str, Any], node: dict[str, Any], score: Any, said: str) -> None:
    with pytest.raises(Refused) as refusal:
        one(score, values, **node)
    assert said in sentences(refusal)


@pytest.mark.parametrize(
    ("score", "expected"),
    [("minmax", 50), ("zscore", 50), ({"form": "rank", "by": "percentile"}, 50), ("rank", 100)],
)
def test_one_unit_only_where_that_is_provided_for(score: Any, expected: float) -> None:
    rule = {"form": score} if isinstance(score, str) else score
    result = one({**rule, "flat": 50}, {"甲": 7})
    assert scores(result) == [expected] and result.ranks.tolist() == [[[1]]]


def test_ties_everywhere() -> None:
    result = two("arithmetic", "甲,1,1\n乙,1,1\n丙,1,1\n", {"form": "minmax", "flat": 60})
    assert {row["ranks"]["总"] for row in answer(result)} == {1}
    assert {row["scores"]["总"] for row in answer(result)} == {60}
    assert {row["ranks"]["总"] for row in answer(two("copeland", "甲,1,1\n乙,1,1\n"))} == {1}


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"period": "2019"}, "period：数据里没有 2019 这个时期"),
        ({}, "period：数据有 2 个时期，请写明算哪一个，如 2018"),
        ({"period": "2018", "cohort": {"by": "区"}}, "cohort.by：“区”不是单位的属性"),
        ({"period": "2018", "cohort": {"only": ["丁"]}}, "cohort.only：数据里没有“丁”"),
        ({"period": "2018", "rank": {"within": ["区"]}}, "rank.within：“区”不是单位的属性"),
        ({"period": "2018", "adjustments": [{"node": "a", "unit": "丁", "points": 1, "evidence": "据"}]},
         "adjustments.0.unit：数据里没有“丁”"),
    ],
)  # fmt: skip
def test_what_does_not_fit_the_data(more: dict[str, Any], said: str) -> None:
    data = "unit,indicator,period,value\n甲,a,2017,1\n甲,a,2018,2\n"
    with pytest.raises(Refused) as refusal:
        build(spec_of({"name": "x", "nodes": {"a": {"score": "value"}}, **more}), table(data))
    assert said in sentences(refusal)


@pytest.mark.parametrize(
    ("tree", "said"),
    [
        ({"nodes": {"a": {}}}, "name：缺这一项"),
        ({"name": "x", "nodes": {"a.b": {}}}, "代码不能带点号"),
        ({"name": "x", "nodes": {"a": {"score": {"form": "curve", "points_at": [[0, 0]]}}}}, "至少要 2 项"),
        ({"name": "x", "nodes": {"a": {"weight": "重"}}}, "nodes.a.weight：要一个数"),
        ({"name": "x", "nodes": {"a": {"weight": float("inf")}}}, "nodes.a.weight：要一个有限的数"),
        ({"name": "x", "nodes": {"a": {"decimals": 99}}}, "nodes.a.decimals：要不大于 12"),
        ({"name": "x", "nodes": {"a": {"score": {"form": "curve", "points_at": [[5, 2], [1, 3]]}}}},
         "nodes.a.score.points_at：各点的数要一个比一个大"),
        ({"name": "x", "nodes": {"a": {"score": {"form": "curve", "points_at": [[1, 2], [1, 3]]}}}}, "不重复"),
        ({"name": "x", "nodes": {"a": {"score": {"form": "value", "floor": 9, "cap": 1}}}},
         "nodes.a.score：下限 floor（9）比上限 cap（1）大"),
        ({"name": "x", "nodes": {"a": {"score": {"form": "interval", "lower": 9, "upper": 1, "take": 1}}}},
         "nodes.a.score：下限 lower 比上限 upper 大"),
        ({"name": "x", "nodes": {"总": {"weighting": "relative"}, "a": {"parent": "总", "weight": 0},
                                 "b": {"parent": "总", "weight": 0}}}, "nodes.总：各下级权重都是 0"),
        ({"name": "x", "nodes": {"a": {}}, "defaults": {"impute": {"by": "number"}}},
         "defaults.impute.number：by: number 要写用哪个数"),
        ({"name": "x", "nodes": {"a": {}}, "rank": {"tie_breaker": "b"}}, "rank.tie_breaker：没有“b”这个节点"),
        ({"name": "x", "nodes": {"a": {}}, "adjustments": [{"node": "a", "points": 1}]},
         "adjustments.0.evidence：加减分要写依据"),
        ({"name": "x", "nodes": {"a": {}}, "adjustments": [{"node": "a", "points": 1, "veto": 0, "evidence": "据"}]},
         "adjustments.0：points（加减分）、veto（否决）、gate（门槛）三样写且只写一样"),
        ({"name": "x", "nodes": {"a": {}}, "adjustments": [{"node": "a", "gate": "b", "below": 1, "limit": 1}]},
         "adjustments.0.gate：没有“b”这个节点"),
        ({"name": "x", "nodes": {"总": {"combine": "penalty"}, "a": {"parent": "总", "weight": 1},
                                 "b": {"parent": "总", "weight": 1}}},
         "nodes.总：各下级权重合计 2，不是 1 也不是 100"),
        ({"name": "x", "nodes": {"总": {"combine": "sum"}, "a": {"parent": "总", "weight": 60},
                                 "b": {"parent": "总", "weight": 40}}},
         "nodes.总：各下级权重合计 100，sum 会把得分放大一百倍"),
        ({"name": "x", "nodes": {"总": {"combine": "sum"}, "a": {"parent": "总", "weight": 0.6},
                                 "b": {"parent": "总", "weight": 0.5}}}, "nodes.总：各下级权重合计 1.1，不是 1"),
        ({"name": "x", "nodes": {"总": {"range": [0, 1]}, "a": {"parent": "总"}}},
         "nodes.总：range 和 cohort 写在指标上"),
        ({"name": "x", "nodes": {"a": {"coverage": 0.5}}}, "nodes.a.coverage：这是指标"),
        ({"name": "x", "nodes": {}}, "nodes：至少要 1 项"),
        ({"name": "x", "nodes": {"a": {"parent": "b"}, "b": {"parent": "c"}, "c": {"parent": "a"}}},
         "绕成了圈：a → b → c → a"),
    ],
)  # fmt: skip
def test_specifications(tree: dict[str, Any], said: str) -> None:
    with pytest.raises(Refused) as refusal:
        spec_of(tree)
    assert said in sentences(refusal)


def test_one_sentence_a_place() -> None:
    """写了 .nan 的标杆只说要一个有限的数，不再劝人加引号。"""
    post = {"form": "goalposts", "worst": float("nan"), "best": 1}
    with pytest.raises(Refused) as refusal:
        spec_of({"name": "x", "nodes": {"a": {"score": post}}})
    assert sentences(refusal) == "nodes.a.score.worst：要一个有限的数。"


def test_what_is_the_same_everywhere_has_no_weight_of_its_own() -> None:
    for how in ("critic", "entropy"):
        with pytest.raises(Refused) as refusal:
            two("arithmetic", "甲,0,2\n乙,0,3\n丙,0,5\n", defaults={"weighting": how})
        assert "nodes.总.weighting：有缺数、负数、各单位都一样的" in sentences(refusal)


def test_whoever_is_alone_in_a_cohort_is_named() -> None:
    spec = spec_of(
        {"name": "x", "cohort": {"by": "区"}, "columns": {"attributes": ["区"]}, "nodes": {"a": {}}}
    )
    with pytest.raises(Refused) as refusal:
        build(spec, table("unit,区,a\n甲,东,1\n乙,东,3\n丙,西,2\n", attributes=("区",)))
    assert "nodes.a.score：“丙”所在的那一组里，全部单位的值相同（只有“丙”一个）" in sentences(refusal)


def test_everything_that_is_wrong_is_said_at_once() -> None:
    tree = {
        "name": "x",
        "nodes": {"总": {}, "a": {"parent": "总", "weight": -1, "marks": 0}, "b": {"parent": 5}},
    }
    with pytest.raises(Refused) as refusal:
        spec_of(tree)
    assert {problem.path for problem in refusal.value.problems} >= {"nodes.a.weight", "nodes.a.marks"}


BOMB = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"a{at}: &a{at} [{','.join([f'*a{at - 1}'] * 10)}]\n" for at in range(1, 12)
)
TEN = 10_000_000


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (BOMB, "不收别名"),
        ("a: &a {<<: *a}\n", "不收别名"),
        ("name: x\nnodes:\n" + "  a: {}\n" * (TEN // 8), "超过 1000 kB"),
        ("[" * TEN, "超过 1000 kB"),
        ("[" * 400_000, ""),
        ("- " * 100 + "x", "层数或项数太多"),
        ("a:\n" + "- 1\n" * 240_000, "层数或项数太多"),
        ("a: " + "9" * 5000, "读不懂的值"),
        ("? {a: 1}\n: 2\n", "名字要是一段文字"),
        ("a: !!binary 5\n", ""),
        ("a: \x00", "不是合格的 YAML"),
    ],
    ids=[
        "bomb",
        "self",
        "tenmegabytes",
        "brackets",
        "deep",
        "dashes",
        "items",
        "digits",
        "key",
        "binary",
        "nul",
    ],
)
def test_yaml_of_any_size_and_malice(text: str, said: str) -> None:
    """再大再坏，一两秒里一句话。"""
    start = time.process_time()
    try:
        spec_of(tree_of(text))
    except Refused as refusal:
        assert said in str(refusal) and len(str(refusal)) < 2000
    else:
        pytest.fail("没有退回")
    assert time.process_time() - start < 5


def test_ten_megabytes_on_the_command_line(tmp_path: Path) -> None:
    (tmp_path / "big.yaml").write_text("a: " + "长" * (TEN // 3), encoding="utf-8")
    (tmp_path / "data.csv").write_text("unit,a\n甲,1\n", encoding="utf-8")
    with pytest.raises(CommandError, match="体系说明超过 1,000 kB，不读"):
        call_command("score", str(tmp_path / "big.yaml"), str(tmp_path / "data.csv"))
    (tmp_path / "spec.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(CommandError, match="不是 UTF-8 文字"):
        call_command("score", str(tmp_path / "spec.yaml"), str(tmp_path / "data.csv"))
    (tmp_path / "spec.yaml").write_text("name: x\nnodes: {a: {score: value}}\n", encoding="utf-8")
    (tmp_path / "if.yaml").write_text("set: {nodes.a.scor: 1}\n", encoding="utf-8")
    with pytest.raises(CommandError, match="没有“scor”这一项；这里有 name"):
        call_command(
            "score", str(tmp_path / "spec.yaml"), str(tmp_path / "data.csv"), scenario=tmp_path / "if.yaml"
        )
