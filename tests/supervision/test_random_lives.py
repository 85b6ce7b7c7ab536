"""随机的人在随机的时候做随机的事：状态、文号、时限都不出流转表之外，拒绝的什么也没动。"""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.supervision.world import World, at, build
from xushi.core.clock import local_day
from xushi.duties.models import Duty
from xushi.journal.actions import Actor
from xushi.journal.models import Event
from xushi.supervision import actions
from xushi.supervision.actions import Conflict, InstructionInput, NotAllowed, OrderInput, Refused
from xushi.supervision.models import OrderStep, Serial, SupervisionOrder
from xushi.supervision.table import BY_VERB, ENDED, NOT_ISSUED, State, Who

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
REFUSALS = (NotAllowed, Refused, Conflict, PermissionDenied)
PEOPLE = ("clerk", "chief", "leader", "other_leader", "inspector", "handler", "head", "planner", "town")
Do = Callable[[World, SupervisionOrder, Actor, datetime], Any]


def later(now: datetime, days: int) -> Any:
    return local_day(now) + timedelta(days=days)


MOVES: dict[str, Do] = {
    "approve": lambda w, o, a, n: actions.approve_orders([o], actor=a, now=n),
    "issue": lambda w, o, a, n: actions.issue_orders([o], actor=a, now=n),
    "amend": lambda w, o, a, n: actions.amend_draft(o, OrderInput("改过", w.planning), actor=a, now=n),
    "acknowledge": lambda w, o, a, n: actions.acknowledge_orders([o], actor=a, now=n),
    "misroute": lambda w, o, a, n: actions.misroute_order(o, "不归我局", actor=a, now=n),
    "reroute": lambda w, o, a, n: actions.reroute_orders(
        [o], w.planning if o.lead_id == w.land.pk else w.land, "改", actor=a, now=n
    ),
    "insist": lambda w, o, a, n: actions.insist_on_lead(o, "就归你", actor=a, now=n),
    "share": lambda w, o, a, n: actions.share_order(o, [w.town, w.planning], actor=a, now=n),
    "plan": lambda w, o, a, n: actions.file_plan(o, "三步走", actor=a, now=n),
    "report": lambda w, o, a, n: actions.report_progress(o, "办到一半", actor=a, now=n),
    "assist": lambda w, o, a, n: actions.assist(o, "协办完了", actor=a, now=n, done=n.minute % 2 == 0),
    "reply": lambda w, o, a, n: actions.reply_order(o, "办完了", actor=a, now=n),
    "recall": lambda w, o, a, n: actions.recall_reply(o, actor=a, now=n),
    "decline": lambda w, o, a, n: actions.decline_reply(o, "写细些", actor=a, now=n),
    "sign": lambda w, o, a, n: actions.sign_reply(o, actor=a, now=n),
    "return": lambda w, o, a, n: actions.return_order(o, "不够", actor=a, now=n),
    "verify": lambda w, o, a, n: actions.verify_order(o, actor=a, now=n),
    "send_back": lambda w, o, a, n: actions.send_back_order(o, "再办", actor=a, now=n),
    "close": lambda w, o, a, n: actions.close_order(o, actor=a, now=n),
    "rate": lambda w, o, a, n: actions.rate_order(o, "good", actor=a, now=n),
    "ask_extension": lambda w, o, a, n: actions.ask_extension(
        o, progress="半", reason="雨", wanted=later(n, 40), actor=a, now=n
    ),
    "grant_extension": lambda w, o, a, n: actions.grant_extension(o, actor=a, now=n),
    "refuse_extension": lambda w, o, a, n: actions.refuse_extension(o, "不行", actor=a, now=n),
    "remind": lambda w, o, a, n: actions.remind_orders([o], actor=a, now=n),
    "criticise": lambda w, o, a, n: actions.criticise([o], "慢", actor=a, now=n),
    "talk": lambda w, o, a, n: actions.talk(o, "约谈", actor=a, now=n),
    "suspend": lambda w, o, a, n: actions.suspend_order(o, "等", actor=a, now=n),
    "resume": lambda w, o, a, n: actions.resume_order(o, "好了", actor=a, now=n),
    "withdraw": lambda w, o, a, n: actions.withdraw_orders([o], "撤", actor=a, now=n),
    "reopen": lambda w, o, a, n: actions.reopen_order(o, "再来", due_on=later(n, 9), actor=a, now=n),
}
# 往前走的；不偏爱它们，随机走不远
FORWARD = (
    "acknowledge",
    "reply",
    "sign",
    "verify",
    "close",
    "issue",
    "return",
    "ask_extension",
    "resume",
    "reopen",
)
# 表里许可、但还有自己的条件的
CONDITIONAL = {"ask_extension", "grant_extension", "refuse_extension", "rate"}


def test_every_step_of_the_table_is_tried() -> None:
    nobodys = {"inherit", "take_over"}  # a unit was dissolved, a leader has left
    assert set(MOVES) == set(BY_VERB) - nobodys


def part(world: World, order: SupervisionOrder, name: str) -> set[Who]:
    """Who a person is, told here once more in plain words, apart from the product's own policy."""
    parts: set[Who] = set()
    if name in ("clerk", "chief"):
        parts |= {Who.OFFICE, Who.ISSUER}
        if order.instruction is None:
            parts.add(Who.CLOSER)
    if name == "leader" and order.instruction:
        parts |= {Who.ISSUER, Who.CLOSER}
    if name in ("handler", "head") and order.lead_id == world.land.pk:
        parts.add(Who.LEAD)
        if name == "head":
            parts.add(Who.HEAD)
    if name == "planner" and order.lead_id == world.planning.pk:
        parts |= {Who.LEAD, Who.HEAD}  # nobody has been named the head
    units = {helper.unit_id for helper in order.helpers.all()}
    if (name == "town" and world.town.pk in units) or (name == "planner" and world.planning.pk in units):
        parts.add(Who.CO)
    if name in ("handler", "head") and world.land.pk in units:
        parts.add(Who.CO)
    if name in ("clerk", "chief", "inspector"):
        parts.add(Who.VERIFIER)  # none of them ever replies here
    return parts


def picture() -> tuple[Any, ...]:
    orders = SupervisionOrder.objects.order_by("pk").values_list()
    duties = Duty.objects.order_by("pk").values_list("pk", "done_at", "due_at", "warned")
    return list(orders), list(duties), OrderStep.objects.count(), Event.objects.count()


def check(order: SupervisionOrder) -> None:
    """What must hold of an order at any time."""
    state, open_duties = State(order.state), list(Duty.objects.open().about(order))
    kinds = {duty.kind for duty in open_duties} - {"extension.decide"}
    expected = {
        State.DRAFTED: {"order.issue"},
        State.APPROVED: {"order.issue"},
        State.ISSUED: {"order.acknowledge", "order.reply"},
        State.MISROUTED: {"order.reroute"},
        State.WORKING: {"order.reply"},
        State.RETURNED: {"order.reply"},
        State.SIGNING: {"order.sign"},
        State.REPLIED: {"order.verify"},
        State.VERIFIED: set() if order.instruction else {"order.close"},
    }.get(state, set())
    if order.instruction:
        reads = Duty.objects.open().about(order.instruction).filter(kind="instruction.read").count()
        assert reads == (order.instruction.state == "fed_back") >= (state == State.VERIFIED)
    assert kinds - {"order.assist"} == expected, (state, kinds)
    assert (order.serial is None) == (not order.number)
    assert (order.serial is None) <= (state in NOT_ISSUED or state == State.WITHDRAWN)
    if state in (State.ISSUED, State.WORKING, State.RETURNED, State.SIGNING):
        assert order.due_at
        assert order.due_at > order.issued_at
        asked = [duty for duty in open_duties if duty.kind in ("order.reply", "order.sign", "order.assist")]
        assert {duty.due_at for duty in asked} == {order.due_at}
    if state in ENDED or state == State.SUSPENDED:
        assert not open_duties
    pending = order.asked_extensions.filter(state="asked").count()
    assert pending == sum(duty.kind == "extension.decide" for duty in open_duties) <= 1
    assert order.extensions <= 2


def test_random_people_do_random_things(db: None) -> None:
    taken: Counter[str] = Counter()

    @settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(st.integers(0, 2**32))
    def lives(seed: int) -> None:
        with transaction.atomic():
            live(build(), Random(seed), taken)
            transaction.set_rollback(True)

    lives()
    assert len(taken) >= 25, taken  # else the lives were too short to say anything


def choose(world: World, order: SupervisionOrder, chance: Random) -> tuple[str, str]:
    """Anything by anybody, or (more often) something the table allows to somebody, forward steps first."""
    if chance.random() < 0.35:
        return chance.choice(list(MOVES)), chance.choice(PEOPLE)
    can = [
        (verb, name)
        for verb in MOVES
        for name in PEOPLE
        if (verb != "withdraw" or chance.random() < 0.1)
        and order.state in BY_VERB[verb].sources
        and not part(world, order, name).isdisjoint(BY_VERB[verb].who)
    ]
    onward = [pair for pair in can if pair[0] in FORWARD]
    return chance.choice(onward if onward and chance.random() < 0.6 else can or [("close", "clerk")])


def live(world: World, chance: Random, taken: Counter[str]) -> None:
    now = at(3)
    words = InstructionInput("请办", lead=world.land, co_handlers=(world.town,))
    send = actions.send_instruction(words, actor=world["leader"], now=now)
    drafts = [OrderInput("拟的", world.land, co_handlers=(world.town,)), OrderInput("又拟", world.planning)]
    actions.draft_orders(drafts, actor=world["clerk"], now=now)
    orders = [send.orders.get(), *SupervisionOrder.objects.filter(serial=None).order_by("pk")]
    for _ in range(40):
        now += timedelta(minutes=chance.randint(1, 1500))
        before, order = picture(), SupervisionOrder.objects.get(pk=chance.choice(orders).pk)
        verb, name = choose(world, order, chance)
        step, source, parts = BY_VERB[verb], State(order.state), part(world, order, name)
        allowed = source in step.sources and not parts.isdisjoint(step.who)
        if verb == "issue" and source == State.DRAFTED:
            allowed = Who.ISSUER in parts  # approved on the way
        try:
            with transaction.atomic():
                MOVES[verb](world, order, world[name], now)
        except REFUSALS as refusal:
            assert not allowed or verb in CONDITIONAL, (verb, name, source, str(refusal))
            assert picture() == before
            assert str(refusal).endswith("。")
            continue
        assert allowed, (verb, name, source)
        taken[verb] += 1
        order.refresh_from_db()
        after = State(order.state)
        fast = verb == "reply" and after == State.REPLIED and Who.HEAD in parts
        assert fast or after == (step.target or (source if verb != "resume" else after))
        assert OrderStep.objects.filter(order=order, at=now).exists()
        check(order)
    serials = list(
        SupervisionOrder.objects.exclude(serial=None).order_by("serial").values_list("serial", flat=True)
    )
    assert serials == list(range(1, len(serials) + 1))
    assert Serial.objects.get(year=2018).last == len(serials)
