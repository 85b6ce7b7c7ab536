"""登录：错了说得清，过期了填的字还在。"""

import re
from collections.abc import Callable

import pytest
from django.conf import LazySettings
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Open
from tests.e2e.town import MARCH, Town, sign_in
from tests.factories import PASSWORD
from xushi.progress.models import MonthlyReport

WORDS = "桩基施工完成三成，南侧围挡已立"


def test_a_wrong_password_says_how_many_tries_are_left(
    open_page: Open, town: Town, settings: LazySettings
) -> None:
    settings.AXES_ENABLED = True
    page = open_page()
    page.goto("/")
    expect(page).to_have_url(re.compile("/login"))
    expect(page.get_by_text("非涉密系统，严禁上传涉密信息")).to_be_visible()
    page.get_by_label("账号").fill(town.leader.username)
    page.get_by_label("密码").fill("Wrong-2018-pk")
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("alert")).to_have_text("密码不对，还可试4次；再错将锁15分钟。")
    expect(page.get_by_label("账号")).to_have_value(town.leader.username)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    expect(page.locator(".tile >> visible=true").first).to_be_visible()


def _go_on_typing(page: Page) -> None:
    page.get_by_label("形象进度").press("Tab")


def _send(page: Page) -> None:
    page.get_by_role("button", name="提交审核").click()


@pytest.mark.parametrize("go_on", [_go_on_typing, _send], ids=["typing on", "sending"])
def test_a_draft_survives_an_expired_session(
    open_page: Open, town: Town, go_on: Callable[[Page], None]
) -> None:
    """The session ends in the middle of the form: after a new login the same page holds the same words."""
    form = f"/progress/report/{town.late.pk}/{MARCH}/"
    page = sign_in(open_page(), town.reporter, form)
    page.get_by_label("当月完成投资").fill("180")
    expect(page.locator("#calc")).to_contain_text("累计400万元")
    page.context.clear_cookies(name="sessionid")
    page.get_by_label("形象进度").fill(WORDS)
    go_on(page)
    expect(page).to_have_url(re.compile("/login"))
    expect(page.get_by_text("没交的内容还在本机")).to_be_visible()
    assert not MonthlyReport.objects.filter(project=town.late, month=MARCH).exists()

    page.get_by_label("账号").fill(town.reporter.username)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    expect(page).to_have_url(re.compile(re.escape(form)))
    expect(page.get_by_label("形象进度")).to_have_value(WORDS)
    expect(page.get_by_label("当月完成投资")).to_have_value("180")
    _send(page)
    expect(page.get_by_role("status").filter(has_text="3月月报已送审")).to_be_visible()
    sent = MonthlyReport.objects.get(project=town.late, month=MARCH)
    assert (sent.physical_progress, sent.cumulative) == (WORDS, 4_000_000)
