"""备份自己会出的事：封件坏了、附件少了许多、放在状态目录里；坏的不当好的，旧的不白丢。"""

from io import StringIO
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.management import call_command

from xushi.config.clock import real
from xushi.operations import archive, backing, files, keys
from xushi.operations.models import BackupRun
from xushi.operations.sealed import Unreadable

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
UPLOADS = 30


@pytest.fixture
def home(settings: LazySettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv(keys.PASSPHRASE, raising=False)
    home = tmp_path / "home"
    settings.XUSHI_HOME, settings.MEDIA_ROOT = home, home / "uploads"
    settings.XUSHI_BACKUP_TO, settings.XUSHI_BACKUP_KEEP = home / "backups", 1
    (home / "uploads" / "orders").mkdir(parents=True)
    (home / "channels.toml").write_text('base = "https://x"')
    for number in range(UPLOADS):
        (home / "uploads" / "orders" / f"{number}.jpg").write_bytes(bytes([number]) * 100)
    return home


def make(said: list[str] | None = None) -> BackupRun:
    return backing.make_backup(
        to=backing.folder(), clock=real, say=[].append if said is None else said.append
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
