"""A country on a sharded PostgreSQL, simulated from what a province was measured to take: python -m bench.country

Nobody here has three million projects on thirty machines. What one page and one write take of the web and of the
database is measured (bench.mixed on PostgreSQL, a province of 100,000 projects: a shard is one such province); this
sends a country's requests through queues that take that long, and says which of them is the first to be full. What is
assumed and not measured is an argument of its own, and said in the result.
"""

import argparse
import heapq
import json
import math
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

FULL = 0.9  # of its time at work: above this the queue before it grows
NATIONAL = 0.001  # of the pages, those that ask every shard
WRITES = 0.08  # as in bench.mixed
SEED = 2018


@dataclass(frozen=True, slots=True)
class Load:
    """What a country asks for, and what it stands on; the milliseconds are those of a processor."""

    people: int = 600_000
    pages_a_day: int = 20
    hours: float = 4.0  # in which they are asked for
    web_ms: float = 25.0
    database_ms: float = 6.2
    kinds: tuple[tuple[float, float], ...] = ((1.0, 1.0),)  # how often, how dear beside the mean
    web_cores: int = 64
    shards: int = 32
    shard_cores: int = 4
    largest: float = 2.6  # the largest province beside the mean one
    coordinator_cores: int = 8
    coordinator_ms: float = 1.5  # a page: 30 sentences handed on, 0.05 ms each; assumed
    seal_ms: float = 1.0  # an event

    @property
    def pages_a_second(self) -> float:
        return self.people * self.pages_a_day / (self.hours * 3600)

    def shares(self) -> list[float]:
        """What part of the people each shard serves: falling evenly from the largest, as provinces do."""
        steepness = _steepness(self.shards, self.largest)
        weights = [math.exp(-steepness * rank) for rank in range(self.shards)]
        return [one / sum(weights) for one in weights]


def _steepness(shards: int, largest: float) -> float:
    """How steeply exp(-s·rank) falls so that the first is this many times the mean; by halving."""
    low, high = 0.0, 5.0
    for _ in range(60):
        middle = (low + high) / 2
        weights = [math.exp(-middle * rank) for rank in range(shards)]
        low, high = (middle, high) if weights[0] * shards / sum(weights) < largest else (low, middle)
    return low


@dataclass(slots=True)
class Queue:
    """First come, first served by so many at once."""

    name: str
    servers: int
    busy: int = 0
    worked: float = 0.0  # milliseconds of all servers
    waiting: list[tuple[float, Callable[[float], None]]] = field(default_factory=list)
    head: int = 0

    def used(self, milliseconds: float) -> float:
        return self.worked / (milliseconds * self.servers)


class World:
    """Events in the order of their time, in milliseconds."""

    def __init__(self) -> None:
        self._events: list[tuple[float, int, Callable[[float], None]]] = []
        self._number = count()

    def at(self, moment: float, what: Callable[[float], None]) -> None:
        heapq.heappush(self._events, (moment, next(self._number), what))

    def run(self, until: float) -> None:
        while self._events and self._events[0][0] <= until:
            moment, _, what = heapq.heappop(self._events)
            what(moment)

    def serve(self, queue: Queue, now: float, takes: float, then: Callable[[float], None]) -> None:
        if queue.busy < queue.servers:
            self._begin(queue, now, takes, then)
        else:
            queue.waiting.append((takes, then))

    def _begin(self, queue: Queue, now: float, takes: float, then: Callable[[float], None]) -> None:
        queue.busy += 1
        queue.worked += takes

        def done(moment: float) -> None:
            queue.busy -= 1
            if queue.head < len(queue.waiting):
                following, after = queue.waiting[queue.head]
                queue.head += 1
                self._begin(queue, moment, following, after)
            then(moment)

        self.at(now + takes, done)


@dataclass(frozen=True, slots=True)
class Result:
    """times in milliseconds, used as a part of one; first is what is full, "" where nothing is."""

    times_the_load: float
    pages_a_second: float
    p50: float
    p95: float
    used: dict[str, float]
    first: str


def simulated(load: Load, times: float, seconds: float = 20.0, seed: int = SEED) -> Result:
    """So many times the load for so long; what comes in is measured until it is answered, or the time is over twice."""
    chance, world, shares = random.Random(seed), World(), load.shares()
    web, coordinator = Queue("网页", load.web_cores), Queue("协调节点", load.coordinator_cores)
    seal = Queue("封印", 1)
    shards = [Queue(f"库{number + 1}", load.shard_cores) for number in range(load.shards)]
    numbers, often = range(load.shards), [one for one, _ in load.kinds]
    answered: list[float] = []

    def page(now: float) -> None:
        _, dear = chance.choices(load.kinds, often)[0]
        takes = chance.gammavariate(4.0, load.web_ms * dear / 4.0)
        asked = shards if chance.random() < NATIONAL else [shards[chance.choices(numbers, shares)[0]]]
        writes = chance.random() < WRITES

        def drawn(moment: float) -> None:
            answered.append(moment - now)
            if writes:
                world.serve(seal, moment, load.seal_ms, lambda _: None)

        def found(moment: float) -> None:
            world.serve(web, moment, takes / 2, drawn)

        def handed_on(moment: float) -> None:
            left = [len(asked)]

            def one_found(then: float) -> None:
                left[0] -= 1
                if not left[0]:
                    found(then)

            for shard in asked:
                world.serve(shard, moment, chance.gammavariate(2.0, load.database_ms * dear / 2.0), one_found)

        def begun(moment: float) -> None:
            world.serve(coordinator, moment, load.coordinator_ms * len(asked), handed_on)

        world.serve(web, now, takes / 2, begun)

    for moment in _arrivals(chance, load.pages_a_second * times, seconds):
        world.at(moment, page)
    world.run(seconds * 2000)
    busiest = max(shards, key=lambda shard: shard.worked)
    parts = {"网页": web, "最忙的库": busiest, "协调节点": coordinator, "封印": seal}
    used = {name: queue.used(seconds * 1000) for name, queue in parts.items()}
    most = max(used, key=lambda name: used[name])
    ordered = sorted(answered)
    return Result(
        times, load.pages_a_second * times, ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.95)],
        used, most if used[most] > FULL else "",
    )  # fmt: skip


def _arrivals(chance: random.Random, a_second: float, seconds: float) -> Iterator[float]:
    moment = 0.0
    while (moment := moment + chance.expovariate(a_second) * 1000) < seconds * 1000:
        yield moment


def of_measured(told: dict[str, Any]) -> dict[str, Any]:
    """What bench.mixed printed of a run on PostgreSQL, as arguments of Load."""
    pages = told["pages"]
    total = sum(one["n"] for one in pages.values())
    mean = sum(one["n"] * one["p50"] for one in pages.values()) / total
    kinds = tuple((one["n"] / total, one["p50"] / mean) for one in pages.values())
    return {
        "web_ms": told["server_ms_per_request"],
        "database_ms": told["database_ms_per_request"],
        "kinds": kinds,
    }


def sealing(events: int = 2000) -> float:
    """Milliseconds that sealing one event takes, in a PostgreSQL of its own."""
    from bench.apart import environment_of, stand_up

    with environment_of("postgres", "2019-01-12T08:30") as environment:
        stand_up(environment)
        from django.db import connection, transaction

        from bench import district
        from xushi.journal.actions import SYSTEM, record
        from xushi.journal.sealing import seal_events

        with transaction.atomic():
            for number in range(events):
                record("bench.event", actor=SYSTEM, now=district.NOW, summary=f"第{number + 1}件")
        began, done = time.perf_counter(), 0
        while sealed := seal_events():
            done += sealed
        took = (time.perf_counter() - began) * 1000 / done
        connection.close()
    return took


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--measured", help="what bench.mixed --database postgres printed")
    parser.add_argument("--times", default="0.5,1,1.5,2,3,4")
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--seal-ms", type=float, help="else measured here")
    for name in ("web-cores", "shards", "shard-cores", "coordinator-cores"):
        parser.add_argument(f"--{name}", type=int)
    options = parser.parse_args()
    given = of_measured(json.loads(Path(options.measured).read_text("utf-8"))) if options.measured else {}
    named = ("web_cores", "shards", "shard_cores", "coordinator_cores", "seal_ms")
    given |= {name: getattr(options, name) for name in named if getattr(options, name) is not None}
    if "seal_ms" not in given:
        given["seal_ms"] = sealing()
    load = Load(**given)
    print(f"每秒{load.pages_a_second:.0f}页；网页{load.web_ms:.1f}、库{load.database_ms:.1f}、封印{load.seal_ms:.2f}毫秒（量的），"
          f"协调节点{load.coordinator_ms:.1f}毫秒（假定）；网页{load.web_cores}核，{load.shards}个库各{load.shard_cores}核，"
          f"最大的省是平均的{load.largest:g}倍")  # fmt: skip
    print("| 倍数 | 每秒，页 | p50，毫秒 | p95，毫秒 | 网页 | 最忙的库 | 协调节点 | 封印 | 先满的 |")
    print("|---|---|---|---|---|---|---|---|---|")
    for times in map(float, options.times.split(",")):
        found = simulated(load, times, options.seconds)
        used = " | ".join(f"{share:.0%}" for share in found.used.values())
        waits = f"{found.p50:.0f} | {found.p95:.0f}"
        print(f"| {times:g} | {found.pages_a_second:.0f} | {waits} | {used} | {found.first or '—'} |")


if __name__ == "__main__":
    main()
