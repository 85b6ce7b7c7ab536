"""拿错的密钥一次次来的（接口令牌、日历地址、大屏链接）：同一个地址只核对那么多次，对的密钥不受影响。"""

from collections.abc import Callable

import pytest
from django.conf import LazySettings
from django.test import Client

from xushi.config import clock
from xushi.home import actions
from xushi.journal.actions import Actor
from xushi.kit.pacing import METER
from xushi.units.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def two_a_minute(settings: LazySettings) -> None:
    METER.forget()
    settings.XUSHI_LIMITS, settings.XUSHI_LIMITS_PER_ADDRESS = {"key": (2, 3600)}, 1


@pytest.mark.parametrize(
    ("ask", "wrong"),
    [
        (lambda client, n: client.get("/api/v1/months", headers={"Authorization": f"Bearer xushi_{n}"}), 401),
        (lambda client, n: client.get(f"/api/calendar/{n * 16}.ics"), 404),
        (lambda client, n: client.get(f"/wall/{n * 16}/"), 404),
    ],
)
def test_after_so_many_wrong_ones_it_is_said_when_to_come_again(
    client: Client, ask: Callable[[Client, str], object], wrong: int
) -> None:
    answers = [ask(client, n) for n in "abcd"]
    assert [answer.status_code for answer in answers] == [wrong, wrong, 429, 429]
    assert int(answers[-1]["Retry-After"]) > 0
    assert "从这个地址拿错的密钥来" in answers[-1].content.decode()


def test_the_right_one_is_let_in_all_the_same(client: Client, office_user: User) -> None:
    made = actions.make_wall_key(name="大厅", actor=Actor(office_user), now=clock.now())
    assert [client.get(f"/wall/{n * 16}/").status_code for n in "abc"] == [404, 404, 429]
    assert client.get(f"/wall/{made.key}/").status_code == 200
