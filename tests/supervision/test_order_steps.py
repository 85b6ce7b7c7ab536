"""督办单的各步从页上走：没有脚本也一步步走完；表里没有的页上也做不了；退回来的话都还在。"""

import io
from collections.abc import Callable
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from tests.problems.builders import photo
from tests.supervision.world import World, act, at
from xushi.config import clock
from xushi.supervision import policy
from xushi.supervision.actions import (
    acknowledge_orders,
    ask_extension,
    reply_order,
)
from xushi.supervision.models import OrderPhoto, OrderStep, SupervisionOrder
from xushi.supervision.table import BY_VERB, State, refusal
from xushi.units.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_work")]
NOW = at(12, 8, 30)
SignIn = Callable[[User], Client]


def test_the_whole_way_by_plain_forms(world: World, order, signed_in: SignIn) -> None:
    unit, head = signed_in(world.people["handler"]), signed_in(world.people["head"])
    office, inspector = signed_in(world.people["chief"]), signed_in(world.people["inspector"])

    def state() -> str:
        return str(SupervisionOrder.objects.get(pk=order.pk).state)

    assert act(unit, order, "feedback", how="going", words="3户已签").status_code == 302
    assert act(unit, order, "plan", words="三步走").status_code == 302
    assert state() == State.WORKING
    assert (
        act(
            unit,
            order,
            "feedback",
            how="done",
            words="4户已腾空",
            photos=[photo("a.jpg"), photo("b.jpg", (80, 40))],
        ).status_code
        == 302
    )
    assert state() == State.SIGNING
    assert act(head, order, "sign", seen=SupervisionOrder.objects.get(pk=order.pk).version).status_code == 302
    assert state() == State.REPLIED
    assert act(office, order, "return", words="缺确认书", due_on="2018-09-14").status_code == 302
    assert state() == State.RETURNED
    assert (
        act(head, order, "feedback", how="done", words="补了").status_code == 302
    )  # the head needs no second signature
    assert act(inspector, order, "verify").status_code == 302
    assert act(office, order, "close").status_code == 302
    assert act(office, order, "rate", grade="good", words="快").status_code == 302
    assert state() == State.CLOSED
    page = office.get(reverse("supervision:order", args=[order.pk])).content.decode()
    assert "按期办结" in page
    assert page.count("<img ") == 2
    assert "/rate" not in page  # once for each closure


def test_photos_are_checked_set_upright_and_bared(world: World, order, signed_in: SignIn) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # upside: the camera was turned
    exif.get_ifd(0x8825)[1] = "N"
    unit = signed_in(world.people["handler"])
    assert (
        act(
            unit,
            order,
            "feedback",
            how="going",
            words="拍了",
            photos=photo(size=(80, 40), exif=exif.tobytes()),
        ).status_code
        == 302
    )
    picture = OrderPhoto.objects.get()
    answer = signed_in(world.people["town"]).get(reverse("supervision:order_photo", args=[picture.pk]))
    stored = Image.open(io.BytesIO(b"".join(answer.streaming_content)))
    assert stored.size == (40, 80)  # stood upright
    assert not stored.getexif()
    steps = OrderStep.objects.count()
    for bad, words in (
        (SimpleUploadedFile("表.jpg", b"MZ not an image", "image/jpeg"), "不是照片或已损坏"),
        (SimpleUploadedFile("大.jpg", b"\xff\xd8" + b"0" * (50 * 1024 * 1024), "image/jpeg"), "超过10MB"),
    ):
        answer = act(unit, order, "feedback", how="going", words="又拍了一张", photos=bad)
        assert answer.status_code == 422
        text = answer.content.decode()
        assert words in text
        assert "又拍了一张" in text  # what was typed is still there
    assert OrderStep.objects.count() == steps
    many = [photo(f"{n}.jpg", (64, 40 + n)) for n in range(10)]
    assert (
        "一次最多9张" in act(unit, order, "feedback", how="going", words="多", photos=many).content.decode()
    )


@pytest.mark.parametrize("name", ["handler", "town", "inspector", "leader", "chief"])
def test_what_the_table_does_not_give_a_person_the_page_refuses(
    world: World, order, signed_in: SignIn, name
) -> None:
    user, client = world.people[name], signed_in(world.people[name])
    parts = policy.parts_of(user, order, date(2018, 9, 12))
    before = OrderStep.objects.count()
    for verb, step in BY_VERB.items():
        if verb == "amend" or (State.WORKING in step.sources and not parts.isdisjoint(step.who)):
            continue  # a draft is amended on a page of its own
        answer = act(client, order, verb, words="试试", unit=world.planning.pk, due_on="2018-09-20", due="2018-09-20",
                     grade="good", progress="半", reason="试", seen=order.version)  # fmt: skip
        assert answer.status_code in (403, 404, 409), (verb, answer.status_code)
    assert OrderStep.objects.count() == before
    order.refresh_from_db()
    assert order.state == State.WORKING


def test_the_second_of_two_sees_the_new_state_and_keeps_the_words(world: World, signed_in: SignIn) -> None:
    order = world.order()
    seen = order.version
    acknowledge_orders([order], actor=world["handler"], now=at(5, 11))
    head = signed_in(world.people["head"])
    answer = act(head, order, "misroute", words="不归我局，应派规划分局", seen=seen)
    assert answer.status_code == 409
    text = answer.content.decode()
    assert "handler刚做了“签收”" in text
    assert "不归我局，应派规划分局" in text
    assert f'name="seen" value="{SupervisionOrder.objects.get(pk=order.pk).version}"' in text
    answer = act(head, order, "acknowledge", seen=seen)
    assert (answer.status_code, "不能“签收”" in answer.content.decode()) == (409, True)
    assert SupervisionOrder.objects.get(pk=order.pk).state == State.WORKING


def test_words_for_a_step_that_is_gone_are_not_lost(world: World, order, signed_in: SignIn) -> None:
    reply_order(order, "先答复了", actor=world["head"], now=at(11))
    answer = act(signed_in(world.people["handler"]), order, "plan", words="写了很久的计划")
    assert answer.status_code == 409
    assert "写了很久的计划" in answer.content.decode()


def test_what_was_not_written_is_asked_for_at_its_field(world: World, order, signed_in: SignIn) -> None:
    unit = signed_in(world.people["handler"])
    answer = act(unit, order, "ask_extension", progress="一半", due="2018-09-20")
    assert answer.status_code == 422
    text = answer.content.decode()
    assert 'class="sheet is-open" id="do-ask_extension"' in text
    assert "请写延期理由。" in text
    assert "一半" in text
    late = act(unit, order, "ask_extension", progress="一半", reason="雨", due="2018-09-20")
    assert "最迟9月10日" in late.content.decode()


def test_an_extension_is_answered_where_it_is_asked(world: World, signed_in: SignIn) -> None:
    order = world.order()
    acknowledge_orders([order], actor=world["handler"], now=at(5, 11))
    ask_extension(
        order,
        progress="6户谈妥4户",
        reason="等评估",
        wanted=date(2018, 9, 26),
        actor=world["handler"],
        now=at(11),
    )
    office = signed_in(world.people["chief"])
    assert "1号请延至9月26日" in office.get(reverse("supervision:orders")).content.decode()
    assert "不同意，写理由" in office.get(reverse("supervision:order", args=[order.pk])).content.decode()
    assert act(office, order, "refuse_extension").status_code == 422
    assert act(office, order, "grant_extension").status_code == 302
    order.refresh_from_db()
    assert (order.due_at, order.extensions) == (at(26, 17), 1)
    assert act(office, order, "grant_extension").status_code == 409


def test_the_address_of_a_step_opened_again_is_the_orders_page(
    world: World, order, signed_in: SignIn
) -> None:
    url = reverse("supervision:order_act", args=[order.pk, "ask_extension"])
    answer = signed_in(world.people["handler"]).get(url)
    assert (answer.status_code, answer["Location"]) == (302, reverse("supervision:order", args=[order.pk]))


def test_more_time_is_offered_only_while_it_may_be_asked_for(
    world: World, signed_in: SignIn, monkeypatch
) -> None:  # type: ignore[no-untyped-def]
    order = world.order(due_on=date(2018, 9, 14))
    acknowledge_orders([order], actor=world["handler"], now=at(5, 11))
    url, unit = reverse("supervision:order", args=[order.pk]), signed_in(world.people["handler"])
    text = unit.get(url).content.decode()
    head = text[text.index("order-banner") : text.index("order-grid")]
    assert "申请延期" in head and "办理中" in head
    monkeypatch.setattr(clock, "now", lambda: at(13, 9))
    assert "申请延期" not in unit.get(url).content.decode()


def test_a_refusal_names_no_answer_to_what_nobody_asked() -> None:
    plain = refusal("close", State.WORKING, set(), "督办1号")
    assert "同意延期" not in plain and "催办" in plain
    assert "同意延期" in refusal("close", State.WORKING, set(), "督办1号", asked=True)
