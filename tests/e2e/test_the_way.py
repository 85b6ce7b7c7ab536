"""整条路：属地报 → 重大办审 → 关账 → 领导首页上有预警 → 数字点开就是那几个项目。"""

import re

from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import Open
from tests.e2e.town import MARCH, Town, run_worker, sign_in
from xushi.alerts.models import Alert
from xushi.progress.models import MonthlyReport


def shown(page: Page, selector: str) -> Locator:
    """The first element of a selector that this width shows: phone and desktop draw some parts twice."""
    return page.locator(f"{selector} >> visible=true").first


def go_to(page: Page, label: str) -> None:
    """Through the navigation: the side bar, the tab bar, or the sheet of everything behind the logo."""
    for bar in (".sidenav-item", ".tabbar-item"):
        found = page.locator(f"{bar} >> visible=true").filter(has_text=label)
        if found.count():
            found.first.click()
            return
    page.get_by_role("link", name="全部栏目").click()
    page.locator("#all .allnav-item").filter(has_text=label).click()


def listed(page: Page) -> int:
    """How many projects or alerts the list page says that it lists."""
    said = shown(page, ".pager").inner_text()
    found = re.search(r"共([\d,]+)[个条]", said)
    assert found, said
    return int(found[1].replace(",", ""))


def report_by_territory(page: Page, town: Town) -> None:
    sign_in(page, town.reporter)
    expect(page.get_by_text("还有1个项目没报")).to_be_visible()
    page.get_by_role("link", name="去报").click()
    page.locator(".owed-link").filter(has_text=town.late.name).click()
    expect(page.locator(".report-title")).to_have_text("报3月进度")
    expect(page.locator(".of-month").filter(has_text="上月120万元")).to_be_visible()
    page.get_by_label("当月完成投资").fill("180")
    expect(page.locator("#calc")).to_contain_text("累计400万元")
    page.get_by_label("形象进度").fill("桩基施工完成三成")
    page.locator("label[for=trouble-yes]").click()
    page.locator(".option").filter(has_text="拆迁").click()
    page.get_by_label("问题说明").fill("南侧三户没签约，请街道本月谈定")
    page.get_by_role("button", name="提交审核").click()
    expect(page.get_by_role("status").filter(has_text="3月月报已送审")).to_be_visible()
    expect(page.locator(".conclusion-title")).to_contain_text("都报了")


def accept_and_close(page: Page, town: Town) -> None:
    sign_in(page, town.office)
    go_to(page, "关账")
    expect(page.locator(".conclusion-title")).to_have_text("2018年3月还差1个项目，不能关账")
    expect(page.get_by_role("button", name="3月关账，数定下")).to_be_disabled()
    page.get_by_role("link", name="去审1份").click()
    page.get_by_role("link", name=town.late.name).click()
    expect(page.get_by_text("桩基施工完成三成")).to_be_visible()
    page.get_by_role("button", name="审核通过").click()
    expect(page.get_by_role("status").filter(has_text="审核通过")).to_be_visible()
    go_to(page, "关账")
    page.get_by_role("button", name="3月关账，数定下").click()
    expect(page.locator(".closing-version").first).to_contain_text("2018年3月第1版")


def test_from_the_report_to_the_leaders_list(open_page: Open, town: Town) -> None:
    report_by_territory(open_page(), town)
    sent = MonthlyReport.objects.get(project=town.late, month=MARCH)
    assert (sent.state, sent.cumulative, sent.submitted_by) == ("submitted", 4_000_000, town.reporter)
    assert not Alert.objects.filter(cause="slipping", cleared_at=None, month=MARCH).exists()

    accept_and_close(open_page(), town)
    run_worker()

    leader = sign_in(open_page(), town.leader)
    row = shown(leader, f".warnrow:has-text('{town.late.name}')")
    expect(row).to_contain_text("慢")
    for label in ("应开未开", "进度滞缓"):
        tile = shown(leader, f".tile:has-text('{label}')")
        count = int(tile.locator(".tile-figure").inner_text())
        assert count > 0
        tile.click()
        expect(leader).to_have_url(
            re.compile("/alerts/.*cause=")
        )  # the latest month opens the alerts themselves
        assert listed(leader) == count
        names = leader.locator(".rowlink, .list-row-name").locator("visible=true")
        expect(names).to_have_count(count)
        assert (town.late.name in names.all_inner_texts()) is (label == "进度滞缓")
        leader.goto("/")


def test_a_number_opens_the_rows_that_it_counts(open_page: Open, town: Town) -> None:
    leader = sign_in(open_page(), town.leader)
    level = shown(leader, "tr:has-text('区级')")
    links = level.get_by_role("link").filter(has_text=re.compile(r"^/?\s*\d+$"))
    counts = {link.inner_text().strip("/ "): link for link in links.all()}
    assert counts, level.inner_text()
    for count, link in counts.items():
        address = link.get_attribute("href")
        other = leader.context.new_page()
        other.goto(str(address))
        assert listed(other) == int(count)
        other.close()
