"""限次：几个进程合着数，写得少，超了说等多久。"""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from tests.factories import NOW
from xushi.kit import pacing
from xushi.kit.models import Spent
from xushi.kit.pacing import METER, Meter, Pace

AT = NOW.replace(second=20)  # twenty seconds into the minute
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def nothing_held() -> None:
    METER.forget()


@pytest.mark.django_db
def test_so_many_in_a_window_then_the_seconds_to_its_end() -> None:
    meter, pace = Meter(), Pace(3, 60)
    assert [meter.wait("a", pace, AT) for _ in range(4)] == [0, 0, 0, 40]
    assert meter.wait("b", pace, AT) == 0
    assert meter.wait("a", pace, AT + MINUTE) == 0
    assert meter.wait("a", Pace(0, 60), AT) == 0


@pytest.mark.django_db
def test_processes_count_together_and_never_give_more() -> None:
    """Whatever each takes ahead of need, all of them together give no more than is allowed."""
    meters, pace = [Meter() for _ in range(4)], Pace(100, 60)
    given = sum(meters[n % 4].wait("a", pace, AT) == 0 for n in range(400))
    assert given == 100
    assert Spent.objects.get().count == 100


@pytest.mark.django_db
def test_one_in_ten_writes() -> None:
    meter, pace = Meter(), Pace(240, 60)
    with CaptureQueriesContext(
        connection,
    ) as seen:
        for _ in range(240):
            assert meter.wait("a", pace, AT) == 0
    assert len([q for q in seen.captured_queries if q["sql"].startswith(("UPDATE", "INSERT"))]) <= 14
    assert meter.wait("a", pace, AT) == 40


@pytest.mark.django_db(transaction=True)
def test_eight_at_once_are_given_exactly_what_is_allowed() -> None:
    pace = Pace(20, 60)

    def ask(_: int) -> int:
        meter = Meter()
        try:
            return sum(meter.wait("a", pace, AT) == 0 for _ in range(10))
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        given = list(pool.map(ask, range(8)))
    assert sum(given) == 20


def test_a_count_that_cannot_be_written_keeps_nobody_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> bool:
        raise OperationalError("database or disk is full")

    monkeypatch.setattr(pacing, "_taken", full)
    assert Meter().wait("a", Pace(1, 60), AT) == 0
