"""附件在桶里：备份带上它们、还原还得出；目录与桶之间搬家，断了再来，内容不同的不动。"""

import io
import secrets
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command

from tests.s3 import keys_of
from xushi.config.clock import real
from xushi.journal.models import Event
from xushi.kit import media, places
from xushi.operations import backing, keys, moving
from xushi.operations.checking import check
from xushi.operations.files import Store, found_here
from xushi.operations.sealed import Unreadable

BIG = 9 << 20  # more than one part of an upload


@pytest.fixture
def home(bucket: Any, settings: LazySettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv(keys.PASSPHRASE, raising=False)
    settings.XUSHI_HOME = home = tmp_path / "home"
    settings.XUSHI_BACKUP_TO, settings.XUSHI_BACKUP_KEEP = home / "backups", 2
    home.mkdir()
    return home


def make(said: list[str]) -> Any:
    return backing.make_backup(to=backing.folder(), clock=real, say=said.append)


@pytest.mark.django_db(transaction=True)
@pytest.mark.slow
class TestBackup:
    def test_the_objects_are_within_and_only_new_ones_are_fetched_again(
        self, home: Path, bucket: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        big = secrets.token_bytes(BIG)
        media.put("problems/大 1.jpg", big)
        media.put("problems/空.txt", b"")
        run = make([])
        assert run.verified_at and run.files == 2 and run.added_bytes > BIG
        assert not list((home / "backups").glob("fetch-*"))
        fetched: list[str] = []
        opened = places.Bucket.opened
        monkeypatch.setattr(
            places.Bucket, "opened", lambda self, name: (fetched.append(name), opened(self, name))[1]
        )
        media.put("problems/空.txt", b"now with words")
        again = make([])
        assert fetched == ["problems/空.txt"] and again.files == 2 and again.added_bytes < 1000
        path, master = Path(again.path), keys.by_file(home / keys.FILE)
        assert check(path, master, say=print).files == 2
        held = {one.path: one for one in backing._known(path.parent, master).values()}
        out = io.BytesIO()
        Store(path.parent, master).read(held["uploads/problems/大 1.jpg"], out.write)
        assert out.getvalue() == big
        Store(path.parent, master).place(held["uploads/problems/大 1.jpg"].object).unlink()
        with pytest.raises(Unreadable, match="少了附件"):
            check(path, master, say=print)

    def test_by_the_setting_the_bucket_keeps_itself_and_that_is_said(
        self, home: Path, bucket: Any, settings: LazySettings
    ) -> None:
        media.put("problems/1.jpg", b"x")
        settings.XUSHI_BACKUP_BUCKET = False
        said: list[str] = []
        assert make(said).files == 0
        assert any("不在备份里" in sentence for sentence in said)

    def test_a_bucket_that_does_not_answer_is_a_failed_backup(
        self, home: Path, bucket: Any, settings: LazySettings
    ) -> None:
        settings.XUSHI_S3 = settings.XUSHI_S3 | {"bucket_name": "nowhere"}
        with pytest.raises(backing.CannotBackUp, match="对象存储出错"):
            make([])


class TestListing:
    def test_what_a_move_left_in_the_folder_is_not_listed_twice(self, home: Path, bucket: Any) -> None:
        media.put("a.jpg", b"in the bucket")
        folder = places.folder()
        folder.put("a.jpg", io.BytesIO(b"left behind"))
        folder.put("cameras/1/timelapse/b.mp4", io.BytesIO(b"of this machine"))
        found = {one.path: one.size for one in found_here()}
        assert found == {"uploads/a.jpg": 13, "uploads/cameras/1/timelapse/b.mp4": 15}
        for one in list(folder.listed()):
            folder.drop(one.name)


@pytest.mark.django_db
class TestMoving:
    FILES = {"problems/甲.jpg": b"one", "cameras/3/2018-09/02.jpg": secrets.token_bytes(BIG), "空.txt": b""}

    @pytest.fixture
    def full(self, home: Path, bucket: Any) -> Any:
        """A folder with files beside an empty bucket."""
        folder = places.folder()
        for name, data in self.FILES.items():
            folder.put(name, io.BytesIO(data))
        yield folder
        for one in list(folder.listed()):
            folder.drop(one.name)

    def test_there_and_back(self, full: Any, bucket: Any, capsys: Any) -> None:
        folder = full
        call_command("media", "move", "--to", "bucket")
        assert keys_of(bucket) == sorted(self.FILES) and len(list(folder.listed())) == 3
        assert all(media.read(name) == data for name, data in self.FILES.items())
        assert "新拷3件，原已在" in capsys.readouterr().out
        assert Event.objects.filter(verb=moving.MOVED).count() == 1
        call_command("media", "move", "--to", "bucket", "--drop")
        assert list(folder.listed()) == [] and "原处删去3件" in capsys.readouterr().out
        call_command("media", "count")
        assert "：3件，" in capsys.readouterr().out
        call_command("media", "move", "--to", "folder", "--drop")
        assert keys_of(bucket) == [] and folder.path("空.txt").read_bytes() == b""
        assert folder.path("problems/甲.jpg").read_bytes() == b"one"

    def test_broken_off_it_goes_on_where_it_was(self, full: Any, bucket: Any, monkeypatch: Any) -> None:
        put, times = places.Bucket.put, []

        def fail_at_the_second(self: Any, name: str, source: Any) -> None:
            times.append(name)
            if len(times) == 2:
                raise OSError("对象存储出错：断了")
            put(self, name, source)

        monkeypatch.setattr(places.Bucket, "put", fail_at_the_second)
        with pytest.raises(CommandError, match="断了"):
            call_command("media", "move", "--to", "bucket", "--drop")
        assert len(keys_of(bucket)) == 1 and len(list(full.listed())) == 2
        call_command("media", "move", "--to", "bucket", "--drop")
        assert keys_of(bucket) == sorted(self.FILES) and list(full.listed()) == []

    def test_another_content_under_the_same_name_is_left_alone(self, full: Any, bucket: Any) -> None:
        media.put("problems/甲.jpg", b"two")
        with pytest.raises(CommandError, match=r"1件在桶.*同名而内容不同.*problems/甲\.jpg"):
            call_command("media", "move", "--to", "bucket", "--drop")
        assert media.read("problems/甲.jpg") == b"two" and full.path("problems/甲.jpg").read_bytes() == b"one"
        assert [one.name for one in full.listed()] == ["problems/甲.jpg"]

    def test_what_was_not_written_as_sent_is_no_copy(self, full: Any, bucket: Any, monkeypatch: Any) -> None:
        put = places.Bucket.put
        monkeypatch.setattr(places.Bucket, "put", lambda self, name, _: put(self, name, io.BytesIO(b"half")))
        with pytest.raises(CommandError, match="读回来不一样"):
            call_command("media", "move", "--to", "bucket", "--drop")
        assert keys_of(bucket) == [] and len(list(full.listed())) == 3

    def test_without_a_bucket_it_says_so(self, settings: LazySettings, tmp_path: Path) -> None:
        settings.XUSHI_S3, settings.MEDIA_ROOT = {}, tmp_path
        with pytest.raises(CommandError, match="没有设 XUSHI_S3_BUCKET"):
            call_command("media", "move", "--to", "folder")
