"""一棵树几个区：各区关各区的账；上面的要各区都关了才算关，哪些没关说得出来。"""

from dataclasses import dataclass
from datetime import datetime
from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import UnitFactory, UserFactory
from tests.progress.district import build
from xushi.alerts.models import Alert
from xushi.core.clock import BEIJING
from xushi.core.months import Month
from xushi.home.badges import under_way_count
from xushi.home.months import choose
from xushi.journal.actions import SYSTEM
from xushi.journal.models import Event
from xushi.kit.once import one_reading
from xushi.progress.actions import submit_reports
from xushi.progress.board import board
from xushi.progress.closed import closing_for, is_closed_at, last_month_at, last_month_for
from xushi.progress.closing import NotReady, close_month, reopen_month, write_facts
from xushi.progress.drift import refresh_drift
from xushi.progress.figures import Filters, gather, portfolio, rows, sums, total
from xushi.progress.history import history
from xushi.progress.models import FactDrift, MonthClosing, MonthlyReport, ProjectMonth
from xushi.progress.rules_report import ReportInput
from xushi.progress.sources import SUMMED
from xushi.progress.standing import fact_standings
from xushi.progress.versions import page_of
from xushi.progress.warnings import findings_as_of, refresh_alerts
from xushi.registry.actions import Refused
from xushi.registry.models import Listing, Project
from xushi.units.models import Role, Unit, User

pytestmark = pytest.mark.django_db
FEBRUARY, MARCH, APRIL = Month(2018, 2), Month(2018, 3), Month(2018, 4)
APRIL_8 = datetime(2018, 4, 8, 9, tzinfo=BEIJING)
YI = 10**8


@dataclass
class City:
    """某市 with two districts of a town each, six projects on either; January and February closed, March reported."""

    root: Unit
    first: Unit
    second: Unit

    def close(self, district: Unit, month: Month = MARCH) -> MonthClosing:
        return close_month(month, actor=SYSTEM, now=APRIL_8, district=district)

    def person(self, role: str, place: Unit) -> User:
        return UserFactory(role=role, unit=UnitFactory(parent=place), scope=place)


@pytest.fixture
def city() -> City:
    root = UnitFactory(name="某市", kind=Unit.Kind.DISTRICT)
    first, second = (UnitFactory(name=f"{name}区", kind=Unit.Kind.DISTRICT, parent=root) for name in "甲乙")
    for one in (first, second):
        UnitFactory(name=f"{one.name}某街道", kind=Unit.Kind.SUBDISTRICT, parent=one)
    build()
    return City(root, first, second)


def in_district(district: Unit) -> list[Project]:
    return list(Project.objects.filter(territory__path__startswith=district.path).order_by("pk"))


def test_a_district_closes_its_own_month_alone(city: City) -> None:
    own, other = city.person(Role.OFFICE, city.first), city.person(Role.OFFICE, city.second)
    above = city.person(Role.OFFICE, city.root)
    closing = city.close(city.first)
    assert set(closing.facts.values_list("project", flat=True)) == {one.pk for one in in_district(city.first)}
    assert (closing_for(own, MARCH), closing_for(other, MARCH), closing_for(above, MARCH)) == (
        closing,
        None,
        None,
    )
    assert [last_month_for(one) for one in (own, other, above)] == [MARCH, FEBRUARY, FEBRUARY]
    assert [total(one, MARCH).closed for one in (own, other, above)] == [True, False, False]
    assert [choose(one, None, APRIL_8.date()).month for one in (own, above)] == [MARCH, FEBRUARY]
    assert under_way_count(own) == total(own, MARCH).under_way
    towns = [one.territory_id for one in (in_district(city.first)[0], in_district(city.second)[0])]
    assert [is_closed_at(town, MARCH) for town in towns] == [True, False]
    assert [last_month_at(town, MARCH) for town in towns] == [MARCH, FEBRUARY]
    event = Event.objects.filter(verb="progress.month.closed").latest("pk")
    assert event.summary == "甲区2018年3月关账，第1版，6个项目的数定下"


def test_facts_carry_the_district_of_their_closing_and_an_upgrade_gives_it_to_those_of_before(
    city: City,
) -> None:
    closing, at_once = city.close(city.first), MonthClosing.objects.create(month=APRIL, closed_at=APRIL_8)
    write_facts(at_once, fact_standings(closing))
    written = set(ProjectMonth.objects.values_list("closing", "district_id"))
    assert {(closing.pk, city.first.pk), (at_once.pk, 0)} < written
    ProjectMonth.objects.update(district_id=0)  # as the column comes to a table with rows
    upgrade = import_module("xushi.progress.migrations.0006_facts_know_their_district")
    upgrade.as_their_closings(apps, None)
    assert set(ProjectMonth.objects.values_list("closing", "district_id")) == written


def test_what_a_district_fixed_does_not_move_and_what_moved_is_said_there_alone(city: City) -> None:
    own, above = city.person(Role.OFFICE, city.first), city.person(Role.OFFICE, city.root)
    closing, fixed = city.close(city.first), total(city.person(Role.OFFICE, city.first), MARCH).cumulative
    late = in_district(city.first)[0]
    MonthlyReport.objects.filter(project=late, month=MARCH).update(cumulative=9 * YI)
    refresh_drift(now=APRIL_8)
    assert list(FactDrift.objects.filter(month_of_closing()).values_list("closing", "project")) == [
        (closing.pk, late.pk)
    ]
    here = total(own, MARCH)
    assert here.cumulative == fixed and here.recounted and here.recounted.cumulative > fixed
    assert total(above, MARCH).recounted is None and not total(above, MARCH).closed
    assert board(MARCH).drifted == 1


def month_of_closing():
    from django.db.models import Q

    return Q(closing__month=MARCH)


@pytest.mark.parametrize("level", ["district", "municipal"])
def test_what_is_gathered_once_says_what_is_asked_one_by_one(city: City, level: str) -> None:
    above = city.person(Role.OFFICE, city.root)
    Listing.objects.filter(project__in=Project.objects.order_by("pk")[:3]).update(stage=2)
    whole = Filters(level=level)
    asked = [[], ["category"], ["region"], ["region", "category"]]

    def said() -> list[object]:
        return [portfolio(above, MARCH, filters=whole, by=by) for by in asked]

    plainly = said()
    with one_reading(), CaptureQueriesContext(connection) as queries:
        gather(above, MARCH, whole, ["category", "region"])
        gathered = said()
    assert gathered == plainly and [len(groups) > 1 for groups in plainly] == [False, True, True, True]
    assert sum("SUM(" in one["sql"] and "registry_project" in one["sql"] for one in queries) == 1


def test_with_the_last_district_the_whole_is_closed_and_is_the_sum(city: City) -> None:
    above = city.person(Role.OFFICE, city.root)
    before = total(above, MARCH)
    parts = [city.close(city.second), city.close(city.first)]
    whole = closing_for(above, MARCH)
    assert whole and whole.kind == MonthClosing.Kind.SUMMED and set(whole.parts.all()) == set(parts)
    found = total(above, MARCH)
    assert found.closed and found.cumulative == before.cumulative and found.listed == before.listed == 12
    own = [total(city.person(Role.OFFICE, one), MARCH) for one in (city.first, city.second)]
    regions = portfolio(above, MARCH, by=["region"])
    for name in SUMMED:
        column = {"completed": "completed_projects", "projects": "listed"}.get(name, name)
        assert sum(getattr(one, column) for one in own) == getattr(found, column), name
        assert [getattr(one, column) for one in regions] == [getattr(one, column) for one in own], name
    assert rows(above, MARCH, Filters()).count() == sums(above, MARCH, Filters())["projects"] == 12
    assert [point.month.number for point in history(above, 2018, Filters())] == [1, 2, 3]
    assert under_way_count(above) == found.under_way
    assert board(MARCH).open == [] and len(board(MARCH).closed) == 2


def test_one_district_reopens_and_the_whole_is_open_again_until_it_has_closed(city: City) -> None:
    first = city.close(city.first)
    city.close(city.second)
    above, other = city.person(Role.LEADER, city.root), city.person(Role.OFFICE, city.second)
    whole = closing_for(above, MARCH)
    reopen_month(MARCH, "补报一笔", actor=SYSTEM, now=APRIL_8, district=city.first)
    whole.refresh_from_db()
    assert whole.reopen_reason == "甲区重开：补报一笔" and closing_for(above, MARCH) is None
    assert closing_for(other, MARCH) is not None
    MonthlyReport.objects.filter(project=in_district(city.first)[0], month=MARCH).update(cumulative=5)
    again = city.close(city.first)
    assert again.version == 2
    renewed = closing_for(above, MARCH)
    assert renewed.version == whole.version + 1
    assert first.facts.count() == again.facts.count() == 6
    old, new = page_of(whole, above), page_of(first, city.person(Role.OFFICE, city.first))
    assert (old.against, old.count) == (f"第{renewed.version}版", 1) and (new.against, new.count) == (
        "第2版",
        1,
    )


def test_months_are_closed_and_reopened_in_their_order_in_each_district(city: City) -> None:
    with pytest.raises(NotReady, match="甲区2018年4月月报|甲区还有|没有数可关|还没过完"):
        city.close(city.first, Month(2018, 4))
    city.close(city.first)
    with pytest.raises(NotReady, match="后面的月份已经关账"):
        reopen_month(FEBRUARY, "改数", actor=SYSTEM, now=APRIL_8, district=city.first)
    with pytest.raises(NotReady, match="甲区2018年3月已经关账"):
        city.close(city.first)
    reopen_month(FEBRUARY, "改数", actor=SYSTEM, now=APRIL_8, district=city.second)
    with pytest.raises(NotReady, match="乙区2018年2月还没关账"):
        city.close(city.second)


def test_a_district_that_is_late_says_what_lacks_and_holds_up_nobody_else(city: City) -> None:
    late = in_district(city.second)[0]
    MonthlyReport.objects.filter(project=late, month=MARCH).update(state="submitted")
    with pytest.raises(NotReady, match="乙区还有1个项目的2018年3月月报没有审核通过"):
        city.close(city.second)
    with pytest.raises(NotReady, match="乙区还有1个项目"):
        close_month(MARCH, actor=SYSTEM, now=APRIL_8)
    city.close(city.first)
    page = board(MARCH)
    assert [(row.named, bool(row.closing), row.owed, row.lacking) for row in page.rows] == [
        ("甲区", True, 6, 0),
        ("乙区", False, 4, 1),
    ]


def test_a_report_of_a_closed_district_is_refused_and_of_an_open_one_is_not(city: City) -> None:
    city.close(city.first)
    here, there = in_district(city.first)[0], in_district(city.second)[0]
    with pytest.raises(Refused, match="2018年3月已经关账"):
        submit_reports([ReportInput(here.pk, MARCH, 5 * YI)], actor=SYSTEM, now=APRIL_8)
    held = MonthlyReport.objects.get(project=there, month=MARCH).cumulative
    [report] = submit_reports([ReportInput(there.pk, MARCH, held + 10_000)], actor=SYSTEM, now=APRIL_8)
    assert report.cumulative == held + 10_000


def test_a_project_that_moves_between_two_closings_is_fixed_once(city: City) -> None:
    moved = in_district(city.first)[0]
    city.close(city.first)
    town = in_district(city.second)[0].territory
    Project.objects.filter(pk=moved.pk).update(territory=town)
    closing = city.close(city.second)
    assert ProjectMonth.objects.filter(project=moved, month=MARCH).count() == 1
    assert closing.facts.count() == 6 and total(city.person(Role.OFFICE, city.root), MARCH).listed == 12
    refresh_drift(now=APRIL_8)
    [drift] = FactDrift.objects.filter(closing__month=MARCH)
    assert drift.closing.district == city.first and drift.changes["territory_id"][1] == town.pk


def test_who_leads_in_two_districts_has_a_month_closed_once_both_have(city: City) -> None:
    leader = city.person(Role.LEADER, city.first)
    Project.objects.filter(pk=in_district(city.second)[0].pk).update(leader=leader)
    city.close(city.first)
    assert closing_for(leader, MARCH) is None
    assert total(leader, MARCH).listed == rows(leader, MARCH, Filters()).count() == 7
    city.close(city.second)
    assert total(User.objects.get(pk=leader.pk), MARCH).listed == 7 and closing_for(leader, MARCH)


def test_a_month_closed_for_all_at_once_is_reopened_for_all(city: City) -> None:
    """As all were before each district closed its own."""
    MonthClosing.objects.create(month=MARCH, closed_at=APRIL_8)
    own = city.person(Role.OFFICE, city.first)
    assert closing_for(own, MARCH) is not None and board(MARCH).open == []
    with pytest.raises(NotReady, match="几个区一起关的"):
        reopen_month(MARCH, "改数", actor=SYSTEM, now=APRIL_8, district=city.first)
    reopen_month(MARCH, "改数", actor=SYSTEM, now=APRIL_8)
    assert city.close(city.first).version == 2 and closing_for(own, MARCH).district == city.first


def test_between_district_and_province_a_city_is_closed_with_its_own_districts(city: City) -> None:
    """某市 is closed with 甲区, 乙区 and what stands beside them; another city of the province is no reason to wait."""
    park = UnitFactory(name="市直园区", kind=Unit.Kind.PARK, parent=city.root)
    Project.objects.filter(pk=in_district(city.first)[0].pk).update(territory=park)
    city.close(city.first)
    city.close(city.second)
    above = city.person(Role.OFFICE, city.root)
    assert closing_for(above, MARCH) is None
    assert [row.named for row in board(MARCH).open] == ["某市本级"]
    assert city.close(city.root).facts.count() == 1
    assert closing_for(above, MARCH).parts.count() == 3 and total(above, MARCH).listed == 12


def test_a_district_that_gets_its_first_project_later_closes_it_into_the_next_version(city: City) -> None:
    third = UnitFactory(name="丙区", kind=Unit.Kind.DISTRICT, parent=city.root)
    town = UnitFactory(kind=Unit.Kind.SUBDISTRICT, parent=third)
    city.close(city.first)
    city.close(city.second)
    above = city.person(Role.OFFICE, city.root)
    first = closing_for(above, MARCH)
    new = Project.objects.create(
        name="新项目", category=in_district(city.first)[0].category, territory=town, responsible_unit=town,
        total_investment=YI,
    )  # fmt: skip
    Listing.objects.create(project=new, year=2018, level="district", stage=2)
    assert closing_for(above, MARCH) == first and total(above, MARCH).listed == 12
    city.close(third)
    renewed = closing_for(above, MARCH)
    assert renewed.version == first.version + 1 and renewed.parts.count() == 3
    assert total(above, MARCH).listed == 13
    assert MonthClosing.objects.get(pk=first.pk).reopen_reason == "丙区后来关账"


def test_alerts_of_a_district_are_judged_by_its_own_last_month(city: City) -> None:
    for one in (*in_district(city.first), *in_district(city.second)):
        MonthlyReport.objects.filter(project=one, month=MARCH).update(cumulative=1)
    city.close(city.first)
    refresh_alerts(now=APRIL_8)
    slipping = Alert.objects.open().filter(cause="slipping").values_list("territory__path", "month")
    judged = {(path.startswith(city.first.path), month) for path, month in slipping}
    assert (True, MARCH) in judged and (False, MARCH) not in judged
    assert not any(first and month != MARCH for first, month in judged)
    with pytest.raises(ValueError, match="没有关账"):
        findings_as_of(MARCH)
    own = findings_as_of(MARCH, closing_for(city.person(Role.OFFICE, city.first), MARCH))
    assert own and all(one.day == APRIL_8.date() for one in own)


def test_the_board_takes_as_many_queries_for_nine_districts_as_for_two(city: City) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            board(MARCH)
        return len(captured)

    city.close(city.first)
    few = queries()
    for n in range(7):
        one = UnitFactory(name=f"第{n}区", kind=Unit.Kind.DISTRICT, parent=city.root)
        town = UnitFactory(kind=Unit.Kind.SUBDISTRICT, parent=one)
        if n < 5:
            Project.objects.filter(pk=in_district(city.second)[0].pk).update(territory=town)
    assert queries() == few <= 8
    assert len(board(MARCH).rows) == 7
