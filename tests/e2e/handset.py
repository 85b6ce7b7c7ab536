"""一部手机：一个浏览器目录，关得掉、开得回；一个待看的点，和在表上记它的手势。"""

import random
import struct
import zlib
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from playwright.sync_api import BrowserContext, Page, Playwright, expect
from pytest_django.live_server_helper import LiveServer

from tests.e2e.conftest import ARGUMENTS, CHROMIUM
from tests.e2e.town import APRIL_4, Town
from tests.factories import UserFactory, appoint
from tests.inspections.builders import add_round, add_team, add_visit
from xushi.inspections.checklists import ItemInput, set_checklist
from xushi.inspections.models import Finding, Photo, SentEntry, Visit, VisitRecord
from xushi.inspections.words import Kind
from xushi.journal.actions import SYSTEM
from xushi.units.models import Role, Unit, User

WORDS = "西侧4户未腾空，塔吊基础无法施工。"


def png(seed: int, side: int = 600) -> bytes:
    """A picture of noise, so that it is larger than one piece."""
    noise = random.Random(seed)
    rows = b"".join(b"\0" + noise.randbytes(side * 3) for _ in range(side))

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows, 1))
        + chunk(b"IEND", b"")
    )


@pytest.fixture
def seer(town: Town, settings: LazySettings, tmp_path: Path) -> User:
    settings.MEDIA_ROOT = tmp_path / "uploads"
    root = Unit.objects.get(name="浦口区")
    return appoint(UserFactory(username="xu", name="徐督查"), Role.INSPECTOR, unit=root)


@pytest.fixture
def visit(town: Town, seer: User) -> Visit:
    items = [ItemInput("开工条件具备"), ItemInput("施工许可公示"), ItemInput("扬尘与围挡")]
    set_checklist(Kind.START, items, actor=SYSTEM, now=APRIL_4)
    held = add_round(at=APRIL_4)
    team = add_team(held, seer)
    return add_visit(town.late, held, team, Kind.START, planned_at=APRIL_4, changed_at=APRIL_4)


class Handset:
    """A phone: one browser profile on the disk, that may be closed and opened again."""

    def __init__(
        self, driver: Any, profile: Path, home: str, more_arguments: Sequence[str] = (), **more: Any
    ) -> None:
        self.driver, self.profile, self.home = driver, profile, more.pop("base_url", home)
        self.arguments, self.more = [*ARGUMENTS, *more_arguments], more
        self.wrong: list[str] = []
        self.context: BrowserContext = self.start()

    def start(self, *, offline: bool = False) -> BrowserContext:
        self.context = self.driver.chromium.launch_persistent_context(
            str(self.profile), executable_path=CHROMIUM, args=self.arguments, base_url=self.home, has_touch=True,
            viewport={"width": 390, "height": 844}, locale="zh-CN", timezone_id="Asia/Shanghai", offline=offline,
            reduced_motion="reduce", **self.more,
        )  # fmt: skip
        self.context.set_default_timeout(15_000)
        return self.context

    def page(self) -> Page:
        page = self.context.pages[0] if self.context.pages else self.context.new_page()
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on(
            "console",
            lambda said: self.wrong.append(said.text) if "Content Security Policy" in said.text else None,
        )
        return page


Phone = Callable[..., Handset]


@pytest.fixture
def handset(driver: Playwright, live_server: LiveServer, tmp_path: Path) -> Iterator[Phone]:
    made: list[Handset] = []

    def make(**more: Any) -> Handset:
        made.append(Handset(driver, tmp_path / f"profile{len(made)}", live_server.url, **more))
        return made[-1]

    yield make
    for one in made:
        one.context.close()
    assert [one.wrong for one in made if one.wrong] == []


def address(visit: Visit) -> str:
    return f"/inspections/phone/{visit.key}/"


def ready(page: Page) -> Page:
    expect(page.locator("body[data-phone-ready]")).to_have_count(1)
    return page


def look(page: Page, pictures: list[bytes]) -> None:
    """Answers the list, one of it a problem with two photos, one photo of the whole, and no signature for a reason."""
    page.locator(".phone-checks .verdict-ok span").nth(1).click()
    page.locator(".phone-checks .verdict-problem span").first.click()
    card = page.locator("[data-finding]")
    card.locator("[data-take]").first.set_input_files(
        {"name": "a.png", "mimeType": "image/png", "buffer": pictures[0]}
    )
    card.locator("[data-take]").last.set_input_files(
        [{"name": "b.png", "mimeType": "image/png", "buffer": pictures[1]}]
    )
    expect(card.locator("[data-tile]")).to_have_count(2)
    card.locator("textarea").fill(WORDS)
    card.locator("[data-due]").last.click()
    page.locator("[data-visit-photos] [data-take]").first.set_input_files(
        {"name": "c.png", "mimeType": "image/png", "buffer": pictures[2]}
    )
    expect(page.locator("[data-visit-photos] [data-tile]")).to_have_count(1)
    page.locator("[name=words]").fill("土方开挖，两台挖机。")
    page.locator("[name=unsigned_reason]").fill("负责人不在场")
    expect(page.locator("[data-phone-saved]")).to_contain_text("已存在本机")


def hand_over(page: Page) -> None:
    page.locator("[data-phone-done]").click()


def all_sent(page: Page, count: int) -> None:
    expect(page.locator(".phone-tile.is-sent")).to_have_count(count, timeout=30_000)
    expect(page.locator("[data-phone-saved]")).to_contain_text("照片都传完了")


def holds_once(visit: Visit, pictures: list[bytes]) -> None:
    assert (
        VisitRecord.objects.filter(visit=visit).count() == SentEntry.objects.filter(visit=visit).count() == 1
    )
    assert [one.words for one in Finding.objects.filter(visit=visit)] == [WORDS]
    kept = sorted(Photo.objects.filter(visit=visit).values_list("sha256", flat=True))
    assert kept == sorted(sha256(data).hexdigest() for data in pictures)
    assert Photo.objects.filter(visit=visit, finding=Finding.objects.get(visit=visit)).count() == 2
    for photo in Photo.objects.filter(visit=visit):
        assert sha256(photo.file.read()).hexdigest() == photo.sha256


@pytest.fixture
def pictures() -> list[bytes]:
    return [png(n) for n in range(3)]
