"""表里的名字先认够得着的：同名的领导、单位认本区的，别区的领导不认；已经挂着的照旧认得。"""

from typing import Any

import pytest

from tests.duties.test_reach import city, one_district, tree
from tests.factories import UnitFactory, UserFactory, appoint
from xushi.core.cells import Understood
from xushi.exchange.lookups import Lookups
from xushi.registry.models import Project
from xushi.units.models import Role, User

__all__ = ["city", "tree"]
pytestmark = pytest.mark.django_db


def read(user: User | None, text: str, what: str = "people") -> Any:
    found = getattr(Lookups.load({}, user), what).read(text)
    return found.value if isinstance(found, Understood) else None


def test_a_leader_out_of_reach_is_not_matched(city: Any) -> None:
    for name, known in (("甲办", "甲市"), ("乙办", "乙市"), ("市办", "甲乙市")):
        for other in "甲乙市":
            leader = city["市长"] if other == "市" else city[f"{other}长"]
            expected = leader.pk if other in known else None
            assert read(city[name], leader.name) == expected, (name, other)
    assert read(None, "乙长") == city["乙长"].pk
    one_district()
    assert read(city["甲办"], "乙长") == city["乙长"].pk


def test_of_one_name_that_within_reach_goes_before(city: Any) -> None:
    first, second = (
        appoint(UserFactory(name="张三"), Role.LEADER, unit=city[name]["unit"]) for name in "甲乙"
    )
    assert (read(city["甲办"], "张三"), read(city["乙办"], "张三")) == (first.pk, second.pk)
    bureaus = [UnitFactory(name="住建局", parent=city[name]["unit"]) for name in "甲乙"]
    assert [read(city[f"{name}办"], "住建局", "units") for name in "甲乙"] == [one.pk for one in bureaus]


def test_who_leads_already_is_still_known(city: Any) -> None:
    Project.objects.filter(pk=city["甲"]["project"].pk).update(leader=city["乙长"])
    assert read(city["甲办"], "乙长") == city["乙长"].pk
