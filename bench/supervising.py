"""Measure to-do list, order page, badge and sweep with many orders: python bench/supervising.py [--sizes 1000,100000]

Each order carries ten events of the journal, so 100,000 orders are a million events. One in ten is still open, of the
thousand every other one, so that each of the ten units has its first page of fifty full at both sizes: what is compared
is the same page over more orders. Prints the tables of docs/performance.md.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
from bench.apart import environment_of  # noqa: E402

UNITS, PEOPLE_EACH, EVENTS_EACH = 10, 5, 10
DUE_OVER = 10_000  # overdue items for the sweep


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="1000,100000")
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
    people, order = build(size)
    built = time.perf_counter() - began
    pages = {
        "待办（部门）": ("handler", "/duties/"),
        "待办（重大办）": ("clerk", "/duties/"),
        "角标": ("handler", "/notices/badge"),
        "督办单": ("handler", f"/supervision/orders/{order}"),
        "督办清单": ("clerk", "/supervision/orders/"),
    }
    told = {}
    for name, (who, path) in pages.items():
        client = Client()
        client.force_login(people[who], backend="django.contrib.auth.backends.ModelBackend")
        status = client.get(path).status_code
        spent = sorted(_timed(lambda c=client, p=path: c.get(p)) for _ in range(runs))
        told[name] = {
            "status": status,
            "p50": round(statistics.median(spent), 1),
            "p95": round(spent[int(len(spent) * 0.95) - 1], 1),
        }
    return {"orders": size, "built": round(built, 1), "pages": told, "sweep": sweep()}


def _timed(call: Any) -> float:
    began = time.perf_counter()
    call()
    return (time.perf_counter() - began) * 1000


def sweep() -> dict[str, Any]:
    """The hourly duties over everything that has fallen overdue, and the notices that they set off."""
    from xushi.config.clock import now, real
    from xushi.flow.clocks import remind
    from xushi.journal import worker
    from xushi.notices.models import Notice

    before = Notice.objects.count()
    began = time.perf_counter()
    reminded = remind(now())
    halfway = time.perf_counter() - began
    worker.work(real())
    return {
        "reminded": reminded,
        "remind_s": round(halfway, 1),
        "whole_s": round(time.perf_counter() - began, 1),
        "notices": Notice.objects.count() - before,
    }


def build(size: int) -> tuple[dict[str, Any], int]:
    """Units, people, orders with their steps, duties and events, written by the bulk insert that imports use."""
    from tests.factories import UnitFactory, UserFactory, appoint

    from xushi.core.clock import BEIJING
    from xushi.units.models import Role, Unit

    root = UnitFactory(name="浦口区", kind=Unit.Kind.DISTRICT)
    office = UnitFactory(name="区重大办", kind=Unit.Kind.OFFICE, parent=root)
    units = [UnitFactory(name=f"部门{n}", parent=root) for n in range(UNITS)]
    handlers = [
        appoint(UserFactory(username=f"d{n}-{m}"), Role.DEPARTMENT, unit=unit)
        for n, unit in enumerate(units)
        for m in range(PEOPLE_EACH)
    ]
    clerk = appoint(UserFactory(username="clerk"), Role.OFFICE, unit=office, scope=root)
    now = datetime(2018, 9, 12, 8, 30, tzinfo=BEIJING)
    for start in range(0, size, 5000):
        _orders(range(start, min(start + 5000, size)), office, units, clerk, now, 2 if size <= 2000 else 10)
    _overdue(size, office, units, now)
    _analyze()
    from xushi.supervision.models import SupervisionOrder

    chosen = SupervisionOrder.objects.filter(lead=units[0]).exclude(state="closed").order_by("pk").first()
    assert chosen is not None
    return {"clerk": clerk, "handler": handlers[0]}, chosen.pk


def _orders(
    numbers: range, office: Any, units: list[Any], clerk: Any, now: datetime, open_one_in: int
) -> None:
    from xushi.duties.models import Duty
    from xushi.journal.models import Event
    from xushi.kit.bulk import insert_all
    from xushi.supervision.models import OrderStep, SupervisionOrder

    orders = []
    for number in numbers:
        is_open = number // UNITS % open_one_in == 0
        issued = now - timedelta(days=(number % 700) + 1)
        due = now + timedelta(days=number % 20 + 1) if is_open else issued + timedelta(days=14)
        orders.append(
            SupervisionOrder(
                year=2000 + number // 20000, serial=number % 20000 + 1, number=f"浦重大督〔2018〕{number}号",
                title=f"办结第{number}件", demand="请限期办结并反馈。", office=office, lead=units[number % UNITS],
                state="working" if is_open else "closed", drafted_by=clerk, drafted_at=issued, issued_at=issued,
                acknowledge_by=issued, acknowledged_at=issued, due_at=due, step_due_at=due if is_open else None,
                replied_at=None if is_open else due, on_time=None if is_open else True,
                closed_at=None if is_open else due,
            )
        )  # fmt: skip
    insert_all(orders)
    verbs = ("draft", "approve", "issue", "acknowledge", "plan")
    insert_all(
        [
            OrderStep(
                order=order, verb=verb, target=order.state, at=order.issued_at, by=clerk, by_name=clerk.name
            )
            for order in orders
            for verb in verbs
        ]
    )
    insert_all([_duty(Duty, order, order.pk) for order in orders])
    insert_all(
        [
            Event(
                at=order.issued_at, verb="supervision.order.reported", actor=clerk, actor_name=clerk.name,
                subject_kind="supervision.supervisionorder", subject_id=order.pk, subject_name=order.title,
                summary="报进展",
            )
            for order in orders
            for _ in range(EVENTS_EACH)
        ]
    )  # fmt: skip


def _duty(model: Any, order: Any, subject: int, *, kind: str = "order.reply", warned: int = 0) -> Any:
    done = order.closed_at
    return model(
        subject_kind="supervision.supervisionorder", subject_id=subject, kind=kind, number=order.number,
        title=order.title, url=f"/supervision/orders/{subject}", unit=order.lead, since=order.issued_at,
        due_at=order.due_at, done_at=done, warned=warned,
    )  # fmt: skip


def _overdue(size: int, office: Any, units: list[Any], now: datetime) -> None:
    """Duties of which nobody has been warned yet, an hour past their time."""
    from xushi.duties.models import Duty
    from xushi.kit.bulk import insert_all
    from xushi.supervision.models import SupervisionOrder

    late = now - timedelta(hours=1)
    keys = list(SupervisionOrder.objects.order_by("pk").values_list("pk", flat=True)[: min(size, DUE_OVER)])
    insert_all(
        [
            Duty(
                subject_kind="supervision.supervisionorder", subject_id=keys[n % len(keys)],
                kind=f"order.assist{n // len(keys) or ''}", number="督办", title="逾期的一件", url="/", listed=False,
                unit=units[n % UNITS], since=late, due_at=late,
            )
            for n in range(DUE_OVER)
        ]
    )  # fmt: skip


def _analyze() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def report(found: list[dict[str, Any]]) -> str:
    lines = ["| 数据库 | 督办单 | 页 | 状态 | p50 | p95 |", "|---|---|---|---|---|---|"]
    for row in found:
        lines += [
            f"| {row['database']} | {row['orders']:,} | {name} | {page['status']} | {page['p50']} | {page['p95']} |"
            for name, page in row["pages"].items()
        ]
    for database in dict.fromkeys(row["database"] for row in found):
        few, *_, many = sorted((r for r in found if r["database"] == database), key=lambda r: r["orders"])
        for name, page in many["pages"].items():
            times = page["p95"] / few["pages"][name]["p95"]
            lines.append(
                f"- {database}：{name}的p95从{few['orders']:,}件到{many['orders']:,}件是{times:.1f}倍。"
            )
        swept = many["sweep"]
        lines.append(
            f"- {database}：一次巡查{swept['reminded']:,}件逾期并写{swept['notices']:,}条消息，{swept['whole_s']}秒。"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
