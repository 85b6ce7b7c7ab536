"""Measure pages, export and first load at several sizes on SQLite and PostgreSQL, and write docs/performance.md.

python bench/run.py [--sizes 450,10000,100000] [--databases sqlite,postgres] [--runs 30]
"""

import argparse
import json
import os
import platform
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
from bench.apart import environment_of  # noqa: E402

NOTE = ROOT / "docs" / "performance.md"
LABELS = {"projects": "项目", "reports": "月报"}


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
    with environment_of(
        database, "2019-01-12T08:30", "synchronous_commit = off", "max_wal_size = '4GB'"
    ) as environment:
        load = round(os.getloadavg()[0], 1)
        result: dict[str, Any] = {"load": load} | _ran(environment, "measure.py", str(size), str(runs))
        result["memory"] = _ran(environment, "exporting.py", "office")
        return result


def _ran(environment: dict[str, str], script: str, *options: str) -> Any:
    """What one of the scripts beside this one prints last, as JSON."""
    command = [sys.executable, str(ROOT / "bench" / script), *options]
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr[-3000:])
    return json.loads(done.stdout.strip().splitlines()[-1])


def report(found: list[dict[str, Any]]) -> str:
    """The tables of docs/performance.md."""
    lines = [
        "# 性能",
        "",
        "`make bench` 重新测出下面的表，默认 450 与 10,000 个项目；",
        "`python bench/run.py --sizes 450,10000,100000` 测全。",
        "每个项目12个月，月月关账。时间是服务器内一次请求的耗时（Django 测试客户端，不含网络），单位毫秒。",
        f"机器：{os.cpu_count()}核，Python {platform.python_version()}。同一台机器前后比较有意义，绝对值因机器而异。",
        (
            f"开测时机器的一分钟平均负载，依下表次序：{'，'.join(str(row['load']) for row in found)}；"
            f"高于{os.cpu_count()}的，时间里有等处理器的份。"
        ),
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
    lines += ["", *_imports(found), "", *_memory(found), ""]
    return "\n".join([*lines, *bounds(found)]) + "\n"


def _imports(found: list[dict[str, Any]]) -> list[str]:
    lines = [
        "导入10,000行（12栏的项目表、6栏的月报表）：打开、读懂、与库里比、写入、记日志、备撤回，全过程。",
        (
            "底线是只用 python-calamine 读这个文件，再把同样的行用产品里最快的办法（`kit.bulk.insert_all`，"
            "即 executemany 或 COPY）写进同一张表；另列对一次 `bulk_create` 的倍数。都在事务里，量完退回，取中位数。"
        ),
        "",
        "| 数据库 | 库里项目数 | 表 | 导入，秒 | 只读文件，秒 | 只写入，秒 | 倍数 | bulk_create，秒 | 倍数 |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    return lines + [
        f"| {row['database']} | {row['projects']:,} | {LABELS[kind]} | {one['import_s']} | {one['read_s']} "
        f"| {one['insert_s']} | {one['ratio']} | {one['bulk_create_s']} | {one['ratio_bulk_create']} |"
        for row in found
        for kind, one in row["imports"].items()
    ]


def _memory(found: list[dict[str, Any]]) -> list[str]:
    lines = [
        (
            "导出全部清单为 xlsx，另起一个进程量：自有内存的最高处比只导出几行时高多少"
            "（SQLite 的页缓存收到4MB、不映射文件；平时它另占定额的64MB，与行数无关）。"
        ),
        "",
        "| 数据库 | 项目数 | 自有内存多，MB | 最高驻留多，MB |",
        "|---|---|---|---|",
    ]
    return lines + [
        f"| {row['database']} | {row['projects']:,} | {row['memory']['own_mb']} | {row['memory']['resident_mb']} |"
        for row in found
    ]


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
        lines += [
            f"- {database}：库里{row['projects']:,}个项目，导入10,000行{LABELS[kind]}不超过底线2倍："
            f"{_verdict(one['ratio'], 2, '倍')}。"
            for row in rows
            for kind, one in row["imports"].items()
        ]
    return lines


def _verdict(value: float, bound: float, unit: str) -> str:
    if value <= bound:
        return f"做到，{value}{unit}"
    return f"没有做到，{value}{unit}，多{value - bound:.2f}{unit}"


if __name__ == "__main__":
    main()
