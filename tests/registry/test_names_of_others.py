"""一棵树里几个区：别的区的项目重了名、重了代码，只说这个不能用，不说是哪一个。"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.admission import builders
from tests.exchange.conftest import workbook
from tests.exchange.test_pages import hand_in
from tests.units.test_districts import SEPTEMBER, city, of
from xushi.admission.deciding import existing
from xushi.admission.models import Application
from xushi.journal.actions import Actor
from xushi.planning.reserve import propose_reserves
from xushi.planning.rules import Maturity, ReserveInput
from xushi.registry.actions import register_projects
from xushi.registry.checking import Refused
from xushi.registry.models import Project
from xushi.units.models import User

__all__ = ["city"]
pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
CODE = "2018-320111-48-01-500001"
FREE = "别的区已有同名的项目或储备，几个区的不能重名，请在名称里写上本区的区名。"


def by(place: dict[str, Any]) -> dict[str, Any]:
    return {"actor": Actor(by=place["office"]), "now": SEPTEMBER}


def coded(place: dict[str, Any]) -> Project:
    project: Project = place["project"]
    project.code = CODE
    project.save()
    return project


def test_a_name_and_a_code_that_another_district_holds(city: Any) -> None:
    first, second = city["甲"], city["乙"]
    coded(first)
    with pytest.raises(Refused) as refused:
        register_projects([replace(of(second["street"], "甲 项目"), code=CODE)], **by(second))
    assert [one.sentence for one in refused.value.problems] == [
        FREE,
        f"项目代码{CODE}已经是别的区一个项目的，请核对。",
    ]
    with pytest.raises(Refused, match="库里已有“甲项目”"):
        register_projects([of(first["street"], "甲 项目")], **by(first))


def test_a_reserve_of_a_name_that_another_district_holds(city: Any) -> None:
    first, second = city["甲"], city["乙"]

    def entry(place: dict[str, Any], name: str) -> ReserveInput:
        street = place["street"].pk
        return ReserveInput(
            name, "infrastructure", street, street, 10**8, 10**7, Maturity.IDEA, lacking="选址"
        )

    propose_reserves([entry(first, "5G产业园")], **by(first))
    for name in ("5G 产业园", "甲项目"):
        with pytest.raises(Refused) as refused:
            propose_reserves([entry(second, name)], **by(second))
        assert [one.sentence for one in refused.value.problems] == [FREE]
    with pytest.raises(Refused, match="项目库里已有“甲项目”"):
        propose_reserves([entry(first, "甲项目")], **by(first))


def test_an_application_does_not_become_another_district_s_project(city: Any) -> None:
    first, second = city["甲"], city["乙"]
    application = builders.applied(first["street"], name="甲项目")
    assert existing(application) == first["project"]
    with pytest.raises(Refused, match="“甲项目”已有一件在审的申请"):
        builders.applied(first["street"], name="甲项目")
    with pytest.raises(Refused, match="^别的区有同名的申请在审"):
        builders.applied(second["street"], name="甲项目")
    Application.objects.update(territory=second["street"])
    application.refresh_from_db()
    assert existing(application) is None


def test_a_sheet_tells_nothing_of_another_district_s_projects(city: Any, signed_in: SignIn) -> None:
    first, second = city["甲"], city["乙"]
    project = coded(first)
    client = signed_in(second["office"])
    head = [["2018年重大项目"], ["项目代码", "项目名称", "2018年计划投资"]]
    for row, said, kept in (
        ([CODE, "", 100], f"“项目代码{CODE}”不在管辖范围", project.name),
        ([CODE.replace("500001", "500009"), project.name, 100], f"“{project.name}”不在管辖范围", CODE),
    ):
        batch = hand_in(client, workbook([*head, row]))
        assert batch is not None
        page = client.get(reverse("exchange:preview", args=[batch.pk])).content.decode()
        assert said in page and kept not in page
    batch = hand_in(client, workbook([*head, ["", "写错的", 100]]))
    assert batch is not None
    client.post(reverse("exchange:answer", args=[batch.pk]), {"cell": "B3", "answer": f"!is:{project.pk}"})
    page = client.get(reverse("exchange:preview", args=[batch.pk])).content.decode()
    assert "写错的" in page and project.name not in page
