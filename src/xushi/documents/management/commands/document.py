"""xushi document：把一件督办单印成 .docx、.pdf 或 .html。"""

from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from xushi.config import clock
from xushi.documents.kinds.finding import order_named
from xushi.documents.kinds.order import RELATED, order_documents
from xushi.documents.tree import Document
from xushi.documents.writing import NoFont, Unset, fonts, write_docx, write_html_file, write_pdf
from xushi.supervision.models import SupervisionOrder

WRITERS: dict[str, Callable[[Document], bytes]] = {
    ".docx": write_docx,
    ".pdf": write_pdf,
    ".html": write_html_file,
}


class Command(BaseCommand):
    help = "印督办单：document 浦重大督〔2018〕16号 --out 督办单.docx|.pdf|.html；文号或编号都行"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("order", help="文号（浦重大督〔2018〕16号，写 [2018] 也行）或编号")
        parser.add_argument("--out", type=Path, required=True, help="写到哪个文件；后缀决定格式")

    def handle(self, *args: Any, **options: Any) -> None:
        out: Path = options["out"]
        writer = WRITERS.get(out.suffix.lower())
        if writer is None:
            raise CommandError(
                f"不认得“{out.suffix or out.name}”，请用 .docx、.pdf 或 .html 结尾。", returncode=2
            )
        if amiss := fonts.folder_amiss(fonts.folder()):
            self.stderr.write(amiss)
        try:
            data = writer(self._document(options["order"]))
        except (NoFont, Unset) as problem:
            raise CommandError(str(problem), returncode=2) from problem
        try:
            out.write_bytes(data)
        except OSError as problem:
            raise CommandError(f"写不进{out}：{problem.strerror}。", returncode=2) from problem
        self.stdout.write(f"写好了{out}。")

    def _document(self, word: str) -> Document:
        """What is for named readers only is not printed here, where nobody says who they are."""
        rows = SupervisionOrder.objects.select_related(*RELATED).prefetch_related("helpers__unit")
        found = order_named(rows, word)
        if found is None:
            raise CommandError(f"没有“{word}”这件督办单；文号用 xushi orders 列出。", returncode=2)
        if found.confidential:
            raise CommandError(f"{found.number or word}限定阅读，请由读者登录后在网页上下载。", returncode=2)
        [document] = order_documents([found], None, clock.now())
        return document
