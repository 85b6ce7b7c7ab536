"""到期就清；离开够久的人抹去个人信息。后台每天凌晨自己做，也可以手做。"""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from xushi.config import clock
from xushi.documents import long_drafts
from xushi.journal.actions import SYSTEM
from xushi.operations import counting, partitioning, pruning
from xushi.operations.rebuilding import CannotDivide
from xushi.units.left import long_gone


class Command(BaseCommand):
    help = "清理过期的会话、去重号、反应、登录记录、查过的长稿；抹去离开够久的人的信息"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="只数，不清")
        parser.add_argument("--scheduled", action="store_true", help="二十小时内做过就不做")

    def handle(self, *_: Any, **options: Any) -> None:
        now, real = clock.now(), clock.real()
        if options["dry_run"]:
            for name, rows in pruning.old_rows(real):
                self.stdout.write(f"{name}：{rows.count()}")
            gone = long_gone(settings.XUSHI_KEEP_LEFT_YEARS, now).filter(service=None)
            self.stdout.write(f"要抹去的离任人员：{gone.count()}")
            return
        if options["scheduled"] and not pruning.due(real):
            return
        done = pruning.prune(now=now, real=real)
        self.stdout.write("、".join(f"{name}{count}" for name, count in done.items()) or "没有到期的。")
        long_drafts.let_go_old(real)
        self._next_year(now)
        counting.count_tables()

    def _next_year(self, now: datetime) -> None:
        """Divided tables get the parts of the coming year in good time; where a table is busy, the next night tries."""
        try:
            if added := partitioning.add_years(actor=SYSTEM, now=now):
                self.stdout.write(f"备好分区{'、'.join(added)}")
        except CannotDivide as problem:
            self.stderr.write(f"分区没有备好：{problem}。")
