"""附件放哪里都一样：本机的盘与对象存储，写、读、换、删、列；出错都是 OSError。"""

from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from tests.s3 import KEYS, keys_of
from xushi.config import environment
from xushi.kit import media


@pytest.fixture(params=["disk", "bucket"])
def place(request: pytest.FixtureRequest, settings: LazySettings, tmp_path: Path) -> str:
    if request.param == "bucket":
        request.getfixturevalue("bucket")
    else:
        settings.MEDIA_ROOT = tmp_path / "uploads"
    assert media.is_here() is (request.param == "disk")
    return str(request.param)


def test_what_is_put_is_read_replaced_listed_and_dropped(place: str) -> None:
    media.put("cameras/3/一.jpg", b"first")
    media.put("cameras/3/一.jpg", b"second")
    media.put("cameras/3/02.jpg", b"x" * (9 << 20))  # in parts, where that is how large ones are sent
    media.put("cameras/4/03.jpg", b"other")
    assert media.read("cameras/3/一.jpg") == b"second" and len(media.read("cameras/3/02.jpg")) == 9 << 20
    assert media.exists("cameras/3/一.jpg") and not media.exists("cameras/3/二.jpg")
    assert media.names_in("cameras/3") == ["cameras/3/02.jpg", "cameras/3/一.jpg"]
    media.drop(["cameras/3/一.jpg", "cameras/3/never.jpg"])
    assert media.names_in("cameras/3") == ["cameras/3/02.jpg"]
    media.drop_folder("cameras/3")
    assert media.names_in("cameras/3") == [] and media.read("cameras/4/03.jpg") == b"other"
    with pytest.raises(FileNotFoundError):
        media.opened("cameras/3/一.jpg")


def test_a_second_file_of_the_same_name_gets_another(place: str) -> None:
    names = [default_storage.save("reports/甲.jpg", ContentFile(data)) for data in (b"one", b"two")]
    assert len(set(names)) == 2 and [media.read(name) for name in names] == [b"one", b"two"]


def test_all_lies_under_the_prefix_of_this_installation(bucket: Any) -> None:
    media.put("a/b.txt", b"x")
    assert [one.key for one in bucket.objects.all()] == ["附件/a/b.txt"] and keys_of(bucket) == ["a/b.txt"]


def test_a_store_that_does_not_answer_or_refuses_is_an_os_error(settings: LazySettings, bucket: Any) -> None:
    options = settings.STORAGES["default"]["OPTIONS"]
    for wrong in ({"bucket_name": "nowhere"}, {"endpoint_url": "http://127.0.0.1:9"}):
        other = {"BACKEND": "xushi.kit.s3.Uploads", "OPTIONS": options | wrong}
        settings.STORAGES = settings.STORAGES | {"default": other}
        with pytest.raises(OSError, match="对象存储出错"):
            media.put("a.txt", b"x")


def test_half_an_address_is_a_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("BUCKET", "ENDPOINT", "REGION", "KEY", "SECRET", "PREFIX", "STYLE"):
        monkeypatch.delenv(f"XUSHI_S3_{name}", raising=False)
    assert environment.s3() == {}
    monkeypatch.setenv("XUSHI_S3_KEY", KEYS["access_key"])
    with pytest.raises(ImproperlyConfigured, match="XUSHI_S3_BUCKET"):
        environment.s3()
    monkeypatch.setenv("XUSHI_S3_BUCKET", "xushi")
    assert environment.s3() == {"bucket_name": "xushi", "access_key": "test"}
    monkeypatch.setattr(environment, "find_spec", lambda name: None)
    with pytest.raises(ImproperlyConfigured, match=r"s3\.txt"):
        environment.s3()
