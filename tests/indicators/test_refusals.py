"""写错的说明、用不了的数据：每样一句话，指出在哪。"""

from typing import Any

import pytest

from tests.indicators.making import one, sentences, table
from xushi.indicators.engine import build
from xushi.indicators.reading import spec_of, tree_of, yaml_of
from xushi.indicators.refusals import Refused

LEAVES = {"a": {"parent": "总", "score": "value"}, "b": {"parent": "总", "score": "value"}}


def refused(tree: dict[str, Any]) -> str:
    with pytest.raises(Refused) as refusal:
        spec_of(tree)
    return sentences(refusal)


@pytest.mark.parametrize(
    ("nodes", "said"),
    [
        ({"总": {}, "a": {"parent": "总", "weight": 0.5}, "b": {"parent": "总", "weight": 0.6}},
         "nodes.总：各下级权重合计 1.1"),
        ({"总": {}, "a": {"parent": "总", "weight": 0.5}, "b": {"parent": "总"}}, "nodes.b.weight"),
        ({"a": {"parent": "b"}, "b": {"parent": "a"}}, "绕成了圈：a → b → a"),
        ({"a": {"parent": "a"}}, "绕成了圈"),
        ({"a": {"parent": "没有"}}, "nodes.a.parent：没有“没有”这个节点"),
        ({"a": {"score": "minimax"}}, "不认得 minimax"),
        ({"a": {"scroe": "minmax"}}, "nodes.a.scroe：没有这一项"),
        ({"a": {"score": {"form": "deduct"}}}, "nodes.a.score.take：缺这一项"),
        ({"a": {"weight": float("nan")}}, "nodes.a.weight：要一个有限的数"),
        ({"a": {"weight": -1}}, "nodes.a.weight：要不小于 0"),
        ({"总": {"score": "minmax"}, "a": {"parent": "总"}}, "nodes.总：这是有下级的节点"),
        ({"a": {"direction": "interval"}}, "nodes.a.interval"),
        ({}, "nodes：至少要 1 项"),
    ],
)  # fmt: skip
def test_specifications(nodes: dict[str, Any], said: str) -> None:
    assert said in refused({"name": "x", "nodes": nodes})


def test_weights_are_taken_in_proportion_where_asked() -> None:
    nodes = {"总": {"weighting": "relative"}, "a": {"parent": "总", "weight": 3, "score": "value"},
             "b": {"parent": "总", "weight": 1, "score": "value"}}  # fmt: skip
    result = build(spec_of({"name": "x", "nodes": nodes}), table("unit,a,b\n甲,4,8\n"))
    assert result.scores[0, 0, -1] == 5


@pytest.mark.parametrize(
    ("score", "values", "node", "said"),
    [
        ("minmax", {"甲": 3, "乙": 3}, {}, "nodes.甲标.score：全部单位的值相同"),
        ("minmax", {"甲": 3}, {}, "nodes.甲标.score：全部单位的值相同"),
        ("zscore", {"甲": 3}, {}, "标准差为零"),
        (
            "efficacy",
            {"甲": 3},
            {"references": {"disallowed": 5, "satisfactory": 5}},
            "disallowed 与 satisfactory 相等",
        ),
        ("efficacy", {"甲": 3}, {"references": {"disallowed": 5}}, "nodes.甲标.references.satisfactory"),
        ("pass", {"甲": 3}, {"references": {"target": {"pending": "统计局"}}}, "等统计局给出"),
        (
            "pass",
            {"甲": 3},
            {"references": {"target": {"units": {"乙": 1}}}},
            "nodes.甲标.references.target.甲",
        ),
        ({"form": "goalposts", "worst": 1, "best": 9, "transform": "log"}, {"甲": -3}, {}, "取不了对数"),
        ("minmax", {"甲": "", "乙": ""}, {}, "一个数也没有"),
        ("ratio", {"甲": 3}, {"references": {"target": 0}}, "除数是零"),
        ({"form": "rank", "by": "table"}, {"甲": 3}, {}, "nodes.甲标.score.table"),
        ("value", {"甲": 3}, {"data": "别的"}, "nodes.甲标.data：数据里没有“别的”"),
    ],
)
def test_what_cannot_be_scored(
    score: Any, values: dict[str, float | str], node: dict[str, Any], said: str
) -> None:
    with pytest.raises(Refused) as refusal:
        one(score, values, **node)
    assert said in sentences(refusal)


def test_nobody_differs_and_that_is_provided_for() -> None:
    assert one({"form": "minmax", "flat": 50}, {"甲": 3, "乙": 3}).scores.tolist() == [[[50], [50]]]


def test_negative_under_a_geometric_mean() -> None:
    spec = spec_of({"name": "x", "nodes": {"总": {"combine": "geometric"}, **LEAVES}})
    with pytest.raises(Refused) as refusal:
        build(spec, table("unit,a,b\n甲,4,-8\n"))
    assert "nodes.总.combine：“甲”的“b”得分是 -8" in sentences(refusal)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("unit,a\n甲,nan\n", "数据第 2 行“a”列：“nan”不是有限的数"),
        ("unit,a\n甲,inf\n", "不是有限的数"),
        ("unit,a\n甲,很多\n", "“很多”不是数"),
        ("unit,a\n甲,9..3\n", "下限比上限大"),
        ("unit,a,a\n甲,1,2\n", "“a”这一列出现了两次"),
        ("unit,a\n甲,1\n甲,2\n", "有两个数"),
        (
            "unit,indicator,period,value\n甲,a,2018,1\n甲,a,2018,2\n",
            "数据第 3 行：“甲”的“a”同一时期、同一口径有两个数",
        ),
        ("unit,indicator,period,value,vintage\n甲,a,2018,1,快报\n甲,a,2018,2,年报\n", "不止一个口径"),
        ("unit,indicator,period,value,status\n甲,a,2018,1,也许\n", "状态“也许”不认得"),
        ("unit,a\n", "没有数据行"),
        ('unit,a\n"甲,1\n', "不是合格的 CSV"),
        ("unit,a\n甲,1,234\n", "数据第 2 行：比表头多出“234”"),
        ("unit;a\n甲;1\n", "数据第 1 行：只有“unit;a”，没有一列是指标；各列请用半角逗号隔开"),
    ],
)
def test_data(text: str, said: str) -> None:
    with pytest.raises(Refused) as refusal:
        table(text)
    assert said in sentences(refusal)


def test_the_first_vintage_that_is_there() -> None:
    text = "unit,indicator,period,value,vintage\n甲,a,2018,1,快报\n甲,a,2018,2,年报\n乙,a,2018,3,快报\n"
    assert table(text, vintages=("年报", "快报")).values[0, :, 0].tolist() == [2, 3]


BOMB = "a: &a [x,x]\n" + "".join(
    f"{c}: &{c} [*{p},*{p},*{p}]\n" for p, c in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (BOMB, "不收别名"),
        ("a: 1\na: 2\n", "第 2 行：“a”写了两遍"),
        ("[" * 60 + "]" * 60, "层数或项数太多"),
        ("name: [", "不是合格的 YAML"),
        ("!!python/object/apply:os.system ['id']", "不是合格的 YAML"),
        ("- 1\n- 2\n", "要写成“名: 值”的样子"),
        ("a: " + "长" * 10_000_000, "超过 1000 kB"),
        ("a: 2018-99-99\n", "读不懂的值"),
    ],
    ids=["bomb", "twice", "deep", "broken", "python", "list", "large", "date"],
)
def test_yaml(text: str, said: str) -> None:
    with pytest.raises(Refused) as refusal:
        tree_of(text)
    assert said in sentences(refusal)


def test_out_and_in_again_is_the_same() -> None:
    spec = spec_of({"name": "x", "nodes": {"总": {"combine": "sum"}, **LEAVES}})
    assert spec_of(tree_of(yaml_of(spec))) == spec


def test_words_that_yaml_would_take_for_truth() -> None:
    tree = tree_of("whole: no\non: 2018-06-30\n2018: yes\nrelative: true\n")
    assert (tree["whole"], tree["2018"], tree["relative"]) == ("no", "yes", True)
    assert "on" in tree
