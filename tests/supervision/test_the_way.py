"""一件督办单的一生：批示、签收、延期、答复、退回、再答复、核验、领导阅结、销号；每一步谁欠着、欠到几时。"""

from datetime import date

import pytest

from tests.supervision.world import World, at, build
from xushi.duties.models import Duty
from xushi.journal.models import Event
from xushi.supervision.actions import (
    Conflict,
    InstructionInput,
    NotAllowed,
    Refused,
    acknowledge_orders,
    ask_extension,
    assist,
    close_order,
    decline_reply,
    misroute_order,
    read_feedback,
    recall_reply,
    refuse_extension,
    reply_order,
    reroute_orders,
    resume_order,
    return_order,
    send_instruction,
    sign_reply,
    suspend_order,
    verify_order,
    withdraw_orders,
)
from xushi.supervision.models import OrderReply, SupervisionOrder
from xushi.supervision.models_instructions import Instruction, InstructionState
from xushi.supervision.table import State

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return build()


def owed(order: SupervisionOrder | Instruction) -> dict[str, tuple[str, object]]:
    """{kind: (who, by when)} of the order's open duties."""
    return {
        duty.kind: (str(duty.unit or duty.person), duty.due_at) for duty in Duty.objects.open().about(order)
    }


def test_from_the_leaders_words_to_the_closing(world: World) -> None:
    words = InstructionInput("请国土、桥林现场会办，务必给结果。", lead=world.land, co_handlers=(world.town,))
    instruction = send_instruction(words, actor=world["leader"], now=at(5))
    order = instruction.orders.get()
    assert (order.number, order.state) == ("浦重大督〔2018〕1号", State.ISSUED)
    assert order.due_at == at(19, 17)  # 10 working days after 5 September
    assert owed(order) == {
        "order.acknowledge": ("区国土分局", at(6, 17)),
        "order.reply": ("区国土分局", at(19, 17)),
        "order.assist": ("桥林街道", at(19, 17)),
    }

    acknowledge_orders([order], actor=world["handler"], now=at(5, 11))
    assert set(owed(order)) == {"order.reply", "order.assist"}

    ask_extension(
        order,
        progress="3户已签",
        reason="1户在外",
        wanted=date(2018, 9, 26),
        actor=world["handler"],
        now=at(12),
    )
    assert owed(order)["extension.decide"] == ("区重大办", at(13, 17))
    refuse_extension(order, "期限前能办", actor=world["chief"], now=at(12, 10))
    assert "extension.decide" not in owed(order)
    assist(order, "3户已签约交房", actor=world["town"], now=at(12, 15), done=True)
    assert set(owed(order)) == {"order.reply"}

    order = reply_order(order, "4户已腾空交地", actor=world["handler"], now=at(14))
    assert order.state == State.SIGNING
    assert owed(order) == {"order.sign": ("head", at(19, 17))}
    order = sign_reply(order, actor=world["head"], now=at(14, 15))
    assert (order.state, order.on_time) == (State.REPLIED, True)
    assert owed(order) == {
        "order.verify": ("区重大办", at(19, 17))
    }  # three working days of the office itself

    order = return_order(order, "缺交地确认书", actor=world["clerk"], now=at(20))
    assert order.state == State.RETURNED
    assert owed(order)["order.reply"] == ("区国土分局", at(26, 17))  # 24 September is 中秋
    order = reply_order(order, "确认书已补", actor=world["head"], now=at(25))
    assert order.state == State.REPLIED  # the head's own reply needs no second signature
    order = verify_order(order, actor=world["inspector"], now=at(26))
    instruction.refresh_from_db()
    assert instruction.state == InstructionState.FED_BACK
    assert owed(order) == {}
    assert owed(instruction) == {"instruction.read": ("leader", at(29, 17))}  # a Saturday that works

    with pytest.raises(NotAllowed, match="由区重大办（批示来的由作出批示的领导）来做"):
        close_order(order, actor=world["chief"], now=at(26))
    read_feedback(instruction, actor=world["leader"], now=at(27))
    order.refresh_from_db()
    instruction.refresh_from_db()
    assert (order.state, instruction.state) == (State.CLOSED, InstructionState.READ)
    assert not Duty.objects.open().exists()
    assert [r.on_time for r in OrderReply.objects.order_by("pk")] == [True, True]
    assert (order.returns, order.on_time) == (1, True)
    told = Event.objects.filter(verb__startswith="supervision").order_by("pk")
    verbs = list(told.values_list("verb", flat=True))
    assert verbs[0] == "supervision.instruction.sent"
    assert "supervision.instruction.fed_back" in verbs
    assert verbs[-1] == "supervision.order.closed"


def test_the_clock_and_its_reminders_run_again_after_a_rerouting(world: World) -> None:
    order = world.order(urgency="urgent")
    Duty.objects.filter(kind="order.acknowledge").update(warned=2)
    misroute_order(order, "不归我局，应派规划", actor=world["handler"], now=at(6))
    assert owed(order) == {"order.reroute": ("区重大办", at(7, 17))}
    [order] = reroute_orders([order], world.planning, "归规划", actor=world["clerk"], now=at(7))
    assert (order.lead, order.due_at, order.acknowledged_at) == (world.planning, at(12, 17), None)
    again = Duty.objects.open().get(kind="order.acknowledge")
    assert (again.unit, again.due_at, again.warned) == (world.planning, at(10, 17), 0)


def test_the_clock_of_one_unit_starts_anew_when_its_order_comes_back(world: World) -> None:
    order = world.order(urgency="urgent", co_handlers=())
    acknowledge_orders([order], actor=world["handler"], now=at(5, 15))
    order = reply_order(order, "办好了", actor=world["head"], now=at(6))
    order = return_order(order, "没有凭据", actor=world["clerk"], now=at(10))
    reply = Duty.objects.open().get(kind="order.reply")
    assert (reply.due_at, reply.warned) == (at(11, 17), 0)  # one working day, as for urgent rework
    order = reply_order(order, "凭据在此", actor=world["head"], now=at(12))
    assert order.on_time is False


@pytest.mark.parametrize("step", ["recall", "decline"])
def test_a_reply_handed_back_within_the_unit_warns_no_second_time_of_the_same_deadline(
    world: World, step: str
) -> None:
    order = world.order(urgency="urgent", co_handlers=())
    acknowledge_orders([order], actor=world["handler"], now=at(5, 15))
    Duty.objects.filter(kind="order.reply").update(warned=1, clock=2)
    order = reply_order(order, "办好了", actor=world["handler"], now=at(7))
    if step == "recall":
        recall_reply(order, actor=world["handler"], now=at(7, 11))
    else:
        decline_reply(order, "写细些", actor=world["head"], now=at(7, 11))
    [first, back] = Duty.objects.filter(kind="order.reply").order_by("pk")
    assert first.done_at is not None
    assert (back.done_at, back.due_at) == (None, first.due_at)
    assert (back.warned, back.clock) == (1, 2)


def test_suspension_moves_the_deadline_on(world: World) -> None:
    order = world.order(urgency="urgent")
    order = suspend_order(order, "等上级批文", actor=world["chief"], now=at(6))
    assert owed(order) == {}
    order = resume_order(order, "批文到了", actor=world["chief"], now=at(11))
    assert (order.state, order.due_at) == (State.ISSUED, at(13, 17))  # three working days stood still


def test_one_wins_and_the_other_sees_the_new_state(world: World) -> None:
    order = world.order()
    seen = order.version
    acknowledge_orders([order], actor=world["handler"], now=at(5, 11))
    with pytest.raises(NotAllowed, match="办理中.*不能“签收”.*现在可以"):
        acknowledge_orders([order], actor=world["head"], now=at(5, 12))
    with pytest.raises(Conflict, match="handler刚做了“签收”"):
        misroute_order(order, "不归我局", actor=world["head"], now=at(5, 13), seen=seen)


def test_a_reply_after_the_withdrawal_is_refused(world: World) -> None:
    order = world.order()
    acknowledge_orders([order], actor=world["handler"], now=at(5, 11))
    withdraw_orders([order], "重复派单", actor=world["chief"], now=at(6))
    with pytest.raises(NotAllowed, match="已撤回.*没有下一步"):
        reply_order(order, "办好了", actor=world["handler"], now=at(6, 10))


@pytest.mark.parametrize(
    ("asked_at", "wanted", "refused"),
    [
        (at(17), date(2018, 9, 26), None),  # two working days before the 19th
        (at(18), date(2018, 9, 26), "最迟9月17日"),
        (at(12), date(2018, 9, 19), "要晚于原期限9月19日"),
    ],
)
def test_an_extension_is_asked_in_time_and_for_a_later_day(world, asked_at, wanted, refused) -> None:
    order = world.order()
    acknowledge_orders([order], actor=world["handler"], now=at(5, 11))

    def ask() -> None:
        ask_extension(
            order, progress="一半", reason="雨", wanted=wanted, actor=world["handler"], now=asked_at
        )

    if refused is None:
        ask()
        assert order.asked_extensions.get().wanted == wanted
    else:
        with pytest.raises(Refused, match=refused):
            ask()
        assert not order.asked_extensions.exists()


def test_who_replied_does_not_verify(world: World) -> None:
    order = world.order(lead=world.office, co_handlers=())
    acknowledge_orders([order], actor=world["clerk"], now=at(5, 11))
    order = reply_order(order, "本办已办", actor=world["clerk"], now=at(6))
    with pytest.raises(NotAllowed, match="不是答复人的人来做"):
        verify_order(order, actor=world["clerk"], now=at(7))
    assert verify_order(order, actor=world["chief"], now=at(7), close=True).state == State.CLOSED


def test_a_stranger_sees_and_does_nothing(world: World) -> None:
    order = world.order()
    planner = world.people["planner"]
    assert not SupervisionOrder.objects.visible_to(planner).exists()
    with pytest.raises(NotAllowed, match="要由主办单位来做"):
        acknowledge_orders([order], actor=world["planner"], now=at(5, 11))
    for name in ("clerk", "leader", "inspector", "handler", "town"):
        assert SupervisionOrder.objects.visible_to(world.people[name]).get() == order


def test_a_confidential_order_is_for_the_named_alone(world: World) -> None:
    words = InstructionInput(
        "只此一人知", lead=world.land, confidential=True, readers=(world.people["handler"],), title="秘密办"
    )
    instruction = send_instruction(words, actor=world["leader"], now=at(5))
    order = instruction.orders.get()
    for name in ("clerk", "head", "other_leader", "inspector"):
        assert not SupervisionOrder.objects.visible_to(world.people[name]).exists()
        assert not type(instruction).objects.visible_to(world.people[name]).exists()
    assert SupervisionOrder.objects.visible_to(world.people["handler"]).get() == order
    assert {duty.person for duty in Duty.objects.open()} == {world.people["handler"]}
    assert not Event.objects.filter(summary__contains="秘密").exists()
    with pytest.raises(NotAllowed):
        acknowledge_orders([order], actor=world["head"], now=at(5, 12))
