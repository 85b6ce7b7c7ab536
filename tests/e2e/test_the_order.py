"""四个人同时在线：预警 → 批示 → 督办单 → 签收 → 延期不同意 → 带照片答复 → 退回 → 再答复 → 核验 → 领导阅 → 销号。"""

import io
import re

import pytest
from django.conf import LazySettings
from PIL import Image
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.e2e import bureau
from tests.e2e.bureau import Bureau, rolling, see_badge, set_clock
from tests.e2e.conftest import Open
from tests.e2e.test_the_way import shown
from tests.e2e.town import sign_in
from tests.supervision.world import at
from xushi.duties.models import Duty
from xushi.supervision.models import OrderPhoto, SupervisionOrder
from xushi.supervision.models_instructions import Instruction

pytestmark = pytest.mark.both  # on PostgreSQL too: the whole way stands on locks and transactions


@pytest.fixture
def here(live_server: LiveServer, settings: LazySettings) -> Bureau:
    return bureau.build(settings)


def photo() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (60, 40), "#66756f").save(out, "JPEG")
    return out.getvalue()


def act(page: Page, words: str) -> None:
    """The visible button or link of this name."""
    shown(page, f"a:has-text('{words}'), button:has-text('{words}')").click()


def step(page: Page, verb: str, button: str, **fields: str) -> None:
    """Open a step's sheet from the bar or the menu, fill it, send it."""
    opener = page.locator(f"[data-sheet-open='do-{verb}'] >> visible=true")
    if not opener.count():
        page.get_by_label("其他").click()
    opener.first.click()
    sheet = page.locator(f"#do-{verb}")
    for name, value in fields.items():
        sheet.locator(f"[name={name}]").fill(value)
    sheet.get_by_role("button", name=button).click()
    expect(page.get_by_role("status").filter(has_text=re.compile(r"。\s*$")).first).to_be_visible()


def write_instruction(leader: Page, here: Bureau) -> Instruction:
    shown(leader, f".warnrow:has-text('{here.project.name}')").click()
    expect(leader).to_have_url(re.compile(f"/projects/{here.project.pk}/"))
    act(leader, "写批示")
    pen = leader.locator("[data-pen]")
    pen.locator("[name=words]").fill("请国土分局牵头，桥林街道配合，限期完成4户腾地。")
    pen.locator("[name=lead]").select_option(label="区国土分局")
    expect(
        pen.locator(f"[name=co_handlers][value='{here.world.town.pk}']")
    ).to_be_checked()  # the project's territory
    pen.locator(".option").filter(has_text="另定").first.click()
    pen.locator("[name=due_on]").fill(bureau.day(9, 19))
    pen.get_by_role("button", name="签发并下发").click()
    expect(leader.get_by_role("status")).to_be_visible()
    return Instruction.objects.get()


def test_four_people_carry_one_order_to_its_end(
    open_page: Open, here: Bureau, settings: LazySettings
) -> None:
    people = here.world.people
    leader, office = sign_in(open_page(), people["leader"]), sign_in(open_page(), people["clerk"])
    land, town = sign_in(open_page(), people["handler"]), sign_in(open_page(), people["town"])
    head = sign_in(open_page(), people["head"])

    instruction = write_instruction(leader, here)
    order = instruction.orders.get()
    assert (order.serial, order.state, order.lead, order.project) == (
        1,
        "issued",
        here.world.land,
        here.project,
    )
    for page, count in ((land, 1), (town, 1), (office, 0), (leader, 0)):
        see_badge(page, count)

    land.locator(".duty-title a").click()
    act(land, "签收")
    expect(land.locator(".timeline")).to_contain_text("签收")
    order.refresh_from_db()
    due = order.due_at
    assert due

    set_clock(settings, at(12, 9))
    land.reload()
    asked = {"progress": "3户已签", "reason": "1户在外", "due": bureau.day(9, 28)}
    step(land, "ask_extension", "申请延期", **asked)
    see_badge(office, 1)
    office.locator(".duty-title a").click()
    step(office, "refuse_extension", "不同意", words="期限前办得完")
    see_badge(office, 0)
    order.refresh_from_db()
    assert order.due_at == due

    set_clock(settings, at(due.day - 1, 9))
    assert "督办1号" in rolling(land)
    assert "明天" in rolling(leader) or "还剩1天" in rolling(leader)  # leaders watch what is at the units
    town.goto(f"/supervision/orders/{order.pk}")
    town.locator("#feedback [name=words]").fill("街道这头3户已交房。")
    town.locator("#feedback label").filter(has_text="已办结").click()
    town.locator("#feedback").get_by_role("button").last.click()
    expect(town.locator(".timeline")).to_contain_text("街道这头3户已交房")
    see_badge(town, 0)

    reply(land, order, "4户已腾空交地，附照片。", with_photo=True)
    see_badge(land, 0)
    see_badge(head, 1)
    head.locator(".duty-title a").click()
    step(head, "sign", "签发")
    see_badge(office, 1)
    assert OrderPhoto.objects.filter(order=order).count() == 1
    assert rolling(land) == ""

    office.goto(f"/supervision/orders/{order.pk}")
    expect(office.locator(".order-photos img")).to_be_visible()
    step(office, "return", "退回", words="缺交地确认书")
    see_badge(land, 1)
    order.refresh_from_db()
    assert Duty.objects.open().get(subject_id=order.pk, kind="order.reply").warned == 0

    reply(head, order, "交地确认书已补。")
    see_badge(office, 1)
    office.locator(".duty-title a").click()
    step(office, "verify", "核验通过")
    see_badge(office, 0)
    see_badge(leader, 1)

    leader.goto(f"/supervision/instructions/{instruction.pk}")
    expect(leader.locator(".timeline")).to_contain_text("交地确认书已补")
    shown(leader, "button[value=finished]").click()
    expect(leader.get_by_role("status").first).to_be_visible()
    see_badge(leader, 0)
    order = SupervisionOrder.objects.get(pk=order.pk)
    assert (order.state, order.on_time, order.returns) == ("closed", True, 1)
    assert not Duty.objects.open().exists()
    for page in (leader, office, land, town):
        assert rolling(page) == ""


def reply(page: Page, order: SupervisionOrder, words: str, *, with_photo: bool = False) -> None:
    page.goto(f"/supervision/orders/{order.pk}")
    form = page.locator("#feedback")
    form.locator("label").filter(has_text="已办结").click()
    form.locator("[name=words]").fill(words)
    if with_photo:
        files = {"name": "现场.jpg", "mimeType": "image/jpeg", "buffer": photo()}
        form.locator("[name=photos]").set_input_files(files)
    form.get_by_role("button").last.click()
    expect(page.locator(".timeline")).to_contain_text(words)
