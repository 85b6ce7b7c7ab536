"""排队图：一根轴，挤不下的合成带数字的；数起来一个不少。"""

import random

import pytest

from tests.permits.test_bottlenecks_rules import heap
from xushi.permits.bottlenecks import LONG_PAST, WITHIN, Queue, Step
from xushi.permits.bottlenecks_plot import (
    BUDGET,
    STACK,
    axis_for,
    places,
    share_of,
    single_days,
)

STEP = Step("land", "土地供应", 30, 1)


def queue(*heaps) -> Queue:
    return Queue(STEP, 1, "区国土分局", tuple(sorted(heaps, key=lambda one: (one.days, one.kind))))


@pytest.mark.parametrize(
    ("longest", "last", "step"), [(1, 30, 5), (30, 30, 5), (31, 40, 10), (165, 180, 30), (500, 540, 90)]
)
def test_the_axis_holds_the_longest_wait_and_the_limit(longest: int, last: int, step: int) -> None:
    axis = axis_for([queue(heap("land", 1, longest))])
    assert (axis.last, axis.step) == (last, step)
    assert axis.ticks[0] == (0, axis.at(0))
    assert axis.ticks[-1] == (last, axis.at(last))


def random_queue(chance: random.Random) -> Queue:
    days = sorted(chance.sample(range(200), chance.randint(1, 40)))
    return queue(
        *(heap("land", 1, d, chance.randint(1, 7), chance.choice((WITHIN, LONG_PAST))) for d in days)
    )


def test_every_project_is_drawn_or_counted_once() -> None:
    for seed in range(200):
        chance = random.Random(seed)
        one = random_queue(chance)
        drawn = places(one, axis_for([one]), chance.randint(0, 80))
        assert sum(place.count for place in drawn) == one.waiting, seed
        assert [p.number for p in drawn] == sorted(p.number for p in drawn), seed
        assert all(place.count <= STACK for place in drawn if place.single), seed


def test_no_more_single_marks_than_may_be_and_the_longest_waits_first() -> None:
    one = queue(*(heap("land", 1, day) for day in range(0, 180, 4)))
    drawn = places(one, axis_for([one]), 10)
    singles = [place for place in drawn if place.single]
    assert sum(place.count for place in singles) == 10
    assert drawn[-len(singles) :] == singles


def test_a_small_district_draws_all_a_large_one_shares_the_budget() -> None:
    small = [queue(heap("land", 1, 3, 40)), queue(heap("land", 1, 9, 60))]
    assert share_of(small) == 100
    large = [queue(heap("land", 1, 3, 9000))] * 20
    assert share_of(large) == BUDGET // 20


def test_the_days_of_single_marks_are_asked_for_and_no_others() -> None:
    for seed in range(200):
        chance = random.Random(seed)
        one = random_queue(chance)
        drawn = places(one, axis_for([one]), chance.randint(0, 80))
        runs = list(single_days(drawn))
        asked = {day for _, first, last in runs for day in range(first, last + 1)}
        for place in drawn:
            assert all((h.days in asked) == place.single for h in place.heaps), seed
        for (_, _, end), (_, begin, _) in zip(runs, runs[1:], strict=False):
            assert end < begin, seed


def test_a_place_wears_its_worst() -> None:
    one = queue(heap("land", 1, 3), heap("land", 1, 3, kind=LONG_PAST))
    [place] = places(one, axis_for([one]), 9)
    assert place.kind == LONG_PAST
