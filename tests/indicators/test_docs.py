"""docs/indicators-format.md 里的每个例子都照着算一遍；公布的数对得上。"""

import re
from io import StringIO
from pathlib import Path

import pytest
import yaml
from django.core.management import call_command

from tests.indicators.making import table
from xushi.indicators import spec, spec_rules, ways
from xushi.indicators.engine import build
from xushi.indicators.reading import spec_of, tree_of, validated
from xushi.indicators.scenario import overlaid, scenario_of
from xushi.indicators.ways import Means, cheapest_by

PAGE = (Path(__file__).parents[2] / "docs" / "indicators-format.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```yaml\n(.*?)```\n\n```csv\n(.*?)```\n\n```text\n(.*?)```", PAGE, re.DOTALL)
PUBLISHED = {"瑞士": "0.962", "挪威": "0.961", "冰岛": "0.959", "中国香港": "0.952", "澳大利亚": "0.951"}


@pytest.mark.parametrize(
    ("spec", "data", "expected"), EXAMPLES, ids=[re.findall(r"name: (\S+)", e[0])[0] for e in EXAMPLES]
)
def test_example(spec: str, data: str, expected: str, tmp_path: Path) -> None:
    (tmp_path / "spec.yaml").write_text(spec, encoding="utf-8")
    (tmp_path / "data.csv").write_text(data, encoding="utf-8")
    out = StringIO()
    call_command("score", str(tmp_path / "spec.yaml"), str(tmp_path / "data.csv"), stdout=out)
    assert out.getvalue().splitlines()[1:] == expected.splitlines()


def test_the_human_development_index_is_the_published_one() -> None:
    rows = [line.split("\t") for line in EXAMPLES[0][2].splitlines()[1:]]
    assert {unit: score for _, unit, score in rows} == PUBLISHED


def test_the_unbalance_penalty_by_hand() -> None:
    """甲 三项标准分 ±1.224745：平均 100 + 10z，再减方差除以平均。"""
    z = 1.5**0.5
    scores = [100 - 10 * z, 100 + 10 * z, 100 + 10 * z]
    mean = sum(scores) / 3
    expected = mean - sum((one - mean) ** 2 for one in scores) / 3 / mean
    rows = {line.split("\t")[1]: line.split("\t")[2] for line in EXAMPLES[1][2].splitlines()[1:]}
    assert float(rows["甲"]) == pytest.approx(expected, abs=6e-4)


def test_the_scenario_of_the_page_fits_its_example() -> None:
    text = re.findall(r"```yaml\n(# 情景.*?)```", PAGE, re.DOTALL)[0]
    spec = spec_of(tree_of(EXAMPLES[2][0]))
    before = table(EXAMPLES[2][1])
    after, figures = overlaid(spec, before, scenario_of(tree_of(text)))
    assert build(after, figures).scores[0, 0, -1] != build(spec, before).scores[0, 0, -1]


def test_the_uncertainty_of_the_page_is_read() -> None:
    part = yaml.safe_load(re.findall(r"```yaml\n(# 写在.*?)```", PAGE, re.DOTALL)[0])
    spec = spec_of({"name": "x", "nodes": {"总": {}, "a": {"parent": "总"}}, **part})
    assert len(spec.uncertainty.choices) == 2 and spec.uncertainty.reach == (20,)


def test_the_means_of_the_page_fit_its_example() -> None:
    """办法照着例子用得上：甲要追上自己前面的，乙已经最好。"""
    means = validated(Means, tree_of(re.findall(r"```yaml\n(# 办法.*?)```", PAGE, re.DOTALL)[0]))
    example, figures = spec_of(tree_of(EXAMPLES[2][0])), table(EXAMPLES[2][1])
    way = cheapest_by(example, figures, unit="乙", rank=1, means=means.model_copy(update={"budget": None}))
    assert way.proof in ("least", "none") and way.spent.get("环保局", 0) <= 300


def test_every_key_of_the_specification_is_on_the_page() -> None:
    kinds = [kind for module in (spec, spec_rules, ways) for kind in vars(module).values()
             if isinstance(kind, type) and issubclass(kind, spec_rules.Part) and kind is not spec_rules.Part]  # fmt: skip
    assert len(kinds) > 30
    for kind in kinds:
        for key in kind.model_fields:
            assert re.search(rf"`[^`]*\b{key}\b|^ *{key}:|[{{ ]{key}:", PAGE, re.MULTILINE), (
                f"{kind.__name__}.{key}"
            )


def test_every_rule_and_every_key_of_it_is_on_the_page() -> None:
    rules = [
        kind
        for kind in vars(spec_rules).values()
        if isinstance(kind, type) and issubclass(kind, spec_rules.Rule)
    ]
    assert len(rules) > 14
    for rule in rules:
        for key, described in rule.model_fields.items():
            assert re.search(rf"`[^`]*\b{key}\b", PAGE), f"{rule.__name__}.{key} 没有写进 docs"
            if key == "form":
                assert f"| `{described.default}` |" in PAGE
