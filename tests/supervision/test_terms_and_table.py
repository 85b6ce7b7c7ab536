"""督办时限的调整、流转表的印本、命令。"""

import json
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.urls import reverse

from tests.supervision.world import World, at, build
from xushi.config import clock
from xushi.journal.models import Event
from xushi.supervision.actions import OrderInput, acknowledge_orders, draft_orders, reply_order, terms_at
from xushi.supervision.models import SupervisionOrder
from xushi.supervision.printing import table_markdown
from xushi.supervision.rules import TermsRefused
from xushi.supervision.terms import set_terms

DOCS = Path(__file__).parents[2] / "docs"
KEYS = ["number", "state", "project", "lead", "issued_at", "due_at", "replied_at", "on_time"]


def test_the_printed_table_is_the_codes() -> None:
    assert (DOCS / "督办流转.md").read_text(encoding="utf-8") == table_markdown()


@pytest.fixture
def world(db: None) -> World:
    return build()


def test_terms_hold_from_now_on_and_are_told_with_their_reason(world: World) -> None:
    before = world.order()
    written = set_terms({"reply_ordinary": "7"}, "区里要求", actor=world["chief"], now=at(6))
    assert written is not None
    assert terms_at(at(5)).reply_ordinary == 10
    assert world.order(now=at(6)).due_at == at(17, 17)
    assert SupervisionOrder.objects.get(pk=before.pk).due_at == at(19, 17)
    event = Event.objects.get(verb="supervision.terms.set")
    assert event.changes == {"答复：一般": [10, 7]}
    assert (
        set_terms({"reply_ordinary": 7}, "", actor=world["chief"], now=at(7)) is None
    )  # nothing would change
    with pytest.raises(TermsRefused, match="请写调整的理由"):
        set_terms({"verify": 2}, " ", actor=world["chief"], now=at(7))
    with pytest.raises(TermsRefused, match="1到365之间"):
        set_terms({"verify": "0"}, "试", actor=world["chief"], now=at(7))
    for name in ("leader", "handler", "inspector"):
        with pytest.raises(PermissionDenied):
            set_terms({"verify": 2}, "试", actor=world[name], now=at(7))


def test_the_terms_page_is_the_offices(world: World, signed_in, monkeypatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: at(12))
    client, url = signed_in(world.people["clerk"]), reverse("supervision:terms")
    held = {field.name: field.value() for field in client.get(url).context["form"] if field.name != "reason"}
    wrong = client.post(url, held | {"verify": "三天", "reason": "试"})
    assert wrong.status_code == 400
    assert "请填1到365之间的整数" in wrong.content.decode()
    assert client.post(url, held | {"verify": "2", "reason": "加快核验"}).status_code == 302
    assert "加快核验" in client.get(url).content.decode()
    assert terms_at(at(12)).verify == 2
    for name in ("leader", "handler"):
        assert signed_in(world.people[name]).post(url, held | {"reason": "x"}).status_code == 403


def told(capsys: pytest.CaptureFixture[str], *options: str) -> list[dict[str, object]]:
    call_command("orders", "--json", *options)
    found: list[dict[str, object]] = json.loads(capsys.readouterr().out)
    return found


def test_the_command_tells_orders_as_published(world: World, capsys) -> None:
    order = world.order()
    acknowledge_orders([order], actor=world["handler"], now=at(6))
    reply_order(SupervisionOrder.objects.get(pk=order.pk), "好了", actor=world["head"], now=at(7))
    world.order(lead=world.planning)
    draft_orders([OrderInput("拟着", world.land)], actor=world["chief"], now=at(7))
    first, second = told(capsys)
    assert list(first) == KEYS
    assert first == {
        "number": "浦重大督〔2018〕1号",
        "state": "replied",
        "project": None,
        "lead": "区国土分局",
        "issued_at": "2018-09-05T10:06+08:00",
        "due_at": "2018-09-19T17:00+08:00",
        "replied_at": "2018-09-07T09:00+08:00",
        "on_time": True,
    }
    assert (second["lead"], second["replied_at"], second["on_time"]) == ("区规划分局", None, None)
    assert [row["number"] for row in told(capsys, "--unit", "区规划分局")] == ["浦重大督〔2018〕2号"]
    assert told(capsys, "--unit", "规划") == [second]
    with pytest.raises(CommandError, match="“分局”的单位有好几家：.*区国土分局.*请写全"):
        call_command("orders", "--unit", "分局")
    assert [row["number"] for row in told(capsys, "--state", "drafted")] == [""]
    assert told(capsys, "--state", "closed") == []
    call_command("orders")
    assert "共2件。" in capsys.readouterr().out
    for wrong in (("--state", "x"), ("--unit", "没有的局")):
        with pytest.raises(CommandError, match="没有“"):
            call_command("orders", *wrong)
