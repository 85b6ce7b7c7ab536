"""xushi media：附件在哪里、有多少；从目录搬到桶，或从桶搬到目录。"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from xushi.config import clock
from xushi.kit import media, places
from xushi.operations import moving
from xushi.operations.rules import size


class Command(BaseCommand):
    help = "附件：count 两处各有多少；move --to bucket|folder 搬家，读回来对得上才算，断了再来"

    def add_arguments(self, parser: ArgumentParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True, metavar="count|move")
        acts.add_parser("count", help="两处各有多少件")
        move = acts.add_parser("move", help="拷过去，读回来散列对得上才算；原处的留着")
        move.add_argument(
            "--to", choices=["bucket", "folder"], required=True, help="搬到桶里，或搬到本机的目录"
        )
        move.add_argument("--drop", action="store_true", help="对得上的，删去原处的")

    def handle(self, *, act: str, **options: Any) -> None:
        try:
            self._count() if act == "count" else self._move(options["to"], drop=options["drop"])
        except (moving.CannotMove, OSError) as problem:
            raise CommandError(f"{problem}") from problem

    def _count(self) -> None:
        used = "folder" if media.is_here() else "bucket"
        for name, place in (("folder", places.folder()), ("bucket", places.bucket())):
            if place is None:
                continue
            sizes = [one.size for one in place.listed()]
            self._say(
                f"{place.words}：{len(sizes)}件，{size(sum(sizes))}{'（现用）' if name == used else ''}"
            )

    def _move(self, to: str, *, drop: bool) -> None:
        source, target = moving.ends(to)
        done = moving.move(source, target, drop=drop, now=clock.real(), say=self._say)
        rest = f"原处删去{done.dropped}件" if drop else f"{source.words}里的都还在"
        self._say(
            f"搬好了：新拷{done.copied}件，原已在{target.words}的{done.there}件，散列都对得上；{rest}。"
        )

    def _say(self, sentence: str) -> None:
        self.stdout.write(sentence)
        self.stdout.flush()
