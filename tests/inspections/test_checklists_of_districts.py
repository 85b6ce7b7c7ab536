"""检查单各区自己的：没定的用共用的；现场看的是项目所在的区的；存成和共用的一样就是用回共用的。"""

from dataclasses import replace
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from tests.units.test_districts import SEPTEMBER, city
from xushi.inspections.checklists import ItemInput, in_force_at, set_checklist
from xushi.inspections.models import Checklist
from xushi.inspections.selectors_phone import _checklists
from xushi.journal.actions import Actor
from xushi.registry.checking import Conflict
from xushi.units.models import Unit, User

__all__ = ["city"]
pytestmark = pytest.mark.django_db
ITEMS = [ItemInput("看围挡", "连续封闭")]
PAGE = reverse("inspections:checklist", args=["start"])


def set_by(user: User, district: Unit | None, items: Any = ITEMS, **more: Any) -> Checklist:
    return set_checklist("start", items, district=district, actor=Actor(by=user), now=SEPTEMBER, **more)


def seen_at(unit: Unit) -> list[str]:
    return [item["name"] for item in _checklists(unit.path)["start"]["items"]]


def test_a_site_is_looked_at_by_the_list_of_its_district(city: Any) -> None:
    first, second = city["甲"], city["乙"]
    common = seen_at(second["street"])
    made = set_by(first["office"], first["unit"])
    assert str(made).startswith("甲区") and made.version == 1
    assert seen_at(first["street"]) == ["看围挡"] and seen_at(second["street"]) == common
    set_by(city["office"], None, [ItemInput("看扬尘")])
    assert (seen_at(first["street"]), seen_at(second["street"])) == (["看围挡"], ["看扬尘"])
    with pytest.raises(Conflict, match="刚出了第1版"):
        set_by(first["office"], first["unit"], seen=0)


def test_one_that_is_as_the_common_one_is_no_longer_its_own(city: Any) -> None:
    first = city["甲"]
    common = [
        ItemInput(one.name, one.hint, one.finding_class, one.severity)
        for one in in_force_at("")["start"].items.all()
    ]
    set_by(first["office"], first["unit"])
    made = set_by(first["office"], first["unit"], common, seen=1)
    assert (made.version, made.in_force) == (2, False)
    assert not Checklist.objects.kept_by(first["unit"]).filter(in_force=True).exists()
    changed = [replace(common[0], hint="另一条"), *common[1:]]
    assert set_by(first["office"], first["unit"], changed, seen=2).version == 3


def test_nobody_sets_another_s(city: Any) -> None:
    for district in (None, city["甲"]["unit"]):
        with pytest.raises(PermissionDenied, match="由管全部的重大办来办"):
            set_by(city["乙"]["office"], district)
    assert set_by(city["office"], city["甲"]["unit"]).district == city["甲"]["unit"]


def test_the_database_keeps_one_in_force_for_each(city: Any) -> None:
    first = city["甲"]
    set_by(first["office"], first["unit"])
    for wrong in ({"version": 1, "in_force": False}, {"version": 2}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Checklist.objects.create(kind="start", district=first["unit"], at=SEPTEMBER, **wrong)


def test_the_page(city: Any, client: Client) -> None:
    first = city["甲"]
    client.force_login(first["office"])
    page = client.get(PAGE).content.decode()
    assert "甲区没有自己的" in page and "存为甲区的新一版" in page
    typed = {"version": "0", "name": "看围挡", "hint": "封闭", "class": "other", "severity": "1"}
    assert client.post(PAGE, typed).status_code == 302
    assert "这是甲区自己的" in client.get(PAGE).content.decode()
    assert "存为" not in client.get(f"{PAGE}?district=common").content.decode()
    assert client.post(f"{PAGE}?district=common", typed).status_code == 403
    client.force_login(city["乙"]["office"])
    assert "看围挡" not in client.get(f"{PAGE}?district={first['unit'].pk}").content.decode()
    client.force_login(city["office"])
    assert "看围挡" in client.get(f"{PAGE}?district={first['unit'].pk}").content.decode()
