"""预计开工的页和项目页上的一段：数怎么来的都写着；看不到项目的部门看得到自己手里的那几步。"""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import NOW, UserFactory, appoint
from tests.permits.test_expected import ago, held_up
from tests.permits.waiting import Tracks, approved
from tests.progress.builders import add_plan
from xushi.registry.models import Project
from xushi.units.models import Role, Unit, User

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]


@pytest.fixture(autouse=True)
def september(settings: Any) -> None:
    settings.XUSHI_NOW = NOW


@pytest.fixture
def project(tracks: Tracks, subdistrict: Unit) -> Project:
    made = held_up(tracks, subdistrict)
    add_plan(made, 12_000)
    return made


def text_of(client: Client, name: str, project: Project) -> str:
    answer = client.get(reverse(name, args=[project.pk]))
    assert answer.status_code == 200
    return answer.content.decode()


def test_each_step_says_how_long_by_what_and_how_far_it_may_slip(
    project: Project, office_user: User, signed_in: SignIn
) -> None:
    text = text_of(signed_in(office_user), "permits:expected", project)
    assert "11月22日" in text  # 47 working days after 12 September, 中秋 and 国庆 between
    assert "卡在征地拆迁</b>，还要20天" in text
    assert "这一步快一周，开工提前5个工作日，值今年计划" in text
    assert text.count("承诺时限</td>") == 4
    assert text.count("拖不得</td>") == 3
    assert "39天</td>" in text


def test_the_projects_page_has_it_too(project: Project, leader_user: User, signed_in: SignIn) -> None:
    text = text_of(signed_in(leader_user), "home:project", project)
    assert 'href="#permits">手续</a>' in text
    assert "正办征地拆迁" in text
    assert "多半<b>11月22日</b>开工" in text
    assert reverse("permits:steps", args=[project.pk]) in text
    assert reverse("permits:expected", args=[project.pk]) in text


def test_a_project_that_began_keeps_its_track_and_expects_no_start(
    tracks: Tracks, project: Project, subdistrict: Unit, leader_user: User, signed_in: SignIn
) -> None:
    Project.objects.filter(pk=project.pk).update(started_on=ago(3))
    client = signed_in(leader_user)
    text = text_of(client, "home:project", project)
    assert "6步办完1步" in text
    assert "怎么推算的" not in text
    assert "没有预计开工" in text_of(client, "permits:expected", project)


def test_all_in_hand(tracks: Tracks, subdistrict: Unit, leader_user: User, signed_in: SignIn) -> None:
    ready = tracks.project(subdistrict, "齐了的", {"construction": approved(ago(9), ago(2))})
    text = text_of(signed_in(leader_user), "permits:expected", ready)
    assert "开工前的手续都齐了" in text


def test_who_sees_when_a_project_can_start(
    project: Project, tracks: Tracks, signed_in: SignIn, territory_user: User, stranger: User, owner_user: User,
    department_user: User, system_admin: User,
) -> None:  # fmt: skip
    address = reverse("permits:expected", args=[project.pk])
    land = appoint(UserFactory(), Role.DEPARTMENT, unit=tracks.departments["land"])
    for user, status in (
        (territory_user, 200), (land, 200), (stranger, 404), (owner_user, 404), (department_user, 404),
        (system_admin, 403),
    ):  # fmt: skip
        assert signed_in(user).get(address).status_code == status, user
    assert Client().get(address).status_code == 302
    assert signed_in(land).get(reverse("home:project", args=[project.pk])).status_code == 404
    Project.objects.filter(pk=project.pk).update(owner_unit=owner_user.unit)
    assert signed_in(owner_user).get(address).status_code == 200
