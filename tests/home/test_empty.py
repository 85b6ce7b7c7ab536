"""新装的库：首页、总览、清单不摆一串零，说现在怎样、下一步去哪。"""

from collections.abc import Callable

import pytest
from django.test import Client, RequestFactory

from tests.duties.factories import owed
from tests.factories import UserFactory
from xushi.home import context
from xushi.units.models import Role, Unit, User

SignIn = Callable[[User], Client]


@pytest.mark.parametrize("address", ["/", "/overview/"])
def test_the_office_is_led_to_import_and_the_leader_told_to_wait(
    signed_in: SignIn, office_user: User, leader_user: User, address: str
) -> None:
    office = signed_in(office_user).get(address).content.decode()
    assert "2018年9月还没有你看得到的项目" in office
    assert "导入表格" in office and "登记项目" in office
    leader = signed_in(leader_user).get(address).content.decode()
    assert "区重大办登记了项目" in leader
    assert "导入表格" not in leader
    for page in (office, leader):
        assert "tile-red" not in page


def test_a_reporter_without_projects_has_not_reported_everything(
    signed_in: SignIn, territory_user: User, subdistrict: Unit
) -> None:
    page = signed_in(territory_user).get("/").content.decode()
    assert "没有要报的项目" in page
    assert "都报了" not in page


def test_an_empty_list_and_an_unknown_month_say_so(signed_in: SignIn, office_user: User) -> None:
    client = signed_in(office_user)
    assert "这个月还没有你看得到的项目" in client.get("/projects/?stage=under_way").content.decode()
    odd = client.get("/overview/?month=2017-01")
    assert odd.status_code == 400
    assert "2017年1月没有数：还没有关过账，正在报的是2018年9月。" in odd.content.decode()


def test_who_owes_something_and_sees_no_project_finds_what_is_owed(
    signed_in: SignIn, department_user: User, district: Unit
) -> None:
    assert "9月还没有你看得到的项目" in signed_in(department_user).get("/").content.decode()
    owed(district, person=department_user, title="写一份说明")
    page = signed_in(department_user).get("/").content.decode()
    assert "写一份说明" in page and "1件待办" in page
    assert "9月还没有你看得到的项目" not in page


def test_an_empty_district_still_has_its_pages(signed_in: SignIn, office_user: User) -> None:
    client = signed_in(office_user)
    for address in ("/", "/overview/", "/projects/", "/search/?q=jp"):
        assert client.get(address).status_code == 200


def test_on_the_phone_administrators_find_their_rooms_and_no_others(db: None) -> None:
    keys = {}
    for role in (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDITOR):
        request = RequestFactory().get("/")
        request.user = UserFactory(role=role)
        keys[role] = [item.key for item in context.nav(request)["nav"]["tabs"]]
    assert keys[Role.SYSTEM_ADMIN] == ["channels", "operations", "people", "api", "units"]
    assert keys[Role.SECURITY_ADMIN] == ["people", "api", "exports"]
    assert keys[Role.AUDITOR] == []
