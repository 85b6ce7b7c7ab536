"""看得到哪些督办单：整份清单、少数几件、一页里记着的编号，三种问法说的是同一批单子。"""

from datetime import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import UnitFactory, UserFactory, appoint
from tests.progress.builders import add_project
from xushi.core.clock import BEIJING
from xushi.journal.actions import Actor
from xushi.kit.once import one_reading
from xushi.supervision import sight
from xushi.supervision.actions import InstructionInput, send_instruction
from xushi.supervision.choices import selects
from xushi.supervision.drafting import OrderInput, draft_orders, issue_order
from xushi.supervision.engine import terms_at
from xushi.supervision.figures import unit_rows
from xushi.supervision.lists import listed, narrowed, summary
from xushi.supervision.models import SupervisionOrder
from xushi.supervision.selectors import asked_extensions, performance
from xushi.supervision.wanted import Wanted
from xushi.units.models import Role, Unit, User

pytestmark = pytest.mark.django_db
Kind = Unit.Kind
NOW = datetime(2018, 9, 12, 9, 30, tzinfo=BEIJING)
ROLES = {
    "重大办": Role.OFFICE,
    "区长": Role.LEADER,
    "督查室": Role.INSPECTOR,
    "住建局": Role.DEPARTMENT,
    "街道": Role.TERRITORY,
    "平台": Role.OWNER,
}


@pytest.fixture
def people() -> dict[str, User]:
    """Two districts of one city, whose people see orders in every way there is: by office, lead, helper, project, name,
    pen; some drafts, some confidential."""
    city = UnitFactory(name="某市", kind=Kind.DISTRICT)
    hall = UnitFactory(name="市重大办", kind=Kind.OFFICE, parent=city)
    made = {"市重大办": appoint(UserFactory(), Role.OFFICE, unit=hall, scope=city)}
    for name in "甲乙":
        district = UnitFactory(name=f"{name}区", kind=Kind.DISTRICT, parent=city)
        for place, role in ROLES.items():
            kind = Kind.SUBDISTRICT if place == "街道" else Kind.DEPARTMENT
            unit = UnitFactory(name=f"{name}{place}", kind=kind, parent=district)
            overseer = role in (Role.OFFICE, Role.LEADER, Role.INSPECTOR)
            made[f"{name}{place}"] = appoint(
                UserFactory(), role, unit=unit, scope=district if overseer else unit
            )
    for name, other in ("甲乙", "乙甲"):
        project = add_project(made[f"{name}街道"].unit, f"{name}区科技园")
        bureau, owner = made[f"{name}住建局"].unit, made[f"{name}平台"].unit
        for title, by, given in (
            ("自己的", f"{name}重大办", {"lead": bureau, "co_handlers": (owner,)}),
            ("市里派的", "市重大办", {"lead": bureau}),
            ("项目在这儿，别区办", "市重大办", {"lead": made[f"{other}住建局"].unit, "project": project}),
        ):  # fmt: skip
            issue_order(OrderInput(title=title, **given), actor=Actor(by=made[by]), now=NOW)
        draft = OrderInput(title="还没派的", lead=bureau)
        draft_orders([draft], actor=Actor(by=made[f"{name}重大办"]), now=NOW)
        own, stranger = made[f"{name}住建局"], made[f"{other}住建局"]
        words = InstructionInput("抓紧", lead=bureau, confidential=True, readers=(own,))
        sent = send_instruction(words, actor=Actor(by=made[f"{name}区长"]), now=NOW)
        for held in (sent, *sent.orders.all()):
            held.readers.add(stranger)  # named when the other district's people could still be
    return made


def test_the_three_ways_of_asking_name_the_same_orders(people: dict[str, User]) -> None:
    counted = {}
    for name, user in people.items():
        seen = {*SupervisionOrder.objects.visible_to(user)}
        assert {*SupervisionOrder.objects.few_visible_to(user)} == seen, name
        with one_reading():
            kept = sight.sight_of(user)
            assert (kept is None) == (name == "市重大办")
            assert {*sight.in_sight(user, kept and list(kept.numbers))} == seen, name
        counted[name[1:]] = len(seen)
    assert counted == {"重大办": 5, "区长": 5, "督查室": 4, "住建局": 5, "街道": 1, "平台": 1}


def _told(user: User) -> list[object]:
    found, terms = listed(user, Wanted(tab="all"), NOW), terms_at(NOW)
    bars = [(bar.row.unit, bar.row.figures) for bar in performance(user, NOW, terms)]
    chosen = [select.options for select in selects(user, Wanted())]
    return [
        found.tabs,
        [row.order for row in found.rows],
        summary(user, NOW),
        bars,
        chosen,
        asked_extensions(user),
    ]


def test_a_page_says_the_same_with_the_orders_named_and_with_too_many_to_name(
    people: dict[str, User], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, user in people.items():
        plainly = _told(user)
        with one_reading():
            assert _told(user) == plainly, name
    monkeypatch.setattr(sight, "MOST", 1)
    with one_reading():
        assert sight.sight_of(people["甲重大办"]) is None
        assert _told(people["甲重大办"])[0][-1].count > 1


def test_what_is_in_sight_is_found_once_a_page(people: dict[str, User]) -> None:
    with (
        one_reading(),
        CaptureQueriesContext(
            connection,
        ) as asked,
    ):
        for _ in range(2):
            _told(people["甲重大办"])
    wide = [
        one["sql"]
        for one in asked
        if "UNION" in one["sql"] and "supervision_supervisionorder_readers" in one["sql"]
    ]
    assert len(wide) == 1


def test_the_busiest_units_are_the_first_of_all_of_them(people: dict[str, User]) -> None:
    """Of units with as many orders those that come first in the tree, as the whole table has them."""
    for user in people.values():
        whole, _ = unit_rows(user, "2018", NOW)
        for most in range(1, len(whole) + 2):
            first, _ = unit_rows(user, "2018", NOW, most=most)
            assert first == whole[:most]


def test_every_tab_counts_what_its_list_holds(people: dict[str, User]) -> None:
    for name, user in people.items():
        for tab in listed(user, Wanted(tab="all"), NOW).tabs:
            assert tab.count == narrowed(user, Wanted(tab=tab.key), NOW).count(), (name, tab)
