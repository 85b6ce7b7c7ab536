"""清单标签的数：从账里来的，总等于把清单数一遍；账还说不准时，就去数。"""

from datetime import date, timedelta

import pytest

from tests.factories import NOW
from tests.home.standing import (  # noqa: F401 - fixtures
    the_built,
    the_district,
    the_here,
    the_owner_user,
    the_stood,
    the_subdistrict,
)
from tests.home.world import AUGUST, World
from xushi.core.months import Month
from xushi.home import lists
from xushi.home.wanted import Wanted
from xushi.journal.actions import SYSTEM
from xushi.progress.closing import close_month, reopen_month
from xushi.progress.models import MonthlyReport
from xushi.progress.scope import Filters
from xushi.progress.warnings import refresh_alerts
from xushi.registry.models import Listing, Project
from xushi.units.models import User

UNDER_WAY = Filters(stage="under_way")


@pytest.fixture
def judged(here: World) -> World:
    refresh_alerts(now=NOW)
    return here


def counted(user: User, month: Month) -> dict[str, int]:
    """What each of the two tabs says; both ways of knowing it must agree, or the tally must not know."""
    base = lists.find(user, month, Wanted(filters=UNDER_WAY))
    found = {
        str(cause): lists.find(user, month, Wanted(filters=UNDER_WAY, alert=cause)).rows.count()
        for cause in lists.FIRST
    }
    kept = lists._kept(user, base)
    assert kept is None or {str(cause): n for cause, n in kept.items()} == found
    tabs = {tab.key: tab.count for tab in lists.tabs(user, month, month.next)}
    assert {str(cause): tabs[cause] for cause in lists.FIRST} == found
    return found


def known(user: User, month: Month = AUGUST) -> bool:
    return lists._kept(user, lists.find(user, month, Wanted(filters=UNDER_WAY))) is not None


def test_the_tally_answers_for_the_last_closed_month(judged: World, office_user: User) -> None:
    assert min(counted(office_user, AUGUST).values()) > 0
    assert known(office_user)


def test_it_keeps_to_the_list_after_every_write(judged: World, office_user: User) -> None:
    first = counted(office_user, AUGUST)
    now = NOW
    late = [project for n, project in enumerate(judged.projects) if n % 7 == 3]
    for step in (
        lambda: Project.objects.filter(pk=late[0].pk).update(started_on=date(2018, 9, 1)),
        lambda: Project.objects.filter(pk=late[1].pk).update(territory=judged.places[1]),
        lambda: Project.objects.filter(pk=late[2].pk).update(removed_on=date(2018, 9, 10)),
        lambda: Listing.objects.filter(project=judged.projects[5]).update(stage=2),
        lambda: Listing.objects.filter(project=judged.projects[4]).update(stage=1),
    ):
        step()
        now += timedelta(minutes=1)
        refresh_alerts(now=now)
        counted(office_user, AUGUST)
        assert known(office_user)
    assert counted(office_user, AUGUST) != first


def test_between_a_closing_and_the_next_judgement_the_list_is_counted(
    judged: World, office_user: User
) -> None:
    reopen_month(AUGUST, "有一个报错了", actor=SYSTEM, now=NOW)
    MonthlyReport.objects.filter(project=judged.projects[1], month=AUGUST).update(cumulative=0)
    close_month(AUGUST, actor=SYSTEM, now=NOW)
    assert not known(office_user)
    before = counted(office_user, AUGUST)
    refresh_alerts(now=NOW + timedelta(hours=1), project_ids=[judged.projects[1].pk])
    assert not known(office_user)  # some by the old closing, one by the new
    counted(office_user, AUGUST)
    refresh_alerts(now=NOW + timedelta(hours=2))
    assert known(office_user)
    assert counted(office_user, AUGUST)["slipping"] >= before["slipping"]


def test_other_months_and_other_people_are_counted(
    judged: World, office_user: User, territory_user: User
) -> None:
    assert not known(office_user, Month(2018, 9))
    assert not known(territory_user)
    for user in (office_user, territory_user):
        for month in (AUGUST, Month(2018, 7), Month(2018, 9)):
            counted(user, month)
