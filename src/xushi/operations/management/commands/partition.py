"""xushi partition：PostgreSQL 上把几张大表按年分区，几个区的树年里可再按区；也能合回去。"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from xushi.config import clock
from xushi.journal.actions import Actor
from xushi.journal.models import Event
from xushi.operations import partitioning
from xushi.operations.partitions import is_possible, standings
from xushi.operations.rebuilding import CannotDivide
from xushi.units.models import Unit

ACTOR = Actor(channel=Event.Channel.COMMAND)
NEEDLESS = "SQLite 不用分区：一个文件、一台机器，行数到不了要分的时候。"


class Command(BaseCommand):
    help = "把只增的几张大表按年分区（PostgreSQL）；--undo 合回去"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--list", action="store_true", help="只看现在怎样，什么也不动")
        parser.add_argument("--by-district", action="store_true", help="几个区的树：月度事实每年里再按区分")
        parser.add_argument("--undo", action="store_true", help="合回一张表")

    def handle(self, *_: Any, **options: Any) -> None:
        if not is_possible():
            self.stdout.write(NEEDLESS)
            return
        if options["list"]:
            self._tell()
            return
        now = clock.now()
        try:
            if options["undo"]:
                partitioning.join(actor=ACTOR, now=now, say=self.stdout.write)
            else:
                if options["by_district"]:
                    partitioning.divide_by_district(actor=ACTOR, now=now, say=self.stdout.write)
                partitioning.divide(actor=ACTOR, now=now, say=self.stdout.write)
                partitioning.add_years(actor=ACTOR, now=now)
        except CannotDivide as problem:
            raise CommandError(f"没有分成。{problem}。") from problem
        self._tell()

    def _tell(self) -> None:
        names = dict(Unit.objects.filter(kind=Unit.Kind.DISTRICT).values_list("pk", "name"))
        for one in standings():
            how = f"{one.leaves}块" if one.is_divided else "没有分区"
            self.stdout.write(f"{one.plan.words}（{one.plan.table}）：{how}，约{max(one.rows, 0)}行")
            for part in one.parts:
                self.stdout.write(f"  {part.name}  {part.bounds}  约{max(part.rows, 0)}行")
                for below in part.parts:
                    district = names.get(one.plan.district_of(below.name), "")
                    self.stdout.write(
                        f"    {below.name}  {district or below.bounds}  约{max(below.rows, 0)}行"
                    )
