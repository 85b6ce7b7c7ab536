"""xushi serve：网页与后台一起起，一起停。"""

import os
import signal
import sys
from argparse import ArgumentParser
from threading import Event as Flag
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from xushi.config import clock, environment, startup, supervisor
from xushi.operations import metrics


class Command(BaseCommand):
    help = "起动服务：网页与后台"
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default=os.environ.get("XUSHI_HOST", "127.0.0.1"), help="默认127.0.0.1")
        port = environment.whole("XUSHI_PORT", 8000, most=65535)
        parser.add_argument("--port", type=int, default=port, help="默认8000")
        parser.add_argument("--workers", type=int, default=2, help="网页进程数（默认2）")
        parser.add_argument("--migrate", action="store_true", help="先把数据库升级到这一版")

    def handle(self, *, host: str, port: int, workers: int, migrate: bool, **_: Any) -> None:
        try:
            startup.ask_home_writable()
            startup.ask_port_free(host, port)
            startup.ask_database_ready(migrate=migrate)
        except startup.CannotStartError as problem:
            sys.exit(f"起动不了。{problem}")
        metrics.clear()
        stop = Flag()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_received: stop.set())
        self._say(f"序时在 http://{f'[{host}]' if ':' in host else host}:{port} ，按 Ctrl+C 停。")
        children = [supervisor.web(host, port, max(workers, 1)), supervisor.background()]
        if os.environ.get("XUSHI_CAMERAS") != "0":
            children += self._cameras()
        status = supervisor.run(children, stopping=stop.is_set, say=self._say)
        if status:
            sys.exit(status)

    def _cameras(self) -> list[supervisor.Child]:
        """The gateway; in the demonstration also the cameras it pulls, unless another demonstration has them already."""
        port = settings.XUSHI_CAMERA_SIM_PORT
        if not clock.is_demonstration():
            return [supervisor.cameras()]
        try:
            startup.ask_port_free("127.0.0.1", port)
        except startup.CannotStartError:
            self._say(f"端口{port}已被占着，就用那里的模拟摄像头；要另起请设 XUSHI_CAMERA_SIM_PORT。")
            return [supervisor.cameras()]
        return [supervisor.simulated_cameras(port), supervisor.cameras()]

    def _say(self, sentence: str) -> None:
        self.stdout.write(sentence)
        self.stdout.flush()
