"""同一件事不用引擎、一个数一个数地再算一遍：分母、补缺、离群、标准化、汇总，处处相同。"""

import math
import random
import statistics
import subprocess
import sys
from typing import Any

import pytest

from tests.indicators.making import table
from xushi.indicators.engine import build
from xushi.indicators.reading import spec_of

Column = list[float]
GAP = None


def skew_and_kurtosis(x: Column) -> tuple[float, float]:
    n, mean = len(x), statistics.fmean(x)
    m2, m3, m4 = (math.fsum((v - mean) ** k for v in x) / n for k in (2, 3, 4))
    skew = m3 / m2**1.5 * math.sqrt(n * (n - 1)) / (n - 2)
    return skew, (n - 1) / ((n - 2) * (n - 3)) * ((n + 1) * (m4 / m2**2 - 3) + 6)


def outlying(x: Column) -> bool:
    skew, kurtosis = skew_and_kurtosis(x)
    return abs(skew) > 2 and kurtosis > 3.5


def treated(x: Column, limit: int) -> Column:
    now = list(x)
    for _ in range(limit):
        if not outlying(now):
            return now
        end = max(now) if skew_and_kurtosis(now)[0] > 0 else min(now)
        rest = [v for v in now if v != end]
        now = [v if v != end else (max(rest) if end > rest[0] else min(rest)) for v in now]
    if not outlying(now):
        return now
    low, high = min(x), max(x)
    return [math.log(v - low + 0.01 * (high - low)) for v in x]


def by_hand(rows: list[list[float | None]], people: Column, groups: list[str], limit: int) -> list[float]:
    columns = []
    for c in range(len(rows[0])):
        x = [None if (v := row[c]) is None else v / p for row, p in zip(rows, people, strict=True)]
        means = {
            g: statistics.fmean(v for v, h in zip(x, groups, strict=True) if h == g and v is not None)
            for g in set(groups)
        }
        full = treated([means[g] if v is None else v for v, g in zip(x, groups, strict=True)], limit)
        low, high = min(full), max(full)
        columns.append([100 * (v - low) / (high - low) for v in full])
    weights = [1.0, 2.0, 3.0]
    return [math.fsum(w * c[i] for w, c in zip(weights, columns, strict=True)) / 6 for i in range(len(rows))]


@pytest.mark.parametrize(("seed", "limit"), [(1, 5), (2, 5), (3, 1), (4, 0), (5, 2)])
def test_the_whole_way(seed: int, limit: int) -> None:
    chance = random.Random(seed)
    units = [f"单位{at:02}" for at in range(30)]
    rows: list[list[float | None]] = [
        [chance.lognormvariate(0, spread) if chance.random() > 0.1 else GAP for spread in (0.3, 1.2, 2.0)]
        for _ in units
    ]
    people, groups = [chance.uniform(1, 9) for _ in units], [chance.choice("东西") for _ in units]
    text = "unit,区,人口,a,b,c\n" + "\n".join(
        f"{unit},{group},{person!r}," + ",".join("" if v is None else repr(v) for v in row)
        for unit, group, person, row in zip(units, groups, people, rows, strict=True)
    )
    nodes: dict[str, Any] = {"总": {"weighting": "relative"}}
    nodes |= {code: {"parent": "总", "weight": weight} for code, weight in (("a", 1), ("b", 2), ("c", 3))}
    defaults = {
        "derive": {"form": "per", "by": "人口"},
        "impute": {"group": "区"},
        "treat": {"winsorise": limit},
    }
    spec = spec_of({"name": "x", "columns": {"attributes": ["区"]}, "defaults": defaults, "nodes": nodes})
    found = build(spec, table(text, attributes=["区"])).scores[0, :, -1]
    assert found == pytest.approx(by_hand(rows, people, groups, limit), rel=1e-9)


def test_the_web_process_does_not_pay_for_it() -> None:
    """起动时不引入 numpy、scipy、pandas 和视频的库：要算的那一下才引入。pydantic 是页面读说明要的，不在此列。"""
    heavy = ("numpy", "scipy", "pandas", "SALib", "av", "cv2")
    words = (
        "import django,sys;django.setup();import xushi.config.urls;"
        f"print([m for m in {heavy} if m in sys.modules])"
    )
    env = {"DJANGO_SETTINGS_MODULE": "tests.settings", "PATH": ""}
    done = subprocess.run([sys.executable, "-c", words], env=env, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "[]", done.stderr[-500:]
