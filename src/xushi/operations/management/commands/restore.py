"""xushi restore：把一份备份还原到空的地方。"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from xushi.operations import keys
from xushi.operations.restoring import CannotRestore, Restored, restore
from xushi.operations.sealed import Unreadable


class Command(BaseCommand):
    help = "还原：把备份还到空的状态目录（PostgreSQL 还到空库），不盖掉任何已有的"
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="备份文件，objects 目录要在它旁边")
        parser.add_argument("--to", type=Path, help="还原到哪个状态目录（默认 XUSHI_HOME）")
        parser.add_argument(
            "--key",
            type=Path,
            help="密钥文件（默认口令 XUSHI_BACKUP_PASSPHRASE，再次状态目录里的 backup-key）",
        )

    def handle(self, *, file: Path, to: Path | None, key: Path | None, **_: Any) -> None:
        target = (to or Path(settings.XUSHI_HOME)).resolve()
        try:
            master = keys.to_open(Path(settings.XUSHI_HOME), key)
            done = restore(file.resolve(), to=target, master=master, say=self._say)
        except (Unreadable, CannotRestore, keys.NoKey) as problem:
            raise CommandError(f"还原不了。{problem}") from problem
        except OSError as problem:
            if _is_of(problem.filename, file.parent, key):
                raise CommandError(
                    f"还原不了。读不到{problem.filename}（{problem.strerror}）。请看路径和属主，要运行的那个用户读得到。"
                ) from problem
            raise CommandError(
                f"还原不了。写不进{target}（{problem.strerror}）。请看属主和磁盘剩余，清空后再来。"
            ) from problem
        self._say(f"还原好了：{target}，{done.rows}行，附件{done.files}件，行数、日志链、附件散列都相符。")
        if done.behind:
            self._say(f"这一版程序还要升级{done.behind}次数据库，请运行 xushi migrate。")
        self._tell_of_bucket(done, target)
        self._say("请用 xushi doctor 再看一遍，然后起动。")

    def _tell_of_bucket(self, done: Restored, target: Path) -> None:
        """A bucket in use is never written to: whoever restores for a drill has its settings about him too."""
        if done.bucket and done.bucket_within:
            self._say(f"附件原在桶{done.bucket}里，现在都在{target / 'uploads'}。")
            self._say("要放回桶里：设好 XUSHI_S3_…，运行 xushi media move --to bucket。")
        elif done.bucket:
            then = done.made_at[:16].replace("T", " ")
            self._say(
                f"附件在桶{done.bucket}里，不在这份备份里：请把桶退到{then}那时的版本，设好 XUSHI_S3_…。"
            )

    def _say(self, sentence: str) -> None:
        self.stdout.write(sentence)
        self.stdout.flush()


def _is_of(name: Any, backups: Path, key: Path | None) -> bool:
    """Whether what could not be opened is what is read, not what is written."""
    if not isinstance(name, str | Path):
        return False
    path = Path(name).resolve()
    return path.is_relative_to(backups.resolve()) or (key is not None and path == key.resolve())
