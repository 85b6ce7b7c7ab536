"""怎么填都该成立的事。"""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from tests.indicators.making import table
from xushi.indicators.arrays import places
from xushi.indicators.engine import build
from xushi.indicators.reading import spec_of
from xushi.indicators.treat import moments

figure = st.integers(-1000, 1000).map(lambda n: n / 8)
rows = st.lists(st.tuples(figure, figure, figure), min_size=3, max_size=9)
BOUNDED = {"form": "affine", "worst": -100, "best": 100, "floor": 0, "cap": 100}
NODES = {
    "总": {"weighting": "relative"},
    "a": {"parent": "总", "weight": 3, "score": BOUNDED},
    "b": {"parent": "总", "weight": 1, "score": {**BOUNDED, "decimals": 1}},
    "c": {"parent": "总", "weight": 1, "direction": "negative", "references": {"target": 0},
          "score": {"form": "deduct", "take": 1, "per": 3}},
}  # fmt: skip
SPEC = spec_of({"name": "x", "nodes": NODES})


def csv_of(figures: list[tuple[float, float, float]], order: list[int] | None = None) -> str:
    lines = [f"单位{at},{a},{b},{c}" for at, (a, b, c) in enumerate(figures)]
    return "unit,a,b,c\n" + "\n".join(lines[at] for at in order or range(len(lines))) + "\n"


def tops(text: str) -> dict[str, tuple[float, float]]:
    result = build(SPEC, table(text))
    found = zip(result.scores[0, :, -1], result.ranks[0, :, -1], strict=True)
    return dict(zip(result.plan.table.units, ((float(s), float(r)) for s, r in found), strict=True))


@given(rows, st.integers(0, 2), st.integers(0, 800))
@settings(max_examples=60, deadline=None)
def test_better_never_scores_less(
    figures: list[tuple[float, float, float]], column: int, eighths: int
) -> None:
    better = [list(row) for row in figures]
    better[0][column] += eighths / 8 * (-1 if column == 2 else 1)
    before, after = tops(csv_of(figures)), tops(csv_of([(a, b, c) for a, b, c in better]))
    assert after["单位0"][0] >= before["单位0"][0]
    assert after["单位0"][1] <= before["单位0"][1]


@given(rows)
@settings(max_examples=60, deadline=None)
def test_within_floor_and_cap(figures: list[tuple[float, float, float]]) -> None:
    scored = build(SPEC, table(csv_of(figures))).stages.scored
    assert scored.min() >= 0 and scored.max() <= 100


@given(rows, st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_the_order_of_rows_does_not_matter(figures: list[tuple[float, float, float]], chance: object) -> None:
    order = list(range(len(figures)))
    chance.shuffle(order)  # type: ignore[attr-defined]
    assert tops(csv_of(figures, order)) == tops(csv_of(figures))


@given(st.lists(st.floats(-1e6, 1e6), min_size=5, max_size=40, unique=True))
@settings(max_examples=100, deadline=None)
def test_moments_are_those_of_scipy(values: list[float]) -> None:
    column = np.array([values])
    if np.std(values) < 1e-3:
        return
    skew, kurtosis = moments(column)
    np.testing.assert_allclose(skew, stats.skew(column, axis=1, bias=False), rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(kurtosis, stats.kurtosis(column, axis=1, bias=False), rtol=1e-6, atol=1e-9)


@given(
    st.lists(
        st.lists(st.sampled_from([0.0, 1.0, 2.5, -3.0, 1e9, float("nan")]), min_size=6, max_size=6),
        min_size=1,
    ),
    st.sampled_from(["min", "dense", "average"]),
    st.sampled_from([0, 1]),
)
def test_places_are_those_of_scipy(values: list[list[float]], ties: str, axis: int) -> None:
    table = np.array(values)
    absent = np.isnan(table)
    theirs = stats.rankdata(np.where(absent, np.inf, -table), method=ties, axis=axis).astype(float)
    np.testing.assert_array_equal(places(table, ties=ties, axis=axis), np.where(absent, np.nan, theirs))
