"""A real installation under faults: two web processes, two workers, the video gateway.

Cold: `xushi serve` and a second `xushi worker`, started by their command line as a service manager does it. Forked:
the same code out of a parent that has imported everything (nursery.py), for many kills in little time.
"""

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from contextlib import suppress
from pathlib import Path
from typing import Any

from bench.faults.shifting import Shifting
from bench.faults.store import Postgres, Sqlite

ROOT = Path(__file__).resolve().parent.parent.parent
MOMENT = "2019-01-12T08:30"
COLD = (
    *("web",) * 10, *("worker",) * 6, *("second worker",) * 6, *("gateway",) * 3, "web master", "serve",
)  # fmt: skip
FORKED = (*("web",) * 20, *("worker",) * 20, *("gateway",) * 4, "all at once")


class Place:
    """Starts, keeps running what a service manager would start again, kills by name, fills its disk."""

    def __init__(self, home: Path, store: Sqlite | Postgres, port: int, *, forked: bool) -> None:
        self.home, self.store, self.port, self.forked = home, store, port, forked
        self.env = os.environ | {
            "XUSHI_HOME": str(home), "XUSHI_NOW": MOMENT, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}",
            "DJANGO_SETTINGS_MODULE": "xushi.config.settings", "XUSHI_CAMERA_SIM_PORT": str(port + 400),
        }  # fmt: skip
        self.env.pop("DATABASE_URL", None)
        if store.url:
            self.env |= {"DATABASE_URL": store.url, "XUSHI_PGBOUNCER": str(int(store.pooled))}
        self.clock = None if Shifting.why_not() else Shifting(home.parent)
        self.log = (home.parent / f"{home.name}.log").open("ab")
        self._kept: dict[str, subprocess.Popen[bytes]] = {}
        self._forks: dict[str, int] = {}
        self._ending = threading.Event()
        self._keeper = threading.Thread()
        self.restarts = 0

    def prepare(self, count: int) -> dict[str, Any]:
        """Build the district; returns what the clients start from."""
        self.store.put_tables(self.home)
        command = [sys.executable, "-m", "bench.faults.ground", str(count)]
        made = subprocess.run(command, env=self.env, cwd=ROOT, stdout=subprocess.PIPE, check=True)
        told: dict[str, Any] = json.loads(
            next(line for line in made.stdout.splitlines() if line.startswith(b"{"))
        )
        return told

    def start(self) -> None:
        self._ending.clear()
        self._keeper = threading.Thread(target=self._keep, daemon=True, name="keeper")
        self._keeper.start()
        self.wait(120)

    def wait(self, seconds: float) -> None:
        """Until the installation answers as ready."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            with suppress(OSError), urllib.request.urlopen(f"{self.url}/healthz", timeout=3) as answer:
                if answer.status == 200:
                    return
            time.sleep(0.2)
        raise SystemExit(f"{seconds:.0f}秒内没有起来，见{self.log.name}。")

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def _keep(self) -> None:
        """What systemd does: start again whatever has ended."""
        commands, env = self._commands(), self.env | (self.clock.env if self.clock else {})
        while not self._ending.is_set():
            for name, command in commands.items():
                held = self._kept.get(name)
                if held is None or held.poll() is not None:
                    self.restarts += held is not None
                    self._kept[name] = subprocess.Popen(
                        command, env=env, cwd=self.home.parent, stderr=self.log, start_new_session=True,
                        stdout=subprocess.PIPE if self.forked else self.log,
                    )  # fmt: skip
                    if self.forked:
                        threading.Thread(target=self._hear, args=[self._kept[name]], daemon=True).start()
            self._ending.wait(0.5)

    def _commands(self) -> dict[str, list[str]]:
        if self.forked:
            return {"all at once": [sys.executable, "-m", "bench.faults.nursery", str(self.port)]}
        xushi = [sys.executable, "-m", "xushi.config.cli"]
        return {"serve": [*xushi, "serve", "--port", str(self.port)], "second worker": [*xushi, "worker"]}

    def _hear(self, parent: subprocess.Popen[bytes]) -> None:
        """Who was forked: "web 0 4711" on a line; all else that is printed goes to the log."""
        assert parent.stdout is not None
        for line in parent.stdout:
            match line.split():
                case [name, place, pid] if name in (b"web", b"worker", b"gateway") and pid.isdigit():
                    self._forks[f"{name.decode()} {place.decode()}"] = int(pid)
                case _:
                    self.log.write(line)
        self._forks.clear()

    def kill(self, chance: random.Random) -> str:
        """SIGKILL one process drawn by chance; "" where the one drawn is not up at the moment."""
        name = chance.choice(FORKED if self.forked else COLD)
        found = self.processes().get(name, [])
        if not found:
            return ""
        with suppress(ProcessLookupError):
            os.kill(chance.choice(found), signal.SIGKILL)
            return name
        return ""

    def processes(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for name, process in list(self._kept.items()):
            if process.poll() is None:
                found[name] = [process.pid]
        for place, pid in list(self._forks.items()):
            found.setdefault(place.split()[0], []).append(pid)
        for pid in [] if self.forked else _children(found.get("serve", [0])[0]):
            line = _command(pid)
            if "uvicorn" in line:
                found["web master"] = [pid]
                found["web"] = [one for one in _children(pid) if "spawn_main" in _command(one)]
            elif line.endswith("worker"):
                found["worker"] = [pid]
            elif line.endswith("cameras"):
                found["gateway"] = [pid]
        return found

    def fill_disk(self, seconds: float) -> None:
        """Nothing can be written for a while: only where the folder is a file system of its own."""
        filler = self.home / "filler"
        with suppress(OSError), filler.open("wb", buffering=0) as file:
            while True:
                file.write(b"\0" * (1 << 16))
        with suppress(OSError), (self.home / "filler2").open("wb", buffering=0) as file:
            while True:
                file.write(b"\0" * 512)
        time.sleep(seconds)
        (self.home / "filler2").unlink(missing_ok=True)
        filler.unlink()

    def jump_clock(self) -> None:
        """The demonstration's clock, which every process reads, jumps a day on; written as the product writes it."""
        held = self.home / "demo-clock"
        minutes = int(held.read_text()) if held.exists() else 0
        made = self.home / ".demo-clock-drill"
        made.write_text(str(minutes + 24 * 60))
        made.replace(held)

    def stop(self) -> None:
        self._ending.set()
        self._keeper.join(5)
        for process in self._kept.values():
            process.terminate()
        for process in self._kept.values():
            with suppress(subprocess.TimeoutExpired):
                process.wait(30)
            process.kill()
        self._kept.clear()


def _children(pid: int) -> list[int]:
    with suppress(OSError):
        return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def _command(pid: int) -> str:
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ").strip()
    return ""
