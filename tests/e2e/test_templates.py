"""模板的一程：改一版，样稿跟着变，写错了说第几行；照它起一份通报，再改稿；领导只看得到。"""

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Open
from tests.e2e.town import APRIL_4, Town, overflow, sign_in
from xushi.documents.actions_templates import preload
from xushi.documents.models_templates import Template, TemplateVersion
from xushi.journal.actions import SYSTEM

WRONG = "第一句：{{ figures.district.under_wa }}。\n"
RIGHT = "第一句：{{ figures.district.under_way }}。\n"


@pytest.fixture
def bulletin(town: Town) -> Template:
    preload(actor=SYSTEM, now=APRIL_4)
    found: Template = Template.objects.get(code="bulletin")
    return found


def put_before(page: Page, words: str) -> None:
    page.locator(".tpl-source").evaluate(
        """(area, words) => {
             area.value = words + area.value;
             area.dispatchEvent(new Event("input", { bubbles: true }));
           }""",
        words,
    )


def test_a_template_is_changed_and_a_bulletin_begun_from_it(
    open_page: Open, town: Town, bulletin: Template
) -> None:
    page = sign_in(open_page(), town.office, "/documents/templates/bulletin/")
    expect(page.locator("#sample .official")).to_contain_text("一、总体进展")
    assert overflow(page) == 0

    put_before(page, WRONG)
    expect(page.locator("#sample")).to_contain_text("是不是“figures.district.under_way”")
    page.locator("[data-line]").click()
    chosen = page.locator(".tpl-source").evaluate(
        "area => area.value.slice(area.selectionStart, area.selectionEnd)"
    )
    assert chosen == WRONG.strip()
    page.locator(".tpl-source").press("Backspace")
    page.locator("summary", has_text="区级重点项目").first.click()
    page.locator("#names-district [data-insert]").nth(1).click()
    expect(page.locator("#sample .official")).to_contain_text("10个")
    page.get_by_label("为什么改").fill("先说个数")
    page.get_by_role("button", name="存成新的一版").click()
    expect(page.locator(".asof")).to_contain_text("第2版")
    assert TemplateVersion.objects.get(template=bulletin, number=2).source.startswith(
        "{{ figures.district.under_way }}\n"
    )

    page.goto("/documents/new/")
    page.locator("form[action*='start/bulletin']").get_by_role("button", name="起稿").click()
    expect(page.locator("main")).to_contain_text("当年实施10个")
    page.get_by_role("link", name="改稿").last.click()
    page.get_by_label("正文").fill("当年实施项目10个，我改过的一稿。")
    page.get_by_role("button", name="存为新的一稿").click()
    expect(page.locator("main")).to_contain_text("我改过的一稿")
    assert overflow(page) == 0


def test_what_was_typed_is_there_after_the_page_is_closed(
    open_page: Open, town: Town, bulletin: Template
) -> None:
    page = sign_in(open_page(), town.office, "/documents/templates/bulletin/")
    put_before(page, RIGHT)
    expect(page.locator("#sample .official")).to_contain_text("第一句：10个。")
    other = sign_in(open_page(), town.office, "/documents/templates/bulletin/")
    expect(other.locator("main")).to_contain_text("没存的改动")
    assert other.locator(".tpl-source").input_value().startswith(RIGHT)


def test_a_leader_reads_and_can_change_nothing(open_page: Open, town: Town, bulletin: Template) -> None:
    page = sign_in(open_page(), town.leader, "/documents/templates/bulletin/")
    expect(page.locator("#sample .official")).to_contain_text("一、总体进展")
    assert page.get_by_role("button", name="存成新的一版").count() == 0
