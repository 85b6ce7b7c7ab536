"""真浏览器：Debian 的 Chromium，390 与 1440 两种宽；没有 Chromium 就大声跳过。"""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import LazySettings
from playwright.sync_api import Browser, ConsoleMessage, Page, Playwright, Request, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from tests.e2e.town import Town, build

# as long as a page may take: the five seconds it has by itself are short on a busy machine
expect.set_options(timeout=15_000)

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
WIDTHS = {"phone": (390, 844), "desktop": (1440, 900)}
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
LOUD = "没有 Chromium，真浏览器的测试全部跳过；要跑请装：apt-get install chromium fonts-noto-cjk"

Open = Callable[[], Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(scope="package")
def driver() -> Iterator[Playwright]:
    """One of playwright's for all these files; Django is told that its loop in this thread is harmless."""
    if CHROMIUM is None:
        pytest.skip(LOUD)
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        yield playwright


@pytest.fixture(scope="package")
def browser(driver: Playwright) -> Iterator[Browser]:
    """One Chromium for all these files; what a window of it knows is its context's own, and goes with it."""
    launched = driver.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
    yield launched
    launched.close()


@pytest.fixture
def town(live_server: LiveServer, settings: LazySettings) -> Town:
    """Twelve projects on the morning of 4 April 2018, February closed, one report of March missing."""
    return build(settings)


@pytest.fixture(params=list(WIDTHS))
def width(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def open_page(browser: Browser, live_server: LiveServer, width: str) -> Iterator[Open]:
    """Opens windows of nobody yet; at the end no script may have failed and no other host been asked."""
    wrong: list[str] = []
    contexts = []
    w, h = WIDTHS[width]

    def open_one() -> Page:
        context = browser.new_context(
            base_url=live_server.url, viewport={"width": w, "height": h}, has_touch=width == "phone",
            locale="zh-CN", timezone_id="Asia/Shanghai", color_scheme="light", reduced_motion="reduce",
        )  # fmt: skip
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: wrong.append(f"{page.url}: {error}"))
        page.on("console", lambda message: _refusal(message, wrong))
        page.on("request", lambda request: _stranger(request, live_server.url, wrong))
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert wrong == []


def _refusal(message: ConsoleMessage, wrong: list[str]) -> None:
    if message.type == "error" and "Content Security Policy" in message.text:
        wrong.append(message.text)


def _stranger(request: Request, home: str, wrong: list[str]) -> None:
    if not request.url.startswith((home, "data:", "blob:")):
        wrong.append(f"别的主机：{request.url}")


from tests.e2e.handset import handset, pictures, seer, visit  # noqa: E402, F401 - fixtures, made of the browser above
