"""省、市的总览：摆直接的下一级，点开一级看那一级；每个数等于它打开的清单，下级之和等于上级。"""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client

from tests.factories import NOW, UnitFactory, UserFactory
from tests.home.test_figure_links import linked, told
from tests.home.world import AUGUST, build
from xushi.home.months import choose
from xushi.home.overview import Overview, overview
from xushi.home.regions import region
from xushi.units.models import Role, Unit, User

SignIn = Callable[[User], Client]
pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> Unit:
    """A city of two districts; all that stands stands in the first, but a third of it, which is in the second."""
    city: Unit = UnitFactory(name="某市", kind=Unit.Kind.DISTRICT)
    first, second = (
        UnitFactory(name=name, kind=Unit.Kind.DISTRICT, parent=city) for name in ("甲区", "乙区")
    )
    build(first, 36, first=UnitFactory(name="乙区某街道", kind=Unit.Kind.SUBDISTRICT, parent=second))
    return city


def district(name: str) -> Unit:
    found: Unit = Unit.objects.get(name=name)
    return found


def person(role: str, unit: Unit) -> User:
    made: User = UserFactory(role=role, unit=unit)
    return made


def page_of(user: User, asked: Unit | None = None) -> Overview:
    here = region(user, str(asked.pk) if asked else None)
    return overview(user, choose(user, str(AUGUST), NOW.date()), NOW, here)


def test_a_city_sees_its_districts_and_they_add_up(city: Unit) -> None:
    office = person(Role.OFFICE, city)
    page = page_of(office)
    assert {place.label for place in page.places} == {"甲区", "乙区"} and page.here.word == "地区"
    for name in ("under_way", "started", "annual_plan", "cumulative", "due_twelfths", "completed_projects"):
        assert sum(getattr(place.group, name) for place in page.places) == getattr(page.district, name), name
    assert sum(place.count for place in page.places) == page.alarms.total > 0


def test_a_district_opened_from_the_city_is_what_its_own_office_sees(city: Unit) -> None:
    office = person(Role.OFFICE, city)
    for name in ("甲区", "乙区"):
        opened, own = page_of(office, district(name)), page_of(person(Role.STATISTICS, district(name)))
        assert opened.headline == own.headline and opened.points == own.points
        assert [(p.label, p.group.under_way, p.count) for p in opened.places] == [
            (p.label, p.group.under_way, p.count) for p in own.places
        ]
        assert [alert.project for alert in opened.worst] == [alert.project for alert in own.worst]
        assert opened.here.word == "属地" and [unit.name for unit in opened.here.way] == ["某市"]
        row = next(place for place in page_of(office).places if place.label == name)
        assert (row.group.cumulative, row.count) == (opened.district.cumulative, opened.alarms.total)


@pytest.mark.parametrize("month", ["2018-08", "2018-06", "2018-09"])
def test_every_number_equals_the_list_it_opens(city: Unit, signed_in: SignIn, month: str) -> None:
    office = person(Role.OFFICE, city)
    client, checked = signed_in(office), 0
    for asked in ("", f"&region={district('乙区').pk}"):
        page = client.get(f"/overview/?month={month}{asked}").content.decode()
        for number in linked(page):
            assert number.text in told(office, number.address), (month, asked, number)
            checked += 1
    assert checked > 60


def test_what_is_out_of_sight_is_not_found(city: Unit, signed_in: SignIn) -> None:
    first, second = district("甲区"), district("乙区")
    own = signed_in(person(Role.OFFICE, first))
    assert own.get(f"/overview/?region={first.pk}").status_code == 200
    for asked in (second.pk, city.pk, "x", 10**9):
        assert own.get(f"/overview/?region={asked}").status_code == 404, asked
    owner = signed_in(person(Role.DEPARTMENT, UnitFactory(parent=first)))
    assert owner.get(f"/overview/?region={first.pk}").status_code == 404


def test_the_list_offers_regions_to_a_city_and_territories_to_a_district(
    city: Unit, signed_in: SignIn
) -> None:
    first, second = district("甲区"), district("乙区")
    at_city = signed_in(person(Role.OFFICE, city)).get("/projects/?month=2018-08")
    offered = {
        choice.name: [word for _, word in choice.options] for choice in at_city.context["page"].choices
    }
    assert offered["region"] == ["甲区", "乙区"] and "territory" not in offered
    at_district = signed_in(person(Role.OFFICE, first)).get(f"/projects/?month=2018-08&region={second.pk}")
    offered = {
        choice.name: [word for _, word in choice.options] for choice in at_district.context["page"].choices
    }
    assert "region" not in offered and "乙区某街道" not in offered["territory"]
    assert at_district.context["page"].count == 0


def test_the_headline_rate_is_of_all_and_no_mean_of_rates(city: Unit) -> None:
    page = page_of(person(Role.OFFICE, city))
    rates = [place.group.completion_rate for place in page.places]
    assert page.district.completion_rate == Decimal(
        sum(place.group.cumulative for place in page.places)
    ) / sum(place.group.annual_plan for place in page.places)
    assert min(rates) <= page.district.completion_rate <= max(rates)
