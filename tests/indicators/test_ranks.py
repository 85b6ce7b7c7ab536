"""位次：并列怎么排，与 scipy 的一样；缺数的没有位次。"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from scipy import stats

from xushi.indicators.arrays import places

SHAPES = array_shapes(min_dims=3, max_dims=3, min_side=1, max_side=6)
FEW = st.sampled_from([0.0, 1.0, 1.5, 2.0, -3.0, float("nan")])  # so that ties are common


@pytest.mark.parametrize("ties", ["min", "max", "average", "dense"])
@given(x=arrays(float, SHAPES, elements=FEW), axis=st.sampled_from([1, 2]))
def test_ranks_are_those_of_statistics(ties: str, x: np.ndarray, axis: int) -> None:
    absent = np.isnan(x)
    expected = stats.rankdata(np.where(absent, np.inf, -x), method=ties, axis=axis).astype(float)
    expected[absent] = np.nan
    np.testing.assert_array_equal(places(x, ties=ties, axis=axis), expected)


def test_the_missing_have_no_place_and_count_for_nobody() -> None:
    x = np.array([[[3.0], [np.nan], [5.0], [3.0]]])
    assert np.array_equal(places(x, ties="min")[0, :, 0], [2.0, np.nan, 1.0, 2.0], equal_nan=True)
