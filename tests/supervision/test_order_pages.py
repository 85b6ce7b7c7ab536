"""督办单的页：谁看到什么、能做什么；没有脚本也一步步走完；退回来的话都还在；交两次只成一件。"""

import io
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from tests.alerts.factories import alert
from tests.factories import UnitFactory
from tests.progress.builders import add_project
from tests.supervision.world import World, at, build
from xushi.config import clock
from xushi.supervision import acting, policy
from xushi.supervision.actions import (
    InstructionInput,
    acknowledge_orders,
    ask_extension,
    reply_order,
    report_progress,
    send_instruction,
)
from xushi.supervision.models import OrderPhoto, OrderStep, SupervisionOrder
from xushi.supervision.table import BY_VERB, State, refusal
from xushi.units.models import Unit, User

pytestmark = pytest.mark.django_db
NOW = at(12, 8, 30)
SignIn = Callable[[User], Client]


@pytest.fixture(autouse=True)
def at_work(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Any) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def world() -> World:
    return build()


@pytest.fixture
def order(world: World) -> SupervisionOrder:
    order = world.order(due_on=date(2018, 9, 12))
    acknowledge_orders([order], actor=world["handler"], now=at(5, 11, 40))
    return SupervisionOrder.objects.get(pk=order.pk)


def act(client: Client, order: SupervisionOrder, verb: str, **data: Any) -> Any:
    return client.post(reverse("supervision:order_act", args=[order.pk, verb]), data)


def photo(name: str = "a.jpg", **save: Any) -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", (80, 40), (200, 30, 30)).save(out, "JPEG", **save)
    return SimpleUploadedFile(name, out.getvalue(), "image/jpeg")


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
            photos=[photo("a.jpg"), photo("b.jpg", quality=20)],
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
        act(unit, order, "feedback", how="going", words="拍了", photos=photo(exif=exif.tobytes())).status_code
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
    many = [photo(f"{n}.jpg", quality=20 + n) for n in range(10)]
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


def draft(world: World, **more: Any) -> dict[str, Any]:
    return {
        "title": "尽快开工",
        "lead": world.land.pk,
        "urgency": "urgent",
        "token": "t" * 32,
        "act": "issue",
    } | more


def test_a_draft_says_each_deadline_and_a_form_sent_twice_makes_one(world: World, signed_in: SignIn) -> None:
    project = add_project(world.town, "紫光项目", responsible_unit=world.land)
    warned = alert(project.pk, subject_name="紫光项目", territory=world.town)
    office, url = signed_in(world.people["clerk"]), reverse("supervision:new_order") + f"?alert={warned.pk}"
    page = office.get(url).content.decode()
    for part in ("3个工作日，9月17日周一17:00", "10个工作日，9月27日周四17:00", "应开未开", "紫光项目"):
        assert part in page
    assert f'<option value="{world.land.pk}" selected>' in page  # the responsible unit leads
    first, second = office.post(url, draft(world)), office.post(url, draft(world))
    assert first.status_code == second.status_code == 302
    order = SupervisionOrder.objects.get()
    assert (order.source_kind, order.source_id, order.project, order.serial) == (
        "alerts.alert",
        warned.pk,
        project,
        1,
    )
    assert order.due_at == at(17, 17)
    assert first["Location"].endswith("issued=1")
    assert "30秒内可以整件撤回" in office.get(first["Location"]).content.decode()
    assert act(office, order, "withdraw", words="刚签发即撤回").status_code == 302
    order.refresh_from_db()
    assert order.state == State.WITHDRAWN


def test_one_order_for_each_of_many_projects(world: World, signed_in: SignIn) -> None:
    one = add_project(world.town, "甲项目", responsible_unit=world.land)
    two = add_project(world.town, "乙项目", responsible_unit=world.planning)
    firm = UnitFactory(name="某公司", kind=Unit.Kind.ENTERPRISE, parent=world.root)
    bare = add_project(world.town, "丙项目", responsible_unit=firm)
    office = signed_in(world.people["clerk"])
    url = reverse("supervision:new_order") + f"?projects={one.pk},{two.pk}"
    page = office.get(url).content.decode()
    assert "2个项目，各派一件" in page
    data = draft(world, lead="", demand="倒排工期")
    assert office.post(url, data).status_code == office.post(url, data).status_code == 302
    made = [(o.title, o.lead, o.demand, o.serial) for o in SupervisionOrder.objects.order_by("serial")]
    assert made == [
        ("甲项目：尽快开工", world.land, "倒排工期", 1),
        ("乙项目：尽快开工", world.planning, "倒排工期", 2),
    ]
    office.post(f"{url.partition('=')[0]}={one.pk},{bare.pk}", draft(world, lead="", token="u" * 32))
    assert SupervisionOrder.objects.get(project=bare).lead == world.town  # no firm leads: its territory does


def test_a_draft_is_kept_amended_and_seen_by_the_office_alone(world: World, signed_in: SignIn) -> None:
    office, url = signed_in(world.people["clerk"]), reverse("supervision:new_order")
    assert office.post(url, draft(world, act="draft")).status_code == 302
    order = SupervisionOrder.objects.get()
    assert (order.state, order.serial) == (State.DRAFTED, None)
    page = reverse("supervision:amend_order", args=[order.pk])
    assert office.post(page, draft(world, title="改过", seen=order.version)).status_code == 302
    stale = office.post(page, draft(world, title="又改", seen=order.version))
    assert (stale.status_code, "又改" in stale.content.decode()) == (422, True)
    assert SupervisionOrder.objects.get().title == "改过"
    for name in ("handler", "leader", "inspector"):
        assert signed_in(world.people[name]).get(page).status_code == 404
    assert act(office, order, "issue").status_code == 302
    order.refresh_from_db()
    assert (order.state, order.serial) == (State.ISSUED, 1)
    for name in ("handler", "leader", "inspector"):
        assert signed_in(world.people[name]).get(url).status_code == 403
        assert signed_in(world.people[name]).post(url, draft(world, token="v" * 32)).status_code == 403


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
            evidence=acting.Evidence((photo(quality=20 + n),)),
        )
    send_instruction(InstructionInput("抓紧", on_order=order), actor=world["leader"], now=at(11))
    assert queries() <= few + 2  # the instruction's own author
    assert few < 30


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
