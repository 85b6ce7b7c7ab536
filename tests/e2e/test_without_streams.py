"""没有 EventSource 的浏览器照样隔一会儿问一次；没有 Web Locks 的，两个标签页也只有一个去问，关了就换人。"""

import pytest
from django.conf import LazySettings
from playwright.sync_api import BrowserContext, Locator, Page, Request, expect
from pytest_django.live_server_helper import LiveServer

from tests.e2e import bureau
from tests.e2e.bureau import Bureau
from tests.e2e.conftest import Open
from tests.e2e.town import run_worker, sign_in

pytestmark = pytest.mark.parametrize("width", ["desktop"], indirect=True)
NO_STREAM = "delete window.EventSource"
NO_LOCKS = "Object.defineProperty(Navigator.prototype, 'locks', { get: () => undefined })"
POLL = 31_000


@pytest.fixture
def here(live_server: LiveServer, settings: LazySettings) -> Bureau:
    return bureau.build(settings)


def asked(page: Page, path: str) -> list[Request]:
    """Every request for a path that this tab makes from now on."""
    found: list[Request] = []
    page.on("request", lambda request: found.append(request) if request.url.endswith(path) else None)
    return found


def todo_of(page: Page) -> Locator:
    return page.locator("[data-nav=duties] .badge >> visible=true").first


def issue(here: Bureau, title: str) -> None:
    here.world.order(title=title, project=here.project)
    run_worker()


def test_without_event_source_the_badge_and_the_list_are_asked_for(open_page: Open, here: Bureau) -> None:
    page = open_page()
    page.add_init_script(NO_STREAM)
    page.clock.install()
    land = sign_in(page, here.world.people["handler"])
    badges = asked(land, "/notices/badge")
    land.goto("/duties/")
    expect(land.locator("body")).to_be_visible()
    land.wait_for_timeout(300)
    asked_at_first = len(badges)
    assert asked_at_first
    assert land.evaluate("typeof EventSource") == "undefined"
    issue(here, "完成二期4户腾地")
    assert land.locator(".duty").count() == 0
    land.clock.fast_forward(POLL)
    expect(todo_of(land)).to_have_text("1")
    land.clock.fast_forward(1_000)  # the list is fetched within a third of a second
    expect(land.locator(".duty-title")).to_contain_text("完成二期4户腾地")
    assert len(badges) == asked_at_first + 1
    assert badges[-1].headers["x-xushi-background"] == "1"  # asking keeps nobody logged in


def test_without_web_locks_one_tab_asks_for_both(open_page: Open, here: Bureau) -> None:
    first = open_page()
    context = first.context
    context.add_init_script(NO_LOCKS)
    context.clock.install()
    sign_in(first, here.world.people["handler"], "/duties/")
    first.wait_for_timeout(300)
    second = context.new_page()
    of_first, of_second = asked(first, "/notices/badge"), asked(second, "/notices/badge")
    second.goto("/duties/")
    issue(here, "完成二期4户腾地")
    pass_time(context, 32)
    for tab in (first, second):
        expect(todo_of(tab)).to_have_text("1")
    assert of_first
    assert not of_second

    first.close()  # whoever held the lease is gone: it runs out, the other takes it up
    issue(here, "又一件")
    pass_time(context, 20)
    expect(todo_of(second)).to_have_text("2")
    assert of_second


def pass_time(context: BrowserContext, seconds: int) -> None:
    """The tabs' clocks go on side by side, in steps much shorter than a lease of ten seconds."""
    for _ in range(seconds):
        context.clock.run_for(1_000)
