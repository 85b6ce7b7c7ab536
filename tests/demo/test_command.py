"""xushi demo：别人的库不碰，建好了不重建。"""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from tests.factories import UnitFactory
from xushi.demo.management.commands import demo
from xushi.demo.people import ACCOUNTS, PASSWORD
from xushi.units.models import Role, Unit, User
from xushi.units.passwords import classes_in

pytestmark = pytest.mark.django_db


def run() -> str:
    out = StringIO()
    call_command("demo", "--build-only", stdout=out)
    return out.getvalue()


def test_other_data_is_not_touched(monkeypatch: pytest.MonkeyPatch) -> None:
    UnitFactory(name="别的区", kind=Unit.Kind.DISTRICT)
    migrated: list[str] = []
    monkeypatch.setattr(demo, "call_command", lambda name, **_: migrated.append(name))
    with pytest.raises(CommandError, match="已有别的数据"):
        run()
    assert migrated == []
    assert Unit.objects.count() == 1


def test_an_empty_database_is_built_and_a_built_one_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "演示区建好了" in run()
    people = User.objects.count()
    monkeypatch.setattr(demo, "build", lambda *_: pytest.fail("不该再建"))
    assert "已经建好" in run()
    assert User.objects.count() == people


def test_every_role_has_an_account_whose_password_the_policy_takes() -> None:
    assert {account[3] for account in ACCOUNTS} | {Role.OWNER} == set(Role)
    assert classes_in(PASSWORD) >= 3
    assert len(PASSWORD) >= 10
