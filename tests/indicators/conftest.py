"""一个小区的考核，建一次给一个文件用：建它的账号，它的人，登录，早上八点半。"""

from collections.abc import Callable, Iterator
from copy import deepcopy

import pytest
from django.test import Client

from tests import people
from tests.conftest import Once
from tests.factories import NOW
from tests.indicators.district import District, build
from xushi.config import clock
from xushi.indicators.actions_reporting import follow_reports
from xushi.indicators.alerting import judge_all
from xushi.journal.models import Reaction
from xushi.units.models import User

World = tuple[District, dict[str, User]]


@pytest.fixture(scope="module")
def built(once: Once, request: pytest.FixtureRequest) -> Iterator[World]:
    """Where a file sets JUDGED, alerts and duties stand as the night left them and the worker has nothing to do."""

    def make() -> World:
        root = people.district()
        users = {name: people.person(name, root) for name in (*people.IN_UNITS, *people.OF_DISTRICT)}
        made = build(root, users["office_user"])
        if getattr(request.module, "JUDGED", False):
            judge_all(NOW)
            follow_reports(NOW)
            Reaction.objects.filter(done_at=None).update(done_at=NOW)
        return made, users

    with once(make) as made:
        yield made


@pytest.fixture
def place(built: World, db: None) -> District:
    return deepcopy(built[0])


@pytest.fixture
def users(built: World, db: None) -> dict[str, User]:
    return deepcopy(built[1])


@pytest.fixture
def morning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def office(users: dict[str, User], signed_in: Callable[[User], Client]) -> Client:
    return signed_in(users["office_user"])
