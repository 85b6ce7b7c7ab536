from typing import Any

import pytest
from django.test import Client, RequestFactory

from xushi.kit import assets, context

PAGE = '{% extends "kit/shell.html" %}{% block title %}项<b>目</b>{% endblock %}{% block main %}正文{% endblock %}'


def test_the_shell_stands_without_navigation(draw: Any) -> None:
    page = draw(PAGE)
    assert "<title>项目 · 序时</title>" in page
    assert "正文" in page
    assert 'lang="zh-Hans"' in page
    assert "tabbar-item" not in page


def test_the_shell_draws_its_navigation(draw: Any) -> None:
    nav = {
        "items": [
            {"key": "p", "label": "项目", "url": "/p", "icon": "building", "count": 1364, "current": True}
        ],
        "tabs": [{"key": "p", "label": "项目", "url": "/p", "icon": "building", "badge": 3}],
        "user": {"name": "<王>", "unit": "综合科", "initial": "王"},
        "district": "浦口区",
        "search_url": "/search/",
        "bell": {"count": 2, "url": "/notices/"},
    }
    page = draw(PAGE, nav=nav)
    assert 'aria-current="page"' in page
    assert "1,364" in page
    assert "消息，2条未读" in page
    assert "&lt;王&gt;" in page
    assert "<王>" not in page


def test_detail_has_a_way_back_and_a_bar_of_buttons(draw: Any) -> None:
    page = draw(
        '{% extends "kit/detail.html" %}{% block back %}/projects/{% endblock %}'
        "{% block actionbar %}<b>写批示</b>{% endblock %}"
    )
    assert 'href="/projects/" data-back' in page
    assert '<div class="actionbar"><b>写批示</b></div>' in page


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/refused", 403, "只有区重大办能关账。"),
        ("/nothing", 404, "没有这一页"),
        ("/crash", 500, "系统出了错"),
        ("/away", 503, "数据库暂时没有答复"),
        ("/closed", 503, "数据库暂时没有答复"),
        ("/lost-within", 503, "数据库暂时没有答复"),
        ("/of-ours", 500, "系统出了错"),
        ("/full", 503, "服务器的磁盘满了"),
        ("/full-database", 503, "服务器的磁盘满了"),
        ("/session-lost", 503, "服务器的磁盘满了"),
    ],
)
def test_errors_are_told_in_chinese(browser: Client, path: str, status: int, words: str) -> None:
    answer = browser.get(path)
    assert answer.status_code == status
    assert words in answer.content.decode()


def test_what_will_pass_says_how_long_and_leads_back_to_the_form(browser: Client) -> None:
    answer = browser.get("/away", headers={"referer": "http://testserver/problems/new/3/"})
    assert answer["Retry-After"] == "15"
    assert 'href="http://testserver/problems/new/3/"' in answer.content.decode()
    assert (
        'href="/"'
        in browser.get("/away", headers={"referer": "https://elsewhere.example/x"}).content.decode()
    )


def test_an_expired_form_is_told_in_chinese() -> None:
    answer = Client(enforce_csrf_checks=True).post("/form")
    assert answer.status_code == 403
    assert "这张表放得太久" in answer.content.decode()


@pytest.mark.parametrize("kind", ["css", "js", "svg"])
def test_bundles_are_kept_for_ever_under_their_digest(browser: Client, kind: str) -> None:
    answer = browser.get(assets.address(kind))
    assert answer.status_code == 200
    assert answer["Content-Type"] == assets.KINDS[kind]
    assert "immutable" in answer["Cache-Control"]
    stale = browser.get(f"/kit/bundle/xushi.000000000000.{kind}")
    assert stale["Cache-Control"] == "no-cache"


def test_no_other_bundles(browser: Client) -> None:
    assert browser.get("/kit/bundle/xushi.000000000000.php").status_code == 404


def test_styles_are_joined_in_order() -> None:
    names = [path.name for path in assets.files("css")]
    assert names[:4] == ["reset.css", "tokens.css", "tokens_dark.css", "base.css"]
    assert names[-2:] == ["utilities.css", "print.css"]


def test_the_choice_of_theme_is_kept_and_foreign_ways_back_are_refused(browser: Client) -> None:
    answer = browser.post("/kit/display", {"theme": "dark", "size": "huge", "next": "//evil.example/"})
    assert answer.status_code == 302
    assert answer["Location"] == "/"
    assert answer.cookies["theme"].value == "dark"
    assert "size" not in answer.cookies


def test_unknown_cookies_are_the_default(settings: Any) -> None:
    request = RequestFactory().get("/")
    request.COOKIES.update(theme='"><script>', size="large")
    shown = context.display(request)
    assert (shown["theme"], shown["size"]) == ("auto", "large")


def test_only_the_demonstration_shows_its_clock(settings: Any, tmp_path: Any) -> None:
    from datetime import datetime

    from xushi.core.clock import BEIJING

    settings.XUSHI_HOME = tmp_path
    settings.XUSHI_NOW = None
    assert context.display(RequestFactory().get("/"))["clock_banner"] is None
    settings.XUSHI_NOW = datetime(2018, 9, 12, 8, 30, tzinfo=BEIJING)
    banner = context.display(RequestFactory().get("/"))["clock_banner"]
    assert banner == "演示区，钟停在2018年9月12日周三8:30"


def test_the_sheet_of_components_draws() -> None:
    from xushi.kit.views import components

    page = components(RequestFactory().get("/kit/components/")).content.decode()
    assert "慢15.0：竖线左侧斜纹" in page
    assert 'fill="url(#hatch-red)"' in page
