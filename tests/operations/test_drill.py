"""演练：备份、再备份、还原、查验；两种数据库都走。"""

import os
import secrets
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import LazySettings
from django.db import connection, transaction

from tests.factories import UnitFactory, UserFactory
from xushi.config.clock import real
from xushi.journal import sealing
from xushi.journal.actions import SYSTEM, record
from xushi.journal.models import Event
from xushi.operations import archive, backing, dumping, keys
from xushi.operations.actions import FAILED
from xushi.operations.checking import check
from xushi.operations.models import BackupRun
from xushi.operations.restoring import CannotRestore, restore
from xushi.operations.sealed import Unreadable
from xushi.units.models import Unit

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
PHOTO = "orders/照片 1.jpg"


@pytest.fixture
def world(settings: LazySettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small installation with a unit, people, a sealed journal, two files and a key; its home."""
    monkeypatch.delenv(keys.PASSPHRASE, raising=False)
    home = tmp_path / "home"
    settings.XUSHI_HOME, settings.MEDIA_ROOT = home, home / "uploads"
    settings.XUSHI_BACKUP_TO, settings.XUSHI_BACKUP_KEEP = home / "backups", 2
    (home / "uploads" / "orders").mkdir(parents=True)
    (home / "uploads" / PHOTO).write_bytes(secrets.token_bytes(3_000_000))
    (home / "uploads" / "orders" / "空.txt").touch()
    (home / "channels.toml").write_text('base = "https://x"')
    unit = UnitFactory(name="浦口区", kind=Unit.Kind.DISTRICT)
    for _ in range(5):
        UserFactory(unit=unit) if hasattr(UserFactory._meta.model, "unit") else UserFactory()
    happen(unit)
    return home


def happen(unit: Unit) -> None:
    with transaction.atomic():
        record(
            "units.unit.created",
            actor=SYSTEM,
            now=real(),
            subject=unit,
            summary="新设浦口区，a\tb\\N\n第二行",
        )
    sealing.seal_events()


def make(said: list[str] | None = None) -> BackupRun:
    return backing.make_backup(to=backing.folder(), clock=real, say=(said or []).append)


def master(home: Path):  # type: ignore[no-untyped-def]
    return keys.by_file(home / keys.FILE)


def database() -> str:
    return urlsplit(os.environ["DATABASE_URL"])._replace(path="/drill").geturl()


def xushi(*arguments: str, home: Path, url: str = "") -> "subprocess.CompletedProcess[str]":
    environment = {
        name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "XUSHI_NOW")
    }
    environment |= {"DJANGO_SETTINGS_MODULE": "xushi.config.settings", "XUSHI_HOME": str(home)}
    return subprocess.run(
        [sys.executable, "-m", "xushi.config.cli", *arguments],
        env=environment | ({"DATABASE_URL": url} if url else {}),
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip


def test_a_backup_is_whole_is_read_back_and_goes_back(world: Path, tmp_path: Path) -> None:
    run = make()
    assert run.verified_at and run.files == 3 and run.rows > 5 and not run.error
    assert Event.objects.get(verb=backing.MADE).subject_id == run.pk
    path = Path(run.path)
    assert b"channels" not in path.read_bytes() and "浦口区".encode() not in path.read_bytes()
    assert not list(path.parent.glob("dump-*")) and not list(path.parent.glob("*.part"))
    target, key = tmp_path / "new", tmp_path / "key"
    key.write_text((world / keys.FILE).read_text())
    done = _restored(path, target, key)
    assert (target / "uploads" / PHOTO).read_bytes() == (world / "uploads" / PHOTO).read_bytes()
    assert (target / "uploads" / "orders" / "空.txt").read_bytes() == b""
    assert (target / "channels.toml").stat().st_mode & 0o777 == 0o600
    assert f"{run.rows}行，附件3件" in done
    again = xushi("restore", str(path), "--to", str(target), "--key", str(key), home=tmp_path / "other")
    assert again.returncode == 1 and "还原不盖掉已有的" in again.stderr and "Traceback" not in again.stderr


def _restored(path: Path, target: Path, key: Path) -> str:
    """Put back by the command, into an empty home and, on PostgreSQL, an empty database; verified there too."""
    url = ""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("DROP DATABASE IF EXISTS drill")
            cursor.execute("CREATE DATABASE drill")
        url = database()
    done = xushi("restore", str(path), "--to", str(target), "--key", str(key), home=target, url=url)
    assert done.returncode == 0, done.stderr
    verified = xushi("journal", "verify", home=target, url=url)
    assert verified.stdout.startswith("日志完好：1条"), verified.stdout + verified.stderr
    if url:
        refused = xushi(
            "restore", str(path), "--to", str(target.with_name("x")), "--key", str(key), home=target, url=url
        )
        assert "张表。还原不盖掉已有的" in refused.stderr
        with connection.cursor() as cursor:
            cursor.execute("DROP DATABASE drill WITH (FORCE)")
    return done.stdout


def objects(world: Path) -> set[Path]:
    return {path for path in (world / "backups" / "objects").rglob("*") if path.is_file()}


def test_the_second_adds_only_what_is_new_and_the_oldest_go(world: Path) -> None:
    first = make()
    (world / "uploads" / "new.jpg").write_bytes(b"new" * 1000)
    (world / "uploads" / PHOTO).unlink()
    second = make()
    assert second.files == 3 and 3000 < second.added_bytes < 4000
    sizes = {path: path.stat().st_size for path in objects(world)}
    third = make()
    assert third.added_bytes == 0
    assert [str(path) for path in archive.listed(world / "backups")] == [third.path, second.path]
    gone = sizes.keys() - objects(world)
    assert not Path(first.path).exists() and len(gone) == 1 and sizes[gone.pop()] > 3_000_000
    assert all(BackupRun.objects.values_list("verified_at", flat=True))


def test_what_is_damaged_is_refused_and_puts_nothing_back(world: Path, tmp_path: Path) -> None:
    path, key = Path(make().path), master(world)
    whole = path.read_bytes()
    for name, data, words in (
        ("cut", whole[:-2000], "末尾不见了"),
        ("changed", whole[:100] + bytes([whole[100] ^ 1]) + whole[101:], "被改动过或盘上坏了"),
    ):
        bad = path.with_name(f"xushi-{name}.backup")
        bad.write_bytes(data)
        with pytest.raises(Unreadable, match=words):
            restore(bad, to=tmp_path / name, master=key, say=print)
        assert not (tmp_path / name / "xushi.sqlite3").exists()
        bad.unlink()
    with pytest.raises(Unreadable, match="不是用这把密钥封的"):
        restore(path, to=tmp_path / "key", master=lambda _: b"k" * 32, say=print)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").touch()
    with pytest.raises(CannotRestore, match=r"已有mine\.txt"):
        restore(path, to=tmp_path / "full", master=key, say=print)
    biggest = max((path.parent / "objects").rglob("*"), key=lambda one: one.stat().st_size)
    biggest.unlink()
    with pytest.raises(Unreadable, match=r"少了附件uploads/orders/照片 1\.jpg"):
        check(path, key, say=print)


def test_a_failure_is_a_row_a_sentence_and_an_event(world: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backing.shutil, "disk_usage", lambda _: type("Usage", (), {"free": 1000})())
    with pytest.raises(backing.CannotBackUp, match="只剩1000 B"):
        make()
    run = BackupRun.objects.get()
    assert run.verified_at is None and run.ended_at and "只剩" in run.error
    assert Event.objects.get(verb=FAILED).summary.startswith("备份没成：")
    monkeypatch.undo()
    with backing._alone(backing.folder()), pytest.raises(backing.CannotBackUp, match="另一个备份正在做"):
        make()


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite 不数锁")
def test_reading_a_backup_back_leaves_room_for_the_locks_of_others(
    world: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server has by default 6,400 for everybody: two backups at once are to have room."""
    held: list[int] = []

    def verify() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT COUNT(*) FROM pg_locks WHERE pid = pg_backend_pid()")
            held.extend(cursor.fetchone())

    monkeypatch.setattr(sealing, "verify", verify)
    assert make().verified_at
    tables = len(connection.introspection.table_names())
    assert len(held) == 1 and tables < held[0] < 12 * tables


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite 的备份是整个文件")
def test_what_is_there_twice_is_no_good_backup(world: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a name that no other table points at: its index is built, looked at and let go."""
    path = Path(make().path)
    fill = dumping.fill

    def doubled(cursor: Any, table: str, columns: list[str], content: Any) -> int:
        rows = fill(cursor, table, columns, content)
        if table == "units_user":
            cursor.execute("UPDATE units_user SET username = 'the same'")
        return rows

    monkeypatch.setattr(dumping, "fill", doubled)
    with pytest.raises(Unreadable, match="试还原时"):
        check(path, master(world), say=print)
