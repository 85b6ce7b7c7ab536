"""指标页上的判断，不碰数据库：几月怎么说，余下几天要几天，省里的进展归哪一类，波动按自己的往常看。"""

from datetime import date

import pytest

from xushi.core.months import Month
from xushi.indicators.assembling import Held, assembled
from xushi.indicators.board import volatile
from xushi.indicators.leaving_out import LeftOut, without_unready
from xushi.indicators.models import Indicator
from xushi.indicators.reading import spec_of
from xushi.indicators.reporting import due_on, months_of
from xushi.indicators.rules import (
    Standing,
    days_left,
    gap_words,
    ladder,
    period_words,
    shown,
    standing_of,
    usual_range,
)
from xushi.indicators.usual import among_peers
from xushi.indicators.watching import turned


@pytest.mark.parametrize(
    ("period", "words"),
    [
        ("2018-06", "2018年上半年"),
        ("2018-07", "2018年1—7月"),
        ("2018-01", "2018年1月"),
        ("2018-12", "2018年全年"),
        ("", ""),
    ],
)
def test_a_month_is_said_as_people_say_it(period: str, words: str) -> None:
    assert period_words(period) == words


def test_the_days_left_are_those_of_the_report() -> None:
    days = days_left(60.8, 77.0, "2018-07")
    assert (days.passed, days.good, days.left, days.needed, days.all_year) == (212, 129, 153, 152, 281)
    assert days.possible
    assert not days_left(60.8, 78.0, "2018-07").possible
    assert days_left(80.0, 77.0, "2018-12").needed == 0


@pytest.mark.parametrize(
    ("value", "target", "schedule", "rank", "expected"),
    [
        (84, 84, None, None, Standing.DONE),
        (83.9, 84, 83.9, None, Standing.ON_SCHEDULE),
        (83.8, 84, 83.9, 1, Standing.BEHIND),
        (83.8, None, None, 5, Standing.UPPER),
        (83.8, None, None, 6, Standing.UNCLEAR),
        (83.8, 84, None, 4, Standing.UPPER),
        (83.8, None, None, None, Standing.UNCLEAR),
        (None, 84, None, None, Standing.UNCLEAR),
    ],
)
def test_how_an_indicator_of_the_province_stands(
    value: float | None, target: float | None, schedule: float | None, rank: int | None, expected: Standing
) -> None:
    assert standing_of(value, target, schedule, rank, 11) is expected


def test_less_is_better_turns_the_judgement_round() -> None:
    assert standing_of(2.0, 2.0, None, None, 11, sign=-1) is Standing.DONE
    assert standing_of(44, 39, 40.17, 1, 11, sign=-1) is Standing.BEHIND


def test_figures_are_shown_half_up() -> None:
    assert shown(2.675, 2) == "2.68"
    assert shown(-1.25) == "−1.3"
    assert shown(None) == "—"
    assert gap_words(60.8, 77, sign=1, places=1, measure="%") == "−16.2"
    assert gap_words(5, -1, sign=-1, places=1, measure="%") == "反向"
    assert gap_words(5, None, sign=1, places=1, measure="%") == "—"


def test_a_ladder_marks_the_own_place_and_the_one_tried() -> None:
    rungs = ladder(9, 11, 7)
    assert [one.number for one in rungs if one.own] == [9]
    assert [one.number for one in rungs if one.tried] == [7]
    assert not any(one.tried for one in ladder(9, 11, 9))


def test_what_moves_much_by_habit_may_move_much() -> None:
    assert volatile([11.6, 11.9, 11.2, 10.7, 6.5])
    assert not volatile([10, 20, 9, 21, 8])
    assert not volatile([11.6, 11.9, 11.2, 10.7, 15.5])
    assert not volatile([11, 5])


def test_three_times_better_and_then_worse_is_a_turn() -> None:
    assert turned([1, 2, 3, 4, 3.5])
    assert not turned([1, 2, 3, 4, 5])
    assert not turned([1, 2, 1, 4, 3.5])
    assert turned([5, 4, 3, 2, 2.5], sign=-1)


@pytest.mark.parametrize(("pace", "months"), [("month", list(range(1, 13))), ("quarter", [3, 6, 9, 12])])
def test_the_months_that_are_reported_follow_the_pace(pace: str, months: list[int]) -> None:
    card = Indicator(pace=pace, due_day=15)
    assert [one.number for one in months_of(card, 2018)] == months
    assert due_on(card, Month(2018, 12)) == date(2019, 1, 15)


@pytest.mark.parametrize(
    ("shares", "expected"),
    [
        ([0.76, 0.78], None),  # too few to compare with
        (
            [0.76, 0.78, 0.80],
            (0.78 - 0.195, 0.78 + 0.195),
        ),  # alike: a twentieth of the middle is the usual distance
        ([0.5, 0.7, 0.9], (0.7 - 1.0, 0.7 + 1.0)),
        ([-1.0, -1.0, -1.0], (-1.25, -0.75)),
    ],
)
def test_a_unit_without_a_history_is_compared_with_the_others(
    shares: list[float], expected: tuple[float, float] | None
) -> None:
    found = among_peers(shares)
    assert found == (None if expected is None else pytest.approx(expected))


def test_an_outlier_is_told_by_its_own_history() -> None:
    assert usual_range([1.0, 2.0]) is None
    found = usual_range([38.7, 44.6, 50.0, 54.1, 58.7, 60.5])
    assert found is not None
    assert found[0] < 60.8 < found[1]
    assert not found[0] < 12 < found[1]


def test_a_month_takes_the_latest_figure_up_to_it_and_says_which_are_older() -> None:
    rows = [
        Held("甲", "空气", "2018-06", low=60.5, high=60.5),
        Held("甲", "空气", "2018-07", low=60.8, high=60.8),
        Held("乙", "空气", "2018-06", rank=2),
        Held("乙", "空气", "2017-12", low=64.0, high=64.0),
    ]
    june, july = assembled(rows, "2018-06"), assembled(rows, "2018-07")
    assert (june.carried, july.carried, july.ranked_only) == (0, 1, 1)
    assert "甲,空气,2018-07,60.8,,final" in july.text
    assert "60.5" not in july.text
    assert "乙,空气,2018-07,#2,,final" in july.text
    assert "乙,空气,2017-12,64.0,,final" in july.text


def test_the_first_named_vintage_counts() -> None:
    rows = [
        Held("甲", "增幅", "2018-06", "一季度数", 1, 1),
        Held("甲", "增幅", "2018-06", "半年数", 2, 2),
    ]
    for order, low in ((("一季度数", "半年数"), 1), (("半年数", "一季度数"), 2)):
        assert assembled(rows, "2018-06", vintages=order).cells["甲", "增幅"].low == low


def test_a_pending_target_leaves_its_indicator_out_and_names_who_owes_it() -> None:
    rule = {"form": "deduct", "points": True, "full": 2, "take": 1}
    spec = spec_of({
        "name": "试", "nodes": {
            "总分": {"combine": "sum"}, "组": {"parent": "总分", "combine": "sum"},
            "定了": {"parent": "总分", "score": rule, "references": {"target": 5}},
            "没定": {"parent": "组", "score": rule, "references": {"target": {"pending": "市民政局"}}},
            "没数": {"parent": "总分", "score": rule, "references": {"target": 5}},
        },
    })  # fmt: skip
    ready, left = without_unready(spec, {"定了", "没定"}, "甲")
    assert list(ready.nodes) == ["总分", "定了"]
    assert left == (LeftOut("没定", "市民政局"), LeftOut("没数", ""))
    assert left[0].sentence == "目标值还没定，等市民政局"
