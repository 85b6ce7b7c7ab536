"""何时能开工：在一千张随机的图上与另一种算法对照到日子；一周值几天、值多少投资。"""

import random
from datetime import date, timedelta
from functools import cache

import pytest

from tests.permits.test_durations import CALENDAR
from xushi.permits.durations import Durations, Ruler
from xushi.permits.outlook import Standing, before_start, left_of, opens, outlook, worth

TODAY = date(2018, 9, 12)
RULER = Ruler(CALENDAR, date(2018, 1, 1), date(2021, 12, 31))
YI = 100_000_000


def longest(needs: dict[str, tuple[str, ...]], days: dict[str, int], target: set[str]) -> int:
    """The latest of the targets' ends, each by recursion over what it needs."""

    @cache
    def end(key: str) -> int:
        return days[key] + max((end(before) for before in needs[key]), default=0)

    return max((end(key) for key in target), default=0)


def counted(today: date, days: int) -> date:
    """Day by day, as one counts on the wall calendar."""
    day = today
    while days or not CALENDAR.is_working(day):
        day += timedelta(days=1)
        days -= CALENDAR.is_working(day) and days > 0
    return day


@pytest.mark.parametrize("block", range(10))
def test_agrees_with_a_second_account_on_a_thousand_graphs(block: int) -> None:
    for seed in range(block * 100, block * 100 + 100):
        chance = random.Random(seed)
        names = [f"s{n:02d}" for n in range(chance.randint(1, 26))]
        needs = {
            name: tuple(chance.sample(names[:n], min(n, chance.randint(0, 3))))
            for n, name in enumerate(names)
        }
        needed = set(chance.sample(names, chance.randint(0, len(names))))
        takes = {}
        for name in names:
            low, middle, high = sorted(chance.randint(0, 60) for _ in range(3))
            takes[name] = Durations(low, middle, high)
        stand = {name: chance.choice(list(Standing)) for name in names}
        elapsed = {name: chance.randint(0, 90) for name in names}

        def rest(name: str, which: str, stand=stand, elapsed=elapsed, takes=takes) -> int:
            if stand[name] is Standing.DONE:
                return 0
            whole = getattr(takes[name], which)
            return max(1, whole - elapsed[name]) if stand[name] is Standing.WAITING else whole

        graph = before_start(needs, needed)
        found = outlook(graph, [left_of(stand[k], takes[k], elapsed[k]) for k in graph.order])
        for which in ("early", "likely", "late"):
            days = {name: rest(name, which) for name in names}
            assert getattr(found, which) == longest(needs, days, needed), (seed, which)
            assert opens(RULER, TODAY, getattr(found, which)) == counted(TODAY, longest(needs, days, needed))
        likely = {name: rest(name, "likely") for name in names}
        if found.critical is None:
            assert longest(needs, likely, needed) == 0
            continue
        critical = graph.order[found.critical]
        # nothing left stands before it, and the rest of the way through it is as long as the whole
        assert longest(needs, likely, set(needs[critical])) == 0, seed
        faster = likely | {critical: max(likely[critical] - 5, 0)}
        assert found.gain == found.likely - longest(needs, faster, needed), seed
        assert longest(needs, likely | {critical: likely[critical] + 1}, needed) == found.likely + 1, seed


def test_only_what_stands_before_the_start_counts() -> None:
    needs = {"a": (), "b": ("a",), "permit": ("b",), "acceptance": ("permit",), "archive": ()}
    assert before_start(needs, ["permit"]).order == ("a", "b", "permit")


@pytest.mark.parametrize(
    ("standing", "elapsed", "expected"),
    [
        (Standing.DONE, 3, (0, 0, 0)),
        (Standing.AHEAD, 99, (10, 20, 30)),
        (Standing.WAITING, 0, (10, 20, 30)),
        (Standing.WAITING, 15, (1, 5, 15)),
        (Standing.WAITING, 165, (1, 1, 1)),  # overdue: still not before the next working day
    ],
)
def test_what_has_run_off_is_taken_away(standing: Standing, elapsed: int, expected: object) -> None:
    assert left_of(standing, Durations(10, 20, 30), elapsed) == expected


def test_a_step_taken_in_early_waits_for_nothing_but_the_start_waits_for_all() -> None:
    graph = before_start({"a": (), "b": ("a",)}, ["b"])
    assert outlook(graph, [(8, 8, 8), (5, 5, 5)]).likely == 13
    assert outlook(graph.loosened({1}), [(8, 8, 8), (5, 5, 5)]).likely == 8


@pytest.mark.parametrize(
    ("sooner", "later", "expected"),
    [
        (date(2018, 9, 1), date(2018, 10, 1), 12 * YI // 12),  # one month of twelve
        (date(2018, 9, 1), date(2018, 9, 16), 12 * YI // 24),  # half of September
        (date(2018, 12, 1), date(2019, 1, 20), 12 * YI // 12),  # what falls into next year counts for nothing
        (date(2019, 1, 5), date(2019, 1, 12), 0),
        (date(2018, 9, 10), date(2018, 9, 10), 0),
    ],
)
def test_what_a_week_is_worth_in_this_years_plan(sooner: date, later: date, expected: int) -> None:
    assert worth(12 * YI, None, 2018, sooner, later) == expected


def test_a_curve_of_its_own_is_followed() -> None:
    curve = ["0"] * 8 + ["0.5", "0.7", "0.9", "1"]
    assert worth(10 * YI, curve, 2018, date(2018, 9, 1), date(2018, 10, 1)) == 5 * YI
    assert worth(10 * YI, curve, 2018, date(2018, 8, 1), date(2018, 9, 1)) == 0
