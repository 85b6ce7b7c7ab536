"""一棵树两个区：栏目里列的、点开后第一页上连着的，本人都进得去；筛选里只有本人够得着的属地。"""

import re
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.factories import UnitFactory, UserFactory
from tests.home.world import build
from xushi.home import nav
from xushi.units.models import Role, Unit, User

pytestmark = pytest.mark.django_db
LINK = re.compile(r'<a [^>]*?href="(/[^"#]*)')
SELECT = re.compile(r"<select[^>]*>.*?</select>", re.S)
OTHERS = "乙区街道"
WHOLE = {"districts", "words", "channels"}


@pytest.fixture
def people(settings: object) -> dict[str, User]:
    """A city of two districts: 甲区 with 21 projects and people of every kind, 乙区 with a street; the city's office."""
    settings.XUSHI_TIER = "city"  # type: ignore[attr-defined]
    city = UnitFactory(name="某市", kind=Unit.Kind.DISTRICT)
    first, second = (
        UnitFactory(name=name, kind=Unit.Kind.DISTRICT, parent=city) for name in ("甲区", "乙区")
    )
    UnitFactory(name=OTHERS, kind=Unit.Kind.SUBDISTRICT, parent=second)
    street = UnitFactory(name="甲区街道", kind=Unit.Kind.SUBDISTRICT, parent=first)
    office = UnitFactory(name="甲区重大办", kind=Unit.Kind.OFFICE, parent=first)
    build(first, 21, first=street)
    return {
        "city": UserFactory(role=Role.OFFICE, unit=city),
        "office": UserFactory(role=Role.OFFICE, unit=office, scope=first),
        "leader": UserFactory(role=Role.LEADER, unit=first),
        "inspector": UserFactory(role=Role.INSPECTOR, unit=UnitFactory(parent=first), scope=first),
        "statistics": UserFactory(role=Role.STATISTICS, unit=UnitFactory(parent=first), scope=first),
        "territory": UserFactory(role=Role.TERRITORY, unit=street),
        "department": UserFactory(role=Role.DEPARTMENT, unit=UnitFactory(name="甲区住建局", parent=first)),
    }


def entered(user: User) -> dict[str, str]:
    return {entry.key: url for entry in nav.permitted(user) if (url := nav.address(entry))}


@pytest.mark.parametrize(
    "who", ["city", "office", "leader", "inspector", "statistics", "territory", "department"]
)
def test_every_entry_opens_and_so_does_every_link_behind_it(
    people: dict[str, User], client: Client, who: str
) -> None:
    client.force_login(people[who])
    pages, linked = {}, {}
    for key, url in entered(people[who]).items():
        answer = client.get(url, follow=True)
        assert answer.status_code == 200, (key, url)
        pages[key] = answer.content.decode()
        linked |= {unescape(link): key for link in LINK.findall(pages[key])}
    refused = [
        (key, link, answer.status_code)
        for link, key in linked.items() if "/static/" not in link and not link.startswith("/logout")
        if (answer := client.get(link)).status_code >= 400
    ]  # fmt: skip
    assert refused == []
    offered = {key for key, page in pages.items() if any(OTHERS in one for one in SELECT.findall(page))}
    assert who == "city" or offered == set()
    assert offered or who != "city"


def test_what_all_districts_share_is_listed_for_those_who_keep_the_whole(people: dict[str, User]) -> None:
    assert entered(people["city"]).keys() >= WHOLE
    for who in people.keys() - {"city"}:
        assert entered(people[who]).keys().isdisjoint(WHOLE), who


def test_the_only_district_of_a_tree_keeps_the_whole(people: dict[str, User]) -> None:
    Unit.objects.filter(name="乙区").update(kind=Unit.Kind.DEPARTMENT)
    assert entered(User.objects.get(pk=people["office"].pk)).keys() >= {"words", "channels"}


def test_whose_whole_it_is_costs_the_navigation_no_query(people: dict[str, User]) -> None:
    user = User.objects.get(pk=people["office"].pk)
    with CaptureQueriesContext(connection) as asked:
        nav.permitted(user)
    assert not asked.captured_queries
