"""每一页：当事人、外人、领导各看一遍。"""

import json
import re
from collections.abc import Callable
from datetime import date

import pytest
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from tests.factories import NOW
from tests.home.standing import (  # noqa: F401 - fixtures
    the_built,
    the_district,
    the_here,
    the_owner_user,
    the_stood,
    the_subdistrict,
)
from tests.home.world import World
from xushi.home import actions, context
from xushi.home.models import WallKey
from xushi.home.project_page import revised
from xushi.journal.actions import Actor
from xushi.journal.models import Event
from xushi.kit.once import one_reading
from xushi.progress import figures
from xushi.progress.models import PublishedFigure
from xushi.registry.models import ProjectRevision, Watch
from xushi.units.models import User

SignIn = Callable[[User], Client]
EVERY_PAGE = ["/", "/overview/", "/projects/", "/search/?q=jp"]


@pytest.mark.parametrize("address", EVERY_PAGE)
@pytest.mark.parametrize(
    "who", ["office_user", "leader_user", "territory_user", "owner_user", "stranger", "department_user",
            "statistics_user", "inspector_user"],
)  # fmt: skip
def test_every_page_opens_for_every_role(
    here: World, signed_in: SignIn, request: pytest.FixtureRequest, who: str, address: str
) -> None:
    assert signed_in(request.getfixturevalue(who)).get(address).status_code == 200


@pytest.mark.parametrize("address", [*EVERY_PAGE, "/projects/1/", "/walls/"])
def test_the_anonymous_are_sent_to_the_door(here: World, client: Client, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 302
    assert "login" in answer["Location"]


@pytest.mark.parametrize("who", ["system_admin", "security_admin", "auditor"])
def test_administrators_see_no_business(
    here: World, signed_in: SignIn, request: pytest.FixtureRequest, who: str
) -> None:
    client = signed_in(request.getfixturevalue(who))
    assert client.get("/projects/").status_code == 403
    assert client.get("/").status_code == 302


def test_the_project_page_is_scoped(
    here: World, signed_in: SignIn, owner_user: User, stranger: User, leader_user: User
) -> None:
    address = f"/projects/{here.projects[0].pk}/"
    assert signed_in(owner_user).get(address).status_code == 200
    assert signed_in(leader_user).get(address).status_code == 200
    assert signed_in(stranger).get(address).status_code == 404
    assert signed_in(stranger).post(f"{address}watch", {"watch": "1"}).status_code == 404
    assert not Watch.objects.exists()


def test_a_project_says_how_far_behind_it_is_and_what_it_needs(
    here: World, signed_in: SignIn, leader_user: User
) -> None:
    page = signed_in(leader_user).get(f"/projects/{here.projects[0].pk}/").content.decode()
    assert "比序时慢26.7个百分点" in page
    assert "1月起慢于序时" in page
    assert "完成全年需月均" in page
    found = re.search(r'<script id="project-curve" type="application/json">(.*?)</script>', page)
    assert found
    assert json.loads(found[1])["series"]


def test_the_overview_opens_with_its_conclusion_and_every_number_is_a_link(
    here: World, signed_in: SignIn, office_user: User
) -> None:
    group = figures.total(office_user, world_month())
    page = signed_in(office_user).get("/overview/").content.decode()
    assert f"完成年度投资{group.figure('completion_rate').text()}" in page
    assert "个项目要盯紧" in page
    for name in ("completed_investment", "annual_plan", "started", "preliminary", "completed_projects"):
        figure = group.figure(name)
        link = f'href="/projects/?{figure.rows}"'.replace("&", "&amp;")
        assert re.search(re.escape(link) + r"[^>]*>" + re.escape(figure.text()), page), name


def world_month() -> "figures.Month":
    return figures.Month(2018, 8)


def test_a_published_rate_that_disagrees_is_marked_with_both_values(
    here: World, signed_in: SignIn, office_user: User
) -> None:
    PublishedFigure.objects.create(
        month=world_month(), level="district", name="start_rate.under_way", value="99.9", source="某报告"
    )
    page = signed_in(office_user).get("/overview/").content.decode()
    computed = figures.total(office_user, world_month()).figure("start_rate.under_way").text()
    assert "1处数字待核" in page
    assert f"待核：按分项算{computed}，原报99.9%" in page
    assert "某报告" in page


def test_the_open_month_says_so(here: World, signed_in: SignIn, office_user: User) -> None:
    assert "未关账" in signed_in(office_user).get("/overview/?month=2018-09").content.decode()
    assert signed_in(office_user).get("/overview/?month=2018-12").status_code == 400


def test_search_finds_projects_and_units_and_opens_an_exact_name(
    here: World, signed_in: SignIn, leader_user: User, stranger: User
) -> None:
    client = signed_in(leader_user)
    page = client.get("/search/?q=jpjd").content.decode()
    assert here.projects[0].name in page
    assert "看它的项目" in page
    exact = client.get("/search/", {"q": here.projects[0].name})
    assert exact["Location"] == f"/projects/{here.projects[0].pk}/"
    assert "没有找到" in signed_in(stranger).get("/search/?q=第0号").content.decode()


def test_the_wall_needs_a_key_in_force(
    here: World, signed_in: SignIn, client: Client, office_user: User, leader_user: User
) -> None:
    assert signed_in(leader_user).get("/walls/").status_code == 403
    office = signed_in(office_user)
    office.post("/walls/", {"name": "指挥中心"})
    key = WallKey.objects.get()
    page = client.get(f"/wall/{key.key}/")
    assert page.status_code == 200
    assert "every 60s" in page.content.decode()
    part = client.get(f"/wall/{key.key}/", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert client.get("/wall/guess/").status_code == 404
    assert signed_in(leader_user).post(f"/walls/{key.pk}/revoke").status_code == 403
    office.post(f"/walls/{key.pk}/revoke")
    assert client.get(f"/wall/{key.key}/").status_code == 404


def test_nav_costs_at_most_seven_queries_and_counts_as_the_figures_do(
    here: World, office_user: User, territory_user: User
) -> None:
    for user in (office_user, territory_user):
        request = RequestFactory().get("/")
        request.user = User.objects.get(pk=user.pk)
        with CaptureQueriesContext(connection) as captured, one_reading():
            nav = context.nav(request)["nav"]
        assert len(captured) <= 9
        with CaptureQueriesContext(connection) as again, one_reading():
            assert context.nav(request)["nav"] == nav
        assert len(again) < len(captured), [q["sql"][:90] for q in captured]
        projects = next(item for item in nav["items"] if item.key == "projects")
        assert projects.count == figures.total(user, world_month()).under_way
        assert all(item.url for item in nav["items"])
        assert 2 <= len(nav["tabs"]) <= 5


def test_a_stated_change_that_is_not_the_difference_is_doubted() -> None:
    rows = [
        ProjectRevision(as_of=date(2018, 1, 1), total_investment=100),
        ProjectRevision(as_of=date(2018, 2, 1), total_investment=130, stated_change=30),
        ProjectRevision(as_of=date(2018, 3, 1), total_investment=150, stated_change=25),
    ]
    assert [(row.change, row.disputed) for row in revised(rows)] == [(None, None), (30, None), (20, 25)]


def test_actions_refuse_with_a_sentence_and_record_what_they_do(here: World, office_user: User) -> None:
    actor = Actor(by=office_user)
    with pytest.raises(actions.Refused, match="放在哪"):
        actions.make_wall_key(name=" ", actor=actor, now=NOW)
    key = actions.make_wall_key(name="大厅", actor=actor, now=NOW)
    assert len(key.key) >= 40
    actions.revoke_wall_key(key=key, actor=actor, now=NOW)
    with pytest.raises(actions.Refused, match="已经停用"):
        actions.revoke_wall_key(key=key, actor=actor, now=NOW)
    view = actions.save_view(name="甲", query="q=1", actor=actor, now=NOW)
    actions.save_view(name="乙", query="q=2", actor=actor, now=NOW)
    with pytest.raises(actions.Refused, match="已有叫"):
        actions.rename_view(view=view, name="乙", actor=actor, now=NOW)
    verbs = list(Event.objects.exclude(verb__startswith="progress").values_list("verb", flat=True))
    assert verbs == ["home.wall.made", "home.wall.revoked", "registry.view.saved", "registry.view.saved"]


def test_watching_twice_counts_once_and_the_timeline_leaves_it_out(
    here: World, signed_in: SignIn, leader_user: User
) -> None:
    address = f"/projects/{here.projects[0].pk}/"
    client = signed_in(leader_user)
    for _ in range(2):
        client.post(f"{address}watch", {"watch": "1"})
    assert Watch.objects.filter(user=leader_user).count() == 1
    assert "盯上" not in client.get(address).content.decode()
    client.post(f"{address}watch")
    assert not Watch.objects.exists()
