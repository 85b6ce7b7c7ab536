"""看着两个子进程：网页停了就全停，后台停了就再起。"""

import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field

LOOK_EVERY = 0.3  # seconds
RESTART_AFTER = 2.0
PATIENCE = 10.0  # seconds a child may take to end


@dataclass(slots=True)
class Child:
    """One child process; a vital one takes everything down with it, another is started again."""

    name: str
    command: list[str]
    vital: bool = False
    process: subprocess.Popen[bytes] | None = None
    started: float = field(default=0.0)

    def start(self) -> None:
        self.process = subprocess.Popen(self.command)  # noqa: S603 - our own command line
        self.started = time.monotonic()

    @property
    def ended(self) -> int | None:
        return self.process.poll() if self.process else None

    def stop(self) -> None:
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def web(host: str, port: int, workers: int) -> Child:
    command = [
        sys.executable, "-m", "uvicorn", "xushi.config.asgi:application", "--host", host, "--port", str(port),
        "--workers", str(workers), "--lifespan", "off", "--no-access-log", "--no-server-header",
        "--log-level", "warning", "--timeout-graceful-shutdown", "3",  # 实时通道的长连接不拖住停机
    ]  # fmt: skip
    return Child("网页", command, vital=True)


def background() -> Child:
    return Child("后台", [sys.executable, "-m", "xushi.config.cli", "worker"])


def run(children: list[Child], *, stopping: Callable[[], bool], say: Callable[[str], None]) -> int:
    """Keep the children running until asked to stop or a vital one ends; returns the exit status."""
    try:
        for child in children:
            child.start()
        while not stopping():
            for child in children:
                status = child.ended
                if status is None:
                    continue
                if child.vital:
                    say(f"{child.name}停了（退出码{status}），一并停下。")
                    return status or 1
                if time.monotonic() - child.started > RESTART_AFTER:
                    say(f"{child.name}停了（退出码{status}），重新起动。")
                    child.start()
            time.sleep(LOOK_EVERY)
        return 0
    finally:
        for child in children:
            child.stop()
