"""共用的夹具：一个小区，每种角色一个人。"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from tests import people
from xushi.home import counted
from xushi.kit import phrased
from xushi.progress import kept
from xushi.units.models import Unit, User

pytest_plugins = [
    "tests.pure",
    "tests.alike",
    "tests.quick",
    "tests.emptied",
    "tests.migrated",
    "tests.demonstration",
    "tests.s3",
]
Once = Callable[[Callable[[], Any]], AbstractContextManager[Any]]


@pytest.fixture(scope="session")
def once(django_db_setup: None, django_db_blocker: Any) -> Once:
    """Build what is dear to build once for a file, in a transaction around its tests; each test's own is rolled back.

    Only for files whose every test of the database stands in that world: it is there for the others too. What the
    tests hold of it is to be a copy (copy.deepcopy), so that none hands on what it changed in memory.
    """

    @contextmanager
    def around(build: Callable[[], Any]) -> Iterator[Any]:
        with django_db_blocker.unblock(), transaction.atomic():
            made = build()
            with django_db_blocker.block():
                yield made
            transaction.set_rollback(True)

    return around


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    """A test begins like a process: the rows of the last one are gone, and their numbers are given anew."""
    phrased.forget()
    kept.forget()
    counted.forget()


@pytest.fixture
def district(db: None) -> Unit:
    return people.district()


@pytest.fixture
def subdistrict(district: Unit) -> Unit:
    return people.town("江浦街道", district)


@pytest.fixture
def other_subdistrict(district: Unit) -> Unit:
    return people.town("桥林街道", district)


@pytest.fixture
def office_user(district: Unit) -> User:
    return people.person("office_user", district)


@pytest.fixture
def leader_user(district: Unit) -> User:
    return people.person("leader_user", district)


@pytest.fixture
def territory_user(subdistrict: Unit) -> User:
    return people.person("territory_user", subdistrict)


@pytest.fixture
def stranger(other_subdistrict: Unit) -> User:
    """Someone of another subdistrict: sees nothing of the first one."""
    return people.person("stranger", other_subdistrict)


@pytest.fixture
def owner_user(district: Unit) -> User:
    return people.person("owner_user", district)


@pytest.fixture
def department_user(district: Unit) -> User:
    return people.person("department_user", district)


@pytest.fixture
def statistics_user(district: Unit) -> User:
    return people.person("statistics_user", district)


@pytest.fixture
def inspector_user(district: Unit) -> User:
    return people.person("inspector_user", district)


@pytest.fixture
def system_admin(district: Unit) -> User:
    return people.person("system_admin", district)


@pytest.fixture
def security_admin(district: Unit) -> User:
    return people.person("security_admin", district)


@pytest.fixture
def auditor(district: Unit) -> User:
    return people.person("auditor", district)


@pytest.fixture
def signed_in() -> Callable[[User], Client]:
    """A client of this person, logged in without the login page."""

    def sign_in(user: User) -> Client:
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in
