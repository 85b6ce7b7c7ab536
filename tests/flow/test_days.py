"""一天只开始一次，开始时引出该做的检查。"""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command

from tests.factories import NOW
from xushi.flow.actions import DAY_BEGAN, begin_day
from xushi.flow.models import Day
from xushi.journal import sealing
from xushi.journal.models import Event, Unsealed

pytestmark = pytest.mark.django_db


def test_a_day_begins_once() -> None:
    assert begin_day(now=NOW) is not None
    assert begin_day(now=NOW + timedelta(hours=12)) is None
    assert begin_day(now=NOW + timedelta(days=1)) is not None
    assert [str(day) for day in Day.objects.order_by("day")] == ["2018-09-12", "2018-09-13"]


def test_the_day_is_beijings() -> None:
    begin_day(now=datetime(2018, 9, 12, 16, 30, tzinfo=UTC))  # 00:30 of the 13th in Beijing
    assert str(Day.objects.get()) == "2018-09-13"


def test_worker_once_begins_the_day_and_seals() -> None:
    call_command("worker", "--once")
    assert Event.objects.filter(verb=DAY_BEGAN).count() == 1
    call_command("worker", "--once")
    assert Event.objects.filter(verb=DAY_BEGAN).count() == 1
    assert not Unsealed.objects.exists()
    assert sealing.verify() is None
