"""人走了：看不到旧单位的，名下的事交给接的人；请假委托的，只代到最后一天，只代本人名下、不限定阅读的。"""

from collections.abc import Callable
from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from tests.factories import UserFactory, appoint
from tests.progress.builders import add_project
from tests.supervision.world import World, at, build
from xushi.duties.actions_leave import delegate
from xushi.duties.models import Duty
from xushi.duties.selectors import todo
from xushi.flow.clocks import remind
from xushi.journal import worker
from xushi.journal.actions import SYSTEM, Actor
from xushi.notices.models import Notice
from xushi.problems.actions import read_raised
from xushi.problems.actions_office import raise_to_leader, send_back
from xushi.problems.models import Problem, ProblemClass
from xushi.problems.reporting import report_problems
from xushi.problems.rules import ProblemInput
from xushi.supervision import actions
from xushi.supervision.actions import InstructionInput, NotAllowed, send_instruction
from xushi.supervision.models import OrderStep, SupervisionOrder
from xushi.supervision.models_instructions import Instruction, InstructionState
from xushi.units.actions import end_appointment, move_person, name_head, set_account_active
from xushi.units.actions_tree import dissolve_unit
from xushi.units.models import Appointment, Role, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return build()


def again(world: World, name: str) -> Actor:
    """The same person with the rights of now."""
    world.people[name] = User.objects.get(username=name)
    return world[name]


def leave(world: World, name: str, when: object) -> None:
    move_person(user=world.people[name], unit=world.town, actor=SYSTEM, now=when)  # type: ignore[arg-type]
    again(world, name)
    worker.work(when)  # type: ignore[arg-type]


def signing(world: World) -> SupervisionOrder:
    order = world.order()
    actions.acknowledge_orders([order], actor=world["handler"], now=at(5, 11))
    return actions.reply_order(order, "办成了", actor=world["handler"], now=at(6))


def signers() -> set[str]:
    return {str(duty.person or duty.unit) for duty in Duty.objects.open().filter(kind="order.sign")}


def test_a_reply_waits_for_the_next_head_or_the_unit(world: World) -> None:
    order = signing(world)
    assert signers() == {"head"}
    leave(world, "head", at(7))
    assert signers() == {"区国土分局"}
    assert not SupervisionOrder.objects.visible_to(world.people["head"]).filter(lead=world.planning).exists()
    held = Appointment.objects.get(user=world.people["handler"])
    name_head(appointment=held, is_head=True, actor=SYSTEM, now=at(8))
    again(world, "handler")
    worker.work(at(8))
    assert signers() == {"handler"}
    actions.sign_reply(order, actor=world["handler"], now=at(10))
    assert signers() == set()


@pytest.mark.parametrize("how", ["disabled", "released"])
def test_a_head_who_is_gone_keeps_nothing_waiting(world: World, how: str) -> None:
    signing(world)
    head = world.people["head"]
    if how == "disabled":
        set_account_active(user=head, active=False, reason="离职", actor=SYSTEM, now=at(7))
    else:
        end_appointment(appointment=head.appointments.get(), actor=SYSTEM, now=at(7))
    worker.work(at(7))
    assert signers() == {"区国土分局"}


def fed_back(world: World, **more: object) -> Instruction:
    words = InstructionInput("倒排工期", lead=world.land, **more)  # type: ignore[arg-type]
    instruction = send_instruction(words, actor=world["leader"], now=at(5))
    order = instruction.orders.get()
    actions.acknowledge_orders([order], actor=world["handler"], now=at(5, 11))
    actions.reply_order(order, "办成了", actor=world["handler"], now=at(6))
    order.refresh_from_db()
    if order.state == "signing":
        actions.sign_reply(order, actor=world["head"], now=at(6, 10))
    actions.verify_order(order, actor=world["clerk"], now=at(6, 11))
    instruction.refresh_from_db()
    return instruction


def test_where_the_leader_has_left_the_office_reads_and_closes(world: World) -> None:
    instruction = fed_back(world)
    leave(world, "leader", at(7))
    assert not todo(world.people["leader"], date(2018, 9, 7)).exists()
    assert {duty.kind for duty in todo(world.people["clerk"], date(2018, 9, 7))} == {
        "instruction.read",
        "order.close",
    }
    with pytest.raises(NotAllowed):
        actions.close_order(instruction.orders.get(), actor=world["leader"], now=at(7))
    actions.read_feedback(instruction, actor=world["clerk"], now=at(10))
    instruction.refresh_from_db()
    assert instruction.state == InstructionState.READ
    assert instruction.orders.get().state == "closed"
    assert not Duty.objects.open().exists()


def test_a_confidential_order_whose_reader_has_left_goes_to_the_office_to_reroute(world: World) -> None:
    readers = (world.people["handler"], world.people["clerk"])
    words = InstructionInput("只此二人知", lead=world.land, confidential=True, readers=readers)
    order = send_instruction(words, actor=world["leader"], now=at(5)).orders.get()
    leave(world, "handler", at(6))
    [duty] = Duty.objects.open()
    assert (duty.kind, duty.person, duty.confidential) == ("order.reroute", world.people["clerk"], True)
    assert duty.due_at == order.due_at


def test_a_confidential_order_that_names_nobody_of_the_office_stays_with_the_leader(world: World) -> None:
    words = InstructionInput(
        "只此一人知", lead=world.land, confidential=True, readers=(world.people["handler"],)
    )
    order = send_instruction(words, actor=world["leader"], now=at(5)).orders.get()
    actions.acknowledge_orders([order], actor=world["handler"], now=at(5, 11))
    actions.reply_order(
        order, "办成了", actor=world["handler"], now=at(6)
    )  # the head may not know: signed at once
    [duty] = Duty.objects.open()
    assert (duty.kind, duty.person) == ("order.verify", world.people["leader"])
    actions.verify_order(order, actor=world["leader"], now=at(7))
    order.refresh_from_db()
    assert order.state == "verified"


def test_who_left_the_office_sees_nothing_for_having_drafted_it(world: World) -> None:
    order = world.order(co_handlers=())
    move_person(user=world.people["clerk"], unit=world.planning, actor=SYSTEM, now=at(6))
    clerk = again(world, "clerk").by
    assert not SupervisionOrder.objects.visible_to(clerk).exists()
    appoint(clerk, Role.DEPARTMENT, unit=world.planning)  # type: ignore[arg-type]
    assert not SupervisionOrder.objects.visible_to(again(world, "clerk").by).exists()
    actions.acknowledge_orders([order], actor=world["handler"], now=at(6))
    worker.work(at(6))
    assert {one.reader.username for one in Notice.objects.filter(title__startswith="督办单签收")} == {"chief"}


def problem(world: World, by: str) -> Problem:
    project = add_project(world.town, "紫光项目")
    row = ProblemInput(project.pk, ProblemClass.objects.filter(parent=None).first().pk, "线杆未迁，请定时间")
    return report_problems([row], actor=world[by], now=at(5))[0]


def test_a_supplement_is_the_units_when_who_reported_has_left(world: World) -> None:
    held = problem(world, "town")
    send_back({held.pk: None}, "请附回函", actor=world["clerk"], now=at(6))
    assert Duty.objects.open().get().person == world.people["town"]
    move_person(user=world.people["town"], unit=world.planning, actor=SYSTEM, now=at(7))
    worker.work(at(7))
    duty = Duty.objects.open().get()
    assert (duty.kind, duty.unit, duty.person) == ("problem.amend", world.town, None)
    assert not Problem.objects.visible_to(again(world, "town").by).exists()


def test_what_was_raised_to_a_leader_who_left_waits_for_nobody(world: World) -> None:
    held = problem(world, "town")
    raise_to_leader({held.pk: None}, world.people["leader"], "请定口径", actor=world["clerk"], now=at(6))
    assert Duty.objects.open().filter(kind="problem.read").count() == 1
    leave(world, "leader", at(7))
    assert not Duty.objects.open().filter(kind="problem.read").exists()
    raise_to_leader(
        {held.pk: None}, world.people["other_leader"], "请定口径", actor=world["clerk"], now=at(7)
    )
    assert Duty.objects.open().get(kind="problem.read").person == world.people["other_leader"]


# ---- 请假委托


def away(world: World, user: str, to: str, last: int = 10) -> None:
    delegate(
        user=world.people[user], to=world.people[to], first=date(2018, 9, 5), last=date(2018, 9, last),
        reason="出差", actor=world[user], now=at(5),
    )  # fmt: skip


def test_who_stands_in_for_a_head_signs_under_their_own_name_until_the_last_day(world: World) -> None:
    order = signing(world)
    with pytest.raises(NotAllowed):
        actions.sign_reply(order, actor=world["handler"], now=at(6, 11))
    away(world, "head", "handler")
    assert [duty.kind for duty in todo(world.people["handler"], date(2018, 9, 10))] == ["order.sign"]
    assert not todo(world.people["handler"], date(2018, 9, 11)).exists()
    with pytest.raises(NotAllowed):
        actions.sign_reply(order, actor=world["handler"], now=at(11))
    actions.sign_reply(order, actor=world["handler"], now=at(10, 16))
    assert OrderStep.objects.get(verb="sign").by_name == "handler"


def test_who_stands_in_for_a_leader_reads_what_is_open_and_nothing_confidential(world: World) -> None:
    open_one = fed_back(world)
    readers = (world.people["handler"], world.people["clerk"])
    secret = fed_back(world, confidential=True, readers=readers)
    away(world, "leader", "chief")
    assert [duty.subject_id for duty in todo(world.people["chief"], date(2018, 9, 7))] == [open_one.pk]
    with pytest.raises(PermissionDenied):
        actions.read_feedback(secret, actor=world["chief"], now=at(7))
    actions.read_feedback(open_one, actor=world["chief"], now=at(7))
    assert open_one.readings.get().by_name == "chief"


def test_who_stands_in_reads_what_was_raised(world: World) -> None:
    held = problem(world, "town")
    raise_to_leader({held.pk: None}, world.people["leader"], "请定口径", actor=world["clerk"], now=at(6))
    away(world, "leader", "chief")
    read_raised({held.pk: None}, actor=world["chief"], now=at(7))
    assert not Duty.objects.open().filter(kind="problem.read").exists()
    assert held.notes.get(verb="read").by_name == "chief"


def test_who_has_moved_on_stands_in_for_nobody_they_left(world: World) -> None:
    order = signing(world)
    away(world, "head", "handler")
    move_person(user=world.people["handler"], unit=world.planning, actor=SYSTEM, now=at(7))
    handler = again(world, "handler").by
    assert handler is not None
    appoint(handler, Role.DEPARTMENT, unit=world.planning)
    handler = again(world, "handler").by
    assert not todo(handler, date(2018, 9, 7)).exists()  # type: ignore[arg-type]
    remind(at(28))
    worker.work(at(28))
    assert not Notice.objects.filter(
        reader=handler, subject_id=order.pk, event__verb="duties.duty.warned"
    ).exists()


def test_a_page_of_before_is_gone_with_the_next_request(
    world: World, signed_in: Callable[[User], Client]
) -> None:
    order = world.order(co_handlers=())
    client = signed_in(world.people["handler"])
    page = reverse("supervision:order", args=[order.pk])
    assert client.get(page).status_code == 200
    move_person(user=world.people["handler"], unit=world.town, actor=SYSTEM, now=at(7))
    assert client.get(page).status_code == 404
    assert client.post(f"{page}/acknowledge").status_code == 404


def test_a_unit_that_is_dissolved_leaves_no_signature_behind(world: World) -> None:
    order = signing(world)
    planner = world.people["planner"]
    Appointment.objects.filter(user=planner).update(is_head=True)
    dissolve_unit(unit=world.land, successor=world.planning, actor=SYSTEM, now=at(7))
    worker.work(at(7))
    assert signers() == {"planner"}
    actions.sign_reply(order, actor=again(world, "planner"), now=at(7, 10))


def test_somebody_new_owes_only_what_is_theirs(world: World) -> None:
    signing(world)
    newcomer = appoint(UserFactory(username="new", name="new"), Role.DEPARTMENT, unit=world.planning)
    assert not todo(newcomer, date(2018, 9, 7)).exists()
