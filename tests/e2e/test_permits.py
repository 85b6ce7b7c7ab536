"""手续的一程：项目单位在手机上报件，部门要求补正、补齐、批准，几步一起确认，领导看得到卡在哪。"""

from pathlib import Path

import pytest
from django.conf import LazySettings
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.e2e.conftest import Open
from tests.e2e.town import overflow, sign_in
from tests.factories import UnitFactory
from tests.permits.world import FIRST, World, at, build, later
from xushi.permits import actions
from xushi.units.models import Unit


@pytest.fixture
def world(live_server: LiveServer, settings: LazySettings) -> World:
    """One project whose track was laid out on 4 June 2018; today is ten working days later."""
    settings.XUSHI_NOW = at(later(FIRST, 10))
    Path(settings.XUSHI_HOME, "demo-clock").unlink(missing_ok=True)
    root = UnitFactory(name="浦口区", kind=Unit.Kind.DISTRICT)
    return build(root, UnitFactory(name="江浦街道", kind=Unit.Kind.SUBDISTRICT, parent=root))


def do(page: Page, code: str, act: str, **typed: str) -> None:
    """One act of one step, through its sheet."""
    page.locator(f"#step-{code} .step-acts").get_by_role("link", name=act, exact=True).click()
    for name, value in typed.items():
        page.locator(f"#act [name$=-{name}]").fill(value)
    page.locator("#act").get_by_role("button", name=act, exact=True).click()
    expect(page.locator("#act")).to_have_count(0)


def test_a_step_from_the_owner_to_the_decision(open_page: Open, world: World) -> None:
    address = f"/permits/project/{world.project.pk}/"
    owner, hall, leader = (
        sign_in(open_page(), world.people[name], address) for name in ("owner", "hall", "leader")
    )
    assert overflow(owner) == 0
    do(owner, "filing", "报件", on="2018-06-05", words="备案表")
    expect(owner.locator("#step-filing")).to_contain_text("已报件")

    hall.reload()
    do(hall, "filing", "要求补正", words="缺红线图", on="2018-06-06")
    expect(hall.locator("#step-filing")).to_contain_text("缺红线图")
    owner.reload()
    do(owner, "filing", "补齐", on="2018-06-07")
    hall.reload()
    do(hall, "filing", "批准", on="2018-06-08", words="浦备〔2018〕9号")
    expect(hall.locator("#step-filing")).to_contain_text("已批准")

    leader.reload()
    expect(leader.locator(".track-holder")).to_contain_text("征地拆迁")
    assert leader.locator(".step-acts").count() == 0
    expect(leader.locator("#passed")).to_contain_text("立项备案：批准")
    assert overflow(leader) == 0


def test_what_was_typed_stays_where_the_day_is_wrong(open_page: Open, world: World) -> None:
    page = sign_in(open_page(), world.people["owner"], f"/permits/project/{world.project.pk}/")
    page.locator("#step-filing .step-acts").get_by_role("link", name="报件", exact=True).click()
    page.locator("#act [name$=-on]").fill("2018-12-01")
    page.locator("#act [name$=-words]").fill("备案表和红线图")
    page.locator("#act").get_by_role("button", name="报件", exact=True).click()
    expect(page.get_by_role("alert").filter(has_text="还没到")).to_be_visible()
    expect(page.locator("#act [name$=-words]")).to_have_value("备案表和红线图")
    page.locator("#act .sheet-head a").click()
    expect(page.locator("#act >> visible=true")).to_have_count(0)


def test_the_hall_confirms_two_at_once_by_keyboard(open_page: Open, world: World) -> None:
    for verb in (actions.submit, actions.accept, actions.approve):
        verb(world.seen("filing"), FIRST, actor=world.by("owner"), now=at(FIRST))
    actions.submit(world.seen("environment"), FIRST, actor=world.by("owner"), now=at(FIRST))
    page = sign_in(open_page(), world.people["hall"], f"/permits/project/{world.project.pk}/")
    button = page.get_by_role("button", name="确认属实")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="已确认2步手续")).to_be_visible()
    expect(page.locator("#confirm")).to_have_count(0)
    closed = page.locator("#step-filing summary").first
    closed.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#step-filing .step-body")).to_contain_text("审批人")
