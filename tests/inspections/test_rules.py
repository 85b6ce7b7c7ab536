"""督查的判断：相差多少算比月报慢，哪天算逾期，路线怎么走，两成抽签抽得再来一遍。"""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from tests.factories import NOW
from xushi.alerts.rules import Cause, Level
from xushi.calendars.rules import WorkingCalendar
from xushi.core.clock import BEIJING
from xushi.inspections.rules import Agreement, agreement, late_level, put_right, unseen, urged
from xushi.inspections.rules_plan import (
    Alarm,
    Candidate,
    Stop,
    completing,
    propose,
    route,
    shared_out,
    timetable,
)
from xushi.inspections.table import BY_VERB, TABLE, Who, refusal, steps_from
from xushi.inspections.words import AT_UNIT, FindingState, Kind
from xushi.problems.rules import Horizon

CALENDAR = WorkingCalendar({}, frozenset({2018}))


@pytest.mark.parametrize(
    ("reported", "seen", "expected"),
    [
        ("0.598", "0.418", Agreement.SLOWER),
        ("0.500", "0.450", Agreement.AGREES),  # exactly five points
        ("0.500", "0.4499", Agreement.SLOWER),
        ("0.500", "0.551", Agreement.FASTER),
        (None, "0.5", Agreement.UNKNOWN),
        ("0.5", None, Agreement.UNKNOWN),
    ],
)
def test_seen_against_reported(reported: str | None, seen: str | None, expected: Agreement) -> None:
    both = [None if one is None else Decimal(one) for one in (reported, seen)]
    assert agreement(both[0], both[1]) == expected


@pytest.mark.parametrize(
    ("due", "hour", "expected"),
    [
        (date(2018, 9, 11), 8, Level.RED),
        (date(2018, 9, 12), 8, Level.YELLOW),
        (date(2018, 9, 12), 18, Level.RED),  # past 17:00 of the day
        (date(2018, 9, 14), 8, Level.YELLOW),  # two working days
        (date(2018, 9, 17), 8, None),
    ],
)
def test_when_a_rectification_is_late(due: date, hour: int, expected: Level | None) -> None:
    horizon = Horizon.at(NOW.replace(hour=hour), CALENDAR)
    assert late_level(FindingState.OPEN, due, horizon) == expected
    assert late_level(FindingState.FIXED, due, horizon) is None


def test_a_phone_right_within_five_minutes_is_taken_at_its_word() -> None:
    said = NOW - timedelta(minutes=30)
    right = put_right(said, said, NOW - timedelta(minutes=5), NOW)
    assert (right.started_at, right.skewed) == (said, False)
    wrong = put_right(said, None, NOW - timedelta(minutes=6), NOW)
    assert (wrong.started_at, wrong.ended_at, wrong.skewed) == (said + timedelta(minutes=6), None, True)


def test_urged_is_started_within_sixty_days_after() -> None:
    day = date(2018, 3, 1)
    assert urged(day, day + timedelta(days=60))
    assert not urged(day, day + timedelta(days=61))
    assert not urged(day, day)
    assert not urged(day, None)
    assert unseen(None, day)
    assert unseen(day - timedelta(days=60), day)
    assert not unseen(day - timedelta(days=59), day)


def late(n: int, days: int = 100) -> Candidate:
    return Candidate(
        n, f"甲{n}", "0001.0002.", alarms=(Alarm(Cause.OVERDUE_START, True, days),), started=False
    )


def test_alarmed_ones_come_first_then_the_unseen_then_the_large() -> None:
    slow = Alarm(Cause.SLIPPING, False, 0, Decimal("-15"))
    rows = [
        Candidate(1, "平常", "0001.0001.", unseen_days=10),
        Candidate(2, "大的", "0001.0001.", plan=18 * 10**8, unseen_days=10),
        Candidate(3, "久的", "0001.0001.", unseen_days=150),
        Candidate(4, "慢的", "0001.0001.", alarms=(slow,), unseen_days=71),
        late(5, 165),
    ]
    chosen = propose(rows, 5, "2018-09")
    assert [one.project for one in chosen[:4]] == [5, 4, 3, 2]
    assert [one.kind for one in chosen] == [Kind.START, *[Kind.PROGRESS] * 3, Kind.QUALITY]
    assert [one.why for one in chosen] == [
        "应开未开165天；今年没看过", "慢15.0；71天没看", "150天没看", "年度投资18.0亿元", "随机",
    ]  # fmt: skip


def test_two_tenths_by_lot_and_the_same_seed_draws_the_same() -> None:
    rows = [late(n) for n in range(1, 61)]
    first, again, other = (propose(rows, 10, seed) for seed in ("a", "a", "b"))
    assert [one.why for one in first].count("随机") == 2
    assert [one.project for one in first] == [one.project for one in again]
    assert [one.project for one in first[8:]] != [one.project for one in other[8:]]
    assert len({one.project for one in first}) == 10
    assert propose([], 10, "a") == []
    assert len(propose(rows[:3], 10, "a")) == 3


def test_what_was_completed_long_ago_is_no_reason() -> None:
    done = Candidate(1, "甲", "0001.", completed_on=date(2018, 7, 14))
    assert completing(done, date(2018, 9, 12)).completed_on is not None
    assert completing(done, date(2018, 9, 13)).completed_on is None


def test_the_route_goes_to_the_nearest_and_takes_the_homeless_along() -> None:
    stops = [
        Stop(1, "b", (118.50, 32.00)),
        Stop(2, "a", (118.60, 32.20)),
        Stop(3, "a", (118.58, 32.19)),
        Stop(4, "b"),
        Stop(5, "z"),
        Stop(6, "b", (118.51, 32.01)),
    ]
    assert [stop.key for stop in route(stops)] == [2, 3, 6, 1, 4, 5]
    assert [[stop.key for stop in part] for part in shared_out(route(stops), 4)] == [[2, 3], [6, 1], [4], [5]]


def test_four_stops_a_working_day() -> None:
    times = timetable(5, date(2018, 9, 14), CALENDAR)
    assert times[0] == datetime(2018, 9, 14, 9, 0, tzinfo=BEIJING)
    assert times[3] == datetime(2018, 9, 14, 15, 30, tzinfo=BEIJING)
    assert times[4] == datetime(2018, 9, 17, 9, 0, tzinfo=BEIJING)


@pytest.mark.parametrize("state", list(FindingState))
def test_every_step_is_refused_with_what_can_be_done(state: FindingState) -> None:
    for step in TABLE:
        said = refusal(step.verb, state, set(Who), "这一条")
        assert bool(said) == (state not in step.sources)
        assert not said or state.label in said
    assert {step.verb for step in steps_from(state)} == {s.verb for s in TABLE if state in s.sources}


def test_who_may_not_is_told_who_may() -> None:
    assert "要由区重大办或督查室里不是报整改的人来做" in refusal(
        "verify", FindingState.FIXED, {Who.UNIT}, "这一条"
    )
    assert set(BY_VERB["fix"].sources) == set(AT_UNIT)
