"""xushi federation：从做钥匙到收件，一条条走。"""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from tests.federation.sides import CODE, MARCH_8
from tests.progress.district import build
from xushi.federation.models import Received, Sent

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def here(settings, tmp_path):
    settings.XUSHI_NOW, settings.XUSHI_FEDERATION_CODE = MARCH_8, CODE
    settings.XUSHI_DISTRICT, settings.XUSHI_FEDERATION_KEY = "浦口区", tmp_path / "key"
    return settings


def say(*words: object) -> str:
    out = StringIO()
    call_command("federation", *map(str, words), stdout=out, stderr=out)
    return out.getvalue()


def test_the_whole_way_by_hand(tmp_path):
    build()
    with pytest.raises(CommandError, match="还没有签名的钥匙"):
        say("export", "2018-02")
    public = say("keys").split("：")[1].splitlines()[0]
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600
    assert public in say("keys")
    assert "登记了浦口区（320111）" in say("enrol", CODE, "浦口区", public)
    file = tmp_path / "2018-02.json"
    assert "2018年2月原报写到" in say("export", "2018-02", "--out", file)
    assert "浦口区2018年2月原报收到，已验签" in say("import", file)
    assert "已经收过，没有再收" in say("import", file)
    assert Received.objects.count() == Sent.objects.count() == 1
    assert "320111" in say("keys")
    assert "浦口区退出汇交" in say("leave", CODE)
    assert "区已退出" in say("keys")
    for code, why in ((CODE, "已经退出"), ("320199", "没有登记代码为320199")):
        with pytest.raises(CommandError, match=why):
            say("leave", code)
    say("enrol", CODE, "浦口区", public)
    Sent.objects.update(refused_at=MARCH_8)
    assert "2018年2月原报已用钥匙" in say("resend", "2018-02")
    assert Sent.objects.get().refused_at is None
    assert "已经收过" in say("import", file)


def test_refusals_are_sentences(tmp_path, here):
    build()
    say("keys")
    with pytest.raises(CommandError, match="2018年3月还没关账"):
        say("export", "2018-03")
    with pytest.raises(CommandError, match="看不懂月份"):
        say("export", "moon")
    (tmp_path / "x.json").write_text("{}")
    with pytest.raises(CommandError, match="2件里有2件没有收"):
        say("import", tmp_path / "x.json", tmp_path / "none.json")
    with pytest.raises(CommandError, match="XUSHI_FEDERATION_TO"):
        say("push")
    with pytest.raises(CommandError, match="没有要再送的件"):
        say("resend", "2018-02")
    with pytest.raises(CommandError, match="没有登记过公钥"):
        say("revoke", "0" * 16)
    here.XUSHI_FEDERATION_ROWS = "moon"
    with pytest.raises(CommandError, match="XUSHI_FEDERATION_ROWS=moon"):
        say("export", "2018-02")
    (tmp_path / "key").write_text("no key")
    here.XUSHI_FEDERATION_ROWS = ""
    with pytest.raises(CommandError, match="读不出"):
        say("export", "2018-02")
