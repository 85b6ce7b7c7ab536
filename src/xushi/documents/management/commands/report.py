"""xushi report：从一个关了账的月份写一份报告（或另一个按月的模板），存成 .docx、.pdf 或 .html。"""

from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from xushi.config import clock
from xushi.core.months import Month
from xushi.documents.language_errors import TemplateProblem
from xushi.documents.named import OpenMonth
from xushi.documents.names_page import names_page
from xushi.documents.report import NAME, NoTemplate, report
from xushi.documents.tree import Document
from xushi.documents.writing import (
    NoFont,
    Unset,
    text_of,
    with_figures_annex,
    write_docx,
    write_html_file,
    write_pdf,
)
from xushi.progress.closed import last_month_for
from xushi.progress.system import WHOLE_DISTRICT
from xushi.units.models import User

WRITERS: dict[str, Callable[[Document], bytes | str]] = {
    ".docx": write_docx, ".pdf": write_pdf, ".html": write_html_file, ".txt": text_of,
}  # fmt: skip


class Command(BaseCommand):
    help = "写报告：report 报告|模板名 --as-of 2018-08 --out 文件.docx|.pdf|.html，说明见 docs/报告.md"
    requires_system_checks: list[
        str
    ] = []  # the installation is looked at by doctor and at the start of serve

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", nargs="?", default=NAME, help=f"模板名，默认“{NAME}”")
        parser.add_argument("--as-of", help="月份，如 2018-08；默认最近关账的月份")
        parser.add_argument("--out", type=Path, help="存到哪，.docx、.pdf、.html 或 .txt")
        parser.add_argument(
            "--names", action="store_true", help="只列出模板里能用的数和表（docs/公文里的数.md）"
        )
        parser.add_argument("--as", dest="account", help="用谁的眼睛看，写账号；默认看全区")
        parser.add_argument("--open", action="store_true", help="没有关账的月份也写，稿上注明")
        parser.add_argument("--sources", action="store_true", help="附上“数字与来源”")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["names"]:
            self.stdout.write(names_page(), ending="")
            return
        out: Path | None = options["out"]
        if out is None:
            raise CommandError("请用 --out 写明存到哪，如 --out 报告.docx。")
        write = WRITERS.get(out.suffix.lower())
        if write is None:
            raise CommandError(f"不会写“{out.suffix or out.name}”，文件名要以 {'、'.join(WRITERS)} 结尾。")
        person = _person(options["account"])
        try:
            made = report(
                person, _month(person, options["as_of"]), now=clock.now(), name=options["name"],
                open_month=options["open"],
            )  # fmt: skip
            made = with_figures_annex(made) if options["sources"] else made
            data = write(made)
        except (OpenMonth, NoTemplate, TemplateProblem, NoFont, Unset) as problem:
            raise CommandError(str(problem)) from problem
        try:
            out.write_bytes(data.encode("utf-8") if isinstance(data, str) else data)
        except OSError as problem:
            raise CommandError(f"写不进{out}：{problem.strerror}。") from problem
        self.stdout.write(f"写好了：{out}，{len(made.figures)}个数有来处。")


def _month(user: User, text: str | None) -> Month:
    if text:
        try:
            return Month.parse(text)
        except ValueError as wrong:
            raise CommandError(str(wrong)) from wrong
    last = last_month_for(user)
    if last is None:
        raise CommandError("还没有哪个月关过账，没有定下来的数可写。")
    return last


def _person(account: str | None) -> User:
    if not account:
        return WHOLE_DISTRICT
    found = User.objects.filter(username=account, is_active=True).first()
    if found is None:
        raise CommandError(f"没有“{account}”这个在用的账号。")
    return found
