"""Kill, cut off and fill up a real installation while people work on it, then look whether anything was lost:

    python -m bench.faults --kills 30 --seed 1                         # about a minute, on SQLite
    python -m bench.faults --kills 1000 --seed 7 --database postgresql # about half an hour

Exits with 1 where an acknowledged write is gone, anything is doubled, a figure is off its recount, a reaction is not
done, the journal does not verify, or somebody got an answer that was no sentence.
"""

import argparse
import json
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.faults import work
from bench.faults.memory import Memory
from bench.faults.place import ROOT, Place
from bench.faults.store import Postgres, Sqlite

EVERY = 12  # kills between two faults of another kind


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
    parser.add_argument("--most", type=float, default=0, help="seconds after which the killing ends anyway")
    options = parser.parse_args()
    store = Postgres(pooled=options.pgbouncer) if options.database == "postgresql" else Sqlite()
    try:
        with _folder() as (home, bounded):
            place = Place(home, store, options.port)
            result = run(place, store, bounded, options)
    finally:
        store.stop()
    print(json.dumps(result, ensure_ascii=False, indent=1))
    return 1 if result["wrong"] else 0


def run(place: Place, store: Sqlite | Postgres, bounded: bool, options: argparse.Namespace) -> dict[str, Any]:
    told, memory, stop = place.prepare(options.projects), Memory(), threading.Event()
    chance = random.Random(options.seed)
    began = time.monotonic()
    place.start()
    people = _people(place.url, told, memory, options.seed)
    threads = [threading.Thread(target=_at_work, args=(acts, memory, stop), daemon=True) for acts in people]
    for thread in threads:
        thread.start()
    done = _faults(place, store, bounded, options, chance)
    store.proxy.mend() if isinstance(store, Postgres) else None
    place.wait(60)
    time.sleep(3)  # people finish what they had in hand
    stop.set()
    for thread in threads:
        thread.join(120)
    place.stop()
    result = _checked(place, memory, told["air"])
    result["wrong"] += sorted(set(memory.odd))
    result |= {
        "database": store.name, "seed": options.seed, "faults": done, "answers": memory.answers,
        "acknowledged": memory.acknowledged, "seconds": round(time.monotonic() - began),
    }  # fmt: skip
    return result


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
                lambda one=one, mine=mine: work.report(one, one.chance.choice(mine)),
                lambda one=one, mine=mine: work.problem(one, mine[0]["pk"], tuple(told["kind"])),
                # reporting a problem takes the draft of its project with it: who has one project writes no draft
                lambda one=one, mine=mine: work.draft(one, mine[-1]["pk"]) if len(mine) > 1 else None,
                lambda desk=desk: work.order(desk, told["lead"]),
                lambda desk=desk: work.bring_in(desk, told["town"]),
            ]
        )
    made.append([lambda: work.close(office, told["returned"])])
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
            memory.heard(f"refused: {str(refused)[:160]}")
            time.sleep(0.2)
        time.sleep(0.05)


def _faults(
    place: Place, store: Sqlite | Postgres, bounded: bool, options: argparse.Namespace, chance: random.Random
) -> Counter[str]:
    """So many kills, every so often something else; returns what was done how often."""
    done: Counter[str] = Counter()
    others = [*store.faults, "clock", *(["disk"] if bounded else [])]
    ends = time.monotonic() + (options.most or 1e9)
    while sum(v for k, v in done.items() if k.startswith("kill")) < options.kills and time.monotonic() < ends:
        time.sleep(options.pace * chance.uniform(0.4, 1.6))
        if name := place.kill(chance):
            done[f"kill {name}"] += 1
            if name in ("web master", "serve"):
                place.wait(90)
        if sum(done.values()) % EVERY == EVERY - 1:
            other = others[sum(v for k, v in done.items() if not k.startswith("kill")) % len(others)]
            done[other] += 1
            _other(place, store, other)
    return done


def _other(place: Place, store: Sqlite | Postgres, name: str) -> None:
    if name == "disk":
        place.fill_disk(2)
    elif name == "clock":
        place.jump_clock()
    elif isinstance(store, Postgres):
        store.fault(name)


def _checked(place: Place, memory: Memory, indicator: int) -> dict[str, Any]:
    kept = {
        "reports": {pk: sorted(may) for pk, may in memory.reports.items()}, "problems": memory.problems,
        "photos": memory.photos, "orders": memory.orders, "imports": memory.imports, "drafts": memory.drafts,
        "closings": memory.closings, "air": indicator, "values": memory.values,
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
        mount = ["mount", "-t", "tmpfs", "-o", "size=160m", "tmpfs", str(home)]
        bounded = subprocess.run(mount, check=False, stderr=subprocess.DEVNULL).returncode == 0
        try:
            yield home, bounded
        finally:
            if bounded:
                subprocess.run(["umount", "-l", str(home)], check=False)


if __name__ == "__main__":
    sys.exit(main())
