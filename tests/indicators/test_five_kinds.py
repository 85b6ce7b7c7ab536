"""五种指数照 docs 写出来，和公布的、照公式一个数一个数另算的比：均衡惩罚、对数标杆、功效系数、到前沿的距离、逐步扣分。"""

import math
import random
import statistics
from collections.abc import Callable

import pytest

from tests.indicators.making import table
from xushi.indicators.engine import build
from xushi.indicators.reading import spec_of, tree_of

UNITS = [f"区{number}" for number in range(1, 13)]
Row = dict[str, float]


def figures(*ranges: tuple[str, float, float]) -> dict[str, Row]:
    chance = random.Random(2018)
    return {unit: {name: round(chance.uniform(low, high), 3) for name, low, high in ranges} for unit in UNITS}


def scored(text: str, rows: dict[str, Row]) -> dict[str, float]:
    names = list(next(iter(rows.values())))
    lines = [",".join([unit, *(repr(row[name]) for name in names)]) for unit, row in rows.items()]
    result = build(spec_of(tree_of(text)), table("\n".join([",".join(["unit", *names]), *lines])))
    at = result.plan.codes.index(result.plan.top)
    return {unit: float(result.scores[0, place, at]) for place, unit in enumerate(result.plan.table.units)}


def alike(found: dict[str, float], by_hand: Callable[[Row], float], rows: dict[str, Row]) -> None:
    assert found == {unit: pytest.approx(by_hand(row), rel=1e-9) for unit, row in rows.items()}


@pytest.mark.parametrize("sign", [-1, 1])
def test_z_scores_with_a_penalty_for_unbalance(sign: int) -> None:
    """Mazziotta–Pareto: z of mean 100 and deviation 10, then M ± S·cv, cv = S/M; population deviations throughout."""
    rows = figures(("收入", 20, 90), ("就业", 40, 80), ("失业", 2, 9))
    found = scored(
        f"""
name: 均衡
defaults: {{score: {{form: zscore, mean: 100, deviation: 10, ddof: 0}}}}
nodes:
  均衡: {{combine: {{form: penalty, sign: {sign}}}}}
  收入: {{parent: 均衡}}
  就业: {{parent: 均衡}}
  失业: {{parent: 均衡, direction: negative}}
""",
        rows,
    )
    known = {name: [row[name] for row in rows.values()] for name in ("收入", "就业", "失业")}

    def by_hand(row: Row) -> float:
        z = [
            100
            + (-10 if name == "失业" else 10) * (row[name] - statistics.fmean(all_)) / statistics.pstdev(all_)
            for name, all_ in known.items()
        ]
        mean, deviation = statistics.fmean(z), statistics.pstdev(z)
        return mean + sign * deviation * (deviation / mean)

    alike(found, by_hand, rows)


def test_goalposts_with_a_logarithm_and_a_geometric_mean() -> None:
    """Human development: health, education, income as the UNDP's technical note has them; kept to within the posts."""
    rows = figures(("寿命", 50, 90), ("预期", 8, 20), ("平均", 3, 15), ("收入", 800, 90000))
    found = scored(
        """
name: 人类发展
defaults: {combine: geometric}
nodes:
  HDI: {}
  健康: {parent: HDI, data: 寿命, score: {form: goalposts, worst: 20, best: 85}}
  教育: {parent: HDI, combine: arithmetic}
  预期: {parent: 教育, score: {form: goalposts, worst: 0, best: 18}}
  平均: {parent: 教育, score: {form: goalposts, worst: 0, best: 15}}
  钱: {parent: HDI, data: 收入, score: {form: goalposts, worst: 100, best: 75000, transform: log}}
""",
        rows,
    )

    def between(x: float, low: float, high: float) -> float:
        return min(max((x - low) / (high - low), 0), 1)

    def by_hand(row: Row) -> float:
        education = (between(row["预期"], 0, 18) + between(row["平均"], 0, 15)) / 2
        income = between(math.log(row["收入"]), math.log(100), math.log(75000))
        return (between(row["寿命"], 20, 85) * education * income) ** (1 / 3)

    alike(found, by_hand, rows)


def test_efficacy_coefficients() -> None:
    """功效系数: 60 + 40·(x − 不允许) ÷ (满意 − 不允许), weighted; the exponential kind is 60·(100 ÷ 60)^t."""
    rows = figures(("增长", 2, 14), ("能耗", 1, 6), ("投资", 5, 30))
    found = scored(
        """
name: 功效
nodes:
  总: {}
  增长: {parent: 总, weight: 0.5, score: {form: efficacy, floor: 40, cap: 110},
    references: {disallowed: 5, satisfactory: 10}}
  能耗: {parent: 总, weight: 0.3, direction: negative, score: efficacy,
    references: {disallowed: 5, satisfactory: 3}}
  投资: {parent: 总, weight: 0.2, score: {form: efficacy, shape: exponential},
    references: {disallowed: 8, satisfactory: 20}}
""",
        rows,
    )

    def by_hand(row: Row) -> float:
        growth = min(max(60 + 40 * (row["增长"] - 5) / 5, 40), 110)
        energy = 60 + 40 * (row["能耗"] - 5) / (3 - 5)
        spent = 60 * (100 / 60) ** ((row["投资"] - 8) / 12)
        return 0.5 * growth + 0.3 * energy + 0.2 * spent

    alike(found, by_hand, rows)


POSTS = {"环节": (18.0, 1.0), "天数": (100.0, 0.5), "费用": (200.0, 0.0), "资本": (400.0, 0.0)}
BUSINESS = "name: 开办企业\nnodes:\n  便利度: {}\n" + "".join(
    f"  {name}: {{parent: 便利度, score: {{form: goalposts, worst: {worst}, best: {best}, high: 100}}}}\n"
    for name, (worst, best) in POSTS.items()
)


def test_distance_to_a_frontier() -> None:
    """Doing Business: (worst − y) ÷ (worst − frontier), a simple mean; beyond the worst is none."""
    rows = figures(("环节", 1, 20), ("天数", 0.5, 130), ("费用", 0, 150), ("资本", 0, 600))

    def by_hand(row: Row) -> float:
        parts = [100 * max((worst - row[name]) / (worst - best), 0) for name, (worst, best) in POSTS.items()]
        return sum(parts) / 4

    alike(scored(BUSINESS, rows), by_hand, rows)


def test_the_frontier_gives_the_published_score() -> None:
    """Doing Business 2015 prints 96.27 for starting a business in Portugal."""
    row = {"环节": 3.0, "天数": 2.5, "费用": 2.3, "资本": 0.0}
    assert (
        round(
            scored(BUSINESS, {"葡萄牙": row, "别处": {"环节": 9, "天数": 22.9, "费用": 0.8, "资本": 0}})[
                "葡萄牙"
            ],
            2,
        )
        == 96.27
    )


def test_deductions_by_steps() -> None:
    """Whole steps up or down, relative to the target, brackets and an interval, none below nothing."""
    rows = figures(("河道", 0, 14), ("天数", 200, 260), ("减煤", 10, 24), ("事故", 0, 8), ("温度", 10, 32))
    found = scored(
        """
name: 扣分
nodes:
  合计: {combine: sum}
  河道: {parent: 合计, marks: 2, score: {form: deduct, points: true, full: 2, take: 0.2, whole: up},
    references: {target: 12}}
  天数: {parent: 合计, marks: 40, score: {form: deduct, points: true, full: 40, take: 2, whole: down},
    references: {target: 240}}
  减煤: {parent: 合计, marks: 2, score: {form: deduct, points: true, full: 2, take: 0.1, relative: true},
    references: {target: 20}}
  事故: {parent: 合计, marks: 10, direction: negative,
    score: {form: brackets, points: true, steps: [{at: 0, score: 10}, {at: 2, score: 6}, {at: 5, score: 3}]}}
  温度: {parent: 合计, marks: 20, score: {form: interval, points: true, full: 20, lower: 18, upper: 26, take: 5}}
""",
        rows,
    )

    def by_hand(row: Row) -> float:
        rivers = max(2 - 0.2 * math.ceil(max(12 - row["河道"], 0)), 0)
        days = max(40 - 2 * math.floor(max(240 - row["天数"], 0)), 0)
        coal = max(2 - 0.1 * max(20 - row["减煤"], 0) / 20 * 100, 0)
        accidents = 10 if row["事故"] <= 0 else 6 if row["事故"] <= 2 else 3 if row["事故"] <= 5 else 0
        heat = max(20 - 5 * max(18 - row["温度"], row["温度"] - 26, 0), 0)
        return rivers + days + coal + accidents + heat

    alike(found, by_hand, rows)
