"""全国的模拟：闲的时候等于各段之和，用了几成等于算得出的；先满的是最窄的那一处。"""

from dataclasses import replace

import pytest
from bench.country import Load, of_measured, simulated

SMALL = Load(people=60_000, web_cores=16, shards=8, shard_cores=2, coordinator_cores=2)  # 83 pages a second


def test_the_largest_province_is_as_large_as_said_and_the_shares_are_a_whole() -> None:
    shares = SMALL.shares()
    assert sum(shares) == pytest.approx(1)
    assert shares[0] * len(shares) == pytest.approx(SMALL.largest, rel=0.01)
    assert shares == sorted(shares, reverse=True)


def test_where_nobody_waits_a_page_takes_what_its_parts_take() -> None:
    found = simulated(SMALL, 1, seconds=60)
    whole = SMALL.web_ms + SMALL.database_ms + SMALL.coordinator_ms
    assert found.first == ""
    assert found.p50 == pytest.approx(whole, rel=0.15)
    assert found.pages_a_second == pytest.approx(60_000 * 20 / 14_400)
    web = found.pages_a_second * SMALL.web_ms / 1000 / SMALL.web_cores
    assert found.used["网页"] == pytest.approx(web, rel=0.1)
    busiest = found.pages_a_second * SMALL.database_ms / 1000 / SMALL.shard_cores * SMALL.shares()[0]
    assert found.used["最忙的库"] == pytest.approx(busiest, rel=0.2)


@pytest.mark.parametrize(
    ("narrow", "first"),
    [
        ({"web_cores": 2}, "网页"),
        ({"database_ms": 90.0, "web_cores": 64}, "最忙的库"),
        ({"coordinator_ms": 30.0}, "协调节点"),
        ({"seal_ms": 200.0}, "封印"),
    ],
)
def test_what_is_narrowest_is_full_first(narrow: dict[str, float], first: str) -> None:
    load = replace(SMALL, **narrow)
    assert simulated(load, 1, seconds=20).first == first
    assert simulated(load, 0.2, seconds=20).first == ""


def test_twice_the_load_waits_longer_where_it_is_nearly_full() -> None:
    load = replace(SMALL, web_cores=3)
    assert simulated(load, 1.3, seconds=20).p95 > 2 * simulated(load, 0.5, seconds=20).p95


def test_what_was_measured_is_taken_over() -> None:
    pages = {"首页": {"n": 30, "p50": 60.0}, "待办": {"n": 10, "p50": 20.0}}
    given = of_measured({"server_ms_per_request": 24.0, "database_ms_per_request": 6.0, "pages": pages})
    assert (given["web_ms"], given["database_ms"]) == (24.0, 6.0)
    assert sum(often * dear for often, dear in given["kinds"]) == pytest.approx(1)
