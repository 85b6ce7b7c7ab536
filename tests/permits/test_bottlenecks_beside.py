"""排队图旁边：问题事项的卡、最近一次反馈、督办的期限、只看产业；各人只看到自己看得到的。"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import NOW, UserFactory, appoint
from tests.permits.test_bottlenecks import queue_of_three
from tests.permits.waiting import Tracks
from tests.problems.builders import given, report
from xushi.core.clock import BEIJING
from xushi.duties.followed import heard
from xushi.journal.actions import SYSTEM, Actor
from xushi.kit.beside import cards
from xushi.problems.actions import add_note
from xushi.registry.models import Category, Project
from xushi.supervision import actions as orders
from xushi.supervision.actions import OrderInput
from xushi.units.models import Role, Unit, User

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]


@pytest.fixture(autouse=True)
def september(settings: Any) -> None:
    settings.XUSHI_NOW = NOW


@pytest.fixture
def three(tracks: Tracks, subdistrict: Unit, other_subdistrict: Unit) -> list[Project]:
    return queue_of_three(tracks, subdistrict, other_subdistrict)


def page(client: Client, query: str = "") -> str:
    answer = client.get(f"{reverse('permits:bottlenecks')}?{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_card_counts_open_problems_by_class(
    three: list[Project], tracks: Tracks, office_user: User, signed_in: SignIn
) -> None:
    given(three[0], tracks.departments["land"])
    report(three[1], words="再报一件别的事，路口拓宽没有批")
    report(three[2], code="funds", words="配套资金没有到位，请财政局定")
    [card] = cards("permits", office_user, NOW.date())
    assert [(bar.name, bar.count) for bar in card.bars] == [("拆迁", 2), ("资金", 1)]
    assert (card.note, card.foot) == ("在办3项", "")
    text = page(signed_in(office_user))
    assert "在办3项" in text
    for bar in card.bars:
        assert signed_in(office_user).get(bar.url).context["page"].paginator.count == bar.count


def test_without_problems_there_is_no_card(
    three: list[Project], office_user: User, signed_in: SignIn
) -> None:
    assert cards("permits", office_user, NOW.date()) == []
    assert "问题事项</h2>" not in page(signed_in(office_user))


def test_a_stranger_sees_only_their_own_problems(
    three: list[Project], other_subdistrict: Unit, office_user: User
) -> None:
    for project in three:
        report(project, words=f"{project.name}有户没有搬")
    stranger = appoint(UserFactory(), Role.TERRITORY, unit=other_subdistrict, scope=other_subdistrict)
    own = sum(project.territory_id == other_subdistrict.pk for project in three)
    assert [card.note for card in cards("permits", office_user, NOW.date())] == ["在办3项"]
    assert [card.note for card in cards("permits", stranger, NOW.date())] == ([f"在办{own}项"] if own else [])


def test_the_order_and_its_deadline_and_what_was_last_heard(
    three: list[Project], tracks: Tracks, office_user: User, leader_user: User, signed_in: SignIn
) -> None:
    land, project = tracks.departments["land"], three[0]
    handler = appoint(UserFactory(name="周国土"), Role.DEPARTMENT, unit=land, scope=land)
    row = OrderInput(
        title="限期腾地", demand="请限期办结。", lead=land, project=project,
        due_on=NOW.astimezone(BEIJING).date() + timedelta(days=2),
    )  # fmt: skip
    order = orders.issue_order(row, actor=Actor(by=office_user), now=NOW - timedelta(days=3))
    orders.acknowledge_orders([order], actor=Actor(by=handler), now=NOW - timedelta(days=2))
    orders.file_plan(order, "7日前入户", actor=Actor(by=handler), now=NOW - timedelta(days=1))
    text = page(signed_in(leader_user))
    assert "还剩2天" in text
    assert heard(leader_user, [project])[project.pk].words == "7日前入户"
    assert "9月11日" in text


def test_a_problems_progress_is_heard_too_and_the_latest_wins(
    three: list[Project], tracks: Tracks, office_user: User
) -> None:
    problem = given(three[0], tracks.departments["land"])
    add_note({problem.pk: None}, "谈妥两户", actor=SYSTEM, now=NOW + timedelta(hours=1))
    told = heard(office_user, three)
    assert told[three[0].pk].words == "谈妥两户"
    assert told.keys() == {three[0].pk}


def test_what_one_may_not_see_is_not_heard(
    three: list[Project], tracks: Tracks, other_subdistrict: Unit
) -> None:
    mine, others = [p for p in three if p.territory_id == other_subdistrict.pk], three
    for project in others:
        report(project, words=f"{project.name}有户没有搬")
    stranger = appoint(UserFactory(), Role.TERRITORY, unit=other_subdistrict, scope=other_subdistrict)
    assert set(heard(stranger, three)) == {project.pk for project in mine}


def test_industry_alone_and_back(three: list[Project], office_user: User, signed_in: SignIn) -> None:
    industry = Category.objects.filter(parent=None, name__startswith="产业").first()
    if industry is None:
        industry = Category.objects.create(code="industrial", name="产业项目", path="0009.")
    client = signed_in(office_user)
    assert f"category={industry.path}" in page(client).replace("%2E", ".")
    assert "看全部类别" in page(client, f"category={industry.path}")
