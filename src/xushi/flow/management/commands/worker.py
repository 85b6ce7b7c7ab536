"""xushi worker：封日志、办反应、开始新的一天、往外发消息。"""

import logging
import signal
from argparse import ArgumentParser
from datetime import datetime, timedelta
from threading import Event as Flag
from types import FrameType
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, close_old_connections

from xushi.config import clock
from xushi.federation.pushing import Pusher
from xushi.flow.actions import begin_day
from xushi.flow.beats import beat
from xushi.flow.clocks import remind
from xushi.journal import sealing, worker
from xushi.notices.channels import ChannelsRefused
from xushi.notices.sender import Sender, run_once
from xushi.units.actions_emergency import end_due

log = logging.getLogger(__name__)
LOOK_AT_CLOCKS = timedelta(minutes=1)


class Command(BaseCommand):
    help = "后台：封日志、办待办反应、到点提醒、每天一次的检查；--once 办完手头的就退出"
    looked_at: datetime | None = None

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="把现在该办的办完就退出")
        parser.add_argument("--pause", type=float, default=0.3, help="没事时隔几秒再看（默认0.3）")

    def handle(self, *, once: bool, pause: float, **_: Any) -> None:
        if once:
            self.stdout.write(f"办成{self._round()}件。")
            self._send_once()
            return
        stop = Flag()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda _number, _frame: _stop(stop, _frame))
        sender = Sender(clock.real)
        sender.start()
        pusher = Pusher(clock.real)
        pusher.start()
        while not stop.is_set():
            try:
                busy = self._round()
            except DatabaseError:
                log.exception("后台办事时数据库出错，稍后再试")
                busy = 0
            finally:
                close_old_connections()
            stop.wait(0 if busy else pause)
        sender.stop()
        pusher.stop()

    def _send_once(self) -> None:
        try:
            run_once(clock.real)
        except ChannelsRefused as refused:
            raise CommandError(str(refused), returncode=2) from refused

    def _round(self) -> int:
        """One look at everything: the domain's day by the domain's clock, the queue by the real one."""
        if begin_day(now=clock.now()):
            call_command("clearsessions")
        self._remind()
        done = worker.work(clock.real())
        while sealing.seal_events() == sealing.BATCH:
            pass
        return done

    def _remind(self) -> None:
        """到点提醒，到点收回应急授权, once a minute of real time: deadlines are the domain clock's."""
        real = clock.real()
        if self.looked_at is None or real - self.looked_at >= LOOK_AT_CLOCKS:
            self.looked_at = real
            beat(real)
            remind(clock.now())
            end_due(now=clock.now())


def _stop(flag: Flag, _frame: FrameType | None) -> None:
    flag.set()
