"""新增、修改项目时，属地、责任单位、项目单位只列得出、只存得进够得着的；已经写着的照旧。"""

import pytest
from django.urls import reverse

from tests.duties.test_reach import city, offered, one_district, tree
from tests.factories import NOW, UnitFactory
from xushi.journal.actions import SYSTEM, Actor
from xushi.registry.actions import amend_projects, register_projects
from xushi.registry.checking import Refused
from xushi.registry.models import Project
from xushi.registry.rules import ProjectInput
from xushi.units.models import Unit

__all__ = ["city", "tree"]
pytestmark = pytest.mark.django_db
NEW = reverse("registry:new")
FIELDS = ("territory", "responsible_unit", "owner_unit")


@pytest.fixture
def places(city):
    """Beside the streets, a bureau of either district and one of the city."""
    bureaus = {name: UnitFactory(name=f"{name}区住建局", parent=city[name]["unit"]) for name in "甲乙"}
    return city | {"局": bureaus | {"市": UnitFactory(name="市住建局", parent=city["root"])}}


def row(places, responsible, owner=None, name="新桥"):
    street = places["甲"]["street"]
    return ProjectInput(
        name, "infrastructure", street.pk, responsible.pk, 10**8, owner_unit=owner.pk if owner else None
    )


def test_the_form_offers_what_is_within_reach(places, signed_in):
    page = signed_in(places["甲办"]).get(NEW)
    for name in FIELDS:
        shown = offered(page, name)
        assert not any(one.startswith("乙") for one in shown), name
    assert "甲街道" in offered(page, "territory")
    assert {"甲区住建局", "市住建局"} <= offered(page, "responsible_unit")
    assert {"甲区住建局", "乙区住建局"} <= offered(signed_in(places["市办"]).get(NEW), "owner_unit")
    one_district()
    assert "乙区住建局" in offered(signed_in(places["甲办"]).get(NEW), "responsible_unit")


def test_the_form_keeps_what_stands(places, signed_in):
    project, there = places["甲"]["project"], places["局"]["乙"]
    Project.objects.filter(pk=project.pk).update(responsible_unit=there)
    client = signed_in(places["甲办"])
    assert "乙区住建局" in offered(
        client.get(reverse("registry:edit", args=[project.pk])), "responsible_unit"
    )


def test_the_actions_take_what_is_within_reach(places):
    own, above, there = (places["局"][name] for name in "甲市乙")
    how = {"actor": Actor(by=places["甲办"]), "now": NOW}
    for refused, field in (((there, None), "responsible_unit"), ((own, there), "owner_unit")):
        with pytest.raises(Refused, match="乙区住建局不在您管的区里") as said:
            register_projects([row(places, *refused)], **how)
        assert [problem.field for problem in said.value.problems] == [field]
    [made] = register_projects([row(places, own, above)], **how)
    with pytest.raises(Refused, match="不在您管的区里"):
        amend_projects([(made.pk, row(places, there))], **how)
    Project.objects.filter(pk=made.pk).update(responsible_unit=there)
    [kept] = amend_projects([(made.pk, row(places, there, name="新桥二期"))], **how)
    assert kept.responsible_unit == there
    for actor, name in ((Actor(by=places["市办"]), "甲桥"), (SYSTEM, "乙桥")):
        assert register_projects([row(places, there, name=name)], actor=actor, now=NOW)
    Unit.objects.filter(name="乙区").update(kind=Unit.Kind.SUBDISTRICT)
    assert register_projects([row(places, there, name="丙桥")], **how)
