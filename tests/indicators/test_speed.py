"""量级守得住：处理器用时的三倍宽，真正的数由 bench 量。"""

import time

from bench.scoring import large

from xushi.indicators.engine import build
from xushi.indicators.scenario import overlaid, scenario_of
from xushi.indicators.tracing import answer, traced


def used(work: object) -> float:
    start = time.process_time()
    work()  # type: ignore[operator]
    return time.process_time() - start


def test_a_province_with_every_cell_traced() -> None:
    """100 个单位 × 200 个指标 × 12 期，每一格怎么来的都在：要求 200 毫秒。"""
    spec, table = large(100, 200, 12)
    whole = traced(build(spec, table, periods=table.periods))
    assert whole.figures["score"].shape == (12, 100, 200) and len(whole.references) == 200
    assert min(used(lambda: traced(build(spec, table, periods=table.periods))) for _ in range(3)) < 0.6


def test_a_slider() -> None:
    """滑一下：100 毫秒。"""
    spec, table = large(11, 97, 1)
    moves = scenario_of({"set": {"observations.单位0003.指标7": 1.5}})
    assert len(answer(build(*overlaid(spec, table, moves)))) == 11
    assert min(used(lambda: answer(build(*overlaid(spec, table, moves)))) for _ in range(3)) < 0.1
