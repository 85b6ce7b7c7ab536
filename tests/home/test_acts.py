"""督办、批示、问题在首页各页：角标等于它打开的清单，号写在该写的地方，看不到的人哪里都看不到。"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.alerts.factories import alert as alerted
from tests.problems.builders import report, seen
from tests.progress.builders import add_plan, add_project
from tests.supervision import world as bureau
from tests.supervision.world import World, at
from xushi.alerts.models import Alert
from xushi.home import context, searching, walls
from xushi.home.months import choose
from xushi.home.nav import Item
from xushi.problems.actions_office import raise_to_leader
from xushi.problems.models import Problem
from xushi.registry.models import Project
from xushi.supervision.actions import acknowledge_orders, reply_order, sign_reply
from xushi.supervision.instructing import InstructionInput, send_instruction
from xushi.supervision.meetings import plan_meeting
from xushi.supervision.models import SupervisionOrder
from xushi.supervision.models_meetings import AgendaItem
from xushi.units.models import User

pytestmark = pytest.mark.django_db
NOW = at(12, 8, 30)
SignIn = Callable[[User], Client]
WORDS = "六户一户一策，十四日前给我结果"


@dataclass
class Acts:
    world: World
    project: Project
    order: SupervisionOrder
    problem: Problem


def warn(project: Project) -> Alert:
    return alerted(
        project.pk, subject_name=project.name, territory=project.territory, responsible_unit=project.territory
    )


@pytest.fixture
def acts() -> Acts:
    """One project with an alert, an order due within three days, a problem raised to the leader, words to route."""
    world = bureau.build()
    project = add_project(world.town, "紫光项目", search_text="紫光项目 ziguangxiangmu zgxm")
    add_plan(project, 10_000)
    warn(project)
    order = world.order(now=at(5), due_on=at(14).date(), project=project)
    problem = report(project, words="4户未腾空，余1户今天会办", by=world.people["town"])
    leader = world.people["leader"]
    raise_to_leader(seen(problem), leader, "请定过渡安置口径", actor=world["clerk"], now=at(11))
    send_instruction(
        InstructionInput(words=WORDS, via_office=True, project=project, subject_name="紫光项目"),
        actor=world["leader"], now=at(11, 16),
    )  # fmt: skip
    return Acts(world, project, order, problem)


def nav_of(user: User) -> dict[str, Item]:
    request = RequestFactory().get("/")
    request.user = User.objects.get(pk=user.pk)  # its appointments not read yet
    return {item.key: item for item in context.nav(request)["nav"]["items"]}


@pytest.mark.parametrize(
    ("who", "orders", "instructions"),
    [("clerk", 2, 1), ("leader", 1, 1), ("handler", 1, 0), ("town", 1, 0), ("head", 1, 0), ("planner", 0, 0)],
)
def test_each_badge_is_the_length_of_the_list_it_opens(
    acts: Acts, signed_in: SignIn, who: str, orders: int, instructions: int
) -> None:
    replied = acts.world.order(now=at(5), title="核减重复申报的征地面积")
    acknowledge_orders([replied], actor=acts.world["handler"], now=at(5, 15))
    reply_order(replied, "已核减", actor=acts.world["handler"], now=at(6))
    sign_reply(SupervisionOrder.objects.get(pk=replied.pk), actor=acts.world["head"], now=at(6, 10))
    acts.world.order(
        now=at(6), title="还早的一件", due_on=at(28).date(), lead=acts.world.office, co_handlers=()
    )
    user = acts.world.people[who]
    items, client = nav_of(user), signed_in(user)
    assert (items["orders"].badge or 0, items["instructions"].badge or 0) == (orders, instructions)
    if orders:
        assert client.get(items["orders"].url).context["found"].count == orders
    if instructions:
        page = client.get(items["instructions"].url)
        assert len(page.context["waiting"]) == instructions


def test_the_leaders_first_page_shows_what_waits_for_the_pen(acts: Acts, signed_in: SignIn) -> None:
    page = signed_in(acts.world.people["leader"]).get("/").content.decode()
    assert "待我批示1件" in page and "请定过渡安置口径" in page
    assert "督办1号" in page
    assert "待我批示" not in signed_in(acts.world.people["clerk"]).get("/").content.decode()


@pytest.mark.parametrize("who", ["leader", "clerk", "handler", "town"])
def test_the_navigation_costs_seven_queries_at_most(acts: Acts, who: str) -> None:
    request = RequestFactory().get("/")
    request.user = User.objects.get(pk=acts.world.people[who].pk)
    with CaptureQueriesContext(connection) as captured:
        context.nav(request)
    assert len(captured) <= 7


def test_the_running_order_stands_beside_alert_problem_and_project(acts: Acts, signed_in: SignIn) -> None:
    acts.world.order(project=acts.project, source_kind="problems.problem", source_id=acts.problem.pk)
    office = signed_in(acts.world.people["clerk"])
    link = f'href="{reverse("supervision:order", args=[acts.order.pk])}"'
    for address in ("/", "/alerts/", "/projects/?stage=under_way"):
        text = office.get(address).content.decode()
        assert link in text, address
    desk = office.get("/problems/").content.decode()
    assert f'href="{reverse("supervision:order", args=[acts.order.pk + 1])}"' in desk
    stranger = signed_in(acts.world.people["planner"])
    assert link not in stranger.get("/alerts/").content.decode()


def test_an_alert_without_an_order_leads_the_office_to_one_and_the_leader_to_the_pen(
    acts: Acts, signed_in: SignIn
) -> None:
    bare = add_project(acts.world.town, "汤泉文旅体验园")
    alert = warn(bare)
    office = signed_in(acts.world.people["clerk"]).get("/alerts/").content.decode()
    assert f"{reverse('supervision:new_order')}?alert={alert.pk}" in office
    leader = signed_in(acts.world.people["leader"]).get("/alerts/").content.decode()
    assert f"{reverse('supervision:new_instruction')}?alert={alert.pk}" in leader
    assert "派督办" not in signed_in(acts.world.people["town"]).get("/alerts/").content.decode()


def test_the_projects_page_offers_each_what_they_may_do(acts: Acts, signed_in: SignIn) -> None:
    address = reverse("home:project", args=[acts.project.pk])
    pages = {
        who: signed_in(acts.world.people[who]).get(address).content.decode()
        for who in ("leader", "clerk", "town")
    }
    assert "写批示" in pages["leader"] and "派督办" not in pages["leader"]
    assert f"{reverse('supervision:new_order')}?project={acts.project.pk}" in pages["clerk"]
    assert "写批示" not in pages["clerk"] + pages["town"] and "派督办" not in pages["town"]
    for who in ("leader", "clerk"):
        assert WORDS in pages[who] and "待转办" in pages[who]
    assert WORDS not in pages["town"]  # not yet routed to it
    assert "1号 完成二期4户腾地并交地" in pages["town"]
    assert signed_in(acts.world.people["planner"]).get(address).status_code == 404


def test_confidential_words_and_orders_stay_off_every_page_of_others(acts: Acts, signed_in: SignIn) -> None:
    world = acts.world
    reader = world.people["handler"]
    send_instruction(
        InstructionInput(
            words="只给点到的人看的话", lead=world.land, project=acts.project, confidential=True,
            readers=(reader,), title="不外传的事",
        ),
        actor=world["leader"], now=at(11, 17),
    )  # fmt: skip
    hidden = SupervisionOrder.objects.get(confidential=True)
    for who in ("other_leader", "clerk", "inspector", "town"):
        client = signed_in(world.people[who])
        addresses = [
            "/",
            reverse("home:project", args=[acts.project.pk]),
            "/projects/?stage=under_way",
            "/alerts/",
        ]
        addresses += [f"/search/?q={words}" for words in ("点到", "不外传", f"督办{hidden.serial}号")]
        for address in addresses:
            text = client.get(address, follow=True).content.decode()
            assert "只给点到的人看" not in text and "不外传的事" not in text, (who, address)
            assert reverse("supervision:order", args=[hidden.pk]) not in text, (who, address)
    wall = walls.build(world.people["leader"], choose(world.people["leader"], None, NOW.date()), NOW)
    assert [row.order.pk for row in wall.handed.rows] == [acts.order.pk]
    assert (wall.handed.issued, wall.handed.running) == (1, 1)


@pytest.mark.parametrize("words", ["1", "1号", "督办1号", "浦重大督〔2018〕1号", "4户腾地"])
def test_an_order_is_found_by_its_number_and_by_what_it_is(acts: Acts, signed_in: SignIn, words: str) -> None:
    leader = acts.world.people["leader"]
    assert [order.pk for order in searching.search(leader, words).orders] == [acts.order.pk]
    assert searching.search(acts.world.people["planner"], words).orders == []
    answer = signed_in(leader).get("/search/", {"q": words})
    if words != "4户腾地":
        assert answer["Location"] == reverse("supervision:order", args=[acts.order.pk])


def test_problems_and_words_are_found_by_those_who_see_them(acts: Acts, signed_in: SignIn) -> None:
    people = acts.world.people
    assert [p.pk for p in searching.search(people["town"], "未腾空").problems] == [acts.problem.pk]
    assert [one.words for one in searching.search(people["clerk"], "一户一策").instructions] == [WORDS]
    for who in ("planner", "handler"):
        found = searching.search(people[who], "一户一策")
        assert not found.anything, who
    assert "没有找到" in signed_in(people["planner"]).get("/search/?q=未腾空").content.decode()
    assert WORDS in signed_in(people["leader"]).get("/search/?q=一户一策").content.decode()


@pytest.mark.parametrize("words", ["%", "_", "'", "〕", "2-", "-7", "²-³", "9" * 60, "17号 17号", "<b>"])
def test_odd_words_find_nothing_and_break_nothing(acts: Acts, signed_in: SignIn, words: str) -> None:
    answer = signed_in(acts.world.people["clerk"]).get(f"/search/?q={words}")
    assert answer.status_code == 200
    assert (
        "<b>" not in answer.content.decode().partition('id="found"')[2].partition("</main>")[0]
        or words != "<b>"
    )


def test_an_order_of_a_leaders_words_about_a_problem_stands_beside_it(acts: Acts, signed_in: SignIn) -> None:
    bare = report(acts.project, words="线杆没有迁，卡住三号路")
    said = InstructionInput(
        words="三日内迁完",
        lead=acts.world.land,
        subject_kind="problems.problem",
        subject_id=bare.pk,
        title="迁线杆",
    )
    order = send_instruction(said, actor=acts.world["leader"], now=NOW).orders.get()
    desk = signed_in(acts.world.people["clerk"]).get("/problems/").content.decode()
    assert f'href="{reverse("supervision:order", args=[order.pk])}"' in desk


def test_searching_costs_the_same_whatever_it_finds(acts: Acts) -> None:
    user = acts.world.people["clerk"]
    with CaptureQueriesContext(connection) as few:
        searching.search(user, "腾地")
    for n in range(12):
        acts.world.order(title=f"第{n}次腾地", project=acts.project)
    with CaptureQueriesContext(connection) as many:
        found = searching.search(user, "腾地")
    assert len(found.orders) == searching.ACTS
    assert len(many) == len(few)


def test_chosen_problems_go_on_the_next_agenda(acts: Acts, signed_in: SignIn) -> None:
    plan_meeting(
        kind="weekly", held_at=at(14, 9), minutes=60, place="三楼", actor=acts.world["clerk"], now=NOW
    )
    office = signed_in(acts.world.people["clerk"])
    assert 'formaction="/supervision/meetings/put"' in office.get("/problems/").content.decode()
    AgendaItem.objects.filter(subject_kind="problems.problem").delete()
    pick = f"{acts.problem.pk}:{Problem.objects.get(pk=acts.problem.pk).version}"
    office.post(reverse("supervision:to_meeting"), {"pick": pick, "next": "/problems/"})
    assert AgendaItem.objects.filter(subject_kind="problems.problem", subject_id=acts.problem.pk).count() == 1


@pytest.fixture(autouse=True)
def morning(settings: object) -> Iterator[None]:
    settings.XUSHI_NOW = NOW  # type: ignore[attr-defined]
    yield
