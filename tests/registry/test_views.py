"""项目库的页：重大办能改，属地能提，外人看不到。"""

import pytest
from django.urls import reverse

from tests.progress.district import build
from xushi.registry.forms import ProjectForm
from xushi.registry.models import AnnualPlan, Category, Ceremony, Listing, Project

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(subdistrict, other_subdistrict):
    return build(closed=0).projects[0]


def typed(project, **more):
    values = {k: v for k, v in ProjectForm.initial_of(project).items() if v is not None}
    return values | {"version": project.version} | more


def test_the_office_registers_a_project(project, office_user, signed_in):
    client = signed_in(office_user)
    assert client.get(reverse("registry:new")).status_code == 200
    answer = client.post(
        reverse("registry:new"), typed(project, name="新来的项目", total_investment="12,345.6")
    )
    made = Project.objects.get(name="新来的项目")
    assert answer.url == reverse("registry:listings", args=[made.pk])
    assert made.total_investment == 123_456_000
    again = client.post(reverse("registry:new"), typed(project, name="新来的项目"))
    assert again.status_code == 400 and "全角半角和空格不同也算同名" in again.content.decode()


def test_amounts_that_are_none_get_a_sentence(project, office_user, signed_in):
    answer = signed_in(office_user).post(
        reverse("registry:new"), typed(project, name="乙", total_investment="三亿")
    )
    assert answer.status_code == 400 and "不是金额，请填万元数" in answer.content.decode()


def test_saving_on_an_old_version_loses_nothing(project, office_user, signed_in):
    client = signed_in(office_user)
    address = reverse("registry:edit", args=[project.pk])
    Project.objects.filter(pk=project.pk).update(version=5, scale="别人改的")
    answer = client.post(address, typed(project, scale="我改的"))
    page = answer.content.decode()
    assert answer.status_code == 400 and "刚被别人改过" in page and "我改的" in page and "别人改的" in page
    assert client.post(address, typed(project, scale="我改的", version=5)).status_code == 302
    assert Project.objects.get(pk=project.pk).scale == "我改的"


@pytest.mark.parametrize("name", ["registry:edit", "registry:listings"])
def test_only_the_office_edits(name, project, office_user, leader_user, territory_user, stranger, signed_in):
    address = reverse(name, args=[project.pk])
    assert signed_in(office_user).get(address).status_code == 200
    for person in (leader_user, territory_user, stranger):
        assert signed_in(person).get(address).status_code == 403


def test_lists_are_set_by_level(project, office_user, signed_in):
    signed_in(office_user).post(
        reverse("registry:listings", args=[project.pk]),
        {"year": 2018, "provincial": "2", "district": "1", "municipal": ""},
    )
    held = dict(Listing.objects.filter(project=project, year=2018).values_list("level", "stage"))
    assert held["provincial"] == 2 and "municipal" not in held


def test_a_territory_proposes_and_the_office_decides(
    project, office_user, territory_user, stranger, signed_in
):
    address = reverse("registry:plan", args=[project.pk]) + "?year=2018"
    assert signed_in(stranger).get(address).status_code in (404, 200)
    client = signed_in(territory_user) if project.territory.name == "江浦街道" else signed_in(stranger)
    assert client.get(address).status_code == 200
    body = {"year": 2018, "planned_investment": "70000", "start_month": "2018-03", "reason": "征地推迟"}
    assert client.post(address, body).status_code == 302
    waiting = AnnualPlan.objects.get(project=project, state="proposed")
    decide = {"plan": waiting.pk, "decision": "approve"}
    assert client.post(reverse("registry:decide_plan", args=[project.pk]), decide).status_code == 403
    signed_in(office_user).post(reverse("registry:decide_plan", args=[project.pk]), decide)
    assert AnnualPlan.objects.get(project=project, state="in_force").planned_investment == 700_000_000


def test_a_stranger_finds_no_plan(project, territory_user, stranger, auditor, signed_in):
    outsider = stranger if project.territory.name == "江浦街道" else territory_user
    address = reverse("registry:plan", args=[project.pk])
    assert signed_in(outsider).get(address).status_code == 404
    assert signed_in(auditor).get(address).status_code == 403


def test_ceremonies_are_kept_and_listed(project, office_user, leader_user, signed_in):
    body = {
        "kind": "completion",
        "title": "上半年集中竣工",
        "held_on": "2018-06-28",
        "projects": "第 0 号项目\n",
        "rank_by_investment": 3,
    }
    client = signed_in(office_user)
    assert client.post(reverse("registry:new_ceremony"), body).status_code == 302
    held = Ceremony.objects.get()
    assert list(held.projects.all()) == [project]
    page = signed_in(leader_user).get(reverse("registry:ceremonies")).content.decode()
    assert "上半年集中竣工" in page and "第3" in page
    assert "第0号项目" in client.get(reverse("registry:ceremony", args=[held.pk])).content.decode()
    wrong = client.post(reverse("registry:new_ceremony"), body | {"projects": "没有的项目"})
    assert wrong.status_code == 400 and "库里没有：没有的项目" in wrong.content.decode()
    assert signed_in(leader_user).get(reverse("registry:new_ceremony")).status_code == 403


def test_words_are_added_and_renamed(project, office_user, leader_user, signed_in):
    client = signed_in(office_user)
    parent = Category.objects.get(code="infrastructure")
    added = client.post(
        reverse("registry:vocabulary"),
        {"table": "category", "name": "交通", "code": "transport", "parent": parent.pk},
    )
    assert added.status_code == 302
    child = Category.objects.get(code="transport")
    assert child.path == parent.path + "0001."
    client.post(reverse("registry:rename", args=["category", child.pk]), {"name": "综合交通"})
    child.refresh_from_db()
    assert child.name == "综合交通"
    assert (
        "要有代号"
        in client.post(reverse("registry:vocabulary"), {"table": "category", "name": "无名"}).content.decode()
    )
    assert signed_in(leader_user).get(reverse("registry:vocabulary")).status_code == 403
