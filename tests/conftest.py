"""共用的夹具：一个小区，每种角色一个人。"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from tests.factories import UnitFactory, UserFactory, appoint
from xushi.units.models import Role, Unit, User

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


@pytest.fixture
def district(db: None) -> Unit:
    return UnitFactory(name="浦口区", kind=Unit.Kind.DISTRICT)


@pytest.fixture
def subdistrict(district: Unit) -> Unit:
    return UnitFactory(name="江浦街道", kind=Unit.Kind.SUBDISTRICT, parent=district)


@pytest.fixture
def other_subdistrict(district: Unit) -> Unit:
    return UnitFactory(name="桥林街道", kind=Unit.Kind.SUBDISTRICT, parent=district)


@pytest.fixture
def office_user(district: Unit) -> User:
    unit = UnitFactory(name="区重大办", kind=Unit.Kind.OFFICE, parent=district)
    return appoint(UserFactory(name="周敏"), Role.OFFICE, unit=unit, scope=district)


@pytest.fixture
def leader_user(district: Unit) -> User:
    return appoint(UserFactory(name="陈区长"), Role.LEADER, unit=district)


@pytest.fixture
def territory_user(subdistrict: Unit) -> User:
    return appoint(UserFactory(name="王街道"), Role.TERRITORY, unit=subdistrict)


@pytest.fixture
def stranger(other_subdistrict: Unit) -> User:
    """Someone of another subdistrict: sees nothing of the first one."""
    return appoint(UserFactory(name="李外人"), Role.TERRITORY, unit=other_subdistrict)


@pytest.fixture
def owner_user(district: Unit) -> User:
    unit = UnitFactory(name="某科技有限公司", kind=Unit.Kind.ENTERPRISE, parent=district)
    return appoint(UserFactory(name="赵企业"), Role.OWNER, unit=unit)


@pytest.fixture
def department_user(district: Unit) -> User:
    unit = UnitFactory(name="区住建局", kind=Unit.Kind.DEPARTMENT, parent=district)
    return appoint(UserFactory(name="孙部门"), Role.DEPARTMENT, unit=unit)


@pytest.fixture
def statistics_user(district: Unit) -> User:
    unit = UnitFactory(name="区统计局", kind=Unit.Kind.DEPARTMENT, parent=district)
    return appoint(UserFactory(name="吴统计"), Role.STATISTICS, unit=unit, scope=district)


@pytest.fixture
def inspector_user(district: Unit) -> User:
    unit = UnitFactory(name="区督查室", kind=Unit.Kind.DEPARTMENT, parent=district)
    return appoint(UserFactory(name="郑督查"), Role.INSPECTOR, unit=unit, scope=district)


@pytest.fixture
def system_admin(district: Unit) -> User:
    return appoint(UserFactory(name="系统管理员"), Role.SYSTEM_ADMIN, unit=district)


@pytest.fixture
def security_admin(district: Unit) -> User:
    return appoint(UserFactory(name="安全管理员"), Role.SECURITY_ADMIN, unit=district)


@pytest.fixture
def auditor(district: Unit) -> User:
    return appoint(UserFactory(name="审计员"), Role.AUDITOR, unit=district)


@pytest.fixture
def signed_in() -> Callable[[User], Client]:
    """A client of this person, logged in without the login page."""

    def sign_in(user: User) -> Client:
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in
