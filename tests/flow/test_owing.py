"""督办到期的预警：两个工作日内黄，逾期红，答复了解除；限定阅读的不上清单。"""

import pytest
from django.core.management import call_command

from tests.supervision.world import World, at, build
from xushi.alerts.models import Alert
from xushi.flow.clocks import remind
from xushi.flow.owing import judge_owed
from xushi.journal import worker
from xushi.supervision.actions import InstructionInput, acknowledge_orders, reply_order, send_instruction

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return build()


def open_alerts() -> list[tuple[str, str, str]]:
    return [(a.cause, a.level, a.note) for a in Alert.objects.open().order_by("pk")]


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (at(14, 16), []),  # three working days left
        (at(17), [("order_due", "yellow", "督办1号，区国土分局办")]),
        (at(19, 17), [("order_due", "yellow", "督办1号，区国土分局办")]),  # the very minute
        (at(19, 17, 1), [("order_due", "red", "督办1号，区国土分局办")]),
    ],
)
def test_what_falls_due_is_an_alert(world: World, moment, expected) -> None:
    order = world.order(co_handlers=())
    acknowledge_orders([order], actor=world["handler"], now=at(5, 11))
    judge_owed(moment)
    assert open_alerts() == expected


def test_the_alert_goes_when_the_unit_has_answered_and_the_offices_own_begins(world: World) -> None:
    order = world.order(co_handlers=())
    acknowledge_orders([order], actor=world["handler"], now=at(5, 11))
    judge_owed(at(20))
    assert Alert.objects.visible_to(world.people["head"]).count() == 1
    assert not Alert.objects.visible_to(world.people["planner"]).exists()
    reply_order(order, "办好了", actor=world["head"], now=at(20, 10))
    worker.work(at(20, 11))
    assert open_alerts() == []
    judge_owed(at(27))
    assert open_alerts() == [("order_due", "red", "督办1号，区重大办办")]


def test_a_confidential_order_raises_no_alert(world: World) -> None:
    words = InstructionInput(
        "只此一人知", lead=world.land, confidential=True, readers=(world.people["handler"],)
    )
    send_instruction(words, actor=world["leader"], now=at(5))
    judge_owed(at(28))
    assert open_alerts() == []


def test_the_sweep_warns_once_and_is_idempotent(world: World) -> None:
    world.order(urgency="urgent", co_handlers=())
    assert remind(at(7, 9)) == 2  # the signing for is overdue, the reply due soon
    assert remind(at(7, 9)) == 0
    call_command("sweep", "--at", "2018-09-07T09:00+08:00")
    assert remind(at(7, 9)) == 0
    assert [level for _, level, _ in open_alerts()] == ["yellow"]
