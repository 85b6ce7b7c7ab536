"""一棵树里几个区：每个区的人只看得到、只加得出本区的，市里看得到全部。"""

import pytest

from tests.factories import NOW, UnitFactory, UserFactory
from tests.progress.district import build, city_of
from xushi.core.months import Month
from xushi.home.badges import under_way_count
from xushi.journal.actions import SYSTEM
from xushi.progress import kept
from xushi.progress.closing import close_month, reopen_month
from xushi.progress.figures import Filters, portfolio, rows, sums, total
from xushi.progress.history import history
from xushi.progress.models import DistrictCell, ProjectMonth, SummaryCell
from xushi.progress.sources import SUMMED
from xushi.registry.models import Project
from xushi.units.models import Role, Unit, User
from xushi.units.policy import scoped, summed

pytestmark = pytest.mark.django_db
FEBRUARY = Month(2018, 2)


@pytest.fixture
def tree():
    """A city of two districts with a town each; six projects on either town."""
    city, districts = city_of("甲乙")
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
    for place in ("sources", "history"):
        monkeypatch.setattr(f"xushi.progress.{place}.counted", lambda user: None)
    kept.forget()
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


@pytest.mark.parametrize("by", [[], ["category"], ["region"], ["region", "category"]], ids="-".join)
def test_cells_of_districts_say_what_the_cells_of_territories_say(tree, by, monkeypatch):
    city = tree[0]
    office = person(Role.OFFICE, city)
    groups, points = portfolio(office, FEBRUARY, by=by), history(office, 2018, Filters())
    assert DistrictCell.objects.exists()
    monkeypatch.setattr("xushi.progress.sources.district_condition", lambda filters: None)
    kept.forget()
    assert portfolio(office, FEBRUARY, by=by) == groups and groups
    assert history(office, 2018, Filters()) == points and points


def test_the_regions_add_up_to_the_whole_and_open_their_lists(tree):
    city, districts = tree
    office = person(Role.STATISTICS, city)
    whole, parts = total(office, FEBRUARY), portfolio(office, FEBRUARY, by=["region"])
    assert [group.key["region"] for group in parts] == [one.pk for one in districts]
    for name in SUMMED:
        column = {"completed": "completed_projects", "projects": "listed"}.get(name, name)
        assert sum(getattr(group, column) for group in parts) == getattr(whole, column), name
    for group in parts:
        listed = sums(office, FEBRUARY, group.filters)
        assert (listed["projects"], rows(office, FEBRUARY, group.filters).count()) == (
            group.listed,
            group.listed,
        )
        assert total(office, FEBRUARY, group.filters).cumulative == group.cumulative > 0


def test_a_territory_beside_the_districts_is_a_part_of_its_own(tree):
    """市直园区: its cells stand at the city, so that the parts are read from territories."""
    city, _ = tree
    park = UnitFactory(name="市直园区", kind=Unit.Kind.PARK, parent=city)
    office, project = person(Role.OFFICE, city), Project.objects.order_by("pk").first()
    Project.objects.filter(pk=project.pk).update(territory=park)
    reopen_month(FEBRUARY, "改属地", actor=SYSTEM, now=NOW)
    close_month(FEBRUARY, actor=SYSTEM, now=NOW)
    parts = {group.key["region"]: group for group in portfolio(office, FEBRUARY, by=["region"])}
    assert parts[park.pk].listed == 1 == rows(office, FEBRUARY, parts[park.pk].filters).count()
    assert sum(group.cumulative for group in parts.values()) == total(office, FEBRUARY).cumulative


def test_a_leader_counts_what_they_lead_elsewhere_once(tree, monkeypatch):
    _, (first, second) = tree
    leader = person(Role.LEADER, first)
    before = total(leader, FEBRUARY).listed
    ProjectMonth.objects.filter(month=FEBRUARY).update(leader=leader)  # of the own district, too
    kept.forget()
    found = (
        portfolio(leader, FEBRUARY, by=["category"]),
        total(leader, FEBRUARY),
        history(leader, 2018, Filters()),
    )
    assert found[1].listed == rows(leader, FEBRUARY, Filters()).count() > before
    assert under_way_count(leader) == found[1].under_way
    for place in ("sources", "history"):
        monkeypatch.setattr(f"xushi.progress.{place}.counted", lambda user: None)
    kept.forget()
    by_rows = (
        portfolio(leader, FEBRUARY, by=["category"]),
        total(leader, FEBRUARY),
        history(leader, 2018, Filters()),
    )
    assert by_rows == found


def test_what_a_district_took_over_from_another_is_counted_with_it(tree):
    """The dissolved town's sums stand in its old district's cells, so that territories are read."""
    _, (first, second) = tree
    town = Unit.objects.get(name="乙区某街道")
    office = person(Role.OFFICE, first)
    alone = total(office, FEBRUARY).listed
    Unit.objects.filter(pk=town.pk).update(
        successor=Unit.objects.get(name="甲区某街道"), dissolved_on=NOW.date()
    )
    taken = total(User.objects.get(pk=office.pk), FEBRUARY)
    assert taken.listed == rows(office, FEBRUARY, Filters()).count() > alone
