"""How long scoring takes: one build, 1,000 rebuilds, a sensitivity study, a province, a what-if, a country.

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
from xushi.indicators.paying import Lever, Means, alone, cheapest_by, gains
from xushi.indicators.reading import spec_of
from xushi.indicators.scenario import Scenario, overlaid, scenario_of
from xushi.indicators.sensitivity import sensitive
from xushi.indicators.spec import Spec
from xushi.indicators.tracing import answer, trace, traced
from xushi.indicators.uncertainty import ranks_under, study_of, uncertain

R_BUILD, R_THOUSAND, R_SOBOL = 0.11, 129.0, 1194.0  # COINr 1.1.14 on a like machine, seconds


def seconds(work: Callable[[], object], times: int = 5) -> tuple[float, float]:
    """The middle time on the clock, and of the processor: others may be at work on the same machine."""
    work()
    taken = []
    for _ in range(times):
        start, used = time.perf_counter(), time.process_time()
        work()
        taken.append((time.perf_counter() - start, time.process_time() - used))
    return sorted(taken)[len(taken) // 2]


def told(what: str, taken: tuple[float, float], against: float | None = None) -> None:
    scale, unit = (1000, "毫秒") if taken[0] < 1 else (1, "秒")
    faster = "" if against is None else f"；COINr {against:g} 秒，快 {against / taken[0]:.0f} 倍"
    print(f"{what}：{taken[0] * scale:.1f} {unit}，处理器 {taken[1] * scale:.1f} {unit}{faster}")


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


def parity() -> None:
    if not ASEM.exists():
        print("没有样本（XUSHI_SAMPLES），不与 COINr 比。")
        return
    spec = spec_of(asem_spec())
    table = asem_table(spec)
    told("51 × 49，算一遍", seconds(lambda: build(spec, table), 50), R_BUILD)
    told("重算 1,000 遍，每遍都处理离群", seconds(lambda: uncertain(study(3), draws=1000)), R_THOUSAND)
    told("重算 6,144 遍并算 Sobol 指数", seconds(lambda: sensitive(study(3), base=1000), 1), R_SOBOL)


def province() -> None:
    spec, table = large(100, 200, 12)

    def whole() -> object:
        return traced(build(spec, table, periods=table.periods))

    told("100 × 200 × 12 期，每一格怎么来的都留下", seconds(whole))
    result = build(spec, table, periods=table.periods)
    told("其中一期的 20,000 格写成字", seconds(lambda: trace(result, period=11)))


def slider() -> None:
    """One what-if, from the values moved to everybody's scores, places and what they rest on."""
    for units, indicators in ((11, 97), (100, 200)):
        spec, table = large(units, indicators, 1)
        moves = scenario_of({"set": {"observations.单位0003.指标7": 1.5, "observations.单位0003.指标8": 0.7}})

        def slide(spec: Spec = spec, table: Table = table, moves: Scenario = moves) -> object:
            return answer(build(*overlaid(spec, table, moves)))

        told(f"滑一下（{units} × {indicators}）", seconds(slide))
    spec, table = large(11, 97, 1)
    told("每项好一步得几分（11 × 97）", seconds(lambda: gains(spec, table, unit="单位0003")))
    told("单靠哪一项到得了（11 × 97）", seconds(lambda: alone(spec, table, unit="单位0003", rank=1), 1))
    levers = {
        f"指标{at}": Lever(step=0.3, most=4, cost=at % 7 + 1, department=f"局{at % 5}") for at in range(97)
    }
    means = Means(levers=levers, budgets={"局0": 30, "局1": 20})
    told(
        "97项里最省的一组（11 × 97）",
        seconds(lambda: cheapest_by(spec, table, unit="单位0003", rank=1, means=means), 1),
    )


def country() -> None:
    spec, table = large(3000, 200, 1)
    draws = np.random.default_rng(1).random((1000, 2))
    told(
        "3,000 × 200，权重变 1,000 遍",
        seconds(lambda: ranks_under(study_of(spec, table, seed=1), draws[:, :1]), 1),
    )
    ranges = replace(table, low=table.values * 0.9, high=table.values * 1.1)
    start, used = time.perf_counter(), time.process_time()
    ranks_under(study_of(spec, ranges, seed=1), draws)
    told("同上，数也都是区间", (time.perf_counter() - start, time.process_time() - used))
    print(f"内存最多 {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    parity()
    province()
    slider()
    country()
