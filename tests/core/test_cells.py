"""单元格：按实际收到过的写法逐条试，再用随机数来回读。"""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xushi.core.cells import (
    Ask,
    Understood,
    Wrong,
    is_blank,
    read_amount,
    read_day,
    read_integer,
    read_month,
    read_percent,
    read_text,
    read_tick,
    written,
)
from xushi.core.months import Month

WAN, YI = 10_000, 100_000_000


@pytest.mark.parametrize(
    ("cell", "yuan"),
    [
        ("12,345.6", 123_456_000),
        ("12，345.6", 123_456_000),
        ("１２３４５", 12_345 * WAN),
        ("８５０００", 85_000 * WAN),
        ("105亿元", 105 * YI),
        ("105 亿", 105 * YI),
        ("1.2万元", 12_000),
        ("500元", 500),
        ("3百万", 3_000_000),
        (680000, 680_000 * WAN),
        (680000.0, 680_000 * WAN),
        (0.1, 1000),
        (0, 0),
        ("0", 0),
        (" 12 345 ", 12_345 * WAN),
        ("12345\n", 12_345 * WAN),
        ("1.5E3", 1500 * WAN),
        ("¥300", 300 * WAN),
        ("12345.67895", 123_456_790),
    ],
)
def test_amounts(cell: Any, yuan: int) -> None:
    reading = read_amount(cell)
    assert isinstance(reading, Understood)
    assert reading.value == yuan


@pytest.mark.parametrize("cell", [None, "", "  ", "—", "——", "-", "/", "\u3000", "无", "－"])
def test_blank_amounts_are_nothing(cell: Any) -> None:
    assert read_amount(cell) == Understood(None)
    assert is_blank(cell)


@pytest.mark.parametrize(
    ("cell", "unit", "yuan"),
    [
        ("6.8", "亿元", 680_000_000),
        ("25891423.76", "元", 25_891_424),
        ("7万元", "亿元", 70_000),
        ("2", "千元", 2000),
        ("1.2万", "元", 12_000),
        ("1.2万", "亿元", 12_000),
    ],
)
def test_the_column_unit_holds_unless_the_cell_names_one(cell: str, unit: str, yuan: int) -> None:
    assert read_amount(cell, unit=unit).value == yuan  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        ("√", "不是金额"),
        ("-5", "负数"),
        ("(1,200)", "负数"),
        ("#REF!", "公式错误"),
        ("=E10*0.8", "没有算出结果"),
        ("1.234,5", "不是金额"),
        ("五千", "不是金额"),
        ("5000-6000", "不是金额"),
        ("99999999999999999", "位数和单位"),
        (float("nan"), "公式出错"),
        (True, "不是金额"),
        (date(2018, 8, 1), "日期"),
    ],
)
def test_wrong_amounts_say_how_to_mend(cell: Any, says: str) -> None:
    reading = read_amount(cell)
    assert isinstance(reading, Wrong)
    assert says in reading.sentence


@pytest.mark.parametrize(
    ("cell", "answer"), [("约5000", "5000万元"), ("3亿左右", "30000万元"), ("12,34", "1234")]
)
def test_doubtful_amounts_offer_an_answer(cell: str, answer: str) -> None:
    reading = read_amount(cell)
    assert isinstance(reading, Ask)
    assert [choice.answer for choice in reading.choices] == [answer]
    assert isinstance(read_amount(answer), Understood)


def test_ten_thousand_in_a_column_of_ten_thousands_is_asked() -> None:
    reading = read_amount("6.0万")
    assert isinstance(reading, Ask)
    assert [choice.answer for choice in reading.choices] == ["60000万元", "6万元"]
    assert [read_amount(choice.answer).value for choice in reading.choices] == [6 * YI, 6 * WAN]  # type: ignore[union-attr]


def test_notes_say_what_was_made_of_an_unusual_writing() -> None:
    assert read_amount("68亿元") == Understood(68 * YI, "“68亿元”当作680,000万元", "unit")
    assert read_amount("８５０００") == Understood(85_000 * WAN, "全角“８５０００”当作85000", "width")
    assert read_amount("85,000") == Understood(85_000 * WAN)
    assert read_amount("5000万元") == Understood(5000 * WAN)


def test_negative_amounts_where_they_are_allowed() -> None:
    assert read_amount("-1915400", unit="元", negative=True) == Understood(-1_915_400)
    assert read_amount("(1,200)", unit="元", negative=True).value == -1200  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("cell", "month"),
    [
        (2018.8, Month(2018, 8)),
        (2018.12, Month(2018, 12)),
        (2018.11, Month(2018, 11)),
        (2018.01, Month(2018, 1)),
        ("2018.10", Month(2018, 10)),
        ("2018.01", Month(2018, 1)),
        ("2018年8月", Month(2018, 8)),
        ("2017年10月", Month(2017, 10)),
        ("2018 年 8 月", Month(2018, 8)),
        ("２０１８年８月", Month(2018, 8)),
        ("18年8月", Month(2018, 8)),
        ("2018年8月底", Month(2018, 8)),
        ("二〇一八年十二月", Month(2018, 12)),
        ("二〇一八年十月", Month(2018, 10)),
        ("2018-08", Month(2018, 8)),
        ("2018/8", Month(2018, 8)),
        ("2018.08.15", Month(2018, 8)),
        ("2018-08-15 00:00:00", Month(2018, 8)),
        ("201808", Month(2018, 8)),
        (201808, Month(2018, 8)),
        (201808.0, Month(2018, 8)),
        (43313, Month(2018, 8)),
        (43313.0, Month(2018, 8)),
        (date(2018, 8, 15), Month(2018, 8)),
        (datetime(2018, 8, 15, 12, 0), Month(2018, 8)),  # noqa: DTZ001 - as cells carry them
    ],
)
def test_months(cell: Any, month: Month) -> None:
    reading = read_month(cell)
    assert isinstance(reading, Understood)
    assert reading.value == month


@pytest.mark.parametrize("cell", [2018.1, "2018.1", "２０１８.１"])
def test_january_or_october_is_asked(cell: Any) -> None:
    reading = read_month(cell)
    assert isinstance(reading, Ask)
    assert [choice.label for choice in reading.choices] == ["2018年1月", "2018年10月"]
    assert [read_month(choice.answer).value for choice in reading.choices] == [  # type: ignore[union-attr]
        Month(2018, 1),
        Month(2018, 10),
    ]


def test_a_month_alone_takes_the_given_year() -> None:
    assert read_month("8月", year=2018).value == Month(2018, 8)  # type: ignore[union-attr]
    assert isinstance(read_month("8月"), Wrong)


def test_a_quarter_is_asked() -> None:
    reading = read_month("2018年3季度")
    assert isinstance(reading, Ask)
    assert [choice.answer for choice in reading.choices] == ["2018-07", "2018-08", "2018-09"]


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        (2018.13, "没有"),
        ("2018年13月", "没有"),
        (2018, "只有年份"),
        ("已开工", "不是年月"),
        ("05/01/2014 12:00:00 AM", "先后"),
        ("#N/A", "公式错误"),
        (True, "不是年月"),
        (99999999, "不是年月"),
    ],
)
def test_wrong_months(cell: Any, says: str) -> None:
    reading = read_month(cell)
    assert isinstance(reading, Wrong)
    assert says in reading.sentence


@pytest.mark.parametrize(
    "cell",
    [
        "2018.08.15",
        "2018年8月15日",
        "2018/8/15",
        "2018-08-15",
        "20180815",
        "2018-08-15 00:00:00",
        43327,
        43327.0,
        date(2018, 8, 15),
        "18年8月15日",
        20180815,
    ],
)
def test_days(cell: Any) -> None:
    reading = read_day(cell)
    assert isinstance(reading, Understood)
    assert reading.value == date(2018, 8, 15)


def test_us_dates_only_under_a_named_format() -> None:
    us = "%m/%d/%Y %I:%M:%S %p"
    assert read_day("05/01/2014 12:00:00 AM", formats=(us, "%m/%d/%Y")) == Understood(date(2014, 5, 1))
    assert read_day("01/14/2020", formats=(us, "%m/%d/%Y")) == Understood(date(2020, 1, 14))
    refused = read_day("05/01/2014 12:00:00 AM")
    assert isinstance(refused, Wrong)
    assert "日期格式" in refused.sentence


def test_a_month_without_a_day_is_asked() -> None:
    reading = read_day("2018年2月")
    assert isinstance(reading, Ask)
    assert [choice.answer for choice in reading.choices] == ["2018-02-01", "2018-02-28"]
    assert isinstance(read_day(2018.1), Ask)


@pytest.mark.parametrize("cell", ["2018-02-30", "2018年13月1日", "尽快", "8月"])
def test_wrong_days(cell: str) -> None:
    assert isinstance(read_day(cell), Wrong)


@pytest.mark.parametrize("cell", ["—", "", None, "/"])
def test_blank_dates_are_nothing(cell: Any) -> None:
    assert read_day(cell) == read_month(cell) == read_percent(cell) == Understood(None)


@pytest.mark.parametrize(
    ("cell", "share"),
    [
        (0.672, "0.672"),
        (67.2, "0.672"),
        ("67.2%", "0.672"),
        ("６７.２％", "0.672"),
        ("1%", "0.01"),
        (0, "0"),
        (100, "1"),
    ],
)
def test_percents(cell: Any, share: str) -> None:
    assert read_percent(cell).value == Decimal(share)  # type: ignore[union-attr]


def test_one_is_one_percent_or_all() -> None:
    reading = read_percent(1)
    assert isinstance(reading, Ask)
    assert [choice.answer for choice in reading.choices] == ["1%", "100%"]
    assert isinstance(read_percent("大部分"), Wrong)


def test_text_loses_breaks_and_wide_spaces() -> None:
    assert read_text("汤泉文旅\n体验园") == Understood("汤泉文旅 体验园", "换行和空格去掉", "name")
    assert read_text("城南河　整治").value == "城南河 整治"  # type: ignore[union-attr]
    assert read_text("紫光项目") == Understood("紫光项目")
    assert read_text(12.0).value == "12"  # type: ignore[union-attr]
    assert read_text("—") == Understood(None)
    assert isinstance(read_text("#REF!"), Wrong)


@pytest.mark.parametrize(
    ("cell", "value"), [("√", True), ("是", True), ("", False), ("×", False), (None, False), (1, True)]
)
def test_ticks(cell: Any, value: bool) -> None:
    assert read_tick(cell).value is value  # type: ignore[union-attr]


def test_ticks_that_are_neither() -> None:
    assert isinstance(read_tick("也许"), Wrong)


def test_years_are_whole_numbers_within_bounds() -> None:
    assert read_integer("2018年", least=2000, most=2100, what="年度").value == 2018  # type: ignore[union-attr]
    assert read_integer(2018.0, least=2000, most=2100, what="年度").value == 2018  # type: ignore[union-attr]
    assert isinstance(read_integer("18", least=2000, most=2100, what="年度"), Wrong)


@given(st.integers(0, 10**14), st.sampled_from(["元", "万元", "亿元"]))
def test_an_amount_reads_back_as_written(yuan: int, unit: str) -> None:
    assert read_amount(f"{yuan:,}元", unit=unit).value == yuan  # type: ignore[union-attr]
    assert read_amount(yuan, unit="元").value == yuan  # type: ignore[union-attr]
    wide = str(yuan).translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    assert read_amount(wide, unit="元").value == yuan  # type: ignore[union-attr]


@given(st.dates(date(1951, 1, 1), date(2099, 12, 31)))
def test_a_day_reads_back_in_every_writing(day: date) -> None:
    serial = (day - date(1899, 12, 30)).days
    for cell in (
        day.isoformat(),
        f"{day.year}年{day.month}月{day.day}日",
        f"{day:%Y.%m.%d}",
        f"{day:%Y%m%d}",
        serial,
    ):
        assert read_day(cell).value == day  # type: ignore[union-attr]
        assert read_month(cell).value == Month.of(day)  # type: ignore[union-attr]


@given(st.integers(1950, 2099), st.integers(1, 12))
def test_a_month_as_a_float_is_itself_or_asked(year: int, number: int) -> None:
    """Excel keeps 2018.10 as 2018.1: never silently January."""
    reading = read_month(float(f"{year}.{number}"))
    if number in (1, 10):
        assert isinstance(reading, Ask)
        assert str(Month(year, number)) in [choice.answer for choice in reading.choices]
    else:
        assert reading.value == Month(year, number)  # type: ignore[union-attr]


@given(
    st.one_of(
        st.text(max_size=30), st.floats(), st.integers(), st.booleans(), st.none(), st.dates(), st.datetimes()
    )
)
def test_no_cell_breaks_a_reader(cell: Any) -> None:
    for reader in (read_amount, read_month, read_day, read_percent, read_text, read_tick):
        assert isinstance(reader(cell), Understood | Ask | Wrong)
    assert isinstance(written(cell), str)
