"""会上记议定：手不停、页不刷；一个字不丢，一条不重；没连上、没认出、别人已议都不丢。"""

import re

import pytest
from django.conf import LazySettings
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.e2e import bureau
from tests.e2e.bureau import Bureau, set_clock
from tests.e2e.conftest import Open
from tests.e2e.test_the_way import shown
from tests.e2e.town import overflow, sign_in
from tests.supervision.world import at
from xushi.duties.models import Duty
from xushi.problems.models import Problem, ProblemClass
from xushi.supervision.meetings import add_item, plan_meeting
from xushi.supervision.models import SupervisionOrder
from xushi.supervision.models_meetings import AgendaItem, Decision, Meeting, WrittenReply
from xushi.supervision.sitting import begin_meeting

pytestmark = pytest.mark.both
HELD = at(12, 15)
ORDER, PROBLEM, NOTE = (
    "请国土分局牵头，9月19日前迁完坟地。",
    "安置口径没有定下来，请财政合报。",
    "第3条只记录。",
)

LOSE = """() => {
  const send = window.fetch;
  window.fetch = (...given) => send(...given).then(() => { throw new TypeError("the answer got lost"); });
}"""


@pytest.fixture
def here(live_server: LiveServer, settings: LazySettings) -> Bureau:
    return bureau.build(settings)


@pytest.fixture
def meeting(here: Bureau, settings: LazySettings) -> Meeting:
    """Sitting: the first item is about 紫光项目 and asks the land bureau, two more are about nothing."""
    world = here.world
    ProblemClass.objects.get_or_create(code="resettlement", defaults={"name": "安置", "path": "0099."})
    made = plan_meeting(kind="weekly", held_at=HELD, minutes=60, place="", actor=world["clerk"], now=at(11))
    AgendaItem.objects.filter(meeting=made).delete()
    for title, unit in (("坟地迁移", world.land), ("线杆迁改", None), ("评估复核", None)):
        item = add_item(made, title, unit=unit, actor=world["clerk"], now=at(11))
        AgendaItem.objects.filter(pk=item.pk, title="坟地迁移").update(project=here.project)
    begin_meeting(made, actor=world["clerk"], now=HELD)
    set_clock(settings, at(12, 15, 4))
    made.refresh_from_db()
    return made


def sit(open_page: Open, here: Bureau, meeting: Meeting) -> Page:
    return sign_in(open_page(), here.world.people["clerk"], f"/supervision/meetings/{meeting.pk}")


def press(page: Page, width: str, key: str) -> None:
    """By the keys at a desk, by the buttons on a phone."""
    if width == "desktop":
        page.keyboard.press(key)
        return
    kind = {"Control+Enter": "order", "Alt+Enter": "problem", "Enter": "note"}[key]
    page.locator(f"[data-decide] button[value={kind}]").tap()


def decided() -> list[tuple[str, str]]:
    return list(Decision.objects.order_by("pk").values_list("kind", "words"))


def test_three_decisions_in_one_breath(open_page: Open, here: Bureau, meeting: Meeting, width: str) -> None:
    page = sit(open_page, here, meeting)
    drawn = page.evaluate("window.drawnOnce = Math.random()")
    kind = ProblemClass.objects.get(code="resettlement")
    page.locator("[data-decide] [name=problem_class]").select_option(str(kind.pk))
    words = page.locator("[data-decide] textarea")
    words.focus()
    for typed, key in ((ORDER, "Control+Enter"), (PROBLEM, "Alt+Enter"), (NOTE, "Enter")):
        page.keyboard.type(typed)
        press(page, width, key)
    page.keyboard.type("还在打的")
    expect(page.locator("#decisions")).to_contain_text("已议定3条")
    expect(words).to_be_focused()
    expect(words).to_have_value("还在打的")
    expect(page.locator("[data-outbox]")).to_be_hidden()
    assert decided() == [("order", ORDER), ("problem", PROBLEM), ("note", NOTE)]
    assert page.evaluate("window.drawnOnce") == drawn and overflow(page) == 0
    page.reload()
    expect(words).to_have_value("还在打的")
    assert len(decided()) == 3
    words.fill("")
    page.get_by_role("button", name="散会并全部签发").click()
    expect(page.locator(".conclusion-title")).to_contain_text("签发督办单1件、成问题1项、记录1条")
    assert SupervisionOrder.objects.get(source_kind="supervision.decision").lead == here.world.land
    assert Problem.objects.get().title.startswith("安置口径")


def test_what_is_refused_comes_back_beside_what_is_typed(
    open_page: Open, here: Bureau, meeting: Meeting, width: str
) -> None:
    page = sit(open_page, here, meeting)
    words = page.locator("[data-decide] textarea")
    words.fill("抓紧办")
    press(page, width, "Control+Enter")
    expect(words).to_have_value("抓紧办")
    expect(page.locator("[data-decide-odd]")).to_contain_text("没认出牵头单位")
    page.route("**/decide", lambda route: (page.wait_for_timeout(300), route.continue_()))
    press(page, width, "Control+Enter")
    page.keyboard.type("下一条")
    refused = page.locator("[data-outbox] li.is-odd")
    expect(refused).to_contain_text("抓紧办")
    expect(words).to_have_value("下一条")
    words.fill("")
    page.get_by_role("button", name="散会并全部签发").click()
    expect(page.get_by_role("alert").filter(has_text="还有1条没记上")).to_be_visible()
    assert Meeting.objects.get().state == "sitting"
    words.fill("下一条")
    refused.get_by_role("button", name="拿回来改").click()
    expect(words).to_have_value("抓紧办\n下一条")
    expect(refused).to_have_count(0)
    assert decided() == []


def test_without_a_network_nothing_is_lost_and_nothing_doubled(
    open_page: Open, here: Bureau, meeting: Meeting, width: str
) -> None:
    """The first answer gets lost on its way back, then there is no network, then the page is drawn anew."""
    page = sit(open_page, here, meeting)
    words = page.locator("[data-decide] textarea")

    page.evaluate(LOSE)
    words.fill("到了但没有回音")
    with page.expect_response("**/decide"):
        press(page, width, "Enter")
    page.context.set_offline(True)
    words.fill("没有网络时记的")
    press(page, width, "Enter")
    expect(page.locator("[data-outbox] li")).to_have_count(2)
    assert decided() == [("note", "到了但没有回音")]
    page.context.set_offline(False)
    page.reload()
    expect(page.locator("#decisions")).to_contain_text("已议定2条")
    expect(page.locator("[data-outbox]")).to_be_hidden()
    assert decided() == [("note", "到了但没有回音"), ("note", "没有网络时记的")]


def test_the_next_item_comes_without_drawing_the_page_anew(
    open_page: Open, here: Bureau, meeting: Meeting, width: str
) -> None:
    page = sit(open_page, here, meeting)
    drawn = page.evaluate("window.drawnOnce = Math.random()")
    words = page.locator("[data-decide] textarea")
    words.fill("没记完的")
    for name in ("下一项", "散会"):
        page.get_by_role("button", name=re.compile(f"^{name}")).click()
        expect(page.get_by_role("alert").filter(has_text="还有没记的话").last).to_be_visible()
    expect(page.locator(".meet-title")).to_contain_text("坟地迁移")
    words.fill("")
    page.route("**/take", lambda route: (page.wait_for_timeout(400), route.continue_()))
    page.get_by_role("button", name=re.compile("^下一项")).click()
    words.focus()
    page.keyboard.type("这是下一项的")
    expect(page.locator(".meet-title")).to_contain_text("线杆迁改")
    expect(words).to_have_value("这是下一项的")
    expect(page.locator("#meet-now")).to_contain_text("议到第2项")
    words.fill("")
    shown(page, f"#item-{meeting.items.get(title='坟地迁移').pk} summary").click()
    page.get_by_role("button", name="议这一项").click()
    expect(page.locator(".meet-title")).to_contain_text("坟地迁移")
    expect(words).to_have_value("")
    assert page.evaluate("window.drawnOnce") == drawn
    assert meeting.items.get(outcome="current").title == "坟地迁移"


def test_somebody_else_took_it_first(open_page: Open, here: Bureau, meeting: Meeting, width: str) -> None:
    page = sit(open_page, here, meeting)
    Meeting.objects.update(version=meeting.version + 1)
    page.get_by_role("button", name=re.compile("^下一项")).click()
    expect(page.locator("#meet-odd")).to_contain_text("议程刚被别人动过")
    page.get_by_role("button", name=re.compile("^下一项")).click()
    expect(page.locator(".meet-title")).to_contain_text("线杆迁改")
    expect(page.locator("#meet-odd")).to_be_empty()


def test_a_unit_answers_in_its_place(open_page: Open, here: Bureau, meeting: Meeting, width: str) -> None:
    page = sign_in(open_page(), here.world.people["handler"], f"/supervision/meetings/{meeting.pk}")
    field = page.locator(".agenda-write textarea")
    page.get_by_role("button", name="交书面答复").click()
    expect(page.locator(".agenda-write .field-error")).to_contain_text("请写答复")
    field.fill("余1户，13日签约。")
    page.get_by_role("button", name="交书面答复").click()
    expect(page.locator("blockquote.agenda-reply")).to_contain_text("余1户，13日签约。")
    expect(field).to_have_value("")
    field.fill("13日已签")
    page.reload()
    expect(field).to_have_value("13日已签")
    assert WrittenReply.objects.get().words == "余1户，13日签约。"
    assert not Duty.objects.open().filter(kind="meeting.reply").exists()
    assert "线杆迁改" not in page.locator("main").inner_text() and overflow(page) == 0
