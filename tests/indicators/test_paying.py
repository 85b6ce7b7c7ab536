"""怎样加分最划算。"""

import pytest

from tests.indicators.making import table
from xushi.indicators.paying import cheapest, gains, still_needed, thresholds
from xushi.indicators.reading import spec_of

SPEC = spec_of(
    {
        "name": "x",
        "nodes": {
            "总": {"combine": "sum"},
            "好天": {"parent": "总", "marks": 10, "score": {"form": "brackets", "steps": [
                {"at": 80, "score": 100}, {"at": 70, "score": 60}]}},
            "投资": {"parent": "总", "marks": 20, "score": {"form": "affine", "worst": 0, "best": 100, "cap": 100}},
            "能耗": {"parent": "总", "marks": 20, "direction": "negative",
                     "score": {"form": "affine", "worst": 10, "best": 0, "cap": 100}},
        },
    }
)  # fmt: skip
DATA = table("unit,好天,投资,能耗\n浦口,78,100,4\n江宁,80,100,3\n六合,60,50,6\n")


def test_points_for_a_step_and_who_is_saturated() -> None:
    found = gains(SPEC, DATA, unit="浦口", steps={"好天": 2, "投资": 10, "能耗": 1})
    assert [(gain.node, round(gain.points, 9), gain.places, gain.saturated) for gain in found] == [
        ("好天", 4, 0, False), ("能耗", 2, 0, False), ("投资", 0, 0, True),
    ]  # fmt: skip


def test_a_threshold_nearby() -> None:
    (one,) = thresholds(SPEC, DATA, unit="浦口")
    assert (one.node, one.at, one.missing, one.points) == ("好天", 80, 2, 4)


def test_the_cheapest_way_to_the_first_place() -> None:
    way = cheapest(
        SPEC, DATA, unit="浦口", rank=1, steps={"好天": 2, "能耗": 1}, costs={"好天": 3, "能耗": 1},
        most={"好天": 1, "能耗": 4},
    )  # fmt: skip
    assert way.reached and way.rank == 1
    assert way.steps == {"能耗": 3} and way.cost == 3


def test_out_of_reach() -> None:
    way = cheapest(SPEC, DATA, unit="六合", rank=1, steps={"好天": 1}, costs={"好天": 1}, most={"好天": 2})
    assert not way.reached and way.rank == 3


@pytest.mark.parametrize(
    ("so_far", "months", "best", "expected"),
    [(60, 4, 10, (10, True)), (59, 4, 10, (10.25, False)), (100, 0, 1, (0, True)), (99, 0, 9, (1, False))],
)
def test_what_the_months_left_must_bring(
    so_far: float, months: int, best: float, expected: tuple[float, bool]
) -> None:
    assert still_needed(target=100, so_far=so_far, months_left=months, best_month=best) == expected
