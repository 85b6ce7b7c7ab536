"""坏的输入：像公式、像网页、太长、不是照片、一百张照片、倒着拍的、带位置的；报给不存在的单位。"""

import io
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook
from PIL import Image

from tests.problems.builders import photo
from tests.supervision.world import World, at, build
from xushi.config import clock
from xushi.journal import worker
from xushi.notices.models import Notice
from xushi.supervision import actions
from xushi.supervision.actions import Evidence, OrderInput, Refused
from xushi.supervision.models import OrderPhoto, SupervisionOrder
from xushi.units.models import Unit, User

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
ODD = "=cmd|' /C calc'!A1<script>alert(1)</script>😀\u202e反了"


@pytest.fixture(autouse=True)
def at_work(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(clock, "now", lambda: at(6))


@pytest.fixture
def world() -> World:
    return build()


@pytest.fixture
def order(world: World) -> SupervisionOrder:
    order = world.order(title=ODD, demand=ODD)
    actions.acknowledge_orders([order], actor=world["handler"], now=at(5, 11))
    actions.report_progress(order, ODD, actor=world["handler"], now=at(5, 12))
    order.refresh_from_db()
    return order


def test_odd_words_are_shown_and_never_run(world: World, order: SupervisionOrder, signed_in: SignIn) -> None:
    worker.work(at(6))
    assert Notice.objects.filter(title__contains="督办单下发", words__contains="<script>").exists()
    for who, names in (("clerk", ("orders", "order", "print_order")), ("handler", ("orders", "order"))):
        client = signed_in(world.people[who])
        pages = [
            reverse(f"supervision:{name}", args=[order.pk] if name != "orders" else []) for name in names
        ]
        for page in (*pages, reverse("duties:list"), reverse("notices:list"), reverse("notices:rolling")):
            text = client.get(page).content.decode()
            assert "<script>alert" not in text, page
    book = signed_in(world.people["clerk"]).get(reverse("supervision:export_orders"), {"tab": "all"})
    sheet = load_workbook(io.BytesIO(b"".join(book.streaming_content))).active  # type: ignore[attr-defined]
    cells = [cell for row in sheet.iter_rows(min_row=2) for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f" or str(cell.value or "").startswith("=")]
    assert any(str(cell.value or "").startswith("'=cmd") for cell in cells)


def test_a_hundred_photos_are_refused_before_any_is_opened(world: World, order: SupervisionOrder) -> None:
    class Untouched:
        name, size = "一.jpg", 1

        def read(self, *_: object) -> bytes:
            raise AssertionError("opened")

    with pytest.raises(Refused, match="一次最多9张"):
        actions.report_progress(
            order, "看图", actor=world["handler"], now=at(6), evidence=Evidence((Untouched(),) * 100)
        )
    assert order.steps.filter(words="看图").count() == 0


@pytest.mark.parametrize(
    ("file", "says"),
    [
        (SimpleUploadedFile("木马.jpg", b"MZ not a photo"), "不是照片或已损坏"),
        (SimpleUploadedFile("空.jpg", b""), "不是照片或已损坏"),
        (type("Huge", (), {"name": "大.jpg", "size": 50 * 1024 * 1024})(), "超过10MB"),
    ],
)
def test_what_is_no_photo_takes_no_step(world: World, order: SupervisionOrder, file: Any, says: str) -> None:
    with pytest.raises(Refused, match=says):
        actions.reply_order(
            order, "办成了", actor=world["handler"], now=at(6), evidence=Evidence((photo(), file))
        )
    order.refresh_from_db()
    assert order.state == "working"
    assert not OrderPhoto.objects.exists()


def test_a_photo_stands_upright_and_tells_no_place(world: World, order: SupervisionOrder) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # lies on its side
    exif.get_ifd(0x8825)[2] = (32.0, 3.0, 0.0)
    out = io.BytesIO()
    Image.new("RGB", (64, 48), "grey").save(out, "JPEG", exif=exif)
    file = SimpleUploadedFile("现场.jpg", out.getvalue())
    actions.report_progress(order, "看图", actor=world["handler"], now=at(6), evidence=Evidence((file,)))
    held = Image.open(OrderPhoto.objects.get().file)
    assert held.size == (48, 64)
    assert not held.getexif()


@pytest.mark.parametrize("verb", ["plan", "misroute", "feedback"])
def test_five_thousand_characters_and_one_are_too_many(
    world: World, order: SupervisionOrder, signed_in: SignIn, verb: str
) -> None:
    page = reverse("supervision:order_act", args=[order.pk, verb])
    answer = signed_in(world.people["handler"]).post(page, {"words": "长" * 5001, "how": "going"})
    assert answer.status_code == 422
    assert "最多5000字" in answer.content.decode()
    assert order.steps.count() == 5  # draft, approve, issue, acknowledge, report


@pytest.mark.parametrize(
    ("due_on", "says"),
    [
        (date(1, 1, 1), "已经过了"), (date(2018, 9, 5), "已经过了"), (date(2020, 9, 6), "请核对年份"),
        (date(9999, 12, 31), "请核对年份"),
    ],
)  # fmt: skip
def test_a_deadline_in_the_past_or_beyond_two_years_is_refused(world: World, due_on: date, says: str) -> None:
    with pytest.raises(Refused, match=says):
        actions.draft_orders([OrderInput("一件", world.land, due_on=due_on)], actor=world["clerk"], now=at(6))


def test_a_dissolved_unit_or_none_is_given_nothing(
    world: World, order: SupervisionOrder, signed_in: SignIn
) -> None:
    Unit.objects.filter(pk=world.planning.pk).update(dissolved_on=date(2018, 9, 1), successor=world.land)
    page = reverse("supervision:order_act", args=[order.pk, "reroute"])
    client = signed_in(world.people["clerk"])
    for unit in (world.planning.pk, 987_654, "x", ""):
        answer = client.post(page, {"unit": unit, "words": "归他们", "seen": order.version})
        assert answer.status_code == 422, unit
    order.refresh_from_db()
    assert order.lead == world.land


def test_a_reply_after_the_withdrawal_and_a_step_nobody_knows(
    world: World, order: SupervisionOrder, signed_in: SignIn
) -> None:
    client = signed_in(world.people["handler"])
    unknown = reverse("supervision:order_act", args=[order.pk, "inherit"])
    assert client.post(unknown, {"words": "x"}).status_code == 404
    actions.withdraw_orders([order], "派错", actor=world["clerk"], now=at(6))
    page = reverse("supervision:order_act", args=[order.pk, "feedback"])
    answer = client.post(page, {"how": "done", "words": "办成了，四户都签了", "seen": order.version})
    assert answer.status_code in (403, 409)
    assert "办成了，四户都签了" in answer.content.decode()  # what was typed is still there
    order.refresh_from_db()
    assert order.state == "withdrawn"


@pytest.mark.parametrize(
    "back", ["2018-13", "{{ 7*7 }}", "①②③", "//elsewhere.example/", "https://elsewhere.example/"]
)
def test_what_is_no_page_of_ours_is_not_gone_back_to(
    world: World, order: SupervisionOrder, signed_in: SignIn, back: str
) -> None:
    client = signed_in(world.people["clerk"])
    for ids in ([order.pk], []):
        answer = client.post(reverse("supervision:to_meeting"), {"id": ids, "next": back})
        assert answer.status_code == 302
        assert answer["Location"].startswith("/supervision/meetings")
    answer = client.post(reverse("supervision:to_meeting"), {"next": "/supervision/orders/?tab=all"})
    assert answer["Location"] == "/supervision/orders/?tab=all"
