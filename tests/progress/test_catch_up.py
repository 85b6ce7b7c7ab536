"""追赶：每月要投多少，最少补几个。"""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from itertools import combinations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import UserFactory, appoint
from tests.progress.district import District, build
from xushi.core.clock import BEIJING
from xushi.core.months import Month
from xushi.journal.actions import SYSTEM
from xushi.progress.catch_up import (
    Instalment,
    catch_up,
    fewest,
    instalments,
    months_left,
    rescue_of,
    to_be_back,
    to_meet_plan,
    usual_target,
)
from xushi.progress.closing import close_month
from xushi.progress.figures import total
from xushi.progress.models import MonthlyReport
from xushi.progress.schedule import due_twelfths
from xushi.progress.scope import Filters
from xushi.progress.system import WHOLE_DISTRICT
from xushi.units.models import Role, User

AUGUST, DECEMBER = Month(2018, 8), Month(2018, 12)
FEBRUARY = Month(2018, 2)
CURVE = ("0", "0", "0", "0.1", "0.2", "0.3", "0.4", "0.5", "0.6", "0.8", "0.9", "1")


def test_instalments_are_even_and_exact():
    assert instalments(10, AUGUST, DECEMBER) == (
        Instalment(Month(2018, 9), 3),
        Instalment(Month(2018, 10), 3),
        Instalment(Month(2018, 11), 2),
        Instalment(DECEMBER, 2),
    )


@given(st.integers(-(10**15), 10**15), st.integers(1, 12), st.integers(1, 12))
def test_instalments_sum_to_what_is_needed(needed, month, last):
    found = instalments(needed, Month(2018, month), Month(2018, last))
    assert len(found) == max(last - month, 0)
    if found:
        amounts = [one.amount for one in found]
        assert sum(amounts) == max(needed, 0)
        assert max(amounts) - min(amounts) <= 1
        assert amounts == sorted(amounts, reverse=True)
        assert (found[0].month, found[-1].month) == (Month(2018, month + 1), Month(2018, last))


@pytest.mark.parametrize(
    ("plan", "cumulative", "month", "expected"),
    [
        (1200, 400, AUGUST, [200, 200, 200, 200]),
        (1200, 1200, AUGUST, [0, 0, 0, 0]),
        (1200, 1300, AUGUST, [0, 0, 0, 0]),  # more than planned
        (1200, 400, Month(2018, 11), [800]),
        (1200, 400, DECEMBER, []),  # the year is over
    ],
)
def test_to_meet_the_plan(plan, cumulative, month, expected):
    assert [one.amount for one in to_meet_plan(plan, cumulative, month)] == expected


@pytest.mark.parametrize(
    ("curve", "by", "expected"),
    [
        (None, Month(2018, 10), [300, 300]),  # 1000 due by October
        (None, Month(2018, 9), [500]),
        (CURVE, Month(2018, 9), [320]),
        (CURVE, Month(2018, 10), [280, 280]),
    ],
)
def test_to_be_back_by_a_month(curve, by, expected):
    assert [one.amount for one in to_be_back(1200, 400, curve, AUGUST, by)] == expected


@given(st.integers(0, 10**12), st.integers(0, 10**12), st.integers(1, 11), st.integers(1, 11))
def test_after_its_instalments_a_project_is_back_and_not_a_yuan_too_far(plan, cumulative, month, further):
    by = Month(2018, min(month + further, 12))
    invested = cumulative + sum(
        one.amount for one in to_be_back(plan, cumulative, None, Month(2018, month), by)
    )
    due = due_twelfths(plan, None, by)
    assert 12 * invested >= due
    assert invested == cumulative or 12 * (invested - 1) < due


def by_brute_force(shortfalls: dict[int, int], gap: int) -> int | None:
    """The size of the smallest set that reaches the gap; None where none does."""
    for size in range(len(shortfalls) + 1):
        if any(sum(chosen) >= gap for chosen in combinations(shortfalls.values(), size)):
            return size
    return None


@given(st.lists(st.integers(1, 60), max_size=9), st.integers(-20, 400))
def test_the_largest_first_is_the_fewest(amounts, gap):
    shortfalls = dict(enumerate(amounts))
    found = fewest(shortfalls, gap)
    least = by_brute_force(shortfalls, gap)
    if least is None:
        assert sorted(found) == sorted(shortfalls)  # all, and not enough
        assert not rescue_of(gap, shortfalls).enough
    else:
        assert len(found) == least
        assert sum(shortfalls[project] for project in found) >= gap
        assert rescue_of(gap, shortfalls).enough


def test_a_portfolio_on_schedule_needs_nobody():
    assert fewest({1: 5, 2: 7}, 0) == [] == fewest({1: 5}, -3)
    assert not rescue_of(0, {1: 5}).needed


def test_equal_shortfalls_are_taken_by_number():
    assert fewest({3: 5, 1: 5, 2: 5}, 8) == [1, 2]


def test_the_usual_target_stays_in_the_year():
    assert usual_target(AUGUST) == Month(2018, 10)
    assert usual_target(Month(2018, 11)) == DECEMBER == usual_target(DECEMBER)
    assert months_left(Month(2018, 10)) == [Month(2018, 11), DECEMBER]
    assert months_left(DECEMBER) == []


# ---- with rows

SLOW = (2, 4, 6, 8)


@pytest.fixture
def slow(district, subdistrict, other_subdistrict) -> District:
    """February closed with nothing invested by four of the projects."""
    made = build(closed=1)
    slow_ones = [made.projects[n] for n in SLOW]
    MonthlyReport.objects.filter(project__in=slow_ones, month=FEBRUARY).update(cumulative=0)
    close_month(FEBRUARY, actor=SYSTEM, now=datetime(2018, 3, 8, 9, tzinfo=BEIJING))
    return made


@pytest.mark.django_db
def test_the_page_counts_what_the_figures_count(slow):
    made = catch_up(WHOLE_DISTRICT, FEBRUARY, Month(2018, 4), filters=Filters())
    group = total(WHOLE_DISTRICT, FEBRUARY, Filters(stage="under_way"))
    assert made.rescue.gap == -group.gap_yuan > 0
    assert {row.name for row in made.behind} == {f"第{n}号项目" for n in SLOW}
    assert [row.name for row in made.behind] == ["第8号项目", "第6号项目", "第4号项目", "第2号项目"]
    largest = made.behind[0]
    assert largest.shortfall == Decimal(9 * 10**8 + 7) / 6
    assert sum(one.amount for one in largest.for_plan) == largest.plan
    due_by_april = Decimal(largest.plan) / 3
    assert 0 <= largest.monthly_to_schedule - due_by_april / 2 < 2
    assert largest.times_usual is None
    chosen = {row.project for row in made.behind if row.chosen}
    assert chosen == set(made.rescue.projects)
    left = [row.shortfall_twelfths for row in made.behind if row.chosen]
    assert sum(left) >= made.rescue.gap_twelfths > sum(left) - min(left)


@pytest.mark.django_db
def test_everybody_catches_up_with_their_own(slow, subdistrict):
    person = appoint(UserFactory(), Role.TERRITORY, unit=slow.territories[0])
    made = catch_up(person, FEBRUARY, Month(2018, 4), filters=Filters())
    assert {row.territory for row in made.behind} == {str(slow.territories[0])}
    assert made.group.under_way < 10


def get(client: Client, **query: object):
    return client.get(reverse("progress:catch_up"), query)


@pytest.mark.django_db
def test_the_page_says_how_many(slow, office_user: User, signed_in: Callable[[User], Client]):
    text = get(signed_in(office_user)).content.decode()
    assert "个项目就回到序时" in text and "第8号项目" in text
    assert "到4月底回到序时，每月" in text
    assert get(signed_in(office_user), by="2018-12").status_code == 200
    ahead = get(signed_in(office_user), level="municipal", territory=slow.territories[1].pk).content.decode()
    assert "全盘不用补" in ahead


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("person", "sees"), [("owner_user", False), ("department_user", False), ("leader_user", True)]
)
def test_the_page_by_role(person, sees, slow, request, signed_in):
    response = get(signed_in(request.getfixturevalue(person)))
    assert response.status_code == 200
    assert ("第8号项目" in response.content.decode()) is sees


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"by": "2018-02"}, "只能选2018年3月到12月之间"),
        ({"by": "x"}, "看不懂月份"),
        ({"level": "moon"}, "没有“moon”"),
    ],
)
def test_an_odd_address_is_told(query, sentence, slow, office_user, signed_in):
    response = get(signed_in(office_user), **query)
    assert response.status_code == 400 and sentence in response.content.decode()


@pytest.mark.django_db
def test_before_the_first_closing_the_page_says_so(office_user, signed_in):
    assert "还没有关过账的月份" in get(signed_in(office_user)).content.decode()


@pytest.mark.django_db
def test_queries_do_not_grow_with_the_projects(district):
    spent = []
    slow = build(count=40, closed=1)
    for count in (4, 36):
        some = slow.projects[-count:]
        MonthlyReport.objects.filter(project__in=some, month=FEBRUARY).update(cumulative=0)
        closing = close_month(FEBRUARY, actor=SYSTEM, now=datetime(2018, 3, 8, 9, tzinfo=BEIJING))
        with CaptureQueriesContext(connection) as captured:
            made = catch_up(WHOLE_DISTRICT, FEBRUARY, Month(2018, 4), filters=Filters())
        assert made.behind
        spent.append(len(captured))
        closing.delete()
    assert spent[0] == spent[1]
