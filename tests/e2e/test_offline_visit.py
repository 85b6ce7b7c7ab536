"""没有信号的一次督查：离线记、关浏览器、重开、联网，服务器上每样正好一份；答复丢了也是，没有服务线程也是。"""

import time
from datetime import date, timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from playwright.sync_api import expect

from tests.e2e.handset import WORDS, Phone, address, all_sent, hand_over, holds_once, look, ready
from tests.e2e.town import APRIL_4, Town, overflow, sign_in
from tests.inspections.builders import record
from xushi.config import clock
from xushi.inspections import views_phone
from xushi.inspections.models import Finding, Photo, SentEntry, Visit, VisitRecord
from xushi.units.models import User


def test_recorded_offline_closed_reopened_and_sent_once(
    handset: Phone, visit: Visit, seer: User, pictures: list[bytes]
) -> None:
    phone = handset()
    page = ready(sign_in(phone.page(), seer, "/inspections/phone/"))
    expect(page.locator("body[data-phone-cached]")).to_have_count(1)
    phone.context.set_offline(True)
    page.goto(address(visit))  # never opened before: the list has put it by
    ready(page)
    expect(page.locator("[data-phone-strip]")).to_contain_text("没有网络，照常记录")
    look(page, pictures)
    assert overflow(page) == 0
    hand_over(page)
    expect(page.locator("[data-phone-strip]")).to_contain_text("1条记录、3张照片存在本机")
    phone.context.close()
    assert not SentEntry.objects.exists()
    phone.start(offline=True)
    page = phone.page()
    page.goto(address(visit))
    ready(page)
    expect(page.locator("[data-finding] textarea")).to_have_value(WORDS)
    expect(page.locator("[data-tile]")).to_have_count(
        3
    )  # a browser just started may be on the net for a moment
    phone.context.set_offline(False)
    all_sent(page, 3)
    holds_once(visit, pictures)
    expect(page.locator("[data-phone-strip]")).to_be_hidden()


def test_lost_answers_leave_one_of_each(
    handset: Phone, visit: Visit, seer: User, pictures: list[bytes]
) -> None:
    phone = handset(service_workers="block")
    page = ready(sign_in(phone.page(), seer, address(visit)))
    lost: dict[str, int] = {}

    def swallow(answer: dict[str, Any]) -> None:
        """The server has heard it, the phone hears nothing: twice for each kind of step."""
        method, url = answer["request"]["method"], answer["request"]["url"]
        last = url.rstrip("/").rsplit("/", 1)[-1]
        step = f"{method} {last if last in ('record', 'finish', 'uploads') else 'piece'}"
        this = {"requestId": answer["requestId"]}
        if method == "GET" or lost.get(step, 0) >= 2:
            wire.send("Fetch.continueResponse", this)
            return
        lost[step] = lost.get(step, 0) + 1
        wire.send("Fetch.failRequest", this | {"errorReason": "ConnectionReset"})

    wire = page.context.new_cdp_session(page)  # below the page, where pieces of a file have no bytes to see
    wire.on("Fetch.requestPaused", swallow)
    wire.send(
        "Fetch.enable", {"patterns": [{"urlPattern": "*/inspections/phone/*", "requestStage": "Response"}]}
    )
    look(page, pictures)
    hand_over(page)
    for _ in range(12):
        page.wait_for_timeout(400)
        page.evaluate("window.dispatchEvent(new Event('online'))")
    all_sent(page, 3)
    assert lost == {"POST record": 2, "POST uploads": 2, "PATCH piece": 2, "POST finish": 2}
    holds_once(visit, pictures)


def test_without_a_service_worker_it_is_kept_and_sent(
    handset: Phone, visit: Visit, seer: User, pictures: list[bytes]
) -> None:
    phone = handset(service_workers="block")
    page = ready(sign_in(phone.page(), seer, address(visit)))
    phone.context.set_offline(True)
    look(page, pictures)
    hand_over(page)
    expect(page.locator("[data-phone-saved]")).to_contain_text("存在本机，待传")
    expect(page.locator(".phone-tile.is-waiting")).to_have_count(3)
    phone.context.close()
    phone.start()
    page = phone.page()
    page.goto(address(visit))
    all_sent(ready(page), 3)
    holds_once(visit, pictures)


def test_logged_out_meanwhile_and_another_person_on_the_phone(
    handset: Phone, visit: Visit, seer: User, town: Town, pictures: list[bytes]
) -> None:
    phone = handset()
    page = ready(sign_in(phone.page(), seer, address(visit)))
    phone.context.set_offline(True)
    look(page, pictures)
    hand_over(page)
    phone.context.clear_cookies()
    phone.context.set_offline(False)
    expect(page.locator("[data-phone-strip]")).to_contain_text("登录过期")
    ready(sign_in(page, town.office, "/inspections/phone/"))
    expect(page.locator("[data-phone-kept]")).to_contain_text("还没有记录存在这部手机里")
    page.locator("[data-phone-send]").click()
    page.wait_for_timeout(1500)
    assert not SentEntry.objects.exists()
    assert not Photo.objects.exists()
    phone.context.clear_cookies()
    sign_in(page, seer, address(visit))
    all_sent(ready(page), 3)
    holds_once(visit, pictures)


def test_who_logs_in_next_waits_for_a_page_of_their_own(
    handset: Phone, visit: Visit, seer: User, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone = handset()
    page = ready(sign_in(phone.page(), seer, "/inspections/phone/"))
    expect(page.locator("body[data-phone-cached]")).to_have_count(1)
    phone.context.clear_cookies()
    quick = views_phone.pack

    def slow(user: User, day: date) -> Any:
        """Longer than the page of whoever had the phone before is held back for a weak signal."""
        time.sleep(6)
        return quick(user, day)

    monkeypatch.setattr(views_phone, "pack", slow)
    ready(sign_in(page, town.office, "/inspections/phone/"))
    expect(page.locator("body")).to_have_attribute("data-who", str(town.office.pk))


SLOW_QUEUE = """() => {
  const quick = xushiPhone.queue;
  xushiPhone.queue = async (store) => {
    const read = await quick(store);
    await new Promise((ok) => setTimeout(ok, 2000));
    return read;
  };
}"""


def test_handed_over_while_it_looks_what_to_send(
    handset: Phone, visit: Visit, seer: User, pictures: list[bytes]
) -> None:
    phone = handset(service_workers="block")
    page = ready(sign_in(phone.page(), seer, address(visit)))
    look(page, pictures)
    page.evaluate(SLOW_QUEUE)
    page.evaluate("window.dispatchEvent(new Event('online'))")
    page.wait_for_timeout(300)  # the queue has been read, and nothing was in it
    hand_over(page)
    all_sent(page, 3)
    holds_once(visit, pictures)


def test_what_others_wrote_meanwhile_is_shown_beside_ours(
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
    expect(clash).to_contain_text("土方开挖，两台挖机。")
    expect(clash).to_contain_text("周敏")
    visit.refresh_from_db()
    assert visit.record.words == "办公室先记的。"  # type: ignore[attr-defined]
    assert sorted(SentEntry.objects.values_list("outcome", flat=True)) == ["conflict", "taken"]


def test_changed_after_it_was_sent_is_no_conflict_with_oneself(
    handset: Phone, visit: Visit, seer: User, pictures: list[bytes]
) -> None:
    phone = handset(service_workers="block")
    page = ready(sign_in(phone.page(), seer, address(visit)))
    look(page, pictures)
    hand_over(page)
    all_sent(page, 3)
    page.locator("[name=words]").fill("土方开挖，三台挖机。")
    expect(page.locator("[data-phone-saved]")).to_contain_text("已存在本机")
    hand_over(page)
    expect(page.locator("[data-phone-saved]")).to_contain_text("照片都传完了")
    assert VisitRecord.objects.get(visit=visit).words == "土方开挖，三台挖机。"
    assert sorted(SentEntry.objects.values_list("outcome", flat=True)) == ["replaced", "taken"]
    assert Photo.objects.filter(visit=visit).count() == 3
    assert Finding.objects.filter(visit=visit).count() == 1


def test_a_phone_whose_clock_is_wrong_is_told_and_both_times_are_kept(
    handset: Phone, visit: Visit, seer: User, settings: LazySettings, pictures: list[bytes]
) -> None:
    settings.XUSHI_NOW = None
    phone = handset(service_workers="block")
    page = phone.page()
    page.clock.set_system_time(clock.real() - timedelta(hours=1))
    ready(sign_in(page, seer, address(visit)))
    expect(page.locator("[data-phone-clock]")).to_contain_text("手机的钟慢了60分钟")
    look(page, pictures)
    hand_over(page)
    all_sent(page, 3)
    held = VisitRecord.objects.get(visit=visit)
    assert abs((held.skew_seconds or 0) - 3600) < 120
    assert held.started_at is not None
    assert held.phone_started_at is not None
    assert timedelta(minutes=58) < held.started_at - held.phone_started_at < timedelta(minutes=62)


def test_the_signature_by_hand_and_by_keyboard(handset: Phone, visit: Visit, seer: User) -> None:
    phone = handset(service_workers="block")
    page = ready(sign_in(phone.page(), seer, address(visit)))
    hand_over(page)
    expect(page.locator("[data-phone-problem]")).to_contain_text("请现场负责人签名，或写明没签的缘由")
    pad = page.locator("[data-sign-pad]")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box
    page.mouse.move(box["x"] + 30, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + 160, box["y"] + 30, steps=5)
    page.mouse.up()
    hand_over(page)
    expect(page.locator("[data-phone-problem]")).to_contain_text("还要写现场负责人的姓名")
    page.locator("[name=signed_name]").fill("王工")
    hand_over(page)
    expect(page.locator("[data-phone-saved]")).to_contain_text("照片都传完了")
    held = VisitRecord.objects.get(visit=visit)
    first = held.signature.read()
    page.locator("[data-sign-clear]").click()
    page.locator("[name=signed_typed]").check()
    hand_over(page)
    expect(page.locator("[data-phone-saved]")).to_contain_text("照片都传完了")
    held.refresh_from_db()
    assert (held.signed_name, held.signature.read() != first) == ("王工", True)
