"""退回、改派、延期、暂停、重开以后，期限和提醒都从头走；旧钟的提醒一条不来。"""

from datetime import date, datetime

import pytest

from tests.supervision.world import World, at, build
from xushi.calendars.actions import load_notice
from xushi.calendars.models import SpecialDay
from xushi.duties.models import Duty
from xushi.duties.rules import Step
from xushi.flow.clocks import remind
from xushi.journal import worker
from xushi.journal.actions import SYSTEM
from xushi.notices.models import Notice
from xushi.supervision import actions
from xushi.supervision.actions import InstructionInput, send_instruction
from xushi.supervision.models import SupervisionOrder
from xushi.supervision.models_instructions import Instruction, InstructionState

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return build()


@pytest.fixture
def order(world: World) -> SupervisionOrder:
    """Issued on 5 September to be answered by the 19th, 17:00; signed for at once."""
    order = world.order(co_handlers=())
    actions.acknowledge_orders([order], actor=world["handler"], now=at(5, 11))
    return order


def heard(world: World, name: str, now: datetime) -> list[str]:
    """What the sweep and the worker tell a person at a moment, and nothing that came before."""
    before = set(Notice.objects.values_list("pk", flat=True))
    remind(now)
    worker.work(now)
    found = Notice.objects.filter(reader=world.people[name], event__verb="duties.duty.warned")
    return [notice.title for notice in found.exclude(pk__in=before).order_by("pk")]


def late_and_warned(world: World) -> None:
    assert heard(world, "handler", at(17)) == ["快到期：督办1号"]
    assert heard(world, "handler", at(19, 17)) == []  # the very minute is in time
    assert heard(world, "handler", at(19, 17, 1)) == ["已逾期：督办1号"]
    assert heard(world, "head", at(20, 17)) == ["本单位逾期未办：督办1号"]
    assert heard(world, "clerk", at(21, 17)) == ["逾期未办：督办1号"]


def test_every_step_once(world: World, order: SupervisionOrder) -> None:
    late_and_warned(world)
    for name in ("handler", "head", "clerk"):
        assert heard(world, name, at(28)) == []


def test_after_a_return_all_of_them_run_again(world: World, order: SupervisionOrder) -> None:
    late_and_warned(world)
    actions.reply_order(order, "办成了", actor=world["head"], now=at(25))
    actions.return_order(order, "缺照片", actor=world["clerk"], now=at(26), due_on=date(2018, 10, 12))
    assert [heard(world, "handler", at(day, month=10)) for day in (9, 10, 11)] == [
        [],
        ["快到期：督办1号"],
        [],
    ]
    assert heard(world, "handler", at(12, 17, 1, month=10)) == ["已逾期：督办1号"]
    assert heard(world, "head", at(15, 17, month=10)) == ["本单位逾期未办：督办1号"]
    assert heard(world, "clerk", at(16, 17, month=10)) == ["逾期未办：督办1号"]


def test_after_a_rerouting_the_new_unit_hears_and_the_old_one_no_more(
    world: World, order: SupervisionOrder
) -> None:
    late_and_warned(world)
    actions.reroute_orders([order], world.planning, "归规划", actor=world["clerk"], now=at(25))
    assert heard(world, "planner", at(28)) == [
        "已逾期：督办1号"
    ]  # of signing for it; the reply is due on 12 October
    assert heard(world, "planner", at(10, month=10)) == ["快到期：督办1号"]
    assert heard(world, "planner", at(12, 17, 1, month=10)) == ["已逾期：督办1号"]
    assert heard(world, "handler", at(20, month=10)) == []


def test_after_an_extension_nothing_of_the_old_deadline_arrives(
    world: World, order: SupervisionOrder
) -> None:
    asked = {"progress": "签了三户", "reason": "一户在外", "wanted": date(2018, 9, 27)}
    actions.ask_extension(order, **asked, actor=world["handler"], now=at(12))
    remind(at(17))  # the sweep has seen the old deadline near …
    actions.grant_extension(order, actor=world["clerk"], now=at(17, 9))
    worker.work(at(17, 10))  # … and its notice is only now to be written
    assert not Notice.objects.filter(title__startswith="快到期").exists()
    assert heard(world, "handler", at(20)) == []
    assert heard(world, "handler", at(25)) == ["快到期：督办1号"]
    assert heard(world, "handler", at(27, 17, 1)) == ["已逾期：督办1号"]


def test_a_suspended_order_is_silent_and_runs_on_by_the_days_it_stood(
    world: World, order: SupervisionOrder
) -> None:
    actions.suspend_order(order, "等省里批复", actor=world["clerk"], now=at(10))
    assert heard(world, "handler", at(28)) == []
    actions.resume_order(order, "批复到了", actor=world["clerk"], now=at(12))
    order.refresh_from_db()
    assert order.due_at == at(21, 17)
    assert heard(world, "handler", at(18)) == []
    assert heard(world, "handler", at(19)) == ["快到期：督办1号"]


def test_a_calendar_loaded_later_leaves_the_days_it_stood(world: World, order: SupervisionOrder) -> None:
    actions.suspend_order(order, "等省里批复", actor=world["clerk"], now=at(10))
    actions.resume_order(order, "批复到了", actor=world["clerk"], now=at(12))
    days = {row.day: (row.working, row.name) for row in SpecialDay.objects.filter(day__year=2018)}
    days[date(2018, 9, 20)] = (False, "台风")
    load_notice(2018, days, source="通知", actor=SYSTEM, now=at(13))
    worker.work(at(13))
    order.refresh_from_db()
    assert order.due_at == Duty.objects.open().get().due_at
    assert order.due_at == at(25, 17)  # one working day on from Friday 21: 24 is the Mid-Autumn holiday


def test_a_reopened_order_is_reminded_of_by_its_new_day(world: World, order: SupervisionOrder) -> None:
    actions.reply_order(order, "办成了", actor=world["head"], now=at(6))
    actions.verify_order(order, actor=world["clerk"], now=at(7), close=True)
    assert heard(world, "handler", at(28)) == []
    actions.reopen_order(order, "反复", due_on=date(2018, 10, 12), actor=world["clerk"], now=at(29))
    assert heard(world, "handler", at(9, month=10)) == []
    assert heard(world, "handler", at(10, month=10)) == ["快到期：督办1号"]
    assert Duty.objects.open().get().warned == Step.SOON


# ---- 批示的单子撤了，批示不能悬着


def direct(world: World) -> tuple[Instruction, SupervisionOrder]:
    sent = send_instruction(InstructionInput("倒排工期", lead=world.land), actor=world["leader"], now=at(5))
    return sent, sent.orders.get()


def test_the_office_routes_again_what_it_withdrew_or_says_why_not(world: World) -> None:
    instruction, order = direct(world)
    actions.withdraw_orders([order], "派错", actor=world["clerk"], now=at(6))
    instruction.refresh_from_db()
    assert instruction.state == InstructionState.TO_ROUTE
    assert [duty.kind for duty in Duty.objects.open()] == ["instruction.route"]
    actions.route_instruction(instruction, [], words="已当面答复", actor=world["clerk"], now=at(7))
    instruction.refresh_from_db()
    assert instruction.state == InstructionState.FED_BACK
    assert Duty.objects.open().get().person == world.people["leader"]
    actions.read_feedback(instruction, actor=world["leader"], now=at(10))
    instruction.refresh_from_db()
    assert instruction.state == InstructionState.READ
    assert not Duty.objects.open().exists()


def test_what_the_leader_takes_back_is_over(world: World) -> None:
    instruction, order = direct(world)
    actions.withdraw_orders([order], "重新写", actor=world["leader"], now=at(5, 11))
    instruction.refresh_from_db()
    assert instruction.state == InstructionState.READ
    assert not Duty.objects.open().exists()
