"""判断：走到哪、几天、超没超、代码对不对；都在边上试。"""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.signings.builders import CODE
from xushi.core.money import YUAN_PER_YI
from xushi.signings.rules import (
    DEFAULT_LIMITS,
    SigningInput,
    Stage,
    Step,
    conclusion,
    further,
    furthest,
    pressing,
    problems_of_reaching,
    problems_of_signing,
    slowest,
    through,
    took,
)

DAY = date(2018, 5, 10)


def after(days: int) -> date:
    return DAY + timedelta(days=days)


def row(**more: object) -> SigningInput:
    columns = {
        "event": 1, "name": "甲", "enterprise": "乙公司", "amount": 1, "category": "c", "territory": 1,
        "responsible_unit": 1, "signed_on": DAY,
    } | more  # fmt: skip
    return SigningInput(**columns)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({}, None),
        ({"credit_code": CODE}, None),
        ({"credit_code": CODE.lower()}, None),
        ({"credit_code": CODE[:-1] + "1"}, "校验位对不上"),
        ({"credit_code": CODE[:-1]}, "要18位，现在是17位"),
        ({"amount": 0}, "是0"),
        ({"amount": -1}, "不能是负数"),
        ({"name": " "}, "项目名称是空的"),
        ({"enterprise": ""}, "签约企业是空的"),
        ({"signed_on": after(1)}, "还没到"),
        ({"next_on": after(-1)}, "已经过了"),
        ({"next_on": DAY}, None),
    ],
)
def test_a_row_is_right_or_says_what_is_wrong(more: dict[str, object], said: str | None) -> None:
    found = [problem.sentence for problem in problems_of_signing(row(**more), DAY)]
    assert len(found) == (said is not None)
    assert all(said in sentence for sentence in found if said)


@pytest.mark.parametrize(
    ("days", "mark"),
    [(60, "working"), (61, "needs_coordination"), (120, "needs_coordination"), (121, "overdue")],
)
def test_how_a_wait_presses(days: int, mark: str) -> None:
    assert pressing(days, 60) == mark


def test_without_a_limit_nothing_presses() -> None:
    assert pressing(999, None) == "working"


def test_days_are_counted_where_both_stages_have_one() -> None:
    days = {Stage.SIGNED: DAY, Stage.COMPANY: after(38), Stage.LAND: None, Stage.ADMITTED: after(50)}
    assert took(days) == {Stage.SIGNED: 38}
    assert furthest(days) == Stage.ADMITTED


def test_what_came_before_its_turn_held_nothing_up() -> None:
    """Listed in January, signed in May, admitted 20 days later: no wait for the list; the start counts from there."""
    days = {
        Stage.SIGNED: DAY, Stage.COMPANY: after(5), Stage.LAND: after(10), Stage.ADMITTED: after(20),
        Stage.LISTED: date(2018, 1, 2), Stage.STARTED: after(60),
    }  # fmt: skip
    assert took(days)[Stage.ADMITTED] == 0
    assert took(days)[Stage.LISTED] == 40
    assert through(days)[Stage.LISTED] == after(20)


@given(st.dictionaries(st.sampled_from(Stage), st.one_of(st.none(), st.integers(0, 400)), min_size=1))
def test_no_wait_is_below_zero_and_all_add_up(given_days: dict[Stage, int | None]) -> None:
    days = {stage: None if n is None else after(n) for stage, n in given_days.items()} | {Stage.SIGNED: DAY}
    found, passed = took(days), through(days)
    assert all(count >= 0 for count in found.values())
    if all(stage in passed for stage in Stage if stage <= furthest(days)):
        assert sum(found.values()) == (passed[furthest(days)] - DAY).days


@pytest.mark.parametrize(
    ("stage", "on", "days", "said"),
    [
        (Stage.COMPANY, DAY, {}, None),
        (Stage.COMPANY, after(-1), {}, "早于签约日期"),
        (Stage.COMPANY, after(11), {}, "还没到"),
        (Stage.LAND, after(4), {Stage.COMPANY: after(5)}, "早于注册公司"),
        (Stage.LAND, after(5), {Stage.COMPANY: after(5)}, None),
        (Stage.LAND, after(5), {Stage.LAND: None}, None),
        (Stage.COMPANY, after(5), {Stage.COMPANY: after(5)}, "已经在"),
        (Stage.LISTED, after(5), {}, "跟着库里的项目走"),
    ],
)
def test_reaching_a_stage(stage: Stage, on: date, days: dict[Stage, date | None], said: str | None) -> None:
    found = [p.sentence for p in problems_of_reaching(stage, on, {Stage.SIGNED: DAY} | days, after(10))]
    assert len(found) == (said is not None)
    assert all(said in sentence for sentence in found if said)


def step(stage: Stage, count: int, **more: int | None) -> Step:
    columns = {
        "amount": count * YUAN_PER_YI, "stay": 0, "stay_amount": 0, "lost": 0, "lost_amount": 0, "late": 0,
        "median": None, "limit": DEFAULT_LIMITS.get(stage),
    } | more  # fmt: skip
    return Step(stage, count, **columns)  # type: ignore[arg-type]


def test_the_conclusion_names_the_slowest() -> None:
    steps = [
        step(Stage.SIGNED, 32, median=38, stay=6, lost=2, lost_amount=YUAN_PER_YI),
        step(Stage.COMPANY, 24, median=96, stay=7, stay_amount=122 * YUAN_PER_YI, late=4),
        step(Stage.LAND, 16), step(Stage.ADMITTED, 11), step(Stage.LISTED, 9), step(Stage.STARTED, 4),
        step(Stage.COMPLETED, 0),
    ]  # fmt: skip
    assert conclusion(steps) == "32个签约项目开工4个；最慢在等地，中位96天，超目标36天"
    assert (
        further(steps)
        == "走到注册公司的24个里7个还在等地，压着122.0亿元，其中4个超目标；流失2个、1.0亿元，都写了原因。"
    )


@pytest.mark.parametrize(("median", "named"), [(60, None), (61, Stage.COMPANY)])
def test_at_the_limit_it_is_not_slow(median: int, named: Stage | None) -> None:
    found = slowest([step(Stage.COMPANY, 3, median=median)])
    assert (found.stage if found else None) == named


def test_nothing_signed_yet() -> None:
    assert conclusion([step(stage, 0) for stage in Stage]) == "还没有记下签约项目"
    assert further([step(stage, 0) for stage in Stage]) == ""
