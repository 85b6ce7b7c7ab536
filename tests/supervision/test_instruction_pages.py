"""批示的页：领导写、重大办转办、单位看、外人看不到；交两次只成一条；限定阅读只给点到的人。"""

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from tests.progress.builders import add_project
from tests.supervision.world import World, at, build
from xushi.config import clock
from xushi.duties.models import Duty
from xushi.registry.models import Project
from xushi.supervision.actions import acknowledge_orders, reply_order, sign_reply, verify_order
from xushi.supervision.forms_instructions import week_end
from xushi.supervision.instruction_pages import timeline, waiting_count
from xushi.supervision.models import SupervisionOrder
from xushi.supervision.models_instructions import Instruction, InstructionState
from xushi.supervision.table import State
from xushi.units.models import Appointment, User

pytestmark = pytest.mark.django_db
NEW = "supervision:new_instruction"
SAID = "请国土分局牵头，桥林街道配合，周五前完成4户腾地"
SignIn = Callable[[User], Client]


@pytest.fixture(autouse=True)
def at_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: at(12, 8, 32))


@pytest.fixture
def world() -> World:
    return build()


@pytest.fixture
def project(world: World) -> Project:
    project = add_project(world.town, "紫光项目")
    project.responsible_unit = world.land
    project.save()
    return project


def typed(world: World, **more: object) -> dict[str, object]:
    return {
        "words": SAID,
        "lead": world.land.pk,
        "co_handlers": [world.town.pk],
        "due": "2018-09-14",
        "token": "t1",
    } | more


def write(client: Client, about: str, data: dict[str, object]):  # type: ignore[no-untyped-def]
    return client.post(f"{reverse(NEW)}?{about}", data)


def test_the_sheet_knows_what_is_asked_and_whom_to_ask(
    world: World, project: Project, signed_in: SignIn
) -> None:
    client = signed_in(world.people["leader"])
    page = client.get(reverse(NEW), {"project": project.pk}).content.decode()
    assert "紫光项目" in page and f'value="{world.land.pk}" selected' in page
    assert "周五9月14日" in page and "7天，9月19日" in page and "约1号" in page
    sheet = client.get(reverse(NEW), {"project": project.pk}, headers={"HX-Request": "true"}).content.decode()
    assert "data-pen-sheet" in sheet and "<html" not in sheet


def test_words_become_an_order_at_once(world: World, project: Project, signed_in: SignIn) -> None:
    client = signed_in(world.people["leader"])
    answer = write(client, f"project={project.pk}", typed(world))
    order = SupervisionOrder.objects.get()
    assert (order.lead, order.due_on, order.project) == (world.land, date(2018, 9, 14), project)
    assert [str(helper.unit) for helper in order.helpers.all()] == ["桥林街道"]
    instruction = order.instruction
    assert (instruction.words, instruction.subject_name) == (SAID, "紫光项目")
    assert answer.url.startswith(reverse("supervision:instruction", args=[instruction.pk]))
    page = client.get(answer.url, follow=True).content.decode()
    assert (
        SAID in page and "督办1号" in page and f'data-draft-clear="instruction-project-{project.pk}"' in page
    )


def test_a_form_sent_twice_is_one_instruction(world: World, project: Project, signed_in: SignIn) -> None:
    client = signed_in(world.people["leader"])
    urls = {write(client, f"project={project.pk}", typed(world)).url for _ in range(2)}
    assert len(urls) == 1
    assert (Instruction.objects.count(), SupervisionOrder.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"words": "  "}, "请写批示"),
        ({"words": "长" * 2001}, "最多2000个字"),
        ({"due": "date", "due_on": ""}, "请选期限是哪一天"),
        ({"due": "date", "due_on": "2018-09-11"}, "已经过了"),
        ({"confidential": "on"}, "点名给谁看"),
        ({"confidential": "on", "reader_names": "没有这个人"}, "名单里没有"),
        ({"lead": 999_999}, "不在可用的选项中"),
    ],
)
def test_what_is_missing_is_said_and_nothing_typed_is_lost(
    world: World, signed_in: SignIn, more: dict[str, object], sentence: str
) -> None:
    answer = write(signed_in(world.people["leader"]), "", typed(world, **more))
    page = answer.content.decode()
    assert answer.status_code == 400
    if "lead" in more and more["lead"] == 999_999:
        assert "field-error" in page
    else:
        assert sentence in page
    assert not Instruction.objects.exists()
    if "words" not in more:
        assert SAID in page


@pytest.mark.parametrize("name", ["clerk", "handler", "town", "inspector"])
def test_only_leaders_write(world: World, project: Project, signed_in: SignIn, name: str) -> None:
    client = signed_in(world.people[name])
    assert client.get(reverse(NEW)).status_code == 403
    assert write(client, f"project={project.pk}", typed(world)).status_code == 403
    assert not Instruction.objects.exists()


def test_a_subject_out_of_sight_is_not_there(world: World, signed_in: SignIn) -> None:
    client = signed_in(world.people["leader"])
    for about in ("project=999", "order=999", "alert=999", "problem=999", "project=x", "project=²"):
        assert client.get(f"{reverse(NEW)}?{about}").status_code == 404


def test_words_on_a_running_order_make_no_second_one(world: World, signed_in: SignIn) -> None:
    order = world.order()
    client = signed_in(world.people["leader"])
    page = client.get(reverse(NEW), {"order": order.pk}).content.decode()
    assert "不另成单" in page and 'name="lead"' not in page
    write(client, f"order={order.pk}", {"words": "抓紧", "token": "t2"})
    order.refresh_from_db()
    assert order.instruction.words == "抓紧"
    assert SupervisionOrder.objects.count() == 1


def test_a_correction_is_a_second_instruction(world: World, signed_in: SignIn) -> None:
    client = signed_in(world.people["leader"])
    write(client, "", typed(world))
    first = Instruction.objects.get()
    write(client, f"corrects={first.pk}", typed(world, words="改由9月20日前", token="t3"))
    first.refresh_from_db()
    assert first.words == SAID
    assert first.corrections.get().words == "改由9月20日前"
    assert "另写一条更正" in client.get(reverse("supervision:instruction", args=[first.pk])).content.decode()
    other = signed_in(world.people["other_leader"])
    assert (
        other.get(f"{reverse(NEW)}?corrects={first.pk}").status_code == 404
    )  # another's words are not yours to correct


def through_office(world: World, client: Client) -> Instruction:
    write(client, "", typed(world, lead="", co_handlers=[], words="请研究资金缺口"))
    return Instruction.objects.get()


def routed(**more: object) -> dict[str, object]:
    return {"form-TOTAL_FORMS": 1, "form-INITIAL_FORMS": 1, "how": "orders"} | more


def test_the_office_routes_it_into_several_orders(world: World, signed_in: SignIn) -> None:
    instruction = through_office(world, signed_in(world.people["leader"]))
    client = signed_in(world.people["clerk"])
    page = client.get(reverse("supervision:instruction", args=[instruction.pk])).content.decode()
    assert 'value="请研究资金缺口"' in page and "转办并签发" in page
    address = reverse("supervision:route_instruction", args=[instruction.pk])
    longer = client.post(address, routed(how="more", **{"form-0-title": "甲", "form-0-lead": world.land.pk}))
    assert 'name="form-1-title"' in longer.content.decode() and 'value="甲"' in longer.content.decode()
    both = routed(
        **{
            "form-TOTAL_FORMS": 2, "seen": instruction.version, "words": "分两家办",
            "form-0-title": "报资金方案", "form-0-lead": world.land.pk, "form-0-urgency": "urgent",
            "form-1-title": "核户数", "form-1-lead": world.town.pk, "form-1-urgency": "ordinary",
        }
    )  # fmt: skip
    assert client.post(address, both).status_code == 302
    assert [order.called for order in instruction.orders.order_by("serial")] == ["督办1号", "督办2号"]
    again = client.post(address, both | {"seen": ""})
    assert again.status_code == 409 and "已经转办过" in again.content.decode()
    assert instruction.orders.count() == 2


def test_a_routing_without_a_lead_says_so_and_keeps_what_was_typed(world: World, signed_in: SignIn) -> None:
    instruction = through_office(world, signed_in(world.people["leader"]))
    client = signed_in(world.people["clerk"])
    address = reverse("supervision:route_instruction", args=[instruction.pk])
    answer = client.post(address, routed(**{"form-0-title": "报方案", "form-0-urgency": "urgent"}))
    assert answer.status_code == 400 and "请选主办单位" in answer.content.decode()
    assert 'value="报方案"' in answer.content.decode()
    nothing = client.post(address, routed(how="answer", words=" "))
    assert nothing.status_code == 400 and "为什么不用成单" in nothing.content.decode()
    assert client.post(address, routed(how="answer", words="已批过，见8月纪要")).status_code == 302
    instruction.refresh_from_db()
    assert instruction.state == InstructionState.FED_BACK
    assert client.post(address, {"how": "orders"}).status_code == 400  # no management form


@pytest.mark.parametrize("name", ["leader", "handler", "inspector", "planner", "town"])
def test_only_the_office_routes(world: World, signed_in: SignIn, name: str) -> None:
    instruction = through_office(world, signed_in(world.people["leader"]))
    address = reverse("supervision:route_instruction", args=[instruction.pk])
    answer = signed_in(world.people[name]).post(address, routed(how="answer", words="不办"))
    assert answer.status_code in (403, 404)
    instruction.refresh_from_db()
    assert instruction.state == InstructionState.TO_ROUTE


def fed_back(world: World, client: Client) -> Instruction:
    write(client, "", typed(world))
    order = SupervisionOrder.objects.get()
    acknowledge_orders([order], actor=world["handler"], now=at(12, 9))
    order = reply_order(order, "4户已腾空", actor=world["handler"], now=at(13))
    order = sign_reply(order, actor=world["head"], now=at(13, 10))
    verify_order(order, actor=world["clerk"], now=at(13, 11))
    return Instruction.objects.get()


def test_the_leader_reads_to_the_end(
    world: World, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in(world.people["leader"])
    instruction = fed_back(world, client)
    monkeypatch.setattr(clock, "now", lambda: at(14))
    assert waiting_count(world.people["leader"], date(2018, 9, 14)) == 1
    first = client.get(reverse("home:home"))
    assert [duty.title for duty in first.context["waiting"]] == [f"阅反馈：{SAID}"]
    listed = client.get(reverse("supervision:instructions")).content.decode()
    assert "1条有了反馈，等你阅" in listed and "待我批示" in listed and f"阅反馈：{SAID}" in listed
    address = reverse("supervision:read_instruction", args=[instruction.pk])
    again = client.post(address, {"how": "again", "words": "", "seen": instruction.version})
    assert again.status_code == 400 and "还要办什么" in again.content.decode()
    stale = client.post(address, {"how": "finished", "seen": instruction.version - 1})
    assert stale.status_code == 409 and "刚有人办过" in stale.content.decode()
    assert signed_in(world.people["other_leader"]).post(address, {"how": "finished"}).status_code == 403
    assert client.post(address, {"how": "finished", "seen": instruction.version}).status_code == 302
    instruction.refresh_from_db()
    assert instruction.state == InstructionState.READ
    assert SupervisionOrder.objects.get().state == State.CLOSED
    assert not Duty.objects.open().exists()
    told = [moment.what for moment in timeline(instruction, world.people["leader"])]
    assert told[0] == "批示" and told[-1] in ("阅结", "销号") and "签收" in told


def test_the_leader_writes_again_and_the_unit_works_on(
    world: World, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in(world.people["leader"])
    instruction = fed_back(world, client)
    monkeypatch.setattr(clock, "now", lambda: at(14))
    client.post(
        reverse("supervision:read_instruction", args=[instruction.pk]),
        {"how": "again", "words": "还差交地确认书", "seen": instruction.version},
    )
    assert SupervisionOrder.objects.get().state == State.RETURNED
    page = client.get(reverse("supervision:instruction", args=[instruction.pk])).content.decode()
    assert "阅后又批" in page and "还差交地确认书" in page


def test_who_sees_it(world: World, signed_in: SignIn) -> None:
    write(signed_in(world.people["leader"]), "", typed(world))
    instruction = Instruction.objects.get()
    for name in ("leader", "clerk", "inspector", "handler", "town", "other_leader"):
        client = signed_in(world.people[name])
        for page in ("instruction", "print_instruction"):
            assert SAID in client.get(reverse(f"supervision:{page}", args=[instruction.pk])).content.decode()
    stranger = signed_in(world.people["planner"])
    for page in ("instruction", "print_instruction"):
        assert stranger.get(reverse(f"supervision:{page}", args=[instruction.pk])).status_code == 404
    assert SAID not in stranger.get(reverse("supervision:instructions")).content.decode()


def test_a_unit_sees_of_the_line_only_its_own_order(world: World, signed_in: SignIn) -> None:
    instruction = through_office(world, signed_in(world.people["leader"]))
    both = routed(
        **{
            "form-TOTAL_FORMS": 2,
            "form-0-title": "报资金方案", "form-0-lead": world.land.pk, "form-0-urgency": "urgent",
            "form-1-title": "核户数", "form-1-lead": world.town.pk, "form-1-urgency": "ordinary",
        }
    )  # fmt: skip
    signed_in(world.people["clerk"]).post(
        reverse("supervision:route_instruction", args=[instruction.pk]), both
    )
    seen = {moment.order.called for moment in timeline(instruction, world.people["town"]) if moment.order}
    assert seen == {"督办2号"}


def test_a_confidential_one_is_for_the_named(world: World, signed_in: SignIn) -> None:
    client = signed_in(world.people["leader"])
    secret = typed(world, confidential="on", readers=[world.people["handler"].pk], words="只此一人知")
    write(client, "", secret)
    instruction = Instruction.objects.get()
    address = reverse("supervision:instruction", args=[instruction.pk])
    assert "handler" in client.get(address).content.decode()
    assert signed_in(world.people["handler"]).get(address).status_code == 200
    for name in ("clerk", "other_leader", "inspector", "head", "town"):
        other = signed_in(world.people[name])
        assert other.get(address).status_code == 404
        assert "只此一人知" not in other.get(reverse("supervision:instructions")).content.decode()


def test_an_administrator_does_not_come_in(world: World, signed_in: SignIn) -> None:
    admin = world.people["planner"]
    Appointment.objects.filter(user=admin).update(role="system_admin")
    admin.forget_appointments()
    assert signed_in(admin).get(reverse("supervision:instructions")).status_code == 403


def test_the_list_costs_the_same_at_any_length(
    world: World, signed_in: SignIn, django_assert_max_num_queries
) -> None:  # type: ignore[no-untyped-def]
    client = signed_in(world.people["leader"])

    def queries() -> int:
        with django_assert_max_num_queries(60) as seen:
            assert client.get(reverse("supervision:instructions"), {"tab": "all"}).status_code == 200
        return len(seen)

    queries()  # what the process keeps is there from here on
    write(client, "", typed(world))
    few = queries()
    for i in range(8):
        write(client, "", typed(world, token=f"n{i}"))
    assert queries() == few


@pytest.mark.parametrize(
    ("now", "end"),
    [
        (at(12), date(2018, 9, 14)),
        (at(14), date(2018, 9, 21)),  # a Friday: the next one
        (at(15), date(2018, 9, 21)),
        (at(24), date(2018, 9, 30)),  # a Sunday that works
    ],
)
def test_the_end_of_the_week_is_a_working_day(now, end) -> None:  # type: ignore[no-untyped-def]
    from xushi.calendars.selectors import calendar

    assert week_end(now, calendar()) == end


def test_the_form_follows_the_words(world: World, signed_in: SignIn) -> None:
    address = reverse("supervision:understood")
    found = signed_in(world.people["leader"]).post(address, {"words": SAID}).json()
    assert found == {"lead": world.land.pk, "helpers": [world.town.pk], "due": "2018-09-14"}
    assert signed_in(world.people["clerk"]).post(address, {"words": SAID}).status_code == 403
