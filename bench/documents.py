"""How long papers take: one of each form, 500 orders as a batch of Word files and as one PDF, piece by piece.

    python -m bench.documents [how many]

Builds its own district in a temporary folder on SQLite.
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime

os.environ["XUSHI_HOME"] = tempfile.mkdtemp(prefix="xushi-bench-")
os.environ.pop("DATABASE_URL", None)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xushi.config.settings")

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from tests.documents.papers import everything, running  # noqa: E402
from tests.supervision.world import World, at, build  # noqa: E402

from xushi.documents.batches import ask_batch, print_piece  # noqa: E402
from xushi.documents.writing import write_docx, write_html, write_pdf, write_pictures  # noqa: E402
from xushi.supervision.models import SupervisionOrder  # noqa: E402

NOW: datetime = at(12, 8, 30)


def seconds(work: Callable[[], object]) -> str:
    """On the clock, and of the processor: others may be at work on the same machine."""
    start, used = time.perf_counter(), time.process_time()
    work()
    return f"{time.perf_counter() - start:.2f} s（处理器 {time.process_time() - used:.2f} s）"


def batch(world: World, form: str) -> None:
    keys = list(SupervisionOrder.objects.values_list("pk", flat=True))
    held = ask_batch(keys, form, actor=world["clerk"], now=NOW)
    while not held.is_done:
        start = time.perf_counter()
        held = print_piece(held, actor=world["clerk"], now=NOW)
        print(f"  {held.done}/{held.total}，{time.perf_counter() - start:.2f} s", flush=True)


def main(count: int = 500) -> None:
    call_command("migrate", verbosity=0)
    world = build()
    for number in range(count):
        world.order(
            title=f"第{number}件：交付施工作业面", demand="一、9月10日前完成剩余6户签约；二、每周五反馈进展。"
        )
    write_pdf(everything())  # the typefaces are read once
    print("一份通报 Word", seconds(lambda: write_docx(everything())))
    print("一份通报 PDF", seconds(lambda: write_pdf(everything())))
    print("一份通报 网页", seconds(lambda: write_html(everything())))
    print("一份通报 预览图", seconds(lambda: write_pictures(everything())))
    print("百来页的正文 PDF", seconds(lambda: write_pdf(running(600))))
    for form in ("docx", "pdf"):
        print(f"{count}张督办单 {form}", seconds(lambda form=form: batch(world, form)))  # type: ignore[misc]


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
