"""一个人的关账记在进程里：关、重开、再关，下一页就知道；各页拿的是各自的一份。"""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import UnitFactory, UserFactory
from tests.progress.district import build, city_of
from xushi.core.clock import BEIJING
from xushi.core.months import Month
from xushi.journal.actions import SYSTEM, record
from xushi.journal.models import Event
from xushi.kit.once import one_reading
from xushi.progress.closed import closings_for
from xushi.progress.closing import close_month, reopen_month
from xushi.progress.kept import grounds, pulse
from xushi.progress.models import MonthClosing
from xushi.units.models import Role, User

pytestmark = pytest.mark.django_db
FEBRUARY, MARCH = Month(2018, 2), Month(2018, 3)
NOW = datetime(2018, 4, 8, 9, tzinfo=BEIJING)


@pytest.fixture
def people() -> list[User]:
    """The office of a city, and that of each of its two districts."""
    city, districts = city_of("甲乙")
    build()
    places = [city, *districts]
    return [UserFactory(role=Role.OFFICE, unit=UnitFactory(parent=one), scope=one) for one in places]


def on_a_page(user: User) -> list[MonthClosing]:
    with one_reading():
        return closings_for(User.objects.get(pk=user.pk))


def told(closings: list[MonthClosing]) -> list[tuple[object, ...]]:
    return [(one.month, one.version, one.kind, one.district_id, one.closed_at) for one in closings]


def test_whatever_is_closed_or_reopened_the_next_page_says_what_asking_says(people: list[User]) -> None:
    _, first, second = people
    steps = [
        lambda: None,
        lambda: close_month(MARCH, actor=SYSTEM, now=NOW, district=first.unit.parent),
        lambda: close_month(MARCH, actor=SYSTEM, now=NOW, district=second.unit.parent),
        lambda: reopen_month(
            MARCH, "改错", actor=SYSTEM, now=NOW + timedelta(hours=1), district=first.unit.parent
        ),
        lambda: close_month(
            MARCH, actor=SYSTEM, now=NOW + timedelta(hours=2), district=first.unit.parent
        ),
    ]  # fmt: skip
    seen = []
    for step in steps:
        step()
        pages = [told(on_a_page(one)) for one in people]
        assert pages == [told(closings_for(User.objects.get(pk=one.pk))) for one in people]
        seen.append([len(page) for page in pages])
    assert seen == [[2, 2, 2], [2, 3, 2], [3, 3, 3], [2, 2, 3], [3, 3, 3]]


def test_the_second_page_does_not_ask_for_them(people: list[User]) -> None:
    on_a_page(people[1])
    with CaptureQueriesContext(connection) as asked:
        found = on_a_page(people[1])
    assert len(found) == 2
    assert not [one for one in asked if 'FROM "progress_monthclosing" LEFT' in one["sql"]]


def test_what_one_page_looks_up_along_a_closing_the_next_looks_up_itself(people: list[User]) -> None:
    by = people[0]
    MonthClosing.objects.update(closed_by=by)
    first = on_a_page(people[1])[0]
    assert first.closed_by is not None and first.closed_by.name == by.name
    User.objects.filter(pk=by.pk).update(name="改了名的人")
    second = on_a_page(people[1])[0]
    assert second.pk == first.pk and second.closed_by is not None
    assert second.closed_by.name == "改了名的人"


def test_the_pulse_knows_the_newest_event_and_that_alone_does_not_move_the_grounds(
    people: list[User],
) -> None:
    before, grounds_before = pulse(), grounds()
    event = record("units.account.locked", actor=SYSTEM, now=NOW, summary="账号连错密码", subject=people[0])
    after = pulse()
    assert after.newest == event.pk == Event.objects.latest("pk").pk != before.newest
    assert grounds() == grounds_before
    close_month(MARCH, actor=SYSTEM, now=NOW, district=people[1].unit.parent)
    assert grounds() != grounds_before
