"""清单、首页、总览的查询次数不随项目数变。"""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.home import world
from xushi.units.models import Unit, User

SignIn = Callable[[User], Client]


@pytest.mark.parametrize(
    "address", ["/projects/?stage=under_way", "/", "/overview/", "/overview/?month=2018-09"]
)
def test_the_number_of_queries_does_not_grow(
    district: Unit, subdistrict: Unit, office_user: User, signed_in: SignIn, address: str
) -> None:
    client = signed_in(office_user)
    small = world.build(district, 20, first=subdistrict)
    few = _queries(client, address)
    world.grow(small, 180)
    assert _queries(client, address) == few


def _queries(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)
