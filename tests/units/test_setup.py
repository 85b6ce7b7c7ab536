"""新库第一步。"""

import io
import re

import pytest
from django.core.management import CommandError, call_command

from xushi.units.models import User

pytestmark = pytest.mark.django_db


def test_setup_opens_the_three_once() -> None:
    said = io.StringIO()
    call_command("setup", "--district", "试验区", stdout=said)
    found = re.findall(r"账号 (\w+)，初始密码 (\S+)", said.getvalue())
    assert [name for name, _ in found] == ["sysadmin", "secadmin", "auditor"]
    for name, password in found:
        user = User.objects.get(username=name)
        assert user.check_password(password) and user.must_change_password and len(user.roles) == 1
        assert user.unit_full_name == "试验区"
    with pytest.raises(CommandError, match="已有单位"):
        call_command("setup")
