"""xushi sweep：把每夜的事和到点的提醒现在就做一遍。"""

from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from xushi.config import clock
from xushi.core.clock import BEIJING
from xushi.flow.clocks import remind
from xushi.flow.duties import nightly
from xushi.flow.owing import judge_owed


class Command(BaseCommand):
    help = "重新判断全部预警（平时由后台每天做一次），到点的待办提醒一遍；再做一遍不会多出什么"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--at", help="按哪个时刻判断，如 2018-09-12T08:30（北京时间）；默认现在")

    def handle(self, *args: Any, at: str | None = None, **options: Any) -> None:
        now = moment(at) if at else clock.now()
        for what, done in (("项目", nightly(now)), ("督办、批示、问题", judge_owed(now))):
            self.stdout.write(
                f"{what}预警：开出{done.opened}条，改级{done.relevelled}条，更新{done.updated}条，解除{done.cleared}条。"
            )
        self.stdout.write(f"待办：提醒{remind(now)}件。")


def moment(text: str) -> datetime:
    """A moment as typed; Beijing time where no offset is given."""
    try:
        read = datetime.fromisoformat(text)
    except ValueError as problem:
        raise CommandError(f"看不懂时刻“{text}”，请写成 2018-09-12T08:30 这样。", returncode=2) from problem
    return read if read.tzinfo else read.replace(tzinfo=BEIJING)
