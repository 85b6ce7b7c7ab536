"""前期手续的测试：一版目录，两个部门的人，一个走到半路的项目。"""

from datetime import date

import pytest

from tests.factories import UserFactory, appoint
from tests.permits import waiting
from tests.permits.serving import AGO
from tests.permits.waiting import Tracks, approved, waits
from xushi.registry.models import Project
from xushi.units.models import Role, Unit, User


@pytest.fixture
def tracks(district: Unit) -> Tracks:
    return waiting.catalogue(district)


@pytest.fixture
def hall(tracks: Tracks) -> User:
    """Somebody of 区行政审批局, which holds all but the land."""
    return appoint(UserFactory(name="钱审批"), Role.DEPARTMENT, unit=tracks.departments["other"])


@pytest.fixture
def land(tracks: Tracks) -> User:
    return appoint(UserFactory(name="钱国土"), Role.DEPARTMENT, unit=tracks.departments["land"])


@pytest.fixture
def project(tracks: Tracks, subdistrict: Unit) -> Project:
    """备案批了；环评、征地拆迁可以办；土地供应等拆迁，施工许可等前面的。"""
    return tracks.project(subdistrict, "二期厂房", {
        "filing": approved(date(2018, 8, 1), AGO), "environment": waits(AGO), "relocation": waits(AGO),
        "supply": "planned", "construction": "planned", "acceptance": "planned",
    })  # fmt: skip
