from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from xushi.core.months import Month
from xushi.kit import amounts


@pytest.mark.parametrize(
    ("yuan", "expected"),
    [
        (61_280_000_000, "612.8"),
        (100_905_000_000, "1,009.1"),  # half up: 1009.05
        (5_000_000, "0.1"),  # 0.05 rounds away from zero
        (4_999_999, "0.0"),
        (-4_999_999, "0.0"),  # no minus zero
        (-5_000_000, "−0.1"),
        (0, "0.0"),
        (None, "—"),
        ("", "—"),
        ("不是数", "—"),
    ],
)
def test_yi(yuan: object, expected: str) -> None:
    assert amounts.yi(yuan) == expected


def test_yi2_keeps_two_places() -> None:
    assert amounts.yi(600_500_000, 2) == "6.01"
    assert amounts.yi(-1, 2) == "0.00"


@pytest.mark.parametrize(
    ("yuan", "expected"),
    [(166_600_000, "16,660"), (5_000, "1"), (4_999, "0"), (-21_605_000, "−2,161"), (None, "—")],
)
def test_wan(yuan: object, expected: str) -> None:
    assert amounts.wan(yuan) == expected


@pytest.mark.parametrize(
    ("share", "expected"),
    [
        (Decimal(4120) / Decimal(6128), "67.2%"),
        (Decimal("0.6665"), "66.7%"),
        (Decimal("-0.0005"), "−0.1%"),
        (1, "100.0%"),
        (Decimal("NaN"), "—"),
        (None, "—"),
    ],
)
def test_pct(share: object, expected: str) -> None:
    assert amounts.pct(share) == expected


@pytest.mark.parametrize(
    ("value", "signed", "words"),
    [
        (Decimal("0.55"), "+0.6", "快0.6个百分点"),
        (Decimal("-8.25"), "−8.3", "慢8.3个百分点"),
        (Decimal("-15"), "−15.0", "慢15.0个百分点"),
        (Decimal("0.049"), "0.0", "持平"),
        (Decimal("-0.049"), "0.0", "持平"),
        (None, "—", "—"),
    ],
)
def test_points_and_fast_slow(value: object, signed: str, words: str) -> None:
    assert amounts.points(value) == signed
    assert amounts.fast_slow(value) == words


def test_true_is_not_a_number() -> None:
    assert amounts.yi(True) == "—"


def test_dates_name_the_year_only_when_it_is_another() -> None:
    day = date(2018, 9, 12)
    assert amounts.cn_date(day) == "9月12日"
    assert amounts.cn_date(day, date(2018, 1, 1)) == "9月12日"
    assert amounts.cn_date(day, date(2019, 1, 1)) == "2018年9月12日"
    assert amounts.cn_date(None) == "—"


def test_a_moment_is_the_day_in_beijing() -> None:
    assert amounts.cn_date(datetime(2018, 9, 11, 23, 0, tzinfo=UTC)) == "9月12日"


@pytest.mark.parametrize("value", [Month(2018, 8), 201808, "2018-08", date(2018, 8, 31)])
def test_months_in_every_form(value: object) -> None:
    month = amounts.month_of(value)
    assert month is not None
    assert (month.label, month.period) == ("2018年8月", "2018年1—8月")


def test_what_is_no_month_is_none() -> None:
    assert amounts.month_of("八月") is None
    assert amounts.month_of(201813) is None
