"""两个人同时写、连点两次、写怪东西：第二个看见改了什么，填的都在，一行不半写。"""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import NOW, UnitFactory
from tests.progress.district import build
from xushi.core.text import name_key
from xushi.journal.actions import SYSTEM
from xushi.journal.models import Event
from xushi.registry import actions, checking
from xushi.registry.actions import Refused, list_projects, register_projects
from xushi.registry.forms import ProjectForm
from xushi.registry.models import AnnualPlan, Category, Ceremony, IndustryChain, Listing, Project, Tag
from xushi.registry.rules import ListingInput, ProjectInput
from xushi.units.models import Unit, User

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]


@pytest.fixture
def project(subdistrict: Unit, other_subdistrict: Unit) -> Project:
    return build(closed=0).projects[0]


def typed(project: Project, **more: Any) -> dict[str, Any]:
    held = {name: value for name, value in ProjectForm.initial_of(project).items() if value is not None}
    return held | {"version": project.version} | more


def test_the_second_sees_names_not_numbers(project: Project, office_user: User, signed_in: SignIn) -> None:
    """What the registry holds is said in words; what was typed stays in the form."""
    client, address = signed_in(office_user), reverse("registry:edit", args=[project.pk])
    seen = typed(project, content="我写的建设内容", difficulty="我写的卡点")
    moved = UnitFactory(name="老山林场", kind=Unit.Kind.FARM, parent=Unit.objects.get(parent=None))
    Project.objects.filter(pk=project.pk).update(territory=moved, difficulty="别人写的卡点", version=2)
    answer = client.post(address, seen)
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "库里：老山林场" in page
    assert "库里：别人写的卡点" in page
    assert "我写的建设内容" in page
    assert "我写的卡点" in page
    assert f"库里：{moved.pk}<" not in page
    assert 'name="version" value="2"' in page
    assert Project.objects.get(pk=project.pk).content == ""


@pytest.mark.parametrize("odd", ["", "abc", "²", "9" * 5000, "-1"])
def test_odd_versions_do_no_harm(odd: str, project: Project, office_user: User, signed_in: SignIn) -> None:
    address = reverse("registry:edit", args=[project.pk])
    assert signed_in(office_user).post(address, typed(project) | {"version": odd}).status_code == 302


def test_sending_the_same_form_twice_makes_one_project(
    project: Project, office_user: User, signed_in: SignIn
) -> None:
    client, body = signed_in(office_user), typed(project, name="点了两次的项目", code="")
    assert client.post(reverse("registry:new"), body).status_code == 302
    again = client.post(reverse("registry:new"), body)
    assert again.status_code == 400
    assert "库里已有“点了两次的项目”" in again.content.decode()
    assert Project.objects.filter(name="点了两次的项目").count() == 1


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"name": "Ａ１　项目"}, "库里已有“A1 项目”，全角半角和空格不同也算同名"),
        ({"name": "a1项目"}, "库里已有“A1 项目”"),
        ({"name": "乙", "code": "2018-320111-39-03-512345"}, "已经是“A1 项目”的"),
    ],
)
def test_a_name_or_code_that_is_held(
    change: dict[str, str], says: str, project: Project, office_user: User, signed_in: SignIn
) -> None:
    code = "2018-320111-39-03-512345"
    Project.objects.filter(pk=project.pk).update(name="A1 项目", name_key=name_key("A1 项目"), code=code)
    answer = signed_in(office_user).post(reverse("registry:new"), typed(project, code="") | change)
    assert answer.status_code == 400
    assert says in answer.content.decode()


def test_a_name_taken_between_the_check_and_the_write_is_said_not_thrown(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = ProjectInput(project.name, "infrastructure", project.territory_id, project.territory_id, 1)
    monkeypatch.setattr(actions, "taken", lambda rows, keep=(): [])  # the other one was not there yet
    before = Project.objects.count(), Event.objects.count()
    with pytest.raises(Refused, match=f"库里已有“{project.name}”"):
        register_projects([row], actor=SYSTEM, now=NOW)
    assert (Project.objects.count(), Event.objects.count()) == before
    assert checking.taken is not actions.taken


def test_a_list_moved_meanwhile_is_not_moved_back(
    project: Project, office_user: User, signed_in: SignIn
) -> None:
    client = signed_in(office_user)
    address = f"{reverse('registry:listings', args=[project.pk])}?year=2018"
    assert 'name="was-district" value="1"' in client.get(address).content.decode()
    list_projects([ListingInput(project.pk, 2018, "district", 2)], actor=SYSTEM, now=NOW)
    stale = {"year": "2018", "was-district": "1", "district": "1", "was-municipal": "0", "municipal": "1"}
    assert client.post(address, stale).status_code == 302  # the district's list was not touched on this page
    held = dict(Listing.objects.filter(project=project, year=2018).values_list("level", "stage"))
    assert held == {"district": 2, "municipal": 1}
    both = {"year": "2018", "was-municipal": "2", "municipal": "1", "was-provincial": "0", "provincial": "2"}
    list_projects([ListingInput(project.pk, 2018, "provincial", 1)], actor=SYSTEM, now=NOW)
    answer = client.post(address, both)
    assert answer.status_code == 400
    assert "2018年省级名单刚被别人改成“当年实施”" in answer.content.decode()
    assert Listing.objects.get(project=project, level="provincial").stage == 1


def test_a_ceremony_is_held_once(project: Project, office_user: User, signed_in: SignIn) -> None:
    client = signed_in(office_user)
    body = {"kind": "start", "title": "三季度集中开工", "held_on": "2018-09-01", "projects": project.name}
    assert client.post(reverse("registry:new_ceremony"), body).status_code == 302
    again = client.post(reverse("registry:new_ceremony"), body)
    assert again.status_code == 400
    assert "已经登记过" in again.content.decode()
    assert Ceremony.objects.count() == 1


@pytest.mark.parametrize("table", ["category", "chain", "tag"])
def test_two_words_of_one_name(table: str, project: Project, office_user: User, signed_in: SignIn) -> None:
    client = signed_in(office_user)
    for name, code in (("５Ｇ 产业", "five"), ("生物医药", "bio")):
        body = {"table": table, "name": name, "code": code}
        assert client.post(reverse("registry:vocabulary"), body).status_code == 302
    again = client.post(reverse("registry:vocabulary"), {"table": table, "name": "5G产业", "code": "other"})
    assert again.status_code == 400
    assert "“5G 产业”已经有了" in again.content.decode()
    model = {"category": Category, "chain": IndustryChain, "tag": Tag}[table]
    word = model.objects.get(name="生物医药")
    renamed = client.post(reverse("registry:rename", args=[table, word.pk]), {"name": "5g产业"}, follow=True)
    assert "已经有了，全角半角和空格不同也算同名" in renamed.content.decode()
    word.refresh_from_db()
    assert word.name == "生物医药"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"total_investment": "1e400"}, "核对单位是不是万元"),
        ({"total_investment": "-1"}, "总投资不能是负数"),
        ({"total_investment": "NaN"}, "不是金额"),
        ({"tags": "长" * 41}, "超过40个字"),
        ({"started_on": "昨天"}, "日期看不懂"),
        ({"territory": "9" * 30}, "选择|有效"),
        ({"longitude": "118.6°"}, "数字|输入"),
    ],
)
def test_odd_values_get_a_sentence(
    change: dict[str, str], says: str, project: Project, office_user: User, signed_in: SignIn
) -> None:
    answer = signed_in(office_user).post(
        reverse("registry:new"), typed(project, name="怪项目", code="") | change
    )
    assert answer.status_code == 400
    page = answer.content.decode()
    assert any(word in page for word in says.split("|"))
    assert not Project.objects.filter(name="怪项目").exists()


@pytest.mark.parametrize(
    "curve", ["1e999999", "nan " * 12, "十 二十", "5 " * 11, "-1 " + "100 " * 11, "9" * 400]
)
def test_odd_curves_get_a_sentence(
    curve: str, project: Project, office_user: User, signed_in: SignIn
) -> None:
    body = {"planned_investment": "100", "reason": "调", "curve": curve, "seen_version": "1"}
    answer = signed_in(office_user).post(f"{reverse('registry:plan', args=[project.pk])}?year=2018", body)
    assert answer.status_code == 400
    assert "序时曲线" in answer.content.decode()
    assert not AnnualPlan.objects.filter(state="proposed").exists()


def test_an_expired_session_leads_back_to_the_form(
    project: Project, office_user: User, signed_in: SignIn
) -> None:
    """Nothing is written; the browser keeps what was typed under the form's own key until the person is back."""
    client, address = signed_in(office_user), reverse("registry:edit", args=[project.pk])
    assert f'data-draft-key="project-{project.pk}' in client.get(address).content.decode()
    client.logout()
    late = client.post(
        address, typed(project, scale="写了一半"), headers={"Referer": f"http://testserver{address}"}
    )
    assert late.status_code == 302
    assert late.headers["Location"].endswith(f"next={address.replace('/', '%2F')}")
    assert Project.objects.get(pk=project.pk).scale == ""
