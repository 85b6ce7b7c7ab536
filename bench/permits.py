"""Measure where 20,000 projects wait with 100,000 steps: python bench/permits.py [--sizes 150,20000]

Every project has 24 steps of a catalogue, five of them waiting, some decided; 20,000 projects make 480,000 rows.
Prints the tables of docs/performance.md: the page of queues, the expected start of all and of one.
"""

import argparse
import json
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
from bench.apart import environment_of  # noqa: E402

TODAY = date(2018, 9, 12)
PARALLEL = ("环评", "节能审查", "水土保持", "洪水影响", "社会稳定风险评估", "文物", "林地", "征地拆迁")
CHAIN = (
    "用地预审", "项目建议书", "可行性研究", "土地供应", "用地规划许可", "设计方案", "工程规划许可", "初步设计",
    "施工图审查", "消防设计审查", "招投标", "质量安全监督", "施工许可",
)  # fmt: skip
LAST = ("规划核实", "消防验收")
TOWNS = 9


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="150,20000")
    parser.add_argument("--databases", default="sqlite,postgres")
    parser.add_argument("--runs", type=int, default=40)
    parser.add_argument("--inside", type=int, default=0, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        print(json.dumps(measure(options.inside, options.runs), ensure_ascii=False))
        return
    found = [
        outside(database, int(size), options.runs)
        for database in options.databases.split(",")
        for size in options.sizes.split(",")
    ]
    print(report(found))


def outside(database: str, size: int, runs: int) -> dict[str, Any]:
    """One size in a process and a database of its own."""
    with environment_of(database, "2018-09-12T08:30") as environment:
        command = [sys.executable, __file__, "--inside", str(size), "--runs", str(runs)]
        done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
        if done.returncode:
            sys.exit(done.stderr[-3000:])
        result: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
        return result | {"database": database}


def measure(size: int, runs: int) -> dict[str, Any]:
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.test import Client

    settings.ALLOWED_HOSTS = ["testserver"]
    call_command("migrate", verbosity=0)
    began = time.perf_counter()
    people, land = build(size)
    built = time.perf_counter() - began
    pages = {
        "卡在哪（重大办）": ("office", "/permits/"),
        "一个环节超时限的": ("office", f"/permits/?step=p07&unit={land}&over=1"),
        "全部环节，第100页": ("office", "/permits/?step=all&page=100"),
        "卡在哪（属地）": ("territory", "/permits/"),
        "卡在哪（部门）": ("department", "/permits/"),
    }
    told = {}
    for name, (who, path) in pages.items():
        client = Client()
        client.force_login(people[who], backend="django.contrib.auth.backends.ModelBackend")
        answer = client.get(path)
        spent = sorted(_timed(lambda c=client, p=path: c.get(p)) for _ in range(runs))
        told[name] = {
            "status": answer.status_code,
            "bytes": len(answer.content),
            "p50": round(statistics.median(spent), 1),
            "p95": round(spent[int(len(spent) * 0.95) - 1], 1),
        }
    return {"projects": size, "built": round(built, 1), "pages": told} | reckoned(runs)


def reckoned(runs: int) -> dict[str, Any]:
    """The expected start of all, in one pass, and of single projects after a change."""
    from xushi.core.clock import BEIJING
    from xushi.permits.expected import reckon, reckon_all
    from xushi.permits.models import ExpectedStart, PermitStep

    now = datetime(2018, 9, 12, 8, 30, tzinfo=BEIJING)
    first = _timed(lambda: reckon_all(now)) / 1000
    again = _timed(lambda: reckon_all(now)) / 1000
    keys = list(ExpectedStart.objects.order_by("pk").values_list("project", flat=True)[:runs])
    _analyze()
    one = sorted(_timed(lambda pk=pk: reckon([pk], now=now)) for pk in keys)
    return {
        "waiting": PermitStep.objects.waiting().count(),
        "steps": PermitStep.objects.count(),
        "starts": ExpectedStart.objects.count(),
        "all_s": round(first, 1),
        "again_s": round(again, 1),
        "one_p50": round(statistics.median(one), 1),
        "one_p95": round(one[int(len(one) * 0.95) - 1], 1),
    }


def _timed(call: Callable[[], Any]) -> float:
    began = time.perf_counter()
    call()
    return (time.perf_counter() - began) * 1000


def build(size: int) -> tuple[dict[str, Any], int]:
    """Units, people, a catalogue, and projects with their steps, written by the bulk insert that imports use."""
    from django.db import transaction
    from tests.factories import UnitFactory, UserFactory, appoint

    from xushi.registry.models import Category
    from xushi.units.models import Role, Unit

    root = UnitFactory(name="浦口区", kind=Unit.Kind.DISTRICT)
    office = UnitFactory(name="区重大办", kind=Unit.Kind.OFFICE, parent=root)
    towns = [UnitFactory(name=f"街道{n}", kind=Unit.Kind.SUBDISTRICT, parent=root) for n in range(TOWNS)]
    names = ("区国土分局", "区规划分局", "区环保局", "区行政审批局", "区建设局", "区发改局")
    departments = [UnitFactory(name=name, parent=root) for name in names]
    people = {
        "office": appoint(UserFactory(username="office"), Role.OFFICE, unit=office, scope=root),
        "territory": appoint(UserFactory(username="town"), Role.TERRITORY, unit=towns[0]),
        "department": appoint(UserFactory(username="land"), Role.DEPARTMENT, unit=departments[0]),
    }
    category = Category.objects.create(code="industrial", name="产业", path="0001.")
    held = _catalogue(departments)
    chance = random.Random(2018)
    for start in range(0, size, 2000):
        with transaction.atomic():
            _projects(range(start, min(start + 2000, size)), chance, towns, category, held)
    _analyze()
    land: int = departments[0].pk
    return people, land


def _catalogue(departments: list[Any]) -> tuple[Any, list[Any]]:
    """First the filing, then all that runs in parallel, then one long chain."""
    from xushi.permits.models import Catalogue, Permit, Prerequisite

    held = Catalogue.objects.create(version=1001, name="前期手续", published_at=_noon(TODAY))
    names = ("立项备案", *PARALLEL, *CHAIN, *LAST)
    permits = [
        Permit.objects.create(
            catalogue=held, code=f"p{n:02d}", name=name, stage=1, place=n, legal_days=30, promised_days=10 + n % 4 * 5,
            department=departments[0 if name in ("征地拆迁", "林地") else n % len(departments)],
            needed_for_start=name not in LAST,
        )
        for n, name in enumerate(names)
    ]  # fmt: skip
    parallel = len(PARALLEL)
    edges = [(n, 0) for n in range(1, parallel + 1)]
    edges += [(n, n - 1) for n in range(parallel + 2, len(names))]
    edges += [(parallel + 1, 0), (parallel + 4, parallel), (len(names) - 3, 1)]
    for permit, needs in edges:
        Prerequisite.objects.create(permit=permits[permit], needs=permits[needs])
    return held, permits


def _projects(
    numbers: range, chance: random.Random, towns: list[Any], category: Any, held: tuple[Any, list[Any]]
) -> None:
    from xushi.kit.bulk import insert_all
    from xushi.permits.models import Track
    from xushi.registry.models import AnnualPlan, Project

    catalogue, permits = held
    projects = [
        Project(
            name=f"第{n}号工程", name_key=f"第{n}号工程", search_text=f"第{n}号工程", category=category,
            territory=towns[n % TOWNS], responsible_unit=towns[n % TOWNS],
            total_investment=chance.randint(1_000, 900_000) * 10_000, difficulty="征地拆迁未完",
        )
        for n in numbers
    ]  # fmt: skip
    insert_all(projects)
    insert_all([Track(project=p, catalogue=catalogue, moved_at=_noon(TODAY)) for p in projects])
    insert_all(
        [
            AnnualPlan(
                project=p, year=2018, planned_investment=p.total_investment // 4, proposed_at=_noon(TODAY)
            )
            for p in projects
        ]
    )
    insert_all([step for p in projects for step in _steps(p, permits, chance)])


def _steps(project: Any, permits: list[Any], chance: random.Random) -> list[Any]:
    """The filing and three parallel ones are decided, five wait, the rest is ahead."""
    from xushi.permits.models import PermitStep

    filed = TODAY - timedelta(days=int(chance.expovariate(1 / 60)) + 1)
    decided = {0, *chance.sample(range(1, len(PARALLEL) + 1), 4)}
    waiting = {n for n in range(1, len(PARALLEL) + 2) if n not in decided}
    made = []
    for n, permit in enumerate(permits):
        step = PermitStep(project=project, permit=permit)
        if n in decided:
            begun = filed - timedelta(days=chance.randint(10, 200))
            ended = begun + timedelta(days=chance.randint(2, 60))
            step.state, step.ready_since, step.submitted_on, step.decided_on = "approved", begun, begun, ended
        elif n in waiting:
            step.ready_since, step.state = filed, chance.choice(("planned", "submitted", "accepted"))
            step.due_on = filed + timedelta(days=permit.promised_days * 7 // 5)
        made.append(step)
    return made


def _noon(day: date) -> datetime:
    from xushi.core.clock import BEIJING

    return datetime(day.year, day.month, day.day, 12, tzinfo=BEIJING)


def _analyze() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def report(found: list[dict[str, Any]]) -> str:
    lines = [
        "| 数据库 | 项目 | 在等的手续 | 页 | 状态 | KB | p50 | p95 |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for row in found:
        about = f"| {row['database']} | {row['projects']:,} | {row['waiting']:,} |"
        lines += [
            f"{about} {name} | {page['status']} | {page['bytes'] // 1024} | {page['p50']} | {page['p95']} |"
            for name, page in row["pages"].items()
        ]
    lines += [
        "",
        "| 数据库 | 项目 | 各步 | 全部重算，秒 | 再算一遍，秒 | 一个项目 p50 | p95 |",
        "|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {row['database']} | {row['starts']:,} | {row['steps']:,} | {row['all_s']} | {row['again_s']} "
        f"| {row['one_p50']} | {row['one_p95']} |"
        for row in found
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
