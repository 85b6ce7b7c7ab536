"""Kill, cut off and fill up a real installation while people work on it, then look whether anything was lost:

    python -m bench.faults --kills 40 --seed 1                         # a minute or two, on SQLite
    python -m bench.faults --kills 1000 --seed 7 --database postgresql # about an hour
    python -m bench.faults --kills 30 --seed 1 --cold                  # xushi serve itself, its master too

Exits with 1 where an acknowledged write is gone, anything is doubled, a figure is off its recount, a reaction is not
done, the journal does not verify, or somebody got an answer that was no sentence.
"""

import argparse
import json
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.faults import closings, work
from bench.faults.memory import Memory
from bench.faults.place import ROOT, Place
from bench.faults.store import Postgres, Sqlite

ANSWERS = 2  # between two kills, however slow the machine is, but no longer than
AWAITED = 3.0  # seconds
TOLD = 20  # kills between two words of how far it is


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument(
        "--pgbouncer", action="store_true", help="through pgbouncer, one transaction at a time"
    )
    parser.add_argument("--projects", type=int, default=40)
    parser.add_argument("--pace", type=float, default=1.0, help="seconds between two kills, on the average")
    parser.add_argument("--port", type=int, default=8224)
    parser.add_argument(
        "--tables", default="", help="a database whose tables are made already: a file, or a name"
    )
    parser.add_argument(
        "--server", default="", help="the URL of a PostgreSQL that runs; it is never restarted"
    )
    parser.add_argument("--every", type=int, default=12, help="kills between two faults of another kind")
    parser.add_argument("--cold", action="store_true", help="every restart begins with Python, as in use")
    parser.add_argument("--look", type=int, default=100, help="kills after which all is counted and verified")
    parser.add_argument(
        "--log", default="", help="where what the processes printed is kept; else only of a bad end"
    )
    parser.add_argument("--most", type=float, default=0, help="seconds after which the killing ends anyway")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that nothing is left running
    options.most = options.most or float("inf")
    store = _store(options)
    try:
        with _folder() as (home, bounded):
            place, result = Place(home, store, options.port, forked=not options.cold), {}
            try:
                result = run(place, store, bounded, options)
            finally:
                place.stop()
                if options.log or result.get("wrong"):
                    kept = options.log or tempfile.mkstemp(prefix="xushi-faults-", suffix=".log")[1]
                    shutil.copy(place.log.name, kept)
                    print(f"各进程说的话留在{kept}", flush=True)
    finally:
        store.stop()
    print(json.dumps(result, ensure_ascii=False, indent=1))
    return 1 if result["wrong"] else 0


def _store(options: argparse.Namespace) -> Sqlite | Postgres:
    if options.database == "sqlite":
        return Sqlite(options.tables)
    return Postgres(pooled=options.pgbouncer, server=options.server, tables=options.tables)


def run(place: Place, store: Sqlite | Postgres, bounded: bool, options: argparse.Namespace) -> dict[str, Any]:
    """Rounds of kills over one district; after each all stops and is looked at, after the first bad one all ends."""
    began = time.monotonic()
    told, memory = place.prepare(options.projects), Memory()
    drill = Drill(place, store, bounded, options, memory, ends=time.monotonic() + options.most)
    people = _people(place.url, told, memory, options.seed)
    result: dict[str, Any] = {}
    while not result.get("wrong") and drill.goes_on:
        drill.round(people)
        result = _checked(place, memory, told["air"])
        result["wrong"] += sorted(set(memory.odd))
        result |= {
            "database": store.name, "seed": options.seed, "faults": drill.done, "answers": memory.answers,
            "acknowledged": memory.acknowledged, "seconds": round(time.monotonic() - began),
        }  # fmt: skip
        print(json.dumps(result, ensure_ascii=False), file=sys.stderr, flush=True)
    return result


@dataclass
class Drill:
    """What is done to a place while people work there; done counts it by kind."""

    place: Place
    store: Sqlite | Postgres
    bounded: bool  # whether the disk can be filled
    options: argparse.Namespace  # kills, seed, pace, look
    memory: Memory
    ends: float  # monotonic seconds
    done: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.options.seed)

    @property
    def kills(self) -> int:
        return sum(many for name, many in self.done.items() if name.startswith("kill"))

    @property
    def goes_on(self) -> bool:
        return self.kills < self.options.kills and time.monotonic() < self.ends

    def round(self, people: list[list[Callable[[], None]]]) -> None:
        """People at work from before the first fault to a little after the last; then all ends in good order."""
        self.place.start()
        stop = threading.Event()
        threads = [
            threading.Thread(target=_at_work, args=(one, self.memory, stop), daemon=True) for one in people
        ]
        for thread in threads:
            thread.start()
        until = min(self.options.kills, self.kills + self.options.look)
        while self.kills < until and time.monotonic() < self.ends:
            self._fault()
        self.store.mend()
        if self.place.clock:
            self.place.clock.back()
        self.place.wait(60)
        time.sleep(2)  # people finish what they had in hand
        stop.set()
        for thread in threads:
            thread.join(120)
        self.place.stop()

    def _fault(self) -> None:
        """One kill, after some work was done; every so often something else."""
        heard = self.memory.answers["answered"]
        time.sleep(self.options.pace * self.chance.uniform(0.4, 1.6))
        ends = time.monotonic() + AWAITED
        while self.memory.answers["answered"] < heard + ANSWERS and time.monotonic() < ends:
            time.sleep(0.05)
        name = self.place.kill(self.chance)
        if not name:
            return
        self.done[f"kill {name}"] += 1
        if name in ("web master", "serve", "all at once"):
            self.place.wait(120)
        if self.kills % TOLD == 0:
            print(f"{self.kills}次，{dict(self.memory.answers)}", file=sys.stderr, flush=True)
        if self.kills % self.options.every == 0:
            self._other_fault()

    def _other_fault(self) -> None:
        shifting = self.place.clock
        others = [*self.store.faults, "clock", *["disk"] * self.bounded, *["system clock"] * bool(shifting)]
        name = others[(sum(self.done.values()) - self.kills) % len(others)]
        self.done[name] += 1
        if name == "disk":
            self.place.fill_disk(2)
        elif name == "clock":
            self.place.jump_clock()
        elif name == "system clock" and shifting:
            shifting.jump()
        else:
            self.store.fault(name)


def _people(url: str, told: dict[str, Any], memory: Memory, seed: int) -> list[list[Callable[[], None]]]:
    """What each of nine people does over and over; no two report the same project."""

    def person(n: int, session: str) -> work.Person:
        return work.Person(url, session, told["csrf"], memory, random.Random(seed * 100 + n))

    office, leader, measurer = (
        person(90 + n, told[who]) for n, who in enumerate(("office", "leader", "office"))
    )
    made: list[list[Callable[[], None]]] = []
    for n, held in enumerate(one for one in told["reporters"] if one["projects"]):
        one, desk, mine = person(n, held["session"]), person(n + 50, told["office"]), held["projects"]
        made.append(
            [
                *[lambda one=one, mine=mine: work.report(one, mine)] * 4,
                lambda one=one, mine=mine: work.problem(one, mine[0]["pk"], tuple(told["kind"])),
                # reporting a problem takes the draft of its project with it: who has one project writes no draft
                lambda one=one, mine=mine: work.draft(one, mine[-1]["pk"]) if len(mine) > 1 else None,
                lambda desk=desk: work.order(desk, told["lead"]),
                lambda desk=desk: work.bring_in(desk, told["town"]),
            ]
        )
    made.append([lambda: closings.office(office, told["returned"])])
    made.append([lambda: work.read(leader), lambda: work.score(leader)])
    made.append([lambda: work.observe(measurer, told["air"]), lambda: work.score(measurer)])
    return made


def _at_work(acts: list[Callable[[], None]], memory: Memory, stop: threading.Event) -> None:
    turn = random.Random(id(acts) % 97)
    while not stop.is_set():
        try:
            turn.choice(acts)()
        except work.Lost:
            time.sleep(1)
        except work.Refused as refused:
            memory.heard(f"refused: {re.sub(r'/[0-9a-f]*[0-9][0-9a-f]*(?=/)', '/N', str(refused))[:160]}")
            time.sleep(0.2)
        time.sleep(0.05)


def _checked(place: Place, memory: Memory, indicator: int) -> dict[str, Any]:
    kept = {
        "reports": {pk: sorted(may) for pk, may in memory.reports.items()}, "problems": memory.problems,
        "photos": memory.photos, "orders": memory.orders, "imports": memory.imports, "drafts": memory.drafts,
        "closings": memory.closings, "december": memory.december if memory.certain else None,
        "air": indicator, "values": memory.values,
    }  # fmt: skip
    looked = subprocess.run(
        [sys.executable, "-m", "bench.faults.check"], env=place.env, cwd=ROOT, input=json.dumps(kept),
        stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    result: dict[str, Any] = json.loads(looked.stdout.splitlines()[-1])
    return result


@contextmanager
def _folder() -> Iterator[tuple[Path, bool]]:
    """A folder of its own; a small file system where mounting is allowed, so that its disk can be filled."""
    with tempfile.TemporaryDirectory(prefix="xushi-faults-", ignore_cleanup_errors=True) as place:
        home = Path(place) / "home"
        home.mkdir()
        mount = ["mount", "-t", "tmpfs", "-o", "size=256m", "tmpfs", str(home)]
        bounded = subprocess.run(mount, check=False, stderr=subprocess.DEVNULL).returncode == 0
        try:
            yield home, bounded
        finally:
            if bounded:
                subprocess.run(["umount", "-l", str(home)], check=False)


if __name__ == "__main__":
    sys.exit(main())
