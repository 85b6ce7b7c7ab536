"""同一张表单交两次，只算一次；两个人同时动一件，一个成，另一个看到新情况。"""

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from tests.supervision.test_many_issuers import together
from tests.supervision.world import World, at, build
from xushi.config import clock
from xushi.duties.models import Duty
from xushi.flow.clocks import remind
from xushi.journal import worker
from xushi.journal.actions import SYSTEM
from xushi.journal.models import Event
from xushi.notices.models import Notice
from xushi.supervision import actions
from xushi.supervision.actions import Conflict, InstructionInput, NotAllowed, OrderInput
from xushi.supervision.models import Extension, OrderStep, SupervisionOrder
from xushi.units.actions_tree import dissolve_unit
from xushi.units.models import User

pytestmark = [pytest.mark.django_db(transaction=True)]
SignIn = Callable[[User], Client]


@pytest.fixture(autouse=True)
def at_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: at(6))


@pytest.fixture
def world() -> World:
    return build()


@pytest.fixture
def order(world: World) -> SupervisionOrder:
    order = world.order()
    actions.acknowledge_orders([order], actor=world["handler"], now=at(5, 11))
    order.refresh_from_db()
    return order


@pytest.mark.parametrize(
    ("verb", "who", "body"),
    [
        ("feedback", "handler", {"how": "going", "words": "已签三户"}),
        ("feedback", "town", {"how": "stuck", "words": "等评估"}),
        ("plan", "handler", {"words": "分两步"}),
        ("remind", "clerk", {"words": "请抓紧"}),
        ("criticise", "clerk", {"words": "进度慢"}),
        ("talk", "clerk", {"words": "约谈局长"}),
    ],
)
def test_a_form_sent_twice_is_one_step(
    world: World, order: SupervisionOrder, signed_in: SignIn, verb: str, who: str, body: dict[str, str]
) -> None:
    client = signed_in(world.people[who])
    page = reverse("supervision:order_act", args=[order.pk, verb])
    before = order.steps.count()
    for _ in range(2):
        assert client.post(page, body | {"token": "a1", "seen": order.version}).status_code == 302
    assert order.steps.count() == before + 1
    assert client.post(page, body | {"token": "a2", "seen": order.version}).status_code == 302
    assert order.steps.count() == before + 2


def test_every_form_of_the_page_has_its_own_token(
    world: World, order: SupervisionOrder, signed_in: SignIn
) -> None:
    text = (
        signed_in(world.people["clerk"]).get(reverse("supervision:order", args=[order.pk])).content.decode()
    )
    assert text.count('name="token"') == text.count('name="seen"') > 3


def test_a_stale_withdrawal_shows_what_has_happened(
    world: World, order: SupervisionOrder, signed_in: SignIn
) -> None:
    stale = order.version
    actions.reply_order(order, "办成了", actor=world["head"], now=at(6))
    page = reverse("supervision:order_act", args=[order.pk, "withdraw"])
    answer = signed_in(world.people["clerk"]).post(page, {"words": "派错", "seen": stale})
    assert answer.status_code == 409
    order.refresh_from_db()
    assert order.state == "replied"


def won(done: list[object]) -> int:
    """How many of them did it; the others were told so in a sentence."""
    lost = [one for one in done if isinstance(one, Exception)]
    assert all(isinstance(one, (NotAllowed, Conflict)) for one in lost), lost
    return len(done) - len(lost)


def test_two_officials_on_one_order(world: World, order: SupervisionOrder) -> None:
    actions.reply_order(order, "办成了", actor=world["head"], now=at(6))
    order.refresh_from_db()

    def work(n: int) -> object:
        if n % 2:
            return actions.verify_order(order, actor=world["chief"], now=at(7), seen=order.version)
        return actions.return_order(order, "缺照片", actor=world["clerk"], now=at(7), seen=order.version)

    assert won(together(world, work, 6)) == 1
    order.refresh_from_db()
    assert OrderStep.objects.filter(verb__in=["verify", "return"]).count() == 1
    assert (
        Duty.objects.open()
        .filter(listed=True, kind__in=["order.close", "order.reply", "order.verify"])
        .count()
        == 1
    )


def test_issue_and_withdraw_at_once(world: World) -> None:
    [draft] = actions.draft_orders([OrderInput("一件", world.land)], actor=world["clerk"], now=at(5))

    def work(n: int) -> object:
        if n % 2:
            return actions.withdraw_orders([draft], "不派了", actor=world["chief"], now=at(5))
        return actions.issue_orders([draft], actor=world["clerk"], now=at(5))

    assert won(together(world, work, 4)) in (1, 2)  # withdrawn, before or after it was given a number
    draft.refresh_from_db()
    assert draft.state == "withdrawn"
    assert not Duty.objects.open().exists()
    following = world.order(title="下一件")
    assert following.serial == (2 if draft.serial else 1)


def test_an_extension_is_granted_once(world: World, order: SupervisionOrder) -> None:
    actions.ask_extension(
        order, progress="三户", reason="一户在外", wanted=date(2018, 9, 27), actor=world["handler"], now=at(6)
    )
    done = together(world, lambda n: actions.grant_extension(order, actor=world["clerk"], now=at(7)), 4)
    assert won(done) == 1
    order.refresh_from_db()
    assert order.extensions == 1
    assert Extension.objects.get().state == Extension.State.GRANTED


def test_two_sweeps_at_once_warn_once(world: World, order: SupervisionOrder) -> None:
    found = together(world, lambda n: remind(at(28)), 4)
    assert not [one for one in found if isinstance(one, Exception)]
    assert sum(found) == Duty.objects.open().count()  # type: ignore[arg-type]
    worker.work(at(28))
    warned = Event.objects.filter(verb="duties.duty.warned")
    told = Notice.objects.filter(event__in=warned).values_list("reader", "event")
    assert len(told) == len(set(told)) > 0


def test_a_unit_is_dissolved_while_it_signs_for_an_order(world: World) -> None:
    order = world.order()

    def work(n: int) -> object:
        if n:
            return actions.acknowledge_orders([order], actor=world["handler"], now=at(5, 11))
        return dissolve_unit(unit=world.land, successor=world.planning, actor=SYSTEM, now=at(5, 11))

    together(world, work, 2)
    worker.work(at(5, 12))
    order.refresh_from_db()
    assert order.lead == world.planning
    assert {duty.unit for duty in Duty.objects.open().filter(kind="order.reply")} == {world.planning}
    assert order.state in ("issued", "working")


def test_a_leader_reads_while_the_office_sends_back(world: World) -> None:
    """Both lock the order and the words: neither waits for the other for ever."""
    sent = actions.send_instruction(
        InstructionInput("倒排", lead=world.land), actor=world["leader"], now=at(5)
    )
    order = sent.orders.get()
    actions.acknowledge_orders([order], actor=world["handler"], now=at(5, 11))
    actions.reply_order(order, "办成了", actor=world["head"], now=at(6))
    actions.verify_order(order, actor=world["clerk"], now=at(6, 11))

    def work(n: int) -> object:
        if n % 2:
            return actions.suspend_order(order, "等批复", actor=world["clerk"], now=at(7))
        return actions.read_feedback(sent, actor=world["leader"], now=at(7))

    assert won(together(world, work, 4)) >= 1
    sent.refresh_from_db()
    order.refresh_from_db()
    assert (sent.state, order.state) in {("read", "closed"), ("in_hand", "suspended")}
