"""两个人同一刻在同一个会上：一张表单一条议定，散会只散一次，督办单不重不漏；批示也一样。"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from tests.supervision.world import World, at, build
from xushi.supervision.actions import InstructionInput, NotAllowed, send_instruction
from xushi.supervision.meetings import add_item, plan_meeting
from xushi.supervision.models import SupervisionOrder
from xushi.supervision.models_instructions import Instruction
from xushi.supervision.models_meetings import AgendaItem, Decision, Meeting
from xushi.supervision.sitting import DecisionInput, begin_meeting, decide, end_meeting

pytestmark = pytest.mark.django_db(transaction=True)
AT_ONCE = 6


def all_at_once(act: Callable[[int], Any]) -> list[Any]:
    """Run act(0…5) in threads that start together; exceptions are returned."""
    start = Barrier(AT_ONCE)

    def run(i: int) -> Any:
        start.wait()
        try:
            return act(i)
        except NotAllowed as refused:
            return refused
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(run, range(AT_ONCE)))


@pytest.fixture
def world() -> World:
    return build()


@pytest.fixture
def item(world: World) -> AgendaItem:
    meeting = plan_meeting(
        kind="weekly", held_at=at(12, 15), minutes=60, place="", actor=world["clerk"], now=at(11)
    )
    made = add_item(meeting, "甲", actor=world["clerk"], now=at(11))
    begin_meeting(meeting, actor=world["clerk"], now=at(12, 15))
    return made


def test_one_form_is_one_decision_and_every_word_is_kept(world: World, item: AgendaItem) -> None:
    def write(i: int) -> Decision:
        name = "clerk" if i % 2 else "chief"
        row = DecisionInput("order", f"办{i % 3}", lead=world.land, token=f"form{i % 3}")
        return decide(item, row, actor=world[name], now=at(12, 15, 5))

    made = all_at_once(write)
    assert len({decision.pk for decision in made}) == 3 == Decision.objects.count()


def test_a_meeting_ends_once(world: World, item: AgendaItem) -> None:
    for i in range(3):
        decide(
            item, DecisionInput("order", f"办{i}", lead=world.land), actor=world["clerk"], now=at(12, 15, 1)
        )
    done = all_at_once(
        lambda i: end_meeting(item.meeting, actor=world["clerk" if i % 2 else "chief"], now=at(12, 16))
    )
    assert sum(isinstance(one, Meeting) for one in done) == 1
    assert sorted(SupervisionOrder.objects.values_list("serial", flat=True)) == [1, 2, 3]


def test_a_leaders_form_sent_six_times_at_once_is_one_instruction(world: World) -> None:
    row = InstructionInput("请国土牵头", lead=world.land, token="same")
    sent = all_at_once(lambda _: send_instruction(row, actor=world["leader"], now=at(12)))
    assert len({one.pk for one in sent}) == 1 == Instruction.objects.count()
    assert SupervisionOrder.objects.count() == 1
