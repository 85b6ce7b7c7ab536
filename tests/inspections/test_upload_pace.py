"""手机传照片限次：传得太密答429，说多久以后再来，传着的接着传，一张不丢。"""

from collections.abc import Iterator

import pytest
from django.conf import LazySettings

from tests.inspections.test_uploads import Phone, _morning, data, phone, visit  # noqa: F401 - fixtures
from xushi.inspections.models import Photo, Upload
from xushi.kit.pacing import METER

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_held() -> Iterator[None]:
    METER.forget()
    yield
    METER.forget()


def test_by_the_file_and_what_has_begun_goes_on(phone: Phone, settings: LazySettings) -> None:  # noqa: F811
    settings.XUSHI_LIMITS = {"upload": (1, 3600)}
    assert phone.announce().status_code == 200
    late = phone.announce(key="6b0e2f7a-3b0f-4f7d-9f0a-3c1f1c1f1c1f")
    said = late.json()
    assert late.status_code == 429 and 0 < said["wait"] <= 3600 and late["Retry-After"] == str(said["wait"])
    assert said["error"].startswith("传文件一小时最多1次，请")
    assert said["error"].endswith("照片还在手机里，到时自动再传。")
    assert "refused" not in said and Upload.objects.count() == 1
    for start in range(0, len(phone.data), 5000):
        assert phone.piece(start, start + 5000).status_code == 200
    assert phone.finish().json()["done"] is True and Photo.objects.count() == 1
    settings.XUSHI_LIMITS = {}
    assert phone.announce(key="6b0e2f7a-3b0f-4f7d-9f0a-3c1f1c1f1c1f").status_code == 200
