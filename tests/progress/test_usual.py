"""平常一个月：表单问的和预警说的是同一个数；三个月以内说不出平常。"""

from dataclasses import fields
from datetime import date
from decimal import Decimal

import pytest

from xushi.alerts.rules import Cause, Thresholds
from xushi.core.months import Month
from xushi.progress.intake import past_of
from xushi.progress.rules_report import Past, ReportInput, Standard, doubt_of_amount
from xushi.progress.standing import Standing
from xushi.progress.usual import usual_month
from xushi.progress.warning_rules import Earlier, findings

WAN = 10_000
AUGUST = Month(2018, 8)
FACTOR = Decimal(3)


@pytest.mark.parametrize(
    ("cumulatives", "expected"),
    [
        ([], None),
        ([(1, 100), (2, 200)], None),  # two months are no habit
        ([(1, 100), (2, 300), (3, 400)], 100),
        (
            [(3, 100), (1, 0), (2, 0), (5, 400), (4, 300)],
            100,
        ),  # idle months do not count, order does not matter
        ([(1, 100), (2, 300), (3, 400), (4, 600)], 150),
        ([(1, 100), (2, 200), (3, 300), (4, 5_300)], 100),  # one odd month does not make the next one usual
        ([(1, 100), (2, 200), (3, 150), (4, 250)], 100),  # what was taken back is no investment
        ([(3, 600), (4, 900)], 200),  # nobody reported before March: its sum stands for three months
    ],
)
def test_the_usual_month_is_the_median(cumulatives, expected):
    assert usual_month(cumulatives) == expected


def asked(cumulatives: list[int], cumulative: int, plan: int = 10_000 * WAN) -> bool:
    """Whether the form doubts this cumulative in the month after these."""
    month = Month(2018, len(cumulatives) + 1)
    past = past_of(dict(enumerate(cumulatives, 1)), month)
    row = ReportInput(1, month, cumulative)
    return doubt_of_amount(row, Standard("甲", plan, past), factor=FACTOR) is not None


def warned(cumulatives: list[int], cumulative: int) -> bool:
    """Whether the same figures, once closed, are a 数据异常."""
    month = Month(2018, len(cumulatives) + 1)
    columns = dict.fromkeys((column.name for column in fields(Standing)), 0)
    figures = {"cumulative": cumulative, "previous_cumulative": cumulatives[-1], "total_investment": 10**12}
    dates = dict.fromkeys(("start_month", "completion_month", "started_on", "completed_on"))
    standing = Standing(**(columns | figures | dates))  # type: ignore[arg-type]
    earlier = [Earlier(Month(2018, n), amount, 0, 0) for n, amount in enumerate(cumulatives, 1)]
    found = findings(
        standing,
        month=month,
        today=date(2018, month.number, 28),
        thresholds=Thresholds(),
        earlier=earlier,
    )
    return Cause.ANOMALY in {finding.cause for finding in found}


@pytest.mark.parametrize(
    ("cumulatives", "cumulative", "odd"),
    [
        ([100, 200, 300], 600, False),  # exactly three times
        ([100, 200, 300], 601, True),
        ([100, 200, 300, 2_300], 2_600, False),  # the fourth month was odd, the usual one is still 100
        ([100, 200, 300, 2_300], 2_601, True),
        ([0, 0, 100, 200], 2_000, False),  # two months of investment: nothing is known yet
        ([100, 200, 300], 299, True),  # fell
        ([100, 200, 300], 300, False),
    ],
)
def test_the_form_asks_where_the_alert_would_warn(cumulatives, cumulative, odd):
    given = [amount * WAN for amount in cumulatives]
    assert asked(given, cumulative * WAN) is odd
    assert warned(given, cumulative * WAN) is odd


@pytest.mark.parametrize(("cumulative", "doubted"), [(10_100 * WAN, False), (10_100 * WAN + 1, True)])
def test_while_no_month_is_usual_the_year_is_the_measure(cumulative, doubted):
    assert asked([100 * WAN], cumulative) is doubted


@pytest.mark.parametrize(
    ("last", "times"),
    [
        (1_000, "是上月的4.0倍"),
        (2_000, "是平常每月的4.0倍"),
    ],  # 4,000 is not three times a last month of 2,000
)
def test_the_sentence_names_what_was_exceeded(last, times):
    past = Past(
        7_000 * WAN, last * WAN, Month(2018, 7), usual_month([(n, n * 1_000 * WAN) for n in range(1, 8)])
    )
    doubt = doubt_of_amount(ReportInput(1, AUGUST, 11_000 * WAN), Standard("甲", 10**9, past), factor=FACTOR)
    assert doubt is not None
    assert doubt.sentence.startswith(times)
