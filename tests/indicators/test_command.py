"""xushi score：不用数据库，一句话说错，一份 JSON 说结果。"""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from openpyxl import Workbook

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


MEANS = """
levers:
  增长: {step: 0.5, most: 4, cost: 2, department: 发改局}
  空气: {step: 1, most: 3, cost: 1, department: 环保局, pace: level}
budgets: {发改局: 10}
"""


def test_what_pays(files: tuple[str, str], tmp_path: Path) -> None:
    """甲 91.2 分，乙满分：两项都补齐才并列第一。"""
    means = tmp_path / "means.yaml"
    means.write_text(MEANS.replace(", pace: level", ""), encoding="utf-8")
    pays = run(*files, "--pays", "甲", "--reach", "1", "--budget", str(means))["pays"]
    assert [(one["node"], one["step"]) for one in pays["gains"]] == [("增长", 0.5), ("空气", 1)]
    assert pays["gains"][0]["points"] == pytest.approx(2.4)
    assert pays["way"]["steps"] == {"增长": 1, "空气": 2} and pays["way"]["proof"] == "least"
    assert pays["way"]["spent"] == {"发改局": 4, "环保局": 2}
    assert all(one["by"] is None for one in pays["alone"] if one["node"] == "空气")


def test_what_pays_for_people(files: tuple[str, str], tmp_path: Path) -> None:
    means = tmp_path / "means.yaml"
    means.write_text(MEANS.replace(", pace: level", ""), encoding="utf-8")
    out = StringIO()
    call_command("score", *files, "--pays", "甲", "--reach", "1", "--budget", str(means), stdout=out)
    lines = out.getvalue().splitlines()
    assert "增长\t好 0.5，+2.4 分，位次 +0" in lines
    assert "空气\t单靠它到不了" in lines
    assert lines[-1] == "到第 1 位\t增长好 1、空气好 2，花 6；没有更省的"


def test_the_months_left(tmp_path: Path) -> None:
    (tmp_path / "spec.yaml").write_text(
        "name: x\nperiod: 2018-06\nnodes:\n  投资: {score: value, references: {target: 120}}\n",
        encoding="utf-8",
    )
    rows = "".join(f"甲,投资,2018-{at:02},{at * 9}\n" for at in range(1, 7))
    (tmp_path / "data.csv").write_text("unit,indicator,period,value\n" + rows, encoding="utf-8")
    (tmp_path / "m.yaml").write_text("levers:\n  投资: {pace: cumulative, best: 12}\n", encoding="utf-8")
    words = [str(tmp_path / name) for name in ("spec.yaml", "data.csv")]
    answer = run(*words, "--pays", "甲", "--budget", str(tmp_path / "m.yaml"))
    assert answer["pays"]["outlook"]["投资"]["needed"] == 11
    assert answer["pays"]["outlook"]["投资"]["lost_after"] == 3
    out = StringIO()
    call_command("score", *words, "--pays", "甲", "--budget", str(tmp_path / "m.yaml"), stdout=out)
    assert out.getvalue().splitlines()[-1] == (
        "投资\t还有 6 个月，每月要 11，最好的月份 12：还来得及，照常再过 3 个月就来不及"
    )


def test_paying_asks_for_a_unit(files: tuple[str, str]) -> None:
    with pytest.raises(CommandError, match="要和 --pays 单位 一起用"):
        run(*files, "--reach", "1")
    with pytest.raises(CommandError, match="没有“丁”这个单位"):
        run(*files, "--pays", "丁")


def test_a_workbook_will_do_for_data(files: tuple[str, str], tmp_path: Path) -> None:
    made = Workbook()
    sheet = made.active
    assert sheet is not None
    for row in (["2018年考核"], ["地区", "增长", "空气"], ["甲", 9, 78], ["乙", 10, 85]):
        sheet.append(row)
    made.save(tmp_path / "data.xlsx")
    answer = run(files[0], str(tmp_path / "data.xlsx"))
    assert [one["scores"]["总分"] for one in answer["units"]] == pytest.approx([91.2, 100])
    assert answer["notes"] == ["时期按标题当作 2018。"]
