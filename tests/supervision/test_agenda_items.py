"""例会的议程：提什么上会、去掉的、合并的、次序。"""

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from tests.alerts.factories import alert
from tests.progress.builders import add_project
from tests.supervision.meeting_builders import HELD, ORDER_LABEL, plan, problem, titles
from tests.supervision.world import World, at, build
from xushi.duties.models import Duty
from xushi.journal.models import Event
from xushi.registry.models import Project
from xushi.supervision.actions import (
    Conflict,
    InstructionInput,
    NotAllowed,
    send_instruction,
    withdraw_orders,
)
from xushi.supervision.meeting_agenda import Why
from xushi.supervision.meeting_changes import changes
from xushi.supervision.meetings import (
    add_item,
    drop_item,
    drop_items,
    move_item,
    next_meeting,
    put_on_agenda,
    refresh_agenda,
)
from xushi.supervision.models import SupervisionOrder
from xushi.supervision.sitting import begin_meeting
from xushi.supervision.whole_titles import cut_short, whole_titles
from xushi.units.models import User

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]


@pytest.fixture
def world() -> World:
    return build()


@pytest.fixture
def project(world: World) -> Project:
    return add_project(world.town, "紫光项目")


def test_the_agenda_holds_what_changed_and_counts_the_rest(world: World, project: Project) -> None:
    world.order(now=at(3), title="早派的，没签收", project=project)
    late = world.order(now=at(3), title="逾期的", due_on=date(2018, 9, 10))
    fresh = world.order(now=at(10), title="还在签收的时限里", urgency="urgent")
    withdraw_orders([world.order(title="撤回的")], "派错", actor=world["clerk"], now=at(6))
    problem(world, project)
    alert(project.pk, opened_at=at(10), changed_at=at(10), territory=world.town, responsible_unit=world.town)
    alert(project.pk + 1, opened_at=at(1), changed_at=at(1), territory=world.town)
    meeting = plan(world)
    assert titles(meeting) == [
        (Why.OVERDUE, "逾期的"),
        (Why.UNSIGNED, "早派的，没签收"),
        (Why.NEW_ALERT, f"第{project.pk}号项目应开未开"),
        (Why.NEW_PROBLEM, "坟地3座未迁，请民政局定办法"),
    ]
    item = meeting.items.get(subject_id=late.pk, subject_kind=ORDER_LABEL)
    assert (item.was, item.now_is, item.unit, item.mark) == ("还剩5天", "逾1天", world.land, "overdue")
    assert {group["kind"]: group["count"] for group in meeting.unchanged} == {
        ORDER_LABEL: 1,
        "alerts.alert": 1,
    }
    assert fresh.pk not in meeting.items.values_list("subject_id", flat=True)
    assert meeting.replies_due_at == at(12, 12)
    assert Event.objects.get(verb="supervision.meeting.planned").summary.startswith("9月12日周例会")


def test_nothing_confidential_comes_before_the_meeting(world: World) -> None:
    order = world.order(now=at(3), due_on=date(2018, 9, 5))
    SupervisionOrder.objects.filter(pk=order.pk).update(confidential=True)
    assert titles(plan(world)) == []


def test_what_was_taken_off_stays_off(world: World) -> None:
    order = world.order(now=at(3), due_on=date(2018, 9, 10))
    meeting = plan(world)
    drop_item(meeting.items.get(), actor=world["clerk"], now=at(11))
    assert refresh_agenda(meeting, actor=world["clerk"], now=at(11, 10)) == 0
    world.order(now=at(3), due_on=date(2018, 9, 11), title="又一件")
    assert refresh_agenda(meeting, actor=world["clerk"], now=at(12, 9)) == 1
    assert [title for _, title in titles(meeting)] == ["又一件"]
    meeting.refresh_from_db()
    assert [g["count"] for g in meeting.unchanged if g["kind"] == "dropped"] == [1]
    put_on_agenda({ORDER_LABEL: [order.pk]}, actor=world["clerk"], now=at(12, 9))
    assert len(titles(meeting)) == 2
    meeting.refresh_from_db()
    assert not [g for g in meeting.unchanged if g["kind"] == "dropped"]


def test_several_are_taken_off_at_once_or_none(world: World) -> None:
    meeting = plan(world)
    keys = [
        add_item(meeting, f"第{n}件", actor=world["clerk"], now=at(11), unit=world.land).pk for n in range(4)
    ]
    meeting.refresh_from_db()
    with pytest.raises(Conflict):
        drop_items(meeting, keys[1:], actor=world["clerk"], now=at(11), seen=meeting.version - 1)
    with pytest.raises(NotAllowed, match="已经不在议程上"):
        drop_items(meeting, [*keys[1:], 0], actor=world["clerk"], now=at(11))
    assert drop_items(meeting, keys[1:], actor=world["clerk"], now=at(11), seen=meeting.version) == 3
    assert [title for _, title in titles(meeting)] == ["第0件"]
    assert Duty.objects.open().filter(kind="meeting.reply").count() == 1
    assert Event.objects.latest("pk").summary.endswith("去掉“第1件”“第2件”“第3件”")
    begin_meeting(meeting, actor=world["clerk"], now=HELD)
    with pytest.raises(NotAllowed, match="已经议过"):
        drop_items(meeting, keys[:1], actor=world["clerk"], now=HELD)


def test_anything_can_be_put_on_the_next_agenda_once(world: World, project: Project) -> None:
    order = world.order(now=at(10))
    with pytest.raises(NotAllowed, match="还没有安排"):
        put_on_agenda({ORDER_LABEL: [order.pk]}, actor=world["clerk"], now=at(11))
    meeting = plan(world)
    assert next_meeting(at(11)) == meeting
    held = problem(world, project, now=at(1))
    wanted = {ORDER_LABEL: [order.pk], "problems.problem": [held.pk]}
    assert put_on_agenda(wanted, actor=world["clerk"], now=at(11)) == (meeting, 2)
    assert put_on_agenda(wanted, actor=world["clerk"], now=at(11))[1] == 0
    assert Why.CALLED in dict(titles(meeting))


def test_the_agenda_says_how_things_stand_as_the_meeting_begins(world: World) -> None:
    world.order(now=at(3), due_on=date(2018, 9, 11), title="今天到期的", co_handlers=())
    gone = world.order(now=at(3), due_on=date(2018, 9, 10), title="后来撤回的", co_handlers=())
    meeting = plan(world)
    add_item(meeting, "最后议的", actor=world["clerk"], now=at(11))
    send_instruction(InstructionInput("请研究", via_office=True), actor=world["leader"], now=at(11))
    refresh_agenda(meeting, actor=world["clerk"], now=at(11, 10))
    assert titles(meeting)[0] == (Why.DUE_TODAY, "今天到期的")
    withdraw_orders([gone], "重复", actor=world["clerk"], now=at(12))
    begin_meeting(meeting, actor=world["clerk"], now=HELD)
    first, second = meeting.items.filter(subject_kind=ORDER_LABEL).order_by("place")
    assert (first.why, first.now_is) == (Why.OVERDUE, "逾1天")
    assert (second.now_is, second.mark) == ("已撤回", "closed")
    unrouted = meeting.items.get(why=Why.UNROUTED)
    assert (unrouted.now_is, unrouted.unit) == ("今天17:00", world.office)
    assert not Duty.objects.filter(
        kind="meeting.reply", unit=world.office
    ).exists()  # the office asks itself nothing


LONG = (
    "请区重大办牵头，会同区规划分局、区国土分局逐户核对桥林片区剩余拆迁户的补偿口径，本周内拿出统一的标准；"
    "请区住建局同步做好施工许可的预审，不得因此再往后拖。"
)


def test_an_instruction_is_cut_at_a_pause_and_stays_readable(world: World, signed_in: SignIn) -> None:
    send_instruction(InstructionInput(LONG, via_office=True), actor=world["leader"], now=at(11))
    meeting = plan(world)
    item = meeting.items.get(why=Why.UNROUTED)
    assert item.title == f"{LONG.split('；', maxsplit=1)[0]}…"
    assert whole_titles([item]) == {item.pk: LONG}
    page = signed_in(world.people["clerk"]).get(reverse("supervision:meeting", args=[meeting.pk]))
    assert LONG in page.content.decode()
    item.title = LONG[:60]  # as an agenda made earlier has it
    assert whole_titles([item]) == {item.pk: LONG}


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("请抓紧。", "请抓紧。"),
        ("一" * 60, "一" * 60),
        ("一" * 61, "一" * 59 + "…"),
        ("一" * 30 + "，" + "二" * 40, "一" * 30 + "…"),
        ("一，" + "二" * 70, "一，" + "二" * 57 + "…"),
    ],
)
def test_words_are_cut_at_a_pause(words: str, shown: str) -> None:
    assert cut_short(words) == shown


def test_alerts_drawn_together_stay_one_item(world: World) -> None:
    meeting = plan(world)
    places = [add_project(world.town, f"工程{i}") for i in range(5)]
    for one in places[:4]:
        alert(one.pk, opened_at=at(10), territory=world.town)
    assert refresh_agenda(meeting, actor=world["clerk"], now=at(12, 9)) == 1
    alert(places[4].pk, opened_at=at(11), territory=world.town)
    assert refresh_agenda(meeting, actor=world["clerk"], now=at(12, 10)) == 0
    assert titles(meeting) == [(Why.NEW_ALERT, "桥林街道新增应开未开5个")]


def test_the_order_of_the_agenda(world: World) -> None:
    meeting = plan(world)
    first, second = (add_item(meeting, name, actor=world["clerk"], now=at(11)) for name in ("甲", "乙"))
    meeting.refresh_from_db()
    move_item(second, -1, actor=world["clerk"], now=at(11), seen=meeting.version)
    assert [title for _, title in titles(meeting)] == ["乙", "甲"]
    with pytest.raises(Conflict, match="刚被别人动过"):
        move_item(second, 1, actor=world["chief"], now=at(11), seen=meeting.version)
    move_item(first, 1, actor=world["chief"], now=at(11))  # already the last: stays
    assert [title for _, title in titles(meeting)] == ["乙", "甲"]


def test_gathering_costs_the_same_at_any_size(
    world: World, project: Project, django_assert_max_num_queries
) -> None:  # type: ignore[no-untyped-def]
    def queries() -> int:
        with django_assert_max_num_queries(60) as seen:
            changes(world.people["clerk"], at(5), at(12))
        return len(seen)

    world.order(now=at(6))
    problem(world, project)
    few = queries()
    for i in range(6):
        world.order(now=at(6), title=f"第{i}件")
        problem(world, project)
        alert(project.pk + i, opened_at=at(10), territory=world.town)
    assert queries() == few
