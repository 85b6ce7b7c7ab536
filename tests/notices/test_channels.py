"""通道文件：看得懂的、看不懂的；密钥不外露。"""

from datetime import time, timedelta
from pathlib import Path

import pytest

from xushi.notices.channels import Channel, ChannelsRefused, load
from xushi.notices.rules import Quiet

GOOD = """
base = "http://10.0.0.8:8000/"

["重大办钉钉群"]
url = "dingtalk://SECsecretsecret@tokentoken"
unit = "区重大办"

["短信"]
url_env = "XUSHI_TEST_SMS"
personal = true
every = 30
per_minute = 10
length = 70
quiet = "21:00-08:00"
topics = ["orders", "deadlines"]
only_by_name = true
"""


def test_a_file_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XUSHI_TEST_SMS", "json://127.0.0.1:9/{phone}")
    path = tmp_path / "channels.toml"
    path.write_text(GOOD, encoding="utf-8")
    channels = load(path)
    assert channels.base == "http://10.0.0.8:8000"
    group, sms = channels.all
    assert (group.unit, group.personal, group.per_minute, group.every) == (
        "区重大办",
        False,
        20,
        timedelta(minutes=5),
    )
    assert group.quiet == Quiet(time(22), time(7))
    assert (sms.address, sms.length, sms.per_minute) == ("json://127.0.0.1:9/{phone}", 70, 10)
    assert sms.topics == {"orders", "deadlines"} and sms.only_by_name and sms.every == timedelta(minutes=30)
    assert channels.named("短信") is sms and channels.named("没有") is None
    assert "secret" not in repr(group) and "token" not in repr(group)


def test_no_file_is_no_channel(tmp_path: Path) -> None:
    assert load(tmp_path / "channels.toml").all == ()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[群\n", "写得不对"),
        ('"群" = "dingtalk://x"', "不认得"),
        ('["群"]\nurl = "json://h"\nunit = "区重大办"\nsecret = 1', "“secret”不认得"),
        ('["群"]\nunit = "区重大办"', "没有地址"),
        ('["群"]\nurl = "json://h"', "要么写 unit"),
        ('["群"]\nurl = "json://h"\nunit = "办"\npersonal = true', "要么写 unit"),
        ('["群"]\nurl = "json://h"\nunit = "办"\nquiet = "夜里"', "22:00-07:00"),
        ('["群"]\nurl = "json://h"\nunit = "办"\nper_minute = 0', "不小于1的数"),
        ('["群"]\nurl = "json://h"\nunit = "办"\nevery = true', "不小于0的数"),
        ('["群"]\nurl = "json://h"\nunit = "办"\ntopics = ["闲话"]', "没有“闲话”这一类"),
    ],
)
def test_what_is_wrong_is_said(text: str, sentence: str, tmp_path: Path) -> None:
    path = tmp_path / "channels.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ChannelsRefused, match=sentence):
        load(path)


def test_gb_text_is_refused_with_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "channels.toml"
    path.write_bytes('["重大办"]'.encode("gb18030"))
    with pytest.raises(ChannelsRefused, match="UTF-8"):
        load(path)


def test_errors_are_shown_without_secrets() -> None:
    channel = Channel("群", "dingtalk://SECabcdef@0123456789abcdef/?to=13900001111", unit="办")
    said = "cannot reach https://host/send?access_token=0123456789abcdef sign SECabcdef to 13900001111"
    assert channel.redact(said) == "cannot reach https://host/send?access_token=… sign … to …"
