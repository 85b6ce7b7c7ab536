"""督办清单与单位表现：分栏、筛选、查号；每个数等于它打开的清单；查询次数不随件数长。"""

from collections.abc import Callable, Iterator
from copy import deepcopy
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from itertools import pairwise

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from python_calamine import CalamineWorkbook

from tests.conftest import Once
from tests.progress.builders import add_project
from tests.supervision.world import World, at, build
from xushi.config import clock
from xushi.core.clock import BEIJING
from xushi.core.text import search_text
from xushi.journal.actions import SYSTEM
from xushi.supervision import lists
from xushi.supervision.actions import (
    OrderInput,
    acknowledge_orders,
    ask_extension,
    draft_orders,
    rate_order,
    remind_orders,
    reply_order,
    reroute_orders,
    return_order,
    verify_order,
    withdraw_orders,
)
from xushi.supervision.figures import COUNTS, unit_rows
from xushi.supervision.models import SupervisionOrder
from xushi.supervision.tracks import Axis, draw
from xushi.supervision.wanted import read
from xushi.units.models import User

pytestmark = pytest.mark.django_db
NOW = at(12, 8, 30)
LIST = "supervision:orders"


@pytest.fixture(autouse=True)
def at_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture(scope="module")
def stood(once: Once) -> Iterator[World]:
    with once(eight) as world:
        yield world


@pytest.fixture
def world(stood: World) -> World:
    return deepcopy(stood)


def eight() -> World:
    """Eight orders in every condition, and a draft."""
    world = build()
    project = add_project(world.town, "紫光项目", search_text=search_text("紫光项目"))
    first = world.order(title="一", due_on=date(2018, 9, 12), project=project, source_kind="alerts.alert")
    acknowledge_orders([first], actor=world["handler"], now=at(5, 11))  # 1: due today
    late = world.order(title="二", urgency="urgent", now=at(3))  # 2: overdue, signed for
    acknowledge_orders([late], actor=world["handler"], now=at(3, 15))
    world.order(title="三", lead=world.planning, now=at(10))  # 3: not signed for in time
    good = finish(world, world.order(title="四", now=at(3)), at(6))  # 4: closed in time
    rate_order(good, "good", actor=world["chief"], now=at(11))
    finish(world, world.order(title="五", urgency="urgent", now=at(3)), at(10))  # 5: closed, late
    back = world.order(title="六", lead=world.planning, now=at(3))  # 6: returned
    acknowledge_orders([back], actor=SYSTEM, now=at(4))
    reply_order(back, "好了", actor=SYSTEM, now=at(5))
    return_order(SupervisionOrder.objects.get(pk=back.pk), "不够", actor=world["chief"], now=at(6))
    withdraw_orders([world.order(title="七", now=at(4))], "重复", actor=world["chief"], now=at(5))  # 7
    moved = world.order(
        title="八", now=at(3)
    )  # 8: given to the other bureau on the 10th, replied, to be verified
    [moved] = reroute_orders([moved], world.planning, "归规划", actor=world["chief"], now=at(10))
    acknowledge_orders([moved], actor=SYSTEM, now=at(10, 12))
    reply_order(SupervisionOrder.objects.get(pk=moved.pk), "好了", actor=SYSTEM, now=at(11))
    draft_orders([OrderInput("拟着", world.land)], actor=world["chief"], now=at(11))
    return world


def finish(world: World, order: SupervisionOrder, replied_at: object) -> SupervisionOrder:
    acknowledge_orders([order], actor=SYSTEM, now=at(3, 15))
    reply_order(SupervisionOrder.objects.get(pk=order.pk), "办好了", actor=SYSTEM, now=replied_at)  # type: ignore[arg-type]
    order = SupervisionOrder.objects.get(pk=order.pk)
    return verify_order(order, actor=world["chief"], now=at(11), close=True)


def listed(user: User, query: str) -> lists.Listed:
    return lists.listed(user, read(QueryDict(query).dict()), NOW)


def serials(user: User, query: str = "") -> list[int | None]:
    return [row.order.serial for row in listed(user, query).rows]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", [2, 1, 6, 3]),  # by deadline
        ("sort=number", [6, 3, 2, 1]),
        ("tab=verify", [8]),
        ("tab=draft", [None]),
        ("tab=closed", [5, 4]),
        ("tab=all", [8, 7, 6, 5, 4, 3, 2, 1]),
        ("flag=overdue", [2]),
        ("flag=today", [1]),
        ("flag=unsigned", [3]),
        ("tab=all&flag=returned", [6]),
        ("tab=all&flag=late", [5]),
        ("tab=all&flag=good", [4]),
        ("tab=all&period=2018-09", [8, 6, 5, 4, 3, 2, 1]),  # the withdrawn one is left out
        ("tab=all&period=2017", []),
        ("tab=all&year=2017", []),
        ("urgency=urgent", [2]),
        ("source=alerts.alert", [1]),
        ("source=none&flag=overdue", [2]),
        ("tab=all&q=17", []),
        ("tab=all&q=5", [5]),
        ("tab=all&q=督办5号", [5]),
        ("tab=all&q=浦重大督〔2018〕5号", [5]),
        ("q=紫光", [1]),
        ("q=zgxm", [1]),
        ("q=规划", [6, 3]),
    ],
)
def test_what_the_address_asks_for(world: World, query: str, expected: list[int | None]) -> None:
    assert serials(world.people["clerk"], query) == expected
    assert listed(world.people["clerk"], query).count == len(expected)


def test_a_unit_sees_its_own(world: World) -> None:
    assert serials(world.people["planner"], "tab=all") == [8, 6, 3]
    assert serials(world.people["handler"], "tab=all") == [7, 5, 4, 2, 1]
    assert serials(world.people["town"], "tab=all") == [8, 7, 6, 5, 4, 3, 2, 1]  # helps with all of them
    assert serials(world.people["handler"], "tab=draft") == []


def test_orders_of_last_year_that_still_run_stay_in_sight(world: World) -> None:
    later = at(5, month=9).replace(year=2019)
    found = lists.listed(world.people["clerk"], read({}), later)
    assert [row.order.serial for row in found.rows] == [2, 1, 6, 3]


@pytest.mark.parametrize(
    "query", ["tab=x", "unit=²", "year=18", "period=2018-13", "flag=zz", "sort=1", "page=x"]
)
def test_odd_addresses_are_answered_with_a_sentence(world: World, signed_in, query: str) -> None:
    answer = signed_in(world.people["clerk"]).get(f"{reverse(LIST)}?{query}")
    assert answer.status_code == 400
    assert 'role="alert"' in answer.content.decode()


@pytest.mark.parametrize("name", ["clerk", "leader", "inspector"])
@pytest.mark.parametrize("period", ["2018", "2018-09", "2018-08"])
def test_every_number_equals_the_list_it_opens(world: World, name: str, period: str) -> None:
    user = world.people[name]
    rows, total = unit_rows(user, period, NOW)
    for row in [*rows, total]:
        for key in COUNTS:
            assert listed(user, row[key].rows).count == row[key].value, (key, row[key].rows)


def test_units_are_judged_by_what_was_theirs(world: World) -> None:
    rows, total = unit_rows(world.people["leader"], "2018", NOW)
    land, planning = rows
    assert (str(land.unit), str(planning.unit)) == ("区国土分局", "区规划分局")
    assert [land[key].value for key in ("issued", "replied", "on_time", "overdue", "returned")] == [
        4,
        2,
        1,
        1,
        0,
    ]
    assert [planning[key].value for key in ("issued", "replied", "on_time", "overdue", "returned")] == [
        3,
        2,
        2,
        0,
        1,
    ]
    assert land["rate"].value == Decimal("0.5")
    assert land["reply"].value == Decimal("4")  # 3 and 5 working days
    assert planning["reply"].value == Decimal("1.5")  # 2, and 1 from the day of the rerouting
    assert (total["issued"].value, total["rate"].text()) == (7, "75.0%")
    assert not any(row.unit == world.town for row in rows)  # co-handlers are left out


def test_the_sentence_counts_what_it_opens(world: World, signed_in: Callable[[User], Client]) -> None:
    text = signed_in(world.people["clerk"]).get(reverse(LIST)).content.decode()
    words = " ".join(text.replace("</a>", "").split())
    for part in ("4件在办", "1件逾期", "1号", "今天17:00到期", "1件派发满1个工作日还没签收"):
        assert part in words
    assert "今年派发" in words
    assert "本办有" in words


def test_the_page_costs_the_same_however_many_there_are(world: World, signed_in) -> None:
    def queries() -> int:
        client = signed_in(world.people["clerk"])
        client.get(reverse(LIST))
        with CaptureQueriesContext(connection) as captured:
            assert client.get(f"{reverse(LIST)}?tab=all").status_code == 200
        return len(captured)

    few = queries()
    for n in range(20):
        order = world.order(title=f"又{n}", now=at(11))
        acknowledge_orders([order], actor=world["handler"], now=at(11, 12))
        if n < 3:
            ask_extension(
                order, progress="半", reason="雨", wanted=date(2018, 10, 9), actor=world["handler"], now=NOW
            )
    assert queries() == few
    assert few < 40


def test_the_workbook_holds_what_the_list_shows(world: World, signed_in) -> None:
    answer = signed_in(world.people["planner"]).get(reverse("supervision:export_orders") + "?tab=all")
    book = CalamineWorkbook.from_filelike(BytesIO(b"".join(answer.streaming_content)))
    rows = book.get_sheet_by_index(0).to_python()
    assert rows[0][:5] == ["文号", "督办事项", "项目", "来源", "主办"]
    assert [row[0] for row in rows[1:-1]] == [f"浦重大督〔2018〕{n}号" for n in (8, 6, 3)]
    assert rows[1][10] == date(2018, 9, 25)  # ten working days from the rerouting


def test_the_assessment_is_for_who_oversees(world: World, signed_in) -> None:
    answer = signed_in(world.people["leader"]).get(reverse("supervision:export_units") + "?period=2018")
    rows = (
        CalamineWorkbook.from_filelike(BytesIO(b"".join(answer.streaming_content)))
        .get_sheet_by_index(0)
        .to_python()
    )
    assert [row[0] for row in rows[:-1]] == ["主办单位", "区国土分局", "区规划分局", "合计"]
    assert rows[1][1:5] == [4.0, 2.0, 1.0, 1.0]
    for name in ("handler", "town"):
        for page in ("supervision:units", "supervision:export_units"):
            assert signed_in(world.people[name]).get(reverse(page)).status_code == 403


def test_many_are_reminded_at_once_and_the_others_told(world: World, signed_in) -> None:
    client = signed_in(world.people["clerk"])
    orders = SupervisionOrder.objects.filter(serial__in=[1, 2, 8])
    data = {"act": "remind", "id": [order.pk for order in orders], "query": "sort=number"}
    answer = client.post(reverse("supervision:bulk_orders"), data, follow=True)
    assert answer.redirect_chain[-1][0].endswith("?sort=number")
    assert "已催办2件。1件不在单位手里，没有催。" in answer.content.decode()
    assert SupervisionOrder.objects.filter(steps__verb="remind").count() == 2
    assert (
        signed_in(world.people["handler"]).post(reverse("supervision:bulk_orders"), data).status_code == 403
    )
    assert SupervisionOrder.objects.filter(steps__verb="remind").count() == 2
    remind_orders(orders.filter(serial=1), actor=world["chief"], now=NOW)


def test_many_are_rerouted_at_once_or_none(world: World, signed_in) -> None:
    client, url = signed_in(world.people["clerk"]), reverse("supervision:reroute")
    ids = {n: SupervisionOrder.objects.get(serial=n).pk for n in (1, 2, 4)}
    data = {"unit": world.planning.pk, "words": "归规划"}
    answer = client.post(f"{url}?id={ids[1]}&id={ids[4]}", data)
    assert answer.status_code == 422
    assert "不能“改派”" in answer.content.decode()
    assert "归规划" in answer.content.decode()  # what was typed is still there
    assert SupervisionOrder.objects.get(serial=1).lead == world.land
    assert client.post(f"{url}?id={ids[1]}&id={ids[2]}", data).status_code == 302
    assert set(SupervisionOrder.objects.filter(serial__in=[1, 2]).values_list("lead", flat=True)) == {
        world.planning.pk
    }
    assert signed_in(world.people["planner"]).post(f"{url}?id={ids[1]}", data).status_code == 403


def test_chosen_orders_go_on_the_next_agenda(world: World, signed_in) -> None:
    client = signed_in(world.people["clerk"])
    page = client.get(reverse(LIST)).content.decode()
    assert f'formaction="{reverse("supervision:to_meeting")}"' in page
    ids = list(SupervisionOrder.objects.filter(serial__in=[1, 2]).values_list("pk", flat=True))
    answer = client.post(reverse("supervision:to_meeting"), {"id": ids, "next": reverse(LIST)})
    assert (answer.status_code, answer["Location"]) in (
        (302, reverse(LIST)),
        (302, reverse("supervision:meetings")),
    )
    assert (
        reverse("supervision:to_meeting")
        not in signed_in(world.people["planner"]).get(reverse(LIST)).content.decode()
    )


def test_an_axis_names_days_that_do_not_touch() -> None:
    for first in range(1, 25):
        axis = Axis(date(2018, 8, first), date(2018, 10, 3), NOW)
        places = sorted(where for where, _, _ in axis.ticks())
        assert all(b - a >= 8.9 for a, b in pairwise(places))
        assert sum(today for _, _, today in axis.ticks()) == 1


def test_a_track_draws_only_what_lies_on_its_axis(world: World) -> None:
    order = SupervisionOrder.objects.get(serial=4)
    drawn = draw(order, Axis(date(2018, 9, 1), date(2018, 9, 30), NOW), "四")
    assert drawn.count("<circle") == 2
    assert 'aria-label="四"' in drawn
    late = draw(SupervisionOrder.objects.get(serial=2), Axis(date(2018, 9, 1), date(2018, 9, 30), NOW), "二")
    assert "dtrack-late" in late
    assert "is-red" in late
    unsigned = draw(
        SupervisionOrder.objects.get(serial=3), Axis(date(2018, 9, 1), date(2018, 9, 30), NOW), "三"
    )
    assert "dtrack-unsigned" in unsigned
    assert "<svg" not in draw(order, Axis(date(2018, 9, 25), date(2018, 9, 30), at(28)), "早就办结了")


def test_orders_of_districts_that_count_from_one_are_told_apart(
    world: World, signed_in: Callable[[User], Client]
) -> None:
    """Where two series stand on one page a bare 3号 could be either's."""
    assert "3号 三" in _page_of(world, signed_in)
    own = SupervisionOrder.objects.filter(title="三")
    own.update(series=world.planning, number="甲重大督〔2018〕3号")
    page = _page_of(world, signed_in)
    assert "甲重大督〔2018〕3号 三" in page and "1号 一" in page
    found = lists.listed(world.people["clerk"], read(QueryDict("")), NOW)
    assert found.several and {row.number for row in found.rows if row.order.title == "三"} == {
        "甲重大督〔2018〕3号"
    }


def _page_of(world: World, signed_in: Callable[[User], Client]) -> str:
    return signed_in(world.people["clerk"]).get(reverse(LIST)).content.decode()


def test_the_words_of_the_axis_stand_clear_of_each_other() -> None:
    """12月31日 is half as broad again as 1月8日: twenty days of winter do not put one upon the other."""
    axis = Axis(date(2018, 12, 31), date(2019, 1, 24), datetime(2019, 1, 12, 8, 30, tzinfo=BEIJING))
    words = sorted(axis.ticks())
    assert [word for _, word, _ in words][:2] == ["12月31日", "8"]
