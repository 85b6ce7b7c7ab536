"""首页各页的测试都活在2018年9月12日8:30。"""

from collections.abc import Iterator

import pytest

from tests.factories import NOW
from tests.home import world
from tests.home.world import World
from xushi.units.models import Unit, User


@pytest.fixture(autouse=True)
def september(settings: object) -> Iterator[None]:
    settings.XUSHI_NOW = NOW  # type: ignore[attr-defined]
    yield


@pytest.fixture
def here(district: Unit, subdistrict: Unit, owner_user: User) -> World:
    """36 projects; the first is the owner's, every third stands in 江浦街道."""
    return world.build(district, 36, first=subdistrict, owner=owner_user.unit)
