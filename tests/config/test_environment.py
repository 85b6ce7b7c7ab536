"""从环境里读的：用过的状态目录丢了签名密钥不另做；每个数写得不对都有一句话。"""

import re
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from tests.config.test_startup import xushi
from xushi.config import environment
from xushi.core.key_files import IN_USE, SECRET

ROOT = Path(__file__).parents[2]
NUMBERS = (
    "XUSHI_API_PER_MINUTE", "XUSHI_BACKUP_KEEP", "XUSHI_CAMERA_SIM_PORT", "XUSHI_EXPORT_ROWS",
    "XUSHI_FEDERATION_DUE_DAY", "XUSHI_HSTS_SECONDS", "XUSHI_KEEP_LEFT_YEARS", "XUSHI_LIMITS_PER_ADDRESS",
    "XUSHI_LIVE_RECHECK", "XUSHI_PORT", "XUSHI_REPLICA_LAG", "XUSHI_SESSION_HOURS", "XUSHI_SLOW_MS",
    "XUSHI_SNAPSHOT_SPARE_MB",
)  # fmt: skip


@pytest.fixture(autouse=True)
def nothing_told(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("XUSHI_SECRET_KEY", *NUMBERS):
        monkeypatch.delenv(name, raising=False)


def sqlite(home: Path) -> dict[str, Any]:
    return {"ENGINE": "xushi.config.sqlite3", "NAME": str(home / "xushi.sqlite3")}


def used(home: Path) -> None:
    with sqlite3.connect(home / "xushi.sqlite3") as database:
        database.execute("CREATE TABLE kept (id integer)")


def test_a_new_home_makes_its_key_and_a_used_one_no_second(tmp_path: Path) -> None:
    (tmp_path / "xushi.sqlite3").touch()  # as connecting leaves it
    first = environment.secret(tmp_path, sqlite(tmp_path))
    assert len(first) > 50 and (tmp_path / SECRET).stat().st_mode & 0o777 == 0o600
    used(tmp_path)
    assert environment.secret(tmp_path, sqlite(tmp_path)) == first
    (tmp_path / SECRET).rename(tmp_path / "elsewhere")
    with pytest.raises(ImproperlyConfigured, match=r"不见了.*抄来 secret-key.*openssl rand -hex 32 > "):
        environment.secret(tmp_path, sqlite(tmp_path))
    assert not (tmp_path / SECRET).exists()
    (tmp_path / SECRET).touch()
    with pytest.raises(ImproperlyConfigured, match="不见了"):
        environment.secret(tmp_path, sqlite(tmp_path))
    (tmp_path / "elsewhere").replace(tmp_path / SECRET)
    assert environment.secret(tmp_path, sqlite(tmp_path)) == first


@pytest.mark.parametrize("told", ["", "k" * 50])
def test_beside_a_server_the_home_says_that_it_had_a_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told: str
) -> None:
    server = {"ENGINE": "django.db.backends.postgresql", "NAME": "xushi"}
    monkeypatch.setenv("XUSHI_SECRET_KEY", told)
    assert environment.secret(tmp_path, server) and (tmp_path / IN_USE).exists()
    assert (tmp_path / SECRET).exists() is not bool(told)
    monkeypatch.delenv("XUSHI_SECRET_KEY")
    (tmp_path / SECRET).unlink(missing_ok=True)
    with pytest.raises(ImproperlyConfigured, match="照原样设回去"):
        environment.secret(tmp_path, server)
    assert not (tmp_path / SECRET).exists()


def test_every_command_says_that_the_key_is_lost_and_the_doctor_finds_it(tmp_path: Path) -> None:
    """No worker has ever run here: nothing but the home can tell."""
    used(tmp_path)
    refused = xushi("migrate", home=tmp_path)
    assert refused.returncode == 1 and refused.stderr.startswith(
        f"设置有误：签名密钥{tmp_path / SECRET}不见了"
    )
    assert "Traceback" not in refused.stderr
    told = xushi("doctor", "--quick", home=tmp_path)
    assert told.returncode == 1 and "Traceback" not in told.stderr
    assert "[不好] 没有签名密钥：原来的丢了，不会自己另做。请从别的机器或备份" in told.stdout
    brought = xushi("restore", "none.backup", home=tmp_path)
    assert "密钥文件" in brought.stderr  # of backups: it got as far as that
    assert not (tmp_path / SECRET).exists()


@pytest.mark.parametrize("words", ["abc", "1.2.3", "-1", "nan", "1e9", "九", "9" * 30])
def test_a_number_that_is_none_is_named_with_what_is_wanted(
    monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    monkeypatch.setenv("XUSHI_BACKUP_KEEP", words)
    with pytest.raises(ImproperlyConfigured) as whole:
        environment.whole("XUSHI_BACKUP_KEEP", 14)
    assert str(whole.value) == f"看不懂 XUSHI_BACKUP_KEEP={words}，请写成不小于0的整数；不写就是14。"
    with pytest.raises(ImproperlyConfigured, match="请写成1到9之间的数；不写就是2.5。"):
        environment.number("XUSHI_BACKUP_KEEP", 2.5, least=1, most=9)


def test_numbers_as_they_are_written(monkeypatch: pytest.MonkeyPatch) -> None:
    assert environment.whole("XUSHI_BACKUP_KEEP", 14) == 14
    for words, read in (("", 14), (" 7 ", 7), ("0", 0)):
        monkeypatch.setenv("XUSHI_BACKUP_KEEP", words)
        assert environment.whole("XUSHI_BACKUP_KEEP", 14) == read
    for words, share in (("2.5", 2.5), (".5", 0.5), ("3", 3.0)):
        monkeypatch.setenv("XUSHI_REPLICA_LAG", words)
        assert environment.number("XUSHI_REPLICA_LAG", 2) == share
    monkeypatch.setenv("XUSHI_REPLICA_LAG", "1.5")
    with pytest.raises(ImproperlyConfigured, match="整数"):
        environment.whole("XUSHI_REPLICA_LAG", 2)


@pytest.mark.parametrize("name", ["XUSHI_BACKUP_KEEP", "XUSHI_PORT"])
def test_the_command_line_says_it_without_a_traceback(tmp_path: Path, name: str) -> None:
    ended = xushi("serve", home=tmp_path, **{name: "abc"})
    assert ended.returncode == 1 and ended.stderr.startswith(f"设置有误：看不懂 {name}=abc，请写成")
    assert "Traceback" not in ended.stderr


def test_every_number_of_the_settings_is_read_by_the_one_helper() -> None:
    read: list[str] = []
    for file in (ROOT / "src" / "xushi" / "config").rglob("*.py"):
        text = file.read_text()
        assert not re.search(r"\b(int|float)\(os\.environ", text), file
        read += re.findall(r'environment\.(?:whole|number)\(\s*"(\w+)"', text)
    assert sorted(read) == sorted(NUMBERS)
