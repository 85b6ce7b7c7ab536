"""手机传照片传得太密：服务器说多久以后再来，手机照它说的等，一张不丢；不限了接着传完。"""

import pytest
from django.conf import LazySettings
from playwright.sync_api import expect

from tests.e2e.handset import Phone, address, all_sent, hand_over, holds_once, look, ready
from tests.e2e.town import sign_in
from xushi.inspections.models import Photo, Visit
from xushi.kit.pacing import METER
from xushi.units.models import User

ASKED = """async () => {
    const root = document.querySelector("[data-phone]");
    const wire = xushiPhone.wireOf(document.body.getAttribute("data-who"), root.dataset.home);
    await wire.hello();
    try { await wire.post("uploads/", {}); } catch (failed) { return [failed.kind, failed.data.wait]; }
}"""


@pytest.fixture(autouse=True)
def nothing_held() -> None:
    METER.forget()


def test_photos_wait_and_go_on(
    handset: Phone, visit: Visit, seer: User, pictures: list[bytes], settings: LazySettings
) -> None:
    settings.XUSHI_LIMITS = {"upload": (1, 86_400)}
    page = ready(sign_in(handset().page(), seer, address(visit)))
    look(page, pictures)
    hand_over(page)
    strip = page.locator("[data-phone-strip]")
    expect(strip).to_contain_text("传文件86400秒最多1次，请")
    expect(strip).to_contain_text("2张照片存在本机")
    assert Photo.objects.count() == 1
    kind, wait = page.evaluate(ASKED)
    assert kind == "later" and wait > 0
    settings.XUSHI_LIMITS = {}
    page.evaluate("dispatchEvent(new Event('online'))")
    all_sent(page, 3)
    holds_once(visit, pictures)
    expect(strip).to_be_hidden()
