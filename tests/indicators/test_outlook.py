"""剩下的月份要做到多少，什么时候就来不及了。"""

from typing import Any

import pytest

from tests.indicators.making import table
from xushi.indicators.outlook import outlook, outlook_of
from xushi.indicators.reading import spec_of
from xushi.indicators.refusals import Refused
from xushi.indicators.trying import start_of
from xushi.indicators.ways import Lever


@pytest.mark.parametrize(
    ("series", "wishes", "expected"),
    [
        # running total 8 months in, 60 of 100: 10 a month are needed, the best month brought 10
        ([5, 10, 20, 30, 38, 45, 52, 60], {"target": 100}, (60, 4, 10, 10, True, 90, 1)),
        # usual months bring 7.5: 4 of the best would do, 3 after a usual one no more
        ([10, 20, 30, 40, 50, 60, 70, 80], {"target": 110}, (80, 4, 7.5, 10, True, 120, None)),
        ([5, 10, 15, 20, 25, 30, 35, 40], {"target": 100}, (40, 4, 15, 5, False, 60, 0)),
        ([100] * 12, {"target": 100}, (100, 0, 0, 100, True, 100, None)),
        ([110], {"target": 100}, (110, 11, 0, 110, True, 110 + 11 * 110, None)),
        # a mean that must not be exceeded: 40 by now, at most 35 over the year
        ([40] * 6, {"target": 35, "pace": "mean", "positive": False}, (40, 6, 30, 40, False, 40, 0)),
        ([40, 30] * 3, {"target": 33, "pace": "mean", "positive": False}, (35, 6, 31, 30, True, 35, 2)),
        ([8.0, 9.0, 11.0], {"target": 20, "pace": "level"}, (11, 9, 1, 2, True, 24.5, None)),
        ([3, 5, 4], {"target": 60, "pace": "monthly", "best": 6}, (12, 9, 48 / 9, 6, True, 48, 4)),
    ],
)  # fmt: skip
def test_what_is_left(series: list[float], wishes: dict[str, Any], expected: tuple[Any, ...]) -> None:
    one = outlook(series, **wishes)
    shown = (one.so_far, one.months_left, one.needed, one.best, one.possible, one.at_usual, one.lost_after)
    assert shown == pytest.approx(expected)


def test_after_the_month_that_is_named_it_is_lost() -> None:
    """照常过完那么多个月，剩下的月份个个最好也不够；少一个月还够。"""
    series = [5.0, 10, 20, 30, 38, 45, 52, 60]
    lost = outlook(series, target=100).lost_after
    assert lost is not None
    usual = 60 / 8
    for months, possible in ((lost - 1, True), (lost, False)):
        later = [*series, *(60 + usual * at for at in range(1, months + 1))]
        assert outlook(later, target=100, best=10).possible == possible


def test_no_months_or_too_many() -> None:
    for series in ([], [1.0] * 13):
        with pytest.raises(Refused, match="要有 1 到 12 个月的数"):
            outlook(series, target=1)


SPEC = {"name": "x", "period": "2018-03", "nodes": {"投资": {"score": "value", "references": {"target": 24}}}}
DATA = "unit,indicator,period,value\n" + "".join(f"甲,投资,2018-{at:02},{at * 2}\n" for at in (1, 2, 3))


def test_out_of_the_data() -> None:
    start = start_of(spec_of(SPEC), table(DATA), "甲")
    one = outlook_of(start, "投资", Lever(pace="cumulative"))
    assert (one.target, one.so_far, one.months_left, one.needed, one.lost_after) == (24, 6, 9, 2, None)
    assert outlook_of(start, "投资", Lever(pace="cumulative", target=60)).possible is False


def test_months_that_are_missing() -> None:
    start = start_of(spec_of(SPEC), table(DATA.replace("甲,投资,2018-02,4\n", "")), "甲")
    with pytest.raises(Refused, match="levers.投资.pace：“甲”的“投资”缺 2018年2月的数"):
        outlook_of(start, "投资", Lever(pace="cumulative"))
    yearly = start_of(spec_of({**SPEC, "period": None}), table("unit,投资\n甲,5\n"), "甲")
    with pytest.raises(Refused, match="不是月份"):
        outlook_of(yearly, "投资", Lever(pace="cumulative"))
