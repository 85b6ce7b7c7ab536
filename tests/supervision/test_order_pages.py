"""督办单的页：谁看到什么、能做什么；纸上留得出签字盖章的地方；件再长，查询次数不变。"""

import re
from collections.abc import Callable
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.problems.builders import photo
from tests.progress.builders import add_project
from tests.supervision.world import World, act, at
from xushi.supervision import acting
from xushi.supervision.actions import (
    InstructionInput,
    acknowledge_orders,
    reply_order,
    report_progress,
    send_instruction,
)
from xushi.supervision.models import OrderPhoto, OrderStep, SupervisionOrder
from xushi.supervision.table import BY_VERB
from xushi.units.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_work")]
NOW = at(12, 8, 30)
SignIn = Callable[[User], Client]


def test_the_page_tells_the_order_and_what_this_person_may_do(world: World, order, signed_in: SignIn) -> None:
    send_instruction(
        InstructionInput("今天现场会办，务必给结果。", on_order=order),
        actor=world["leader"],
        now=at(11, 19, 22),
    )
    url = reverse("supervision:order", args=[order.pk])
    unit = signed_in(world.people["handler"]).get(url).content.decode()
    for part in ("督办1号", "完成二期4户腾地并交地", "今天17:00到期，还剩8小时", "反馈办理情况"):
        assert part in unit
    assert "申请延期" not in unit  # too late to ask
    assert unit.index("区重大办 派发") < unit.index("区国土分局 签收") < unit.index("今天现场会办")
    assert f'action="/supervision/orders/{order.pk}/withdraw"' not in unit
    office = signed_in(world.people["chief"]).get(url).content.decode()
    assert "反馈办理情况" not in office
    for verb in ("remind", "reroute", "withdraw", "suspend"):
        assert f"/supervision/orders/{order.pk}/{verb}" in office
    assert f"/supervision/orders/{order.pk}/verify" not in office
    helper = signed_in(world.people["town"]).get(url).content.decode()
    assert "协办反馈记在单子上" in helper
    assert "申请延期" not in helper


@pytest.mark.parametrize("name", ["planner"])
def test_a_stranger_finds_nothing(world: World, order, signed_in: SignIn, name: str) -> None:
    report_progress(order, "在办", actor=world["handler"], now=at(6), evidence=acting.Evidence((photo(),)))
    client, picture = signed_in(world.people[name]), OrderPhoto.objects.get()
    for url in (
        reverse("supervision:order", args=[order.pk]),
        reverse("supervision:print_order", args=[order.pk]),
        reverse("supervision:print_orders") + f"?id={order.pk}",
        reverse("supervision:order_photo", args=[picture.pk]),
        reverse("supervision:amend_order", args=[order.pk]),
    ):
        assert client.get(url).status_code == 404, url
    for verb in [*BY_VERB, "feedback"]:
        assert act(client, order, verb, words="x").status_code == 404, verb


def test_administrators_and_owners_stay_outside(
    world: World, order, system_admin, owner_user, signed_in
) -> None:
    for user, status in ((system_admin, 403), (owner_user, 404)):
        client = signed_in(user)
        assert client.get(reverse("supervision:order", args=[order.pk])).status_code == status
        for verb in BY_VERB:
            assert act(client, order, verb, words="x").status_code == status
    assert signed_in(system_admin).get(reverse("supervision:orders")).status_code == 403
    assert "没有在办的督办单" in signed_in(owner_user).get(reverse("supervision:orders")).content.decode()


def test_a_confidential_order_is_shown_to_the_named_alone(world: World, signed_in: SignIn) -> None:
    words = InstructionInput(
        "只此一人知", lead=world.land, confidential=True, readers=(world.people["handler"],), title="秘密办"
    )
    order = send_instruction(words, actor=world["leader"], now=at(5)).orders.get()
    url = reverse("supervision:order", args=[order.pk])
    assert "只此一人知" in signed_in(world.people["handler"]).get(url).content.decode()
    for name in ("clerk", "head", "inspector", "other_leader"):
        client = signed_in(world.people[name])
        assert client.get(url).status_code == 404
        assert "秘密办" not in client.get(reverse("supervision:orders") + "?tab=all").content.decode()


def test_the_sentence_says_what_its_lists_hold_to_a_reader_of_a_confidential_order_too(
    world: World, order, signed_in: SignIn
) -> None:
    """今年派发、反馈、按期: the units' table leaves the confidential ones out, and so do these numbers."""
    words = InstructionInput(
        "只此一人知", lead=world.land, confidential=True, readers=(world.people["handler"],), title="秘密办"
    )
    send_instruction(words, actor=world["leader"], now=at(5))
    client = signed_in(world.people["leader"])
    said = client.get(reverse("supervision:orders"))
    assert said.context["found"].count == 2
    figures = re.findall(r'<a class="fig" href="([^"]*period=[^"]*)">(\d+)件</a>', said.content.decode())
    assert [count for _, count in figures] == ["1", "0", "0"]
    for address, count in figures:
        assert client.get(unescape(address)).context["found"].count == int(count), address


def test_paper_leaves_room_for_hands_and_seals(world: World, order, signed_in: SignIn) -> None:
    other = world.order(title="另一件")
    office = signed_in(world.people["chief"])
    text = office.get(reverse("supervision:print_orders") + f"?id={order.pk}&id={other.pk}").content.decode()
    assert text.count("（盖章）") == 2
    for part in ("浦重大督〔2018〕1号", "2018年9月19日（10个工作日）", "另一件", "督办单"):
        assert part in text


def test_the_page_costs_the_same_however_long_the_thread(world: World, order, signed_in: SignIn) -> None:
    client = signed_in(world.people["handler"])

    def queries() -> int:
        client.get(reverse("supervision:order", args=[order.pk]))
        with CaptureQueriesContext(connection) as captured:
            assert client.get(reverse("supervision:order", args=[order.pk])).status_code == 200
        return len(captured)

    few = queries()
    for n in range(12):
        report_progress(
            order,
            f"第{n}天",
            actor=world["handler"],
            now=at(6, 9, n),
            evidence=acting.Evidence((photo(size=(64, 40 + n)),)),
        )
    send_instruction(InstructionInput("抓紧", on_order=order), actor=world["leader"], now=at(11))
    assert queries() <= few + 2  # the instruction's own author
    assert few < 30


def test_a_unit_that_does_not_see_the_project_gets_its_name_alone(world: World, signed_in: SignIn) -> None:
    project = add_project(world.town, "紫光项目")
    order = world.order(project=project)
    url, link = reverse("supervision:order", args=[order.pk]), f'href="/projects/{project.pk}/"'
    lead = signed_in(world.people["handler"]).get(url).content.decode()
    assert "紫光项目" in lead and link not in lead
    assert link in signed_in(world.people["chief"]).get(url).content.decode()


def test_a_leader_writes_on_an_order_from_the_foot_of_its_page(
    world: World, order, signed_in: SignIn
) -> None:
    url = reverse("supervision:order", args=[order.pk])
    assert "btn btn-pi" in signed_in(world.people["leader"]).get(url).content.decode()
    assert "btn btn-pi" not in signed_in(world.people["handler"]).get(url).content.decode()


def test_the_front_of_the_room_is_the_list(world: World, signed_in: SignIn) -> None:
    answer = signed_in(world.people["chief"]).get("/supervision/")
    assert (answer.status_code, answer["Location"]) == (302, reverse("supervision:orders"))


def test_the_details_name_who_sent_it_out_as_the_thread_does(world: World, signed_in: SignIn) -> None:
    order = world.order()
    OrderStep.objects.filter(order=order, verb="issue").update(unit_name="区政府")
    text = (
        signed_in(world.people["chief"]).get(reverse("supervision:order", args=[order.pk])).content.decode()
    )
    assert "<dt>签发单位</dt><dd>区政府</dd><dt>督办单位</dt><dd>区重大办</dd>" in text
    assert "区政府 派发" in text


def test_of_the_answered_the_nearest_comes_first(world: World, signed_in: SignIn) -> None:
    for title, day in (("先到期的", 10), ("后到期的", 11)):
        order = world.order(title=title, co_handlers=())
        acknowledge_orders([order], actor=world["handler"], now=at(5, 11))
        reply_order(SupervisionOrder.objects.get(pk=order.pk), "办好了", actor=world["head"], now=at(day))
    page = signed_in(world.people["chief"]).get(reverse("supervision:orders")).content.decode()
    assert 0 < page.index("先到期的") < page.index("后到期的")
