"""限定阅读：除了点到的人，谁在哪里都看不出这件事说了什么。"""

import re
from collections.abc import Callable

import pytest
from django.db.models import Model
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from tests.progress.builders import add_project
from tests.supervision.world import World, at, build
from xushi.config import clock
from xushi.duties.models import Duty
from xushi.flow.clocks import remind
from xushi.flow.owing import judge_owed
from xushi.journal import worker
from xushi.journal.models import Event, EventRow
from xushi.notices.models import Notice
from xushi.supervision.actions import (
    InstructionInput,
    OrderInput,
    Refused,
    acknowledge_orders,
    read_feedback,
    reply_order,
    report_progress,
    route_instruction,
    send_instruction,
    sign_reply,
    verify_order,
)
from xushi.supervision.figures import unit_rows
from xushi.supervision.models import SupervisionOrder
from xushi.supervision.models_instructions import Instruction

pytestmark = pytest.mark.django_db
SignIn = Callable[[object], Client]
SECRET = "只许三人知道的腾地底价"
STRANGERS = ("chief", "other_leader", "inspector", "head", "planner", "town")
EVERYWHERE = (
    "supervision:orders", "supervision:instructions", "supervision:units", "duties:list", "notices:list",
    "notices:rolling", "alerts:list", "home:home", "home:search", "supervision:meetings",
)  # fmt: skip


@pytest.fixture(autouse=True)
def at_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: at(28, 9))


@pytest.fixture
def world() -> World:
    return build()


def written(world: World, **more: object) -> Instruction:
    """To the land bureau, for its handler and the clerk alone."""
    given: dict[str, object] = {
        "lead": world.land,
        "confidential": True,
        "readers": (world.people["handler"], world.people["clerk"]),
    }
    return send_instruction(InstructionInput(SECRET, **given | more), actor=world["leader"], now=at(5))  # type: ignore[arg-type]


def answered(world: World) -> Instruction:
    """All the way to the leader's desk, then sent back once with new words."""
    instruction = written(world)
    order = instruction.orders.get()
    acknowledge_orders([order], actor=world["handler"], now=at(5, 11))
    report_progress(order, SECRET, actor=world["handler"], now=at(6))
    for day in (7, 11):
        reply_order(order, SECRET, actor=world["handler"], now=at(day))
        order.refresh_from_db()
        if order.state == "signing":
            sign_reply(order, actor=world["handler"], now=at(day, 10))
        verify_order(order, words=SECRET, actor=world["clerk"], now=at(day, 11))
        if day == 7:
            read_feedback(instruction, words=SECRET, finished=False, actor=world["leader"], now=at(10))
    return instruction


def plain(answer: HttpResponse, pk: int) -> str:
    """A page without what differs each time: its own address, the request's number and the form's secret."""
    text = answer.content.decode().replace(f"orders/{pk}", "orders/…")
    return re.sub(r"\b[0-9a-f]{16}\b|csrf[^>]*>|X-CSRFToken[^}]*", "", text)


def kept(model: type[Model]) -> str:
    return str(list(model._base_manager.values_list()))


def test_nobody_else_reads_it_anywhere(world: World, signed_in: SignIn) -> None:
    instruction = written(world, project=add_project(world.town, "紫光项目"))
    order = instruction.orders.get()
    remind(at(28, 8))
    judge_owed(at(28, 8))
    worker.work(at(28, 8))
    gone = reverse("supervision:order", args=[99_999])
    for name in STRANGERS:
        client = signed_in(world.people[name])
        for page in EVERYWHERE:
            answer = client.get(reverse(page), {"q": SECRET[:4], "tab": "all", "whose": "all"})
            assert SECRET not in answer.content.decode(), (name, page)
            assert order.number not in answer.content.decode(), (name, page)
        for page in ("order", "print_order", "amend_order"):
            hidden = client.get(reverse(f"supervision:{page}", args=[order.pk]))
            missing = client.get(reverse(f"supervision:{page}", args=[99_999]))
            assert hidden.status_code == 404
            assert plain(hidden, order.pk) == plain(missing, 99_999), (name, page)
        for page in ("instruction", "print_instruction"):
            assert client.get(reverse(f"supervision:{page}", args=[instruction.pk])).status_code == 404
        assert client.get(reverse("supervision:print_orders"), {"id": order.pk}).status_code == 404
        assert client.post(gone.replace("99999", f"{order.pk}/remind")).status_code == 404
        assert client.get(reverse("notices:badge")).json()["todo"] == 0, name
        assert not Notice.objects.filter(reader=world.people[name], subject_id=order.pk).exists()


def test_the_journal_keeps_none_of_its_words(world: World) -> None:
    instruction = answered(world)
    route = written(world, lead=None, via_office=True)
    route_instruction(route, [], words=SECRET, actor=world["clerk"], now=at(6))
    remind(at(28))
    worker.work(at(28))
    assert instruction.orders.get().returns == 1
    assert Event.objects.filter(verb="duties.duty.warned").exists()
    assert SECRET not in kept(Event)
    assert SECRET not in kept(EventRow)


def test_confidential_words_on_an_open_order_are_not_quoted_to_the_unit(world: World) -> None:
    order = world.order()
    words = InstructionInput(SECRET, on_order=order, confidential=True, readers=(world.people["clerk"],))
    send_instruction(words, actor=world["leader"], now=at(6))
    assert Duty.objects.open().filter(unit=world.land).exists()
    assert SECRET not in kept(Duty)


def test_words_on_a_confidential_order_are_as_confidential(world: World) -> None:
    order = written(world).orders.get()
    row = InstructionInput("再快些", on_order=order, context=SECRET)
    sent = send_instruction(row, actor=world["leader"], now=at(6))
    assert sent.confidential
    assert set(sent.readers.all()) == {world.people["handler"], world.people["clerk"]}
    assert not Instruction.objects.visible_to(world.people["chief"]).exists()


def test_words_that_the_office_must_route_name_somebody_of_the_office(world: World) -> None:
    with pytest.raises(Refused, match="要有区重大办的人"):
        written(world, lead=None, via_office=True, readers=(world.people["handler"],))
    assert written(world, lead=None, via_office=True).readers.count() == 2


def test_an_order_routed_from_confidential_words_stays_with_their_readers(world: World) -> None:
    instruction = written(world, lead=None, via_office=True)
    rows = [OrderInput(SECRET, world.land)]
    route_instruction(instruction, rows, actor=world["clerk"], now=at(6))
    order = instruction.orders.get()
    assert order.confidential
    for name in STRANGERS:
        assert not SupervisionOrder.objects.visible_to(world.people[name]).exists(), name


@pytest.mark.parametrize("period", ["2018", "2018-09"])
def test_the_units_are_judged_by_the_same_orders_whoever_asks(world: World, period: str) -> None:
    world.order()
    written(world)
    found = {
        name: unit_rows(world.people[name], period, at(28))[1]["issued"].value
        for name in ("clerk", "chief", "leader", "other_leader", "inspector")
    }
    assert set(found.values()) == {1}
