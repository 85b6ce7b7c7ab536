"""同一刻关账：两个区各关各的，上面的只成一版；同一个区两人关，只成一版；关账和重开碰在一起，账还是对的。"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from tests.progress.district import build, city_of
from xushi.core.clock import BEIJING
from xushi.core.months import Month
from xushi.journal.actions import SYSTEM
from xushi.progress.closing import NotReady, close_month, reopen_month
from xushi.progress.models import MonthClosing, ProjectMonth
from xushi.units.models import Unit

pytestmark = pytest.mark.django_db(transaction=True)
MARCH = Month(2018, 3)
APRIL_8 = datetime(2018, 4, 8, 9, tzinfo=BEIJING)
Kind = MonthClosing.Kind


@pytest.fixture
def districts() -> list[Unit]:
    """Four districts of a city; January and February are closed, March is reported and open."""
    _, made = city_of("甲乙丙丁")
    towns = list(Unit.objects.filter(kind=Unit.Kind.SUBDISTRICT).order_by("pk"))
    district = build(closed=0)
    for i, project in enumerate(district.projects):
        type(project).objects.filter(pk=project.pk).update(territory=towns[i % 4])
    for number in (1, 2):
        close_month(Month(2018, number), actor=SYSTEM, now=APRIL_8)
    return made


def at_once(acts: list[Callable[[], Any]]) -> list[Any]:
    start = Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        start.wait()
        try:
            return act()
        except NotReady as refused:
            return refused
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def closing(district: Unit) -> Callable[[], MonthClosing]:
    return lambda: close_month(MARCH, actor=SYSTEM, now=APRIL_8, district=district)


def whole() -> MonthClosing:
    return MonthClosing.objects.in_force().get(month=MARCH, district=None)


def test_all_districts_close_in_one_moment_and_the_whole_stands_once(districts: list[Unit]) -> None:
    made = at_once([closing(one) for one in districts])
    assert all(isinstance(one, MonthClosing) for one in made), made
    assert set(whole().parts.all()) == set(made)
    facts = ProjectMonth.objects.filter(month=MARCH)
    assert facts.count() == facts.values("project").distinct().count() == 12


def test_two_who_close_the_same_district_make_one_version(districts: list[Unit]) -> None:
    made = at_once([closing(districts[0])] * 4)
    assert sum(isinstance(one, MonthClosing) for one in made) == 1
    assert {str(one) for one in made if isinstance(one, NotReady)} == {"甲区2018年3月已经关账；要改先重开。"}
    assert MonthClosing.objects.get(month=MARCH).facts.count() == 3


def test_one_reopens_while_the_last_closes(districts: list[Unit]) -> None:
    """Whichever comes first, the whole is open in the end and no closing over the districts says otherwise."""
    for one in districts[:3]:
        closing(one)()
    reopened, closed = at_once(
        [
            lambda: reopen_month(MARCH, "补报", actor=SYSTEM, now=APRIL_8, district=districts[0]),
            closing(districts[3]),
        ]
    )
    assert isinstance(reopened, MonthClosing) and isinstance(closed, MonthClosing)
    assert not MonthClosing.objects.in_force().filter(month=MARCH, kind=Kind.SUMMED).exists()
    assert MonthClosing.objects.in_force().filter(month=MARCH).count() == 3


def test_all_at_once_and_one_by_itself(districts: list[Unit]) -> None:
    made = at_once([lambda: close_month(MARCH, actor=SYSTEM, now=APRIL_8), closing(districts[1])])
    assert any(isinstance(one, MonthClosing) for one in made)
    assert whole().parts.count() == 4 == MonthClosing.objects.in_force().fixing().filter(month=MARCH).count()
