"""xushi demo：别人的库不碰。建得起来、建好了不重建，见 test_builder.py。"""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from tests.factories import UnitFactory
from xushi.demo.management.commands import demo
from xushi.demo.people import ACCOUNTS, PASSWORD
from xushi.units.models import Role, Unit
from xushi.units.passwords import classes_in

pytestmark = pytest.mark.django_db


def test_other_data_is_not_touched(monkeypatch: pytest.MonkeyPatch) -> None:
    UnitFactory(name="别的区", kind=Unit.Kind.DISTRICT)
    migrated: list[str] = []
    monkeypatch.setattr(demo, "call_command", lambda name, **_: migrated.append(name))
    with pytest.raises(CommandError, match="已有别的数据"):
        call_command("demo", "--build-only")
    assert migrated == []
    assert Unit.objects.count() == 1


def test_building_alone_tells_the_accounts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "call_command", lambda name, **_: None)
    monkeypatch.setattr(demo, "build", lambda say: None)
    out = StringIO()
    call_command("demo", "--build-only", stdout=out)
    told = out.getvalue()
    assert PASSWORD in told
    for username, name, *_ in ACCOUNTS:
        assert (username in told and name in told) or username[-1].isdigit()
    assert "打开 http" not in told


def test_every_role_has_an_account_whose_password_the_policy_takes() -> None:
    assert {account[3] for account in ACCOUNTS} | {Role.OWNER} == set(Role)
    assert classes_in(PASSWORD) >= 3
    assert len(PASSWORD) >= 10
