"""xushi score：不用数据库，一句话说错，一份 JSON 说结果。"""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

SPEC = """
name: 小考
period: 2018
uncertainty: {weights: {noise: 0.3}, reach: [1]}
nodes:
  总分: {combine: sum}
  增长: {parent: 总分, marks: 60, score: efficacy, references: {disallowed: 5, satisfactory: 10}}
  空气: {parent: 总分, marks: 40, score: {form: deduct, take: 5}, references: {target: 80}}
"""
DATA = "unit,indicator,period,value,vintage\n甲,增长,2018,9,快报\n甲,空气,2018,78,\n乙,增长,2018,10,\n乙,空气,2018,85,\n"


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    (tmp_path / "spec.yaml").write_text(SPEC, encoding="utf-8")
    (tmp_path / "data.csv").write_text("\ufeff" + DATA, encoding="utf-8")  # as spreadsheets save it
    return str(tmp_path / "spec.yaml"), str(tmp_path / "data.csv")


def run(*words: str) -> dict[str, Any]:
    out = StringIO()
    call_command("score", *words, "--json", stdout=out)
    answer: dict[str, Any] = json.loads(out.getvalue())
    return answer


def test_scores_and_ranks(files: tuple[str, str]) -> None:
    units = {one["unit"]: one for one in run(*files)["units"]}
    assert units["甲"]["scores"]["总分"] == pytest.approx(91.2)
    assert units["乙"]["scores"] == {"增长": 60, "空气": 40, "总分": 100}
    assert units["甲"]["ranks"] == {"增长": 2, "空气": 2, "总分": 2}


def test_trace_leads_from_the_input_to_the_score(files: tuple[str, str]) -> None:
    cells = {(one["unit"], one["node"]): one for one in run(*files, "--trace")["trace"]}
    growth = cells["甲", "增长"]
    assert [growth[step] for step in ("input", "raw", "clamped", "rounded")] == [9, 92, 92, 92]
    assert growth["references"] == {"disallowed": 5, "satisfactory": 10}
    assert growth["vintage"] == "快报" and growth["rule"] == "efficacy"
    assert growth["score"] == pytest.approx(0.92 * 60)
    total = cells["甲", "总分"]
    assert total["members"]["空气"] == 36 and total["score"] == pytest.approx(sum(total["members"].values()))


def test_a_scenario(files: tuple[str, str], tmp_path: Path) -> None:
    what_if = tmp_path / "if.yaml"
    what_if.write_text("set:\n  observations.甲.增长: 10\n  observations.甲.空气: 80\n", encoding="utf-8")
    answer = run(*files, "--scenario", str(what_if))
    assert [one["ranks"]["总分"] for one in answer["units"]] == [1, 1]
    what_if.write_text("set:\n  observations.丁.增长: 10\n", encoding="utf-8")
    with pytest.raises(CommandError, match="observations.丁.增长：数据里没有“丁”这个单位"):
        run(*files, "--scenario", str(what_if))


def test_how_sure(files: tuple[str, str]) -> None:
    answer = run(*files, "--uncertainty", "50", "--seed", "4")
    assert answer == run(*files, "--uncertainty", "50", "--seed", "4")
    assert [row["reach"]["1"] for row in answer["uncertainty"]] == [0, 1]


def test_refusals_are_sentences(files: tuple[str, str], tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="读不到这个文件"):
        run(str(tmp_path / "none.yaml"), files[1])
    with pytest.raises(CommandError, match="--uncertainty 要在 1 到 1000000 之间"):
        run(*files, "--uncertainty", "0")
    with pytest.raises(CommandError, match="数据里没有 2019 这个时期"):
        run(*files, "--period", "2019")


def test_for_people(files: tuple[str, str]) -> None:
    out = StringIO()
    call_command("score", *files, stdout=out)
    assert out.getvalue().splitlines() == ["小考（1）", "位次\t单位\t总分", "1\t乙\t100", "2\t甲\t91.2"]
