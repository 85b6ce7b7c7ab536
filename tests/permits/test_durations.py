"""一步要办多久：够五件用实际的，不够用承诺的；尺子和日历数得一样。"""

import random
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xushi.calendars.rules import WorkingCalendar
from xushi.permits.durations import Durations, Ruler, by_code, durations

GOLDEN_WEEK = {date(2018, 10, n): False for n in range(1, 8)} | {
    date(2018, 9, 29): True,
    date(2018, 9, 30): True,
}
CALENDAR = WorkingCalendar(GOLDEN_WEEK, frozenset({2018}))


@pytest.mark.parametrize(
    ("taken", "expected"),
    [
        ([], Durations(20, 20, 20, 0)),
        ([1, 2, 3, 4], Durations(20, 20, 20, 4)),  # four are too few to believe
        ([1, 2, 3, 4, 5], Durations(2, 3, 4, 5, past=True)),
        ([10, 10, 10, 10, 60], Durations(10, 10, 20, 5, past=True)),
        ([7] * 9, Durations(7, 7, 7, 9, past=True)),
    ],
)
def test_past_durations_are_believed_from_five_on(taken: list[int], expected: Durations) -> None:
    assert durations(taken, 20) == expected


def test_says_which_was_used() -> None:
    assert durations([3], 20).source == "承诺时限"
    assert durations([3] * 6, 20).source == "本区办过的6件"


@given(st.lists(st.integers(0, 400), min_size=5, max_size=60))
def test_the_range_is_in_order_and_within_what_was_seen(taken: list[int]) -> None:
    found = durations(taken, 20)
    assert min(taken) <= found.early <= found.likely <= found.late <= max(taken)


@given(st.lists(st.integers(0, 400), min_size=5, max_size=60))
def test_a_fifth_a_half_and_four_fifths_by_a_second_way(taken: list[int]) -> None:
    ordered, last = sorted(taken), len(taken) - 1
    found = durations(taken, 20)
    for part, got in ((0.2, found.early), (0.5, found.likely), (0.8, found.late)):
        whole, rest = divmod(part * last, 1)
        low, high = ordered[int(whole)], ordered[min(int(whole) + 1, last)]
        assert abs(low + (high - low) * rest - got) <= 0.5 + 1e-9


def test_each_code_has_its_own_and_a_day_before_the_first_counts_as_none() -> None:
    found = by_code([("a", 3)] * 5 + [("b", 9)] + [("a", -2)], {"a": 10, "b": 12, "c": 14})
    assert found["a"].known == 6
    assert found["a"].early == 3
    assert found["b"] == Durations(12, 12, 12, 1)
    assert found["c"] == Durations(14, 14, 14, 0)


def test_the_ruler_counts_as_the_calendar_does() -> None:
    first, last = date(2018, 8, 1), date(2018, 12, 31)
    ruler, chance = Ruler(CALENDAR, first, last), random.Random(1)
    for _ in range(3000):
        a = first + timedelta(days=chance.randint(-20, 170))
        b = first + timedelta(days=chance.randint(-20, 170))
        count = chance.randint(-5, 90)
        assert ruler.between(a, b) == CALENDAR.between(a, b), (a, b)
        assert ruler.add(a, count) == CALENDAR.add(a, count), (a, count)
