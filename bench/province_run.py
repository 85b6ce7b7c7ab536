"""Measure a province's pages beside one district's, on SQLite and PostgreSQL; prints tables for docs/performance.md.

python bench/province_run.py [--districts 100] [--projects 1000] [--people 20000] [--databases sqlite,postgres]
Both stand at the same time and are asked in turn, a request here, a request there: what the machine does meanwhile
meets both alike. Closed months are seen at the newest, the report's form once December has been reopened.
"""

import argparse
import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
from bench.apart import environment_of  # noqa: E402

PAGES = [
    ("首页（区领导）", "leader", "/"),
    ("总览（区重大办）", "office", "/overview/?month=2018-12"),
    ("清单（区重大办）", "office", "/projects/?month=2018-12&level=district&stage=under_way&sort=gap"),
    ("清单（属地）", "territory", "/projects/?month=2018-12"),
    ("待办（区重大办）", "office", "/duties/"),
    ("项目页（区领导）", "leader", "/projects/{project}/"),
    ("首页（属地）", "territory", "/"),
    ("预警（区领导）", "leader", "/alerts/"),
    ("督办清单（区重大办）", "office", "/supervision/orders/"),
    ("督办清单（属地）", "territory", "/supervision/orders/"),
    ("督办单（区领导）", "leader", "/supervision/orders/{order}"),
    ("督办单（属地）", "territory", "/supervision/orders/{order}"),
    ("待办（属地）", "territory", "/duties/"),
    ("首页（省）", "province", "/"),
    ("总览（省）", "province", "/overview/?month=2018-12"),
    ("清单（省）", "province", "/projects/?month=2018-12&level=district&stage=under_way&sort=gap"),
    ("督办清单（省）", "province", "/supervision/orders/"),
]
REOPENED = [("月报表单（属地）", "territory", "/progress/report/{project}/2018-12/")]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--districts", type=int, default=100, help="beside one")
    parser.add_argument("--projects", type=int, default=1000, help="of every district")
    parser.add_argument("--people", type=int, default=20_000)
    parser.add_argument("--databases", default="sqlite,postgres")
    parser.add_argument("--runs", type=int, default=100)
    parser.add_argument(
        "--inside", type=int, help="build so many districts and answer requests of the other process"
    )
    options = parser.parse_args()
    if options.inside:
        answer(options.inside, options.projects, options.people)
        return
    for database in options.databases.split(","):
        with apart(database, 1, options) as one, apart(database, options.districts, options) as many:
            print(f"\n{database}：{options.districts}个区，建库{many.built:.0f}秒\n{HEAD}", flush=True)
            for row in compared(one, many, options.runs):
                print(row, flush=True)


TITLES = (
    "页",
    "查询数",
    *(f"{of}，{size}" for of in ("p50", "p95", "CPU") for size in ("1区", "多区", "倍数")),
)
HEAD = f"| {' | '.join(TITLES)} |\n{'|---' * len(TITLES)}|"


class Side:
    """One of the two databases, in a process of its own that does one request at a time."""

    def __init__(self, environment: dict[str, str], *arguments: str) -> None:
        command = [sys.executable, __file__, *arguments]
        self.process = subprocess.Popen(
            command, env=environment, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self.built = 0.0

    def ask(self, what: str, page: str = "") -> Any:
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(json.dumps([what, page]) + "\n")
        self.process.stdin.flush()
        for line in self.process.stdout:  # what the product says of slow queries is passed over
            if line.startswith("["):
                return json.loads(line)[0]
        sys.exit("量的那个进程没有答就停了。")


@contextmanager
def apart(database: str, districts: int, options: argparse.Namespace) -> Iterator[Side]:
    """In a process and a database of its own, thrown away afterwards."""
    with environment_of(
        database, "2019-01-12T08:30", "synchronous_commit = off", "max_wal_size = '4GB'"
    ) as environment:
        side = Side(environment, "--inside", str(districts), "--projects", str(options.projects),
                    "--people", str(options.people if districts > 1 else 200))  # fmt: skip
        try:
            side.built = side.ask("built")
            yield side
        finally:
            side.process.kill()
            side.process.wait()


def compared(one: Side, many: Side, runs: int) -> Iterator[str]:
    """A row of the table for each page."""
    for pages in (PAGES, REOPENED):
        if pages is REOPENED:
            for side in (one, many):
                side.ask("reopen")
        for name, _, _ in pages:
            told = [side.ask("queries", name) for side in (one, many)]
            if {status for status, _ in told} != {200}:
                sys.exit(f"{name}没有打开：{told}")
            spent: list[list[list[float]]] = [[], []]
            for _ in range(runs):
                for number, side in enumerate((one, many)):
                    spent[number].append(side.ask("time", name))
            yield _row(name, told[1][1], *spent)


def _row(name: str, queries: int, few: list[list[float]], many: list[list[float]]) -> str:
    cells = [name, str(queries)]
    waited = [sorted(ms for ms, _ in of) for of in (few, many)]
    pairs = [[of[int(len(of) * share)] for of in waited] for share in (0.5, 0.95)]
    pairs.append([statistics.median(cpu for _, cpu in of) for of in (few, many)])
    for here, there in pairs:
        cells += [f"{here:.0f}", f"{there:.0f}", f"{there / here:.1f}"]
    return f"| {' | '.join(cells)} |"


def answer(districts: int, projects: int, people: int) -> None:
    """Build, then do what is asked on the standard input, a line of JSON back for each."""
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    from bench import province

    settings.ALLOWED_HOSTS = ["testserver"]
    call_command("migrate", verbosity=0)
    began = time.perf_counter()
    pages = Pages(province.build(districts, projects, people))
    pages.seconds = time.perf_counter() - began
    for line in sys.stdin:
        what, page = json.loads(line)
        print(json.dumps([getattr(pages, what)(*filter(None, [page]))]), flush=True)


class Pages:
    """The pages of the people whom bench.province.build returned."""

    def __init__(self, people: dict[str, Any]) -> None:
        from django.test import Client

        from xushi.registry.models import Project
        from xushi.supervision.models import SupervisionOrder

        self.seconds, self.clients = 0.0, {}
        self.paths: dict[str, tuple[str, str]] = {}
        for who, user in people.items():
            self.clients[who] = Client()
            self.clients[who].force_login(user, backend="django.contrib.auth.backends.ModelBackend")
            started = Project.objects.visible_to(user).filter(started_on__isnull=False)
            own = {
                "project": started.earliest("pk").pk,
                "order": SupervisionOrder.objects.visible_to(user).open().earliest("pk").pk,
            }
            self.paths |= {
                name: (who, path.format(**own)) for name, of, path in (*PAGES, *REOPENED) if of == who
            }

    def built(self) -> float:
        return self.seconds

    def time(self, name: str) -> tuple[float, float]:
        """Milliseconds that a request took, and of the processor."""
        before, began = _cpu(), time.perf_counter()
        self._get(name)
        return (time.perf_counter() - began) * 1000, (_cpu() - before) * 1000

    def queries(self, name: str) -> tuple[int, int]:
        """Status and queries of a page that has been open before."""
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        for _ in range(3):
            self._get(name)
        with CaptureQueriesContext(connection) as captured:
            status = self._get(name)
        return status, len(captured)

    def reopen(self) -> bool:
        from bench.district import NOW
        from xushi.core.months import Month
        from xushi.journal.actions import SYSTEM
        from xushi.progress.closing import reopen_month

        reopen_month(Month(2018, 12), "补报", actor=SYSTEM, now=NOW)
        return True

    def _get(self, name: str) -> int:
        who, path = self.paths[name]
        status: int = self.clients[who].get(path).status_code
        return status


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
