"""封印：查得出被改、被删、被截、没入链的第一条。"""

import io
from datetime import date
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from tests.factories import NOW, UnitFactory
from xushi.journal import sealing
from xushi.journal.actions import SYSTEM, RowChange, record
from xushi.journal.models import ChainHead, Event, EventRow, Seal, Unsealed

pytestmark = pytest.mark.django_db


def happen(summary: str, rows: int = 0) -> Event:
    unit = UnitFactory(name=f"单位{summary}", parent=None)
    with transaction.atomic():
        return record(
            "test.done",
            actor=SYSTEM,
            now=NOW,
            summary=summary,
            subject=unit,
            changes={"金额": [Decimal("1.50"), 2], "日期": [None, date(2018, 9, 12)]},
            rows=[RowChange(unit, f"{summary}{number}", {"数": [0, number]}) for number in range(rows)],
        )


@pytest.fixture
def chain() -> list[Event]:
    events = [happen("一"), happen("二", rows=3), happen("三"), happen("四")]
    assert sealing.seal_events() == 4
    return events


def meddle(sql: str, *values: object) -> None:
    """Change the tables behind the product's back, as one with the database's password could."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA defer_foreign_keys = ON")
        cursor.execute(sql, values)


def erase(event: Event) -> None:
    EventRow.objects.filter(event=event)._raw_delete(using="default")
    Event.objects.filter(pk=event.pk)._raw_delete(using="default")


def test_a_whole_chain_holds(chain: list[Event]) -> None:
    assert sealing.verify() is None
    seals = list(Seal.objects.order_by("position"))
    assert [seal.position for seal in seals] == [1, 2, 3, 4]
    assert seals[0].previous == "" and seals[1].previous == seals[0].digest
    assert ChainHead.objects.get().digest == seals[-1].digest
    assert not Unsealed.objects.exists()


def test_unsealed_events_do_not_break_it(chain: list[Event]) -> None:
    happen("五")
    assert sealing.verify() is None
    assert Unsealed.objects.count() == 1


def test_sealing_goes_on_in_batches() -> None:
    for number in range(5):
        happen(str(number))
    assert [sealing.seal_events(limit=2) for _ in range(4)] == [2, 2, 1, 0]
    assert sealing.verify() is None


@pytest.mark.parametrize("column", ["summary", "actor_name", "verb", "subject_name", "address"])
def test_a_changed_event_is_named(chain: list[Event], column: str) -> None:
    Event.objects.filter(pk__in=[chain[1].pk, chain[2].pk]).update(**{column: "改了"})
    broken = sealing.verify()
    assert broken and (broken.position, broken.event_id) == (2, chain[1].pk)
    assert "被改过" in broken.sentence


def test_a_changed_row_is_named(chain: list[Event]) -> None:
    EventRow.objects.filter(subject_name="二1").update(changes={"数": [0, 100]})
    broken = sealing.verify()
    assert broken and (broken.position, broken.event_id) == (2, chain[1].pk)


@pytest.mark.parametrize("change", ["delete", "add"])
def test_a_row_taken_or_added_is_named(chain: list[Event], change: str) -> None:
    row = EventRow.objects.get(subject_name="二1")
    if change == "delete":
        EventRow.objects.filter(pk=row.pk)._raw_delete(using="default")
    else:
        EventRow.objects.create(
            event=chain[1], subject_kind="units.unit", subject_id=1, subject_name="多出来的"
        )
    broken = sealing.verify()
    assert broken and broken.position == 2 and "被改过" in broken.sentence


@pytest.mark.skipif("postgresql" in connection.vendor, reason="外键不许这样删")
def test_a_deleted_event_is_named(chain: list[Event]) -> None:
    with connection.constraint_checks_disabled():
        meddle("DELETE FROM journal_event WHERE id = %s", chain[2].pk)
        broken = sealing.verify()
        assert broken and (broken.position, broken.event_id) == (3, chain[2].pk)
        assert "不见了" in broken.sentence
        meddle("DELETE FROM journal_seal WHERE event_id = %s", chain[2].pk)


def test_a_deleted_event_with_its_seal_leaves_a_gap(chain: list[Event]) -> None:
    Seal.objects.filter(event=chain[1])._raw_delete(using="default")
    erase(chain[1])
    broken = sealing.verify()
    assert broken and broken.position == 2 and broken.sentence == "第2条封印不见了。"


def test_a_tail_cut_off_is_noticed(chain: list[Event]) -> None:
    Seal.objects.filter(event=chain[3])._raw_delete(using="default")
    erase(chain[3])
    broken = sealing.verify()
    assert broken and "应有4条，只剩3条" in broken.sentence


def test_a_reforged_link_breaks_the_next(chain: list[Event]) -> None:
    Event.objects.filter(pk=chain[1].pk).update(summary="改了")
    forged = sealing.link(
        Seal.objects.get(position=1).digest,
        Event.objects.get(pk=chain[1].pk),
        list(EventRow.objects.filter(event=chain[1]).order_by("pk")),
    )
    Seal.objects.filter(position=2).update(digest=forged)
    broken = sealing.verify()
    assert broken and broken.position == 3 and "接不上" in broken.sentence


def test_an_event_outside_the_chain_is_named(chain: list[Event]) -> None:
    event = happen("五")
    Unsealed.objects.filter(event=event).delete()
    broken = sealing.verify()
    assert broken and (broken.position, broken.event_id) == (0, event.pk)


def test_a_lower_id_that_commits_later_comes_later() -> None:
    first, second = happen("先开始"), happen("先提交")
    Unsealed.objects.filter(event=first).delete()  # as if its transaction were still open
    sealing.seal_events()
    Unsealed.objects.create(event=first)
    sealing.seal_events()
    assert list(Seal.objects.order_by("position").values_list("event", flat=True)) == [second.pk, first.pk]
    assert sealing.verify() is None


def test_the_command_says_whole_or_where(chain: list[Event]) -> None:
    said = io.StringIO()
    call_command("journal", "verify", stdout=said)
    assert "日志完好：4条" in said.getvalue()
    Event.objects.filter(pk=chain[2].pk).update(summary="改了")
    with pytest.raises(CommandError, match=f"第3条（事件{chain[2].pk}：改了）"):
        call_command("journal", "verify")
