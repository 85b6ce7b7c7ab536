"""浏览器少了什么也照记照传：普通http下没有服务线程、没有锁、没有散列；有后台同步的关了页也传；别人先写的，当场选一份。"""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.conf import LazySettings
from playwright.sync_api import BrowserContext, CDPSession, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.e2e.handset import (
    Handset,
    Phone,
    address,
    all_sent,
    hand_over,
    holds_once,
    look,
    ready,
)
from tests.e2e.town import APRIL_4, Town, overflow, sign_in
from tests.inspections.builders import record
from xushi.config import clock
from xushi.inspections.models import Finding, Photo, SentEntry, Visit, VisitRecord
from xushi.units.models import User

NAME = "xushi.test"  # no loopback: over plain http a browser gives such an address no secure context
MISSING = "[navigator.serviceWorker, self.caches, navigator.locks, crypto.subtle, self.isSecureContext].filter(Boolean)"


@pytest.fixture
def plain(handset: Phone, live_server: LiveServer, settings: LazySettings) -> Handset:
    """A phone that came over http to a server with a name, as within a district's own network."""
    settings.ALLOWED_HOSTS = ["*"]
    port = urlsplit(live_server.url).port
    return handset(
        base_url=f"http://{NAME}:{port}", more_arguments=[f"--host-resolver-rules=MAP {NAME} 127.0.0.1"]
    )


def test_over_plain_http_it_is_kept_and_sent(
    plain: Handset, visit: Visit, seer: User, pictures: list[bytes]
) -> None:
    page = ready(sign_in(plain.page(), seer, address(visit)))
    assert page.evaluate(MISSING) == []
    plain.context.set_offline(True)
    look(page, pictures)
    hand_over(page)
    expect(page.locator("[data-phone-saved]")).to_contain_text("存在本机，待传")
    expect(page.locator("[data-phone-strip]")).to_contain_text("1条记录、3张照片存在本机")
    expect(page.locator("[data-phone-place]")).to_contain_text("这个网址下手机不给定位")
    assert overflow(page) == 0
    plain.context.close()
    assert not SentEntry.objects.exists()
    plain.start()
    page = plain.page()
    page.goto(address(visit))
    all_sent(ready(page), 3)
    holds_once(visit, pictures)
    assert not Photo.objects.filter(visit=visit).exclude(longitude=None).exists()


def test_over_plain_http_two_tabs_send_once(
    plain: Handset, visit: Visit, seer: User, pictures: list[bytes]
) -> None:
    """Without the browser's locks a lease keeps two tabs from sending the same; the server keeps one of each anyway."""
    page = ready(sign_in(plain.page(), seer, address(visit)))
    plain.context.set_offline(True)
    look(page, pictures)
    hand_over(page)
    expect(page.locator("[data-phone-saved]")).to_contain_text("存在本机，待传")
    plain.context.set_offline(False)
    other = plain.context.new_page()
    other.goto(address(visit))
    all_sent(ready(other), 3)
    all_sent(page, 3)
    holds_once(visit, pictures)


def test_over_plain_http_a_fast_clock_is_told(
    plain: Handset, visit: Visit, seer: User, settings: LazySettings, pictures: list[bytes]
) -> None:
    settings.XUSHI_NOW = None
    page = plain.page()
    page.clock.set_system_time(clock.real() + timedelta(minutes=25))
    ready(sign_in(page, seer, address(visit)))
    expect(page.locator("[data-phone-clock]")).to_contain_text("手机的钟快了25分钟")
    look(page, pictures)
    hand_over(page)
    all_sent(page, 3)
    held = VisitRecord.objects.get(visit=visit)
    assert held.started_at is not None
    assert held.phone_started_at is not None
    assert timedelta(minutes=23) < held.phone_started_at - held.started_at < timedelta(minutes=27)
    photo = Photo.objects.filter(visit=visit).first()
    assert photo is not None
    assert photo.received_at - timedelta(minutes=5) < clock.now()


def test_a_clock_that_is_right_is_not_told(
    handset: Phone, visit: Visit, seer: User, settings: LazySettings
) -> None:
    settings.XUSHI_NOW = None
    phone = handset(service_workers="block")
    page = phone.page()
    page.clock.set_system_time(clock.real() + timedelta(minutes=3))
    ready(sign_in(page, seer, address(visit)))
    expect(page.locator("[data-phone-clock]")).to_be_hidden()


# ---- 后台同步 ----


def tags(page: Page) -> list[str]:
    """What the browser has been asked to do once the network is back."""
    asked: list[str] = page.evaluate("navigator.serviceWorker.ready.then(held => held.sync.getTags())")
    return asked


def wake(context: BrowserContext, home: str) -> None:
    """The browser's own signal that the network is back, with no page of ours open."""
    page = context.new_page()
    session: CDPSession = context.new_cdp_session(page)
    held: list[str] = []
    session.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda told: held.extend(one["registrationId"] for one in told["registrations"]),
    )
    session.send("ServiceWorker.enable")
    page.wait_for_timeout(300)
    assert held
    for one in dict.fromkeys(held):
        session.send(
            "ServiceWorker.dispatchSyncEvent",
            {"origin": home, "registrationId": one, "tag": "xushi-send", "lastChance": False},
        )


def test_with_background_sync_it_is_sent_although_the_page_is_closed(
    handset: Phone, visit: Visit, seer: User, pictures: list[bytes]
) -> None:
    phone = handset()
    phone.context.grant_permissions(["background-sync"])
    page = ready(sign_in(phone.page(), seer, address(visit)))
    expect(page.locator("body[data-phone-cached]")).to_have_count(1)
    phone.context.set_offline(True)
    look(page, pictures)
    hand_over(page)
    expect(page.locator("[data-phone-saved]")).to_contain_text("存在本机，待传")
    assert tags(page) == ["xushi-send"]
    blank = phone.context.new_page()
    page.close()
    assert not SentEntry.objects.exists()
    phone.context.set_offline(False)
    wake(phone.context, phone.home)
    for _ in range(100):
        if Photo.objects.filter(visit=visit).count() == len(pictures):
            break
        blank.wait_for_timeout(200)
    holds_once(visit, pictures)


def test_without_background_sync_the_open_page_sends(
    handset: Phone, visit: Visit, seer: User, pictures: list[bytes]
) -> None:
    phone = handset()
    phone.context.add_init_script("delete ServiceWorkerRegistration.prototype.sync; delete self.SyncManager")
    page = ready(sign_in(phone.page(), seer, address(visit)))
    expect(page.locator("body[data-phone-cached]")).to_have_count(1)
    assert page.evaluate("'sync' in ServiceWorkerRegistration.prototype") is False
    phone.context.set_offline(True)
    look(page, pictures)
    hand_over(page)
    expect(page.locator("[data-phone-saved]")).to_contain_text("存在本机，待传")
    phone.context.set_offline(False)
    all_sent(page, 3)
    holds_once(visit, pictures)


# ---- 别人先写了 ----


def test_a_clash_is_shown_chosen_and_gone_from_the_phone(
    handset: Phone, visit: Visit, seer: User, town: Town, pictures: list[bytes]
) -> None:
    phone = handset()
    page = ready(sign_in(phone.page(), seer, address(visit)))
    phone.context.set_offline(True)
    look(page, pictures)
    record(visit, town.office, words="办公室先记的。", now=APRIL_4)
    hand_over(page)
    phone.context.set_offline(False)
    clash = page.locator("[data-phone-conflict]")
    expect(clash).to_contain_text("办公室先记的。")
    expect(clash.locator("h3")).to_have_count(2)
    assert overflow(page) == 0
    expect(page.locator(".phone-tile.is-sent")).to_have_count(3, timeout=30_000)
    assert Photo.objects.filter(visit=visit).count() == 3  # ours are kept beside theirs
    clash.get_by_text("去选一份").click()
    entry = page.locator("#entries")
    expect(entry).to_contain_text("土方开挖，两台挖机。")
    entry.get_by_role("button", name="采用这一份").click()
    expect(page.locator("#entries")).to_have_count(0)
    visit.refresh_from_db()
    assert visit.record.words == "土方开挖，两台挖机。"  # type: ignore[attr-defined]
    assert sorted(SentEntry.objects.values_list("outcome", flat=True)) == ["replaced", "taken"]
    assert Finding.objects.filter(visit=visit).count() == 1
    page.goto(address(visit))
    expect(ready(page).locator("[data-phone-conflict]")).to_be_hidden()
    page.goto("/inspections/phone/")
    expect(ready(page).locator("[data-phone-kept]")).not_to_contain_text("对不上")
