"""一件督办单、一项问题走下来，每一步谁听到；限定阅读的只有点到的人。"""

from datetime import date

import pytest

from tests.factories import NOW
from tests.problems import builders
from tests.supervision.world import World, at, build
from xushi.journal.actions import SYSTEM
from xushi.journal.models import Event
from xushi.notices.models import Notice
from xushi.notices.writing import write_notices
from xushi.problems import actions as problems
from xushi.problems import actions_office as office
from xushi.problems.rules import Assignment
from xushi.supervision.actions import (
    InstructionInput,
    acknowledge_orders,
    ask_extension,
    read_feedback,
    refuse_extension,
    reply_order,
    return_order,
    send_instruction,
    sign_reply,
    verify_order,
)
from xushi.supervision.meetings import add_item, plan_meeting
from xushi.supervision.models import SupervisionOrder

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return build()


_told: set[int] = set()


def heard() -> dict[str, tuple[list[str], list[str]]]:
    """Since last asked: {event verb: (who is named, who is told)}; every notice is written as the worker would."""
    found = {}
    for event in Event.objects.exclude(pk__in=Notice.objects.values("event")).order_by("pk"):
        if event.pk not in _told and write_notices(event):
            rows = Notice.objects.filter(event=event).order_by("reader__name")
            found[event.verb.partition(".")[2]] = (
                [one.reader.name for one in rows if one.by_name],
                [one.reader.name for one in rows if not one.by_name],
            )
        _told.add(event.pk)
    return found


@pytest.fixture(autouse=True)
def fresh() -> None:
    _told.clear()


def test_an_order_from_the_leaders_words_to_its_closing(world: World) -> None:
    words = InstructionInput("请国土、桥林现场会办。", lead=world.land, co_handlers=(world.town,))
    instruction = send_instruction(words, actor=world["leader"], now=at(5))
    order = instruction.orders.get()
    both = ["handler", "head", "town"]
    assert heard() == {"instruction.sent": (both, []), "order.issued": (both, [])}
    notice = Notice.objects.filter(event__verb="supervision.order.issued").first()
    assert notice.title == "督办单下发：督办1号"
    assert notice.url == f"/supervision/orders/{order.pk}"
    acknowledge_orders([order], actor=world["handler"], now=at(5, 11))
    assert heard() == {"order.acknowledged": (["leader"], ["chief", "clerk"])}
    ask_extension(
        order,
        progress="3户已签",
        reason="1户在外",
        wanted=date(2018, 9, 26),
        actor=world["handler"],
        now=at(12),
    )
    assert heard() == {"extension.asked": (["leader"], ["chief", "clerk"])}
    refuse_extension(order, "期限前能办", actor=world["chief"], now=at(12, 10))
    assert heard() == {"extension.refused": (both, [])}
    assert "期限前能办" in Notice.objects.latest("pk").words
    reply_order(order, "4户已腾空", actor=world["handler"], now=at(14))
    assert heard() == {"order.replied": (["head"], [])}
    sign_reply(order, actor=world["head"], now=at(14, 15))
    assert heard() == {"order.signed": (["leader"], ["chief", "clerk"])}
    return_order(order, "缺交地确认书", actor=world["clerk"], now=at(20))
    assert heard() == {"order.returned": (both, [])}
    reply_order(order, "确认书已补", actor=world["head"], now=at(25))
    assert heard() == {"order.signed": (["leader"], ["chief", "clerk"])}
    verify_order(order, actor=world["inspector"], now=at(26))
    assert heard() == {
        "order.verified": (["leader"], ["handler", "head"]),
        "instruction.fed_back": (["leader"], []),
    }
    read_feedback(instruction, actor=world["leader"], now=at(27))
    after = heard()
    assert after["order.closed"] == ([], ["handler", "head", "town"])
    assert after["instruction.read"] == ([], ["chief", "clerk"])


def test_words_through_the_office_reach_the_office_alone(world: World) -> None:
    send_instruction(
        InstructionInput("请重大办牵头研究。", via_office=True), actor=world["leader"], now=at(5)
    )
    assert heard() == {"instruction.sent": (["chief", "clerk"], [])}


def test_confidential_words_and_their_order_reach_only_the_named(world: World) -> None:
    words = InstructionInput(
        "密。", lead=world.land, confidential=True, readers=(world.people["head"], world.people["chief"])
    )
    instruction = send_instruction(words, actor=world["leader"], now=at(5))
    found = heard()
    assert found["instruction.sent"] == (["chief", "head"], [])
    assert found["order.issued"] == (["head"], [])
    assert set(Notice.objects.values_list("confidential", flat=True)) == {True}
    acknowledge_orders([instruction.orders.get()], actor=world["head"], now=at(5, 11))
    assert heard() == {"order.acknowledged": (["leader"], ["chief"])}


def test_many_orders_issued_at_once_are_one_notice_each(world: World) -> None:
    from xushi.supervision.actions import OrderInput, draft_orders, issue_orders

    rows = [OrderInput(title=f"第{n}件", lead=world.land if n % 2 else world.planning) for n in range(5)]
    issue_orders(draft_orders(rows, actor=world["clerk"], now=at(5)), actor=world["clerk"], now=at(5))
    assert SupervisionOrder.objects.count() == 5
    assert heard()["order.issued"] == (["handler", "head", "planner"], [])
    mine = Notice.objects.get(reader=world.people["planner"])
    assert mine.title == "督办单下发3件" and mine.url == "/supervision/orders/"


def test_a_meeting_names_the_units_that_owe_an_answer(world: World) -> None:
    world.order(urgency="urgent")
    heard()
    plan_meeting(
        kind="weekly", held_at=at(12), minutes=60, place="三楼会议室", actor=world["clerk"], now=at(11),
    )  # fmt: skip
    named, told = heard()["meeting.planned"]
    assert set(named) <= {"handler", "head", "planner", "town"}
    assert told == ["leader", "other_leader"]
    notice = Notice.objects.filter(event__verb="supervision.meeting.planned").first()
    assert notice.title == "例会定下：9月12日周例会" and notice.words.startswith(
        "09:00，三楼会议室，书面答复9月11日"
    )


def test_a_unit_asked_later_is_named_and_nobody_else(world: World) -> None:
    meeting = plan_meeting(
        kind="weekly", held_at=at(12), minutes=60, place="", actor=world["clerk"], now=at(10),
    )  # fmt: skip
    assert heard() == {"meeting.planned": ([], ["leader", "other_leader"])}
    add_item(meeting, "线杆迁改", unit=world.land, actor=world["clerk"], now=at(10))
    assert heard() == {"meeting.asked": (["handler", "head"], [])}
    add_item(meeting, "坟地迁移", unit=world.town, actor=world["clerk"], now=at(10))
    add_item(meeting, "谁都不问", actor=world["clerk"], now=at(10))
    assert heard() == {"meeting.asked": (["town"], [])}
    notice = Notice.objects.get(reader=world.people["town"])
    assert notice.title == "例会请书面答复：9月12日周例会"
    assert notice.url == f"/supervision/meetings/{meeting.pk}"


def test_a_problem(town, territory_user, office_user, leader_user) -> None:
    problem = builders.report(town.projects[0], by=territory_user)
    assert heard() == {"problem.reported": ([], [office_user.name])}
    office.send_back({problem.pk: None}, "请写清哪一段", actor=SYSTEM, now=NOW)
    assert heard() == {"problem.sent_back": ([territory_user.name], [])}
    other = builders.report(town.projects[1], by=territory_user)
    office.assign(
        {other.pk: None},
        Assignment(town.land.pk, builders.DUE, co_units=(town.finance.pk,)),
        actor=SYSTEM,
        now=NOW,
    )
    assert heard()["problem.assigned"] == (sorted([town.land_user.name, town.finance_user.name]), [])
    office.raise_to_leader({other.pk: None}, leader_user, "请定资金", actor=SYSTEM, now=NOW)
    assert heard() == {"problem.raised": ([leader_user.name], [])}
    assert Notice.objects.latest("pk").url == f"/problems/{other.pk}/"
    problems.read_raised({other.pk: None}, actor=SYSTEM, now=NOW)
    assert heard() == {"problem.read": ([], [office_user.name])}


@pytest.fixture
def town(district, subdistrict, office_user):
    return builders.town(district, subdistrict)
