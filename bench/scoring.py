"""How long scoring takes: one build, 1,000 rebuilds, a sensitivity study, a province, a country.

    XUSHI_SAMPLES=… python -m bench.scoring

The rebuilds treat outliers anew in every draw. The first three want the sample that the parity tests use.
"""

import resource
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from tests.indicators.making import ASEM, asem_spec, asem_table
from tests.indicators.test_parity import study

from xushi.indicators.data import Table
from xushi.indicators.engine import build
from xushi.indicators.reading import spec_of
from xushi.indicators.sensitivity import sensitive
from xushi.indicators.spec import Spec
from xushi.indicators.tracing import cell
from xushi.indicators.uncertainty import ranks_under, study_of, uncertain


def seconds(work: Callable[[], object], times: int = 5) -> float:
    work()
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return sorted(taken)[len(taken) // 2]


def large(units: int, indicators: int, periods: int) -> tuple[Spec, Table]:
    nodes: dict[str, dict[str, object]] = {"总": {"weighting": "relative"}}
    nodes |= {f"组{at}": {"parent": "总", "weighting": "relative"} for at in range(20)}
    nodes |= {f"指标{at}": {"parent": f"组{at % 20}"} for at in range(indicators)}
    tree = {
        "name": "x",
        "defaults": {"treat": {}},
        "nodes": nodes,
        "uncertainty": {"weights": {"noise": 0.25}},
    }
    values = np.random.default_rng(1).lognormal(0, 0.8, (periods, units, indicators))
    names = tuple(f"单位{at:04}" for at in range(units)), tuple(f"指标{at}" for at in range(indicators))
    return spec_of(tree), Table(*names, tuple(f"{at:02}" for at in range(periods)), values, values, values)


def main() -> None:
    if ASEM.exists():
        spec = spec_of(asem_spec())
        table = asem_table(spec)
        print(f"51 × 49，算一遍：{seconds(lambda: build(spec, table), 50) * 1000:.1f} 毫秒")
        print(f"重算 1,000 遍：{seconds(lambda: uncertain(study(3), draws=1000)):.2f} 秒")
        print(f"重算 6,144 遍并算 Sobol 指数：{seconds(lambda: sensitive(study(3), base=1000), 1):.2f} 秒")
    spec, table = large(100, 200, 12)

    def province() -> object:
        return cell(build(spec, table, periods=table.periods), 99, 199, 11)

    print(f"100 × 200 × 12 期，留下每一格怎么来的：{seconds(province) * 1000:.0f} 毫秒")
    spec, table = large(3000, 200, 1)
    draws = np.random.default_rng(1).random((1000, 2))
    taken = seconds(lambda: ranks_under(study_of(spec, table, seed=1), draws[:, :1]), 1)
    ranges = replace(table, low=table.values * 0.9, high=table.values * 1.1)
    start = time.perf_counter()
    ranks_under(study_of(spec, ranges, seed=1), draws)
    anew = time.perf_counter() - start
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"3,000 × 200，权重变 1,000 遍：{taken:.1f} 秒；数也都是区间：{anew:.1f} 秒；内存最多 {memory:.0f} MB"
    )


if __name__ == "__main__":
    main()
