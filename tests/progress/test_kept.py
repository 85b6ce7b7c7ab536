"""关了账的月份记在进程里的和：凡是会让它变的，都重加。"""

from datetime import timedelta
from unittest import mock

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import NOW, UnitFactory, UserFactory
from tests.progress.district import build
from xushi.core.months import Month
from xushi.journal.actions import SYSTEM
from xushi.progress import kept
from xushi.progress.closing import close_month, reopen_month
from xushi.progress.figures import Filters, count, history, portfolio, sums, total
from xushi.progress.models import MonthlyReport, ProjectMonth
from xushi.registry.models import Category
from xushi.units.actions_tree import dissolve_unit
from xushi.units.models import Role, Unit

pytestmark = pytest.mark.django_db
FEBRUARY = Month(2018, 2)
WAYS = [
    lambda user: total(user, FEBRUARY),
    lambda user: portfolio(user, FEBRUARY, by=["level", "category"]),
    lambda user: portfolio(user, FEBRUARY, by=["territory"]),
    lambda user: sums(user, FEBRUARY, Filters(size=1)),
    lambda user: count(user, FEBRUARY, Filters(state="behind")),
    lambda user: history(user, 2018, Filters()),
]


@pytest.fixture
def town():
    build()
    return Unit.objects.filter(kind__in=Unit.TERRITORY_KINDS).order_by("pk").first()


def said(user):
    """What is said, which is what would be said if nothing were kept."""
    answers = [way(user) for way in WAYS]
    kept.forget()
    assert answers == [way(user) for way in WAYS]
    return answers


def people(town):
    return [
        UserFactory(role=Role.OFFICE, unit=town.parent, scope=town.parent),
        UserFactory(role=Role.LEADER, unit=town.parent, scope=town.parent),
        UserFactory(role=Role.TERRITORY, unit=town, scope=town),
    ]


def test_the_second_time_the_facts_are_not_read(town):
    for user in people(town):
        first = [way(user) for way in WAYS]
        with CaptureQueriesContext(connection) as captured:
            assert [way(user) for way in WAYS] == first
        tables = (
            "progress_projectmonth", "progress_summarycell", "progress_districtcell",
        )  # fmt: skip
        sentences = [query["sql"].split("WHERE")[0] for query in captured]
        assert sentences and not any(f'"{table}"' in one for table in tables for one in sentences)


def test_each_sees_their_own(town):
    office, leader, territory = people(town)
    other = UserFactory(
        role=Role.TERRITORY, unit=UnitFactory(parent=town.parent), scope=UnitFactory(parent=town.parent)
    )
    assert said(office) == said(leader)
    assert (
        total(office, FEBRUARY).listed
        > total(territory, FEBRUARY).listed
        > total(other, FEBRUARY).listed
        == 0
    )


def test_a_month_that_is_closed_again_says_what_it_says_now(town):
    office = people(town)[0]
    before = said(office)[0]
    reopen_month(FEBRUARY, "改错", actor=SYSTEM, now=NOW)
    report = MonthlyReport.objects.filter(month=FEBRUARY).first()
    MonthlyReport.objects.filter(pk=report.pk).update(cumulative=report.cumulative + 7)
    opened = total(office, FEBRUARY)
    assert not opened.closed and opened.cumulative == before.cumulative + 7
    close_month(FEBRUARY, actor=SYSTEM, now=NOW + timedelta(minutes=1))
    assert said(office)[0].cumulative == before.cumulative + 7


def test_who_takes_over_a_dissolved_unit_sees_its_projects_at_once(town):
    successor = UnitFactory(name="接手街道", kind=Unit.Kind.SUBDISTRICT, parent=town.parent)
    heir = UserFactory(role=Role.TERRITORY, unit=successor, scope=successor)
    assert said(heir)[0].listed == 0
    there = ProjectMonth.objects.filter(territory=town, month=FEBRUARY).count()
    dissolve_unit(unit=town, successor=successor, actor=SYSTEM, now=NOW)
    assert said(heir)[0].listed == there > 0


def test_other_names_show_at_once(town):
    office = people(town)[0]
    said(office)
    Unit.objects.filter(pk=town.pk).update(name="改名街道", short_name="改名")
    Category.objects.update(name="改了")
    groups = portfolio(office, FEBRUARY, by=["territory"])
    assert any("改名" in group.label for group in groups)
    assert all("改了" in group.label for group in portfolio(office, FEBRUARY, by=["category"]))


def test_appointments_are_asked_each_time(town):
    territory = people(town)[2]
    assert total(territory, FEBRUARY).listed > 0
    territory.appointments.update(ended_at=NOW)
    territory.forget_appointments()
    assert total(territory, FEBRUARY).listed == 0


def test_no_more_are_kept_than_there_is_room_for(town):
    office = people(town)[0]
    with mock.patch.object(kept, "MOST", 3):
        for size in range(1, 9):
            assert sums(office, FEBRUARY, Filters(size=size))["projects"] >= 0
            assert len(kept._kept) <= 3
