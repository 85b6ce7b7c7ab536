"""Measure what dividing the month's facts by year brings and costs on PostgreSQL; prints tables for docs/scale.md.

python bench/partition.py [--projects 20000] [--years 8] [--runs 20]
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
from bench.apart import environment_of, stand_up  # noqa: E402

LAST = 2018
# one month of one district is read back out of its own closing; the words are what the table says
FILL = """
INSERT INTO progress_projectmonth (closing_id, district_id, month, project_id, project_name, territory_id,
  responsible_unit_id, category_id, provincial_stage, municipal_stage, joint_stage, district_stage, owner_kind,
  total_investment, annual_plan, plan_version, invested_before, cumulative, previous_cumulative, due_twelfths, started,
  completed, reported)
SELECT c.id, 0, c.month, p.id, p.name, p.territory_id, p.responsible_unit_id, p.category_id, 0, 0, 0, 1, '',
  p.total_investment, 100000000, 1, 0, (c.month %% 100) * 7000000, 0, (c.month %% 100) * 100000000, true, false, true
FROM progress_monthclosing c, registry_project p WHERE c.month / 100 = %s
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--projects", type=int, default=20_000)
    parser.add_argument("--years", type=int, default=8)
    parser.add_argument("--runs", type=int, default=20)
    options = parser.parse_args()
    with environment_of("postgres", f"{LAST}-12-20T08:30") as environment:
        stand_up(environment)
        measure(options)


def measure(options: argparse.Namespace) -> None:
    from xushi.config import clock
    from xushi.journal.actions import SYSTEM
    from xushi.operations import partitioning

    fill(options)
    before = read(options.runs)
    gone_before = seconds(lambda: forget_by_deleting(LAST - options.years + 1))
    took = seconds(lambda: partitioning.divide(actor=SYSTEM, now=clock.now(), say=print))
    after = read(options.runs)
    gone_after = seconds(lambda: forget_by_dropping(LAST - options.years + 2))
    print(f"分区用{took:.1f}秒（四张表）\n\n| 查 | 分区前，毫秒 | 分区后，毫秒 |\n|---|---|---|")
    for name, milliseconds in before.items():
        print(f"| {name} | {milliseconds:.1f} | {after[name]:.1f} |")
    rows = options.projects * 12
    print(f"| 去掉一年（{rows}行），秒 | {gone_before:.2f}（另要 VACUUM） | {gone_after:.3f} |\n")
    print(plan())


def fill(options: argparse.Namespace) -> None:
    from django.db import connection

    from bench.district import NOW
    from xushi.core.months import Month
    from xushi.core.text import name_key
    from xushi.progress.models import MonthClosing
    from xushi.registry.models import Category, Project
    from xushi.units.models import Unit

    root = Unit.objects.create(name="某省", kind=Unit.Kind.DISTRICT, path="0001.")
    towns = [
        Unit.objects.create(name=f"第{n}街道", kind=Unit.Kind.SUBDISTRICT, parent=root, path=f"0001.{n:04d}.")
        for n in range(1, 201)
    ]
    category = Category.objects.create(code="c", name="产业", path="0001.")
    Project.objects.bulk_create(
        (
            Project(
                name=f"第{n}号", name_key=name_key(f"第{n}号"), category=category, territory=towns[n % 200],
                responsible_unit=towns[n % 200], total_investment=10**9,
            )
            for n in range(options.projects)
        ),
        batch_size=2000,
    )  # fmt: skip
    for year in range(LAST - options.years + 1, LAST + 1):
        for number in range(1, 13):
            MonthClosing.objects.create(month=Month(year, number), closed_at=NOW)
        with connection.cursor() as cursor:
            cursor.execute(FILL, [year])
    _do("VACUUM ANALYZE progress_projectmonth")


def read(runs: int) -> dict[str, float]:
    """Medians in milliseconds, after one reading that warms the cache."""
    from django.db.models import Sum

    from xushi.progress.history import project_history
    from xushi.progress.models import MonthClosing
    from xushi.progress.standing import fact_rows
    from xushi.registry.models import Project

    closing, project = MonthClosing.objects.get(month=f"{LAST}-08"), Project.objects.order_by("pk")[7]
    district = fact_rows(closing).filter(territory__in=list(range(1, 12)))
    asked: dict[str, Callable[[], Any]] = {
        "一个关了账的月的合计，全部": lambda: fact_rows(closing).aggregate(
            a=Sum("cumulative"), b=Sum("annual_plan")
        ),
        "同一个月，11个街道的50行": lambda: list(district.order_by("project_name").values_list()[:50]),
        "一个项目一年的各月": lambda: project_history(project, LAST - 1),
    }
    return {name: _median(ask, runs) for name, ask in asked.items()}


def _median(ask: Callable[[], Any], runs: int) -> float:
    ask()
    return statistics.median(seconds(ask) for _ in range(runs)) * 1000


def forget_by_deleting(year: int) -> None:
    _do(f"DELETE FROM progress_projectmonth WHERE month BETWEEN {year * 100 + 1} AND {year * 100 + 12}")


def forget_by_dropping(year: int) -> None:
    _do(f"ALTER TABLE progress_projectmonth DETACH PARTITION progress_projectmonth_{year}")
    _do(f"DROP TABLE progress_projectmonth_{year}")


def plan() -> str:
    from xushi.progress.models import MonthClosing
    from xushi.progress.standing import fact_rows

    return str(fact_rows(MonthClosing.objects.get(month=f"{LAST}-08")).explain())


def seconds(done: Callable[[], Any]) -> float:
    began = time.perf_counter()
    done()
    return time.perf_counter() - began


def _do(statement: str) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement)


if __name__ == "__main__":
    main()
