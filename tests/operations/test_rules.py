"""何时备份、何时太旧、何时算停了。"""

from datetime import datetime, time, timedelta

import pytest

from xushi.core.clock import BEIJING
from xushi.operations import rules

NOW = datetime(2018, 9, 12, 8, 30, tzinfo=BEIJING)
AT = time(2, 30)
TURN = datetime(2018, 9, 12, 2, 30, tzinfo=BEIJING)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("last_good", "last_start", "due"),
    [
        (None, None, True),
        (TURN, TURN, False),
        (TURN - timedelta(seconds=1), TURN - timedelta(seconds=1), True),
        (TURN - 24 * HOUR, NOW - HOUR, False),  # failed an hour ago: not yet again
        (TURN - 24 * HOUR, NOW - 2 * HOUR, True),
        (NOW - HOUR, NOW - HOUR, False),  # made by hand since
    ],
)
def test_once_a_night(last_good: datetime | None, last_start: datetime | None, due: bool) -> None:
    assert rules.is_due(NOW, AT, last_good=last_good, last_start=last_start) is due


def test_before_the_hour_the_last_turn_was_yesterday() -> None:
    assert rules.latest_turn(TURN - timedelta(minutes=1), AT) == TURN - 24 * HOUR
    assert rules.latest_turn(TURN, AT) == TURN


def test_stale_and_silent_at_the_edge() -> None:
    assert rules.is_stale(NOW, None, 30)
    assert not rules.is_stale(NOW, NOW - 30 * HOUR, 30)
    assert rules.is_stale(NOW, NOW - 30 * HOUR - timedelta(seconds=1), 30)
    assert rules.is_silent(NOW, None)
    assert not rules.is_silent(NOW, NOW - rules.SILENT_AFTER)
    assert rules.is_silent(NOW, NOW - rules.SILENT_AFTER - timedelta(seconds=1))


def test_words() -> None:
    assert [rules.age(timedelta(minutes=m)) for m in (0, 59, 60, 1440, 1500)] == [
        "0分钟",
        "59分钟",
        "1小时",
        "1天",
        "1天1小时",
    ]
    assert [rules.size(b) for b in (0, 1023, 1024, 5 * 1024**3, 3 * 1024**4)] == [
        "0 B",
        "1023 B",
        "1.0 KB",
        "5.0 GB",
        "3.0 TB",
    ]
    assert rules.hour_of("") is None and rules.hour_of("02:30") == AT
    with pytest.raises(ValueError, match="Invalid"):
        rules.hour_of("半夜")


@pytest.mark.parametrize("words", ["abc", "", "0", "-1", "nan", "inf", "99999"])
def test_what_is_no_number_of_hours(words: str) -> None:
    assert rules.hours_of("30") == rules.hours_of(30) == 30
    with pytest.raises(ValueError):
        rules.hours_of(words)


@pytest.mark.parametrize(
    ("gone", "of", "lost"),
    [
        (0, 0, False),
        (1, 1, True),
        (1, 2, False),
        (20, 40, False),
        (21, 40, True),
        (100, 1000, False),
        (101, 1000, True),
    ],
)
def test_so_many_are_lost_and_not_deleted(gone: int, of: int, lost: bool) -> None:
    assert rules.is_loss(gone, of) is lost
