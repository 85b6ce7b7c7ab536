"""备份自己会出的事：封件坏了、附件少了许多、放在状态目录里；坏的不当好的，旧的不白丢。"""

import os
import shutil
from datetime import datetime, time, timedelta
from io import StringIO
from itertools import count
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from tests.factories import UnitFactory
from tests.sites.builders import add_snapshot, site
from xushi.config.clock import real
from xushi.journal.models import Event
from xushi.operations import archive, backing, checking, files, keys, loss, schedule
from xushi.operations.actions import OVERDUE
from xushi.operations.models import BackupRun, Heartbeat
from xushi.operations.rules import DOUBTFUL, latest_turn
from xushi.operations.sealed import Unreadable
from xushi.sites.models import Snapshot

MANY = 200
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
UPLOADS = 30


@pytest.fixture
def home(settings: LazySettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv(keys.PASSPHRASE, raising=False)
    monkeypatch.setattr(checking, "chain_of", lambda _: None)  # a process of its own; the drill has it
    monkeypatch.setattr("xushi.config.clock.real", clock)
    home = tmp_path / "home"
    settings.XUSHI_HOME, settings.MEDIA_ROOT = home, home / "uploads"
    settings.XUSHI_BACKUP_TO, settings.XUSHI_BACKUP_KEEP = home / "backups", 1
    (home / "uploads" / "orders").mkdir(parents=True)
    (home / "channels.toml").write_text('base = "https://x"')
    for number in range(UPLOADS):
        (home / "uploads" / "orders" / f"{number}.jpg").write_bytes(bytes([number]) * 100)
    return home


_seconds = count()


def clock() -> datetime:
    """Another second each time: a backup is named by it."""
    return real() - timedelta(hours=1) + timedelta(seconds=next(_seconds))


def make(said: list[str] | None = None) -> BackupRun:
    return backing.make_backup(
        to=backing.folder(), clock=clock, say=[].append if said is None else said.append
    )


def objects(home: Path) -> list[Path]:
    return sorted(path for path in (home / "backups" / "objects").rglob("*") if path.is_file())


def listed() -> str:
    out = StringIO()
    call_command("backup", "--list", stdout=out)
    return out.getvalue()


class TestDamage:
    def test_a_damaged_object_is_sealed_anew_from_its_file(self, home: Path) -> None:
        make()
        for damaged in objects(home):
            damaged.write_bytes(damaged.read_bytes()[:-20] + bytes(20))
        said: list[str] = []
        run = make(said)
        assert run.verified_at and run.files == UPLOADS + 1
        assert (
            "附件uploads/orders/0.jpg存在备份目录里的那一份坏了，照原件重封了。请看备份目录的磁盘。" in said
        )
        assert sum("重封" in sentence for sentence in said) == UPLOADS + 1
        make(said := [])
        assert not any("重封" in sentence for sentence in said)

    def test_what_was_not_read_back_whole_is_no_backup(
        self, home: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        good = make()
        monkeypatch.setattr(files.Store, "seal_again", lambda *_: False)
        objects(home)[0].write_bytes(b"")
        with pytest.raises(backing.CannotBackUp):
            make()
        folder = home / "backups"
        [bad] = archive.unchecked(folder)
        assert archive.listed(folder) == [Path(good.path)]
        lines = listed().splitlines()
        assert [line.endswith("没查验过，不算") for line in lines] == [True, False]
        monkeypatch.undo()
        assert make().verified_at and not bad.exists() and not archive.unchecked(folder)

    def test_what_an_ended_one_left_behind_goes(self, home: Path) -> None:
        left = home / "backups" / "dump-abc"
        left.mkdir(parents=True)
        (left / "database.sqlite3").write_bytes(b"not sealed")
        make()
        assert not left.exists()

    def test_what_cannot_be_sealed_anew_is_a_failure(self, home: Path) -> None:
        """The file has another content than the list says: no object is made of it."""
        make()
        master = keys.by_file(home / keys.FILE)
        store = files.Store(home / "backups", master)
        one = backing._known(home / "backups", master)["uploads/orders/3.jpg"]
        (home / "uploads" / "orders" / "3.jpg").write_bytes(b"other")
        assert not store.seal_again(one)
        store.place(one.object).unlink()
        (home / "uploads" / "orders" / "3.jpg").unlink()
        assert not store.seal_again(one)
        with pytest.raises(Unreadable):
            store.read(one, len)


def uploads(home: Path) -> Path:
    return home / "uploads" / "orders"


class TestPlace:
    @pytest.mark.parametrize("place", ["bk", "data/bk", "uploads/bk"])
    def test_a_folder_within_the_home_does_not_hold_itself(
        self, home: Path, settings: LazySettings, place: str
    ) -> None:
        settings.XUSHI_BACKUP_TO = home / place
        (home / "data").mkdir()
        (home / "data" / "x.txt").write_bytes(b"x")
        assert make().files == make().files == UPLOADS + 2
        other = backing.make_backup(to=home / "other", clock=clock, say=[].append)
        assert other.files == UPLOADS + 2

    def test_the_home_itself_is_no_folder_of_backups(self, home: Path, settings: LazySettings) -> None:
        settings.XUSHI_BACKUP_TO = home
        with pytest.raises(backing.CannotBackUp, match="要自成一个目录"):
            make()


class TestLoss:
    def test_lost_uploads_cost_no_backup_and_sound_the_alarm(self, home: Path) -> None:
        good = make()
        held = objects(home)
        uploads(home).rename(home.parent / "elsewhere")
        with pytest.raises(CommandError) as said:
            call_command("backup", stdout=StringIO())
        assert str(said.value).startswith("附件少了30件：上一份备份里有30件，这一次找不到的如orders/0.jpg。")
        assert "xushi backup --accept-missing" in str(said.value)
        folder = home / "backups"
        assert archive.listed(folder) == [Path(good.path)] and set(held) <= set(objects(home))
        [doubtful] = archive.doubtful(folder)
        run = BackupRun.objects.get(path=str(doubtful))
        assert run.verified_at is None and run.error == str(said.value) and run.files == 1
        assert listed().splitlines()[0].endswith("附件少了许多，待人看")
        assert Event.objects.get(verb=OVERDUE).summary.startswith("附件少了30件")
        with pytest.raises(backing.Doubtful):  # the next night, too, looks back to the good one
            make()
        assert Event.objects.filter(verb=OVERDUE).count() == 1 and Path(good.path).exists()
        (home.parent / "elsewhere").rename(uploads(home))
        assert make().verified_at and not archive.doubtful(folder)

    def test_whoever_deleted_them_says_so(self, home: Path) -> None:
        first = make()
        shutil.rmtree(uploads(home))
        call_command("backup", "--accept-missing", stdout=StringIO())
        assert BackupRun.objects.good().count() == 2 and not Path(first.path).exists()
        assert "附件少了30件" in Event.objects.filter(verb=backing.MADE).latest("pk").summary
        assert make().verified_at

    def test_a_doubtful_one_is_not_made_again_within_the_night(
        self, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        settings.XUSHI_BACKUP_AT, settings.XUSHI_BACKUP_HOURS = "02:30", 30
        started: list[str] = []
        monkeypatch.setattr(
            schedule, "_start", lambda *_: started.append("") or type("C", (), {"poll": lambda _: 1})()
        )
        at = latest_turn(real(), time(2, 30)) + timedelta(minutes=1)
        BackupRun.objects.create(started_at=at, path=f"x.backup{DOUBTFUL}", error="附件少了")
        schedule.back_up_when_due(at + timedelta(hours=5))
        assert not started
        schedule.back_up_when_due(at + timedelta(hours=24))
        assert started

    def test_without_an_earlier_one_the_rows_say_what_ought_to_be_there(self, home: Path) -> None:
        [camera] = site(UnitFactory())
        for number in range(3):
            add_snapshot(camera, real() + timedelta(seconds=number), path=f"cameras/{number}.jpg")
        with pytest.raises(backing.Doubtful, match="附件少了3件：数据库里最近的有3件"):
            make()

    def test_thinned_snapshots_and_pieces_on_their_way_are_no_loss(self, db: None) -> None:
        [camera] = site(UnitFactory())
        names = [f"cameras/1/{number}.jpg" for number in range(MANY)]
        moments = [real() + timedelta(seconds=number) for number in range(30)]
        for name, moment in zip(names, moments, strict=False):
            add_snapshot(camera, moment, path=name)
        before = {f"uploads/{name}": kept(f"uploads/{name}") for name in [*names, "orders/1.jpg"]}
        passing = [f"uploads/{place}/{n}" for place in ("batches/a", "checks/1") for n in range(MANY)]
        before |= {path: kept(path) for path in [*passing, "uploads/cameras/1/timelapse/1.mp4", "state/x"]}
        there = [one for path, one in before.items() if path in ("uploads/orders/1.jpg", "state/x")]
        found = loss.found(before, there)
        assert found and len(found.gone) == 30 and found.of == MANY + 1
        Snapshot.objects.all().delete()
        assert loss.found(before, there) is None


def kept(path: str) -> files.Kept:
    return files.Kept(path, 1, 1, "", "")


class TestOnDisk:
    def test_the_archive_and_its_name_are_on_the_disk_before_it_counts(
        self, home: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        synced: list[int] = []
        monkeypatch.setattr("os.fsync", lambda handle: synced.append(os.fstat(handle).st_ino))
        run = make()
        assert Path(run.path).stat().st_ino in synced
        assert synced[-1] == (home / "backups").stat().st_ino  # after it got its name
        assert {path.parent.stat().st_ino for path in objects(home)} <= set(synced)

    @pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite 的表随备份来")
    @pytest.mark.parametrize(
        "change",
        [
            "RENAME COLUMN host TO machine",
            "ADD COLUMN more integer NOT NULL DEFAULT 1; ALTER TABLE operations_heartbeat ALTER more DROP DEFAULT",
        ],
    )
    def test_tables_that_have_changed_since_are_a_sentence(self, home: Path, change: str) -> None:
        Heartbeat.objects.create(name="后台", host="a", at=real(), since=real(), pid=1, version="1")
        run = make()
        with connection.cursor() as cursor, transaction.atomic():
            cursor.execute(f"ALTER TABLE operations_heartbeat {change}")
            with pytest.raises(CommandError, match="多半是做了这份备份以后升级过"):
                call_command("backup", "--check", run.path, stdout=StringIO())
            transaction.set_rollback(True)
