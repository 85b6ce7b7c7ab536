"""月份、金额、文字。"""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xushi.core.money import from_wan, from_yi, half_up, plain, share, wan, yi
from xushi.core.months import Month
from xushi.core.text import name_key, search_text, tidy

months = st.builds(Month, st.integers(1950, 2150), st.integers(1, 12))


@given(months, st.integers(-500, 500))
def test_months_add_up(month, steps):
    assert month.plus(steps).since(month) == steps
    assert Month.from_key(month.key) == Month.parse(str(month)) == month
    assert (month.plus(steps) > month) == (steps > 0)


@pytest.mark.parametrize("text", ["2018-13", "八月", "2018", "201800", ""])
def test_unknown_months_are_refused_with_a_sentence(text):
    with pytest.raises(ValueError, match="月份"):
        Month.parse(text)


def test_month_words():
    assert Month(2018, 8).period == "2018年1—8月"
    assert Month(2018, 1).period == "2018年1月"
    assert Month(2018, 2).last_day.day == 28


@pytest.mark.parametrize(
    ("value", "places", "expected"),
    [("0.25", 1, "0.3"), ("-0.25", 1, "-0.3"), ("67.25", 1, "67.3"), ("2.5", 0, "3")],
)
def test_half_up(value, places, expected):
    assert str(half_up(Decimal(value), places)) == expected


@given(st.integers(-(10**15), 10**15))
def test_money_goes_there_and_back(yuan):
    assert from_yi(yi(yuan)) == yuan == from_wan(wan(yuan))
    assert Decimal(plain(yi(yuan))) == yi(yuan)


def test_share_of_nothing_is_nothing():
    assert share(3, 0) is None
    assert share(300, 364) == Decimal(300) / 364


def test_names_that_differ_only_in_form_are_one():
    assert name_key("紫光 项目（Ａ）") == name_key("紫光项目(a)")
    assert tidy("汤泉\n文旅\u3000体验园") == "汤泉 文旅 体验园"


def test_search_text_holds_pinyin_and_initials():
    text = search_text("浦口大道")
    assert "pukoudadao" in text and "pkdd" in text and "浦口" in text
    assert "chongqing" in search_text("重庆")
