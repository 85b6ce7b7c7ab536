"""Measure how long papers take: python bench/reports.py [--runs 10]

In a demonstration district of its own: the report of August as .docx, PDF and HTML, and the check of its text. The first
one of a process loads what scores and what sets type; the others do not. Prints the table of docs/performance.md.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LABELS = {
    "figures": "名数：一份报告用到的都数一遍", "docx": "报告 .docx，从头写", "pdf": "报告 PDF，从头写",
    "html": "报告网页，从头写", "check": "数字勾稽：报告全文和表",
}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=10)
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        print(json.dumps(measure(options.runs), ensure_ascii=False))
        return
    print(report(outside(options.runs)))


def outside(runs: int) -> dict[str, Any]:
    """In a process and a database of its own."""
    with tempfile.TemporaryDirectory(prefix="xushi-bench-") as home:
        environment = os.environ | {
            "XUSHI_HOME": home, "XUSHI_NOW": "2018-09-12T08:30", "DJANGO_SETTINGS_MODULE": "xushi.config.settings",
            "PYTHONPATH": str(ROOT),
        }  # fmt: skip
        environment.pop("DATABASE_URL", None)
        xushi = Path(sys.executable).with_name("xushi")
        subprocess.run([xushi, "demo", "--build-only"], env=environment, check=True, capture_output=True)
        command = [sys.executable, __file__, "--inside", "--runs", str(runs)]
        made = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
        told: dict[str, Any] = json.loads(made.stdout.splitlines()[-1])
        return told | {"load": round(os.getloadavg()[0], 1)}


def measure(runs: int) -> dict[str, Any]:
    import django

    django.setup()
    from xushi.config import clock
    from xushi.core.months import Month
    from xushi.documents.checking import check
    from xushi.documents.drafts import read_draft
    from xushi.documents.named import figures_of
    from xushi.documents.report import drafted, report, source_of
    from xushi.documents.writing import write_docx, write_html_file, write_pdf
    from xushi.progress.system import WHOLE_DISTRICT

    august, now = Month(2018, 8), clock.now()

    def written(write: Callable[[Any], Any]) -> Callable[[], Any]:
        return lambda: write(report(WHOLE_DISTRICT, august, now=now))

    def checked() -> None:
        draft = read_draft("报告.docx", paper)
        check(draft.text, draft.tables)

    source = source_of("报告")[1]
    first = timed(written(write_docx))
    paper = write_docx(report(WHOLE_DISTRICT, august, now=now))
    work: dict[str, Callable[[], Any]] = {
        "figures": lambda: drafted(source, figures_of(WHOLE_DISTRICT, august, now=now)), "docx": written(write_docx),
        "pdf": written(write_pdf), "html": written(write_html_file), "check": checked,
    }  # fmt: skip
    return {"first": first, "times": {name: [timed(one) for _ in range(runs)] for name, one in work.items()}}


def timed(work: Callable[[], Any]) -> tuple[float, float]:
    """Seconds on the wall and of this process's CPU."""
    wall, used = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - used


def report(found: dict[str, Any]) -> str:
    lines = ["| 做什么 | 中位（秒） | 最慢（秒） | CPU 中位（秒） |", "|---|---:|---:|---:|"]
    for name, times in found["times"].items():
        walls, used = zip(*times, strict=True)
        middle, cpu = statistics.median(walls), statistics.median(used)
        lines.append(f"| {LABELS[name]} | {middle:.2f} | {max(walls):.2f} | {cpu:.2f} |")
    wall, cpu = found["first"]
    lines.append(f"\n进程里头一份 .docx {wall:.2f} 秒（CPU {cpu:.2f} 秒）；量的时候负载 {found['load']}。")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
