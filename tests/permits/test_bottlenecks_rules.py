"""排队的判断：中位、超时限、堵点的名次、那句结论。"""

import random
import statistics
from datetime import date, timedelta
from decimal import Decimal

import pytest

from tests.permits.test_durations import CALENDAR
from xushi.permits.bottlenecks import (
    LONG_PAST,
    PAST,
    WITHIN,
    Heap,
    Step,
    Whole,
    choke_points,
    conclusion,
    kind_of,
    loads,
    queues,
    red_from,
    tenths,
)

STEPS = {
    "land": Step("land", "土地供应", 30, 2),
    "relocation": Step("relocation", "征地拆迁", 20, 1),
    "permit": Step("permit", "施工许可", 10, 3),
}
NAMES = {1: "区国土分局", 2: "区建设局"}


def heap(step: str, unit: int, days: int, count: int = 1, kind: str = WITHIN, amount: int = 0) -> Heap:
    return Heap(step, unit, days, kind, count, amount)


@pytest.mark.parametrize(
    ("over", "expected"), [(None, WITHIN), (0, PAST), (1, PAST), (10, PAST), (11, LONG_PAST)]
)
def test_red_begins_after_ten_working_days(over: int | None, expected: str) -> None:
    assert kind_of(over) == expected


@pytest.mark.parametrize(
    "today", [date(2018, 9, 12), date(2018, 10, 5), date(2018, 10, 8), date(2018, 9, 16)]
)
def test_the_red_day_is_the_last_more_than_ten_working_days_back(today: date) -> None:
    found = red_from(CALENDAR, today)
    assert CALENDAR.between(found, today) > 10
    assert CALENDAR.between(found + timedelta(days=1), today) <= 10


def test_the_median_is_that_of_the_single_waits() -> None:
    for seed in range(200):
        chance = random.Random(seed)
        heaps = [
            heap("land", 1, chance.randint(0, 40), chance.randint(1, 5)) for _ in range(chance.randint(1, 9))
        ]
        [queue] = queues(heaps, STEPS, NAMES)
        waits = [one.days for one in heaps for _ in range(one.count)]
        assert queue.median == Decimal(str(statistics.median(waits))), seed
        assert queue.waiting == len(waits)
        assert queue.longest == max(waits)


def test_heaps_of_one_wait_are_laid_together_and_kinds_kept_apart() -> None:
    [queue] = queues(
        [heap("land", 1, 31, 2, PAST, 5), heap("land", 1, 31, 1, PAST, 7), heap("land", 1, 31, 4, WITHIN, 1)],
        STEPS,
        NAMES,
    )
    assert [(h.kind, h.count, h.amount) for h in queue.heaps] == [(PAST, 3, 12), (WITHIN, 4, 1)]
    assert (queue.waiting, queue.overdue, queue.amount, queue.overdue_amount) == (7, 3, 13, 12)


def rows() -> list[Heap]:
    return [
        heap("land", 1, 10, 5, amount=90),
        heap("relocation", 1, 40, 3, LONG_PAST, 20),
        heap("relocation", 1, 22, 1, PAST, 5),
        heap("permit", 2, 12, 2, PAST, 30),
        heap("permit", 0, 1, 1, amount=1),
    ]


def test_queues_stand_in_the_catalogues_order() -> None:
    found = queues(rows(), STEPS, NAMES)
    assert [(q.step.code, q.unit) for q in found] == [
        ("relocation", 1),
        ("land", 1),
        ("permit", 0),
        ("permit", 2),
    ]
    assert found[0].long_past == 3


def test_choke_points_by_projects_and_by_investment() -> None:
    found = queues(rows(), STEPS, NAMES)
    assert [q.step.code for q in choke_points(found)][:3] == ["relocation", "permit", "land"]
    assert [q.step.code for q in choke_points(found, by_amount=True)][:3] == ["land", "permit", "relocation"]


def test_units_by_what_is_past_its_limit() -> None:
    found = loads(queues(rows(), STEPS, NAMES))
    assert [(load.department, load.overdue, load.waiting) for load in found] == [
        ("区国土分局", 4, 9),
        ("区建设局", 2, 2),
        ("", 0, 1),
    ]


@pytest.mark.parametrize(
    ("part", "whole", "said"),
    [
        (23, 54, "四成多"),
        (2, 5, "四成"),
        (1, 2, "一半"),
        (3, 3, "都"),
        (1, 11, "不到一成"),
        (99, 100, "九成多"),
    ],
)
def test_shares_as_people_say_them(part: int, whole: int, said: str) -> None:
    assert tenths(part, whole) == said


def test_the_conclusion_comes_first() -> None:
    found = queues(rows(), STEPS, NAMES)
    assert conclusion(found, Whole(12, 6, 0)) == "12个未开工项目里，6个已超承诺时限，六成多卡在征地拆迁"
    assert conclusion(found, Whole(12, 6, 0), started=True).startswith("12个在等手续的项目里")
    assert conclusion([], Whole(0, 0, 0)) == "没有项目在等前期手续"
    assert conclusion(found[1:2], Whole(1234, 0, 0)) == "1,234个未开工项目在等前期手续，都在承诺时限内"
