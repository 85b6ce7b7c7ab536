"""例会从安排到散会：提什么、谁答复、议定成什么；两个人同时记、交两次、没权的人。"""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied

from tests.alerts.factories import alert
from tests.progress.builders import add_project
from tests.supervision.world import World, at, build
from xushi.duties.models import Duty
from xushi.journal.models import Event
from xushi.problems.actions_office import assign
from xushi.problems.models import Problem, ProblemClass
from xushi.problems.reporting import report_problems
from xushi.problems.rules import Assignment, ProblemInput
from xushi.registry.models import Project
from xushi.supervision.actions import (
    Conflict,
    InstructionInput,
    NotAllowed,
    Refused,
    send_instruction,
    withdraw_orders,
)
from xushi.supervision.meeting_agenda import Why
from xushi.supervision.meeting_changes import changes
from xushi.supervision.meeting_replies import write_reply
from xushi.supervision.meetings import (
    add_item,
    change_item,
    drop_item,
    drop_items,
    last_began,
    move_item,
    next_meeting,
    plan_meeting,
    put_on_agenda,
    refresh_agenda,
    replies_due,
)
from xushi.supervision.models import SupervisionOrder
from xushi.supervision.models_meetings import AgendaItem, Decision, Meeting
from xushi.supervision.sitting import (
    DecisionInput,
    begin_meeting,
    change_decision,
    decide,
    drop_decision,
    end_meeting,
    take_item,
)
from xushi.supervision.table import State

pytestmark = pytest.mark.django_db
HELD = at(12, 15)
ORDER_LABEL = SupervisionOrder._meta.label_lower


@pytest.fixture
def world() -> World:
    return build()


@pytest.fixture
def project(world: World) -> Project:
    return add_project(world.town, "紫光项目")


def plan(world: World, **given: object) -> Meeting:
    wanted = {"kind": "weekly", "held_at": HELD, "minutes": 60, "place": "会议室"} | given
    return plan_meeting(actor=world["clerk"], now=at(11), **wanted)  # type: ignore[arg-type]


def problem(world: World, project: Project, **given: object) -> Problem:
    kind = ProblemClass.objects.filter(parent__isnull=False).first() or ProblemClass.objects.first()
    assert kind is not None
    row = ProblemInput(project.pk, kind.pk, "坟地3座未迁，请民政局定办法")
    [made] = report_problems([row], actor=world["clerk"], now=given.pop("now", at(6)))  # type: ignore[arg-type]
    return made


def titles(meeting: Meeting) -> list[tuple[str, str]]:
    return list(meeting.items.order_by("place").values_list("why", "title"))


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


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"held_at": at(11, 8)}, "已经过了"),
        ({"minutes": 5}, "10到480分钟"),
        ({"kind": "daily"}, "周例会或月调度"),
        ({"replies_due_at": at(13)}, "要在开会以前"),
    ],
)
def test_a_senseless_plan_is_refused(world: World, given: dict[str, object], sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        plan(world, **given)
    assert not Meeting.objects.exists()


def test_the_same_meeting_is_planned_once(world: World) -> None:
    plan(world)
    with pytest.raises(Refused, match="已经安排了"):
        plan(world)
    assert plan(world, kind="monthly").kind == "monthly"


def test_answers_are_due_before_the_meeting() -> None:
    assert replies_due(at(12, 15)) == at(12, 12)
    assert replies_due(at(12, 9)) == at(11, 17)


@pytest.mark.django_db
def test_answers_are_due_on_a_working_day() -> None:
    assert replies_due(at(25, 9)) == at(21, 17)  # 24 September is 中秋


@pytest.mark.parametrize("name", ["leader", "handler", "inspector", "town"])
def test_only_the_office_plans(world: World, name: str) -> None:
    with pytest.raises(PermissionDenied):
        plan_meeting(kind="weekly", held_at=HELD, minutes=60, place="", actor=world[name], now=at(11))
    meeting = plan(world)
    for act in (
        lambda: add_item(meeting, "甲", actor=world[name], now=at(11)),
        lambda: refresh_agenda(meeting, actor=world[name], now=at(11)),
        lambda: begin_meeting(meeting, actor=world[name], now=HELD),
    ):
        with pytest.raises(PermissionDenied):
            act()


def test_a_unit_owes_its_answer_until_it_is_written(world: World) -> None:
    world.order(now=at(3), due_on=date(2018, 9, 10))
    meeting = plan(world)
    item = meeting.items.get()
    owed = Duty.objects.open().get(kind="meeting.reply")
    assert (owed.unit, owed.due_at) == (world.land, at(12, 12))
    with pytest.raises(PermissionDenied):
        write_reply(item, "与我无关", actor=world["planner"], now=at(11))
    write_reply(item, "余1户，13日签约", actor=world["handler"], now=at(12, 10))
    assert not Duty.objects.open().filter(kind="meeting.reply").exists()
    write_reply(item, "已签", actor=world["handler"], now=at(12, 11))  # the last one counts
    assert [reply.words for reply in item.replies.order_by("pk")] == ["余1户，13日签约", "已签"]
    change_item(item, unit=world.town, minutes=10, actor=world["clerk"], now=at(12, 11))
    assert Duty.objects.open().get(kind="meeting.reply").unit == world.town
    drop_item(item, actor=world["clerk"], now=at(12, 11, 30))
    assert not Duty.objects.open().filter(kind="meeting.reply").exists()


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


def test_who_is_asked_later_is_told_once(world: World) -> None:
    world.order(now=at(3), due_on=date(2018, 9, 10))
    meeting = plan(world)

    def asked() -> list[list[str]]:
        events = Event.objects.filter(verb="supervision.meeting.asked").order_by("pk")
        return [list(event.rows.values_list("subject_name", flat=True)) for event in events]

    assert asked() == []  # the meeting's own notice says so to whom it asks from the first
    item = add_item(meeting, "加的", actor=world["clerk"], now=at(11), unit=world.town)
    add_item(meeting, "谁都不问", actor=world["clerk"], now=at(11))
    change_item(item, unit=world.town, minutes=9, actor=world["clerk"], now=at(11))
    assert asked() == [["加的"]]
    change_item(item, unit=world.planning, minutes=9, actor=world["clerk"], now=at(11))
    world.order(now=at(3), due_on=date(2018, 9, 11), title="又一件", lead=world.planning)
    refresh_agenda(meeting, actor=world["clerk"], now=at(12, 9))
    refresh_agenda(meeting, actor=world["clerk"], now=at(12, 9))
    assert asked() == [["加的"], ["加的"], ["又一件"]]


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
    assert (second.now_is, second.mark) == ("已办结", "closed")
    unrouted = meeting.items.get(why=Why.UNROUTED)
    assert (unrouted.now_is, unrouted.unit) == ("今天17:00", world.office)
    assert not Duty.objects.filter(
        kind="meeting.reply", unit=world.office
    ).exists()  # the office asks itself nothing


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


def sitting(world: World, project: Project | None = None) -> tuple[Meeting, list[AgendaItem]]:
    meeting = plan(world)
    add_item(meeting, "甲", actor=world["clerk"], now=at(11))
    add_item(meeting, "乙", actor=world["clerk"], now=at(11))
    if project:
        meeting.items.filter(title="甲").update(project=project)
    begin_meeting(meeting, actor=world["clerk"], now=HELD)
    meeting.refresh_from_db()
    return meeting, list(meeting.items.order_by("place"))


def later(minutes: int):  # type: ignore[no-untyped-def]
    return HELD + timedelta(minutes=minutes)


def test_from_the_first_item_to_the_orders(world: World, project: Project) -> None:
    meeting, (first, second) = sitting(world, project)
    first.refresh_from_db()
    assert (first.outcome, first.began_at) == ("current", HELD)
    words = "请国土分局牵头，桥林街道配合，9月19日前迁完"
    order_input = DecisionInput(
        "order", words, lead=world.land, helpers=(world.town, world.land), due_on=date(2018, 9, 19), token="a"
    )
    made = decide(first, order_input, actor=world["clerk"], now=later(3))
    assert decide(first, order_input, actor=world["clerk"], now=later(3)).pk == made.pk  # sent twice
    kind = ProblemClass.objects.first()
    asked = DecisionInput(
        "problem", "过渡安置口径未定，请国土、财政合报", lead=world.planning, due_on=date(2018, 9, 21),
        problem_class=kind.pk,
    )  # fmt: skip
    decide(first, asked, actor=world["chief"], now=later(4))
    take_item(second, actor=world["clerk"], now=later(9))
    first.refresh_from_db()
    assert (first.outcome, first.ended_at) == ("order", later(9))
    decide(second, DecisionInput("note", "继续计时"), actor=world["clerk"], now=later(10))
    assert not SupervisionOrder.objects.exists()  # nothing is issued before the end
    end_meeting(meeting, actor=world["clerk"], now=later(20))
    order = SupervisionOrder.objects.get()
    made.refresh_from_db()
    assert made.order == order
    assert (order.state, order.lead, order.due_on, order.project) == (
        State.ISSUED, world.land, date(2018, 9, 19), project,
    )  # fmt: skip
    assert [helper.unit for helper in order.helpers.all()] == [world.town]
    assert (order.source_kind, order.source_name) == ("supervision.decision", "9月12日周例会议定")
    reported = Problem.objects.get()
    assert (reported.lead, reported.due_on, reported.state) == (
        world.planning, date(2018, 9, 21), "assigned",
    )  # fmt: skip
    ended = Event.objects.get(verb="supervision.meeting.ended")
    assert "签发督办单1件，成问题1项，记录1条" in ended.summary
    assert {row.subject_kind for row in ended.rows.all()} == {"registry.project"}
    with pytest.raises(NotAllowed, match="已散会"):
        end_meeting(meeting, actor=world["chief"], now=later(21))
    assert SupervisionOrder.objects.count() == 1


def test_the_end_is_all_or_nothing(world: World) -> None:
    meeting, (first, _) = sitting(world)
    for title in ("一", "二"):
        decide(first, DecisionInput("order", title, lead=world.land), actor=world["clerk"], now=later(1))
    world.land.dissolved_on, world.land.successor = date(2018, 9, 12), world.planning
    world.land.save()
    with pytest.raises(Refused, match="已撤销"):
        end_meeting(meeting, actor=world["clerk"], now=later(20))
    meeting.refresh_from_db()
    assert meeting.state == Meeting.State.SITTING
    assert not SupervisionOrder.objects.exists()


def test_decisions_change_and_go_until_the_end(world: World) -> None:
    meeting, (first, second) = sitting(world)
    decision = decide(first, DecisionInput("note", "记一笔"), actor=world["clerk"], now=later(1))
    take_item(second, actor=world["clerk"], now=later(2))
    change_decision(
        decision, DecisionInput("order", "成单", lead=world.town), actor=world["chief"], now=later(3)
    )
    first.refresh_from_db()
    assert first.outcome == "order"
    drop_decision(decision, actor=world["clerk"], now=later(4))
    first.refresh_from_db()
    assert first.outcome == "noted"
    with pytest.raises(NotAllowed, match="已经删去"):
        drop_decision(decision, actor=world["chief"], now=later(4))
    end_meeting(meeting, actor=world["clerk"], now=later(5))
    assert not SupervisionOrder.objects.exists()
    with pytest.raises(NotAllowed, match="已散会"):
        change_decision(decision, DecisionInput("note", "晚了"), actor=world["clerk"], now=later(6))
    verbs = Event.objects.filter(verb__startswith="supervision.meeting").values_list("verb", flat=True)
    assert {verb.rpartition(".")[2] for verb in verbs} >= {
        "planned", "began", "item_taken", "decided", "decision_changed", "decision_dropped", "ended",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (DecisionInput("note", " "), "请写议定了什么"),
        (DecisionInput("order", "抓紧"), "没认出牵头单位"),
        (DecisionInput("note", "9月1日前", due_on=date(2018, 9, 1)), "已经过了"),
        (DecisionInput("note", "2028年9月1日前", due_on=date(2028, 9, 1)), "请核对年份"),
        (DecisionInput("problem", "线杆未迁，请供电定"), "不对着哪个项目"),
        (DecisionInput("other", "字"), "请选"),
    ],
)
def test_a_decision_that_makes_no_sense_is_refused(world: World, row: DecisionInput, sentence: str) -> None:
    _, (first, _) = sitting(world)
    with pytest.raises(Refused, match=sentence):
        decide(first, row, actor=world["clerk"], now=later(1))
    assert not Decision.objects.exists()


def test_two_clerks_take_the_next_item_at_once(world: World) -> None:
    meeting, (first, second) = sitting(world)
    seen = meeting.version
    take_item(second, actor=world["clerk"], now=later(5), seen=seen)
    with pytest.raises(Conflict):
        take_item(first, actor=world["chief"], now=later(5), seen=seen)
    assert meeting.items.filter(outcome="current").count() == 1
    # both may write what was decided: neither loses a word
    for name in ("clerk", "chief"):
        decide(second, DecisionInput("note", f"{name}记"), actor=world[name], now=later(6))
    assert second.decisions.count() == 2


def test_an_item_that_was_discussed_stays(world: World) -> None:
    _, (first, second) = sitting(world)
    with pytest.raises(NotAllowed, match="已经议过"):
        drop_item(first, actor=world["clerk"], now=later(1))
    drop_item(second, actor=world["clerk"], now=later(1))
    with pytest.raises(NotAllowed, match="不在议程上"):
        take_item(second, actor=world["clerk"], now=later(2))


def test_an_empty_meeting_does_not_begin(world: World) -> None:
    with pytest.raises(NotAllowed, match="还没有事项"):
        begin_meeting(plan(world), actor=world["clerk"], now=HELD)


def test_the_third_meeting_is_said(world: World, project: Project) -> None:
    held = problem(world, project)
    assign({held.pk: None}, Assignment(world.land.pk, date(2018, 9, 11)), actor=world["clerk"], now=at(6, 10))
    for day in (12, 19):
        meeting = plan(world, held_at=at(day, 15))
        begin_meeting(meeting, actor=world["clerk"], now=at(day, 15))
        end_meeting(meeting, actor=world["clerk"], now=at(day, 16))
    held.refresh_from_db()
    assert held.meetings == 2
    third = plan_meeting(
        kind="weekly", held_at=at(26, 15), minutes=60, place="", actor=world["clerk"], now=at(25)
    )
    item = third.items.get()
    assert (item.why, item.was, item.now_is) == (Why.REPEATED, "逾8天", "逾14天")
    assert item.note.startswith("第3次上会")
    assert third.since == at(19, 15) == last_began("weekly", at(26, 15))
    begin_meeting(third, actor=world["clerk"], now=at(26, 15))
    held.refresh_from_db()
    assert (held.meetings, held.repeated) == (3, True)


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
