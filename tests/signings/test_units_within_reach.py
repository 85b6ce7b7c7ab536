"""记签约、改签约、换人跟进，落地属地和跟进单位只列得出、只存得进够得着的；已经写着的照旧。"""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.duties.test_reach import city, one_district, tree
from tests.factories import NOW, UnitFactory
from tests.signings.builders import line, summit
from xushi.journal.actions import SYSTEM, Actor
from xushi.registry.checking import Refused
from xushi.registry.models import Category, Project
from xushi.signings import actions, linking, recording
from xushi.signings.models import Signing, SigningEvent

__all__ = ["city", "tree"]
pytestmark = pytest.mark.django_db
NEW = reverse("signings:new")


@pytest.fixture
def bureaus(city: Any) -> dict[str, Any]:
    Category.objects.create(code="industrial", name="产业", path="0002.")
    parents = {"甲": city["甲"]["unit"], "乙": city["乙"]["unit"], "市": city["root"]}
    return {name: UnitFactory(name=f"{name}投促局", parent=parent) for name, parent in parents.items()}


def how(city: Any, name: str = "甲办") -> dict[str, Any]:
    return {"actor": Actor(by=city[name]), "now": NOW}


def signed(city: Any, unit: Any, **more: Any) -> Signing:
    row = line(SigningEvent.objects.first() or summit(), city["甲"]["street"], responsible_unit=unit.pk)
    return recording.sign([row], **({"actor": SYSTEM, "now": NOW} | more))[0]


def shown(client: Client, address: str, name: str) -> set[str]:
    return {str(unit) for unit in client.get(address).context["form"].fields[name].queryset}


def test_the_form_offers_what_is_within_reach(city: Any, bureaus: Any, client: Client) -> None:
    made = signed(city, bureaus["乙"])
    client.force_login(city["甲办"])
    assert shown(client, NEW, "territory") == {"甲街道"}
    assert {"甲投促局", "市投促局"} <= shown(client, NEW, "responsible_unit")
    assert "乙投促局" not in shown(client, NEW, "responsible_unit")
    assert "乙投促局" in shown(client, reverse("signings:edit", args=[made.pk]), "responsible_unit")
    client.force_login(city["市办"])
    assert {"甲街道", "乙街道"} <= shown(client, NEW, "territory")
    one_district()
    client.force_login(city["甲办"])
    assert {"甲街道", "乙街道"} <= shown(client, NEW, "territory")


def test_the_actions_take_what_is_within_reach(city: Any, bureaus: Any) -> None:
    with pytest.raises(Refused, match="乙投促局不在您管的区里"):
        signed(city, bureaus["乙"], **how(city))
    made = signed(city, bureaus["甲"], **how(city))
    with pytest.raises(Refused, match="乙投促局不在您管的区里"):
        actions.hand_to({made.pk: None}, bureaus["乙"], None, "换人", **how(city))
    [made] = actions.hand_to({made.pk: None}, bureaus["乙"], None, "换人", **how(city, "市办"))
    row = line(made.event, city["甲"]["street"], "改了名的", responsible_unit=bureaus["乙"].pk)
    kept = recording.amend_signing({made.pk: made.version}, row, **how(city))
    assert (kept.name, kept.responsible_unit) == ("改了名的", bureaus["乙"])


def test_what_becomes_a_project_keeps_its_units(city: Any, bureaus: Any) -> None:
    made = signed(city, bureaus["乙"])
    [project] = linking.register({made.pk: None}, **how(city))
    assert Project.objects.get(pk=project.pk).responsible_unit == bureaus["乙"]
