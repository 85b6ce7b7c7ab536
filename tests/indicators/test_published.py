"""只照着 docs 写出来的指数：公布的数，或另外一个数一个数算出来的数。"""

import math
import statistics
from typing import Any

import pytest

from tests.indicators.making import scores, table
from xushi.indicators.engine import build
from xushi.indicators.reading import spec_of, tree_of


def top(text: str, data: str) -> list[float]:
    spec = spec_of(tree_of(text))
    return scores(build(spec, table(data)), next(iter(spec.nodes)))


def csv(columns: dict[str, list[float]]) -> str:
    rows = zip(*columns.values(), strict=True)
    lines = [f"区{at}," + ",".join(repr(value) for value in row) for at, row in enumerate(rows)]
    return "\n".join([",".join(["unit", *columns]), *lines, ""])


COLUMNS = {
    "a": [3.0, 8.0, 5.5, 9.0, 1.0],
    "b": [40.0, 22.0, 31.0, 30.0, 55.0],
    "c": [7.0, 7.5, 9.0, 2.0, 4.0],
}


@pytest.mark.parametrize("ddof", [0, 1])
@pytest.mark.parametrize("sign", [-1, 1])
def test_z_scores_and_a_penalty_for_unbalance(ddof: int, sign: int) -> None:
    """Mazziotta–Pareto：标准分放到 100、10，M ± S·cv；总体、样本两种标准差，惩罚减、加两种。"""
    spread = statistics.pstdev if ddof == 0 else statistics.stdev
    z = {}
    for name, column in COLUMNS.items():
        way = -1 if name == "b" else 1
        z[name] = [100 + 10 * way * (x - statistics.fmean(column)) / spread(column) for x in column]
    expected = []
    for row in zip(*z.values(), strict=True):
        mean, deviation = statistics.fmean(row), spread(row)
        expected.append(mean + sign * deviation * (deviation / mean))
    text = f"""
name: 均衡
defaults: {{score: {{form: zscore, mean: 100, deviation: 10, ddof: {ddof}}}}}
nodes:
  总: {{combine: {{form: penalty, sign: {sign}, ddof: {ddof}}}}}
  a: {{parent: 总}}
  b: {{parent: 总, direction: negative}}
  c: {{parent: 总}}
"""
    assert top(text, csv(COLUMNS)) == pytest.approx(expected, rel=1e-12)


def test_goalposts_with_a_logarithm_and_a_geometric_mean() -> None:
    """2010年起的人类发展指数：联合国开发计划署技术说明里安道尔等国的算法，一步步手算。"""
    text = """
name: 人类发展指数
nodes:
  HDI: {combine: geometric}
  健康: {parent: HDI, score: {form: goalposts, worst: 20, best: 85}}
  教育: {parent: HDI, combine: arithmetic}
  预期: {parent: 教育, score: {form: goalposts, worst: 0, best: 18}}
  平均: {parent: 教育, score: {form: goalposts, worst: 0, best: 15}}
  收入: {parent: HDI, score: {form: goalposts, worst: 100, best: 75000, transform: log}}
"""
    life, expected_years, years, income = 78.2, 14.4, 8.7, 21476.0
    health = (life - 20) / 65
    education = (expected_years / 18 + years / 15) / 2
    money = (math.log(income) - math.log(100)) / (math.log(75000) - math.log(100))
    data = f"unit,健康,预期,平均,收入\n甲,{life},{expected_years},{years},{income}\n"
    assert top(text, data) == pytest.approx([(health * education * money) ** (1 / 3)], rel=1e-12)


def test_efficacy_coefficients() -> None:
    """功效系数：60 + 40 × (x − 不允许) ÷ (满意 − 不允许)，加权相加；越小越好的两个值倒过来写。"""
    text = """
name: 功效
nodes:
  总: {}
  a: {parent: 总, weight: 0.5, score: efficacy, references: {disallowed: 1, satisfactory: 9}}
  b: {parent: 总, weight: 0.3, score: efficacy, references: {disallowed: 55, satisfactory: 22}}
  c: {parent: 总, weight: 0.2, score: {form: efficacy, cap: 100}, references: {disallowed: 2, satisfactory: 8}}
"""
    expected = [
        0.5 * (60 + 40 * (a - 1) / 8)
        + 0.3 * (60 + 40 * (b - 55) / -33)
        + 0.2 * min(60 + 40 * (c - 2) / 6, 100)
        for a, b, c in zip(*COLUMNS.values(), strict=True)
    ]
    assert top(text, csv(COLUMNS)) == pytest.approx(expected, rel=1e-12)


def test_distance_to_the_frontier() -> None:
    """(最差 − y) ÷ (最差 − 最好)，出不了 0 和 100，各项平均。"""
    text = """
name: 前沿
defaults: {score: {form: goalposts, worst: 9, best: 1, high: 100}}
nodes:
  总: {}
  a: {parent: 总}
  b: {parent: 总, score: {form: goalposts, worst: 50, best: 25, high: 100}}
  c: {parent: 总}
"""

    def distance(y: float, worst: float, best: float) -> float:
        return min(max((worst - y) / (worst - best), 0), 1) * 100

    expected = [
        (distance(a, 9, 1) + distance(b, 50, 25) + distance(c, 9, 1)) / 3
        for a, b, c in zip(*COLUMNS.values(), strict=True)
    ]
    assert top(text, csv(COLUMNS)) == pytest.approx(expected, rel=1e-12)


def test_deductions_by_steps() -> None:
    """差一个扣几分，不足一个不计或算一个，扣完为止；分档；超额加分有封顶；再一票否决。"""
    text = """
name: 扣分
nodes:
  总: {combine: sum}
  a: {parent: 总, score: {form: deduct, points: true, full: 20, take: 3, whole: up}, references: {target: 9}}
  b: {parent: 总, score: {form: brackets, points: true, steps: [{at: 30, score: 10}, {at: 50, score: 4}]},
    direction: negative}
  c: {parent: 总, score: {form: bonus, points: true, give: 2, per: 1.5, whole: down, cap: 5}, references: {target: 4}}
adjustments:
  - {node: 总, gate: a, below: 1, limit: 6}
"""

    def by_hand(a: float, b: float, c: float) -> float:
        first = max(20 - 3 * math.ceil(max(9 - a, 0)), 0)
        second = 10 if b <= 30 else 4 if b <= 50 else 0
        third = min(2 * math.floor(max(c - 4, 0) / 1.5), 5)
        whole = first + second + third
        return min(whole, 6) if first < 1 else whole

    expected = [by_hand(*row) for row in zip(*COLUMNS.values(), strict=True)]
    assert top(text, csv(COLUMNS)) == pytest.approx(expected)


def test_level_and_development_together() -> None:
    """水平与发展：同一个数取两样，各自最小最大化，六四合成。"""
    before = {"甲": 100.0, "乙": 50.0, "丙": 80.0}
    after = {"甲": 110.0, "乙": 60.0, "丙": 84.0}
    rows = "".join(f"{u},产值,2017,{before[u]}\n{u},产值,2018,{after[u]}\n" for u in before)
    text = """
name: 高质量
period: 2018
nodes:
  综合: {}
  水平: {parent: 综合, weight: 0.6, data: 产值}
  发展: {parent: 综合, weight: 0.4, data: 产值, derive: growth}
"""

    def spread(values: dict[str, Any]) -> dict[str, float]:
        low, high = min(values.values()), max(values.values())
        return {unit: 100 * (value - low) / (high - low) for unit, value in values.items()}

    level, growth = spread(after), spread({unit: after[unit] / before[unit] - 1 for unit in before})
    expected = [0.6 * level[unit] + 0.4 * growth[unit] for unit in before]
    assert top(text, "unit,indicator,period,value\n" + rows) == pytest.approx(expected, rel=1e-12)
