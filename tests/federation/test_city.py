"""各区的数：合计、位次、缺的不进合计。"""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.federation.sides import FEBRUARY, MARCH_8, YI, enrolled, filing_of, sent_in
from xushi.core.months import Month
from xushi.federation.actions import leave
from xushi.federation.figures import city, curve, due_day
from xushi.journal.actions import SYSTEM

pytestmark = pytest.mark.django_db
TODAY = date(2018, 3, 12)
NAMES = {"320102": "玄武区", "320104": "秦淮区", "320105": "建邺区", "320106": "鼓楼区"}


def three_and_one_missing() -> None:
    """Three districts are in for February; 鼓楼 only for January."""
    for seed, (code, name) in enumerate(NAMES.items(), 1):
        enrolled(code, name, seed)
        month = FEBRUARY if seed < 4 else Month(2018, 1)
        sent_in(filing_of(code=code, name=name, month=month, done=(80 + 15 * seed) * YI), seed)


def test_sums_and_ranks():
    three_and_one_missing()
    found = city(FEBRUARY, "district", today=TODAY, due=10)
    assert [(line.rank, line.district.name) for line in found.lines] == [
        (1, "建邺区"),
        (2, "秦淮区"),
        (3, "玄武区"),
    ]
    assert found.total.cumulative == (95 + 110 + 125) * YI
    assert found.total.completion_rate == Decimal(330) / Decimal(1800)
    assert found.total.due_twelfths == 3 * 600 * YI * 2
    assert (found.overdue_starts, found.slipping, found.enrolled) == (12, 6, 4)
    assert [line.district.name for line in found.behind] == ["玄武区"]


def test_who_is_missing_is_shown_apart_with_the_last_number():
    three_and_one_missing()
    found = city(FEBRUARY, "district", today=TODAY, due=10)
    (missing,) = found.missing
    assert (missing.district.name, missing.received.month, missing.late) == ("鼓楼区", Month(2018, 1), 2)
    assert missing.group.cumulative == 140 * YI
    assert city(FEBRUARY, "district", today=date(2018, 3, 10), due=10).missing[0].late == 0


def test_nobody_is_late_with_a_month_that_was_due_before_they_were_enrolled():
    three_and_one_missing()  # enrolled on the 8th of March; January was due on the 10th of February
    january = city(Month(2018, 1), "district", today=TODAY, due=10)
    assert {(line.district.name, line.late) for line in january.missing} == {
        ("玄武区", 0),
        ("秦淮区", 0),
        ("建邺区", 0),
    }
    assert city(FEBRUARY, "district", today=TODAY, due=10).missing[0].late == 2


def test_one_that_left_is_awaited_no_more_and_its_months_do_not_move():
    three_and_one_missing()
    before = city(FEBRUARY, "district", today=TODAY, due=10).total.cumulative
    for code in ("320102", "320106"):
        leave(code, actor=SYSTEM, now=MARCH_8)
    found = city(FEBRUARY, "district", today=TODAY, due=10)
    assert (found.total.cumulative, found.missing, len(found.lines)) == (before, [], 3)
    march = city(Month(2018, 3), "district", today=TODAY, due=10)
    assert {line.district.name for line in march.missing} == {"秦淮区", "建邺区"}


def test_equal_ones_share_a_place():
    for seed, (code, name) in enumerate(NAMES.items(), 1):
        enrolled(code, name, seed)
        sent_in(filing_of(code=code, name=name, done=(110 if seed < 3 else 100) * YI), seed)
    found = city(FEBRUARY, "district", today=TODAY, due=10, by="completion")
    assert [line.rank for line in found.lines] == [1, 1, 3, 3]
    assert {line.rank for line in city(FEBRUARY, "district", today=TODAY, due=10, by="start").lines} == {1}


def test_without_a_plan_there_is_no_place():
    enrolled()
    sent_in(filing_of(plan=0, done=0))
    (line,) = city(FEBRUARY, "district", today=TODAY, due=10).lines
    assert line.rank is None and line.group.gap_points is None


def test_the_curve_says_how_many_districts_each_month_has():
    three_and_one_missing()
    found = city(FEBRUARY, "district", today=TODAY, due=10)
    assert [(point.month, point.districts) for point in curve(found)] == [(FEBRUARY, 3)]


def test_as_many_queries_for_four_districts_as_for_one():
    enrolled("320111", "浦口区", 9)
    sent_in(filing_of(), 9)
    with CaptureQueriesContext(connection) as one:
        city(FEBRUARY, "district", today=TODAY, due=10)
    three_and_one_missing()
    with CaptureQueriesContext(connection) as many:
        city(FEBRUARY, "district", today=TODAY, due=10)
    assert len(many) == len(one) == 4


def test_due_day():
    assert due_day(Month(2018, 12), 10) == date(2019, 1, 10)
    assert due_day(Month(2018, 1), 31) == date(2018, 2, 28)
