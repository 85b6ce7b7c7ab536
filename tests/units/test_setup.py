"""新库第一步。"""

import io
import re

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

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
        client = Client()
        client.post("/login", {"username": name, "password": password})
        assert client.get("/people/")["Location"] == "/me/password"
        User.objects.filter(pk=user.pk).update(must_change_password=False)
        assert client.get("/people/")["Location"] == "/me/second"
    assert "再设两步验证" in said.getvalue()
    with pytest.raises(CommandError, match="已有单位"):
        call_command("setup")
