"""后台：认领、办成一次、出错只拖延自己。"""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import transaction

from tests.factories import NOW
from tests.journal import reactions_for_tests as sample
from xushi.journal import actions, worker
from xushi.journal.models import Event, Reaction
from xushi.units.models import Unit

HERE = "tests.journal.reactions_for_tests"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def registry() -> Iterator[dict[str, list[str]]]:
    sample.calls.clear()
    actions.load_reactions()
    kept = dict(actions._reactions)
    actions._reactions.clear()
    yield actions._reactions
    actions._reactions.clear()
    actions._reactions.update(kept)


def happen(verb: str = "test.done") -> Event:
    with transaction.atomic():
        return actions.record(verb, actor=actions.SYSTEM, now=NOW, summary="试")


def test_reactions_are_written_with_the_event(registry: dict[str, list[str]]) -> None:
    actions.react_to("test.done", "test.other")(sample.adds_a_unit)
    actions.react_to("test.done")(sample.adds_a_unit)  # registered twice, reacts once
    event = happen()
    assert [(reaction.event_id, reaction.name) for reaction in Reaction.objects.all()] == [
        (event.pk, f"{HERE}.adds_a_unit")
    ]


def test_done_once_and_never_again(registry: dict[str, list[str]]) -> None:
    registry["test.done"] = [f"{HERE}.adds_a_unit"]
    happen()
    assert worker.work(NOW) == 1
    assert worker.work(NOW + timedelta(days=1)) == 0
    assert Unit.objects.count() == 1
    assert Reaction.objects.get().done_at == NOW


def test_one_that_fails_blocks_nothing_and_waits_longer_each_time(registry: dict[str, list[str]]) -> None:
    registry["test.done"] = [f"{HERE}.always_fails", f"{HERE}.adds_a_unit"]
    happen()
    assert worker.work(NOW) == 1
    failing = Reaction.objects.get(done_at=None)
    assert (failing.attempts, failing.claimed_until) == (1, None)
    assert failing.not_before == NOW + timedelta(seconds=10)
    assert "对方没有应答" in failing.error
    assert worker.work(NOW + timedelta(seconds=9)) == 0
    failing.refresh_from_db()
    assert failing.attempts == 1
    worker.work(NOW + timedelta(seconds=10))
    failing.refresh_from_db()
    assert failing.attempts == 2 and failing.not_before == NOW + timedelta(seconds=30)


def test_waiting_grows_to_an_hour_at_most() -> None:
    assert [worker.wait_after(number).total_seconds() for number in (1, 2, 3, 9, 10, 5000)] == [
        10, 20, 40, 2560, 3600, 3600
    ]  # fmt: skip


def test_what_a_failing_reaction_wrote_is_undone(registry: dict[str, list[str]]) -> None:
    registry["test.done"] = [f"{HERE}.writes_then_fails"]
    happen()
    assert worker.work(NOW) == 0
    assert sample.calls and Unit.objects.count() == 0


def test_a_reaction_that_is_no_more_is_put_off_with_a_reason(registry: dict[str, list[str]]) -> None:
    registry["test.done"] = [f"{HERE}.long_gone"]
    happen()
    assert worker.work(NOW) == 0
    assert "long_gone" in Reaction.objects.get().error


def test_two_workers_cannot_claim_the_same(registry: dict[str, list[str]]) -> None:
    registry["test.done"] = [f"{HERE}.adds_a_unit"]
    happen()
    assert worker.claim(NOW) is not None
    assert worker.claim(NOW) is None


def test_a_dead_workers_claim_passes_on_and_its_late_work_is_undone(registry: dict[str, list[str]]) -> None:
    registry["test.done"] = [f"{HERE}.adds_a_unit"]
    happen()
    slow = worker.claim(NOW)
    later = NOW + worker.LEASE
    second = worker.claim(later)
    assert slow is not None and second is not None and second.attempts == 2
    assert worker.carry_out(second, later) is True
    assert worker.carry_out(slow, later) is False
    assert len(sample.calls) == 2 and Unit.objects.count() == 1


def test_what_goes_by_steps_keeps_what_each_step_wrote_and_begins_again(
    registry: dict[str, list[str]],
) -> None:
    actions.react_to("test.done", by_steps=True)(sample.two_steps_of_which_the_second_fails_once)
    happen()
    assert worker.work(NOW) == 0
    assert Unit.objects.count() == 1, "头一步写的已经在了"
    assert worker.work(NOW + timedelta(minutes=1)) == 1
    assert Unit.objects.count() == 2 and Reaction.objects.get().done_at


def test_a_step_claims_on_and_stops_where_another_has_taken_over(registry: dict[str, list[str]]) -> None:
    actions.react_to("test.done", by_steps=True)(sample.adds_two_units_by_steps)
    happen()
    slow = worker.claim(NOW)
    assert slow is not None and slow.claimed_until is not None
    second = worker.claim(NOW + worker.LEASE)
    assert second is not None
    assert worker.carry_out(slow, NOW) is False
    assert Unit.objects.count() == 1, "被人接手了，第二步不再写"
    until = second.claimed_until
    assert worker.carry_out(second, NOW + worker.LEASE) is True
    assert second.claimed_until is not None and until is not None and second.claimed_until > until
    assert Unit.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_concurrent_workers_do_each_reaction_once(registry: dict[str, list[str]]) -> None:
    from concurrent.futures import ThreadPoolExecutor

    from django.db import connection

    registry["test.done"] = [f"{HERE}.adds_a_unit"]
    for _ in range(12):
        happen()

    def one(_: int) -> int:
        try:
            return worker.work(NOW)
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(one, range(3)))
    while worker.work(NOW + timedelta(hours=2)):
        pass
    assert Reaction.objects.filter(done_at=None).count() == 0
    assert Unit.objects.count() == 12
