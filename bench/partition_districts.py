"""Measure what dividing the month's facts by district within the year costs who plans a query; tables for docs/scale.md.

python bench/partition_districts.py [--districts 100] [--projects 20] [--runs 15]

Years 2016 to 2018, every month closed in every district, projects in each; the same queries on one table, by year and
by district.
"""

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
from bench.apart import environment_of, stand_up  # noqa: E402

YEARS = (2016, 2017, 2018)
FILL = """
INSERT INTO progress_projectmonth (closing_id, district_id, month, project_id, project_name, territory_id,
  responsible_unit_id, category_id, provincial_stage, municipal_stage, joint_stage, district_stage, owner_kind,
  total_investment, annual_plan, plan_version, invested_before, cumulative, previous_cumulative, due_twelfths, started,
  completed, reported)
SELECT c.id, c.district_id, c.month, p.id, p.name, p.territory_id, p.responsible_unit_id, p.category_id, 0, 0, 0, 1, '',
  p.total_investment, 100000000, 1, 0, (c.month % 100) * 7000000, 0, (c.month % 100) * 100000000, true, false, true
FROM progress_monthclosing c JOIN registry_project p ON p.territory_id = c.district_id
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--districts", type=int, default=100)
    parser.add_argument("--projects", type=int, default=20, help="of each district")
    parser.add_argument("--runs", type=int, default=15)
    options = parser.parse_args()
    now = f"{YEARS[-1]}-12-20T08:30"
    with environment_of("postgres", now, "max_locks_per_transaction = 2048") as environment:
        stand_up(environment)
        measure(options)


def measure(options: argparse.Namespace) -> None:
    from xushi.config import clock
    from xushi.journal.actions import SYSTEM
    from xushi.operations import partitioning
    from xushi.operations.partitions import standings

    fill(options)
    asked, found = queries(), {}
    found["不分"] = {name: timed(rows, options.runs) for name, rows in asked.items()}
    partitioning.divide(actor=SYSTEM, now=clock.now(), say=print)
    found["按年"] = {name: timed(rows, options.runs) for name, rows in asked.items()}
    began = time.perf_counter()
    partitioning.divide_by_district(actor=SYSTEM, now=clock.now(), say=print)
    took = time.perf_counter() - began
    found["按年再按区"] = {name: timed(rows, options.runs) for name, rows in asked.items()}
    load = "、".join(f"{one:.1f}" for one in os.getloadavg())
    print(f"{options.districts}个区，{standings()[0].leaves}块，从按年合起再分用{took:.1f}秒；负载{load}\n")
    print(f"| 查 | {' | '.join(f'{how}：想、做、锁' for how in found)} |")
    for name in asked:
        cells = (
            f"{plan:.2f}、{done:.2f}、{locks}" for plan, done, locks in (one[name] for one in found.values())
        )
        print(f"| {name} | {' | '.join(cells)} |")


def fill(options: argparse.Namespace) -> None:
    from django.db import connection

    from bench.district import NOW
    from xushi.core.months import Month
    from xushi.core.text import name_key
    from xushi.progress.models import MonthClosing
    from xushi.registry.models import Category, Project
    from xushi.units.models import Unit

    root = Unit.objects.create(name="某省", kind=Unit.Kind.DISTRICT, path="0001.")
    districts = [
        Unit.objects.create(name=f"第{n}区", kind=Unit.Kind.DISTRICT, parent=root, path=f"0001.{n:04d}.")
        for n in range(1, options.districts + 1)
    ]
    category = Category.objects.create(code="c", name="产业", path="0001.")
    named = [(one, f"{one.name}第{n}号") for one in districts for n in range(options.projects)]
    Project.objects.bulk_create(
        (
            Project(
                name=name, name_key=name_key(name), category=category, territory=one, responsible_unit=one,
                total_investment=10**9,
            )
            for one, name in named
        ),
        batch_size=2000,
    )  # fmt: skip
    months = [Month(year, number) for year in YEARS for number in range(1, 13)]
    MonthClosing.objects.bulk_create(
        (MonthClosing(month=month, closed_at=NOW, district=one) for month in months for one in districts),
        batch_size=2000,
    )
    with connection.cursor() as cursor:
        cursor.execute(FILL)
        cursor.execute("VACUUM ANALYZE")


def queries() -> dict[str, Callable[[], Any]]:
    from django.db.models import Sum

    from xushi.core.months import Month
    from xushi.progress.models import MonthClosing, ProjectMonth
    from xushi.progress.standing import fact_rows, facts_in_sight
    from xushi.registry.models import Project

    closings = MonthClosing.objects.filter(month=Month(YEARS[-1], 8))
    closing = closings.order_by("district")[closings.count() // 2]
    project = Project.objects.filter(territory=closing.district_id).order_by("pk")[7]

    def summed(rows: Any) -> Any:
        return rows.values("month").annotate(a=Sum("cumulative"), b=Sum("annual_plan")).order_by()

    of_project = ProjectMonth.objects.filter(project=project, closing__reopened_at=None)
    first, last = Month(YEARS[-1], 1), Month(YEARS[-1], 12)
    return {
        "一个区一个关了账的月的合计，说得出区": lambda: summed(fact_rows(closing)),
        "同一个月，只说关账和月": lambda: summed(
            ProjectMonth.objects.filter(closing=closing, month=closing.month)
        ),
        "同一个月，一个区的人看得到的（别的区里也可能有）": lambda: summed(
            facts_in_sight(closing).filter(territory=closing.district_id)
        ),
        "全省一个月的合计，逐行加": lambda: summed(
            ProjectMonth.objects.filter(closing__in=closings.values("pk"), month=closing.month)
        ),
        "一个项目一年的各月": lambda: of_project.filter(month__gte=first, month__lte=last),
        "一个项目的各月，不说哪年": lambda: of_project,
    }


def timed(rows: Callable[[], Any], runs: int) -> tuple[float, float, int]:
    """Medians of planning and of running in milliseconds, and the locks held."""
    import json

    from django.db import transaction

    from xushi.operations.partitions import ask

    found = []
    for _ in range(runs + 1):
        (plan,) = json.loads(rows().explain(format="json", analyze=True, summary=True))
        found.append((plan["Planning Time"], plan["Execution Time"]))
    with transaction.atomic():
        rows().explain()
        ((locks,),) = ask("SELECT COUNT(*) FROM pg_locks WHERE pid = pg_backend_pid()")
    planned, done = zip(*found[1:], strict=True)
    return statistics.median(planned), statistics.median(done), int(locks)


if __name__ == "__main__":
    main()
