"""看着两个子进程：网页停了就全停，后台停了就再起。"""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

LOOK_EVERY = 0.3  # seconds
RESTART_AFTER = 2.0
PATIENCE = 10.0  # seconds a child may take to end

_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
_PR_SET_PDEATHSIG = 1


def _end_with_parent() -> None:
    """Whoever kills the supervisor ends its children too: none is left holding the port."""
    if _LIBC:
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


@dataclass(slots=True)
class Child:
    """One child process; a vital one takes everything down with it, another is started again.

    yields: by how much it steps back where there are fewer cores than work, from 0 to 19.
    """

    name: str
    command: list[str]
    vital: bool = False
    yields: int = 0
    process: subprocess.Popen[bytes] | None = None
    started: float = field(default=0.0)

    def start(self) -> None:
        self.sweep()
        self.process = subprocess.Popen(  # noqa: S603 - our own command line
            self.command,
            process_group=0,
            preexec_fn=_end_with_parent if _LIBC else None,  # noqa: PLW1509 - one prctl, before any thread of ours
        )
        if self.yields:
            own = os.getpriority(os.PRIO_PROCESS, 0)
            os.setpriority(os.PRIO_PROCESS, self.process.pid, min(own + self.yields, 19))
        self.started = time.monotonic()

    @property
    def ended(self) -> int | None:
        return self.process.poll() if self.process else None

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.sweep()

    def sweep(self) -> None:
        """End what a child that was killed has left behind: orphans that would hold the port."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)


def web(host: str, port: int, workers: int) -> Child:
    command = [
        sys.executable, "-m", "uvicorn", "xushi.config.asgi:application", "--host", host, "--port", str(port),
        "--workers", str(workers), "--loop", "xushi.config.doors:Loop",
        "--lifespan", "off", "--no-access-log", "--no-server-header",
        "--log-level", "warning", "--timeout-graceful-shutdown", "3",  # 实时通道的长连接不拖住停机
        # 忙得几秒答不上的不是死了：照默认的5秒，机器一挤就把正做着的页连进程杀掉
        "--timeout-worker-healthcheck", "60",
    ]  # fmt: skip
    return Child("网页", command, vital=True)


def background() -> Child:
    """It may take a core for minutes (a province's night): whoever waits for a page comes first."""
    return Child("后台", [sys.executable, "-m", "xushi.config.cli", "worker"], yields=5)


def cameras() -> Child:
    """The video gateway and the rounds: where it ends, pages go on and it is started again."""
    return Child("视频网关", [sys.executable, "-m", "xushi.config.cli", "cameras"])


def simulated_cameras(port: int) -> Child:
    """For the demonstration alone: what its cameras show."""
    command = [sys.executable, "-m", "xushi.config.cli", "camera-sim", "--port", str(port)]
    return Child("模拟摄像头", command)


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
