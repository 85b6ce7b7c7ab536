"""xushi journal verify|seal|export"""

import sys
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from xushi.journal import exporting, sealing, selectors
from xushi.journal.models import ChainHead


class Command(BaseCommand):
    help = "日志：verify 查验散列链，seal 立即封印，export 导出CSV"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=["verify", "seal", "export"])
        parser.add_argument("--from", dest="first", type=date.fromisoformat, help="起始日，如 2018-09-01")
        parser.add_argument("--to", dest="last", type=date.fromisoformat, help="截止日（含）")
        parser.add_argument("--out", help="导出到哪个文件，不写则打印")

    def handle(self, *, what: str, **options: Any) -> None:
        {"verify": self._verify, "seal": self._seal, "export": self._export}[what](options)

    def _verify(self, options: dict[str, Any]) -> None:
        if broken := sealing.verify():
            raise CommandError(f"日志链断了。{broken.sentence}")
        head = ChainHead.objects.filter(pk=sealing.HEAD).first()
        if head is None or head.position == 0:
            self.stdout.write("日志里还没有封印的记录。")
        else:
            self.stdout.write(f"日志完好：{head.position}条，链头 {head.digest}")

    def _seal(self, options: dict[str, Any]) -> None:
        sealed = 0
        while count := sealing.seal_events():
            sealed += count
        self.stdout.write(f"新封{sealed}条。")

    def _export(self, options: dict[str, Any]) -> None:
        wanted = selectors.EventFilter(first=options["first"], last=options["last"])
        if not options["out"]:
            sys.stdout.writelines(exporting.lines(wanted))
            return
        try:
            with open(options["out"], "w", encoding="utf-8", newline="") as target:  # noqa: PTH123
                target.writelines(exporting.lines(wanted))
        except OSError as problem:
            raise CommandError(f"写不进{options['out']}：{problem.strerror}。换一个位置再试。") from problem
        self.stdout.write(f"已导出到{options['out']}")
