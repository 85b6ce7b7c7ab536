"""一棵树里几个区：每个区的人只看得到、只加得出本区的，市里看得到全部。"""

import pytest

from tests.factories import UnitFactory, UserFactory
from tests.progress.district import build
from xushi.core.months import Month
from xushi.home.context import under_way_count
from xushi.progress.figures import Filters, portfolio, rows, total
from xushi.progress.history import history
from xushi.progress.models import ProjectMonth, SummaryCell
from xushi.units.models import Role, Unit
from xushi.units.policy import scoped, summed

pytestmark = pytest.mark.django_db
FEBRUARY = Month(2018, 2)


@pytest.fixture
def tree():
    """A city of two districts with a town each; six projects on either town."""
    city = UnitFactory(name="某市", kind=Unit.Kind.DISTRICT)
    districts = [UnitFactory(name=f"{name}区", kind=Unit.Kind.DISTRICT, parent=city) for name in "甲乙"]
    for one in districts:
        UnitFactory(name=f"{one.name}某街道", kind=Unit.Kind.SUBDISTRICT, parent=one)
    build()
    return city, districts


def person(role, district):
    return UserFactory(role=role, unit=UnitFactory(parent=district), scope=district)


def test_a_districts_office_sums_its_own_from_cells(tree):
    city, (first, second) = tree
    office, other = person(Role.OFFICE, first), person(Role.STATISTICS, second)
    whole = total(person(Role.OFFICE, city), FEBRUARY)
    here, there = total(office, FEBRUARY), total(other, FEBRUARY)
    assert summed(office) is not None
    assert here.listed == rows(office, FEBRUARY, Filters()).count() > 0
    assert (here.listed + there.listed, here.cumulative + there.cumulative) == (
        whole.listed,
        whole.cumulative,
    )
    assert under_way_count(office) == here.under_way


@pytest.mark.parametrize("by", [[], ["category"], ["territory"], ["level"]], ids="-".join)
def test_cells_of_a_district_say_what_its_rows_say(tree, by, monkeypatch):
    _, (first, _) = tree
    office = person(Role.OFFICE, first)
    cells, points = portfolio(office, FEBRUARY, by=by), history(office, 2018, Filters())
    monkeypatch.setattr("xushi.progress.figures.summed", lambda user: None)
    monkeypatch.setattr("xushi.progress.history.summed", lambda user: None)
    assert portfolio(office, FEBRUARY, by=by) == cells
    assert history(office, 2018, Filters()) == points and points


def test_of_another_district_nothing_is_seen(tree):
    _, (first, second) = tree
    foreign = ProjectMonth.objects.filter(territory__path__startswith=second.path)
    for role in (Role.OFFICE, Role.LEADER, Role.INSPECTOR, Role.STATISTICS):
        user = person(role, first)
        assert not foreign.filter(scoped(user)).exists()
        assert ProjectMonth.objects.filter(scoped(user)).exists()


def test_what_a_district_is_responsible_for_elsewhere_is_the_other_districts(tree):
    """The territory decides: else one project would be in two districts' sums."""
    _, (first, second) = tree
    project = ProjectMonth.objects.filter(territory__path__startswith=second.path, month=FEBRUARY).first()
    ProjectMonth.objects.filter(pk=project.pk).update(responsible_unit=first)
    assert not ProjectMonth.objects.filter(scoped(person(Role.OFFICE, first)), pk=project.pk).exists()


def test_rows_are_read_where_cells_would_say_too_little(tree):
    city, (first, second) = tree
    leader = person(Role.LEADER, first)
    ProjectMonth.objects.filter(territory__path__startswith=second.path).update(leader=leader)
    assert summed(leader) is None
    town = Unit.objects.get(name="甲区某街道")
    assert summed(person(Role.TERRITORY, town)) is None
    assert summed(UserFactory(role=Role.INDICATOR_LEAD, unit=first)) is None
    assert summed(UserFactory()) is None
    everything = summed(person(Role.LEADER, city))
    assert SummaryCell.objects.filter(everything).count() == SummaryCell.objects.count()
    assert total(leader, FEBRUARY).listed == rows(leader, FEBRUARY, Filters()).count()
