"""曲线两边给数字留的地方：区里的照旧，一个省的数长，地方也宽。"""

import pytest

from xushi.core.months import Month
from xushi.home.curves import option
from xushi.progress.history import Point

YI = 100_000_000


@pytest.mark.parametrize(
    ("plan", "left", "right"), [(416 * YI, 44, 78), (18_534 * YI, 56, 92), (910_315 * YI, 77, 99)]
)
def test_there_is_room_for_the_numbers(plan: int, left: int, right: int) -> None:
    drawn = option([Point(Month(2018, 12), plan=plan, due_twelfths=plan * 12, cumulative=plan // 2)])
    assert drawn is not None
    assert (drawn["grid"]["left"], drawn["grid"]["right"]) == (left, right)
