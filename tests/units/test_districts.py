"""一棵树两个区：甲区的重大办动不了乙区的东西，也动不了两个区共用的；管全市的都能动。"""

from datetime import datetime

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from tests.factories import UnitFactory, UserFactory, appoint
from xushi.core.clock import BEIJING
from xushi.core.months import Month
from xushi.journal.actions import SYSTEM, Actor
from xushi.progress.closing import close_month, reopen_month
from xushi.progress.models import MonthClosing, MonthlyReport
from xushi.registry.actions import Refused, list_projects, register_projects, set_plans
from xushi.registry.models import Category, Project
from xushi.registry.rules import ListingInput, PlanInput, ProjectInput
from xushi.units.districts import district_of, is_whole, keeps_whole, office_of
from xushi.units.models import Appointment, Role, Unit, User
from xushi.units.models_exports import ExportRequest
from xushi.units.policy_exports import can_decide_export

pytestmark = pytest.mark.django_db
Kind = Unit.Kind
JANUARY = datetime(2018, 1, 2, 9, tzinfo=BEIJING)
SEPTEMBER = datetime(2018, 9, 12, 8, 30, tzinfo=BEIJING)
AUGUST = Month(2018, 8)


@pytest.fixture
def city():
    """某市 with an office of its own and two districts: an office, a street, a project reported for August in each."""
    root = UnitFactory(name="某市", kind=Kind.DISTRICT)
    office = UnitFactory(name="市重大办", kind=Kind.OFFICE, parent=root)
    made = {"root": root, "office": appoint(UserFactory(name="市办"), Role.OFFICE, unit=office, scope=root)}
    Category.objects.create(code="infrastructure", name="基础设施", path="0001.")
    for name in "甲乙":
        made[name] = _district(name, root)
    return made


def _district(name, root):
    district = UnitFactory(name=f"{name}区", kind=Kind.DISTRICT, parent=root)
    own = UnitFactory(name=f"{name}区重大办", kind=Kind.OFFICE, parent=district)
    street = UnitFactory(name=f"{name}街道", kind=Kind.SUBDISTRICT, parent=district)
    [project] = register_projects([of(street, f"{name}项目")], actor=SYSTEM, now=JANUARY)
    list_projects([ListingInput(project.pk, 2018, "district", 1)], actor=SYSTEM, now=JANUARY)
    set_plans([PlanInput(project.pk, 2018, planned_investment=10**8)], actor=SYSTEM, now=JANUARY)
    report = MonthlyReport.objects.create(project=project, month=AUGUST, state="accepted", cumulative=10**7)
    office = appoint(UserFactory(name=f"{name}办"), Role.OFFICE, unit=own, scope=district)
    return {
        "unit": district,
        "own": own,
        "street": street,
        "project": project,
        "report": report,
        "office": office,
    }


def of(street, name):
    return ProjectInput(
        name=name, category="infrastructure", territory=street.pk, responsible_unit=street.pk,
        total_investment=10**9,
    )  # fmt: skip


def test_whose_matter_it_is(city):
    root, first, second = city["root"], city["甲"], city["乙"]
    assert [is_whole(one) for one in (root, first["unit"])] == [True, False]
    assert keeps_whole(city["office"])
    assert not keeps_whole(first["office"])
    assert district_of(first["street"]) == first["unit"]
    assert [office_of(one["street"]) for one in (first, second)] == [first["own"], second["own"]]
    assert office_of(root) == city["office"].unit
    assert office_of(None) == city["office"].unit


def test_the_only_district_below_a_city_is_the_whole():
    root = UnitFactory(name="某市", kind=Kind.DISTRICT)
    only = UnitFactory(name="甲区", kind=Kind.DISTRICT, parent=root)
    street = UnitFactory(kind=Kind.SUBDISTRICT, parent=only)
    assert is_whole(only)
    assert is_whole(street)  # as before: nobody else's matters are there to be mixed up with
    UnitFactory(name="乙区", kind=Kind.DISTRICT, parent=root)
    assert not is_whole(only)
    assert not is_whole(street)


SHARED = {
    "目标天数": (
        "signings:limits",
        [],
        {"stage1": "3", "stage2": "3", "stage3": "3", "stage4": "3", "stage5": "3"},
    ),
    "词表": ("registry:vocabulary", [], {"table": "tag", "name": "新标签"}),
    "放假通知": ("calendars:notice", [2019], {"text": "元旦"}),
    "盘子": ("guarantees:stock", [2018], {"kind": "land", "amount": "1", "source": "文"}),
}


@pytest.mark.parametrize("what", SHARED)
def test_what_the_districts_share_is_not_one_district_s_to_change(client, city, what):
    name, given, typed = SHARED[what]
    client.force_login(city["甲"]["office"])
    answer = client.post(reverse(name, args=given), typed)
    assert answer.status_code == 403
    assert "由管全部的重大办来办" in answer.content.decode()
    assert not MonthClosing.objects.exists()


def test_each_district_s_office_closes_its_own_month_and_no_other(city):
    first, second = city["甲"], city["乙"]
    own = Actor(by=first["office"])
    with pytest.raises(PermissionDenied, match="管全部的重大办"):
        close_month(AUGUST, actor=own, now=SEPTEMBER)
    with pytest.raises(PermissionDenied, match="乙区的账由乙区的重大办关账"):
        close_month(AUGUST, actor=own, now=SEPTEMBER, district=second["unit"])
    closing = close_month(AUGUST, actor=own, now=SEPTEMBER, district=first["unit"])
    with pytest.raises(PermissionDenied, match="甲区的账由甲区的重大办关账"):
        reopen_month(AUGUST, "改数", actor=Actor(by=second["office"]), now=SEPTEMBER, district=first["unit"])
    assert MonthClosing.objects.get() == closing and closing.reopened_at is None
    by_city = close_month(AUGUST, actor=Actor(by=city["office"]), now=SEPTEMBER, district=second["unit"])
    assert by_city.district == second["unit"]
    assert MonthClosing.objects.filter(district=None, reopened_at=None).count() == 1


def test_an_export_is_granted_by_the_head_of_one_s_own_district(city):
    street = appoint(UserFactory(), Role.TERRITORY, unit=city["乙"]["street"])
    given = {
        "by": street,
        "title": "项目清单",
        "address": "/projects/",
        "reason": "汇报",
        "asked_at": SEPTEMBER,
    }
    asked = ExportRequest.objects.create(**given)
    heads = [city["甲"]["office"], city["乙"]["office"], city["office"]]
    Appointment.objects.filter(user__in=heads).update(is_head=True)
    assert [can_decide_export(User.objects.get(pk=one.pk), asked) for one in heads] == [False, True, True]


def test_a_project_is_registered_and_moved_within_the_office_s_own_district(client, city):
    by = Actor(by=city["甲"]["office"])
    with pytest.raises(Refused, match="不在您的管辖范围里"):
        register_projects([of(city["乙"]["street"], "越界")], actor=by, now=SEPTEMBER)
    assert not Project.objects.filter(name="越界").exists()
    [made] = register_projects([of(city["甲"]["street"], "本区新项目")], actor=by, now=SEPTEMBER)
    assert made.territory == city["甲"]["street"]
    client.force_login(city["甲"]["office"])
    for name in ("registry:edit", "registry:listings", "registry:plan", "sites:new"):
        for ask in (client.get, client.post):
            assert ask(reverse(name, args=[city["乙"]["project"].pk])).status_code == 404
