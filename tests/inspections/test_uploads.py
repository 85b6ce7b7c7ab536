"""分块上传：断在哪一字节都接得上，答复丢了再来一遍也只有一份，别人的碰不到。"""

import json
import zlib
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client, RequestFactory
from django.urls import reverse
from PIL import Image

from tests.factories import NOW
from tests.inspections.builders import a_visit, add_round, add_team, picture
from tests.s3 import keys_of
from xushi.config import clock
from xushi.inspections import pieces, uploading, views_phone_uploads
from xushi.inspections.models import Photo, Upload, Visit
from xushi.journal.models import Event
from xushi.units.models import Unit, User

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]


@pytest.fixture(autouse=True)
def _morning(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    settings.MEDIA_ROOT = tmp_path / "uploads"


@pytest.fixture
def visit(subdistrict: Unit, inspector_user: User) -> Visit:
    held = add_round()
    return a_visit(subdistrict, held=held, team=add_team(held, inspector_user))


@pytest.fixture
def data(tmp_path: Path) -> bytes:
    return picture(tmp_path / "p.jpg", size=(900, 700)).read_bytes()


class Phone:
    """A phone of one person, sending one picture."""

    def __init__(self, client: Client, user: User, visit: Visit, data: bytes, **told: Any) -> None:
        self.client, self.data, self.key = client, data, str(uuid4())
        self.who = {"X-Xushi-Who": str(user.pk), "Accept": "application/json"}
        self.told = {
            "key": self.key, "visit": str(visit.key), "finding": None, "size": len(data),
            "sha256": sha256(data).hexdigest(), "video": False,
            "meta": {"taken_at": "2018-09-12T09:46:00+08:00", "name": "p.jpg", "place": {"lng": 118.5, "lat": 32.1}},
        } | told  # fmt: skip

    def post(self, name: str, body: Any = None, *args: str) -> Any:
        address = reverse(f"inspections:{name}", args=args)
        return self.client.post(address, json.dumps(body or {}), "application/json", headers=self.who)

    def announce(self, **told: Any) -> Any:
        return self.post("upload_announce", self.told | told)

    def piece(self, offset: int, end: int, crc: int | None = None, body: bytes | None = None) -> Any:
        data = self.data[offset:end] if body is None else body
        headers = self.who | {"Upload-Offset": str(offset), "X-Piece-Crc32": f"{crc or zlib.crc32(data):x}"}
        address = reverse("inspections:upload", args=[self.key])
        return self.client.patch(address, data, "application/octet-stream", headers=headers)

    def state(self) -> Any:
        return self.client.get(reverse("inspections:upload", args=[self.key]), headers=self.who)

    def finish(self) -> Any:
        return self.post("upload_finish", None, self.key)


@pytest.fixture
def phone(visit: Visit, inspector_user: User, signed_in: SignIn, data: bytes) -> Phone:
    return Phone(signed_in(inspector_user), inspector_user, visit, data)


def test_pieces_become_one_photo(phone: Phone, visit: Visit, data: bytes) -> None:
    assert phone.announce().json()["offset"] == 0
    third = len(data) // 3
    for start in range(0, len(data), third):
        answer = phone.piece(start, start + third)
    assert answer.json()["offset"] == len(data) == int(answer["Upload-Offset"])
    assert phone.finish().json()["done"] is True
    photo = Photo.objects.get()
    assert (str(photo.key), photo.visit, photo.sha256) == (phone.key, visit, sha256(data).hexdigest())
    assert photo.file.read() == data
    assert photo.stamp.startswith("2018年9月12日 9:46")
    assert not pieces.path_of(photo.key).exists()


def test_every_answer_may_be_lost(phone: Phone, data: bytes) -> None:
    half = len(data) // 2
    assert [phone.announce().status_code for _ in range(2)] == [200, 200]
    phone.piece(0, half)
    again = phone.piece(0, half)
    assert (again.status_code, again.json()["offset"]) == (409, half)
    phone.piece(half, len(data))
    assert phone.state().json() == phone.state().json() | {"offset": len(data), "done": False}
    assert [phone.finish().json()["done"] for _ in range(3)] == [True, True, True]
    assert phone.announce().json()["done"] is True
    assert phone.piece(half, len(data)).json()["done"] is True
    assert Photo.objects.count() == 1
    assert Event.objects.filter(verb="inspections.photo.attached").count() == 1


@pytest.mark.parametrize("cut", [0, 1, 2, 511, 512, -2, -1])
def test_cut_at_a_byte_and_gone_on(phone: Phone, data: bytes, cut: int) -> None:
    phone.announce()
    cut %= len(data)
    if cut:
        assert phone.piece(0, cut).json()["offset"] == cut
    went = phone.state().json()["offset"]
    assert phone.piece(went, len(data)).json()["offset"] == len(data)
    assert phone.finish().json()["done"] is True
    assert Photo.objects.get().sha256 == sha256(data).hexdigest()


def test_a_piece_hurt_on_its_way_counts_for_nothing(phone: Phone, data: bytes) -> None:
    phone.announce()
    hurt = bytearray(data[:1000])
    hurt[500] ^= 1
    answer = phone.piece(0, 1000, crc=zlib.crc32(data[:1000]), body=bytes(hurt))
    assert (answer.status_code, answer.json()["offset"]) == (409, 0)
    assert Upload.objects.get().received == 0


def test_a_piece_shorter_than_told_counts_for_nothing(rf: RequestFactory, data: bytes) -> None:
    request = rf.patch("/", data[:300], "application/octet-stream")
    assert views_phone_uploads._piece(request) == data[:300]
    request = rf.patch("/", data[:300], "application/octet-stream")
    request.META["CONTENT_LENGTH"] = "1000"
    assert views_phone_uploads._piece(request) is None


@pytest.mark.parametrize("offset", ["", "-1", "x", "5"])
def test_a_piece_elsewhere_is_sent_to_its_place(phone: Phone, data: bytes, offset: str) -> None:
    phone.announce()
    address = reverse("inspections:upload", args=[phone.key])
    answer = phone.client.patch(
        address, data[:300], "application/octet-stream", headers=phone.who | {"Upload-Offset": offset}
    )
    assert (answer.status_code, answer.json()["offset"]) == (409, 0)


def test_what_a_crash_left_behind_is_cut_off(phone: Phone, data: bytes) -> None:
    phone.announce()
    phone.piece(0, 1000)
    path = pieces.path_of(Upload.objects.get().key)
    path.write_bytes(path.read_bytes() + b"written, never counted")
    phone.piece(1000, len(data))
    assert phone.finish().json()["done"] is True
    assert Photo.objects.get().sha256 == sha256(data).hexdigest()


def test_other_bytes_than_told_begin_again(phone: Phone, data: bytes) -> None:
    phone.announce(sha256="0" * 64)
    phone.piece(0, len(data))
    answer = phone.finish()
    assert (answer.status_code, answer.json()["offset"]) == (409, 0)
    assert not Photo.objects.exists()


def test_lost_pieces_begin_again(phone: Phone, data: bytes) -> None:
    phone.announce()
    phone.piece(0, 1000)
    pieces.path_of(Upload.objects.get().key).unlink()
    assert phone.piece(1000, len(data)).json()["offset"] == 0


def test_too_early_to_finish(phone: Phone) -> None:
    phone.announce()
    phone.piece(0, 1000)
    answer = phone.finish()
    assert (answer.status_code, answer.json()["offset"]) == (409, 1000)


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ({"size": 15 * 1024 * 1024 + 1}, "最多15MB"),
        ({"size": 100 * 1024 * 1024 + 1, "video": True}, "最多100MB"),
        ({"size": 0}, "是空的"),
        ({"key": "x"}, "看不懂"),
        ({"sha256": "zz"}, "散列看不懂"),
    ],
)
def test_what_is_refused_before_a_byte_is_sent(phone: Phone, told: dict[str, Any], sentence: str) -> None:
    answer = phone.announce(**told)
    assert answer.status_code == 422
    assert sentence in answer.json()["error"]
    assert not Upload.objects.exists()


@pytest.mark.parametrize("data", [b"<html><script>alert(1)</script></html>" * 40])
def test_what_is_no_picture_is_refused_for_good(phone: Phone, data: bytes) -> None:
    phone.announce()
    phone.piece(0, len(data))
    for _ in range(2):
        answer = phone.finish()
        assert answer.status_code == 422
        assert "不是照片" in answer.json()["refused"]
    assert not Photo.objects.exists()


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_a_hundred_million_pixels_are_refused_before_they_are_drawn(
    visit: Visit, inspector_user: User, signed_in: SignIn, tmp_path: Path
) -> None:
    Image.new("1", (10_000, 10_000)).save(tmp_path / "big.png", optimize=True)
    data = (tmp_path / "big.png").read_bytes()
    phone = Phone(signed_in(inspector_user), inspector_user, visit, data)
    phone.announce()
    phone.piece(0, len(data))
    answer = phone.finish()
    assert answer.status_code == 422
    assert "10000×10000像素" in answer.json()["error"]


def test_a_script_in_the_metadata_is_not_in_what_is_shown(
    visit: Visit, inspector_user: User, signed_in: SignIn, tmp_path: Path
) -> None:
    exif = Image.Exif()
    exif[0x010E] = "<script>alert(1)</script>"
    Image.new("RGB", (300, 200), (9, 99, 9)).save(tmp_path / "x.jpg", exif=exif, comment=b"<script>")
    data = (tmp_path / "x.jpg").read_bytes()
    assert b"<script>" in data
    phone = Phone(signed_in(inspector_user), inspector_user, visit, data)
    phone.announce()
    phone.piece(0, len(data))
    phone.finish()
    photo = Photo.objects.get()
    assert b"<script>" not in photo.stamped.read()
    assert photo.file.read() == data
    shown = phone.client.get(reverse("inspections:photo", args=[photo.key]))
    assert (shown["Content-Type"], shown["X-Content-Type-Options"]) == ("image/jpeg", "nosniff")


def test_a_full_disk_takes_nothing_and_says_so(
    phone: Phone, data: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone.announce()
    monkeypatch.setattr(uploading, "SPARE", 1 << 60)
    answer = phone.piece(0, 1000)
    assert (answer.status_code, "磁盘" in answer.json()["error"]) == (507, True)
    assert Upload.objects.get().received == 0
    assert Phone.announce(phone, key=str(uuid4())).status_code == 507


def test_another_login_never_sends_it(phone: Phone, office_user: User, data: bytes) -> None:
    """The session is the office's, the records are the inspector's: refused, told why."""
    phone.announce()
    phone.client.force_login(office_user)
    answer = phone.piece(0, 1000)
    assert answer.status_code == 409
    assert answer.json()["other"] is True
    phone.who["X-Xushi-Who"] = str(office_user.pk)
    assert phone.piece(0, 1000).status_code == 404
    assert phone.state().status_code == 404
    assert phone.finish().status_code == 404
    assert phone.announce().status_code == 422
    assert Upload.objects.get().received == 0


def test_who_may_not_record_announces_nothing(
    visit: Visit, leader_user: User, stranger: User, territory_user: User, signed_in: SignIn, data: bytes
) -> None:
    for user in (leader_user, stranger, territory_user):
        answer = Phone(signed_in(user), user, visit, data).announce()
        assert answer.status_code == 403
        assert "督查组" in answer.json()["error"]
    assert not Upload.objects.exists()


def test_nobody_logged_in_is_told_where_to(phone: Phone) -> None:
    phone.client.logout()
    answer = phone.announce()
    assert answer.status_code == 401
    assert "login" in answer.json()


def test_what_was_given_up_is_swept(phone: Phone, data: bytes) -> None:
    phone.announce()
    phone.piece(0, 1000)
    path = pieces.path_of(Upload.objects.get().key)
    assert uploading.sweep(now=NOW + uploading.KEEP) == 0
    assert path.exists()
    assert uploading.sweep(now=NOW + uploading.KEEP + timedelta(seconds=1)) == 1
    assert not path.exists()
    assert phone.piece(1000, len(data)).status_code == 404
    assert phone.announce().json()["offset"] == 0


def test_swept_after_it_was_kept_is_still_done(phone: Phone, data: bytes) -> None:
    phone.announce()
    phone.piece(0, len(data))
    phone.finish()
    uploading.sweep(now=NOW + timedelta(days=30))
    assert phone.announce().json()["done"] is True
    assert Photo.objects.count() == 1


def test_the_first_picture_says_that_somebody_is_on_the_spot(phone: Phone, visit: Visit) -> None:
    for _ in range(2):  # the answer lost, asked again
        assert phone.announce().status_code == 200
    visit.refresh_from_db()
    assert (visit.state, visit.started_at, visit.version) == ("under_way", NOW, 1)
    assert Event.objects.filter(verb="inspections.visit.arrived").count() == 1


def test_pieces_lie_in_the_store_until_they_are_whole(bucket: Any, phone: Phone, data: bytes) -> None:
    """Any machine may take the next one; what is sent twice is there once."""
    phone.announce()
    half = len(data) // 2
    for start, end in ((0, half), (0, half), (half, len(data))):
        phone.piece(start, end)
    folder = f"inspections/pieces/{pieces.path_of(UUID(phone.key)).stem}"
    assert keys_of(bucket) == [f"{folder}/{0:012d}", f"{folder}/{half:012d}"]
    assert phone.finish().json()["done"] is True
    photo = Photo.objects.get()
    assert photo.file.read() == data and photo.sha256 == sha256(data).hexdigest()
    assert keys_of(bucket) == sorted([photo.file.name, photo.stamped.name])


def test_a_piece_lost_in_the_store_is_sent_again(bucket: Any, phone: Phone, data: bytes) -> None:
    phone.announce()
    half = len(data) // 2
    phone.piece(0, half)
    phone.piece(half, len(data))
    next(iter(bucket.objects.all())).delete()
    assert phone.finish().status_code == 409 and phone.state().json()["offset"] == 0
    phone.piece(0, half)
    phone.piece(half, len(data))
    assert phone.finish().json()["done"] is True and Photo.objects.get().file.read() == data
