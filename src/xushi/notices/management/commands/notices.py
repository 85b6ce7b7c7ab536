"""xushi notices run：把消息往外发的循环。"""

import signal
from argparse import ArgumentParser
from threading import Event as Flag
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from xushi.config import clock
from xushi.notices.channels import ChannelsRefused
from xushi.notices.sender import Sender, configured, run_once


class Command(BaseCommand):
    help = "消息：run 往各通道发摘要（后台 worker 也在发，两处同时开不会发两遍）"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=["run"])
        parser.add_argument("--once", action="store_true", help="把现在该发的发完就退出")

    def handle(self, *, once: bool, **_: Any) -> None:
        try:
            channels = configured()
        except ChannelsRefused as refused:
            raise CommandError(str(refused), returncode=2) from refused
        if once:
            self.stdout.write(f"发出{run_once(clock.real)}份。")
            return
        names = "、".join(channel.name for channel in channels.all) or "还没有配置"
        self.stdout.write(f"通道：{names}。按 Ctrl+C 停。")
        self.stdout.flush()
        stop = Flag()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_received: stop.set())
        sender = Sender(clock.real)
        sender.start()
        stop.wait()
        sender.stop()
