"""判断：续建的剩多少，储备的一条写得对不对，结论说的是不是真的。"""

import pytest

from xushi.core.months import Month
from xushi.planning.rules import (
    Comparison,
    Maturity,
    ReserveInput,
    Share,
    Side,
    Standing,
    carried,
    conclusion,
    problems_of_reserve,
)

WAN = 10_000
YI = 10_000 * WAN


@pytest.mark.parametrize(
    ("standing", "expected"),
    [
        (
            Standing(50_000 * WAN, 10_000 * WAN, 20_000 * WAN, Month(2020, 6)),
            Share(10_000 * WAN, 30_000 * WAN),
        ),
        (
            Standing(50_000 * WAN, 10_000 * WAN, 20_000 * WAN, Month(2019, 1)),
            Share(20_000 * WAN, 30_000 * WAN),
        ),
        (Standing(50_000 * WAN, 10_000 * WAN, 20_000 * WAN, Month(2018, 12)), None),  # due this year
        (
            Standing(50_000 * WAN, 10_000 * WAN, 20_000 * WAN, Month(2017, 12)),
            Share(20_000 * WAN, 30_000 * WAN),
        ),
        (Standing(50_000 * WAN, 10_000 * WAN, 30_000 * WAN, None), Share(10_000 * WAN, 40_000 * WAN)),
        (Standing(50_000 * WAN, 40_000 * WAN, 20_000 * WAN, Month(2019, 6)), Share(0, 60_000 * WAN)),
        (Standing(10 * WAN, 0, 0, Month(2021, 6)), Share(4 * WAN, 0)),  # 10 over three years, rounded up
    ],
)
def test_the_rest_is_spread_over_the_years_left(standing: Standing, expected: Share | None) -> None:
    assert carried(standing, 2019) == expected


def good(**more: object) -> ReserveInput:
    columns = {
        "name": "射频芯片产业园", "category": "industrial", "territory": 1, "responsible_unit": 1,
        "total_investment": 3 * YI, "first_year_investment": YI, "maturity": Maturity.RIPE,
        "expected_start": Month(2019, 3),
    }  # fmt: skip
    return ReserveInput(**(columns | more))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("more", "field", "said"),
    [
        ({}, None, ""),
        ({"name": "　"}, "name", "空的"),
        ({"total_investment": -1, "first_year_investment": 0}, "total_investment", "不能是负数"),
        ({"first_year_investment": -1}, "first_year_investment", "不能是负数"),
        ({"first_year_investment": 3 * YI}, None, ""),
        ({"first_year_investment": 3 * YI + 1}, "first_year_investment", "超过总投资"),
        ({"maturity": 5}, "maturity", "只能选"),
        ({"expected_start": None}, "expected_start", "哪个月开工"),
        ({"maturity": Maturity.IDEA}, "lacking", "还缺什么"),
        ({"maturity": Maturity.IDEA, "lacking": "选址", "expected_start": None}, None, ""),
    ],
)
def test_what_is_wrong_with_an_entry(more: dict[str, object], field: str | None, said: str) -> None:
    found = list(problems_of_reserve(good(**more)))
    assert [one.field for one in found] == ([field] if field else [])
    assert all(said in one.sentence for one in found)


def test_the_conclusion_says_more_and_less() -> None:
    whole = Comparison("全区", Side(331, 548 * YI), Side(364, 61_280_000_000))
    upper = Comparison("省市重大", Side(27, 230 * YI), Side(24, 22_870_000_000))
    assert conclusion(whole, upper, 2019) == (
        "2019年计划331个、548.0亿元，个数比2018年少33个，计划投资少64.8亿元；"
        "省市重大27个（多3个），数量和体量都高于今年"
    )
    same = Comparison("省市重大", Side(24, 230 * YI), Side(24, 22_870_000_000))
    assert not same.above
    assert conclusion(whole, same, 2019).endswith("省市重大24个（持平），数量和体量还没有都高于今年")
