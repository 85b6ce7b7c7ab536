"""例会的安排与书面答复：谁能安排、几时前答复、问到谁、第几次上会。"""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied

from tests.progress.builders import add_project
from tests.supervision.meeting_builders import HELD, plan, problem
from tests.supervision.world import World, at, build
from xushi.duties.models import Duty
from xushi.journal.models import Event
from xushi.problems.actions_office import assign
from xushi.problems.rules import Assignment
from xushi.registry.models import Project
from xushi.supervision.actions import NotAllowed, Refused
from xushi.supervision.meeting_agenda import Why
from xushi.supervision.meeting_replies import write_reply
from xushi.supervision.meetings import (
    add_item,
    change_item,
    drop_item,
    last_began,
    plan_meeting,
    refresh_agenda,
    replies_due,
)
from xushi.supervision.models_meetings import Meeting
from xushi.supervision.sitting import begin_meeting, end_meeting

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return build()


@pytest.fixture
def project(world: World) -> Project:
    return add_project(world.town, "紫光项目")


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
