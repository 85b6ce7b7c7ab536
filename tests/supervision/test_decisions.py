"""例会上的议定：成督办单、成问题、记一笔；两个人同时记、改了删了。"""

from datetime import date

import pytest

from tests.progress.builders import add_project
from tests.supervision.meeting_builders import HELD, later, sitting
from tests.supervision.world import World, build
from xushi.journal.models import Event
from xushi.problems.models import Problem, ProblemClass
from xushi.registry.models import Project
from xushi.supervision.actions import Conflict, NotAllowed, Refused
from xushi.supervision.meetings import drop_item
from xushi.supervision.models import SupervisionOrder
from xushi.supervision.models_meetings import Decision, Meeting
from xushi.supervision.sitting import (
    DecisionInput,
    change_decision,
    decide,
    drop_decision,
    end_meeting,
    take_item,
)
from xushi.supervision.table import State

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return build()


@pytest.fixture
def project(world: World) -> Project:
    return add_project(world.town, "紫光项目")


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
