"""明暗与字号：一按就变，下一页还在；特大字也不横着出屏。"""

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Open
from tests.e2e.town import MARCH, Town, overflow, sign_in
from xushi.units.models import User

CANVAS = {"light": "rgb(239, 242, 240)", "dark": "rgb(14, 19, 18)"}


def choose(page: Page, word: str, width: str) -> None:
    """The switches stand behind one's name on the desktop, behind the logo on the phone."""
    if width == "phone":
        page.get_by_role("link", name="全部栏目").click()
        page.locator("#all").get_by_role("button", name=word, exact=True).click()
        page.locator("#all").get_by_label("收起").click()
        return
    page.locator(".sidenav-me").click()
    page.locator(".sidenav-user").get_by_role("button", name=word, exact=True).click()
    page.locator(".sidenav-me").click()


def test_dark_theme_by_its_switch(open_page: Open, town: Town, width: str) -> None:
    page = sign_in(open_page(), town.leader)
    body, root = page.locator("body"), page.locator("html")
    expect(body).to_have_css("background-color", CANVAS["light"])
    choose(page, "深色", width)
    expect(root).to_have_attribute("data-theme", "dark")
    expect(body).to_have_css("background-color", CANVAS["dark"])
    page.goto("/projects/?stage=under_way")
    expect(body).to_have_css("background-color", CANVAS["dark"])
    choose(page, "浅色", width)
    expect(body).to_have_css("background-color", CANVAS["light"])


def _who(town: Town, name: str) -> User:
    return {"leader": town.leader, "office": town.office, "reporter": town.reporter}[name]


def _pages(town: Town, name: str) -> list[str]:
    late = town.late.pk
    common = ["/", "/projects/?stage=under_way", f"/projects/{late}/", "/alerts/", "/search/?q=项目", "/me"]
    own = {
        "leader": ["/overview/", "/overview/?month=2018-01", "/registry/ceremonies/", "/progress/statistics/"],
        "office": [
            "/overview/", "/progress/reports/", "/progress/closing/", "/progress/statistics/", "/exchange/",
            "/walls/", "/registry/new/", f"/registry/{late}/edit/", f"/registry/{late}/plan/",
            f"/registry/{late}/listings/", "/registry/ceremonies/new/", "/registry/words/",
        ],
        "reporter": ["/progress/mine/", f"/progress/report/{late}/{MARCH}/"],
    }  # fmt: skip
    return common + own[name]


@pytest.mark.parametrize("name", ["leader", "office", "reporter"])
def test_the_largest_text_stays_within_the_window(open_page: Open, town: Town, width: str, name: str) -> None:
    page = sign_in(open_page(), _who(town, name))
    choose(page, "特大", width)
    expect(page.locator("html")).to_have_attribute("data-size", "xlarge")
    sticking_out = {}
    for address in _pages(town, name):
        answer = page.goto(address)
        assert answer is not None and answer.ok, f"{address}：{answer and answer.status}"
        expect(page.locator("html")).to_have_attribute("data-size", "xlarge")
        if wide := overflow(page):
            sticking_out[address] = wide
    assert sticking_out == {}


def test_the_login_page_holds_the_largest_text(open_page: Open, town: Town) -> None:
    page = open_page()
    page.goto("/login")
    page.evaluate("document.documentElement.setAttribute('data-size', 'xlarge')")
    assert overflow(page) == 0
