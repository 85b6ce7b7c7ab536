"""收照片：一个标识一次，原件一字不动，戳在副本上，等得到后来的发现。"""

from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from PIL import Image

from tests.factories import NOW
from tests.inspections.builders import a_visit, finding, picture, record, video
from xushi.core.clock import BEIJING
from xushi.inspections import videos
from xushi.inspections.models import Photo
from xushi.inspections.photos import PhotoMeta, attach_photo, meta_of
from xushi.journal.models import Event
from xushi.registry.checking import Refused
from xushi.units.models import Unit, User

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _uploads(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "uploads"


def test_the_original_is_kept_and_the_stamp_is_on_a_copy(
    subdistrict: Unit, inspector_user: User, tmp_path: Path
) -> None:
    visit, path = a_visit(subdistrict), picture(tmp_path / "p.jpg")
    meta = meta_of(
        {"taken_at": "2018-09-12T09:46:00+08:00", "place": {"lng": 118.5, "lat": 32.1, "accuracy": 8}}
    )
    photo = attach_photo(key=uuid4(), visit=visit, path=path, meta=meta, by=inspector_user, now=NOW)
    assert photo.sha256 == sha256(path.read_bytes()).hexdigest() == sha256(photo.file.read()).hexdigest()
    assert photo.stamp == "2018年9月12日 9:46\n紫光项目 · 江浦街道\n东经118.50000 北纬32.10000 误差8米"
    with Image.open(photo.stamped) as copy:
        assert copy.size == (640, 480)
        assert copy.getpixel((320, 40)) != copy.getpixel((630, 470))
    assert Event.objects.filter(verb="inspections.photo.attached").count() == 1


def test_one_key_is_taken_once(subdistrict: Unit, inspector_user: User, tmp_path: Path) -> None:
    visit, path, key = a_visit(subdistrict), picture(tmp_path / "p.jpg"), uuid4()
    how: dict[str, Any] = {"key": key, "visit": visit, "meta": PhotoMeta(), "by": inspector_user, "now": NOW}
    first = attach_photo(path=path, **how)
    assert attach_photo(path=path, **how).pk == first.pk
    with pytest.raises(Refused, match="已经传过另一张"):
        attach_photo(path=picture(tmp_path / "q.jpg", (1, 2, 3)), **how)
    assert Photo.objects.count() == 1
    assert len([file for file in (tmp_path / "uploads").rglob("*") if file.is_file()]) == 2


def test_a_photo_waits_for_its_finding(subdistrict: Unit, inspector_user: User, tmp_path: Path) -> None:
    visit, key = a_visit(subdistrict), uuid4()
    photo = attach_photo(
        key=uuid4(), visit=visit, path=picture(tmp_path / "p.jpg"), meta=PhotoMeta(), by=inspector_user, now=NOW,
        finding_key=key,
    )  # fmt: skip
    assert (photo.finding, photo.kind) == (None, "before")
    done = record(
        visit, inspector_user, finding(key=key), photos=[{"key": str(photo.key), "finding": str(key)}]
    )
    photo.refresh_from_db()
    assert photo.finding is not None
    assert photo.finding.key == key
    assert done.missing == ()


def test_what_has_not_come_is_asked_for(subdistrict: Unit, inspector_user: User) -> None:
    key = uuid4()
    done = record(a_visit(subdistrict), inspector_user, photos=[{"key": str(key)}])
    assert done.missing == (str(key),)


@pytest.mark.parametrize("data", [b"", b"<html>no picture</html>", b"\xff\xd8\xff\xe0 broken"])
def test_what_is_no_picture_is_refused_and_leaves_nothing(
    subdistrict: Unit, inspector_user: User, tmp_path: Path, data: bytes
) -> None:
    path = tmp_path / "x.jpg"
    path.write_bytes(data)
    with pytest.raises(Refused):
        attach_photo(
            key=uuid4(),
            visit=a_visit(subdistrict),
            path=path,
            meta=PhotoMeta(name="x.jpg"),
            by=inspector_user,
            now=NOW,
        )
    assert not Photo.objects.exists()
    assert not [file for file in (tmp_path / "uploads").rglob("*") if file.is_file()]


def test_a_short_video_is_kept_as_it_is(subdistrict: Unit, inspector_user: User, tmp_path: Path) -> None:
    path = tmp_path / "v.mp4"
    video(path)
    meta = PhotoMeta(taken_at=datetime(2018, 9, 12, tzinfo=BEIJING))
    photo = attach_photo(
        key=uuid4(), visit=a_visit(subdistrict), path=path, meta=meta, by=inspector_user, now=NOW,
        is_video=True,
    )  # fmt: skip
    assert (photo.is_video, photo.stamped.name, photo.file.name[-4:]) == (True, "", ".mp4")
    assert photo.stamp.startswith("2018年9月12日 0:00")


@pytest.mark.parametrize("decoder", [True, False])
def test_what_only_begins_like_a_video_is_none(
    decoder: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    good, bad, cut = video(tmp_path / "v.mp4"), tmp_path / "bad.mp4", tmp_path / "cut.mp4"
    if not decoder:
        monkeypatch.setattr(videos, "_decoded", lambda path: None)
    assert videos.ending_of(good) == "mp4"
    bad.write_bytes(b"\x00\x00\x00\x18ftypmp42" + b"\x00" * 1000)
    cut.write_bytes(good.read_bytes()[:43])
    for path in (bad, cut, picture(tmp_path / "p.jpg")):
        with pytest.raises(ValueError, match="请重拍"):
            videos.ending_of(path)


def test_a_video_that_was_announced_as_a_photo_is_refused(
    subdistrict: Unit, inspector_user: User, tmp_path: Path
) -> None:
    with pytest.raises(Refused, match="不是照片"):
        attach_photo(
            key=uuid4(), visit=a_visit(subdistrict), path=video(tmp_path / "v.mp4"), meta=PhotoMeta(),
            by=inspector_user, now=NOW,
        )  # fmt: skip
    assert not Photo.objects.exists()


def test_strangers_attach_nothing(
    subdistrict: Unit, stranger: User, leader_user: User, tmp_path: Path
) -> None:
    visit, path = a_visit(subdistrict), picture(tmp_path / "p.jpg")
    for person in (stranger, leader_user):
        with pytest.raises(PermissionDenied):
            attach_photo(key=uuid4(), visit=visit, path=path, meta=PhotoMeta(), by=person, now=NOW)
