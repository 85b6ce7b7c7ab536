"""xushi camera_sim：模拟摄像头，演示和测试用。"""

import asyncio
import signal
from argparse import ArgumentParser
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from xushi.config import clock
from xushi.sites.sim.modes import Mode
from xushi.sites.sim.picture import Spec
from xushi.sites.sim.rtsp import Server


class Command(BaseCommand):
    help = "模拟摄像头：回环上的RTSP服务，画面里有走着的钟"
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--cameras", type=int, default=11, help="开几路（默认11；别的路径也答应）")
        parser.add_argument("--host", default="127.0.0.1", help="默认127.0.0.1，只给本机")
        parser.add_argument("--port", type=int, default=8554, help="默认8554")
        parser.add_argument(
            "--mode", choices=[str(one) for one in Mode], default="moving", help="没写明的怎样演"
        )
        parser.add_argument("--size", default="640x360", help="如1280x720")
        parser.add_argument("--rate", type=int, default=10, help="每秒几帧")
        parser.add_argument("--kbps", type=int, default=500, help="码率，千比特每秒")
        parser.add_argument("--user", default="", help="要密码时的用户名")
        parser.add_argument("--password", default="", help="要密码时的密码")
        parser.add_argument("--shared", action="store_true", help="各路同一画面，只编一次：测速用")
        parser.add_argument("--grain", type=int, default=0, help="画面颗粒（0–40）：要码率顶满时用")
        parser.add_argument("--bars", action="store_true", help="画上机器读的钟：量延迟用")

    def handle(self, *, cameras: int, host: str, port: int, **options: Any) -> None:
        try:
            width, height = (int(side) for side in options["size"].lower().split("x"))
            spec = Spec(
                width - width % 2,
                height - height % 2,
                options["rate"],
                options["kbps"] * 1000,
                min(max(options["grain"], 0), 40),
            )
        except ValueError as problem:
            raise CommandError(f"看不懂 --size {options['size']}，请写成 640x360 这样。") from problem
        server = Server(
            going_on(), spec, Mode(options["mode"]), options["user"], options["password"],
            shared=options["shared"], with_bars=options["bars"],
        )  # fmt: skip
        try:
            asyncio.run(self._serve(server, host, port, cameras))
        except OSError as problem:
            raise CommandError(f"{host}:{port}用不了：多半已被占着。请用 --port 换一个端口。") from problem

    async def _serve(self, server: Server, host: str, port: int, cameras: int) -> None:
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        port = await server.start(host, port)
        self.stdout.write(f"模拟摄像头{cameras}路：rtsp://{host}:{port}/cam1 … /cam{cameras}，按 Ctrl+C 停。")
        self.stdout.write(f"路径里写上词就照着演，如 /road/still/3；坏法有：{'、'.join(Mode)}")
        self.stdout.flush()
        await stop.wait()
        await server.stop()


def going_on() -> Callable[[], datetime]:
    """A clock that runs from the product's moment on, so that a demonstration's cameras show its day."""
    began_at, began = clock.now(), clock.real()

    def moment() -> datetime:
        if not clock.is_demonstration():
            return clock.real()
        return began_at + max(clock.real() - began, timedelta())

    return moment
