"""写限定阅读批示的领导走了、点名的人里没有区重大办的人：区重大办负责人接手，别人照旧看不到。"""

import pytest

from tests.supervision.test_confidential import SECRET, written
from tests.supervision.world import World, at, build
from xushi.duties.models import Duty
from xushi.journal import worker
from xushi.journal.actions import SYSTEM
from xushi.journal.models import Event, EventRow
from xushi.notices.models import Notice
from xushi.supervision.actions import (
    acknowledge_orders,
    close_order,
    read_feedback,
    reply_order,
    return_order,
    route_instruction,
    sign_reply,
    verify_order,
)
from xushi.supervision.drafting import OrderInput
from xushi.supervision.models import SupervisionOrder
from xushi.supervision.models_instructions import Instruction
from xushi.supervision.table import State
from xushi.units.actions import end_appointment, name_head, set_account_active
from xushi.units.models import Appointment, Unit, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    found = build()
    Appointment.objects.filter(user=found.people["chief"]).update(is_head=True)
    found.people["chief"].forget_appointments()
    return found


def to_the_handler_alone(world: World) -> SupervisionOrder:
    order: SupervisionOrder = written(world, readers=(world.people["handler"],)).orders.get()
    return order


def leaves(world: World, name: str, day: int) -> None:
    """Let go from office; the worker hears of it. Everybody's appointments are read afresh, as with a new request."""
    end_appointment(
        appointment=world.people[name].appointments.get(), reason="调离", actor=SYSTEM, now=at(day)
    )
    worker.work(at(day))
    world.people = {each: User.objects.get(pk=person.pk) for each, person in world.people.items()}


def answered(world: World, order: SupervisionOrder, day: int) -> SupervisionOrder:
    reply_order(order, SECRET, actor=world["handler"], now=at(day))
    order.refresh_from_db()
    if order.state == State.SIGNING:
        sign_reply(order, actor=world["handler"], now=at(day, 10))
    order.refresh_from_db()
    return order


def test_the_head_of_the_office_takes_over_what_a_leader_left_behind(world: World) -> None:
    order = to_the_handler_alone(world)
    acknowledge_orders([order], actor=world["handler"], now=at(5, 11))
    assert not SupervisionOrder.objects.visible_to(world.people["chief"]).exists()
    leaves(world, "leader", 6)
    assert set(order.readers.all()) == {world.people["handler"], world.people["chief"]}
    step = order.steps.last()
    assert (step.verb, step.by) == ("take_over", None)
    assert step.detail == "leader已离任，点名的人里没有区重大办的人，由负责人chief接手"
    order.refresh_from_db()
    assert order.state == State.WORKING
    verify_order(answered(world, order, 7), actor=world["chief"], now=at(10))
    instruction = Instruction.objects.visible_to(world.people["chief"]).get()
    read_feedback(instruction, actor=world["chief"], now=at(11))
    order.refresh_from_db()
    assert order.state == State.CLOSED


def test_what_had_to_be_verified_meanwhile_is_owed_by_the_head(world: World) -> None:
    order = to_the_handler_alone(world)
    acknowledge_orders([order], actor=world["handler"], now=at(5, 11))
    answered(world, order, 6)
    leaves(world, "leader", 6)
    owed = Duty.objects.open().about(order).get()
    assert (owed.kind, owed.person, owed.confidential) == ("order.verify", world.people["chief"], True)
    return_order(order, "再办", actor=world["chief"], now=at(7))
    order.refresh_from_db()
    assert order.state == State.RETURNED


def test_words_that_nobody_is_left_to_route_go_to_the_head(world: World) -> None:
    instruction = written(world, lead=None, via_office=True, readers=(world.people["clerk"],))
    leaves(world, "leader", 6)
    assert list(instruction.readers.all()) == [world.people["clerk"]]  # the clerk may still route them
    leaves(world, "clerk", 7)
    assert Duty.objects.open().about(instruction).get().person == world.people["chief"]
    handled = (world.people["handler"], world.people["chief"])
    rows = [OrderInput(SECRET, world.land, readers=handled)]
    route_instruction(instruction, rows, actor=world["chief"], now=at(8))
    assert instruction.orders.get().state == State.ISSUED


def test_without_a_head_it_waits_for_one(world: World) -> None:
    Appointment.objects.filter(user=world.people["chief"]).update(is_head=False)
    order = to_the_handler_alone(world)
    leaves(world, "leader", 6)
    assert list(order.readers.all()) == [world.people["handler"]]
    name_head(appointment=world.people["clerk"].appointments.get(), is_head=True, actor=SYSTEM, now=at(7))
    worker.work(at(7))
    assert world.people["clerk"] in order.readers.all()
    assert world.people["chief"] not in order.readers.all()


@pytest.mark.parametrize("reader", ["clerk", "chief"])
def test_while_somebody_named_is_of_the_office_nobody_takes_over(world: World, reader: str) -> None:
    named = (world.people["handler"], world.people[reader])
    order = written(world, readers=named).orders.get()
    leaves(world, "leader", 6)
    assert set(order.readers.all()) == set(named)
    assert not order.steps.filter(verb="take_over").exists()


def test_while_the_leader_is_there_the_leader_keeps_it_in_hand(world: World) -> None:
    order = to_the_handler_alone(world)
    set_account_active(
        user=world.people["other_leader"], active=False, reason="休假", actor=SYSTEM, now=at(6)
    )
    name_head(appointment=world.people["clerk"].appointments.get(), is_head=True, actor=SYSTEM, now=at(6))
    worker.work(at(6))
    assert list(order.readers.all()) == [world.people["handler"]]


def test_the_head_is_told_by_number_alone_and_nobody_else_is(world: World) -> None:
    order = to_the_handler_alone(world)
    leaves(world, "leader", 6)
    worker.work(at(6, 10))
    told = Notice.objects.filter(event__verb__endswith="taken_over")
    assert set(told.values_list("reader__username", flat=True)) == {"chief"}
    assert SECRET not in str(list(Event.objects.values_list())) + str(list(EventRow.objects.values_list()))
    for name in ("clerk", "other_leader", "inspector", "head", "planner", "town", "leader"):
        assert not SupervisionOrder.objects.visible_to(world.people[name]).filter(pk=order.pk).exists(), name


def test_the_head_of_another_unit_takes_nothing_over(world: World) -> None:
    Appointment.objects.filter(user=world.people["chief"]).update(is_head=False)
    order = to_the_handler_alone(world)
    leaves(world, "leader", 6)
    name_head(appointment=world.people["planner"].appointments.get(), is_head=True, actor=SYSTEM, now=at(7))
    worker.work(at(7))
    assert list(order.readers.all()) == [world.people["handler"]]
    assert Unit.objects.filter(kind=Unit.Kind.OFFICE).count() == 1


def test_a_closed_one_is_left_as_it_is(world: World) -> None:
    order = to_the_handler_alone(world)
    acknowledge_orders([order], actor=world["handler"], now=at(5, 11))
    verify_order(answered(world, order, 6), actor=world["leader"], now=at(6, 11))
    close_order(order, actor=world["leader"], now=at(6, 12))
    leaves(world, "leader", 7)
    assert list(order.readers.all()) == [world.people["handler"]]
