"""从体系说明得出街场园区的那一份：留哪些、权重怎么担、目标是谁的；哪些是示例，说明自己写着。"""

from typing import Any

import pytest

from tests.indicators.making import scores, sentences, table
from xushi.indicators.carried import below
from xushi.indicators.engine import build
from xushi.indicators.reading import spec_of, tree_of, yaml_of
from xushi.indicators.refusals import Refused
from xushi.indicators.shipped import text_of_template
from xushi.indicators.sources import sources_words
from xushi.indicators.spec import Spec

PER_CENT = {"form": "pass", "at": "target"}


def scheme(**more: Any) -> Spec:
    return spec_of({
        "name": "试", "period": "2018", "cohort": {"by": "片区"}, "columns": {"attributes": ["片区"]},
        "rank": {"within": ["片区"], "tie_breaker": ["丙", "甲"]},
        "nodes": {
            "总分": {}, "左": {"parent": "总分", "weight": 0.6}, "右": {"parent": "总分", "weight": 0.4},
            "甲": {"parent": "左", "weight": 0.25, "score": PER_CENT, "references": {"target": 5}},
            "乙": {"parent": "左", "weight": 0.25, "score": PER_CENT, "references": {"target": 5}},
            "丙": {"parent": "左", "weight": 0.5, "score": PER_CENT, "references": {"target": 5}, "cohort": "all"},
            "丁": {"parent": "右", "score": PER_CENT, "references": {"target": {"pending": "市里"}}},
        }, **more,
    })  # fmt: skip


def test_weights_of_what_is_left_are_in_proportion_and_empty_groups_go() -> None:
    made = below(scheme(), {"甲": {"东街": 1, "西街": 9}, "丙": {"东街": 9, "西街": 1}})
    assert made is not None
    assert list(made.nodes) == ["总分", "左", "甲", "丙"]
    assert made.rank.breakers == ("丙", "甲")
    result = build(made, table("unit,甲,丙\n东街,5,5\n西街,5,5\n"))
    assert scores(result, "甲") == [100, 0]
    assert scores(result, "丙") == [0, 100]
    assert scores(result, "左") == pytest.approx([100 / 3, 200 / 3])
    assert scores(result, "总分") == pytest.approx([100 / 3, 200 / 3])
    assert below(scheme(), {"别的": {"东街": 1}}) is None


def test_a_target_still_owed_to_the_district_may_be_handed_down() -> None:
    made = below(scheme(), {"丁": {"东街": 3}})
    assert made is not None
    assert scores(build(made, table("unit,丁\n东街,4\n")), "总分") == [100]


def test_adjustments_of_a_district_are_not_those_of_its_streets() -> None:
    points = {"node": "左", "points": 3, "evidence": "通报"}
    spec = scheme(adjustments=[points | {"unit": "浦口区"}, points, points | {"node": "右"}])
    made = below(spec, {"甲": {"东街": 1}})
    assert made is not None
    assert [(one.node, one.unit) for one in made.adjustments] == [("左", None)]


def test_marks_of_a_sum_are_those_of_what_is_left() -> None:
    spec = spec_of({
        "name": "试", "defaults": {"combine": "sum"}, "nodes": {
            "总": {"marks": 10}, "甲": {"parent": "总", "marks": 4, "score": PER_CENT, "references": {"target": 1}},
            "乙": {"parent": "总", "marks": 6, "score": PER_CENT, "references": {"target": 1}},
        },
    })  # fmt: skip
    made = below(spec, {"甲": {"东街": 1}})
    assert made is not None
    assert scores(build(made, table("unit,甲\n东街,1\n")), "总") == [4]


def test_what_is_made_up_is_written_in_the_specification() -> None:
    spec = spec_of({
        "name": "试", "defaults": {"source": "示例"}, "nodes": {
            "总": {}, "甲": {"parent": "总", "references": {"target": 5}, "source": {"target": "报告", "marks": "文件"}},
            "乙": {"parent": "总", "source": "文件"},
        },
    })  # fmt: skip
    assert (spec.source_of("甲", "target"), spec.source_of("甲", "score")) == ("报告", "示例")
    assert not spec.made_up("甲", "target")
    assert spec.made_up("甲", "score")
    assert not spec.made_up("乙", "score")
    assert spec_of(tree_of(yaml_of(spec))) == spec
    assert not scheme().made_up("甲", "target")
    assert sources_words(scheme()) == ""


def test_a_source_of_what_is_not_there_is_refused() -> None:
    with pytest.raises(Refused) as refusal:
        spec_of({"name": "试", "nodes": {"甲": {"references": {"target": 5}, "source": {"taget": "报告"}}}})
    assert "nodes.甲.source.taget" in sentences(refusal)


def test_the_shipped_templates_call_published_only_what_the_report_has() -> None:
    city = spec_of(tree_of(text_of_template("city_2018")))
    published = {
        (code, what)
        for code, node in city.nodes.items()
        for what in ("marks", "score", "weight", *node.references)
        if not city.made_up(code, what)
    }
    assert published == {("空气质量达到二级标准的天数比例", "target")}
    province = spec_of(tree_of(text_of_template("province_2018")))
    assert all(province.made_up(code, "target") for code in province.nodes)
    assert "个目标值里" in sources_words(city)
