"""xushi backup：做一份加密、查验过的备份。"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from xushi.config import clock
from xushi.operations import backing, keys
from xushi.operations.archive import doubtful, listed, unchecked
from xushi.operations.checking import check
from xushi.operations.rules import age, size
from xushi.operations.sealed import Unreadable


class Command(BaseCommand):
    help = "备份：不停机，数据库与附件一起，加密，试还原查验过才算"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--to", type=Path, help="备份目录（默认 XUSHI_BACKUP_TO）")
        parser.add_argument("--scheduled", action="store_true", help="由后台按时叫的")
        parser.add_argument(
            "--accept-missing", action="store_true", help="附件少了许多是真删的：这一份照样当好的算，旧的照清"
        )
        parser.add_argument("--check", type=Path, metavar="文件", help="不做备份，只把这一份试还原查验")
        parser.add_argument("--list", action="store_true", help="列出目录里的备份")

    def handle(self, *, to: Path | None, scheduled: bool, **options: Any) -> None:
        folder = (to or backing.folder()).resolve()
        if options["list"]:
            self._list(folder)
        elif options["check"]:
            self._check(options["check"])
        else:
            self._make(folder, scheduled=scheduled, accept_missing=options["accept_missing"])

    def _make(self, folder: Path, **asked: bool) -> None:
        try:
            run = backing.make_backup(to=folder, clock=clock.real, say=self._say, **asked)
        except backing.Doubtful as problem:
            raise CommandError(str(problem)) from problem
        except backing.CannotBackUp as problem:
            raise CommandError(f"备份没成。{problem}") from problem
        took = (run.ended_at or run.started_at) - run.started_at
        self._say(
            f"备份好了，已试还原查验：{run.path}（{size(run.bytes)}，{run.rows}行，附件{run.files}件，"
            f"用{took.total_seconds():.0f}秒）。请连同旁边的 objects 目录拷到另一台机器。"
        )

    def _check(self, path: Path) -> None:
        from django.conf import settings

        try:
            found = check(path, keys.to_open(Path(settings.XUSHI_HOME)), say=self._say)
        except (Unreadable, keys.NoKey) as problem:
            raise CommandError(str(problem)) from problem
        self._say(f"完好：{found.tables}张表{found.rows}行，附件{found.files}件。")

    def _list(self, folder: Path) -> None:
        now = clock.real()
        marks = dict.fromkeys(listed(folder), "")
        marks |= dict.fromkeys(unchecked(folder), "  没查验过，不算")
        marks |= dict.fromkeys(doubtful(folder), "  附件少了许多，待人看")
        for path in sorted(marks, reverse=True):
            known = path.stat()
            old = age(now - now.fromtimestamp(known.st_mtime, now.tzinfo))
            self._say(f"{path}  {size(known.st_size)}  {old}前{marks[path]}")
        if not marks:
            self._say(f"{folder}里还没有备份。")

    def _say(self, sentence: str) -> None:
        self.stdout.write(sentence)
        self.stdout.flush()
