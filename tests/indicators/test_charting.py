"""走势图：差的那一段画在最新的月份上，好的不画；达标所需连到年底的目标。"""

from typing import Any

import pytest

from xushi.indicators.charting import chart_of
from xushi.indicators.rules import TARGET_AT, Bar, bar_of

YEAR = {"2017-07": 66.0, "2017-12": 64.4, "2018-01": 38.7, "2018-07": 60.8}


def line(option: dict[str, Any], name: str) -> dict[str, Any]:
    return next(one for one in option["series"] if one["name"] == name)


def test_the_gap_stands_at_the_newest_month_between_figure_and_target() -> None:
    option = chart_of(YEAR, 77, 2018)
    gap = line(option, "")
    assert [end["coord"] for end in gap["markLine"]["data"][0]] == [[6, 77], [6, 60.8]]
    assert gap["markPoint"]["data"][0]["label"]["formatter"] == "低16.2"
    assert option["xAxis"]["data"][6]["value"] == "7月" and option["xAxis"]["data"][5] == "6月"
    assert line(option, "今年")["data"][:2] == [38.7, None] and line(option, "去年")["data"][11] == 64.4
    assert line(option, "目标")["endLabel"]["formatter"] == "目标77.0"
    assert line(option, "去年")["endLabel"]["formatter"] == "去年64.4"


@pytest.mark.parametrize(
    ("target", "sign", "said"), [(60.8, 1, None), (60, 1, None), (62, -1, None), (60, -1, "高0.8")]
)
def test_no_gap_where_the_target_is_met(target: float, sign: int, said: str | None) -> None:
    names = [one["name"] for one in chart_of(YEAR, target, 2018, sign=sign)["series"]]
    assert ("" in names) == (said is not None)
    if said:
        gap = line(chart_of(YEAR, target, 2018, sign=sign), "")
        assert gap["markPoint"]["data"][0]["label"]["formatter"] == said


def test_what_is_left_runs_to_the_target_at_the_end_of_the_year() -> None:
    ahead = line(chart_of(YEAR, 77, 2018, ahead=True), "达标所需")
    assert ahead["data"][6] == 60.8 and ahead["data"][11] == 77 and ahead["data"].count(None) == 10
    december = chart_of({"2018-11": 60.0, "2018-12": 61.0}, 77, 2018, ahead=True)
    assert line(december, "达标所需")["data"][11] == 77 and "markPoint" not in line(december, "达标所需")


def test_without_a_target_or_a_figure_of_the_year_only_lines() -> None:
    assert [one["name"] for one in chart_of(YEAR, None, 2018)["series"]] == ["今年", "去年"]
    assert [one["name"] for one in chart_of({"2017-12": 64.4}, 77, 2018)["series"]] == [
        "今年",
        "去年",
        "目标",
    ]


@pytest.mark.parametrize(
    ("value", "target", "sign", "expected"),
    [
        (58.5, 77, 1, Bar(58.5, 58.5, 18.5)),
        (77, 77, 1, Bar(TARGET_AT, TARGET_AT, 0)),
        (90, 77, 1, Bar(90, 90, 0)),
        (500, 77, 1, Bar(100, 100, 0)),
        (76.9, 77, 1, Bar(76.9, 76.9, 1)),  # a gap is never too thin to be seen
        (40, 35, -1, Bar(TARGET_AT, TARGET_AT, 11)),  # what should be low lies beyond its line
        (30, 35, -1, Bar(66, 66, 0)),
        (0, 12, 1, Bar(0, 0, TARGET_AT)),
        (3, 0, -1, None),
        (4.7, -1, -1, None),
        (-2, 5, 1, None),
    ],
)
def test_the_bar_of_a_unit(value: float, target: float, sign: int, expected: Bar | None) -> None:
    assert bar_of(value, target, sign) == expected
