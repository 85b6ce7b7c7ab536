"""一条命令建的省：各级登录看得到自己的那一级，合计对得上。"""

import pytest
from bench.province import build, let_in
from django.test import Client

from xushi.core.months import Month
from xushi.demo.people import PASSWORD
from xushi.progress.closed import closing_for
from xushi.registry.models import Project
from xushi.units.models import User

pytestmark = pytest.mark.django_db


def test_everybody_enters_and_sees_their_own_tier(client: Client) -> None:
    people = build(4, 6, 40, months=2)
    let_in(people)
    seen = {who: Project.objects.visible_to(user).count() for who, user in people.items()}
    assert seen["province"] == 24
    assert seen["city"] == seen["office"] == 6, "four districts in four cities"
    assert 0 < seen["territory"] < 6
    for who, user in people.items():
        assert closing_for(user, Month(2018, 2)), who
        page = sign_in(client, user).get("/projects/")
        assert page.status_code == 200
        assert str(seen[who]) in page.content.decode()


def sign_in(client: Client, user: User) -> Client:
    client.logout()
    answer = client.post("/login", {"username": user.username, "password": PASSWORD})
    assert answer.status_code == 302, user.username
    return client
