"""发送的规矩，不要库。"""

from datetime import datetime, time, timedelta

import pytest

from xushi.core.clock import BEIJING
from xushi.notices.rules import MINUTE, Quiet, abandoned, free_at, pause_after

NIGHT = Quiet(time(22), time(7))


def at(hour: int, minute: int = 0, day: int = 12) -> datetime:
    return datetime(2018, 9, day, hour, minute, tzinfo=BEIJING)


@pytest.mark.parametrize(
    ("moment", "over"),
    [
        (at(21, 59), at(21, 59)),
        (at(22), at(7, day=13)),
        (at(23, 30), at(7, day=13)),
        (at(0, 5), at(7)),
        (at(6, 59), at(7)),
        (at(7), at(7)),
    ],
)
def test_quiet_hours_over_midnight(moment: datetime, over: datetime) -> None:
    assert NIGHT.over(moment) == over
    assert NIGHT.holds(moment) == (moment != over)


def test_quiet_hours_within_a_day_and_none() -> None:
    noon = Quiet(time(12), time(14))
    assert noon.over(at(13)) == at(14) and not noon.holds(at(14)) and noon.holds(at(12))
    assert not any(Quiet().holds(at(hour)) for hour in range(24))


def test_pauses_grow_to_an_hour() -> None:
    assert [pause_after(n).total_seconds() for n in (0, 1, 2, 3, 7, 8, 500)] == [
        30,
        30,
        60,
        120,
        1920,
        3600,
        3600,
    ]


def test_a_limit_counts_the_last_minute() -> None:
    now = at(9)
    tried = [now - timedelta(seconds=s) for s in (60, 40, 20)]
    assert free_at(tried, 4, now) == now
    assert free_at(tried, 3, now) == tried[0] + MINUTE
    assert free_at(tried, 2, now) == tried[1] + MINUTE
    assert free_at([now - MINUTE], 1, now) == now


def test_given_up_after_three_days_of_trying() -> None:
    assert not abandoned(at(9), 5, at(8, day=15))
    assert abandoned(at(9), 5, at(9, day=15))
    assert not abandoned(at(9), 0, at(9, day=30))  # was never tried: the channel had rested
