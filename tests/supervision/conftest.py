"""督办的页：2018年9月12日早上上班，一个小区，一件签收了的督办单。"""

from typing import Any

import pytest

from tests.factories import UnitFactory, UserFactory, appoint
from tests.supervision.world import World, at, build
from xushi.config import clock
from xushi.supervision.models import SupervisionOrder
from xushi.units.models import Role, Unit


@pytest.fixture
def at_work(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Any) -> None:
    monkeypatch.setattr(clock, "now", lambda: at(12, 8, 30))
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def world() -> World:
    return build()


@pytest.fixture
def order(world: World) -> SupervisionOrder:
    return world.taken_on()


@pytest.fixture
def city() -> dict[str, Any]:
    """One city of two districts, 甲区 and 乙区: units and people by name."""
    root = UnitFactory(name="某市", kind=Unit.Kind.DISTRICT)
    office = UnitFactory(name="市重大办", kind=Unit.Kind.OFFICE, parent=root)
    made: dict[str, Any] = {
        "root": root,
        "市办": appoint(UserFactory(), Role.OFFICE, unit=office, scope=root),
    }
    for name in "甲乙":
        district = made[name] = UnitFactory(name=f"{name}区", kind=Unit.Kind.DISTRICT, parent=root)
        own = UnitFactory(name=f"{name}区重大办", kind=Unit.Kind.OFFICE, parent=district)
        made[f"{name}局"] = UnitFactory(name=f"{name}区住建局", parent=district)
        made[f"{name}办"] = appoint(UserFactory(), Role.OFFICE, unit=own, scope=district)
        made[f"{name}区长"] = appoint(UserFactory(), Role.LEADER, unit=district)
    return made
