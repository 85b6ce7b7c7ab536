"""结论的句子，都在边上试。"""

from decimal import Decimal

import pytest

from xushi.core.months import Month
from xushi.home import conclusions as c
from xushi.home.overview import Overview
from xushi.kit.amounts import yi_or_wan
from xushi.progress.specs import Filters, Group

YI = 100_000_000


@pytest.mark.parametrize(
    ("gap", "said"),
    [
        ("0.56", "比序时快0.6个百分点"),
        ("0.05", "比序时快0.1个百分点"),
        ("0.049", "与序时持平"),
        ("-0.049", "与序时持平"),
        ("-8.27", "比序时慢8.3个百分点"),
    ],
)
def test_the_gap_is_said_as_fast_or_slow(gap: str, said: str) -> None:
    assert c.fast_or_slow(Decimal(gap)) == said


def test_the_headline_says_rate_gap_and_how_many_to_watch() -> None:
    said = c.headline(Decimal(412) / Decimal("612.8"), Decimal("0.565"), 60)
    assert said == "完成年度投资67.2%，比序时快0.6个百分点；60个项目要盯紧"
    assert c.headline(Decimal("0.7"), Decimal(0), 0) == "完成年度投资70.0%，与序时持平；没有要盯的项目"
    assert c.headline(None, None, 0) == "还没有可比的年度计划；没有要盯的项目"


def test_where_names_the_two_fullest_places_and_what_blocks() -> None:
    places = [c.Place("汤泉街道", 10), c.Place("科学城", 5), c.Place("桥林街道", 12)]
    said = c.where(places, 60, ["拆迁", "用地规划", "资金"])
    assert said == "桥林、汤泉两街道有22个预警项目，占全部37%；卡点以拆迁、用地规划为主。"


def test_where_stays_silent_when_nothing_gathers() -> None:
    assert c.where([c.Place("甲", 7), c.Place("乙", 7)], 60, []) == ""
    assert c.where([], 0, []) == ""
    assert (
        c.where([c.Place("科学城", 9), c.Place("桥林街道", 8)], 20, [])
        == "科学城、桥林街道有17个预警项目，占全部85%。"
    )


def points(*pairs: tuple[int, int]) -> list[c.Point]:
    return [c.Point(Month(2018, n), done * YI, due * YI) for n, (done, due) in enumerate(pairs, 1)]


@pytest.mark.parametrize(
    ("pairs", "since"),
    [
        ([(1, 1), (2, 2)], None),
        ([(0, 1), (2, 2)], None),
        ([(0, 1), (2, 2), (2, 3), (3, 4)], 3),
        ([(0, 1)], 1),
    ],
)
def test_slowing_since_is_the_start_of_the_last_unbroken_run(
    pairs: list[tuple[int, int]], since: int | None
) -> None:
    found = c.slowing_since(points(*pairs))
    assert (found.number if found else None) == since


def test_needed_per_month_is_rounded_up_and_ends_with_the_year() -> None:
    assert c.needed_per_month(1801, 930, Month(2018, 8)) == 218
    assert c.needed_per_month(900, 930, Month(2018, 8)) is None
    assert c.needed_per_month(1000, 930, Month(2018, 12)) is None


def test_slippage_says_since_when_how_much_and_the_catch_up() -> None:
    curve = [c.Point(Month(2018, 7), 10 * YI, 10 * YI), c.Point(Month(2018, 8), 930_000_000, 12 * YI)]
    assert c.slippage(curve, 18 * YI) == "8月起慢于序时，差2.7亿元；完成全年需月均2.18亿元"
    assert c.slippage([], 18 * YI) == "还没有月报。"
    assert c.slippage([c.Point(Month(2018, 8), 18 * YI, 12 * YI)], 18 * YI) == "年度计划已经完成"


def test_what_a_hundred_million_would_print_as_nothing_is_said_in_ten_thousands() -> None:
    assert yi_or_wan(5_000_000) == ("0.1", "亿元")
    assert yi_or_wan(4_999_999) == ("500", "万元")
    assert yi_or_wan(0) == ("0.0", "亿元")
    assert yi_or_wan(None) == ("—", "")
    curve = [c.Point(Month(2018, 8), 0, 2_000_000)]
    assert c.slippage(curve, 3_000_000) == "8月起慢于序时，差200万元；完成全年需月均0.01亿元"
    assert c.slippage(curve, 1_200_000) == "8月起慢于序时，差200万元；完成全年需月均30万元"


@pytest.mark.parametrize(
    ("sums", "wide"),
    [
        ({"started": 9_999, "cumulative": 9_999 * YI}, False),
        ({"started": 10_000, "cumulative": 0}, True),
        ({"preliminary": 10_000}, True),
        ({"cumulative": 706_215 * YI}, True),
    ],
)
def test_a_province_s_figures_are_set_smaller_on_the_phone(sums: dict[str, int], wide: bool) -> None:
    group = Group(Month(2018, 12), True, Filters(), annual_plan=1_412_430 * YI, **sums)
    page = Overview(None, None, group, [], [], [], None, [])  # type: ignore[arg-type]  # the figures alone are asked
    assert page.wide is wide
