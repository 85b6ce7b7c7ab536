"""演示区的储备：各属地提的，按成熟度排；金额是示例，单位万元。"""

from collections.abc import Iterator
from dataclasses import dataclass

from xushi.core.months import Month
from xushi.planning.rules import Maturity

# 做什么、类别、总投资、首年份额（百分数）
THEMES = (
    ("智能座舱研发中心", "advanced_manufacturing", 245_000, 30),
    ("冷链分拨中心二期", "modern_services", 120_000, 45),
    ("功率器件封装线", "advanced_manufacturing", 186_000, 35),
    ("次干路网加密", "infrastructure", 68_000, 50),
    ("九年一贯制学校新校区", "livelihood", 42_000, 55),
    ("数据标注基地", "modern_services", 85_000, 40),
    ("河道生态缓冲带", "environment", 36_000, 60),
    ("精密模具产业园", "advanced_manufacturing", 55_000, 50),
    ("社区卫生服务中心扩建", "livelihood", 18_000, 65),
    ("轨道站点接驳路网", "infrastructure", 51_000, 45),
)
LACKING = {
    Maturity.IDEA: ("还没有定投资主体", "选址在两处之间没定", "只有意向，没有方案"),
    Maturity.SCHEME: ("建设方案待区政府定", "资金来源没落实", "控规局部调整"),
    Maturity.PREPARING: ("用地预审没批", "立项材料在补正", "拆迁还剩9户", "环评在编"),
}
# 十条里几条到哪一级
LADDER = (
    Maturity.RIPE, Maturity.IDEA, Maturity.PREPARING, Maturity.RIPE, Maturity.SCHEME,
    Maturity.IDEA, Maturity.PREPARING, Maturity.RIPE, Maturity.SCHEME, Maturity.IDEA,
)  # fmt: skip
PER_TERRITORY = 6


@dataclass(frozen=True, slots=True)
class ReserveRow:
    """One entry; amounts in 万元."""

    name: str
    category: str
    total: int
    first_year: int
    maturity: Maturity
    expected_start: Month | None
    lacking: str


def reserve_rows(territory: str, place: int) -> Iterator[ReserveRow]:
    """What the territory at this place of the list puts in: six of the themes, each at its step of the ladder."""
    short = territory.removesuffix("街道").removeprefix("浦口")
    for number in range(PER_TERRITORY):
        what, category, total, share = THEMES[(3 * place + number) % len(THEMES)]
        maturity = LADDER[(7 * place + number) % len(LADDER)]
        total += 1_500 * ((5 * place + 3 * number) % 9)
        lacking = LACKING.get(maturity, ("",))
        ripe = maturity == Maturity.RIPE
        yield ReserveRow(
            name=f"{short}{what}",
            category=category,
            total=total,
            first_year=total * share // 100,
            maturity=maturity,
            expected_start=Month(2019, 2 + (place + 2 * number) % 8) if ripe else None,
            lacking=lacking[(place + number) % len(lacking)],
        )
