"""预警的规矩，在边上试：不碰数据库。"""

from dataclasses import fields
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from xushi.alerts.rules import Cause, Level, Thresholds
from xushi.core.months import Month
from xushi.progress.standing import Standing
from xushi.progress.warning_rules import Earlier, findings, months_after

AUGUST = Month(2018, 8)
TODAY = date(2018, 9, 12)
WAN = 10_000
YI = 10**8
PLAN = 12_000 * WAN  # 1.2亿元: due by August is exactly 8,000万元, ten points are 1,200万元


def standing(**changes: Any) -> Standing:
    """A project under way, started last year, exactly on schedule by August, in statistics, reported."""
    values: dict[str, Any] = dict.fromkeys((field.name for field in fields(Standing)), 0) | {
        "project_name": "博郡项目",
        "district_stage": 1,
        "owner_kind": "",
        "total_investment": 10 * YI,
        "annual_plan": PLAN,
        "start_month": Month(2017, 3),
        "completion_month": Month(2019, 12),
        "cumulative": 8_000 * WAN,
        "previous_cumulative": 7_000 * WAN,
        "due_twelfths": PLAN * 8,
        "started_on": date(2017, 3, 20),
        "completed_on": None,
        "statistics_entered_on": date(2017, 4, 1),
        "started": True,
        "completed": False,
        "reported": True,
    }
    return Standing(**(values | changes))


def judged(
    thresholds: Thresholds | None = None, /, today: date = TODAY, **changes: Any
) -> list[tuple[str, str]]:
    extra = {name: changes.pop(name) for name in ("earlier", "next_reported", "judged") if name in changes}
    found = findings(
        standing(**changes), month=AUGUST, today=today, thresholds=thresholds or Thresholds(), **extra
    )
    return [(finding.cause.value, finding.level.value) for finding in found]


def only(**changes: Any) -> Any:
    extra = {name: changes.pop(name) for name in ("earlier", "next_reported") if name in changes}
    (finding,) = findings(standing(**changes), month=AUGUST, today=TODAY, thresholds=Thresholds(), **extra)
    return finding


def test_a_project_in_order_has_no_alert():
    assert judged() == []


NOT_STARTED = {
    "started_on": None,
    "started": False,
    "statistics_entered_on": None,
    "cumulative": 0,
    "previous_cumulative": 0,
}


@pytest.mark.parametrize(
    ("today", "start_month", "expected"),
    [
        (date(2018, 8, 31), Month(2018, 8), []),  # the month is not over
        (date(2018, 9, 1), Month(2018, 8), ["yellow"]),
        (date(2018, 9, 12), Month(2018, 9), []),
        (date(2018, 8, 30), Month(2018, 5), ["yellow"]),  # a day short of three months
        (date(2018, 8, 31), Month(2018, 5), ["red"]),
        (date(2018, 9, 12), Month(2018, 6), ["yellow"]),
        (date(2018, 9, 12), Month(2018, 3), ["red"]),
        (date(2018, 9, 12), None, []),
    ],
)
def test_overdue_start(today, start_month, expected):
    found = judged(today=today, start_month=start_month, **NOT_STARTED)
    assert found == [("overdue_start", level) for level in expected]


def test_overdue_start_counts_from_the_last_day_of_the_planned_month():
    finding = only(start_month=Month(2018, 3), **NOT_STARTED)
    assert finding.since == date(2018, 3, 31)
    assert (TODAY - finding.since).days == 165
    assert finding.amount is None and finding.points is None
    assert finding.note == "计划2018年3月开工，还没有开工"


@pytest.mark.parametrize(
    "changes",
    [
        {"started_on": TODAY},  # a start registered today clears it
        {"district_stage": 2},  # 前期工作
        {"completed_on": date(2018, 5, 1)},
    ],
)
def test_no_overdue_start(changes):
    found = judged(**(NOT_STARTED | {"start_month": Month(2018, 3)} | changes))
    assert "overdue_start" not in [cause for cause, _ in found]


def test_a_start_that_lies_ahead_is_not_a_start():
    ahead = NOT_STARTED | {"started_on": date(2018, 9, 13), "start_month": Month(2018, 3)}
    assert judged(**ahead) == [("overdue_start", "red")]


def test_red_months_follow_the_thresholds():
    late = NOT_STARTED | {"start_month": Month(2018, 7)}
    assert judged(Thresholds(overdue_start_red_months=1), **late) == [("overdue_start", "red")]


@pytest.mark.parametrize(
    ("cumulative", "expected"),
    [
        (8_000 * WAN, []),
        (6_800 * WAN, []),  # exactly ten points behind: within the tolerance
        (6_800 * WAN - 1, ["yellow"]),
        (4_400 * WAN, ["yellow"]),  # exactly thirty points
        (4_400 * WAN - 1, ["red"]),
        (0, ["red"]),
    ],
)
def test_slipping_in_points(cumulative, expected):
    found = judged(cumulative=cumulative, previous_cumulative=0)
    assert found == [("slipping", level) for level in expected]


@pytest.mark.parametrize(
    ("cumulative", "expected"),
    [
        (7_200 * WAN, []),  # exactly a tenth of what was due
        (7_200 * WAN - 1, ["yellow"]),
        (5_600 * WAN, ["yellow"]),
        (5_600 * WAN - 1, ["red"]),
    ],
)
def test_slipping_as_a_ratio_of_what_was_due(cumulative, expected):
    found = judged(Thresholds(slipping_by="ratio"), cumulative=cumulative, previous_cumulative=0)
    assert found == [("slipping", level) for level in expected]


def test_a_plan_that_does_not_divide_by_twelve_is_judged_exactly():
    plan = 7  # due by August 56/12 元; ten points are 8.4/12 元
    assert judged(annual_plan=plan, due_twelfths=56, cumulative=4, previous_cumulative=0) == []
    assert judged(annual_plan=plan, due_twelfths=57, cumulative=4, previous_cumulative=0) == [
        ("slipping", "yellow")  # 9/12 of 7: more than ten points
    ]


def test_slipping_says_how_much():
    finding = only(
        annual_plan=18 * YI, due_twelfths=18 * YI * 8, cumulative=930_000_000, previous_cumulative=0
    )
    assert finding.amount == 270_000_000
    assert finding.points == Decimal(-15)
    assert finding.note == "完成51.7%，序时66.7%，差2.70亿元"
    assert finding.since == date(2018, 8, 31)


def test_slipping_is_as_old_as_its_unbroken_run():
    def month(number: int, cumulative: int) -> Earlier:
        return Earlier(Month(2018, number), cumulative * WAN, PLAN * number, PLAN)

    on, behind = 1_000, 500
    earlier = [month(3, 0), month(4, 4 * on), month(5, 5 * behind), month(6, 3_500), month(7, 4_000)]
    finding = only(cumulative=5_000 * WAN, previous_cumulative=4_000 * WAN, earlier=earlier)
    assert finding.since == date(2018, 5, 31)
    gap = [month(5, 2_500), month(7, 4_000)]  # June is not known: the run is not taken across it
    assert only(cumulative=5_000 * WAN, previous_cumulative=4_000 * WAN, earlier=gap).since == date(
        2018, 7, 31
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"completed_on": date(2018, 8, 20)},
        {"district_stage": 2},
        {"annual_plan": 0, "due_twelfths": 0},
        {"judged": False},
    ],
)
def test_what_is_not_judged_for_slipping(changes):
    assert judged(**({"cumulative": 0, "previous_cumulative": 0} | changes)) == []


def test_one_project_is_counted_once():
    found = judged(**(NOT_STARTED | {"start_month": Month(2018, 3)}))
    assert found == [("overdue_start", "red")]
    started_today = NOT_STARTED | {"start_month": Month(2018, 3), "started_on": TODAY}
    assert judged(**started_today) == [("slipping", "red")]


@pytest.mark.parametrize(
    ("today", "next_reported", "reported", "expected"),
    [
        (date(2018, 10, 5), False, True, []),  # the due day itself
        (date(2018, 10, 6), False, True, ["yellow"]),
        (date(2018, 10, 6), True, True, []),
        (date(2018, 10, 6), None, True, []),  # owes no report next month
        (TODAY, False, False, ["red"]),  # closed without
        (TODAY, None, False, ["red"]),
        (TODAY, True, False, []),  # the next one is in
    ],
)
def test_report_missing(today, next_reported, reported, expected):
    found = judged(today=today, next_reported=next_reported, reported=reported)
    assert found == [("report_missing", level) for level in expected]


def test_report_missing_counts_from_the_due_day():
    assert only(reported=False).since == date(2018, 9, 5)


@pytest.mark.parametrize(
    ("today", "completion_month", "completed_on", "expected"),
    [
        (date(2018, 8, 31), Month(2018, 8), None, []),
        (date(2018, 9, 1), Month(2018, 8), None, ["yellow"]),
        (date(2018, 8, 30), Month(2018, 5), None, ["yellow"]),
        (date(2018, 8, 31), Month(2018, 5), None, ["red"]),
        (TODAY, Month(2018, 5), date(2018, 9, 12), []),
        (TODAY, Month(2018, 5), date(2018, 9, 13), ["red"]),
        (TODAY, None, None, []),
    ],
)
def test_overdue_completion(today, completion_month, completed_on, expected):
    found = judged(today=today, completion_month=completion_month, completed_on=completed_on)
    assert found == [("overdue_completion", level) for level in expected]


@pytest.mark.parametrize(
    ("started_on", "entered", "total", "expected"),
    [
        (date(2018, 8, 13), None, 10 * YI, []),  # a day short of a month
        (date(2018, 8, 12), None, 10 * YI, ["yellow"]),
        (date(2018, 7, 13), None, 10 * YI, ["yellow"]),
        (date(2018, 7, 12), None, 10 * YI, ["red"]),
        (date(2018, 7, 12), date(2018, 9, 12), 10 * YI, []),
        (date(2018, 7, 12), date(2018, 9, 13), 10 * YI, ["red"]),
        (date(2018, 7, 12), None, 5_000_000, ["red"]),
        (date(2018, 7, 12), None, 4_999_999, []),
    ],
)
def test_not_in_statistics(started_on, entered, total, expected):
    money = {"annual_plan": 0, "due_twelfths": 0, "cumulative": 0, "previous_cumulative": 0}
    found = judged(started_on=started_on, statistics_entered_on=entered, total_investment=total, **money)
    assert found == [("not_in_statistics", level) for level in expected]


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2018, 1, 31), 1, date(2018, 2, 28)),
        (date(2018, 12, 31), 2, date(2019, 2, 28)),
        (date(2018, 8, 12), 1, date(2018, 9, 12)),
    ],
)
def test_months_after_keeps_to_the_month(day, months, expected):
    assert months_after(day, months) == expected


def past(*cumulatives: int) -> list[Earlier]:
    return [Earlier(Month(2018, n), c * WAN, 0, 0) for n, c in enumerate(cumulatives, 1)]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"previous_cumulative": 8_000 * WAN}, False),
        ({"previous_cumulative": 8_000 * WAN + 1}, True),  # fell
        ({"earlier": past(100, 200, 300), "previous_cumulative": 7_700 * WAN}, False),  # exactly 3 × 100
        ({"earlier": past(100, 200, 300), "previous_cumulative": 7_700 * WAN - 1}, True),
        ({"earlier": past(100, 200), "previous_cumulative": 0}, False),
        ({"invested_before": 10 * YI - 8_000 * WAN}, False),  # exactly the total
        ({"invested_before": 10 * YI - 8_000 * WAN + 1}, True),
    ],
)
def test_anomaly(changes, expected):
    assert judged(**changes) == ([("anomaly", "yellow")] if expected else [])


def test_anomalies_of_one_project_are_one_finding():
    finding = only(previous_cumulative=9_000 * WAN, invested_before=10 * YI)
    assert finding.cause is Cause.ANOMALY and finding.level is Level.YELLOW
    assert finding.note == "累计0.80亿元，比上月的0.90亿元还少；开工以来10.80亿元，超过总投资10.00亿元"
