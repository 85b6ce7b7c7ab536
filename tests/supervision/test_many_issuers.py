"""二十个人同时签发：文号不断、不重；同一张表单同时交两次，只成一件。SQLite 与 PostgreSQL 上都一样。"""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import IntegrityError, connection

from tests.supervision.world import World, at, build
from xushi.supervision.actions import OrderInput, draft_and_issue, draft_orders, issue_order, issue_orders
from xushi.supervision.models import Serial, SupervisionOrder

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
PEOPLE, EACH = 20, 5


def together(world: World, work, count: int = PEOPLE) -> list[object]:  # type: ignore[no-untyped-def]
    """Run work(n) in so many threads that start at one moment; what each returned or raised."""
    start = Barrier(count)

    def one(n: int) -> object:
        try:
            start.wait()
            return work(n)
        except Exception as problem:
            return problem
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def test_twenty_issue_at_once_without_gap_or_double() -> None:
    world = build()

    def work(n: int) -> list[int]:
        return [
            issue_order(OrderInput(f"{n}-{i}", world.land), actor=world["clerk"], now=at(5)).serial
            for i in range(EACH)
        ]

    done = together(world, work)
    assert not [problem for problem in done if isinstance(problem, Exception)]
    serials = sorted(serial for got in done for serial in got)  # type: ignore[attr-defined]
    assert serials == list(range(1, PEOPLE * EACH + 1))
    assert Serial.objects.get(year=2018).last == PEOPLE * EACH


def test_batches_at_once_take_unbroken_runs() -> None:
    world = build()
    drafts = [
        draft_orders(
            [OrderInput(f"{n}-{i}", world.land) for i in range(EACH)], actor=world["clerk"], now=at(5)
        )
        for n in range(8)
    ]
    done = together(
        world, lambda n: [o.serial for o in issue_orders(drafts[n], actor=world["clerk"], now=at(5))], 8
    )
    for got in done:
        assert got == list(range(got[0], got[0] + EACH))  # type: ignore[index]
    assert sorted(serial for got in done for serial in got) == list(range(1, 8 * EACH + 1))  # type: ignore[attr-defined]


def test_one_draft_issued_by_many_gets_one_number() -> None:
    world = build()
    drafts = draft_orders([OrderInput("一件", world.land)], actor=world["clerk"], now=at(5))
    done = together(world, lambda n: issue_orders(drafts, actor=world["clerk"], now=at(5)), 8)
    assert sum(not isinstance(one, Exception) for one in done) == 1
    assert (SupervisionOrder.objects.get().serial, Serial.objects.get(year=2018).last) == (1, 1)


def test_one_form_sent_many_times_makes_one() -> None:
    world = build()
    row = OrderInput("一张表单", world.land, token="t" * 32)

    def work(n: int) -> int:
        try:
            return int(draft_and_issue([row], actor=world["clerk"], now=at(5))[0].pk)
        except IntegrityError:
            return int(draft_and_issue([row], actor=world["clerk"], now=at(5))[0].pk)

    done = together(world, work, 8)
    assert len(set(done)) == 1
    assert SupervisionOrder.objects.count() == 1
    assert Serial.objects.get(year=2018).last == 1
