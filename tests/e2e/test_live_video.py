"""直播走一遍：真浏览器放模拟摄像头，画面里的钟在走；收回权限就断；断流不装成现场。"""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.town import Town, sign_in
from tests.sites.builders import add_camera
from tests.sites.running import Running, running
from xushi.config import clock
from xushi.journal.models import Event
from xushi.sites.models import Camera, Viewing
from xushi.units.models import Appointment, Unit

READ_BARS = """box => {
  const video = box.querySelector("video"), canvas = document.createElement("canvas");
  if (!video || !video.videoWidth) return 0;
  canvas.width = video.videoWidth; canvas.height = video.videoHeight;
  const pen = canvas.getContext("2d");
  pen.drawImage(video, 0, 0);
  const block = Math.floor(canvas.width / 64);
  const line = pen.getImageData(0, canvas.height - block / 2 | 0, canvas.width, 1).data;
  const bits = Array.from({ length: 54 }, (_, n) => line[(n * block + block / 2 | 0) * 4] > 125 ? 1 : 0);
  const data = bits.slice(4, 48), check = bits.slice(48);
  const number = (some) => some.reduce((sum, bit) => sum * 2 + bit, 0);
  const sum = data.reduce((all, bit, n) => all + bit * (n % 7 + 1), 0) % 64;
  return bits.slice(0, 4).join("") === "1010" && sum === number(check) ? number(data) : 0;
}"""


@pytest.fixture
def gateway(town: Town, tmp_path: Path, settings: Any) -> Iterator[Running]:
    settings.XUSHI_CAMERA_NETWORKS = ["127.0.0.0/8"]
    settings.XUSHI_LIVE_RECHECK = 0.5
    settings.ALLOWED_HOSTS = ["*"]
    with running(tmp_path) as live:
        yield live


@pytest.fixture
def page(browser: Browser, gateway: Running) -> Iterator[Page]:
    context = browser.new_context(
        base_url=gateway.url, viewport={"width": 390, "height": 844}, locale="zh-CN"
    )
    wrong: list[str] = []
    one = context.new_page()
    one.set_default_timeout(15_000)
    one.on("pageerror", lambda error: wrong.append(str(error)))
    one.on("console", lambda told: wrong.append(told.text) if "Content Security" in told.text else None)
    yield one
    context.close()
    assert wrong == []


def camera_of(town: Town, live: Running, mode: str = "moving") -> Camera:
    return add_camera(
        town.late, f"{mode}机位", port=live.camera_port, main_path=f"/tower/{mode}/1", user="", password=""
    )


def watch(page: Page, camera: Camera) -> Any:
    page.goto(f"/sites/cameras/{camera.pk}/")
    box = page.locator(f'[data-cam="{camera.pk}"]').first
    box.scroll_into_view_if_needed()
    return box


def test_a_browser_plays_a_camera_and_its_clock_moves(page: Page, town: Town, gateway: Running) -> None:
    camera = camera_of(town, gateway)
    sign_in(page, town.reporter)
    box = watch(page, camera)
    expect(box).to_have_attribute("data-live", "live", timeout=15_000)
    expect(box.locator(".cam-plate")).to_contain_text("直播")
    page.wait_for_timeout(2000)
    seen = []
    for _ in range(10):
        moment = box.evaluate(READ_BARS)
        seen.append((moment, time.time() * 1000 - moment))
        page.wait_for_timeout(300)
    read = [one for one in seen if one[0]]
    assert len(read) >= 8
    assert all(later[0] > earlier[0] for earlier, later in zip(read, read[1:], strict=False))
    assert sorted(lag for _, lag in read)[len(read) // 2] < 1500
    expect(box.locator(".cam-delay")).to_contain_text("延迟")
    assert gateway.sim.pulls == 1
    viewing = Viewing.objects.get()
    assert (viewing.user, viewing.camera, viewing.ended_at) == (town.reporter, camera, None)
    page.goto("/")
    gateway.until(lambda: not gateway.gate.views, 10)
    gateway.until(lambda: Viewing.objects.filter(ended_why="看的人离开了").exists())
    assert Event.objects.filter(verb="sites.viewing.ended").count() == 1


def test_a_right_taken_away_ends_the_picture(page: Page, town: Town, gateway: Running) -> None:
    camera = camera_of(town, gateway)
    sign_in(page, town.reporter)
    box = watch(page, camera)
    expect(box).to_have_attribute("data-live", "live", timeout=15_000)
    Appointment.objects.filter(user=town.reporter, ended_at=None).update(ended_at=clock.now())
    gateway.until(lambda: not gateway.gate.views, 5)
    expect(box).not_to_have_attribute("data-live", "live", timeout=10_000)
    expect(box).to_have_class("cam cam-old", timeout=10_000)
    expect(box.locator(".cam-notice")).to_contain_text(
        "权限已收回", timeout=10_000
    )  # and no outage is claimed
    expect(box).to_have_attribute("data-live", "refused")
    assert Viewing.objects.get().ended_why == "看的权限已收回"


def test_who_is_moved_to_another_unit_loses_the_picture_and_is_told_why(
    page: Page, town: Town, gateway: Running
) -> None:
    """Still logged in, with a right elsewhere: to this person the camera is as if it were not there."""
    camera = camera_of(town, gateway)
    other = Unit.objects.exclude(pk=town.reporter.appointments.get().unit_id).get(kind=Unit.Kind.SUBDISTRICT)
    sign_in(page, town.reporter)
    box = watch(page, camera)
    expect(box).to_have_attribute("data-live", "live", timeout=15_000)
    Appointment.objects.filter(user=town.reporter, ended_at=None).update(unit=other, scope=other)
    gateway.until(lambda: not gateway.gate.views, 5)
    expect(box.locator(".cam-notice")).to_contain_text("权限已收回", timeout=15_000)
    expect(box.locator(".cam-notice")).not_to_contain_text("中断")


def test_a_camera_that_falls_silent_does_not_look_live(page: Page, town: Town, gateway: Running) -> None:
    camera = camera_of(town, gateway, "silent")
    sign_in(page, town.office)
    box = watch(page, camera)
    expect(box).to_have_attribute("data-live", "live", timeout=15_000)
    expect(box).to_have_class("cam cam-old", timeout=15_000)
    expect(box.locator(".cam-stamp")).to_contain_text("最后一帧")


def test_h265_is_named_with_what_to_do(page: Page, town: Town, gateway: Running) -> None:
    camera = camera_of(town, gateway, "h265")
    sign_in(page, town.office)
    box = watch(page, camera)
    expect(box.locator(".cam-notice")).to_contain_text("H.265", timeout=15_000)
    expect(box.locator(".cam-notice")).to_contain_text("H.264")


@pytest.mark.parametrize(("lacking", "word"), [("ReadableStream", "直播"), ("MediaSource", "每2秒一张")])
def test_browsers_that_lack_the_first_way_see_it_another_way(
    page: Page, town: Town, gateway: Running, lacking: str, word: str
) -> None:
    """Without streams it is HLS, without media sources a new picture every two seconds."""
    camera = camera_of(town, gateway)
    page.add_init_script(f"delete window.{lacking}")
    sign_in(page, town.office)
    box = watch(page, camera)
    expect(box).to_have_attribute("data-live", "live", timeout=25_000)
    expect(box.locator(".cam-plate")).to_contain_text(word)
    first = box.locator(".cam-stamp").text_content()
    expect(box.locator(".cam-stamp")).not_to_have_text(first or "", timeout=10_000)
    assert gateway.sim.pulled == 1
