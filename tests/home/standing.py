"""一个文件只建一次的小区，见 tests/conftest.py 的 once：每个碰数据库的测试都要 here 的文件引这几个夹具。

They stand in for those of the same names in the conftests.
"""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass

import pytest

from tests import people
from tests.conftest import Once
from tests.home import world
from tests.home.world import World
from xushi.units.models import Unit, User


@dataclass
class Stood:
    """The district, 江浦街道 in it, the owner of the first project, and all that conftest's here has."""

    district: Unit
    subdistrict: Unit
    owner_user: User
    here: World


def build() -> Stood:
    district = people.district()
    town, owner = people.town("江浦街道", district), people.person("owner_user", district)
    return Stood(district, town, owner, world.build(district, 36, first=town, owner=owner.unit))


@pytest.fixture(scope="module")
def the_built(once: Once) -> Iterator[Stood]:
    with once(build) as made:
        yield made


@pytest.fixture
def the_stood(the_built: Stood, db: None) -> Stood:
    return deepcopy(the_built)


@pytest.fixture(name="district")
def the_district(the_stood: Stood) -> Unit:
    return the_stood.district


@pytest.fixture(name="subdistrict")
def the_subdistrict(the_stood: Stood) -> Unit:
    return the_stood.subdistrict


@pytest.fixture(name="owner_user")
def the_owner_user(the_stood: Stood) -> User:
    return the_stood.owner_user


@pytest.fixture(name="here")
def the_here(the_stood: Stood) -> World:
    return the_stood.here
