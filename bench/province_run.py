"""Measure a province's pages beside one district's, on SQLite and PostgreSQL; prints a table for docs/performance.md.

python bench/province_run.py [--districts 1,100] [--projects 1000] [--people 20000] [--databases sqlite,postgres]
"""

import argparse
import json
import resource
import subprocess
import sys
import time
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
    parser.add_argument("--districts", default="1,100")
    parser.add_argument("--projects", type=int, default=1000)
    parser.add_argument("--people", type=int, default=20_000)
    parser.add_argument("--databases", default="sqlite,postgres")
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument(
        "--inside", type=int, help="measure this many districts in the database of the environment"
    )
    options = parser.parse_args()
    if options.inside:
        print(json.dumps(measure(options.inside, options), ensure_ascii=False))
        return
    heads = ("数据库", "区", "项目", "人", "建库，秒", "页", "状态", "查询数", "p50", "p95", "CPU")
    print(f"| {' | '.join(heads)} |\n|{'---|' * len(heads)}", flush=True)
    for database in options.databases.split(","):
        for districts in options.districts.split(","):
            told(database, apart(database, int(districts), options))


def told(database: str, found: dict[str, Any]) -> None:
    head = f"| {database} | {found['districts']} | {found['projects']:,} | {found['people']:,} | {found['build_s']}"
    for name, page in found["pages"].items():
        print(
            f"{head} | {name} | {page['status']} | {page['queries']} | {page['p50_ms']} | {page['p95_ms']} "
            f"| {page['cpu_ms']} |",
            flush=True,
        )


def apart(database: str, districts: int, options: argparse.Namespace) -> dict[str, Any]:
    """In a process and a database of its own, thrown away afterwards."""
    with environment_of(
        database, "2019-01-12T08:30", "synchronous_commit = off", "max_wal_size = '4GB'"
    ) as environment:
        command = [sys.executable, __file__, "--inside", str(districts), "--projects", str(options.projects),
                   "--people", str(options.people if districts > 1 else 200), "--runs", str(options.runs)]  # fmt: skip
        done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
        if done.returncode:
            sys.exit(done.stderr[-3000:])
        return json.loads(done.stdout.strip().splitlines()[-1])


def measure(districts: int, options: argparse.Namespace) -> dict[str, Any]:
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    from bench.district import NOW
    from bench.province import build
    from xushi.core.months import Month
    from xushi.journal.actions import SYSTEM
    from xushi.progress.closing import reopen_month
    from xushi.registry.models import Project
    from xushi.supervision.models import SupervisionOrder

    settings.ALLOWED_HOSTS = ["testserver"]
    call_command("migrate", verbosity=0)
    began = time.perf_counter()
    people = build(districts, options.projects, options.people)
    built = time.perf_counter() - began
    own = {
        who: {
            "project": Project.objects.visible_to(user).filter(started_on__isnull=False).earliest("pk").pk,
            "order": SupervisionOrder.objects.visible_to(user).open().earliest("pk").pk,
        }
        for who, user in people.items()
    }

    def measured(pages: list[tuple[str, str, str]]) -> dict[str, Any]:
        return {name: page(people[who], path.format(**own[who]), options.runs) for name, who, path in pages}

    found = measured(PAGES)
    reopen_month(Month(2018, 12), "补报", actor=SYSTEM, now=NOW)
    return {
        "districts": districts,
        "projects": districts * options.projects,
        "people": options.people,
        "build_s": round(built),
        "pages": found | measured(REOPENED),
    }


def page(user: Any, path: str, runs: int) -> dict[str, Any]:
    import statistics

    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    answer = client.get(path)
    with CaptureQueriesContext(connection) as captured:
        client.get(path)
        queries = len(captured)
    spent, before = [], resource.getrusage(resource.RUSAGE_SELF)
    for _ in range(runs):
        began = time.perf_counter()
        client.get(path)
        spent.append((time.perf_counter() - began) * 1000)
    after = resource.getrusage(resource.RUSAGE_SELF)
    spent.sort()
    cpu = (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) / runs * 1000
    return {
        "status": answer.status_code,
        "queries": queries,
        "p50_ms": round(statistics.median(spent), 1),
        "p95_ms": round(spent[min(runs - 1, int(runs * 0.95))], 1),
        "cpu_ms": round(cpu, 1),
    }


if __name__ == "__main__":
    main()
