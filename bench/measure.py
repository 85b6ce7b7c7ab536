"""Measure one district in the database that the environment names; prints one JSON object."""

import gzip
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from bench import importing  # noqa: E402
from bench.district import NOW, analyze, build  # noqa: E402

PAGES = [
    ("首页（领导）", "leader", "/"),
    ("总览", "office", "/overview/?month=2018-12"),
    (
        "项目清单，筛选排序",
        "office",
        "/projects/?month=2018-12&level=district&stage=under_way&sort=gap",
    ),
    ("项目清单，找字", "office", "/projects/?month=2018-12&q=桥林"),
    ("项目清单（属地）", "territory", "/projects/?month=2018-12"),
    ("预警", "office", "/alerts/"),
    ("项目页", "leader", "/projects/{pk}/"),
]


def main(count: int, runs: int) -> None:
    settings.ALLOWED_HOSTS = ["testserver"]
    call_command("migrate", verbosity=0)
    began = time.perf_counter()
    people = build(count)
    built = time.perf_counter() - began
    began = time.perf_counter()
    _refresh_alerts()
    alerts = time.perf_counter() - began
    analyze()
    from xushi.registry.models import Project

    pk = Project.objects.order_by("pk").values_list("pk", flat=True)[count // 2]
    pages = {name: _page(people[role], path.format(pk=pk), runs) for name, role, path in PAGES}
    print(
        json.dumps(
            {
                "projects": count,
                "database": connection.vendor,
                "build_s": round(built, 1),
                "alerts_s": round(alerts, 1),
                "pages": pages,
                "first_load_kb": _first_load(people["leader"]),
                "export": _export(people["office"]),
                "imports": importing.measure(),
            },
            ensure_ascii=False,
        )
    )


def _refresh_alerts() -> None:
    from xushi.progress.warnings import refresh_alerts

    refresh_alerts(now=NOW)


def _client(user: Any) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def _page(user: Any, path: str, runs: int) -> dict[str, Any]:
    client = _client(user)
    answer = client.get(path)
    with CaptureQueriesContext(connection) as captured:
        client.get(path)
        queries = len(captured)
    spent = sorted(_timed(lambda: client.get(path)) for _ in range(runs))
    return {
        "status": answer.status_code,
        "queries": queries,
        "p50_ms": round(statistics.median(spent), 1),
        "p95_ms": round(spent[min(len(spent) - 1, int(len(spent) * 0.95))], 1),
        "bytes": len(answer.content),
    }


def _timed(call: Callable[[], Any]) -> float:
    began = time.perf_counter()
    call()
    return (time.perf_counter() - began) * 1000


def _first_load(user: Any) -> float:
    """Compressed size of the phone's first page with every file it names, without ECharts, in KB."""
    import re

    client = _client(user)
    page = client.get("/").content
    total = len(gzip.compress(page))
    for address in sorted(set(re.findall(rb'(?:href|src)="(/(?:kit|static)/[^"#]+)', page))):
        if b"echarts" in address:
            continue
        answer = client.get(address.decode())
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        total += len(body) if address.endswith(b"woff2") else len(gzip.compress(body))
    return round(total / 1024, 1)


def _export(user: Any) -> dict[str, Any]:
    client = _client(user)
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "list.xlsx"
        began = time.perf_counter()
        answer = client.get("/projects/export.xlsx?month=2018-12&level=district")
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        target.write_bytes(body)
        spent = time.perf_counter() - began
    return {"status": answer.status_code, "seconds": round(spent, 2), "bytes": len(body)}


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
