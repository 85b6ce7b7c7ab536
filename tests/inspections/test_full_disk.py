"""磁盘满了：报整改的被告知，字还在，什么也没记，半截的文件不留；手机传的等有地方了再传。"""

import errno
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.storage import FileSystemStorage
from django.test import Client
from django.urls import reverse

from tests.factories import NOW
from tests.inspections.builders import a_visit, found, picture, upload
from xushi.config import clock
from xushi.inspections import uploading
from xushi.inspections.models import Finding, Photo, Rectification
from xushi.inspections.uploading import NoRoom
from xushi.units.models import Unit, User

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]


@pytest.fixture(autouse=True)
def media(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> Path:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    settings.MEDIA_ROOT = tmp_path / "uploads"
    return tmp_path / "uploads"


@pytest.fixture
def full_after(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """The disk takes so many files, and of the next one only a part."""
    whole = FileSystemStorage._save

    def fill(files: int) -> None:
        left = [files]

        def saved(storage: FileSystemStorage, name: str, content: Any) -> str:
            if left[0]:
                left[0] -= 1
                return str(whole(storage, name, content))
            half = Path(storage.path(name))
            half.parent.mkdir(parents=True, exist_ok=True)
            half.write_bytes(b"half")
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(FileSystemStorage, "_save", saved)

    return fill


def files(folder: Path) -> list[str]:
    return sorted(str(one.relative_to(folder)) for one in folder.rglob("*") if one.is_file())


@pytest.mark.parametrize("taken", [0, 1, 2, 3])
def test_who_reports_is_told_and_nothing_is_left_half(
    taken: int,
    subdistrict: Unit,
    territory_user: User,
    inspector_user: User,
    signed_in: SignIn,
    media: Path,
    full_after: Callable[[int], None],
) -> None:
    """Two photos are four files: wherever the disk is full, no file, no photo and no step stays."""
    one = found(a_visit(subdistrict), inspector_user)
    before, steps = files(media), Rectification.objects.count()
    full_after(taken)
    typed = {"version": "1", "words": "已腾空", "photos": [upload(), upload("b.jpg", (10, 200, 90))]}
    answer = signed_in(territory_user).post(reverse("inspections:act", args=[one.pk, "fix"]), typed)
    told = answer.content.decode()
    assert answer.status_code == 422
    assert "服务器磁盘满了，照片存不下" in told
    assert "已腾空" in told
    assert (files(media), Photo.objects.count(), Rectification.objects.count()) == (before, 0, steps)
    assert Finding.objects.get().state == "open"


def test_what_the_phone_has_sent_whole_waits_for_room(
    subdistrict: Unit, inspector_user: User, media: Path, tmp_path: Path, full_after: Callable[[int], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """All pieces are here, only the original and its copy find no room: the phone tries again, and then it is there."""
    visit, key = a_visit(subdistrict), uuid4()
    data = picture(tmp_path / "p.jpg").read_bytes()
    told = uploading.read_announcement(
        {"key": str(key), "visit": str(visit.key), "finding": None, "size": len(data), "sha256": "", "video": False,
         "meta": {"name": "p.jpg"}}
    )  # fmt: skip
    uploading.announce(told=told, by=inspector_user, now=NOW)
    uploading.receive(key=key, offset=0, piece=data, crc=None, by=inspector_user, now=NOW)
    with monkeypatch.context():
        whole = FileSystemStorage._save
        full_after(0)
        with pytest.raises(NoRoom, match="还在手机里"):
            uploading.finish(key=key, by=inspector_user, now=NOW)
        assert not Photo.objects.exists()
        monkeypatch.setattr(FileSystemStorage, "_save", whole)
    assert uploading.finish(key=key, by=inspector_user, now=NOW).done_at is not None
    assert Photo.objects.get().key == key
