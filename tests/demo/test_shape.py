"""演示区的样子：分类、属地与示意图相近，名字与大小合情理，每月的曲线说得通。"""

from collections import Counter
from statistics import median

import pytest

from xushi.core.months import Month
from xushi.demo.names import SHAPE
from xushi.demo.rows import Row, build_rows
from xushi.demo.works import WORKS

YI = 10_000
ROWS = build_rows()
UNDER_WAY = [row for row in ROWS if row.stage == 1]
# 示意图08：个数、已开工、年度计划、完成投资（亿元）
CATEGORIES = {
    "infrastructure": (132, 108, 168.4, 114.2),
    "livelihood": (98, 84, 104.6, 72.9),
    "environment": (58, 46, 64.0, 40.6),
}
RATES = {
    "汤泉街道": 58.3,
    "桥林街道": 63.5,
    "永宁街道": 66.0,
    "农创园": 66.3,
    "科学城": 67.9,
    "星甸街道": 68.5,
    "江浦街道": 68.5,
    "顶山街道": 69.7,
    "浦口经济开发区": 70.0,
}


def slipped(row: Row, month: int) -> bool:
    """Behind by more than ten points at the end of a month, having started and not been completed."""
    end = Month(2018, month).last_day
    begun = row.started_on is not None and row.started_on <= end
    going = begun and not (row.completed_on and row.completed_on <= end)
    return going and row.months[month - 1] * 120 < row.plan * (month * 10 - 12)


def overdue(row: Row, month: int) -> bool:
    end = Month(2018, month)
    return (
        row.start is not None and row.start <= end and not (row.started_on and row.started_on <= end.last_day)
    )


@pytest.mark.parametrize("category", CATEGORIES)
def test_categories_are_those_of_the_picture(category: str) -> None:
    rows = [row for row in UNDER_WAY if row.category == category]
    sums = (sum(row.plan for row in rows) / YI, sum(row.done for row in rows) / YI)
    assert (len(rows), sum(row.started for row in rows), *sums) == CATEGORIES[category]


@pytest.mark.parametrize(("place", "count", "_rate", "due", "slow", "_industrial"), SHAPE)
def test_territories_are_near_the_picture(
    place: str, count: int, _rate: float, due: int, slow: int, _industrial: int
) -> None:
    rows = [row for row in UNDER_WAY if row.territory == place]
    rate = 100 * sum(row.done for row in rows) / sum(row.plan for row in rows)
    assert len(rows) == count
    assert (sum(overdue(row, 8) for row in rows), sum(slipped(row, 8) for row in rows)) == (due, slow)
    assert abs(rate - RATES[place]) < (2 if place == "浦口经济开发区" else 0.5)


def test_the_slowest_territory_comes_first() -> None:
    sums: Counter[str] = Counter()
    for row in UNDER_WAY:
        sums[row.territory, "plan"] += row.plan
        sums[row.territory, "done"] += row.done
    rates = {place: sums[place, "done"] / sums[place, "plan"] for place in RATES}
    ordered = sorted(rates, key=lambda place: rates[place])
    assert (ordered[0], ordered[1], ordered[-1]) == ("汤泉街道", "桥林街道", "浦口经济开发区")


def test_a_month_ago() -> None:
    """25 and 33 at the end of July: three fewer that should have started, five more that slip."""
    assert sum(overdue(row, 7) for row in UNDER_WAY) == 25
    assert sum(slipped(row, 7) for row in UNDER_WAY) == 33
    assert sum(overdue(row, 8) for row in UNDER_WAY) == 22
    assert sum(slipped(row, 8) for row in UNDER_WAY) == 38


def test_some_slip_by_more_than_thirty_points() -> None:
    red = [row for row in UNDER_WAY if slipped(row, 8) and row.done * 120 < row.plan * 44]
    assert 5 <= len(red) <= 15


def test_the_portfolio_falls_behind_in_february_and_catches_up_in_august() -> None:
    sums = [sum(row.months[number] for row in UNDER_WAY) / YI for number in range(8)]
    gaps = [done - 612.8 * number / 12 for number, done in enumerate(sums, 1)]
    assert min(gaps) == gaps[1]
    assert -55 < gaps[1] < -45
    assert all(gap < 0 for gap in gaps[:7])
    assert 0 < gaps[7] < 5


def test_only_two_months_leap() -> None:
    leaping = []
    for row in UNDER_WAY:
        amounts = [b - a for a, b in zip([0, *row.months], row.months, strict=False)]
        for number in range(3, 8):
            usual = [amount for amount in amounts[:number] if amount > 0]
            if len(usual) >= 3 and amounts[number] > 3 * median(usual):
                leaping.append((row.name, number + 1))
    assert len(leaping) == 2
    assert all(month == 8 for _, month in leaping)


def test_a_thing_is_as_large_as_such_things_are() -> None:
    """No nursery of 4 billion: a generated project's total lies in the range of its kind."""
    ranges = {work.name: (work.low, work.high) for works in WORKS.values() for work in works}
    checked = 0
    for row in UNDER_WAY:
        kind = next((name for name in ranges if row.name.endswith(name)), None)
        if kind and not row.completed_on and not row.joint:
            low, high = ranges[kind]
            assert low <= row.total <= high, row.name
            checked += 1
    assert checked > 150


def test_named_projects_are_as_the_report_and_the_pictures_say() -> None:
    named = {row.name: row for row in ROWS}
    bojun = named["博郡项目"]
    assert (bojun.total, bojun.plan, bojun.done) == (680_000, 180_000, 93_000)
    assert (bojun.territory, bojun.difficulty) == ("浦口经济开发区", "二期地块待腾地")
    assert 100 * YI <= named["台积电晶圆厂一期"].total <= 185.8 * YI
    waiting = {"紫光项目": 3, "汤泉文旅体验园": 5, "极光片羽（南京）科技体验园": 6}
    for name, month in waiting.items():
        assert (named[name].start, named[name].started) == (Month(2018, month), False)
    for name in ("中创为量子", "国产IP平台"):
        started, completed = named[name].started_on, named[name].completed_on
        assert started is not None and completed is not None
        assert started.year == completed.year == 2018


def test_lives_are_in_order() -> None:
    for row in UNDER_WAY:
        if row.started_on and row.completed_on:
            assert row.started_on < row.completed_on
            assert row.months[row.completed_on.month - 1] == row.done
        if row.started_on and row.started_on.year == 2018:
            assert row.before == 0
            assert all(amount == 0 for amount in row.months[: row.started_on.month - 1])
        if row.completion and row.start:
            assert row.start <= row.completion
