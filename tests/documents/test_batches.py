"""成批印的督办单：一截一截印，印的人看得到的才在里头，印到半路看不到了的也拿掉；几台机器各印一截。"""

from collections.abc import Callable
from typing import Any
from zipfile import ZipFile

import pytest
from django.conf import LazySettings
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from tests.documents.builders import words_of
from tests.s3 import keys_of
from tests.supervision.world import World, at
from xushi.documents import batches
from xushi.documents.batches import NothingToPrint, ask_batch, file_of, print_piece
from xushi.documents.models_batches import Batch
from xushi.journal.models import Event
from xushi.kit import media
from xushi.kit.pacing import METER
from xushi.supervision.models import SupervisionOrder
from xushi.units.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("printing")]
SignIn = Callable[[User], Client]
NOW = at(12, 8, 30)


def test_a_batch_is_printed_piece_by_piece(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "PIECE", 2)
    keys = [world.order(title=f"第{n}件").pk for n in range(5)]
    actor = world["clerk"]
    batch = ask_batch(keys, "docx", actor=actor, now=NOW)
    seen = []
    while not batch.is_done:
        batch = print_piece(batch, actor=actor, now=NOW)
        seen.append(batch.done)
    assert seen == [2, 4, 5]
    with ZipFile(media.opened(file_of(batch))) as packed:
        assert packed.namelist() == [f"浦重大督〔2018〕{n}号 督办单.docx" for n in range(1, 6)]
        assert "第4件" in words_of(packed.read(packed.namelist()[4]))
    told = (
        Event.objects.filter(verb__startswith="documents.batch").order_by("pk").values_list("verb", flat=True)
    )
    assert list(told) == ["documents.batch.asked", "documents.batch.printed"]
    assert print_piece(batch, actor=actor, now=NOW).done == 5


def test_a_batch_as_one_pdf(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "PIECE", 2)
    keys = [world.order(title=f"第{n}件").pk for n in range(3)]
    batch = ask_batch(keys, "pdf", actor=world["clerk"], now=NOW)
    for _ in range(2):
        batch = print_piece(batch, actor=world["clerk"], now=NOW)
    pages = PdfReader(media.opened(file_of(batch))).pages
    said = ["".join(page.extract_text().split()) for page in pages]
    assert ["督办单" in page and f"第{n}件" in page for n, page in enumerate(said)] == [True] * 3


def test_a_batch_holds_only_what_is_in_sight(world: World) -> None:
    mine, other = world.order(), world.order(lead=world.planning, co_handlers=())
    batch = ask_batch([mine.pk, other.pk], "docx", actor=world["handler"], now=NOW)
    assert batch.orders == [mine.pk]
    with pytest.raises(NothingToPrint, match="先勾选"):
        ask_batch([other.pk], "docx", actor=world["handler"], now=NOW)
    with pytest.raises(NothingToPrint, match="Word 或 PDF"):
        ask_batch([mine.pk], "exe", actor=world["handler"], now=NOW)


def test_what_went_out_of_sight_on_the_way_is_left_out(world: World) -> None:
    stays, goes = world.order(), world.order(title="后来改派的")
    batch = ask_batch([stays.pk, goes.pk], "docx", actor=world["handler"], now=NOW)
    SupervisionOrder.objects.filter(pk=goes.pk).update(lead=world.planning)
    batch = print_piece(batch, actor=world["handler"], now=NOW)
    assert (batch.total, batch.done, batch.orders) == (1, 1, [stays.pk])


def test_the_way_of_a_batch_in_the_browser(world: World, signed_in: SignIn) -> None:
    orders = [world.order(title=f"第{n}件") for n in range(3)]
    client = signed_in(world.people["handler"])
    answer = client.post(reverse("documents:new_batch"), {"form": "docx", "query": ""})
    batch = Batch.objects.get()
    assert (answer.url, batch.total) == (reverse("documents:batch", args=[batch.pk]), 3)
    page = client.get(answer.url).content.decode()
    assert "0/3张" in page and "接着印3张" in page and "hx-post" in page
    assert client.get(reverse("documents:batch_file", args=[batch.pk])).status_code == 404
    client.post(reverse("documents:next_piece", args=[batch.pk]))
    assert "印好了" in client.get(answer.url).content.decode()
    file = client.get(reverse("documents:batch_file", args=[batch.pk]))
    assert b"".join(file.streaming_content).startswith(b"PK")
    told = Event.objects.get(verb="documents.batch.downloaded")
    assert (told.actor, told.summary) == (world.people["handler"], "下载成批印的督办单3张（docx）")
    for name in ("clerk", "leader"):
        stranger = signed_in(world.people[name])
        assert stranger.get(answer.url).status_code == 404
        assert stranger.get(reverse("documents:batch_file", args=[batch.pk])).status_code == 404
        assert stranger.post(reverse("documents:next_piece", args=[batch.pk])).status_code == 404
    SupervisionOrder.objects.filter(pk=orders[0].pk).update(lead=world.planning)
    assert client.get(reverse("documents:batch_file", args=[batch.pk])).status_code == 404


def test_batches_and_papers_of_one_person_are_counted_together(
    world: World, signed_in: SignIn, settings: LazySettings
) -> None:
    METER.forget()
    settings.XUSHI_LIMITS = {"print": (2, 3600)}
    order, client = world.order(), signed_in(world.people["handler"])
    paper = reverse("documents:order_file", args=[order.pk, "docx"])
    new = reverse("documents:new_batch")
    assert client.get(paper).status_code == 200
    assert client.post(new, {"form": "docx", "id": [order.pk]}).status_code == 302
    late = client.post(new, {"form": "docx", "id": [order.pk]})
    assert late.status_code == 429 and "印材料一小时最多2次" in late.content.decode()
    assert client.get(paper).status_code == 429 and Batch.objects.count() == 1
    piece = reverse("documents:next_piece", args=[Batch.objects.get().pk])
    assert client.post(piece).status_code == 302  # what was asked for is printed to its end
    assert client.get(reverse("documents:batch_file", args=[Batch.objects.get().pk])).status_code == 200


def test_nothing_chosen_is_said(world: World, signed_in: SignIn) -> None:
    answer = signed_in(world.people["planner"]).post(
        reverse("documents:new_batch"), {"id": ["9"]}, follow=True
    )
    assert "没有选中看得到的督办单" in answer.content.decode()
    assert not Batch.objects.exists()


def test_a_batch_whose_pieces_are_printed_by_different_machines(
    bucket: Any, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "PIECE", 2)
    keys = [world.order(title=f"第{n}件").pk for n in range(3)]
    batch = ask_batch(keys, "docx", actor=world["clerk"], now=NOW)
    batch = print_piece(batch, actor=world["clerk"], now=NOW)
    assert keys_of(bucket) == [f"batches/{batch.key}/00000.docx"]
    batch = print_piece(batch, actor=world["clerk"], now=NOW)
    assert keys_of(bucket) == [file_of(batch)]
    with ZipFile(media.opened(file_of(batch))) as packed:
        assert len(packed.namelist()) == 3
