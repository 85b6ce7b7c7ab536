"""月份的两头，和地址里的编号。"""

import pytest

from xushi.core.months import Month
from xushi.core.text import row_number


@pytest.mark.parametrize("text", ["1900-01", "2200-12"])
def test_every_month_that_can_be_typed_has_neighbours(text: str) -> None:
    month = Month.parse(text)
    assert month.previous < month < month.next


@pytest.mark.parametrize("text", ["1899-12", "2201-01", "2018-13", "2018-00", "99999-01", "²018-08"])
def test_a_month_nobody_means_is_refused_in_chinese(text: str) -> None:
    with pytest.raises(ValueError, match="月份"):
        Month.parse(text)


@pytest.mark.parametrize(
    ("text", "number"),
    [("12", 12), (" 12 ", 12), ("１２", 12), ("²", None), ("①", None), ("", None), ("-1", None), ("1.0", None),
     ("9" * 12, 10**12 - 1), ("9" * 13, None), ("9" * 5000, None)],
)  # fmt: skip
def test_a_row_number_is_digits_that_a_table_can_hold(text: str, number: int | None) -> None:
    assert row_number(text) == number
