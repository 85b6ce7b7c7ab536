"""两台机器、pgbouncer、一台副本：在一台上写的，另一台马上看得到；角标跨机器动；副本落后、断了、换了主，谁也不少看。"""

import re
import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.cluster import Machine, until
from tests.e2e.conftest import WIDTHS
from tests.e2e.machines import Province, Reader, province
from tests.e2e.test_the_way import accept_and_close, report_by_territory, shown
from tests.e2e.town import Town, sign_in

DEMAND = "4月15日前把南侧三户签下来"
WORDS = "南侧三户没签约，挖机进不了场，请街道定个日子"


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Province]:
    with province(tmp_path_factory.mktemp("province")) as both:
        yield both


@pytest.fixture
def at(here: Province, browser: Browser) -> Iterator[Any]:
    """A window at this address, signed in through the login page; scripts may not fail in it."""
    contexts, wrong = [], []

    def open_at(machine: Machine | Any, username: str = "", width: str = "desktop") -> Page:
        w, h = WIDTHS[width]
        context = browser.new_context(
            base_url=machine.url, viewport={"width": w, "height": h}, locale="zh-CN",
            timezone_id="Asia/Shanghai", reduced_motion="reduce",
        )  # fmt: skip
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.on("pageerror", lambda error: wrong.append(f"{page.url}: {error}"))
        return sign_in(page, SimpleNamespace(username=username)) if username else page  # type: ignore[arg-type]

    yield open_at
    for context in contexts:
        context.close()
    assert wrong == []


def duties(page: Page) -> Page:
    """待办 opened and listening: from now on nobody reloads it."""
    with page.expect_request("**/live/events"):
        page.goto("/duties/")
    return page


def see_badge(page: Page, count: int) -> None:
    """The badge and the list say so on the page as it stands, without anybody's reloading it."""
    expect(page.locator("[data-nav=duties] .badge >> visible=true").first).to_have_text(
        str(count), timeout=15_000
    )
    expect(page.locator(".duty")).to_have_count(count)


def report_a_problem(page: Page, project: int) -> None:
    page.goto(f"/problems/new/{project}/")
    page.locator(".option").filter(has_text="拆迁").click()
    page.get_by_label("卡在哪，要谁办").fill(WORDS)
    page.get_by_role("button", name="提交问题").click()
    expect(page).to_have_url(re.compile(r"/problems/\d+/"))
    expect(page.locator("main")).to_contain_text(WORDS)  # one's own words, at whichever machine


def hand_it_out(page: Page, unit: str) -> None:
    page.locator(".duty-title a").first.click()
    page.locator("[data-sheet-open=step-assign] >> visible=true").first.click()
    sheet = page.locator("#step-assign")
    sheet.locator("[name=lead]").select_option(label=unit)
    sheet.locator("[name=person]").fill("征收科 王工")
    sheet.get_by_role("button").last.click()
    expect(page.get_by_role("status").first).to_be_visible()


def issue_an_order(page: Page, project: int, unit: str) -> str:
    page.goto(f"/supervision/orders/new?project={project}")
    page.locator("[name=title]").fill(DEMAND)
    page.locator("[name=lead]").select_option(label=unit)
    page.get_by_role("button", name="签发并下发").click()
    expect(page).to_have_url(re.compile(r"/supervision/orders/\d+"))
    return page.url.partition("/supervision")[2].partition("?")[0]


def test_two_machines_on_one_database_with_a_replica(here: Province, at: Any) -> None:
    """One story in this order: each chapter stands on what the one before has left, the last takes the replica away."""
    from_the_problem_to_the_closed_month(here, at)
    reading_comes_from_the_replica_and_what_one_wrote_is_seen_at_once(here)
    nobody_misses_a_page_when_the_replica_goes_away_and_comes_back(here)
    a_replica_that_was_made_a_primary_is_read_by_nobody(here)


def from_the_problem_to_the_closed_month(here: Province, at: Any) -> None:
    project, unit = here.told["late"][0], here.told["territory"][1]
    office, leader = at(here.west, "zhou"), at(here.east, "chen")
    reporter, at_the_unit = at(here.balancer, "wang", "phone"), at(here.east, "wang")
    duties(office)
    report_a_problem(reporter, project)
    see_badge(office, 1)
    hand_it_out(office, unit)
    leader.goto("/problems/")
    expect(leader.locator("main")).to_contain_text(WORDS[:10])

    duties(at_the_unit)
    held = at_the_unit.locator(".duty").count()
    address = issue_an_order(office, project, unit)
    see_badge(at_the_unit, held + 1)
    reporter.goto(f"/supervision{address}")
    reporter.locator("a:has-text('签收'), button:has-text('签收')").locator("visible=true").first.click()
    expect(reporter.locator(".timeline")).to_contain_text("签收")
    form = reporter.locator("#feedback")
    form.locator("label").filter(has_text="已办结").click()
    form.locator("[name=words]").fill("三户都签了。")
    form.get_by_role("button").last.click()
    expect(reporter.locator(".timeline")).to_contain_text("三户都签了")
    leader.goto(f"/supervision{address}")
    expect(leader.locator(".timeline")).to_contain_text("三户都签了")

    close_march(here, at, leader)


def close_march(here: Province, at: Any, leader: Page) -> None:
    town: Town = SimpleNamespace(  # type: ignore[assignment]
        late=SimpleNamespace(name=here.told["late"][1]),
        reporter=SimpleNamespace(username="wang"),
        office=SimpleNamespace(username="zhou"),
    )
    leader.goto("/overview/")
    before = leader.locator("main").inner_text()
    report_by_territory(at(here.balancer, width="phone"), town)
    accept_and_close(at(here.west), town)
    leader.goto("/overview/")
    assert leader.locator("main").inner_text() != before
    expect(shown(leader, "main")).to_contain_text("3月")


def reading_comes_from_the_replica_and_what_one_wrote_is_seen_at_once(here: Province) -> None:
    leader, office = Reader(here, "chen", here.east), Reader(here, "zhou", here.west)
    until(lambda: leader.get("/") == "replica", what="首页没有去副本")
    assert leader.get("/problems/") == "replica" and leader.get("/me") == "primary"
    here.store.hold()
    try:
        name = f"副本停着时写的{time.monotonic_ns()}"
        made = office.post(f"/problems/new/{here.told['late'][0]}/", kind="7", words=name, act="submit")
        assert office.get(made) == "primary" and name in office.text
        until(lambda: leader.get("/problems/") == "primary", what="落后的副本还在读")
        assert leader.get(made) == "primary" and name in leader.text
    finally:
        here.store.go_on()
    until(lambda: leader.get(made) == "replica" and name in leader.text, what="副本跟上了没有再用")
    until(lambda: office.get(made) == "replica" and name in office.text, what="自己写的副本已有")


def nobody_misses_a_page_when_the_replica_goes_away_and_comes_back(here: Province) -> None:
    leader = Reader(here, "chen", here.east)
    until(lambda: leader.get("/projects/") == "replica")
    here.store.stop_replica()
    for _ in range(5):
        assert leader.get("/projects/") == "primary"
    here.store.start_replica()
    until(lambda: leader.get("/projects/") == "replica", seconds=30, what="副本回来了没有再用")


def a_replica_that_was_made_a_primary_is_read_by_nobody(here: Province) -> None:
    leader = Reader(here, "chen", here.east)
    here.store.promote()
    until(lambda: leader.get("/projects/") == "primary")
    time.sleep(1)
    assert leader.get("/projects/") == "primary"
    told = here.east.xushi("doctor", "--quick", "--json", status=1)
    assert "连到的不是副本" in told and "听得到数据库的通知" in told
