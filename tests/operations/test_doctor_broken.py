"""诊断：坏了的不许说好，一处一条。"""

import os
import socket
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings

from tests.factories import UnitFactory, UserFactory
from tests.operations.test_doctor import backed_up, home  # noqa: F401
from tests.sites.builders import site
from xushi.config.clock import real
from xushi.federation import identity
from xushi.operations import checks_data, checks_keys, checks_machine, schedule
from xushi.operations.findings import Grade
from xushi.operations.models import Heartbeat
from xushi.units.models import Authenticator

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def test_a_backup_whose_file_is_gone_is_none(home: Path) -> None:  # noqa: F811
    older, newer = home / "1.backup", home / "2.backup"
    backed_up(5.1, path=str(older))
    backed_up(1.1, path=str(newer))
    found = checks_data.backup(real())
    assert found.grade is Grade.WRONG and found.says == f"备份的文件不在了，最近的一份是{newer}"
    older.touch()
    assert checks_data.backup(real()).says.endswith("5小时前")
    newer.touch()
    assert checks_data.backup(real()).says.endswith("1小时前")


def test_a_clock_that_stands_years_back(home: Path) -> None:  # noqa: F811
    backed_up(0)
    schedule.beat(real())
    assert checks_data.clock_drift(real()).grade is Grade.OK
    back = real() - 2920 * DAY
    found = checks_data.clock_drift(back)
    assert (
        found.grade is Grade.WRONG
        and found.says.startswith(f"本机的钟是{back:%Y}-")
        and "钟慢了" in found.says
    )
    assert checks_data.backup(back).grade is Grade.WARN and "-" not in checks_data.worker(back).says


def test_a_file_of_channels_that_is_garbage(home: Path) -> None:  # noqa: F811
    assert checks_data.channels(real()).grade is Grade.OK
    (home / "channels.toml").write_text("[[[ 不是 toml")
    found = checks_data.channels(real())
    assert found.grade is Grade.WRONG and "channels.toml写得不对" in found.mend


def test_a_signing_key_that_was_lost_and_made_anew(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    monkeypatch.delenv("XUSHI_SECRET_KEY", raising=False)
    key, now = home / "secret-key", real()
    Heartbeat.objects.create(
        name="后台", host=socket.gethostname(), at=now, since=now - DAY, pid=1, version="1"
    )
    os.utime(key, ((now - 2 * DAY).timestamp(),) * 2)
    assert checks_keys.keys_private(now).grade is Grade.OK
    os.utime(key, (now.timestamp(),) * 2)
    found = checks_keys.keys_private(now)
    assert found.grade is Grade.WRONG and "不是后台起动时的那一把" in found.says
    key.unlink()
    assert checks_keys.keys_private(now).says.startswith("没有签名密钥") and not key.exists()


def test_a_signing_key_put_back_is_the_worker_s_however_young(
    home: Path,  # noqa: F811
    settings: LazySettings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("XUSHI_SECRET_KEY", raising=False)
    settings.SECRET_KEY = "一把够长的签名密钥" * 8
    now = real()
    schedule.beat(now - DAY)
    Heartbeat.objects.update(at=now)
    os.utime(home / "secret-key", (now.timestamp(),) * 2)
    assert checks_keys.keys_private(now).grade is Grade.OK
    settings.SECRET_KEY = "另一把够长的签名密钥" * 8
    assert "不是后台起动时的那一把" in checks_keys.keys_private(now).says


@pytest.mark.parametrize("name", ["secret-key", "account-key", "camera-key"])
def test_a_key_that_is_not_the_other_machines(
    home: Path,  # noqa: F811
    settings: LazySettings,
    name: str,
) -> None:
    now = real()
    settings.SECRET_KEY = "一把够长的签名密钥" * 8
    for one in ("account-key", "camera-key"):
        (home / one).touch(mode=0o600)
        (home / one).write_text("0a" * 32)
    schedule.beat(now)
    assert Heartbeat.objects.get().marks == checks_keys.marks() and len(checks_keys.marks()) == 3
    Heartbeat.objects.update(host="二号机")
    assert checks_keys.keys_private(now).grade is Grade.OK
    if name == "secret-key":
        settings.SECRET_KEY = "另一把够长的签名密钥" * 8
    else:
        (home / name).write_text("0b" * 32)
    found = checks_keys.keys_private(now)
    assert found.grade is Grade.WRONG
    assert found.says.startswith(f"这台机器的{name}与二号机上的不是同一把") and name in found.mend
    assert checks_keys.keys_private(now + DAY).grade is Grade.OK, "那台早就不用了"


@pytest.mark.parametrize("name", ["account-key", "camera-key"])
def test_keys_that_others_read_or_that_are_gone(home: Path, name: str) -> None:  # noqa: F811
    assert checks_keys.keys_private(real()).grade is Grade.OK
    Authenticator.objects.create(user=UserFactory(), sealed="aes:x", begun_at=real())
    [camera] = site(UnitFactory())
    camera.password_sealed = "x"
    camera.save()
    for one in ("account-key", "camera-key"):
        (home / one).touch(mode=0o600)
    assert checks_keys.keys_private(real()).grade is Grade.OK
    (home / name).chmod(0o644)
    assert checks_keys.keys_private(real()).mend == f"chmod 600 {home / name}"
    (home / name).unlink()
    found = checks_keys.keys_private(real())
    assert found.grade is Grade.WRONG and found.says.startswith(f"{home / name}不在")


def test_what_another_user_left_far_below(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    home.chmod(0o750)
    deep = home / "uploads" / "orders" / "2018" / "x.jpg"
    deep.parent.mkdir(parents=True)
    deep.touch()
    assert checks_machine.home_owned(real()).grade is Grade.OK
    seen, other = Path.lstat, home.stat().st_uid + 1

    def lstat(path: Path) -> os.stat_result:
        known = seen(path)
        return os.stat_result((*known[:4], other, *known[5:])) if path == deep else known

    monkeypatch.setattr(Path, "lstat", lstat)
    assert "里uploads/orders/2018/x.jpg的属主与目录不同" in checks_machine.home_owned(real()).says
    monkeypatch.setattr(checks_machine, "MOST_LOOKED", 3)
    assert checks_machine.home_owned(real()).grade is Grade.OK


def test_one_of_two_workers_is_dead(home: Path) -> None:  # noqa: F811
    now = real()
    schedule.beat(now)
    dead = Heartbeat.objects.create(
        name="后台", host="乙", at=now - 9 * DAY, since=now - 20 * DAY, pid=1, version="1"
    )
    found = checks_data.worker(now)
    assert found.grade is Grade.WARN and found.says == "2个后台里，乙上的9天没有动静"
    Heartbeat.objects.filter(pk=dead.pk).update(at=now - 30 * DAY)
    assert checks_data.worker(now).grade is Grade.OK


def test_reporting_upward_without_a_key_or_in_the_clear(home: Path, settings: LazySettings) -> None:  # noqa: F811
    settings.XUSHI_FEDERATION_CODE = settings.XUSHI_FEDERATION_TO = ""
    settings.XUSHI_FEDERATION_KEY = home / "federation.key"
    assert checks_keys.federation(real()).grade is Grade.OK
    settings.XUSHI_FEDERATION_CODE = "320111"
    found = checks_keys.federation(real())
    assert found.grade is Grade.WRONG and "签不了名" in found.says
    assert not (home / "federation.key").exists()
    identity.private_key(make=True)
    assert checks_keys.federation(real()).grade is Grade.OK
    settings.XUSHI_FEDERATION_TO = "http://city.example/federation/receive/"
    assert checks_keys.federation(real()).grade is Grade.WRONG
    settings.XUSHI_FEDERATION_TO = "https://city.example/federation/receive/"
    assert checks_keys.federation(real()).grade is Grade.OK
    settings.XUSHI_FEDERATION_CODE = ""
    assert "没有本区的代码" in checks_keys.federation(real()).says
